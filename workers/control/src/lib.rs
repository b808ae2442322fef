//! The `control` worker: tenants, API keys, licenses after they were made, products, plans, audit.

mod alerts;
mod answer;
mod audit;
mod audit_export;
mod auth;
mod billing;
mod branding;
mod catalog;
mod commit;
mod devices;
mod export;
mod fingerprints;
mod hostnames;
mod keys;
mod licenses;
mod people;
mod sealing;
mod subscription;
mod tenants;
mod turn;

use edge::admit::Caller;
use edge::door::Outbound;
use edge::serve::{Answer, Target, serve};
use edge::{Call, Failure, admit, paging, text};
use store::data::brand_images::ImageKind;
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
    match endpoint.id {
        // Those who are no tenants yet ask on a host that is nobody's.
        Id::RegisterTenant => return tenants::register(call).await.map(stranger),
        Id::VerifyTenant => return tenants::verify(call).await.map(stranger),
        _ => {}
    }
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
        Id::LeakedKey => keys::leaked(call).await,
        Id::Branding => branding::get(call, &caller).await,
        Id::PutBranding => branding::put(call, &caller).await,
        Id::PutLogo => branding::set(call, &caller, ImageKind::Logo).await,
        Id::RemoveLogo => branding::remove(call, &caller, ImageKind::Logo).await,
        Id::PutFavicon => branding::set(call, &caller, ImageKind::Favicon).await,
        Id::RemoveFavicon => branding::remove(call, &caller, ImageKind::Favicon).await,
        Id::PutProduct => catalog::put_product(call, &caller, param).await,
        Id::Products => catalog::products(call, &caller).await,
        Id::PutPlan => catalog::put_plan(call, &caller, param).await,
        Id::Plans => catalog::plans(call, &caller).await,
        Id::Audit => audit::list(call, &caller).await,
        Id::AuditCheck => audit::check(call, &caller).await,
        Id::AuditExport => audit_export::get(call, &caller).await,
        Id::Export => export::get(call, &caller).await,
        Id::EraseTenant => tenants::erase(call, &caller, endpoint, param).await,
        Id::KeepTenant => tenants::keep(call, &caller, param).await,
        Id::Sealing => sealing::get(call).await,
        Id::OpenApi => Ok(Outbound::json(200, OPENAPI.to_owned())),
        _ => of_people(call, &caller, target).await,
    }?;
    Ok(Answer::to(caller, out))
}

/// Signing in, and people.
async fn of_people(call: &Call, caller: &Caller, target: Target<'_>) -> Result<Outbound, Failure> {
    let Target { endpoint, param } = target;
    match endpoint.id {
        Id::SendLink => auth::send_link(call, caller).await,
        Id::RedeemLink => auth::redeem_link(call, caller).await,
        Id::AuthMethods => auth::methods(call, caller).await,
        Id::Session => auth::session(call, caller).await,
        Id::SignOut => auth::sign_out(call, caller).await,
        Id::Sessions => auth::sessions(call, caller).await,
        Id::RevokeSession => auth::revoke_session(call, caller, param).await,
        Id::OidcStart => auth::oidc_start(call, caller).await,
        Id::OidcCallback => Ok(auth::oidc_callback(call, caller).await),
        Id::IdentityProvider => people::provider(call, caller).await,
        Id::PutIdentityProvider => people::put_provider(call, caller).await,
        Id::RemoveIdentityProvider => people::remove_provider(call, caller).await,
        Id::OpenSupport => people::open_support(call, caller, endpoint, param).await,
        Id::Support => people::support(call, caller).await,
        Id::EndSupport => people::end_support(call, caller, param).await,
        Id::Roles => people::roles(),
        Id::Users => people::users(call, caller).await,
        Id::UpdateUser => people::update_user(call, caller, param).await,
        Id::RemoveUser => people::remove_user(call, caller, param).await,
        Id::Invitations => people::invitations(call, caller).await,
        Id::Invite => people::invite(call, caller, endpoint).await,
        Id::RevokeInvitation => people::revoke_invitation(call, caller, param).await,
        Id::AcceptInvitation => people::accept(call, caller).await,
        _ => of_tenants(call, caller, target).await,
    }
}

/// What is about tenants themselves, their plans and their domains.
async fn of_tenants(call: &Call, caller: &Caller, target: Target<'_>) -> Result<Outbound, Failure> {
    let Target { endpoint, param } = target;
    match endpoint.id {
        Id::CreateTenant => tenants::create(call, caller, endpoint).await,
        Id::Tenants => tenants::list(call, caller).await,
        Id::Tenant => tenants::get(call, caller, param).await,
        Id::SetPlan => subscription::set(call, caller, param).await,
        Id::SetLimits => subscription::limit(call, caller, param).await,
        Id::Subscription => subscription::get(call, caller).await,
        Id::SuspendTenant => tenants::suspend(call, caller, endpoint, param).await,
        Id::ReactivateTenant => tenants::reactivate(call, caller, endpoint, param).await,
        Id::Hostnames => hostnames::list(call, caller).await,
        Id::AddHostname => hostnames::add(call, caller, endpoint).await,
        Id::Hostname => hostnames::get(call, caller, param).await,
        Id::RemoveHostname => hostnames::remove(call, caller, param).await,
        Id::VerifyHostname => hostnames::verify(call, caller, param).await,
        Id::SetCertificate => hostnames::set_certificate(call, caller, param).await,
        _ => watched(call, caller, target).await,
    }
}

/// What is watched: keys, and the applications that use products.
async fn watched(call: &Call, caller: &Caller, target: Target<'_>) -> Result<Outbound, Failure> {
    let Target { endpoint, param } = target;
    match endpoint.id {
        Id::PutFingerprints => fingerprints::put(call, caller, param).await,
        Id::Fingerprints => fingerprints::get(call, caller, param).await,
        Id::Alerts => alerts::list(call, caller).await,
        Id::Alert => alerts::get(call, caller, param).await,
        Id::AcknowledgeAlert => alerts::acknowledge(call, caller, param).await,
        Id::AlertRules => alerts::rules(call, caller).await,
        Id::SetAlertRules => alerts::set_rules(call, caller).await,
        Id::AlertChannels => alerts::channels(call, caller).await,
        Id::SetAlertChannels => alerts::set_channels(call, caller).await,
        // The table of endpoints gives the others to other workers.
        _ => Err(Kind::NotFound.into()),
    }
}

/// The answer to somebody who has shown nothing.
const fn stranger(out: Outbound) -> Answer {
    Answer { out, caller: None }
}
