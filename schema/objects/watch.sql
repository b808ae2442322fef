-- Inside each Watch object: what is usual for the API keys of one tenant, and for applications of its products.
-- Times are milliseconds since the Unix epoch, UTC.
-- Every statement may be repeated: it runs whenever the object wakes.

-- `rules`: domain::watch::Rules of the highest `version` that the object was told; NULL before the first, and then the
-- usual ones hold. `alerts`: how many were raised.
CREATE TABLE IF NOT EXISTS watch (
    one     INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    shard   TEXT    NOT NULL,
    rules   TEXT    CHECK (json_valid(rules)),
    version INTEGER NOT NULL DEFAULT 0,
    alerts  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A domain::watch::Book by the key's id, or by `product/<id>` for a product of the tenant.
CREATE TABLE IF NOT EXISTS books (
    name    TEXT    NOT NULL PRIMARY KEY,
    body    TEXT    NOT NULL CHECK (json_valid(body)),
    used_ms INTEGER NOT NULL
) STRICT;

-- Applications that have used the tenant's products, by customer.
CREATE TABLE IF NOT EXISTS apps (
    product     TEXT    NOT NULL,
    customer    TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL,
    lib_version TEXT    NOT NULL,
    calls       INTEGER NOT NULL,
    refused     INTEGER NOT NULL,
    first_ms    INTEGER NOT NULL,
    last_ms     INTEGER NOT NULL,
    PRIMARY KEY (product, customer, fingerprint, lib_version)
) STRICT, WITHOUT ROWID;

-- Alerts of which D1 has not the newest. `seq` counts alerts. `raised`: D1 does not have it at all, and it must be told.
-- `revision` grows with every change.
CREATE TABLE IF NOT EXISTS outbox (
    alert    TEXT    NOT NULL PRIMARY KEY,
    seq      INTEGER NOT NULL,
    body     TEXT    NOT NULL CHECK (json_valid(body)),
    raised   INTEGER NOT NULL CHECK (raised IN (0, 1)),
    revision INTEGER NOT NULL
) STRICT;

-- The numbers of alerts that may still grow.
CREATE TABLE IF NOT EXISTS numbers (
    alert   TEXT    NOT NULL PRIMARY KEY,
    seq     INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) STRICT;
