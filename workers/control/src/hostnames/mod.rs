//! Domains that tenants bring: added, proved, served, removed. Each step of their way is taken in `edge::hostname`.

mod add;
mod certificate;
mod remove;
mod view;

pub use add::add;
pub use certificate::set as set_certificate;
pub use remove::remove;

use domain::host::Host;
use domain::hostname::{Claim, State};
use domain::limiter::Policy;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::principal::Principal;
use edge::{Call, Failure, hostname, limit};
use store::data::custom_hostnames::{self as table, CustomHostnameRow};
use wire::hostname::HostnameView;
use wire::problem::Kind;

use crate::answer;
use crate::paging::Asked;
use crate::turn::own;

/// `GET /api/v1/hostnames`: a page of the tenant's domains, in the order of their names.
pub async fn list(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let asked = Asked::read(call, &[])?;
    let page = table::list(&asked.cursor, asked.fetch());
    let (rows,) = own(call, principal).read((page,)).await?;
    let views = rows.iter().map(|row| view::of(call, row)).collect();
    answer::page(views, asked.limit, |view: &HostnameView| view.host.clone())
}

/// `GET /api/v1/hostnames/{host}`
pub async fn get(call: &Call, caller: &Caller, host: &str) -> Result<Outbound, Failure> {
    let row = find(call, caller.principal()?, host).await?;
    answer::json(200, &view::of(call, &row))
}

/// How often a domain may be looked at when somebody asks.
const LOOKS: Policy = Policy { limit: 60, window_ms: 600_000 };

/// `POST /api/v1/hostnames/{host}/verify`: the next step now. A domain that was given up begins again.
pub async fn verify(call: &Call, caller: &Caller, host: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let row = find(call, principal, host).await?;
    // Each look asks resolvers and the platform, who have limits of their own for all tenants together.
    let name = format!("hostname {}", row.host);
    limit::named(call, &principal.tenant, principal.shard, &name, LOOKS).await?;
    let now = Some(call.now);
    let row = match row.state {
        State::Failed => row.with(&Claim::begin(call.now)),
        _ => CustomHostnameRow { next_ms: row.next_ms.and(now), ..row },
    };
    let row = hostname::advance(call, principal.shard, row).await?;
    let row = row.ok_or(Kind::HostnameNotFound)?;
    answer::json(200, &view::of(call, &row))
}

/// A domain of the caller's own tenant.
///
/// # Errors
/// `hostname-not-found`, also for domains of others.
pub async fn find(
    call: &Call,
    principal: &Principal,
    host: &str,
) -> Result<CustomHostnameRow, Failure> {
    let host = Host::parse(host).map_err(|_| Kind::HostnameNotFound)?;
    let row = own(call, principal).first(table::by_host(host.as_str())).await?;
    row.ok_or_else(|| Kind::HostnameNotFound.into())
}
