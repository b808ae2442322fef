-- Alerts about a tenant's API keys, written by its Watch object. `seq` counts them, from 1. `key_id` is NULL where a
-- product is watched. `detail`: how the first call looked. `calls` and `last_ms` grow while the episode goes on.
CREATE TABLE alerts (
    tenant_id       TEXT    NOT NULL,
    id              TEXT    NOT NULL,
    seq             INTEGER NOT NULL CHECK (seq > 0),
    rule            TEXT    NOT NULL,
    severity        TEXT    NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
    key_id          TEXT,
    value           TEXT    NOT NULL,
    detail          TEXT    NOT NULL CHECK (json_valid(detail)),
    calls           INTEGER NOT NULL,
    first_ms        INTEGER NOT NULL,
    last_ms         INTEGER NOT NULL,
    acknowledged_ms INTEGER,
    acknowledged_by TEXT,
    note            TEXT,
    trusted         INTEGER NOT NULL DEFAULT 0 CHECK (trusted IN (0, 1)),
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- A tenant lists its alerts, the newest first, page by page.
CREATE UNIQUE INDEX alerts_by_seq ON alerts (tenant_id, seq);

-- What a tenant wants to be told: domain::watch::Rules. Its Watch object has a copy; the highest version wins.
CREATE TABLE alert_rules (
    tenant_id  TEXT    NOT NULL PRIMARY KEY,
    version    INTEGER NOT NULL,
    rules      TEXT    NOT NULL CHECK (json_valid(rules)),
    updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where alerts go. `sealed`: the secret of a webhook, under the tenant's data key.
CREATE TABLE alert_channels (
    tenant_id  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('email', 'webhook')),
    target     TEXT    NOT NULL,
    sealed     TEXT,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK ((kind = 'webhook') = (sealed IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX alert_channels_by_target ON alert_channels (tenant_id, kind, target);

-- Which applications of a product its issuer lets in: domain::app::Policy. The same row on every shard, so that it comes
-- with the license that it is about; nothing in it is personal. The highest version wins.
CREATE TABLE app_policies (
    issuer     TEXT    NOT NULL,
    product    TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    policy     TEXT    NOT NULL CHECK (json_valid(policy)),
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (issuer, product)
) STRICT, WITHOUT ROWID;
