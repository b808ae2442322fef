-- A data shard: the records of the tenants placed on it. `tenant_id` comes first in every key.
-- Times are milliseconds since the Unix epoch, UTC. Booleans are 0 or 1.
-- WITHOUT ROWID where rows are small and read by ranges of the key; rows with long texts keep their rowid.

CREATE TABLE profiles (
    tenant_id      TEXT    NOT NULL PRIMARY KEY,
    name           TEXT    NOT NULL,
    crm_account_id TEXT,
    contact_email  TEXT,
    branding       TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(branding)),
    created_ms     INTEGER NOT NULL,
    updated_ms     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- tenant_id is the issuer.
CREATE TABLE products (
    tenant_id  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    key_prefix TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- tenant_id is the issuer. `term_seconds` is how long a license of this plan runs when nobody says otherwise.
CREATE TABLE plans (
    tenant_id    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    terms        TEXT    NOT NULL CHECK (json_valid(terms)),
    term_seconds INTEGER CHECK (term_seconds > 0),
    created_ms   INTEGER NOT NULL,
    updated_ms   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

-- tenant_id is the holder, who sees the license once provisioned_ms is set.
-- `license_key` is the text signed for this version; NULL until it is signed again.
CREATE TABLE licenses (
    tenant_id          TEXT    NOT NULL,
    id                 TEXT    NOT NULL,
    code               TEXT    NOT NULL,
    issuer             TEXT    NOT NULL,
    issuer_shard       TEXT    NOT NULL CHECK (issuer_shard IN ('eu', 'us', 'apac')),
    product            TEXT    NOT NULL,
    plan               TEXT    NOT NULL,
    standing           TEXT    NOT NULL CHECK (standing IN ('active', 'suspended', 'revoked')),
    suspended_reason   TEXT,
    starts_ms          INTEGER NOT NULL,
    ends_ms            INTEGER,
    terms              TEXT    NOT NULL CHECK (json_valid(terms)),
    exceeded_since_ms  INTEGER,
    version            INTEGER NOT NULL,
    license_key        TEXT,
    crm_opportunity_id TEXT,
    crm_account_id     TEXT,
    auto_renew         INTEGER NOT NULL DEFAULT 0 CHECK (auto_renew IN (0, 1)),
    billing_cycle      TEXT    CHECK (billing_cycle IN ('monthly', 'quarterly', 'yearly')),
    issued_ms          INTEGER NOT NULL,
    updated_ms         INTEGER NOT NULL,
    provisioned_ms     INTEGER,
    PRIMARY KEY (tenant_id, id)
) STRICT;

-- People and applications name a license by its code; unique per holder.
CREATE UNIQUE INDEX licenses_by_code ON licenses (tenant_id, code);

-- An issuer's view over what it has issued to holders on this shard, page by page.
CREATE INDEX licenses_by_issuer ON licenses (issuer, id);

-- Whose keys count on a holder's host: one entry of the index after the other, and no license.
CREATE INDEX licenses_issuers ON licenses (tenant_id, issuer, provisioned_ms) WHERE provisioned_ms IS NOT NULL;

-- Copies of what the Fleet objects hold. `components` are the hashed parts of the fingerprint.
CREATE TABLE devices (
    tenant_id    TEXT    NOT NULL,
    license_id   TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    fingerprint  TEXT    NOT NULL,
    components   TEXT    NOT NULL CHECK (json_valid(components)),
    name         TEXT,
    status       TEXT    NOT NULL CHECK (status IN ('active', 'deactivated', 'blocked')),
    public_key   TEXT,
    suspect      TEXT    CHECK (suspect IN ('clone', 'clock')),
    activated_ms INTEGER NOT NULL,
    last_seen_ms INTEGER,
    updated_ms   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, license_id, id)
) STRICT;

-- A validation names its device by the whole fingerprint.
CREATE INDEX devices_by_fingerprint ON devices (tenant_id, license_id, fingerprint);

-- The rank of a device is the number of active ones before it: a covering count, and the candidates of a partial match.
CREATE INDEX devices_active ON devices (tenant_id, license_id, activated_ms, id) WHERE status = 'active';

-- device_id NULL: for every device of the license.
CREATE TABLE commands (
    tenant_id       TEXT    NOT NULL,
    license_id      TEXT    NOT NULL,
    id              TEXT    NOT NULL,
    device_id       TEXT,
    body            TEXT    NOT NULL CHECK (json_valid(body)),
    created_ms      INTEGER NOT NULL,
    acknowledged_ms INTEGER,
    PRIMARY KEY (tenant_id, license_id, id)
) STRICT, WITHOUT ROWID;

-- Every validation asks for what waits; acknowledged commands are history and stay out of it.
CREATE INDEX commands_waiting ON commands (tenant_id, license_id, created_ms, id) WHERE acknowledged_ms IS NULL;

-- The newest gauge of each metric and device. `metric` before `device_id`, so that the sum per metric is one range.
-- device_id is '' when a report names no device.
CREATE TABLE usage_gauges (
    tenant_id  TEXT    NOT NULL,
    license_id TEXT    NOT NULL,
    metric     TEXT    NOT NULL,
    device_id  TEXT    NOT NULL,
    value      INTEGER NOT NULL CHECK (value >= 0),
    at_ms      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, license_id, metric, device_id)
) STRICT, WITHOUT ROWID;

