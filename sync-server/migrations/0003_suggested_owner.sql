-- The queue that should handle a case, as the department says that gives it back.
ALTER TABLE timeline ADD COLUMN suggested TEXT;
