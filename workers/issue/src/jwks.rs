//! `GET /.well-known/jwks.json`: the public keys that count on this host, each with its certificate.
//!
//! Always the answer key. On a tenant's own host also the license keys of the tenant and of the issuers of what it holds;
//! on a shared host those of the issuer that `?tenant=` names. License texts carry their certificates themselves, so that a
//! verifier with the root needs none of this.

use std::collections::BTreeSet;

use domain::id::TenantId;
use edge::admit::admit;
use edge::db::Freshness;
use edge::keys::Keys;
use edge::serve::Answer;
use edge::site::Site;
use edge::{Call, Failure, answer};
use license::jwk::{Jwk, Jwks};
use store::data::licenses;
use store::directory::issuer_keys::{self, IssuerKeyRow};
use wire::endpoints::Endpoint;
use wire::problem::Kind;

use crate::signing_keys::jwk;

/// Issuers of what a tenant holds whose keys one answer shows.
const MOST: u32 = 200;

/// Who: anybody. Load: whose keys count here, then the keys.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let caller = admit(call, endpoint).await?;
    let own = Keys::of(&call.env)?;
    let issuers = issuers(call, &caller.site).await?;
    let rows = if issuers.is_empty() {
        Vec::new()
    } else {
        call.directory(Freshness::Nearest).read((issuer_keys::of_tenants(&issuers),)).await?.0
    };
    let answers =
        Jwk::published(own.answer_kid.clone(), &own.answer.public(), own.answer_cert.clone());
    let mut keys = vec![answers];
    for row in rows {
        keys.push(published(row)?);
    }
    let mut out = answer::json(200, &Jwks { keys })?;
    out.set("content-type", "application/jwk-set+json");
    out.set("cache-control", "public, max-age=300");
    Ok(Answer::to(caller, out))
}

fn published(row: IssuerKeyRow) -> Result<Jwk, Failure> {
    let public = jwk(&row)?.public().map_err(Failure::internal)?;
    Ok(Jwk::published(row.kid, &public, row.cert))
}

async fn issuers(call: &Call, site: &Site) -> Result<Vec<TenantId>, Failure> {
    if site.house.is_some() {
        let query = call.inbound.query();
        let named = query.iter().find(|(name, _)| name == "tenant");
        let named =
            named.map(|(_, value)| TenantId::parse(value).map_err(|_| Kind::TenantNotFound));
        return Ok(named.transpose()?.into_iter().collect());
    }
    let mut issuers: BTreeSet<_> =
        site.kind.issues().then(|| site.tenant.clone()).into_iter().collect();
    let records = call.records(&site.tenant, site.shard, Freshness::Nearest);
    let (rows,) = records.read((licenses::issuers(MOST),)).await?;
    issuers.extend(rows.into_iter().map(|row| row.issuer));
    Ok(issuers.into_iter().collect())
}
