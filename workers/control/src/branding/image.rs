//! `PUT` and `DELETE` of a logo or an icon. What is kept is what was understood, not what was sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::branding::image;
use edge::admit::Caller;
use edge::branding::Shown;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::{Call, Failure};
use serde_json::{Value, json};
use store::Change;
use store::data::brand_images::{self, ImageKind, ImageRow};
use store::directory::tenants::TenantRow;
use wire::body;
use wire::branding::{ImageRequest, ImageView};
use wire::problem::Problem;

use crate::answer;
use crate::branding::view;
use crate::commit::{Deed, Place};
use crate::paging::Asked;
use crate::turn::records;

/// Sets an image of the caller's tenant, or of one below it (`?tenant_id=`).
pub async fn set(call: &Call, caller: &Caller, kind: ImageKind) -> Result<Outbound, Failure> {
    let asked = Asked::whole(call, &["tenant_id"])?;
    let tenant = view::subject(call, caller, asked.filter("tenant_id")).await?;
    let request: ImageRequest = body::read(&call.inbound.body)?;
    let image = read(&request.data)?;
    let row = ImageRow {
        kind,
        media: image.format.media().to_owned(),
        hash: license::hex(&license::sha256(&image.bytes)),
        bytes: u32::try_from(image.bytes.len()).map_err(Failure::internal)?,
    };
    let change = brand_images::put(&row, &BASE64.encode(&image.bytes), call.now);
    let detail = json!({ "image": kind, "media": row.media, "hash": row.hash });
    let shown = view::image(call, &tenant, &Shown { row, inherited: false });
    let out = answer::json(200, &ImageView { warnings: image.notes, ..shown })?;
    note(call, caller, &tenant, (change, "branding.image_set"), detail, out).await
}

/// Removes an image: repeatable by itself.
pub async fn remove(call: &Call, caller: &Caller, kind: ImageKind) -> Result<Outbound, Failure> {
    let asked = Asked::whole(call, &["tenant_id"])?;
    let tenant = view::subject(call, caller, asked.filter("tenant_id")).await?;
    let (rows,) = records(call, &tenant.id, tenant.shard).read((brand_images::list(),)).await?;
    if !rows.iter().any(|row| row.kind == kind) {
        return Ok(answer::empty());
    }
    let (change, detail) = (brand_images::remove(kind), json!({ "image": kind }));
    note(call, caller, &tenant, (change, "branding.image_removed"), detail, answer::empty()).await
}

fn read(data: &str) -> Result<image::Image, Problem> {
    let wrong = |text: &str| Problem::field("/data", text);
    let bytes = BASE64.decode(data).map_err(|_| wrong("is not base64"))?;
    image::read(bytes).map_err(|text| wrong(&text))
}

async fn note(
    call: &Call,
    caller: &Caller,
    tenant: &TenantRow,
    (change, action): (Change, &str),
    detail: Value,
    out: Outbound,
) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let deed = Deed {
        place: Place { tenant: &tenant.id, shard: tenant.shard },
        entry: Entry { actor: principal.actor(), action, subject: tenant.id.as_str(), detail },
        changes: vec![change],
        events: Vec::new(),
    };
    deed.commit(call, principal, None, out).await.map(|done| done.out)
}
