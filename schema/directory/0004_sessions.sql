-- Sessions: who has signed in where. Only the SHA-256 (hex) of a token is kept, and nothing personal: name, address and
-- browser of a person are on the tenant's shard.
-- A session keeps its id when its token is replaced; the row of the token before ends a minute later.
CREATE TABLE sessions (
    hash       TEXT    NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
    id         TEXT    NOT NULL,
    tenant     TEXT    NOT NULL REFERENCES tenants (id),
    actor      TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    customers  TEXT    CHECK (customers IS NULL OR json_valid(customers)),
    made_ms    INTEGER NOT NULL,
    seen_ms    INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    replaced   INTEGER NOT NULL DEFAULT 0 CHECK (replaced IN (0, 1)),
    revoked_ms INTEGER
) STRICT, WITHOUT ROWID;

-- A person's sessions, to list and to end them.
CREATE INDEX sessions_by_actor ON sessions (tenant, actor, id);

-- The clock removes what has ended.
CREATE INDEX sessions_by_expiry ON sessions (expires_ms);
