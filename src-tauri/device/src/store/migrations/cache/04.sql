-- Rows lie compressed and are known by a number, so that a membership takes bytes where it took two long names. What lies here
-- is taken over by the program: `upgrade.rs`.

create table bucket (
    n integer primary key,
    name text not null unique
) strict;
insert into bucket (name) select bucket from member union select bucket from cursor;

alter table row rename to row_before;
create table row (
    n integer primary key,
    type text not null,
    id text not null,
    rev integer not null,
    data blob not null,                   -- JSON as received, unknown fields kept; see `packed.rs`
    unique (type, id)
) strict;

alter table member rename to member_before;
drop index member_by_row;
create table member (
    bucket integer not null references bucket (n),
    row integer not null references row (n) on delete cascade,
    rev integer not null,
    primary key (bucket, row)
) strict, without rowid;
create index member_by_row on member (row);

drop table case_report;
create table case_report (
    report text primary key,
    row integer not null references row (n) on delete cascade
) strict, without rowid;
create index case_report_by_row on case_report (row);

-- Residents and visits of a household.
drop table resident_of;
drop table visit_of;
create table of_household (
    row integer primary key references row (n) on delete cascade,
    household text not null
) strict;
create index of_household_by_household on of_household (household);

-- A copy that was on its way begins again.
delete from cursor where filling = 1;
drop table filling;
create table filling (
    bucket integer not null references bucket (n) on delete cascade,
    type text not null,
    id text not null,
    rev integer not null,
    data blob not null,
    primary key (bucket, type, id)
) strict, without rowid;
