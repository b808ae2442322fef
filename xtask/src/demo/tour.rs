//! What `up` prints: hosts, credentials and three commands to try.

use std::fmt::Write;

use crate::demo::people;
use crate::dev::Dev;

/// The whole text. Credentials of a demo on loopback are shown in full.
pub fn text(dev: &Dev, outside: &str) -> String {
    let mut out = String::new();
    let mut row = |who: &str, host: &str, key: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {who:<14} {host:<26} {key}");
    };
    row("who", "host", "credential");
    row("operator", &dev.operator.host, &dev.operator.token);
    for account in [&dev.vendor, &dev.msp] {
        row(&account.tenant, &account.host, &account.api_key);
    }
    for holder in &dev.customers {
        row(&holder.tenant, &holder.host, &holder.api_key);
        row("", "", &holder.license_code);
    }
    let Some(first) = dev.customers.first() else { return out };
    let port = dev.url.rsplit(':').next().unwrap_or_default();
    let site = format!("http://{}:{port}", first.host);
    let body =
        format!(r#"{{"license_id":"{}","hardware_id":"my-first-device"}}"#, first.license_code);
    let _ = writeln!(out, "\nTry:");
    for verb in ["activate", "validate"] {
        let _ = writeln!(
            out,
            "  curl -s {site}/api/v1/licenses/{verb} -H 'authorization: Bearer {}' \\\n    \
             -H 'content-type: application/json' -d '{body}'",
            first.api_key
        );
    }
    let _ = writeln!(out, "  curl -s {site}/    (or open it in a browser)\n");
    let _ = writeln!(out, "People sign in by mail, which waits at {outside}/mail:");
    for (tenant, host, _) in people::places(dev) {
        let _ = writeln!(out, "  {:<28} http://{host}:{port}/login", people::address(tenant));
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_and_credential_is_shown() {
        let dev: Dev = serde_json::from_str(
            r#"{"url":"http://127.0.0.1:8787","apex":"a","operator":{"host":"console.a","token":"op-token"},
                "vendor":{"tenant":"v","host":"vendors.a","api_key":"v-key"},"msp":{"tenant":"m","host":"msp.a","api_key":"m-key"},
                "customers":[{"tenant":"c","host":"c.a","api_key":"c-key","license_id":"i","license_code":"C-1","license_key":"k"}]}"#,
        )
        .unwrap();
        let text = text(&dev, "http://127.0.0.1:8788");
        for part in [
            "console.a",
            "op-token",
            "vendors.a",
            "v-key",
            "msp.a",
            "m-key",
            "c-key",
            "http://c.a:8787/",
            "http://127.0.0.1:8788/mail",
            "admin@c.example",
            "http://console.a:8787/login",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }
}
