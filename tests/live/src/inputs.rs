//! What a platform is started with: secrets of its own, the operator with a key, and a port.

use std::path::Path;

use domain::id::TenantId;
use domain::place::Shard;
use license::api_key::ApiKeyText;
use serde_json::{Value, json};

use crate::secrets::Secrets;
use crate::{bootstrap, chance, files};

/// The domain of all default hosts.
pub const APEX: &str = "writ.localhost";

/// Writes `secrets.json`, `vars.json` and `bootstrap.json` into `folder`; gives the operator's key. `more`: variables
/// that this platform has beside the usual ones.
pub fn write(folder: &Path, port: u16, more: &Value) -> String {
    let operator = TenantId::parse(bootstrap::OPERATOR).unwrap();
    let key = ApiKeyText::new(&operator, Shard::Eu, &chance::bytes().unwrap());
    let rows = bootstrap::rows(APEX, &operator, &key, chance::now().unwrap());
    let mut vars = json!({ "APEX": APEX, "SCHEME": "http", "PORT": format!(":{port}"), "LEDGER_GATHER_MS": "1000" });
    // What waits for a proof is due at every tick: tests do not wait for minutes.
    vars["PROOF_WAIT_SECONDS"] = json!("0");
    for (name, value) in more.as_object().into_iter().flatten() {
        vars[name] = value.clone();
    }
    files::write(&folder.join("secrets.json"), &Secrets::make(&operator).unwrap()).unwrap();
    files::write(&folder.join("vars.json"), &vars).unwrap();
    files::write(&folder.join("bootstrap.json"), &rows).unwrap();
    key.expose().to_owned()
}
