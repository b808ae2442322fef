-- What outlives an erasure, accounts and the log, is deleted ten years after it.
ALTER TABLE erasures ADD COLUMN ended_ms INTEGER;

-- The clock asks every minute; almost always there is nothing.
CREATE INDEX erasures_ending ON erasures (erased_ms) WHERE erased_ms IS NOT NULL AND ended_ms IS NULL;
