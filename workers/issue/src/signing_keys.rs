//! `GET /api/v1/signing-keys`: the issuer's keys, public halves only. The first ones are made with the first license.

use edge::admit::admit;
use edge::db::Freshness;
use edge::serve::Answer;
use edge::{Call, Failure, answer};
use license::jwk::Jwk;
use store::directory::issuer_keys::{self, IssuerKeyRow};
use wire::endpoints::Endpoint;
use wire::page::Page;
use wire::signing::SigningKeyView;

/// Who: an issuer. Load: its keys in the DIRECTORY.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let caller = admit(call, endpoint).await?;
    let tenant = &caller.principal()?.tenant;
    let (rows,) =
        call.directory(Freshness::Primary).read((issuer_keys::of_tenant(tenant),)).await?;
    let items = rows.into_iter().map(view).collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::to(caller, answer::json(200, &Page { items, next_cursor: None })?))
}

fn view(row: IssuerKeyRow) -> Result<SigningKeyView, Failure> {
    Ok(SigningKeyView {
        x: jwk(&row)?.x,
        kid: row.kid,
        state: row.state.name().to_owned(),
        not_before: row.not_before_ms.into(),
        retired_at: row.retired_ms.map(Into::into),
    })
}

/// The public half of a stored key.
///
/// # Errors
/// When the stored text is no JWK.
pub fn jwk(row: &IssuerKeyRow) -> Result<Jwk, Failure> {
    serde_json::from_str(&row.public_jwk).map_err(Failure::internal)
}
