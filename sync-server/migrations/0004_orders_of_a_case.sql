-- An act looks for the open order of one queue in one case. With the queue first, the engine would read every open order
-- of the queue for it.
DROP INDEX orders_case;
CREATE INDEX orders_case ON orders (street_id, case_id, queue_id, closed_at);
