//! `GET /api/v1/auth/methods`: how people can sign in here.

use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::{Call, Failure};
use store::data::identity_providers;
use wire::auth::{Methods, ProviderName};

use crate::answer;

/// Links always, and the tenant's identity provider where it has one.
pub async fn methods(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let site = super::site(caller)?;
    let records = call.records(&site.tenant, site.shard, Freshness::Nearest);
    let provider = records.first(identity_providers::get()).await?;
    let oidc = provider.map(|provider| ProviderName { name: provider.name });
    answer::json(200, &Methods { link: true, oidc })
}
