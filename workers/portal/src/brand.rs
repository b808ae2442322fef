//! `/brand/*`: a site's style sheet and images, and where pages find them.
//!
//! Addresses in pages hold a hash of what they lead to, so browsers keep it for good and see a change at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::branding::color::Color;
use domain::branding::image::Format;
use domain::branding::{Branding, css};
use edge::branding::{Look, Shown, above, own, shard_of};
use edge::db::Freshness;
use edge::door::Outbound;
use edge::site::Site;
use edge::{Call, Failure};
use futures_util::future::try_join;
use store::data::brand_images::{self, ImageDataRow, ImageKind};
use wire::problem::Kind;

use crate::page::Head;
use crate::reply::Reply;

const PRIMARY: &str = "#2446c8";
const ACCENT: &str = "#0aa5a0";
/// For how long an address without the right hash may be shown again.
const FRESH: &str = "public, max-age=300, stale-while-revalidate=3600";
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// What an image may do when it is opened by itself: nothing. An SVG may draw with its own styles.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// What a site's tenant is called, and what its pages show.
///
/// # Errors
/// When a store is away.
pub async fn look(call: &Call, site: &Site) -> Result<(Option<String>, Look), Failure> {
    let own = own(call, &site.tenant, site.shard, Freshness::Nearest);
    let above = above(call, site.parent.as_ref(), Freshness::Nearest);
    let (own, above) = try_join(own, above).await?;
    let look = Look::of(&own, above.as_ref());
    Ok((own.name, look))
}

/// What a page of a site says in its head.
pub fn head(look: &Look) -> Head {
    let icon = look.favicon.as_ref().map(image_address);
    Head { style: Some(style_address(&look.branding)), icon, scripted: false }
}

/// Where the logo is.
pub fn image_address(shown: &Shown) -> String {
    let hash = shown.row.hash.get(..16).unwrap_or(&shown.row.hash);
    format!("/brand/{}?v={hash}", shown.row.kind.name())
}

fn style_address(branding: &Branding) -> String {
    format!("/brand/style.css?v={}", short_hash(style(branding).as_bytes()))
}

fn short_hash(bytes: &[u8]) -> String {
    license::hex(&license::sha256(bytes)).chars().take(16).collect()
}

/// The answer to a path below `/brand/`.
///
/// # Errors
/// `not-found`, or a store that is away.
pub async fn answer(call: &Call, site: Option<&Site>, name: &str) -> Result<Reply, Failure> {
    match (name, site) {
        ("style.css", Some(site)) => Ok(style_reply(call, &look(call, site).await?.1.branding)),
        ("style.css", None) => Ok(style_reply(call, &Branding::default())),
        ("logo", Some(site)) => image_reply(call, site, ImageKind::Logo).await,
        ("favicon", Some(site)) => image_reply(call, site, ImageKind::Favicon).await,
        _ => Err(Kind::NotFound.into()),
    }
}

/// The variables that the pages' styles build on, and what the tenant's own style sheet may add.
fn style(branding: &Branding) -> String {
    let color = |chosen: &Option<String>| chosen.as_deref().and_then(Color::parse);
    let primary = color(&branding.primary_color).or_else(|| Color::parse(PRIMARY));
    let ink = if primary.is_some_and(Color::is_light) { "#10131a" } else { "#ffffff" };
    let (brand, accent) = (
        primary.map_or_else(|| PRIMARY.to_owned(), Color::text),
        color(&branding.accent_color).map_or_else(|| ACCENT.to_owned(), Color::text),
    );
    let page = color(&branding.background_color).filter(|color| color.is_light());
    let page = page.map_or_else(String::new, |page| {
        format!("@media (prefers-color-scheme:light){{:root{{--page:{}}}}}\n", page.text())
    });
    // Checked when it was set, and read again by today's rules.
    let own = branding.custom_css.as_deref().and_then(|source| css::sanitize(source).ok());
    let own = own.map(|sheet| sheet.css).unwrap_or_default();
    format!(":root{{--brand:{brand};--accent:{accent};--ink:{ink}}}\n{page}{own}")
}

