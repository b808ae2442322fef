//! `keys`: the secrets of a deployed installation, made here and given to its workers only.

use anyhow::{Context, Result, bail};
use domain::id::TenantId;
use serde_json::{Map as Object, Value};

use crate::bootstrap::OPERATOR;
use crate::cli::{KeysArgs, KeysTask};
use crate::deploy::secret_names;
use crate::files;
use crate::map::Map;
use crate::root::Root;
use crate::secrets::Secrets;
use crate::setup;
use crate::stage::Stage;
use crate::steps::Steps;
use crate::wrangler;

/// Makes new secrets and gives each worker those that the map says it requires.
///
/// # Errors
/// When the installation has a key-encryption key already: with another one, every signing key
/// sealed so far could never be opened again.
pub fn run(root: &Root, args: &KeysArgs) -> Result<()> {
    if let Some(KeysTask::RotateKek { finish }) = args.task {
        return rotate_kek(root, finish);
    }
    let map = Map::read(root)?;
    let secrets = Secrets::make(&TenantId::parse(OPERATOR)?)?;
    let all = serde_json::to_value(&secrets)?;
    let all = all.as_object().context("secrets are an object")?;
    if args.print {
        println!("{}", serde_json::to_string_pretty(all)?);
        return Ok(());
    }
    setup::run(root, &mut Steps::new(setup::STEPS))?;
    let config = Stage { name: args.stage.clone(), ..Stage::default() }.write(root)?;
    let have = match wrangler::json(root, &config, &["secret", "list", "--env", "issue"]) {
        // A worker that does not exist yet has no secrets, and no list of them either. Any other
        // failure leaves open whether there are keys, and then none may be made.
        Err(error) if is_no_such_worker(&format!("{error:#}")) => Value::Null,
        listed => listed.context("whether the installation has keys already")?,
    };
    if secret_names(&have).iter().any(|name| name == "KEK") {
        bail!("this installation has its keys; new ones would make what they sealed unreadable");
    }
    for (env, worker) in map.workers().filter(|(_, worker)| !worker.secrets().is_empty()) {
        let own = own(all, worker.secrets())?;
        wrangler::feed(
            root,
            &config,
            &["secret", "bulk", "--env", env],
            &serde_json::to_vec(&own)?,
        )?;
    }
    println!("Embed this root key in products; it verifies every license of the installation:");
    print!("{}", secrets.root_public);
    Ok(())
}

/// One step of a rotation on this machine, where all workers start together.
fn rotate_kek(root: &Root, finish: bool) -> Result<()> {
    let mut secrets = Secrets::of_checkout(root, &TenantId::parse(OPERATOR)?)?;
    if finish {
        secrets.finish_kek()?;
        println!("The key-encryption key before is forgotten. Start the platform again.");
    } else {
        secrets.rotate_kek()?;
        println!(
            "Start the platform again. The clock seals anew; when GET /api/v1/sealing says \"left\": 0,\n\
             `cargo xtask keys rotate-kek --finish` forgets the key before."
        );
    }
    files::write(&root.writ("secrets.json"), &secrets)
}

/// Cloudflare's code for a worker that is not there.
fn is_no_such_worker(error: &str) -> bool {
    error.contains("10007")
}

/// The secrets that one worker requires.
fn own(all: &Object<String, Value>, names: &[String]) -> Result<Object<String, Value>> {
    names
        .iter()
        .map(|name| {
            let value = all.get(name).with_context(|| format!("nobody makes the secret {name}"))?;
            Ok((name.clone(), value.clone()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_gets_what_it_requires_and_nothing_else() {
        let map: Map = toml::from_str(include_str!("../../wrangler.toml")).unwrap();
        let secrets = Secrets::make(&TenantId::parse(OPERATOR).unwrap()).unwrap();
        let all = serde_json::to_value(&secrets).unwrap();
        for (env, worker) in map.workers() {
            let own = own(all.as_object().unwrap(), worker.secrets()).unwrap();
            let unseals = ["issue", "control", "clock"].contains(&env);
            assert_eq!(own.contains_key("KEK"), unseals, "{env}");
            assert_eq!(own.contains_key("ROOT_SEED"), env == "issue", "{env}");
        }
    }
}
