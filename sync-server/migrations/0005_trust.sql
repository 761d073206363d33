-- A restored database is noticed, a copy elsewhere is known of, and buckets can be compared.

-- A phone has seen a later revision than the street has: since then nothing is written until somebody looks at it.
ALTER TABLE streets ADD COLUMN read_only_at BIGINT;
-- When the copy was made that `durable_rev` tells of.
ALTER TABLE streets ADD COLUMN backed_up_at BIGINT;
-- Digest of the rows in a bucket; null where they were not counted yet.
ALTER TABLE buckets ADD COLUMN digest TEXT;
