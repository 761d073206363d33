-- What belongs to one case, visit or household is read in the order of these indexes. With a shorter index the engine read the
-- whole street's in the order asked for, once for every row that a phone pulled.
DROP INDEX photos_subject;
CREATE INDEX photos_subject ON photos (street_id, subject_kind, subject_id, sha256);
DROP INDEX needs_visit;
CREATE INDEX needs_visit ON needs (street_id, visit_id, id);
DROP INDEX field_history_household;
CREATE INDEX field_history_household ON field_history (street_id, household_id, entity_id, field);
