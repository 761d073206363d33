-- Whether the record that a thing begins with was refused; few receipts are of refusals.
CREATE INDEX receipts_refused ON receipts (street_id, entity) WHERE kept IS NOT NULL;
