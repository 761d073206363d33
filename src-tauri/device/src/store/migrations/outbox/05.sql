-- What this phone knows of copies elsewhere, what it has let go of since, and what it can prove to have delivered.

alter table identity add column seen_rev integer;        -- the street's latest revision seen in this epoch
alter table identity add column durable_rev integer;     -- up to it an off-machine copy exists
alter table identity add column server_key text;         -- the server's public key, from the enrolment

-- A signed answer of the server: what was signed, and with which key.
create table proof (
    n integer primary key autoincrement,
    statement text not null,
    sig text not null,
    key text not null
) strict;

alter table mutation add column answered_ms integer;
alter table mutation add column proof integer references proof (n);
alter table photo_file add column stored_rev integer;    -- the street's revision that has it
alter table photo_file add column stored_ms integer;
alter table photo_file add column freed_ms integer;      -- the file is gone from this phone, safe elsewhere
alter table photo_file add column proof integer references proof (n);

-- What was let go of stays provable.
create table delivered (
    id text primary key,                                 -- the mutation's id, or the photo's hash
    receipt text,                                        -- absent for a photo
    proof integer not null references proof (n)
) strict;
