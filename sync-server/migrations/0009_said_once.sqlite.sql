-- Nothing is kept twice that is found by a name anyway. SQLite keeps a key in an index beside its table unless told otherwise;
-- here the rows lie under their keys, in the order in which they are read.

-- What belongs to a case or visit lies together; what names a file is found by an index. Role and measures of a photo stand in the
-- report, the note or the act that it came with.
ALTER TABLE photos RENAME TO photos_before;
DROP INDEX photos_subject;
CREATE TABLE photos (
    street_id TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    -- `preview`, `upright` or `original`.
    copy TEXT NOT NULL,
    size BIGINT NOT NULL,
    mime TEXT NOT NULL,
    author_id TEXT,
    -- 1 when the file is wanted without being asked for: every preview and upright, and an original without an upright.
    wanted SMALLINT NOT NULL,
    PRIMARY KEY (street_id, subject_kind, subject_id, sha256)
) WITHOUT ROWID;
INSERT INTO photos (street_id, subject_kind, subject_id, sha256, copy, size, mime, author_id, wanted)
    SELECT street_id, subject_kind, subject_id, sha256, copy, size, mime, author_id, wanted FROM photos_before
    ORDER BY street_id, subject_kind, subject_id, sha256;
DROP TABLE photos_before;
CREATE INDEX photos_sha256 ON photos (street_id, sha256);

-- A bucket lies in the order in which it is pulled.
ALTER TABLE bucket_rows RENAME TO bucket_rows_before;
DROP INDEX bucket_rows_rev;
DROP INDEX bucket_rows_row;
CREATE TABLE bucket_rows (
    street_id TEXT NOT NULL,
    bucket TEXT NOT NULL,
    rev BIGINT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    gone SMALLINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (street_id, bucket, rev)
) WITHOUT ROWID;
INSERT INTO bucket_rows (street_id, bucket, rev, kind, id, gone, at)
    SELECT street_id, bucket, rev, kind, id, gone, at FROM bucket_rows_before ORDER BY street_id, bucket, rev;
DROP TABLE bucket_rows_before;
CREATE UNIQUE INDEX bucket_rows_row ON bucket_rows (street_id, kind, id, bucket);

-- The step in which a case was reported shows the report's text and photos: it takes them from there.
ALTER TABLE timeline RENAME TO timeline_before;
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
    suggested TEXT,
    photos TEXT NOT NULL,
    report_id TEXT,
    mutation_id TEXT,
    PRIMARY KEY (street_id, case_id, n)
) WITHOUT ROWID;
INSERT INTO timeline (street_id, case_id, n, what, actor_id, actor_label, queue_id, at, captured_at, state, text, reason,
        suggested, photos, report_id, mutation_id)
    SELECT old.street_id, old.case_id, old.n, old.what, old.actor_id, old.actor_label, old.queue_id, old.at,
        old.captured_at, old.state,
        CASE WHEN REPLACE(reports.body, '"text":"' || old.text || '"', '') <> reports.body THEN '' ELSE old.text END,
        old.reason, old.suggested,
        CASE WHEN REPLACE(reports.body, '"photos":' || old.photos, '') <> reports.body THEN '[]' ELSE old.photos END,
        old.report_id, old.mutation_id
    FROM timeline_before AS old
    LEFT JOIN reports ON old.what = 'report' AND reports.street_id = old.street_id AND reports.id = old.report_id
    ORDER BY old.street_id, old.case_id, old.n;
DROP TABLE timeline_before;

-- Without figures SQLite takes a street for ten rows, and would rather read the rows of a whole street where they lie than look
-- names up in an index. Only proportions count; nobody gathers others.
ANALYZE streets;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('photos', 'photos', '600000 600000 300000 3 1'),
    ('photos', 'photos_sha256', '600000 600000 1'),
    ('bucket_rows', 'bucket_rows', '600000 600000 2000 1'),
    ('bucket_rows', 'bucket_rows_row', '600000 600000 300000 4 1'),
    ('timeline', 'timeline', '600000 600000 4 1');
ANALYZE sqlite_schema;
