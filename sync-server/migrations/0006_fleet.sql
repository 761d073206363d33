-- When a phone last said what it holds: what it leaves out since then is as it was.
ALTER TABLE devices ADD COLUMN announced_at BIGINT;
UPDATE devices SET announced_at = last_seen_at WHERE announce IS NOT NULL;