fn style_reply(call: &Call, branding: &Branding) -> Reply {
    let text = style(branding);
    let hash = short_hash(text.as_bytes());
    let mut out = Outbound::json(200, text);
    out.set("content-type", "text/css; charset=utf-8");
    kept(call, out, &hash, None)
}

/// The image of the site, or that of the tenant above it, asked for side by side.
async fn image_reply(call: &Call, site: &Site, kind: ImageKind) -> Result<Reply, Failure> {
    let records = call.records(&site.tenant, site.shard, Freshness::Nearest);
    let mine = async { Ok::<_, Failure>(records.first(brand_images::get(kind)).await?) };
    let (mine, theirs) = try_join(mine, image_above(call, site, kind)).await?;
    let image = mine.or(theirs).ok_or(Kind::NotFound)?;
    // What is not one of our formats was not put there by us.
    let format = Format::from_media(&image.media).ok_or(Kind::NotFound)?;
    let bytes = BASE64.decode(&image.data).map_err(Failure::internal)?;
    let mut out = Outbound::json(200, String::new());
    out.set("content-type", format.media());
    out.set("content-security-policy", POLICY);
    out.set("content-disposition", "inline");
    let hash = image.hash.get(..16).unwrap_or(&image.hash).to_owned();
    Ok(kept(call, out, &hash, Some(bytes)))
}

async fn image_above(
    call: &Call,
    site: &Site,
    kind: ImageKind,
) -> Result<Option<ImageDataRow>, Failure> {
    let Some(parent) = &site.parent else { return Ok(None) };
    let Some(shard) = shard_of(call, parent).await? else { return Ok(None) };
    let records = call.records(parent, shard, Freshness::Nearest);
    Ok(records.first(brand_images::get(kind)).await?)
}

/// The answer with how long it may be kept; without a body where the asker has it already.
fn kept(call: &Call, mut out: Outbound, hash: &str, bytes: Option<Vec<u8>>) -> Reply {
    let tag = format!("\"{hash}\"");
    let asked = call.inbound.query().into_iter().find(|(name, _)| name == "v");
    let by_hash = asked.is_some_and(|(_, value)| value == hash);
    out.set("cache-control", if by_hash { FOR_GOOD } else { FRESH });
    out.set("etag", tag.clone());
    Reply { out, bytes, tag: Some(tag) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branding(value: serde_json::Value) -> Branding {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn only_proper_colors_reach_the_style() {
        let rows = [
            ("#1a2B3c", "--brand:#1a2b3c"),
            ("red", "--brand:#2446c8"),
            ("#123456}body{display:none", "--brand:#2446c8"),
        ];
        for (chosen, want) in rows {
            let css = style(&branding(serde_json::json!({ "primary_color": chosen })));
            assert!(css.contains(want) && !css.contains("display"), "{css}");
        }
    }

    #[test]
    fn letters_on_the_brand_can_be_read() {
        for (color, ink) in [("#ffd400", "#10131a"), ("#123456", "#ffffff")] {
            let css = style(&branding(serde_json::json!({ "primary_color": color })));
            assert!(css.contains(&format!("--ink:{ink}")), "{css}");
        }
    }

    #[test]
    fn a_style_sheet_that_is_no_longer_allowed_is_not_served() {
        let css = style(&branding(serde_json::json!({ "custom_css": "h1{background:url(x)}" })));
        assert!(!css.contains("h1"), "{css}");
        let css = style(&branding(serde_json::json!({ "custom_css": "h1{color:red}" })));
        assert!(css.ends_with(".brand h1{color:red}\n"), "{css}");
    }

    #[test]
    fn a_dark_ground_is_left_to_dark_systems() {
        let ground =
            |color: &str| style(&branding(serde_json::json!({ "background_color": color })));
        assert!(ground("#fff8e1").contains("{:root{--page:#fff8e1}}"));
        assert!(!ground("#101010").contains("--page"), "letters could not be read");
    }
}
