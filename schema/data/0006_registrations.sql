-- What a company said of itself when it asked to be a tenant. tenant_id is the id that it wants; the row goes when
-- somebody else gets the id, or nobody proves the domain. `setup_hash` is the SHA-256 (hex) of the secret that only the
-- one who registered has; `key_id` the first API key, once it was shown.
CREATE TABLE registrations (
    tenant_id   TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    company     TEXT    NOT NULL,
    domain      TEXT    NOT NULL,
    country     TEXT    NOT NULL,
    tax_id      TEXT,
    admin_email TEXT    NOT NULL,
    admin_name  TEXT    NOT NULL,
    setup_hash  TEXT    NOT NULL CHECK (length(setup_hash) = 64),
    crm_id      TEXT    NOT NULL,
    settled_ms  INTEGER,
    key_id      TEXT,
    created_ms  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

-- Domains that a tenant brings, at every step of their way into service. Several tenants may claim the same one;
-- whose proof holds has it in DIRECTORY.hostnames. `remote` is what the platform last said of it: states and records to set.
CREATE TABLE custom_hostnames (
    tenant_id  TEXT    NOT NULL,
    host       TEXT    NOT NULL,
    token      TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('pending_proof', 'proved', 'requested', 'pending_validation', 'active',
                                                 'failed', 'removing')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    since_ms   INTEGER NOT NULL,
    next_ms    INTEGER,
    reason     TEXT,
    remote_id  TEXT,
    remote     TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(remote)),
    created_ms INTEGER NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, host)
) STRICT;

-- The clock takes the next step of what is due, on the whole shard.
CREATE INDEX custom_hostnames_due ON custom_hostnames (next_ms) WHERE next_ms IS NOT NULL;
