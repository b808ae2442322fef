//! Debian's own compiler, for machines that cannot reach the toolchain's download host.
//!
//! worker-build calls `cargo +nightly` and asks rustup what is installed. Three stand-ins answer in
//! their place; they come first on its PATH and on nobody else's.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::root::Root;
use crate::steps::logged;

const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];
const LINKER: &str = "wasm-ld-19";
const RUSTC: &str = "/usr/bin/rustc";
/// The `rust-version` of the workspace.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");
/// Comes with the sources of std, from which std is built for Wasm.
const STD_LOCK: &str = "/usr/lib/rustlib/src/rust/library/Cargo.lock";

/// Installs the packages that are missing, and the stand-ins.
///
/// # Errors
/// When this is no Debian, or its packages cannot be had.
pub fn install(root: &Root) -> Result<()> {
    if !(Path::new(STD_LOCK).is_file() && runs(LINKER) && runs("/usr/bin/cargo") && recent()) {
        ensure!(
            runs("apt-get"),
            "no nightly toolchain, and no apt-get to install another compiler"
        );
        println!("      installing {}", PACKAGES.join(" "));
        apt(root, &PACKAGES)?;
        ensure!(recent(), "Debian's rustc-web is older than {OLDEST}, which the workers need");
    }
    stand_ins(root)
}

/// Lets `command` find the stand-ins and the linker.
///
/// # Errors
/// When this process's PATH cannot be passed on.
pub fn apply(root: &Root, command: &mut Command) -> Result<()> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let first = std::iter::once(root.writ("shims"));
    let path = std::env::join_paths(first.chain(std::env::split_paths(&old)))?;
    command.env("PATH", path).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER);
    Ok(())
}

/// Installs packages of Debian.
///
/// # Errors
/// When they cannot be had.
pub fn apt(root: &Root, packages: &[&str]) -> Result<()> {
    let admin =
        if runs("sudo") && !is_root() { vec!["sudo", "-n", "apt-get"] } else { vec!["apt-get"] };
    let run = |log: &str, args: &[&str]| {
        let (program, rest) = admin.split_first().context("no command")?;
        let mut command = root.command(program);
        logged(root, log, command.args(rest).args(args).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let install = [&["install", "-y", "--no-install-recommends"][..], packages].concat();
    // The lists of a bare machine may be empty, or so old that they name a compiler of years ago. Where
    // they cannot be had anew the installation says what is missing.
    if let Err(error) = run("apt-update", &["update"]) {
        println!("      the package lists stay as they are: {error}");
    }
    run("apt-install", &install)
}

/// Whether Debian's compiler, if there is one, is new enough for the workspace.
fn recent() -> bool {
    let out = Command::new(RUSTC).arg("--version").stdin(Stdio::null()).output();
    let found = out.ok().and_then(|out| version(&String::from_utf8_lossy(&out.stdout)));
    found >= version(&format!("rustc {OLDEST}"))
}

/// Major and minor of `rustc 1.96.0 (...)`.
fn version(answer: &str) -> Option<(u32, u32)> {
    let mut parts = answer.strip_prefix("rustc ")?.split(['.', ' ', '-']);
    let mut next = || parts.next()?.trim().parse().ok();
    Some((next()?, next()?))
}

fn stand_ins(root: &Root) -> Result<()> {
    let rows = [
        (
            "cargo",
            "[ \"$1\" = +nightly ] && shift\n\
             exec env RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc /usr/bin/cargo \"$@\"\n",
        ),
        (
            "rustc",
            "[ \"$1\" = +nightly ] && shift\n\
             case \"$*\" in\n\
             # std is built from source, so any folder that exists will do.\n\
             *target-libdir*) dirname \"$0\" ;;\n\
             *) exec /usr/bin/rustc \"$@\" ;;\n\
             esac\n",
        ),
        ("rustup", "[ \"$1\" = component ] && echo 'rust-src (installed)'\nexit 0\n"),
    ];
    fs::create_dir_all(root.writ("shims"))?;
    for (name, body) in rows {
        let path = root.writ("shims").join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}"))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn runs(program: &str) -> bool {
    let mut command = Command::new(program);
    let quiet = command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null());
    quiet.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_is_compared_by_number() {
        let rows = [
            ("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)", Some((1, 96))),
            ("rustc 1.85.0-nightly", Some((1, 85))),
            ("rustc 1.100", Some((1, 100))),
            ("bash: no such thing", None),
        ];
        for (answer, want) in rows {
            assert_eq!(version(answer), want, "{answer}");
        }
        assert!(version(rows[2].0) > version(rows[0].0), "not by text");
        assert!(version(&format!("rustc {OLDEST}")).is_some());
    }
}
