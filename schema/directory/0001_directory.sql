-- DIRECTORY: which tenant lives where, which host and which key belong to whom.
-- Global and small; holds no personal data, names or contact details (those are on the tenant's shard).
-- Times are milliseconds since the Unix epoch, UTC.

CREATE TABLE tenants (
    id         TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('operator', 'vendor', 'msp', 'customer')),
    parent     TEXT    REFERENCES tenants (id),
    region     TEXT    NOT NULL CHECK (region IN ('eu', 'us', 'apac')),
    shard      TEXT    NOT NULL CHECK (shard IN ('eu', 'us', 'apac')),
    status     TEXT    NOT NULL CHECK (status IN ('creating', 'active', 'suspended', 'closed')),
    created_ms INTEGER NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

-- An MSP or a vendor lists the tenants below it, page by page.
CREATE INDEX tenants_by_parent ON tenants (parent, id);

-- Every edge asks who is suspended; few ever are.
CREATE INDEX tenants_suspended ON tenants (id) WHERE status = 'suspended';

CREATE TABLE hostnames (
    host   TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    kind   TEXT NOT NULL CHECK (kind IN ('default', 'custom', 'house')),
    status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'disabled'))
) STRICT, WITHOUT ROWID;

-- A tenant's own hosts, for its settings page.
CREATE INDEX hostnames_by_tenant ON hostnames (tenant, host);

-- Only the SHA-256 (hex) of a key's whole text is kept.
CREATE TABLE api_keys (
    hash                TEXT    NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
    id                  TEXT    NOT NULL,
    tenant              TEXT    NOT NULL REFERENCES tenants (id),
    scopes              TEXT    NOT NULL,
    expires_ms          INTEGER,
    revoked_ms          INTEGER,
    rate_limit          INTEGER NOT NULL CHECK (rate_limit > 0),
    rate_window_seconds INTEGER NOT NULL CHECK (rate_window_seconds > 0),
    created_ms          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A key is named by its id where people list and revoke it; ids are unique everywhere.
CREATE UNIQUE INDEX api_keys_by_id ON api_keys (id);

-- A tenant lists its keys, page by page.
CREATE INDEX api_keys_by_tenant ON api_keys (tenant, id);

-- Public halves of the signing keys, certified by the root. The private halves rest sealed on the shards.
CREATE TABLE issuer_keys (
    kid           TEXT    NOT NULL PRIMARY KEY,
    tenant        TEXT    NOT NULL REFERENCES tenants (id),
    public_jwk    TEXT    NOT NULL CHECK (json_valid(public_jwk)),
    cert          TEXT    NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('next', 'active', 'retired')),
    not_before_ms INTEGER NOT NULL,
    retired_ms    INTEGER
) STRICT, WITHOUT ROWID;

-- The JWKS of a tenant, and "every key of this issuer" when a signature is checked.
CREATE INDEX issuer_keys_by_tenant ON issuer_keys (tenant, kid);

-- At most one key of an issuer signs at a time; also finds that key.
CREATE UNIQUE INDEX issuer_keys_active ON issuer_keys (tenant) WHERE state = 'active';
