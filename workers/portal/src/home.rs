//! The home page of a site: who it is, and how its licenses stand.

use std::rc::Rc;

use domain::license::Standing;
use domain::state::state;
use domain::usage::Usage;
use edge::branding::{self, Look, Own};
use edge::db::Freshness;
use edge::door::Outbound;
use edge::failure::StoreFailure;
use edge::site::{House, Site};
use edge::{Call, Failure, admit};
use futures_util::future::try_join;
use store::data::licenses::LicenseRow;
use store::data::usage::LicenseGaugeRow;
use store::data::{brand_images, licenses, profiles, usage};
use wire::problem::Kind;

use crate::page::app::{self, Screen};
use crate::page::landing::{self, Landing};
use crate::page::tenant::{self, LicenseLine, TenantPage};
use crate::page::{Head, errors};
use crate::reply::Reply;
use crate::{brand, statics};

/// Licenses on the page at most.
const SHOWN: u32 = 100;

/// A page, a file of the portal, or what a site's brand is made of.
///
/// # Errors
/// `unknown-host`, `not-found`, `method-not-allowed`, or a store that is away.
pub async fn answer(call: &Call) -> Result<Reply, Failure> {
    let host = call.host().ok_or(Kind::UnknownHost)?;
    if let Some(file) = statics::file(call.inbound.path()) {
        may_read(call)?;
        return Ok(file.into());
    }
    if host.as_str() == call.config.apex {
        return on_apex(call).await;
    }
    let site = site(call, host.as_str()).await?.ok_or(Kind::UnknownHost)?;
    match Asked::of(call)? {
        Asked::Errors => Ok(errors::page().into()),
        Asked::Brand(name) => brand::answer(call, Some(&site), name).await,
        Asked::App(screen) => frame(call, &site, screen).await,
        Asked::Register => Err(Kind::NotFound.into()),
        Asked::Home => match site.house {
            Some(house) => Ok(landing::page(&Landing::of(house), &call.config.apex).into()),
            None => tenant_page(call, &site).await.map(Reply::from),
        },
    }
}

async fn on_apex(call: &Call) -> Result<Reply, Failure> {
    match Asked::of(call)? {
        Asked::Errors => Ok(errors::page().into()),
        Asked::Brand(name) => brand::answer(call, None, name).await,
        Asked::App(_) => Err(Kind::NotFound.into()),
        Asked::Register => {
            let site = app::Site { name: "Writ".to_owned(), ..app::Site::default() };
            Ok(app::page(app::REGISTER, &site, Head::default()).into())
        }
        Asked::Home => Ok(landing::page(&Landing::of(House::Apex), &call.config.apex).into()),
    }
}

/// What a path asks for.
enum Asked<'c> {
    /// The page at `/`.
    Home,
    /// Where the `type` of every problem leads, on every host.
    Errors,
    /// A part of the site's brand.
    Brand(&'c str),
    /// A page of the application.
    App(Screen),
    /// Where companies sign up.
    Register,
}

impl<'c> Asked<'c> {
    fn of(call: &'c Call) -> Result<Self, Failure> {
        let asked = match call.inbound.path() {
            "/" => Self::Home,
            "/docs/errors" => Self::Errors,
            "/favicon.ico" => Self::Brand("favicon"),
            "/register" => Self::Register,
            path => match Screen::at(path) {
                Some(screen) => Self::App(screen),
                None => Self::Brand(path.strip_prefix("/brand/").ok_or(Kind::NotFound)?),
            },
        };
        may_read(call).map(|()| asked)
    }
}

fn may_read(call: &Call) -> Result<(), Failure> {
    if matches!(call.inbound.method.as_str(), "GET" | "HEAD") {
        return Ok(());
    }
    Err(Failure::from(Kind::MethodNotAllowed).with("allow", "GET, HEAD"))
}

async fn site(call: &Call, host: &str) -> Result<Option<Rc<Site>>, Failure> {
    let staleness = if call.faults.cold { 0 } else { call.config.staleness_ms };
    match admit::remembered(host, None, call.now, staleness).site {
        Some(site) => Ok(site),
        None => Ok(admit::look_up(call, host, None, Freshness::Nearest).await?.site.flatten()),
    }
}

/// The frame of a page of the application, in the site's brand.
async fn frame(call: &Call, site: &Site, screen: Screen) -> Result<Reply, Failure> {
    let (name, look) = brand::look(call, site).await?;
    let branding = &look.branding;
    let shown = app::Site {
        name: branding.company_name.clone().or(name).unwrap_or_else(|| site.tenant.to_string()),
        tagline: branding.tagline.clone(),
        logo: look.logo.as_ref().map(brand::image_address),
        banner: branding.login_banner.clone(),
        support: branding.support.clone().unwrap_or_default(),
    };
    Ok(app::page(screen, &shown, brand::head(&look)).into())
}

async fn tenant_page(call: &Call, site: &Site) -> Result<Outbound, Failure> {
    let (own, above, rows, gauges) = records(call, site).await?;
    let look = Look::of(&own, above.as_ref());
    let page = TenantPage {
        name: look
            .branding
            .company_name
            .clone()
            .or(own.name)
            .unwrap_or_else(|| site.tenant.to_string()),
        tagline: look.branding.tagline.clone(),
        logo: look.logo.as_ref().map(brand::image_address),
        support: look.branding.support.clone().unwrap_or_default(),
        kind: site.kind,
        suspended: site.standing != Standing::Active,
        more: u32::try_from(rows.len()).is_ok_and(|shown| shown >= SHOWN),
        licenses: rows.iter().map(|row| line(call, row, &gauges)).collect(),
    };
    Ok(tenant::page(&page, &brand::head(&look)))
}

type Records = (Own, Option<Own>, Vec<LicenseRow>, Vec<LicenseGaugeRow>);

/// What is above is asked for beside the two rounds that the tenant's own records take.
async fn records(call: &Call, site: &Site) -> Result<Records, Failure> {
    let above = branding::above(call, site.parent.as_ref(), Freshness::Nearest);
    let ((own, rows, gauges), above) = try_join(own_records(call, site), above).await?;
    Ok((own, above, rows, gauges))
}

async fn own_records(
    call: &Call,
    site: &Site,
) -> Result<(Own, Vec<LicenseRow>, Vec<LicenseGaugeRow>), StoreFailure> {
    let records = call.records(&site.tenant, site.shard, Freshness::Nearest);
    let own = (profiles::get(), brand_images::list(), licenses::list("", SHOWN));
    let (profiles, images, rows) = records.read(own).await?;
    let ids: Vec<_> = rows.iter().map(|row| &row.id).collect();
    let gauges =
        if ids.is_empty() { Vec::new() } else { records.read((usage::of_held(&ids),)).await?.0 };
    Ok((Own::of(profiles.into_iter().next(), images), rows, gauges))
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
