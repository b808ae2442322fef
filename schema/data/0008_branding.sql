-- The images of a tenant's pages, checked before they came here: base64, for statements carry text. The texts and
-- colors stand in profiles.branding. `hash` is of the bytes: addresses hold it, so that browsers keep what they have.
CREATE TABLE brand_images (
    tenant_id  TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('logo', 'favicon')),
    media      TEXT    NOT NULL,
    hash       TEXT    NOT NULL,
    bytes      INTEGER NOT NULL CHECK (bytes BETWEEN 1 AND 65536),
    updated_ms INTEGER NOT NULL,
    data       TEXT    NOT NULL,
    PRIMARY KEY (tenant_id, kind)
) STRICT;
