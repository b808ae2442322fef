-- Inside each Pool object: the journal of one license's floating seats (docs/adr/0009).
-- Times are milliseconds since the Unix epoch, UTC.
-- Made when the first seat is asked for. Every statement may be repeated: it runs whenever the object wakes.

-- What happened, in order, without gaps in `seq`: the only rows that are written while a caller waits.
-- `body`: domain::pool::Entry. No index: it would be a second row written.
CREATE TABLE IF NOT EXISTS journal (
    seq   INTEGER NOT NULL PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    body  TEXT    NOT NULL CHECK (json_valid(body))
) STRICT;

-- The pool as of `folded`: domain::pool::Head; NULL before the journal was folded for the first time. `shard`: where
-- the holder's records live. `shipped`: the last entry that D1 has. Only entries up to both leave the journal.
CREATE TABLE IF NOT EXISTS pool (
    one     INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    shard   TEXT    NOT NULL,
    head    TEXT    CHECK (json_valid(head)),
    folded  INTEGER NOT NULL DEFAULT 0,
    shipped INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Leases as of `folded`, in the order in which they were granted; ended ones too, until they are forgotten.
-- `body`: domain::pool::Lease.
CREATE TABLE IF NOT EXISTS leases (
    number INTEGER NOT NULL PRIMARY KEY,
    body   TEXT    NOT NULL CHECK (json_valid(body))
) STRICT;
