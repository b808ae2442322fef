-- How much a tenant may have: a plan of the service. Who was made by the operator or an MSP has no limits.
ALTER TABLE tenants ADD COLUMN plan TEXT NOT NULL DEFAULT 'enterprise'
    CHECK (plan IN ('free', 'startup', 'professional', 'enterprise'));

-- Companies that want to be tenants. What they say of themselves rests on the shard of the region that they chose.
-- Several may want the same `tenant` or `domain`: whose TXT record holds first wins. `proof` is what the record says,
-- for all to read. `verified`: won, and still to be made on its shard. `next_ms` NULL: nothing more to do.
CREATE TABLE registrations (
    id         TEXT    NOT NULL PRIMARY KEY,
    tenant     TEXT    NOT NULL,
    domain     TEXT    NOT NULL,
    proof      TEXT    NOT NULL,
    plan       TEXT    NOT NULL CHECK (plan IN ('free', 'startup', 'professional', 'enterprise')),
    region     TEXT    NOT NULL CHECK (region IN ('eu', 'us', 'apac')),
    shard      TEXT    NOT NULL CHECK (shard IN ('eu', 'us', 'apac')),
    status     TEXT    NOT NULL CHECK (status IN ('pending', 'verified', 'done', 'lost', 'expired')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL,
    next_ms    INTEGER
) STRICT, WITHOUT ROWID;

-- Whoever asks for a verification names the tenant and the proof.
CREATE INDEX registrations_by_tenant ON registrations (tenant, proof);

-- The clock looks again at what is due.
CREATE INDEX registrations_due ON registrations (next_ms) WHERE next_ms IS NOT NULL;

-- Proved domains of companies: one tenant each.
CREATE TABLE company_domains (
    domain TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX company_domains_by_tenant ON company_domains (tenant);
