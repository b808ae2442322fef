//! `POST /api/v1/licenses/generate`: an issuer makes a license for one of its customers.

mod check;
mod code;
mod holder;
mod period;
mod terms;

use domain::id::{LicenseId, PlanId};
use domain::license::{License, Standing};
use edge::admit::admit;
use edge::door::Outbound;
use edge::idempotency::Ticket;
use edge::outbox::{Entry, Event};
use edge::platform::entropy;
use edge::principal::Principal;
use edge::serve::Answer;
use edge::{Call, Failure, answer};
use futures_util::future::try_join;
use license::product_key::Prefix;
use store::data::crm_links::{self, CrmLinkRow};
use store::data::holdings;
use store::data::licenses::{self, Origin};
use store::data::plans::{self, PlanRow};
use store::data::products::{self, ProductRow};
use store::query::Change;
use wire::body;
use wire::endpoints::Endpoint;
use wire::issue::{BillingCycle, GenerateAnswer, GenerateRequest};
use wire::problem::Kind;

use crate::commit::{self, Elsewhere, once};
use crate::generate::holder::Holder;
use crate::signer;
use crate::text::{self, Frame};

/// The plan of licenses that were made from none.
const NO_PLAN: &str = "custom";

/// Who: an issuer. What: a license in seed 3's words. Commit: the license on its holder's shard.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let caller = admit(call, endpoint).await?;
    let principal = caller.principal()?;
    let request: GenerateRequest = body::read(&call.inbound.body)?;
    check::fields(&request)?;
    let made = once(call, principal, endpoint, async |ticket: Option<&Ticket>| {
        generate(call, principal, &request, ticket).await
    });
    let out = made.await?;
    Ok(Answer::to(caller, out))
}

async fn generate(
    call: &Call,
    principal: &Principal,
    request: &GenerateRequest,
    ticket: Option<&Ticket>,
) -> Result<Outbound, Failure> {
    let plan = request.plan.clone().map_or_else(no_plan, Ok)?;
    let books = Books::load(call, principal, request, &plan).await?;
    let linked = books.link.as_ref().map(|link| &link.customer);
    let holder = holder::find(call, principal, &request.customer, linked).await?;
    let license = decide(call, principal, request, &books, plan, &holder)?;
    let prefix = text::prefix(books.product.as_ref().map(|product| product.key_prefix.as_str()));
    let (name, signer) =
        try_join(holder.name(call), signer::of(call, &principal.tenant, principal.shard)).await?;
    let frame = Frame { holder_name: &name, prefix: &prefix, updated: call.now };
    let key = text::sign(&signer, &license, frame)?;
    keep_books(call, principal, request, &books, &holder, &prefix).await?;
    let limits = holder.plan.limits();
    let change = Elsewhere {
        tenant: &holder.tenant,
        shard: holder.shard,
        changes: vec![
            row(call, principal, request, &license, &key),
            holdings::within(limits.vendors, limits.licenses),
        ],
        events: events(call, principal, &holder, &license)?,
        out: answer::json(201, &told(call, principal, request, license, key))?,
    };
    match change.commit(call, principal, ticket).await {
        // Nothing else of the change can be stale.
        Err(failure) if failure.problem.code == Kind::VersionConflict.code() => {
            Err(holder.full(call).await?)
        }
        outcome => outcome,
    }
}

/// What the issuer's own records say about the request.
struct Books {
    link: Option<CrmLinkRow>,
    product: Option<ProductRow>,
    plan: Option<PlanRow>,
}

impl Books {
    async fn load(
        call: &Call,
        principal: &Principal,
        request: &GenerateRequest,
        plan: &PlanId,
    ) -> Result<Self, Failure> {
        let account = request.customer.crm_account_id.as_deref().unwrap_or_default();
        let reads = (
            crm_links::by_account(account),
            products::by_id(&request.product.id),
            plans::by_id(plan),
        );
        let (links, products, plans) = commit::own(call, principal).read(reads).await?;
        let plan = plans.into_iter().next().filter(|_| request.plan.is_some());
        if request.plan.is_some() && plan.is_none() {
            return Err(Kind::PlanNotFound.into());
        }
        Ok(Self { link: links.into_iter().next(), product: products.into_iter().next(), plan })
    }
}

fn no_plan() -> Result<PlanId, Failure> {
    PlanId::parse(NO_PLAN).map_err(Failure::internal)
}

