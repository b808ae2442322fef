//! The checker of the running interface, a Python program in a folder of its own: pinned in tests/openapi/requirements.txt.

use std::fs;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::debian;
use crate::root::Root;
use crate::sources::hex;
use crate::steps::logged;

/// What must be installed, with the versions.
const REQUIREMENTS: &str = "tests/openapi/requirements.txt";

/// Installs it, unless it is there in these versions.
///
/// # Errors
/// When there is no Python 3, or its packages cannot be had.
pub fn install(root: &Root) -> Result<()> {
    let wanted = hex(&Sha256::digest(fs::read(root.join(REQUIREMENTS))?));
    let folder = root.writ("python");
    let note = folder.join("requirements.sha256");
    if fs::read_to_string(&note).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    if make(root).is_err() {
        // Debian's Python comes without what makes such folders.
        debian::apt(root, &["python3", "python3-venv"])?;
        make(root).context("python3 -m venv")?;
    }
    let mut pip = root.command(folder.join("bin/pip"));
    pip.args(["install", "--disable-pip-version-check", "--no-input", "-r", REQUIREMENTS]);
    logged(root, "pip-install", &mut pip)?;
    Ok(fs::write(note, wanted)?)
}

fn make(root: &Root) -> Result<()> {
    let mut python = root.command("python3");
    logged(root, "python-venv", python.args(["-m", "venv", "--clear"]).arg(root.writ("python")))
}
