-- Inside each Allocation object: who was promised what of one license, and who holds what.
-- Times are milliseconds since the Unix epoch, UTC.
-- Made by the first change of the tree or the first reservation asked for. Every statement may be repeated: it runs
-- whenever the object wakes.

-- What happened since the snapshot, in order, without gaps in `seq`: the only rows that are written while a caller waits.
-- `body`: domain::allocation::Entry. No index: it would be a second row written.
CREATE TABLE IF NOT EXISTS journal (
    seq  INTEGER NOT NULL PRIMARY KEY,
    body TEXT    NOT NULL CHECK (json_valid(body))
) STRICT;

-- The book that older entries were folded into, domain::allocation::Book as JSON, cut into parts that fit into a row.
CREATE TABLE IF NOT EXISTS snapshot (
    part INTEGER NOT NULL PRIMARY KEY,
    body TEXT    NOT NULL
) STRICT;
