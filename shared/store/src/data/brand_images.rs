//! The images of a tenant's pages.

use domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::query::{Change, Query};

/// What an image is for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageKind {
    /// Beside the name.
    Logo,
    /// In the browser's tab.
    Favicon,
}

impl ImageKind {
    /// The name as stored and in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Logo => "logo",
            Self::Favicon => "favicon",
        }
    }
}

/// What is known of an image without its bytes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ImageRow {
    /// What it is for.
    pub kind: ImageKind,
    /// Its media type.
    pub media: String,
    /// SHA-256 of its bytes, as hexadecimal digits.
    pub hash: String,
    /// How many bytes it has.
    pub bytes: u32,
}

/// An image with its bytes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ImageDataRow {
    /// Its media type.
    pub media: String,
    /// SHA-256 of its bytes, as hexadecimal digits.
    pub hash: String,
    /// Its bytes as base64.
    pub data: String,
}

/// The tenant's images, without their bytes. Index: the primary key.
pub fn list() -> Query<ImageRow> {
    Query::new("SELECT kind, media, hash, bytes FROM brand_images WHERE tenant_id = ?1").hot()
}

/// One of the tenant's images. Index: the primary key.
pub fn get(kind: ImageKind) -> Query<ImageDataRow> {
    Query::new("SELECT media, hash, data FROM brand_images WHERE tenant_id = ?1 AND kind = ?2")
        .bind(kind.name())
        .hot()
}

/// Sets an image; one of the same kind is replaced. `data`: base64.
pub fn put(image: &ImageRow, data: &str, now: Millis) -> Change {
    Change::new(
        "INSERT INTO brand_images (tenant_id, kind, media, hash, bytes, updated_ms, data)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (tenant_id, kind) DO UPDATE
            SET media = excluded.media, hash = excluded.hash, bytes = excluded.bytes,
                updated_ms = excluded.updated_ms, data = excluded.data",
    )
    .bind(image.kind.name())
    .bind(&image.media)
    .bind(&image.hash)
    .bind(image.bytes)
    .bind(now)
    .bind(data)
}

/// Removes an image, if there is one.
pub fn remove(kind: ImageKind) -> Change {
    Change::new("DELETE FROM brand_images WHERE tenant_id = ?1 AND kind = ?2").bind(kind.name())
}
