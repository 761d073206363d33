-- The whole schema of the street server. One dialect for SQLite and PostgreSQL: TEXT ids, BIGINT numbers and
-- milliseconds, SMALLINT flags (0 or 1), JSON in TEXT. Every table but `server` leads with `street_id`. What stands in
-- a comment that begins with `pg` is read by PostgreSQL alone: there the tables that grow with every report are split
-- by street.

CREATE TABLE server (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Tenant, shard and counters: revision and case number are taken here, under one lock, last in a transaction.
CREATE TABLE streets (
    street_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- Prefix of case numbers, such as `JL`.
    code TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    triage_first TEXT NOT NULL,
    disabled_categories TEXT NOT NULL,
    calendar TEXT NOT NULL,
    -- Other settings as one JSON object, such as photo size.
    settings TEXT NOT NULL,
    rev BIGINT NOT NULL,
    -- Street-local day (`YYYYMMDD`) of the last case number, and its sequence.
    number_day TEXT NOT NULL,
    number_last BIGINT NOT NULL,
    -- Up to this revision an off-machine copy exists.
    durable_rev BIGINT,
    created_at BIGINT NOT NULL
);

CREATE TABLE communities (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (street_id, id)
);

CREATE TABLE grids (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    community_id TEXT NOT NULL,
    rings TEXT NOT NULL,
    property_queue TEXT,
    PRIMARY KEY (street_id, id)
);

CREATE TABLE queues (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    label_zh TEXT NOT NULL,
    label_en TEXT NOT NULL,
    staffed SMALLINT NOT NULL,
    may_return SMALLINT NOT NULL,
    phone TEXT,
    position BIGINT NOT NULL,
    PRIMARY KEY (street_id, id)
);

-- The street's base map as one GeoJSON text.
CREATE TABLE basemaps (
    street_id TEXT NOT NULL PRIMARY KEY,
    geojson TEXT NOT NULL,
    sha256 TEXT NOT NULL
);

CREATE TABLE people (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    -- PHC string; absent until a password was set.
    password_hash TEXT,
    -- JSON array of role names.
    roles TEXT NOT NULL,
    language TEXT NOT NULL,
    active SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (street_id, id)
);
CREATE UNIQUE INDEX people_login ON people (street_id, login);

-- Where a person works: kind `grid`, `community` or `queue`. A row with an end is duty cover or a past posting.
CREATE TABLE person_areas (
    street_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    area_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    from_ms BIGINT NOT NULL,
    to_ms BIGINT,
    PRIMARY KEY (street_id, user_id, kind, area_id, from_ms)
);
CREATE INDEX person_areas_area ON person_areas (street_id, kind, area_id);

CREATE TABLE sessions (
    street_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (street_id, token_hash)
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_user ON sessions (street_id, user_id);

-- One-time links: purpose `setup` or `password_reset`.
CREATE TABLE links (
    street_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    purpose TEXT NOT NULL,
    user_id TEXT,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (street_id, token_hash)
);
CREATE UNIQUE INDEX links_token ON links (token_hash);

-- One-time enrolment codes.
CREATE TABLE codes (
    street_id TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_device TEXT,
    used_at BIGINT,
    PRIMARY KEY (street_id, code_hash)
);
CREATE UNIQUE INDEX codes_code ON codes (code_hash);

CREATE TABLE devices (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    app_version TEXT NOT NULL,
    -- `active` or `revoked`.
    status TEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    -- The device this one was split from when a restored phone was met.
    forked_from TEXT,
    -- Last announcement as JSON.
    announce TEXT,
    enrolled_at BIGINT NOT NULL,
    last_seen_at BIGINT,
    revoked_at BIGINT,
    revoked_by TEXT,
    PRIMARY KEY (street_id, id)
);
CREATE UNIQUE INDEX devices_id ON devices (id);
CREATE UNIQUE INDEX devices_token ON devices (token_hash);
CREATE INDEX devices_user ON devices (street_id, user_id);

-- Who looked at personal data, and why.
CREATE TABLE access_log (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    what TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    field TEXT,
    reason TEXT,
    PRIMARY KEY (street_id, id)
) /*pg PARTITION BY HASH (street_id) */;
CREATE INDEX access_log_at ON access_log (street_id, at);

-- What administrators did.
CREATE TABLE audit_log (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    user_id TEXT,
    what TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (street_id, id)
);
CREATE INDEX audit_log_at ON audit_log (street_id, at);

CREATE TABLE households (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    grid_id TEXT NOT NULL,
    estate TEXT NOT NULL,
    building TEXT NOT NULL,
    unit TEXT NOT NULL,
    room TEXT NOT NULL,
    lat DOUBLE PRECISION,
    lon DOUBLE PRECISION,
    tenure TEXT NOT NULL,
    door_note TEXT NOT NULL,
    phone TEXT,
    last_visit BIGINT,
    last_condition TEXT,
    next_due BIGINT,
    PRIMARY KEY (street_id, id)
);
CREATE INDEX households_grid ON households (street_id, grid_id, estate, building, unit, room);

CREATE TABLE residents (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    household_id TEXT NOT NULL,
    name TEXT NOT NULL,
    sex TEXT,
    birth_year BIGINT,
    relation TEXT NOT NULL,
    phone TEXT,
    tags TEXT NOT NULL,
    PRIMARY KEY (street_id, id)
);
CREATE INDEX residents_household ON residents (street_id, household_id);

-- `body` is the visit as JSON without its reflection.
CREATE TABLE visits (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    household_id TEXT NOT NULL,
    author_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    ended_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (street_id, id)
) /*pg PARTITION BY HASH (street_id) */;
CREATE INDEX visits_household ON visits (street_id, household_id, ended_at);

-- Private to their author.
CREATE TABLE reflections (
    street_id TEXT NOT NULL,
    visit_id TEXT NOT NULL,
    author_id TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (street_id, visit_id)
);

CREATE TABLE needs (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    visit_id TEXT NOT NULL,
    household_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    category TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (street_id, id)
) /*pg PARTITION BY HASH (street_id) */;
CREATE INDEX needs_household ON needs (street_id, household_id);
CREATE INDEX needs_visit ON needs (street_id, visit_id);

-- Immutable once accepted; `case_id` follows a merge, `first_case_id` does not.
CREATE TABLE reports (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    first_case_id TEXT NOT NULL,
    author_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    category TEXT NOT NULL,
    captured_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (street_id, id)
) /*pg PARTITION BY HASH (street_id) */;
CREATE INDEX reports_case ON reports (street_id, case_id);
CREATE INDEX reports_author ON reports (street_id, author_id, received_at);

CREATE TABLE cases (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    -- Given when the transaction is sealed.
    number TEXT,
    state TEXT NOT NULL,
    state_rev BIGINT NOT NULL,
    close_reason TEXT,
    category TEXT NOT NULL,
    urgency BIGINT NOT NULL,
    lead_queue TEXT NOT NULL,
    assists TEXT NOT NULL,
    routing TEXT NOT NULL,
    place TEXT NOT NULL,
    grid_id TEXT,
    other_grid_id TEXT,
    community_id TEXT,
    lat DOUBLE PRECISION,
    lon DOUBLE PRECISION,
    text TEXT NOT NULL,
    reporter_id TEXT,
    need_id TEXT,
    household_id TEXT,
    merged_into TEXT,
    captured_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    stage_due BIGINT,
    due_at BIGINT,
    resolved_at BIGINT,
    closed_at BIGINT,
    -- When a suspended case wakes by itself.
    suspended_until BIGINT,
    -- What the state machine remembers beyond these columns, as JSON.
    facts TEXT NOT NULL,
    PRIMARY KEY (street_id, id)
) /*pg PARTITION BY HASH (street_id) */;
CREATE UNIQUE INDEX cases_number ON cases (street_id, number);
CREATE INDEX cases_queue ON cases (street_id, lead_queue, state, received_at);
CREATE INDEX cases_state ON cases (street_id, state, received_at);
CREATE INDEX cases_grid ON cases (street_id, grid_id, received_at);
CREATE INDEX cases_community ON cases (street_id, community_id, received_at);
CREATE INDEX cases_received ON cases (street_id, received_at);
CREATE INDEX cases_due ON cases (street_id, due_at);

-- `role` is `lead` or `assist`; `outcome` says why it ended.
CREATE TABLE orders (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    role TEXT NOT NULL,
    note TEXT NOT NULL,
    final_dispatch SMALLINT NOT NULL,
    opened_at BIGINT NOT NULL,
    accepted_at BIGINT,
    closed_at BIGINT,
    outcome TEXT,
    PRIMARY KEY (street_id, id)
) /*pg PARTITION BY HASH (street_id) */;
CREATE UNIQUE INDEX orders_one_open_lead ON orders (street_id, case_id) WHERE role = 'lead' AND closed_at IS NULL;
CREATE UNIQUE INDEX orders_one_open_assist ON orders (street_id, case_id, queue_id)
    WHERE role = 'assist' AND closed_at IS NULL;
CREATE INDEX orders_case ON orders (street_id, case_id, opened_at);
CREATE INDEX orders_queue ON orders (street_id, queue_id, closed_at);

-- Every clock a case has had. Runs while `done_at`, `ended_at` and `paused_at` are null.
CREATE TABLE clocks (
    street_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    n BIGINT NOT NULL,
    stage TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    -- It was met.
    done_at BIGINT,
    -- It ended without having been met.
    ended_at BIGINT,
    paused_at BIGINT,
    PRIMARY KEY (street_id, case_id, n)
) /*pg PARTITION BY HASH (street_id) */;
CREATE INDEX clocks_running ON clocks (street_id, due_at) WHERE done_at IS NULL AND ended_at IS NULL;

CREATE TABLE timeline (
    street_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    n BIGINT NOT NULL,
    what TEXT NOT NULL,
    actor_id TEXT,
    actor_label TEXT NOT NULL,
    queue_id TEXT,
    at BIGINT NOT NULL,
    captured_at BIGINT,
    state TEXT NOT NULL,
    text TEXT NOT NULL,
    reason TEXT,
    photos TEXT NOT NULL,
    report_id TEXT,
    mutation_id TEXT,
    PRIMARY KEY (street_id, case_id, n)
) /*pg PARTITION BY HASH (street_id) */;

-- Which case or visit a photo file belongs to. `subject_kind` is `case` or `visit`.
CREATE TABLE photos (
    street_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    -- `preview`, `upright` or `original`.
    copy TEXT NOT NULL,
    role TEXT NOT NULL,
    size BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    mime TEXT NOT NULL,
    author_id TEXT,
    -- 1 when the file is wanted without being asked for: every preview and upright, and an original without an upright.
    wanted SMALLINT NOT NULL,
    PRIMARY KEY (street_id, sha256, subject_kind, subject_id)
) /*pg PARTITION BY HASH (street_id) */;
CREATE INDEX photos_subject ON photos (street_id, subject_kind, subject_id);

-- Files that lie on the disk, whole and checked.
CREATE TABLE blobs (
    street_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    stored_at BIGINT NOT NULL,
    stored_by TEXT,
    PRIMARY KEY (street_id, sha256)
) /*pg PARTITION BY HASH (street_id) */;

CREATE TABLE upload_chunks (
    street_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at_offset BIGINT NOT NULL,
    size BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (street_id, sha256, at_offset)
);

-- The office asks the author's phone for an original.
CREATE TABLE original_requests (
    street_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    user_id TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    PRIMARY KEY (street_id, sha256)
);

-- Written once, replayed for ever. `kept` holds the whole mutation where it was rejected.
CREATE TABLE receipts (
    street_id TEXT NOT NULL,
    mutation_id TEXT NOT NULL,
    device_id TEXT,
    author_id TEXT NOT NULL,
    seq BIGINT,
    kind TEXT NOT NULL,
    entity TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    verdict TEXT NOT NULL,
    rev BIGINT,
    received_at BIGINT NOT NULL,
    kept TEXT,
    PRIMARY KEY (street_id, mutation_id)
) /*pg PARTITION BY HASH (street_id) */;

-- Mutations that wait for a person; kept whole.
CREATE TABLE parked (
    street_id TEXT NOT NULL,
    mutation_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    author_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    code TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    mutation TEXT NOT NULL,
    parked_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (street_id, mutation_id)
);
CREATE INDEX parked_entity ON parked (street_id, entity, settled_at);

-- Protocol errors that a person should know of.
CREATE TABLE incidents (
    street_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    device_id TEXT,
    mutation_id TEXT,
    details TEXT NOT NULL,
    PRIMARY KEY (street_id, id)
);
CREATE INDEX incidents_at ON incidents (street_id, at);

-- Copies of rejected mutations about something outside their author's scope; the office looks at them.
CREATE TABLE strays (
    street_id TEXT NOT NULL,
    mutation_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    author_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    mutation TEXT NOT NULL,
    at BIGINT NOT NULL,
    handled_at BIGINT,
    handled_by TEXT,
    PRIMARY KEY (street_id, mutation_id)
);
CREATE INDEX strays_at ON strays (street_id, at);

-- Which row is in which bucket, at its latest revision: an index of the present, not a log.
CREATE TABLE bucket_rows (
    street_id TEXT NOT NULL,
    bucket TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    gone SMALLINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (street_id, bucket, kind, id)
) /*pg PARTITION BY HASH (street_id) */;
CREATE UNIQUE INDEX bucket_rows_rev ON bucket_rows (street_id, bucket, rev);
CREATE INDEX bucket_rows_row ON bucket_rows (street_id, kind, id);

-- A cursor below `min_rev` is too old: its tombstones were removed.
CREATE TABLE buckets (
    street_id TEXT NOT NULL,
    bucket TEXT NOT NULL,
    min_rev BIGINT NOT NULL,
    PRIMARY KEY (street_id, bucket)
);
