-- Who has ever signed in on a phone: it pushes the work of all of them.
CREATE TABLE device_users (
    street_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (street_id, device_id, user_id)
);
INSERT INTO device_users (street_id, device_id, user_id, since)
    SELECT street_id, id, user_id, enrolled_at FROM devices;

-- What a revoked phone is to do: `lock`, `upload_then_wipe` or `wipe`; and when it said that it removes everything.
ALTER TABLE devices ADD COLUMN revoke_order TEXT NOT NULL DEFAULT 'lock';
ALTER TABLE devices ADD COLUMN wiped_at BIGINT;
