-- News the worker was told, named by the server's time of the step that made it: a state may be over before it is seen.

create table told (
    case_id text not null,
    kind text not null check (kind in ('returned', 'rejected', 'resolved')),
    at integer not null,
    primary key (case_id, kind, at)
) strict, without rowid;
drop table noticed;
