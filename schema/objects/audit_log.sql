-- Inside each AuditLog object: the chain itself. D1 holds a copy up to `shipped_seq`.
-- Every statement may be repeated: it runs whenever the object wakes.
CREATE TABLE IF NOT EXISTS entries (
    seq   INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
    event TEXT    NOT NULL UNIQUE,
    body  TEXT    NOT NULL CHECK (json_valid(body))
) STRICT;

CREATE TABLE IF NOT EXISTS log (
    one         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    shard       TEXT    NOT NULL,
    head_seq    INTEGER NOT NULL,
    head_hash   TEXT    NOT NULL,
    shipped_seq INTEGER NOT NULL
) STRICT;
