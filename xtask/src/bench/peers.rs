//! Other license servers that anybody can install: each on loopback, with one license and one machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::FOLDER;
use super::http::{Post, agent};
use super::server::{Server, free_port};
use crate::demo::client::text;
use crate::root::Root;
use crate::steps::{Steps, logged};

/// Package, version, features.
pub const PEERS: [(&str, &str, &str); 2] = [
    ("archergate-license-server", "0.1.2", ""),
    ("netviper-talos", "0.2.4", "admin-api,background-jobs"),
];
const MACHINE: &str = "9f2c1c6f0a4b7d8e3f5061728394a5b6c7d8e9fa0b1c2d3e4f50617283940516";

/// Installs them into the project, once.
///
/// # Errors
/// When one does not build.
pub fn install(root: &Root) -> Result<()> {
    let list = fs::read_to_string(root.writ("bench/.crates.toml")).unwrap_or_default();
    let mut steps = Steps::new(PEERS.len());
    for (package, version, features) in PEERS {
        if list.contains(&format!("\"{package} {version} ")) {
            continue;
        }
        let mut command = root.command("cargo");
        command.args(["install", package, "--version", version, "--locked", "--root"]);
        command.arg(root.writ("bench")).args(["--features", features]);
        command.env("CARGO_TARGET_DIR", root.writ("bench/target"));
        let log = format!("bench-{package}");
        steps.step(&format!("install {package} {version}"), || logged(root, &log, &mut command))?;
    }
    Ok(())
}

/// `archergate-license-server` and its validation.
///
/// # Errors
/// When it does not start.
pub fn archergate(root: &Root) -> Result<(Server, Post)> {
    let db = fresh(root, "archergate.db")?;
    let tool = || root.command(root.writ("bench/bin/archergate-license-server"));
    let db_args = ["--db".into(), db.into_os_string()];
    let said = output(tool().args(["create-key", "--email", "bench@example.com"]).args(&db_args))?;
    let id = after(&said, "ID:")?;
    let made = ["create-license", "--plugin", "bench", "--max-machines", "3", "--api-key-id", &id];
    let license = after(&output(tool().args(made).args(&db_args))?, "Key:")?;
    let port = free_port()?;
    let mut serve = tool();
    serve.args(["serve", "--port", &port.to_string()]).args(&db_args).env("RUST_LOG", "warn");
    let server = Server::program(root, "archergate.log", serve, port)?;
    let body =
        json!({ "license_key": license, "machine_fingerprint": MACHINE, "plugin_id": "bench" });
    let ask = post(&server, "/validate", &body);
    Ok((server, ask))
}

/// `netviper-talos` and its validation.
///
/// # Errors
/// When it does not start, or refuses the license.
pub fn talos(root: &Root) -> Result<(Server, Post)> {
    let db = fresh(root, "talos.db")?;
    let mut schema = root.command(root.npm_bin("node"));
    schema.arg("--no-warnings").arg(root.join("bench/peers/schema.mjs")).arg(&db);
    output(schema.args(migrations()?))?;
    let port = free_port()?;
    let mut serve = root.command(root.writ("bench/bin/talos_server"));
    serve
        .env("TALOS_DATABASE_URL", format!("sqlite://{}", db.display()))
        .env("TALOS_SERVER_HOST", "127.0.0.1")
        .env("TALOS_SERVER_PORT", port.to_string())
        .env("TALOS_LOGGING_ENABLED", "false")
        .current_dir(root.join(FOLDER));
    let server = Server::program(root, "talos.log", serve, port)?;
    let agent = agent();
    let license =
        post(&server, "/api/v1/licenses", &json!({ "features": ["bench"] })).json(&agent)?;
    let key = text(&license, "license_key")?;
    let body = json!({ "license_key": key, "hardware_id": MACHINE });
    post(&server, "/api/v1/client/bind", &body).json(&agent)?;
    let ask = post(&server, "/api/v1/client/validate", &body);
    Ok((server, ask))
}

fn post(server: &Server, path: &str, body: &serde_json::Value) -> Post {
    let headers = vec![("Content-Type", "application/json".to_owned())];
    Post { url: format!("{}{path}", server.url), headers, body: body.to_string() }
}

/// A file that is not there yet, nor its journals.
fn fresh(root: &Root, name: &str) -> Result<PathBuf> {
    for suffix in ["", "-wal", "-shm"] {
        match fs::remove_file(root.join(FOLDER).join(format!("{name}{suffix}"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(root.join(FOLDER).join(name))
}

/// The SQL that talos brings for `SQLite`, where cargo keeps its sources.
fn migrations() -> Result<Vec<PathBuf>> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.context("no cargo home")?.join("registry/src");
    for registry in fs::read_dir(sources)?.flatten() {
        let Ok(files) = fs::read_dir(registry.path().join("netviper-talos-0.2.4/migrations"))
        else {
            continue;
        };
        let files = files.flatten().map(|file| file.path());
        return Ok(files.filter(|path| path.extension().is_some_and(|it| it == "sql")).collect());
    }
    bail!("the sources of netviper-talos are not in cargo's registry")
}

fn output(command: &mut Command) -> Result<String> {
    let out = command.output()?;
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    if !out.status.success() {
        bail!("{command:?} failed: {said}{}", String::from_utf8_lossy(&out.stderr));
    }
    Ok(said)
}

/// The word after `label`.
fn after(said: &str, label: &str) -> Result<String> {
    let word = said.split_once(label).and_then(|(_, rest)| rest.split_whitespace().next());
    word.map(str::to_owned).with_context(|| format!("no `{label}` in: {said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_peer_prints_is_found_by_its_label() {
        let said = "API Key created:\n  Key:   ak_1\n  ID:    7f\n";
        assert_eq!(
            (after(said, "ID:").unwrap(), after(said, "  Key:").unwrap()),
            ("7f".into(), "ak_1".into())
        );
        assert!(after(said, "Expires:").is_err());
    }
}
