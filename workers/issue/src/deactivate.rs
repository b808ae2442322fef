//! `POST /api/v1/licenses/deactivate`: frees a device of a license of the caller.

use domain::id::DeviceId;
use edge::objects::{DeviceNamed, Fleet, FleetCall, FleetReply};
use edge::serve::Answer;
use edge::{Call, Failure, answer, object};
use wire::body;
use wire::device::{DeactivateAnswer, DeactivateRequest};
use wire::endpoints::Endpoint;
use wire::problem::{Kind, Problem};

use crate::held::{by, load};

/// Who: a key of the holder. What: a device. Decide and commit: in the fleet. A license in any state gives devices free.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let ask = body::read::<DeactivateRequest>(&call.inbound.body);
    let reference =
        ask.as_ref().ok().map(|ask| ask.license_id.as_str()).filter(|text| !text.is_empty());
    let (caller, row) = load(call, endpoint, reference).await?;
    let device = named(&ask?)?;
    let row = row.ok_or(Kind::LicenseNotFound)?;
    let principal = caller.principal()?;
    let message = FleetCall::Deactivate { device, by: by(call, principal) };
    let name = Fleet::name(&row.tenant_id, &row.id);
    let reply = match object::send::<Fleet>(call, &name, principal.shard, &message).await? {
        FleetReply::Device(reply) => reply,
        FleetReply::NoSuchDevice => return Err(Kind::DeviceNotFound.into()),
        other => {
            return Err(Failure::internal(format!(
                "the fleet answered {other:?} to a deactivation"
            )));
        }
    };
    let out =
        answer::json(200, &DeactivateAnswer { device_id: reply.device.id, devices: reply.active })?;
    Ok(Answer::to(caller, out))
}

/// The device's id goes before its fingerprint.
fn named(ask: &DeactivateRequest) -> Result<DeviceNamed, Problem> {
    if ask.license_id.is_empty() {
        return Err(Problem::field("/license_id", "is needed"));
    }
    match (&ask.device_id, &ask.hardware_id) {
        (Some(id), _) => DeviceId::parse(id)
            .map(DeviceNamed::Id)
            .map_err(|error| Problem::field("/device_id", error.to_string())),
        (None, Some(hardware)) if !hardware.is_empty() => {
            Ok(DeviceNamed::Fingerprint(hardware.clone()))
        }
        _ => Err(Problem::field("/device_id", "device_id or hardware_id is needed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_by_id_before_fingerprint() {
        let id = "dev_00000000000000000000000000";
        let rows = [
            (format!(r#"{{"license_id":"A-1","device_id":"{id}","hardware_id":"h"}}"#), Ok(true)),
            (r#"{"license_id":"A-1","hardware_id":"h"}"#.to_owned(), Ok(false)),
            (r#"{"license_id":"A-1","device_id":"x"}"#.to_owned(), Err("/device_id")),
            (r#"{"license_id":"A-1"}"#.to_owned(), Err("/device_id")),
            (r#"{"device_id":"x"}"#.to_owned(), Err("/license_id")),
        ];
        for (body, want) in rows {
            let ask = body::read::<DeactivateRequest>(body.as_bytes()).unwrap();
            let by_id = named(&ask).map(|device| matches!(device, DeviceNamed::Id(_)));
            let by_id = by_id.map_err(|problem| problem.errors[0].pointer.clone());
            assert_eq!(by_id, want.map_err(str::to_owned), "{body}");
        }
    }
}
