-- A shared phone pushes the work of everybody who signed in on it as this device, and of nobody else. What a revoked phone was
-- ordered to do stands with its enrolment.

create table author (
    user text primary key
) strict, without rowid;
insert into author select json_extract(profile, '$.user') from identity;

alter table identity add column revoke_order text;