-- What people know an API key by. What it may do is in the DIRECTORY.
CREATE TABLE api_key_info (
    tenant_id    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    app_name     TEXT    NOT NULL,
    app_type     TEXT    NOT NULL DEFAULT '',
    metadata     TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
    restrictions TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(restrictions)),
    created_by   TEXT    NOT NULL,
    created_ms   INTEGER NOT NULL,
    last_used_ms INTEGER,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- Private halves of the issuer's keys, sealed under the key-encryption key with tenant and kid as associated data.
CREATE TABLE signing_keys (
    tenant_id  TEXT    NOT NULL,
    kid        TEXT    NOT NULL,
    sealed     TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, kid)
) STRICT, WITHOUT ROWID;

-- The hash chain of a tenant, shipped from its AuditLog object.
CREATE TABLE audit (
    tenant_id  TEXT    NOT NULL,
    seq        INTEGER NOT NULL CHECK (seq > 0),
    event_id   TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    request_id TEXT    NOT NULL,
    detail     TEXT    NOT NULL CHECK (json_valid(detail)),
    prev       TEXT    NOT NULL,
    hash       TEXT    NOT NULL,
    PRIMARY KEY (tenant_id, seq)
) STRICT, WITHOUT ROWID;

-- Shipping repeats after a failure; an event counts once.
CREATE UNIQUE INDEX audit_by_event ON audit (tenant_id, event_id);

-- What must still reach an object. tenant_id is the tenant whose change wrote the row, `concerns` the tenant it is about.
CREATE TABLE outbox (
    tenant_id  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    concerns   TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    payload    TEXT    NOT NULL CHECK (json_valid(payload)),
    created_ms INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- The clock sweeps what was left behind on the whole shard: what failed the least, then the oldest.
CREATE INDEX outbox_by_attempts ON outbox (attempts, created_ms);

-- The answer to a POST with an Idempotency-Key. `owner` is the request that is at work on it.
CREATE TABLE idempotency (
    tenant_id     TEXT    NOT NULL,
    caller        TEXT    NOT NULL,
    key_hash      TEXT    NOT NULL,
    endpoint      TEXT    NOT NULL,
    body_hash     TEXT    NOT NULL,
    owner         TEXT    NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('running', 'done')),
    status        INTEGER,
    answer_sealed TEXT,
    created_ms    INTEGER NOT NULL,
    expires_ms    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, caller, key_hash),
    CHECK (state = 'running' OR (status IS NOT NULL AND answer_sealed IS NOT NULL))
) STRICT;

-- The clock removes what has expired, on the whole shard.
CREATE INDEX idempotency_by_expiry ON idempotency (expires_ms);

-- tenant_id is the issuer: which customer tenant its CRM account is.
CREATE TABLE crm_links (
    tenant_id      TEXT    NOT NULL,
    crm_account_id TEXT    NOT NULL,
    customer       TEXT    NOT NULL,
    created_ms     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, crm_account_id)
) STRICT, WITHOUT ROWID;

-- Which CRM account a customer is, when its license or statement is shown.
CREATE INDEX crm_links_by_customer ON crm_links (tenant_id, customer);
