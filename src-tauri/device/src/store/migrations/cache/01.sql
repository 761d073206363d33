-- A rebuildable copy of the server's rows.

create table row (
    type text not null,
    id text not null,
    rev integer not null,
    data text not null,                   -- JSON as received, unknown fields kept
    primary key (type, id)
) strict, without rowid;

create table member (
    bucket text not null,
    type text not null,
    id text not null,
    rev integer not null,
    primary key (bucket, type, id)
) strict, without rowid;
create index member_by_row on member (type, id);

create table cursor (
    bucket text primary key,
    rev integer not null,
    complete integer not null             -- true once its first fill has ended
) strict;

create table history (
    one integer primary key check (one = 1),
    epoch text not null
) strict;

create table case_report (
    report text primary key,
    case_id text not null
) strict;
create index case_report_by_case on case_report (case_id);

create table resident_of (
    resident text primary key,
    household text not null
) strict;
create index resident_of_by_household on resident_of (household);

create table visit_of (
    visit text primary key,
    household text not null
) strict;
create index visit_of_by_household on visit_of (household);

create table household_search (
    id text primary key,
    building text not null,
    sort text not null,
    words text not null,                  -- normalised names and door
    tails text not null,                  -- phone numbers, each ended by |
    next_due integer
) strict;
create index household_search_by_building on household_search (building, sort);
