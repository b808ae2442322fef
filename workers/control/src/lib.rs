//! The `control` worker: tenants, API keys, licenses after they were made, products, plans, audit.

mod answer;
mod audit;
mod billing;
mod catalog;
mod commit;
mod devices;
mod keys;
mod licenses;
mod sealing;
mod tenants;
mod turn;

use edge::serve::{Answer, Target, serve};
use edge::{Call, Failure, admit, paging, text};
use wire::endpoints::{Id, Worker};
use wire::problem::Kind;
use worker::{Context, Env, Request, Response, event};

use crate::licenses::Step;

/// The interface as OpenAPI 3.1, generated from the wire types (`tests/openapi.rs`).
const OPENAPI: &str = include_str!("../../../schema/openapi.json");

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    serve(Worker::Control, request, env, &context, handle).await
}

async fn handle(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let Target { endpoint, param } = target;
    let caller = admit::admit(call, endpoint).await?;
    let out = match endpoint.id {
        Id::Licenses => licenses::list(call, &caller).await,
        Id::License => licenses::get(call, &caller, param).await,
        Id::UpdateLicense => licenses::update(call, &caller, param).await,
        Id::RevokeLicense => licenses::revoke(call, &caller, param).await,
        Id::SuspendLicense => licenses::step(call, &caller, endpoint, param, Step::Suspend).await,
        Id::ReinstateLicense => {
            licenses::step(call, &caller, endpoint, param, Step::Reinstate).await
        }
        Id::RenewLicense => licenses::renew(call, &caller, endpoint, param).await,
        Id::Devices => devices::list(call, &caller, param).await,
        Id::BlockDevice => devices::block(call, &caller, endpoint, param).await,
        Id::UnblockDevice => devices::unblock(call, &caller, endpoint, param).await,
        Id::SeatUse => billing::seats(call, &caller, param).await,
        Id::Overage => billing::overage(call, &caller).await,
        Id::GenerateKey => keys::generate(call, &caller, endpoint).await,
        Id::Keys => keys::list(call, &caller).await,
        Id::RevokeKey => keys::revoke(call, &caller, param).await,
        Id::Key => keys::get(call, &caller, param).await,
        Id::RotateKey => keys::rotate(call, &caller, endpoint, param).await,
        Id::RestrictKey => keys::restrict(call, &caller, endpoint, param).await,
        Id::LeakedKey => keys::leaked(call, &caller).await,
        Id::CreateTenant => tenants::create(call, &caller, endpoint).await,
        Id::Tenants => tenants::list(call, &caller).await,
        Id::Tenant => tenants::get(call, &caller, param).await,
        Id::SuspendTenant => tenants::suspend(call, &caller, endpoint, param).await,
        Id::ReactivateTenant => tenants::reactivate(call, &caller, endpoint, param).await,
        Id::PutProduct => catalog::put_product(call, &caller, param).await,
        Id::Products => catalog::products(call, &caller).await,
        Id::PutPlan => catalog::put_plan(call, &caller, param).await,
        Id::Plans => catalog::plans(call, &caller).await,
        Id::Audit => audit::list(call, &caller).await,
        Id::AuditCheck => audit::check(call, &caller).await,
        Id::Sealing => sealing::get(call).await,
        Id::OpenApi => Ok(edge::door::Outbound::json(200, OPENAPI.to_owned())),
        // The table of endpoints gives the others to other workers.
        _ => Err(Kind::NotFound.into()),
    }?;
    Ok(Answer::to(caller, out))
}
