-- Inside each Pool object: the journal of one license's floating seats (docs/adr/0009).
-- Times are milliseconds since the Unix epoch, UTC.
-- Every statement may be repeated: it runs whenever the object wakes.

-- What happened, in order, without gaps in `seq`: the only rows that are written while a caller waits.
-- `body`: domain::pool::Entry.
CREATE TABLE IF NOT EXISTS journal (
    seq  INTEGER NOT NULL PRIMARY KEY,
    body TEXT    NOT NULL CHECK (json_valid(body))
) STRICT;

-- The pool as of `folded`: domain::pool::Head. `shard`: where the holder's records live. `shipped`: the last entry that
-- D1 has. Entries up to both are gone from the journal.
CREATE TABLE IF NOT EXISTS pool (
    one     INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    shard   TEXT    NOT NULL,
    head    TEXT    CHECK (json_valid(head)),
    folded  INTEGER NOT NULL DEFAULT 0,
    shipped INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Leases as of `folded`, in the order in which they were granted. `body`: domain::pool::Lease.
CREATE TABLE IF NOT EXISTS leases (
    number INTEGER NOT NULL PRIMARY KEY,
    body   TEXT    NOT NULL CHECK (json_valid(body))
) STRICT;
