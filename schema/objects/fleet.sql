-- Inside each Fleet object: the devices of one license and what waits for them.
-- Times are milliseconds since the Unix epoch, UTC.
-- Every statement may be repeated: it runs whenever the object wakes.

-- `terms`: edge::objects::FleetTerms of the highest version that the fleet was told; NULL before the first.
CREATE TABLE IF NOT EXISTS fleet (
    one             INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    shard           TEXT    NOT NULL,
    terms           TEXT    CHECK (json_valid(terms)),
    migrations_used INTEGER NOT NULL DEFAULT 0
) STRICT;

-- `vacated_ms`: when it gave up the place that it may still come back to. `missed_ms`: when it was found
-- overdue; NULL again with its next heartbeat. `issuer_block`: the issuer blocked it, not only the holder. `revision` grows with every change, `copied` is the one that D1 has.
-- No index on what a heartbeat changes: it would be a second row written.
CREATE TABLE IF NOT EXISTS devices (
    id                TEXT    NOT NULL PRIMARY KEY,
    fingerprint       TEXT    NOT NULL UNIQUE,
    components        TEXT    NOT NULL CHECK (json_valid(components)),
    name              TEXT,
    status            TEXT    NOT NULL CHECK (status IN ('active', 'deactivated', 'blocked')),
    public_key        TEXT,
    suspect           TEXT    CHECK (suspect IN ('clone', 'clock')),
    activated_ms      INTEGER NOT NULL,
    last_seen_ms      INTEGER,
    instance          TEXT,
    retired_instances TEXT    NOT NULL CHECK (json_valid(retired_instances)),
    sequence          INTEGER,
    status_report     TEXT    CHECK (json_valid(status_report)),
    vacated_ms        INTEGER,
    missed_ms         INTEGER,
    issuer_block      INTEGER NOT NULL DEFAULT 0 CHECK (issuer_block IN (0, 1)),
    revision          INTEGER NOT NULL,
    copied            INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Commands that wait. device_id is '' for one that waits for any caller, because no device was active.
CREATE TABLE IF NOT EXISTS commands (
    place        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id           TEXT    NOT NULL UNIQUE,
    device_id    TEXT    NOT NULL,
    body         TEXT    NOT NULL CHECK (json_valid(body)),
    delivered_ms INTEGER
) STRICT;

CREATE INDEX IF NOT EXISTS commands_by_device ON commands (device_id, place);

-- Commands that were taken in: a repeat changes nothing. Forgotten after 30 days.
CREATE TABLE IF NOT EXISTS parcels (
    id    TEXT    NOT NULL PRIMARY KEY,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When the newest stop or resume was given that was taken in: a late older one must not undo it. device_id is '' for
-- those that went to the whole license.
CREATE TABLE IF NOT EXISTS switches (
    device_id TEXT    NOT NULL PRIMARY KEY,
    given_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was decided here and must still reach D1 or an audit log.
CREATE TABLE IF NOT EXISTS outbox (
    place INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    body  TEXT    NOT NULL CHECK (json_valid(body))
) STRICT;
