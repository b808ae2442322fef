//! `up`: from whatever state this machine is in to a running platform with a lively demo on it.

use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use domain::host::Host;
use domain::id::TenantId;
use domain::place::Shard;
use license::api_key::ApiKeyText;
use serde_json::json;

use crate::bootstrap::{self, OPERATOR};
use crate::build;
use crate::chance;
use crate::cli::{BuildArgs, UpArgs};
use crate::demo;
use crate::dev::Dev;
use crate::files;
use crate::platform::{self, Platform, Start};
use crate::root::Root;
use crate::secrets::Secrets;
use crate::setup;
use crate::steps::{Steps, secs};

/// Brings the platform up and stays with it, or leaves it running with `--detach`.
///
/// # Errors
/// When a step fails; the message says which, and where its log is.
pub fn run(root: &Root, args: &UpArgs) -> Result<()> {
    let from = Instant::now();
    let apex = Host::parse(&args.apex).context("--apex")?;
    setup::run(root, &mut Steps::new(setup::STEPS))?;
    build::run(root, &BuildArgs { release: args.release, workers: Vec::new() })?;
    if platform::stop(root)? {
        println!("ended the platform that was running");
    }
    // Credentials without the state that they belong to open nothing.
    if args.fresh || !root.writ("state").is_dir() {
        start_over(root)?;
    }
    let known = files::read::<Dev>(&root.writ("dev.json"))?;
    if let Some(known) = known.as_ref().filter(|known| known.apex != apex.as_str()) {
        bail!("the demo here lives under {}: say --apex {}, or --fresh", known.apex, known.apex);
    }
    let token = write_inputs(root, apex.as_str(), args.port, known.as_ref())?;
    let running = Platform::start(root, &Start { port: args.port, detached: args.detach })?;
    println!("platform ready at {} after {}", running.url, secs(from));
    let dev = demo::seed(root, &running.url, apex.as_str(), &token, known.as_ref())?;
    files::write(&root.writ("dev.json"), &dev)?;
    demo::people::admins(&dev, &running.outside)?;
    print!("{}", demo::tour::text(&dev, &running.outside));
    println!("up in {}; logs: .writ/log/platform.log", secs(from));
    if args.detach {
        println!("it keeps running; `cargo xtask down` ends it");
        return Ok(());
    }
    println!("Ctrl-C ends it");
    running.wait()
}

/// Ends a platform that runs detached.
///
/// # Errors
/// When it does not end.
pub fn down(root: &Root) -> Result<()> {
    let message = if platform::stop(root)? { "the platform ended" } else { "nothing was running" };
    println!("{message}");
    Ok(())
}

/// Forgets tenants, licenses and their credentials; keys of the installation stay.
fn start_over(root: &Root) -> Result<()> {
    for gone in [fs::remove_dir_all(root.writ("state")), fs::remove_file(root.writ("dev.json"))] {
        match gone {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Writes what the platform is started with; gives the operator's token.
fn write_inputs(root: &Root, apex: &str, port: u16, known: Option<&Dev>) -> Result<ApiKeyText> {
    let operator = TenantId::parse(OPERATOR)?;
    Secrets::of_checkout(root, &operator)?;
    let token = match known {
        Some(dev) => {
            ApiKeyText::parse(&dev.operator.token).context("operator token in dev.json")?
        }
        None => ApiKeyText::new(&operator, Shard::Eu, &chance::bytes()?),
    };
    // Whoever tries things out wants to see them in the ledger soon.
    let vars = json!({ "APEX": apex, "SCHEME": "http", "PORT": format!(":{port}"), "LEDGER_GATHER_MS": "1000" });
    files::write(&root.writ("vars.json"), &vars)?;
    let rows = bootstrap::rows(apex, &operator, &token, chance::now()?);
    files::write(&root.writ("bootstrap.json"), &rows)?;
    Ok(token)
}
