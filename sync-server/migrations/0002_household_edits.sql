-- Household files are edited field by field. `fields` says how each edited field came to its value, as JSON.

ALTER TABLE households ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';
ALTER TABLE residents ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';
-- 1 once the person does not live there any more. Whoever edits the person without knowing brings them back.
ALTER TABLE residents ADD COLUMN removed SMALLINT NOT NULL DEFAULT 0;

-- Every value a field ever had or was to have; the newest revision counts. `entity_id` is a household or a resident.
CREATE TABLE field_history (
    street_id TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    field TEXT NOT NULL,
    -- All zeros for the value before the first edit.
    mutation_id TEXT NOT NULL,
    household_id TEXT NOT NULL,
    -- JSON.
    value TEXT NOT NULL,
    rev BIGINT NOT NULL,
    author_id TEXT,
    device_id TEXT,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (street_id, entity_id, field, mutation_id)
) /*pg PARTITION BY HASH (street_id) */;
CREATE INDEX field_history_household ON field_history (street_id, household_id);

-- Fields whose two values wait for a person.
CREATE TABLE field_reviews (
    street_id TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    field TEXT NOT NULL,
    household_id TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    PRIMARY KEY (street_id, entity_id, field)
);
CREATE INDEX field_reviews_household ON field_reviews (street_id, household_id);
