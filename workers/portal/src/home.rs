//! The home page of a site: who it is, and how its licenses stand.

use std::rc::Rc;

use domain::license::Standing;
use domain::state::state;
use domain::usage::Usage;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::site::{House, Site};
use edge::{Call, Failure, admit};
use store::data::licenses::LicenseRow;
use store::data::profiles::ProfileRow;
use store::data::usage::LicenseGaugeRow;
use store::data::{licenses, profiles, usage};
use wire::problem::Kind;
use wire::tenant::Branding;

use crate::page::landing::{self, Landing};
use crate::page::tenant::{self, LicenseLine, TenantPage};
use crate::page::{Style, errors};

/// Licenses on the page at most.
const SHOWN: u32 = 100;

/// The page at `/`, and the document of errors; there is nothing else.
///
/// # Errors
/// `unknown-host`, `not-found`, `method-not-allowed`, or a store that is away.
pub async fn answer(call: &Call) -> Result<Outbound, Failure> {
    let host = call.host().ok_or(Kind::UnknownHost)?;
    if host.as_str() == call.config.apex {
        check(call)?;
        if is_errors(call) {
            return Ok(errors::page());
        }
        return Ok(landing::page(&Landing::of(House::Apex), &call.config.apex));
    }
    let site = site(call, host.as_str()).await?.ok_or(Kind::UnknownHost)?;
    check(call)?;
    if is_errors(call) {
        return Ok(errors::page());
    }
    match site.house {
        Some(house) => Ok(landing::page(&Landing::of(house), &call.config.apex)),
        None => tenant_page(call, &site).await,
    }
}

/// Where the `type` of every problem leads, on every host.
fn is_errors(call: &Call) -> bool {
    call.inbound.path() == "/docs/errors"
}

fn check(call: &Call) -> Result<(), Failure> {
    if call.inbound.path() != "/" && !is_errors(call) {
        return Err(Kind::NotFound.into());
    }
    if !matches!(call.inbound.method.as_str(), "GET" | "HEAD") {
        return Err(Failure::from(Kind::MethodNotAllowed).with("allow", "GET, HEAD"));
    }
    Ok(())
}

async fn site(call: &Call, host: &str) -> Result<Option<Rc<Site>>, Failure> {
    let staleness = if call.faults.cold { 0 } else { call.config.staleness_ms };
    match admit::remembered(host, None, call.now, staleness).site {
        Some(site) => Ok(site),
        None => Ok(admit::look_up(call, host, None, Freshness::Nearest).await?.site.flatten()),
    }
}

async fn tenant_page(call: &Call, site: &Site) -> Result<Outbound, Failure> {
    let (profile, rows, gauges) = records(call, site).await?;
    let branding: Branding = profile
        .as_ref()
        .and_then(|profile| serde_json::from_value(profile.branding.clone()).ok())
        .unwrap_or_default();
    let page = TenantPage {
        name: profile.map_or_else(|| site.tenant.to_string(), |profile| profile.name),
        tagline: branding.tagline.clone(),
        kind: site.kind,
        suspended: site.standing != Standing::Active,
        more: u32::try_from(rows.len()).is_ok_and(|shown| shown >= SHOWN),
        licenses: rows.iter().map(|row| line(call, row, &gauges)).collect(),
    };
    Ok(tenant::page(&page, &Style::of(&branding)))
}

type Records = (Option<ProfileRow>, Vec<LicenseRow>, Vec<LicenseGaugeRow>);

async fn records(call: &Call, site: &Site) -> Result<Records, Failure> {
    let records = call.records(&site.tenant, site.shard, Freshness::Nearest);
    let (profiles, rows) = records.read((profiles::get(), licenses::list("", SHOWN))).await?;
    let ids: Vec<_> = rows.iter().map(|row| &row.id).collect();
    let gauges =
        if ids.is_empty() { Vec::new() } else { records.read((usage::of_held(&ids),)).await?.0 };
    Ok((profiles.into_iter().next(), rows, gauges))
}

fn line(call: &Call, row: &LicenseRow, gauges: &[LicenseGaugeRow]) -> LicenseLine {
    let own = gauges.iter().filter(|gauge| gauge.license_id == row.id);
    let usage: Usage = own.map(|gauge| (gauge.metric, gauge.value)).collect();
    let license = row.license();
    LicenseLine {
        state: state(&license, &usage, call.now),
        begun: license.starts <= call.now,
        code: license.code.to_string(),
        product: license.product.to_string(),
        plan: license.plan.to_string(),
        starts: license.starts,
        ends: license.ends,
    }
}
