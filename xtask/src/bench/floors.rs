//! The floors: Rust workers built like ours that do the least that the work could be.

use anyhow::Result;

use super::server::Server;
use crate::build;
use crate::root::Root;
use crate::setup;
use crate::steps::Steps;

/// Folders under bench/floors.
pub const FLOORS: [&str; 3] = ["plain", "object", "d1"];

/// Builds them; what has not changed is quick.
///
/// # Errors
/// When one does not build.
pub fn build(root: &Root) -> Result<()> {
    let compiler = setup::compiler(root)?;
    let mut steps = Steps::new(FLOORS.len());
    for floor in FLOORS {
        let folder = format!("bench/floors/{floor}");
        steps.step(&format!("build the floor {floor}"), || {
            build::compile(root, &folder, &format!("floor-{floor}"), true, compiler)
        })?;
    }
    Ok(())
}

/// Starts all of them in one workerd, as our workers are.
///
/// # Errors
/// When they do not start.
pub fn start(root: &Root) -> Result<Server> {
    let path = |path: &str| root.join(path).display().to_string();
    let args = [path("bench/floors/serve.mjs"), path("target/bench/floors")];
    Server::node(root, "floors.log", &args)
}
