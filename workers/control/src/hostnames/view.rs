//! A domain as its tenant sees it, with every record that DNS must have.

use domain::host::Host;
use domain::hostname::State;
use domain::proof;
use edge::Call;
use edge::cloudflare::Remote;
use store::data::custom_hostnames::CustomHostnameRow;
use wire::hostname::{HostnameRecord, HostnameView, Purpose};
use wire::registration::DnsRecord;

/// The view of a row.
pub fn of(call: &Call, row: &CustomHostnameRow) -> HostnameView {
    let remote: Remote = serde_json::from_value(row.remote.clone()).unwrap_or_default();
    let target = format!("{}.{}", row.tenant_id, call.config.apex);
    let told = |text: &String| (!text.is_empty()).then(|| text.clone());
    let errors = remote.ssl.validation_errors.iter().map(|it| it.message.clone());
    HostnameView {
        host: row.host.clone(),
        state: row.state,
        reason: row.reason,
        dns_records: records(row, &remote, &target),
        hostname_status: told(&remote.status),
        certificate_status: told(&remote.ssl.status),
        errors: remote.verification_errors.iter().cloned().chain(errors).collect(),
        next_check_at: row.next_ms.map(Into::into),
        created_at: row.created_ms.into(),
    }
}

/// The proof first; what the platform wants once it has said so.
fn records(row: &CustomHostnameRow, remote: &Remote, target: &str) -> Vec<HostnameRecord> {
    let record = |purpose, kind: &str, name: &str, value: &str| HostnameRecord {
        purpose,
        record: DnsRecord { kind: kind.to_owned(), name: name.to_owned(), value: value.to_owned() },
    };
    if row.state == State::Removing {
        return Vec::new();
    }
    let proof_name = Host::parse(&row.host).map(|host| proof::record_name(&host));
    let value = proof::record_value(&row.token);
    let mut records = vec![
        record(Purpose::Proof, "TXT", &proof_name.unwrap_or_default(), &value),
        record(Purpose::Routing, "CNAME", &row.host, target),
    ];
    let owned = remote.ownership_verification.as_ref();
    records.extend(owned.map(|it| record(Purpose::Ownership, "TXT", &it.name, &it.value)));
    let wanted = remote.ssl.validation_records.iter().filter(|it| !it.txt_name.is_empty());
    records
        .extend(wanted.map(|it| record(Purpose::Certificate, "TXT", &it.txt_name, &it.txt_value)));
    records
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge::cloudflare::Remote;
    use serde_json::json;

    #[test]
    fn every_record_is_shown_exactly() {
        let json = json!({ "tenant_id": "acme", "host": "l.acme.dev", "token": "t0", "state": "pending_validation",
            "attempts": 0, "since_ms": 0, "next_ms": null, "reason": null, "remote_id": "1", "remote": "{}",
            "created_ms": 0, "version": 1 });
        let row: CustomHostnameRow = serde_json::from_value(json).unwrap();
        let remote: Remote = serde_json::from_value(json!({
            "ssl": { "validation_records": [{ "txt_name": "_acme-challenge.l.acme.dev", "txt_value": "c" }, {}] },
            "ownership_verification": { "name": "_cf-custom-hostname.l.acme.dev", "value": "o" },
        }))
        .unwrap();
        let shown = records(&row, &remote, "acme.writ.test");
        let shown: Vec<_> = shown
            .iter()
            .map(|it| {
                (
                    it.purpose,
                    it.record.kind.as_str(),
                    it.record.name.as_str(),
                    it.record.value.as_str(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (Purpose::Proof, "TXT", "_writ.l.acme.dev", "writ-verify=t0"),
                (Purpose::Routing, "CNAME", "l.acme.dev", "acme.writ.test"),
                (Purpose::Ownership, "TXT", "_cf-custom-hostname.l.acme.dev", "o"),
                (Purpose::Certificate, "TXT", "_acme-challenge.l.acme.dev", "c"),
            ]
        );
    }
}
