-- Tenants that are to be erased, or were. The clock erases what is due, part by part: `objects_done` is the last license
-- whose objects are empty.
CREATE TABLE erasures (
    tenant       TEXT    NOT NULL PRIMARY KEY REFERENCES tenants (id),
    asked_ms     INTEGER NOT NULL,
    due_ms       INTEGER NOT NULL,
    objects_done TEXT    NOT NULL DEFAULT '',
    erased_ms    INTEGER
) STRICT, WITHOUT ROWID;

-- The clock asks every minute; almost always there is nothing.
CREATE INDEX erasures_due ON erasures (due_ms) WHERE erased_ms IS NULL;
