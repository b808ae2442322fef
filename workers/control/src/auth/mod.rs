//! Signing in and out: by one-time links, and the sessions that come of it.

mod enter;
mod link;
mod list;
mod methods;
mod oidc;
mod redeem;
mod session;
mod throttle;

pub use enter::{Entrant, enter, entropy, me, record};
pub use link::send as send_link;
pub use list::{revoke as revoke_session, sessions};
pub use methods::methods;
pub use oidc::{callback as oidc_callback, may_reach, start as oidc_start};
pub use redeem::{redeem as redeem_link, standing, token};
pub use session::{session, sign_out};

use domain::license::Standing;
use edge::Failure;
use edge::admit::Caller;
use edge::site::{House, Site};
use wire::problem::Kind;

/// The site, where people can sign in on it: the hosts of their tenant, and the console for the operator's.
///
/// # Errors
/// `wrong-host` on a host that many tenants share; `tenant-suspended`.
pub fn site(caller: &Caller) -> Result<&Site, Failure> {
    let site = caller.site.as_ref();
    if !matches!(site.house, None | Some(House::Console)) {
        return Err(Failure::new(Kind::WrongHost, "People sign in on their own tenant's host."));
    }
    if site.standing != Standing::Active {
        return Err(Kind::TenantSuspended.into());
    }
    Ok(site)
}
