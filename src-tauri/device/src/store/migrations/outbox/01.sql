-- What is not yet safe on the server. Nothing here is ever dropped by the app.

create table mutation (
    n integer primary key autoincrement, -- order of making
    id text not null unique,
    seq integer unique,                  -- absent until first offered; may be renumbered
    kind text not null,
    v integer not null,
    entity text not null,
    author text not null,
    body text not null,
    body_hash text not null,
    wall_ms integer not null,
    server_est_ms integer,
    state text not null check (state in ('pending', 'final', 'rejected', 'parked')),
    receipt text,
    acked_epoch text,
    acked_rev integer,
    next_offer_ms integer                -- parked: when it is offered again
) strict;
create index mutation_by_state on mutation (state, n);
create index mutation_by_entity on mutation (entity, n);

create table photo_file (
    sha256 text primary key,
    copy text not null check (copy in ('preview', 'upright', 'original')),
    size integer not null,
    mime text not null,
    state text not null check (state in ('local', 'wanted', 'stored')),
    sent integer not null default 0,      -- bytes the server has
    any_network integer not null default 0,
    asked integer not null default 0,     -- originals: the office wants it
    captured_ms integer not null
) strict;
create index photo_file_by_state on photo_file (state, copy);

create table photo_ref (
    mutation text not null references mutation (id),
    n integer not null,
    copy text not null check (copy in ('preview', 'upright', 'original')),
    sha256 text not null references photo_file (sha256),
    primary key (mutation, n, copy)
) strict, without rowid;
create index photo_ref_by_file on photo_ref (sha256);

create table draft (
    id text primary key,
    body text not null,
    updated_ms integer not null
) strict;

create table identity (
    one integer primary key check (one = 1),
    server text not null,
    device text not null,
    token text not null,
    profile text not null,
    epoch text,
    next_seq integer not null,
    revoked integer not null,
    fork_device text,                     -- a fork under way
    fork_token text,
    clock_offset_ms integer,              -- server clock minus wall clock
    last_success_ms integer
) strict;

create table setting (
    name text primary key,
    value text not null
) strict;

create table noticed (
    case_id text not null,
    state_rev integer not null,
    primary key (case_id, state_rev)
) strict, without rowid;
