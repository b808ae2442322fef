-- The ledger of floating seats: every entry of a Pool's journal that is about seats, shipped once, for ever.
-- tenant_id is the holder. `seq` counts the entries of a license's pool (those about terms, rules and polls stay there, so
-- numbers are missing here). `commit_seats` and `overage_seats`: taken by a `checked_out`, freed by an `ended`; over all
-- rows what was taken less what was freed is what is held. The last three columns are the gauges after the entry.
CREATE TABLE lease_events (
    tenant_id     TEXT    NOT NULL,
    license_id    TEXT    NOT NULL,
    seq           INTEGER NOT NULL,
    at_ms         INTEGER NOT NULL,
    kind          TEXT    NOT NULL CHECK (kind IN ('checked_out', 'extended', 'returned', 'ended', 'refused', 'queued',
                                                   'set_aside', 'left', 'lapsed')),
    lease_id      TEXT,
    owner         TEXT,
    user          TEXT,
    host          TEXT,
    device        TEXT,
    quantity      INTEGER NOT NULL,
    commit_seats  INTEGER NOT NULL,
    overage_seats INTEGER NOT NULL,
    reason        TEXT,
    commit_held   INTEGER NOT NULL,
    overage_held  INTEGER NOT NULL,
    waiting       INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, license_id, seq)
) STRICT, WITHOUT ROWID;

-- A statement reads a period of a pool, and the last entry before it.
CREATE INDEX lease_events_by_time ON lease_events (tenant_id, license_id, at_ms, seq);
