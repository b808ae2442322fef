//! `POST /api/v1/licenses/activate`: binds a device to a license of the caller.
//!
//! Cold, it takes one round for caller and license, and then the fleet with its copy in D1.

mod ask;
mod usable;

use domain::fleet::ActivationRefusal;
use domain::id::DeviceId;
use domain::license::License;
use domain::place::Shard;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::keys::Keys;
use edge::objects::{ActivatedReply, Fleet, FleetCall, FleetReply};
use edge::platform::entropy;
use edge::serve::Answer;
use edge::{Call, Failure, answer, object, signed};
use futures_util::future::try_join;
use license::fingerprint;
use wire::device::ActivateAnswer;
use wire::endpoints::Endpoint;
use wire::problem::Kind;

use crate::activate::ask::Ask;
use crate::held::{by, fleet_terms, load};
use crate::issuer::{self, Issuer};
use crate::text;

/// Who: a key of the holder. What: a device and a license. Decide: the license's state here, places in the fleet. Commit:
/// in the fleet.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let ask = Ask::read(&call.inbound.body);
    let reference = ask.as_ref().ok().map(|ask| ask.reference.as_str());
    let (caller, row) = load(call, endpoint, reference).await?;
    let ask = ask?;
    let row = row.ok_or(Kind::LicenseNotFound)?;
    let keys = Keys::of(&call.env)?;
    ask.check_key(&keys.ring, &row.id, call.now)?;
    let license = row.license();
    usable::check(&license, issuer::is_suspended(call, &license.issuer), call.now)?;
    usable::check_hardware(&license, &ask.hardware)?;
    let shard = caller.principal()?.shard;
    let issuer = issuer::of(&row);
    let bound = bind(call, &caller, &license, shard, &issuer, &ask);
    let (reply, key) = try_join(bound, text::current(call, &row, shard, &issuer)).await?;
    let mut out = told(&license, &reply, key, &ask)?;
    signed::sign(&keys, &mut out, &call.inbound, ask.nonce.as_deref(), call.now)?;
    Ok(Answer::to(caller, out))
}

async fn bind(
    call: &Call,
    caller: &Caller,
    license: &License,
    shard: Shard,
    issuer: &Issuer,
    ask: &Ask,
) -> Result<ActivatedReply, Failure> {
    let new_id = DeviceId::new(entropy().map_err(Failure::internal)?);
    let message = FleetCall::Activate {
        terms: fleet_terms(license, shard, issuer),
        ask: ask.for_fleet(new_id),
        by: by(call, caller.principal()?),
    };
    let name = Fleet::name(&license.holder, &license.id);
    match object::send::<Fleet>(call, &name, shard, &message).await? {
        FleetReply::Activated(reply) => Ok(reply),
        FleetReply::Refused(refusal) => Err(refused(refusal)),
        other => Err(Failure::internal(format!("the fleet answered {other:?} to an activation"))),
    }
}

fn refused(refusal: ActivationRefusal) -> Failure {
    match refusal {
        ActivationRefusal::Blocked => Kind::DeviceBlocked.into(),
        ActivationRefusal::Full { limit } => {
            Failure::new(Kind::DeviceLimitReached, format!("There are {limit}."))
        }
        ActivationRefusal::MigrationsUsed { allowed } => {
            Failure::new(Kind::MigrationsUsed, format!("It has {allowed}."))
        }
    }
}

fn told(
    license: &License,
    reply: &ActivatedReply,
    license_key: String,
    ask: &Ask,
) -> Result<Outbound, Failure> {
    let body = ActivateAnswer {
        device_id: reply.device.id.clone(),
        license_id: license.id.to_string(),
        created: reply.place != domain::fleet::Place::Kept,
        activated_at: reply.device.activated.into(),
        devices: reply.active,
        device_limit: license.terms.device_limit(),
        license_key,
        fingerprint_salt: fingerprint::salt(&license.issuer),
        heartbeat_seconds: license.terms.report.heartbeat_seconds,
        validate_seconds: license.terms.report.validate_seconds,
        nonce: ask.nonce.clone(),
    };
    answer::json(200, &body)
}
