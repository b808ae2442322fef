-- Data keys of a tenant: what seals its other secrets, itself sealed under a key-encryption key with tenant and version as
-- associated data. The key of the highest version seals; the others open what they have sealed.
-- `kek` is the id of the key-encryption key, as the sealed text names it.
CREATE TABLE data_keys (
    tenant_id  TEXT    NOT NULL,
    version    INTEGER NOT NULL CHECK (version > 0),
    sealed     TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    kek        TEXT    AS (substr(sealed, 4, instr(substr(sealed, 4), '.') - 1)) VIRTUAL,
    PRIMARY KEY (tenant_id, version)
) STRICT, WITHOUT ROWID;

-- A rotation looks for what another key-encryption key has sealed, on the whole shard.
CREATE INDEX data_keys_by_kek ON data_keys (kek);

ALTER TABLE signing_keys ADD COLUMN kek TEXT AS (substr(sealed, 4, instr(substr(sealed, 4), '.') - 1)) VIRTUAL;

CREATE INDEX signing_keys_by_kek ON signing_keys (kek);
