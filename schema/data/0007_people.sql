-- People of a tenant, how they are let in, and who from above may help. Personal data: on the tenant's shard alone.

-- `email` is normalised. `customers`: the only ones that a person of an MSP looks after; NULL for all.
-- `issuer` and `subject` are what an identity provider calls the person, once it has.
CREATE TABLE users (
    tenant_id  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    customers  TEXT    CHECK (customers IS NULL OR json_valid(customers)),
    issuer     TEXT,
    subject    TEXT,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK ((issuer IS NULL) = (subject IS NULL))
) STRICT;

-- Who signs in names an address; one person each.
CREATE UNIQUE INDEX users_by_email ON users (tenant_id, email);

-- An identity provider names people by its own ids.
CREATE UNIQUE INDEX users_by_subject ON users (tenant_id, issuer, subject) WHERE issuer IS NOT NULL;

-- One invitation per address: a newer one takes its place.
CREATE TABLE invitations (
    tenant_id  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    customers  TEXT    CHECK (customers IS NULL OR json_valid(customers)),
    token_hash TEXT    NOT NULL,
    invited_by TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_ms    INTEGER,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE UNIQUE INDEX invitations_by_token ON invitations (tenant_id, token_hash);

CREATE UNIQUE INDEX invitations_by_email ON invitations (tenant_id, email);

-- One-time links: to sign in, and for support access. `actor` is '' for a link that was never sent: somebody asked for
-- an address that nobody here has, and that must cost the same.
CREATE TABLE sign_in_links (
    tenant_id  TEXT    NOT NULL,
    token_hash TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    grant_id   TEXT,
    return_to  TEXT,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_ms    INTEGER,
    PRIMARY KEY (tenant_id, token_hash)
) STRICT, WITHOUT ROWID;

-- The clock removes them a day after they ended.
CREATE INDEX sign_in_links_by_expiry ON sign_in_links (expires_ms);

-- What people see of their sessions. What a session may do is in the DIRECTORY.
CREATE TABLE session_info (
    tenant_id  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    address    TEXT    NOT NULL,
    agent      TEXT    NOT NULL,
    method     TEXT    NOT NULL CHECK (method IN ('link', 'invitation', 'oidc', 'support')),
    created_ms INTEGER NOT NULL,
    seen_ms    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX session_info_by_actor ON session_info (tenant_id, actor, id);

-- The clock forgets sessions that were not used for longer than any lasts.
CREATE INDEX session_info_by_use ON session_info (seen_ms);

-- Support access: who from above may come in, why, and until when. tenant_id is the customer.
CREATE TABLE support_grants (
    tenant_id  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    supporter  TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    ended_ms   INTEGER,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- How a tenant's people sign in at its own identity provider. The client's secret rests sealed.
CREATE TABLE identity_providers (
    tenant_id     TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    issuer        TEXT    NOT NULL,
    client_id     TEXT    NOT NULL,
    client_secret TEXT,
    token_auth    TEXT    NOT NULL CHECK (token_auth IN ('basic', 'post')),
    auto_join     TEXT,
    updated_ms    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
