//! `deploy`: databases and their migrations first, then the workers in an order in which none
//! calls what is not there yet.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::build;
use crate::cli::{BuildArgs, DeployArgs};
use crate::map::Map;
use crate::operator;
use crate::root::Root;
use crate::setup;
use crate::stage::Stage;
use crate::steps::{Steps, logged};
use crate::wrangler;

/// Objects before their callers, writers before readers; validate, which everybody's products
/// wait for, last.
const ORDER: [&str; 8] =
    ["objects", "issue", "control", "clock", "heartbeat", "checkout", "portal", "validate"];
/// Databases with where they are made: arguments of `wrangler d1 create`.
const DATABASES: [(&str, &[&str]); 4] = [
    ("writ-directory", &[]),
    ("writ-data-eu", &["--jurisdiction", "eu"]),
    ("writ-data-us", &["--location", "enam"]),
    ("writ-data-apac", &["--location", "apac"]),
];

/// Deploys, or with `--dry-run` only checks every worker's configuration.
///
/// # Errors
/// When a worker lacks a secret, or a step fails.
pub fn run(root: &Root, args: &DeployArgs) -> Result<()> {
    let map = Map::read(root)?;
    let order = order(&map)?;
    setup::run(root, &mut Steps::new(setup::STEPS))?;
    build::run(root, &BuildArgs { release: !args.dry_run, workers: Vec::new() })?;
    let mut stage =
        Stage { name: args.stage.clone(), apex: args.apex.clone(), databases: BTreeMap::new() };
    if args.dry_run {
        return dry_run(root, &stage.write(root)?, &order);
    }
    let databases = DATABASES.map(|(name, place)| (stage.named(name), place));
    stage.databases = ensure(root, &stage.write(root)?, &databases)?;
    let config = stage.write(root)?;
    for worker in &order {
        has_secrets(root, &config, &map, worker)?;
    }
    let mut steps = Steps::new(databases.len() + order.len());
    for (name, _) in &databases {
        steps.step(&format!("migrations of {name}"), || {
            let mut apply = wrangler::command(root, &config, &["d1", "migrations", "apply", name]);
            logged(root, "migrations", apply.args(["--remote", "--env", "objects"]))
        })?;
    }
    if let Some(apex) = &args.apex {
        operator::ensure(root, &config, &stage, apex)?;
    }
    for worker in &order {
        steps.step(&format!("deploy {worker}"), || {
            let mut deploy = wrangler::command(root, &config, &["deploy", "--env", worker]);
            logged(root, &format!("deploy-{worker}"), &mut deploy)
        })?;
    }
    Ok(())
}

/// The order of deployment, which names every worker of the map exactly once.
fn order(map: &Map) -> Result<Vec<&'static str>> {
    if let Some((missing, _)) = map.workers().find(|(env, _)| !ORDER.contains(env)) {
        bail!("the order of deployment does not name {missing}");
    }
    Ok(ORDER.to_vec())
}

fn dry_run(root: &Root, config: &Path, order: &[&str]) -> Result<()> {
    let mut steps = Steps::new(order.len());
    for worker in order {
        steps.step(&format!("check {worker}"), || {
            let out = root.writ(format!("deploy/{worker}"));
            let mut check =
                wrangler::command(root, config, &["deploy", "--dry-run", "--env", worker]);
            logged(root, &format!("check-{worker}"), check.arg("--outdir").arg(out))
        })?;
    }
    Ok(())
}

/// Ids of the databases by name; those that are missing are made.
fn ensure(
    root: &Root,
    config: &Path,
    databases: &[(String, &[&str])],
) -> Result<BTreeMap<String, String>> {
    let known = list(root, config)?;
    for (name, place) in databases.iter().filter(|(name, _)| !known.contains_key(name)) {
        println!("making database {name}");
        let mut create = wrangler::command(root, config, &["d1", "create", name]);
        logged(root, "d1-create", create.args(*place))?;
    }
    let known = list(root, config)?;
    if let Some((name, _)) = databases.iter().find(|(name, _)| !known.contains_key(name)) {
        bail!("database {name} is not in the account");
    }
    Ok(known)
}

fn list(root: &Root, config: &Path) -> Result<BTreeMap<String, String>> {
    let answer = wrangler::json(root, config, &["d1", "list", "--json"])?;
    let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
    let rows = answer.as_array().context("the list of databases is a list")?;
    Ok(rows.iter().filter_map(|row| Some((text(row, "name")?, text(row, "uuid")?))).collect())
}

fn has_secrets(root: &Root, config: &Path, map: &Map, worker: &str) -> Result<()> {
    let required = map.workers().find(|(env, _)| *env == worker).map(|(_, entry)| entry.secrets());
    let required = required.unwrap_or_default();
    if required.is_empty() {
        return Ok(());
    }
    let have = secret_names(&wrangler::json(root, config, &["secret", "list", "--env", worker])?);
    match required.iter().find(|name| !have.contains(name)) {
        Some(name) => bail!("worker {worker} has no secret {name}: run `cargo xtask keys`"),
        None => Ok(()),
    }
}

/// The names in what `wrangler secret list` prints.
pub fn secret_names(list: &Value) -> Vec<String> {
    let names = list.as_array().into_iter().flatten().filter_map(|row| row.get("name")?.as_str());
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_worker_of_the_map_is_deployed_and_validate_last() {
        let map: Map = toml::from_str(include_str!("../../wrangler.toml")).unwrap();
        let order = order(&map).unwrap();
        assert_eq!(map.workers().count(), order.len());
        assert_eq!((order.first(), order.last()), (Some(&"objects"), Some(&"validate")));
    }

    #[test]
    fn every_database_of_the_map_is_made_somewhere() {
        let text = include_str!("../../wrangler.toml");
        for name in text.split('"').filter(|word| word.starts_with("writ-d")) {
            assert!(DATABASES.iter().any(|(made, _)| *made == name), "{name}");
        }
    }
}
