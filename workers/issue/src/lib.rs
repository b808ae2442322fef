//! The `issue` worker: everything that needs an issuer's private key. It alone can open sealed keys.

mod activate;
mod commit;
mod deactivate;
mod generate;
mod held;
mod issuer;
mod jwks;
mod license_text;
mod new_key;
mod root_pem;
mod rotate;
mod secrets;
mod security_txt;
mod signer;
mod signing_keys;
mod text;

use edge::serve::{Answer, Target, serve};
use edge::{Call, Failure};
use wire::endpoints::{Id, Worker};
use wire::problem::Kind;
use worker::{Context, Env, Request, Response, event};

/// Answers what the table of endpoints gives to this worker.
///
/// # Errors
/// When the platform cannot make an answer.
#[event(fetch)]
pub async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    serve(Worker::Issue, request, env, &context, handle).await
}

async fn handle(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let endpoint = target.endpoint;
    match endpoint.id {
        Id::Generate => generate::handle(call, endpoint).await,
        Id::Activate => activate::handle(call, endpoint).await,
        Id::Deactivate => deactivate::handle(call, endpoint).await,
        Id::LicenseText => license_text::handle(call, endpoint, target.param).await,
        Id::SigningKeys => signing_keys::handle(call, endpoint).await,
        Id::RotateSigningKey => rotate::handle(call, endpoint).await,
        Id::Jwks => jwks::handle(call, endpoint).await,
        Id::SecurityTxt => security_txt::handle(call, endpoint).await,
        Id::RootPem => root_pem::handle(call, endpoint).await,
        _ => Err(Kind::NotFound.into()),
    }
}
