//! `GET /api/v1/tenants`: the operator sees all, an MSP its customers.

use std::collections::BTreeMap;

use domain::place::Shard;
use edge::admit::Caller;
use edge::db::{Db, Freshness};
use edge::door::Outbound;
use edge::{Call, Failure};
use futures_util::future::try_join_all;
use store::data::profiles::{self, NamedProfileRow};
use store::directory::tenants::{self, TenantRow};
use wire::tenant::{TenantKind, TenantView};

use crate::answer;
use crate::paging::Asked;
use crate::tenants::view;

/// A page of the tenants below the caller, in the order of their ids.
pub async fn list(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let asked = Asked::read(call, &[])?;
    let page = match principal.kind {
        TenantKind::Operator => tenants::list(&asked.cursor, asked.fetch()),
        _ => tenants::children(
            &principal.tenant,
            &asked.cursor,
            asked.fetch(),
            principal.customers(),
        ),
    };
    let (rows,) = call.directory(Freshness::Primary).read((page,)).await?;
    let mut named = names(call, &rows).await?;
    let views = rows.into_iter().map(|row| {
        let (name, branding) =
            named.remove(&row.id).map(|p| (p.name, p.branding)).unwrap_or_default();
        view::with(call, row, name, branding)
    });
    let views = views.collect::<Result<Vec<_>, _>>()?;
    answer::page(views, asked.limit, |tenant: &TenantView| tenant.tenant_id.to_string())
}

type Named = BTreeMap<domain::id::TenantId, NamedProfileRow>;

/// One question per shard for all names of the page, which the DIRECTORY has shown to be below the caller.
async fn names(call: &Call, rows: &[TenantRow]) -> Result<Named, Failure> {
    let asked = Shard::ALL.map(|shard| {
        let ids: Vec<_> = rows.iter().filter(|row| row.shard == shard).map(|row| &row.id).collect();
        let query = (!ids.is_empty()).then(|| profiles::of_tenants(&ids));
        async move {
            match query {
                Some(query) => Db::whole(call, shard).read((query,)).await.map(|(found,)| found),
                None => Ok(Vec::new()),
            }
        }
    });
    let found = try_join_all(asked).await?.into_iter().flatten();
    Ok(found.map(|profile| (profile.tenant_id.clone(), profile)).collect())
}