fn decide(
    call: &Call,
    principal: &Principal,
    request: &GenerateRequest,
    books: &Books,
    plan: PlanId,
    holder: &Holder,
) -> Result<License, Failure> {
    let terms = terms::build(books.plan.as_ref().map(|plan| &plan.terms), request)?;
    let lasts = books.plan.as_ref().and_then(|plan| plan.term_seconds);
    let (starts, ends) = period::of(request.contract.as_ref(), lasts, call.now)?;
    let chance = entropy().map_err(Failure::internal)?;
    let code = match &request.license_code {
        Some(code) => code.clone(),
        None => {
            code::make(&holder.tenant, &plan, &terms, starts, chance).map_err(Failure::internal)?
        }
    };
    Ok(License {
        id: LicenseId::new(holder.shard, entropy().map_err(Failure::internal)?),
        code,
        holder: holder.tenant.clone(),
        issuer: principal.tenant.clone(),
        product: request.product.id.clone(),
        plan,
        standing: Standing::Active,
        starts,
        ends,
        terms,
        exceeded_since: None,
        version: 1,
    })
}

/// The product and the link that the issuer does not have yet. They are the issuer's own and stay good even when the
/// license is not made after all.
async fn keep_books(
    call: &Call,
    principal: &Principal,
    request: &GenerateRequest,
    books: &Books,
    holder: &Holder,
    prefix: &Prefix,
) -> Result<(), Failure> {
    let mut changes = Vec::new();
    if books.product.is_none() {
        let product = &request.product;
        let name = product.name.as_deref().unwrap_or(product.id.as_str());
        changes.push(products::ensure(&product.id, name, prefix.as_str(), call.now));
    }
    if let (Some(account), None) = (&request.customer.crm_account_id, &books.link) {
        changes.push(crm_links::link(account, &holder.tenant, call.now));
    }
    if !changes.is_empty() {
        commit::own(call, principal).write(changes).await?;
    }
    Ok(())
}

fn row(
    call: &Call,
    principal: &Principal,
    request: &GenerateRequest,
    license: &License,
    key: &str,
) -> Change {
    let contract = request.contract.as_ref();
    let origin = Origin {
        license_key: Some(key),
        crm_opportunity_id: request.crm_opportunity_id.as_deref(),
        crm_account_id: request.customer.crm_account_id.as_deref(),
        auto_renew: contract.is_some_and(|contract| contract.auto_renew),
        billing_cycle: contract.and_then(|contract| contract.billing_cycle).map(cycle),
        provisioned: request.auto_provision.then_some(call.now),
    };
    licenses::insert(license, principal.shard, &origin, call.now)
}

/// The name as stored.
const fn cycle(cycle: BillingCycle) -> &'static str {
    match cycle {
        BillingCycle::Monthly => "monthly",
        BillingCycle::Quarterly => "quarterly",
        BillingCycle::Yearly => "yearly",
    }
}

/// For the logs of holder and issuer.
fn events(
    call: &Call,
    principal: &Principal,
    holder: &Holder,
    license: &License,
) -> Result<Vec<Event>, Failure> {
    let detail = serde_json::json!({
        "code": license.code,
        "holder": license.holder,
        "issuer": license.issuer,
        "product": license.product,
        "plan": license.plan,
        "version": license.version,
    });
    let entry = Entry {
        actor: principal.actor(),
        action: "license.issued",
        subject: license.id.as_str(),
        detail,
    };
    Ok(vec![
        Event::audit(call, &holder.tenant, holder.shard, &entry)?,
        Event::audit(call, &principal.tenant, principal.shard, &entry)?,
    ])
}

fn told(
    call: &Call,
    principal: &Principal,
    request: &GenerateRequest,
    license: License,
    license_key: String,
) -> GenerateAnswer {
    let issuer_url = call.config.tenant_url(&principal.tenant);
    let status = if request.auto_provision { "provisioned" } else { "generated" };
    GenerateAnswer {
        package_url: format!("{issuer_url}/api/v1/licenses/files/{}", license.id),
        license_id: license.id,
        crm_opportunity_id: request.crm_opportunity_id.clone(),
        status: status.to_owned(),
        customer_tenant: call.config.tenant_url(&license.holder),
        provisioned_at: request.auto_provision.then(|| call.now.into()),
        license_code: license.code,
        license_key,
        expires_at: license.ends.map(Into::into),
    }
}
