//! The request, read and checked: which license, which device, what for.

use domain::id::{DeviceId, TenantId};
use domain::judge::Question;
use domain::place::Shard;
use domain::usage::Usage;
use edge::door::Inbound;
use edge::facts::Subject;
use edge::signed;
use license::fingerprint::Fingerprint;
use wire::problem::Problem;
use wire::validate::{ValidateRequest, counted};

/// Longest license text, as everywhere (`license::text::MAX_BYTES`); shorter for everything else.
const LONGEST_NAME: usize = 200;

/// A request that reads well.
pub struct Ask {
    /// As it was sent.
    pub request: ValidateRequest,
    /// Reported counts by metric.
    pub reported: Usage,
    /// Hashed components, if there are any.
    fingerprint: Option<Fingerprint>,
    device: Option<DeviceId>,
}

impl Ask {
    /// Reads the body.
    ///
    /// # Errors
    /// `malformed-json` or `invalid-request` with a pointer.
    pub fn read(inbound: &Inbound) -> Result<Self, Problem> {
        let request: ValidateRequest = wire::body::read(&inbound.body)?;
        signed::check_nonce(request.nonce.as_deref())?;
        for (name, value) in named(&request) {
            if value.is_some_and(|text| text.is_empty() || text.len() > LONGEST_NAME) {
                return Err(Problem::field(
                    format!("/{name}"),
                    format!("must be 1 to {LONGEST_NAME} bytes"),
                ));
            }
        }
        if request.usage_metrics.len() > 64 {
            return Err(Problem::field("/usage_metrics", "must have at most 64 members"));
        }
        let fingerprint =
            request.fingerprint.as_ref().map(|print| Fingerprint::from_parts(&print.components));
        let fingerprint = fingerprint
            .transpose()
            .map_err(|e| Problem::field("/fingerprint/components", e.to_string()))?;
        let device = request.device_id.as_deref().map(DeviceId::parse);
        let device = device.transpose().map_err(|e| Problem::field("/device_id", e.to_string()))?;
        Ok(Self { reported: counted(&request.usage_metrics), fingerprint, device, request })
    }

    /// What is asked about, once it is known which license.
    pub fn subject(&self, tenant: &TenantId, shard: Shard, license: &str) -> Subject {
        let composite = || self.fingerprint.as_ref().and_then(Fingerprint::composite);
        Subject {
            tenant: tenant.clone(),
            shard,
            license: license.to_owned(),
            hardware: self.request.hardware_id.clone().or_else(composite),
            device: self.device.clone(),
            fingerprint: self.fingerprint.clone(),
        }
    }

    /// What the product asks.
    pub fn question(&self) -> Question<'_> {
        Question {
            product: self.request.product.as_deref(),
            version: self.request.version.as_deref(),
            feature: self.request.feature.as_deref(),
        }
    }

    /// The nonce, if one was sent.
    pub fn nonce(&self) -> Option<&str> {
        self.request.nonce.as_deref()
    }
}

fn named(request: &ValidateRequest) -> [(&'static str, Option<&str>); 5] {
    [
        ("license_id", request.license_id.as_deref()),
        ("hardware_id", request.hardware_id.as_deref()),
        ("product", request.product.as_deref()),
        ("version", request.version.as_deref()),
        ("feature", request.feature.as_deref()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Ask, Problem> {
        Ask::read(&Inbound::of_body(body))
    }

    #[test]
    fn wrong_values_are_pointed_at() {
        let long = "x".repeat(201);
        let rows = [
            (r#"{"device_id":"x"}"#.to_owned(), "/device_id"),
            (format!(r#"{{"feature":"{long}"}}"#), "/feature"),
            (r#"{"license_id":""}"#.to_owned(), "/license_id"),
            (r#"{"nonce":""}"#.to_owned(), "/nonce"),
            (r#"{"nonce":"a\"b"}"#.to_owned(), "/nonce"),
            (
                r#"{"fingerprint":{"components":{"mac":"00:11"}}}"#.to_owned(),
                "/fingerprint/components",
            ),
        ];
        for (body, pointer) in rows {
            let problem = read(&body).err().map(|p| p.errors[0].pointer.clone());
            assert_eq!(problem.as_deref(), Some(pointer), "{body}");
        }
        assert!(read("{}").is_ok());
    }
}
