-- Rows carry a checksum, so that damage on this phone is found; a bucket that is filled anew is shown once it is whole. What
-- is here is fetched again.

delete from cursor;
delete from member;
delete from row;
delete from history;
delete from case_report;
delete from resident_of;
delete from visit_of;
delete from household_search;

alter table row add column sum text not null default '';
alter table cursor add column filling integer not null default 0;   -- a fresh copy is being fetched
alter table cursor add column doubtful integer not null default 0;  -- the digest did not agree

-- The fresh copy of a bucket on its way.
create table filling (
    bucket text not null,
    type text not null,
    id text not null,
    rev integer not null,
    data text not null,
    primary key (bucket, type, id)
) strict, without rowid;
