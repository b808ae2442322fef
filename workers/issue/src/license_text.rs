//! `GET /api/v1/licenses/files/{license}`: the signed text, for the holder (by id or code) and the issuer (by id).

use domain::id::LicenseId;
use domain::place::Shard;
use edge::admit::admit;
use edge::db::Freshness;
use edge::principal::Principal;
use edge::serve::Answer;
use edge::{Call, Failure, answer};
use futures_util::future::try_join;
use license::{file, product_key};
use store::data::licenses::{self, LicenseRow};
use wire::endpoints::Endpoint;
use wire::license::LicenseText;
use wire::problem::Kind;

use crate::{issuer, text};

/// Who: holder or issuer. Load: the current version. Answer: its text in every form, signed again when none is kept.
pub async fn handle(
    call: &Call,
    endpoint: &'static Endpoint,
    reference: &str,
) -> Result<Answer, Failure> {
    let caller = admit(call, endpoint).await?;
    let (shard, row) = find(call, caller.principal()?, reference).await?;
    let issuer = issuer::of(&row);
    let license_key = text::current(call, &row, shard, &issuer).await?;
    let compact = product_key::decode(&license_key).map_err(Failure::internal)?.jws;
    let body = LicenseText {
        license_id: row.id,
        version: row.version,
        file: file::encode(&compact),
        compact,
        license_key,
    };
    Ok(Answer::to(caller, answer::json(200, &body)?))
}

/// The license among those that the caller holds, or among those that it issued, and where it is.
async fn find(
    call: &Call,
    principal: &Principal,
    reference: &str,
) -> Result<(Shard, LicenseRow), Failure> {
    let held = async {
        let records = call.records(&principal.tenant, principal.shard, Freshness::Nearest);
        Ok::<_, Failure>(
            records.first(licenses::by_ref(reference)).await?.map(|row| (principal.shard, row)),
        )
    };
    let (held, issued) = try_join(held, issued(call, principal, reference)).await?;
    held.or(issued).ok_or_else(|| Kind::LicenseNotFound.into())
}

/// An id says on which shard the license is; it is there or nowhere.
async fn issued(
    call: &Call,
    principal: &Principal,
    reference: &str,
) -> Result<Option<(Shard, LicenseRow)>, Failure> {
    let id = LicenseId::parse(reference).ok().filter(|_| principal.kind.issues());
    let Some((shard, id)) = id.and_then(|id| Some((id.shard_hint()?, id))) else { return Ok(None) };
    let records = call.records(&principal.tenant, shard, Freshness::Nearest);
    Ok(records.first(licenses::issued_by_id(&id)).await?.map(|row| (shard, row)))
}
