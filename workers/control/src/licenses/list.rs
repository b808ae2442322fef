//! Pages of licenses: those that the caller holds, or has issued to holders on any shard.

use std::collections::BTreeMap;

use domain::id::LicenseId;
use domain::place::Shard;
use domain::usage::Usage;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::failure::StoreFailure;
use edge::principal::Principal;
use edge::{Call, Failure};
use futures_util::future::try_join_all;
use store::data::licenses::{self, LicenseRow};
use store::data::usage::{self, LicenseGaugeRow};
use wire::license::LicenseView;

use crate::answer;
use crate::licenses::view;
use crate::paging::{Asked, wrong};
use crate::turn::{own, records};

type UsageOf = BTreeMap<LicenseId, Usage>;

/// A page of licenses in the order of their ids. `?view=held` shows issuers what they hold themselves.
pub async fn list(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let asked = Asked::read(call, &["view"])?;
    let issued = match asked.filter("view") {
        None => principal.kind.issues(),
        Some("held") if principal.customers().is_none() => false,
        Some("issued") if principal.kind.issues() => true,
        Some(_) => return Err(wrong("view", "must be held or, for issuers, issued").into()),
    };
    let (rows, mut used) = if issued {
        issued_page(call, principal, &asked).await?
    } else {
        held_page(call, principal, &asked).await?
    };
    let views = rows.into_iter().map(|row| {
        let usage = used.remove(&row.id).unwrap_or_default();
        view::with(row, usage, call.now)
    });
    answer::page(views.collect(), asked.limit, |view: &LicenseView| view.license_id.to_string())
}

async fn held_page(
    call: &Call,
    principal: &Principal,
    asked: &Asked,
) -> Result<(Vec<LicenseRow>, UsageOf), StoreFailure> {
    let own = own(call, principal);
    let (rows,) = own.read((licenses::list(&asked.cursor, asked.fetch()),)).await?;
    let ids: Vec<_> = rows.iter().map(|row| &row.id).collect();
    let (gauges,) = own.read((usage::of_held(&ids),)).await?;
    Ok((rows, by_license(gauges)))
}

/// Every shard gives its first ones; the first of all of them are the page.
async fn issued_page(
    call: &Call,
    principal: &Principal,
    asked: &Asked,
) -> Result<(Vec<LicenseRow>, UsageOf), StoreFailure> {
    let shards = Shard::ALL.map(|shard| records(call, &principal.tenant, shard));
    let pages = shards.iter().map(|shard| {
        shard.read((licenses::list_issued(&asked.cursor, asked.fetch(), principal.customers()),))
    });
    let mut rows: Vec<_> =
        try_join_all(pages).await?.into_iter().flat_map(|(rows,)| rows).collect();
    rows.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    rows.truncate(asked.fetch() as usize);
    let ids: Vec<_> = rows.iter().map(|row| &row.id).collect();
    let gauges = shards.iter().map(|shard| shard.read((usage::of_issued(&ids),)));
    let gauges = try_join_all(gauges).await?.into_iter().flat_map(|(gauges,)| gauges).collect();
    Ok((rows, by_license(gauges)))
}

fn by_license(gauges: Vec<LicenseGaugeRow>) -> UsageOf {
    let mut found = UsageOf::new();
    for gauge in gauges {
        found.entry(gauge.license_id).or_default().insert(gauge.metric, gauge.value);
    }
    found
}
