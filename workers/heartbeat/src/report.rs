//! What a heartbeat says, read and checked.

use domain::fleet::Beat;
use domain::id::{DeviceId, TenantId};
use domain::place::Shard;
use domain::usage::Usage;
use edge::door::Inbound;
use edge::facts::Subject;
use edge::objects::DeviceNamed;
use edge::signed;
use serde_json::{Value, json};
use wire::heartbeat::HeartbeatRequest;
use wire::problem::Problem;
use wire::validate::counted;

/// Longest text of any field; checksums, words of health, names.
const LONGEST: usize = 200;
/// Most members of a list or map.
const MOST: usize = 64;

/// A heartbeat that reads well.
pub struct Report {
    /// As it was sent.
    pub request: HeartbeatRequest,
    /// Reported counts by metric.
    pub reported: Usage,
    /// Who sends it.
    pub device: DeviceNamed,
}

impl Report {
    /// Reads the body.
    ///
    /// # Errors
    /// `malformed-json` or `invalid-request` with a pointer.
    pub fn read(inbound: &Inbound) -> Result<Self, Problem> {
        let request: HeartbeatRequest = wire::body::read(&inbound.body)?;
        signed::check_nonce(request.nonce.as_deref())?;
        check(&request)?;
        let device = match (&request.device_id, &request.hardware_id) {
            (Some(id), _) => DeviceNamed::Id(
                DeviceId::parse(id).map_err(|e| Problem::field("/device_id", e.to_string()))?,
            ),
            (None, Some(hardware)) => DeviceNamed::Fingerprint(hardware.clone()),
            (None, None) => {
                return Err(Problem::field("", "name the device by device_id or hardware_id"));
            }
        };
        Ok(Self { reported: counted(&request.metrics), device, request })
    }

    /// Which license and which device it is about.
    pub fn subject(&self, tenant: &TenantId, shard: Shard) -> Subject {
        let device = match &self.device {
            DeviceNamed::Id(id) => Some(id.clone()),
            DeviceNamed::Fingerprint(_) => None,
        };
        Subject {
            tenant: tenant.clone(),
            shard,
            license: self.request.license_id.clone(),
            hardware: self.request.hardware_id.clone(),
            device,
            fingerprint: None,
        }
    }

    /// The heartbeat as the Fleet keeps it.
    pub fn beat(&self) -> Beat {
        Beat {
            instance: self.request.instance.clone(),
            sequence: None,
            reported_time: self.request.time.map(|time| time.0),
            status_report: self.status_report(),
        }
    }

    /// What the device says of its health; nothing when it says nothing.
    fn status_report(&self) -> Option<Value> {
        let request = &self.request;
        let report = json!({
            "status": request.status, "metrics": request.metrics, "service_health": request.service_health,
            "alerts": request.alerts, "binary_checksum": request.binary_checksum,
            "config_checksum": request.config_checksum, "license_checksum": request.license_checksum,
        });
        let said = |value: &Value| !(value.is_null() || value == &json!({}) || value == &json!([]));
        let members = report.as_object()?.iter().filter(|(_, value)| said(value));
        let members: serde_json::Map<_, _> =
            members.map(|(name, value)| (name.clone(), value.clone())).collect();
        (!members.is_empty()).then_some(Value::Object(members))
    }
}

fn check(request: &HeartbeatRequest) -> Result<(), Problem> {
    if request.license_id.is_empty() || request.license_id.len() > LONGEST {
        return Err(Problem::field("/license_id", format!("must be 1 to {LONGEST} bytes")));
    }
    let texts = [
        ("hardware_id", &request.hardware_id),
        ("instance", &request.instance),
        ("status", &request.status),
        ("binary_checksum", &request.binary_checksum),
        ("config_checksum", &request.config_checksum),
        ("license_checksum", &request.license_checksum),
    ];
    for (name, text) in texts {
        if text.as_ref().is_some_and(|text| text.is_empty() || text.len() > LONGEST) {
            return Err(Problem::field(
                format!("/{name}"),
                format!("must be 1 to {LONGEST} bytes"),
            ));
        }
    }
    let sizes = [
        ("metrics", request.metrics.len()),
        ("service_health", request.service_health.len()),
        ("alerts", request.alerts.len()),
        ("acknowledge", request.acknowledge.len()),
    ];
    match sizes.into_iter().find(|(_, size)| *size > MOST) {
        Some((name, _)) => {
            Err(Problem::field(format!("/{name}"), format!("must have at most {MOST} members")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Report, Problem> {
        Report::read(&Inbound::of_body(body))
    }

    #[test]
    fn seed_1s_heartbeat_needs_only_its_device_besides() {
        let report = read(
            r#"{"license_id":"ACME-1","hardware_id":"9f","status":"healthy","metrics":{"vm_count":3}}"#,
        );
        let report = report.unwrap();
        assert_eq!(report.reported.len(), 1);
        assert_eq!(
            report.beat().status_report,
            Some(json!({"status":"healthy","metrics":{"vm_count":3}}))
        );
    }

    #[test]
    fn wrong_values_are_pointed_at() {
        let rows = [
            (r#"{"license_id":"A-1"}"#, ""),
            (r#"{"hardware_id":"x"}"#, "/license_id"),
            (r#"{"license_id":"A-1","device_id":"x"}"#, "/device_id"),
            (r#"{"license_id":"A-1","hardware_id":"x","status":""}"#, "/status"),
            (r#"{"license_id":"A-1","hardware_id":"x","acknowledge":["x"]}"#, "/acknowledge/0"),
        ];
        for (body, pointer) in rows {
            let problem = read(body).err().map(|p| p.errors[0].pointer.clone());
            assert_eq!(problem.as_deref(), Some(pointer), "{body}");
        }
    }
}
