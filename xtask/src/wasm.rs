//! The compiler for Wasm: the usual one (a nightly with its sources, by rustup), or Debian's own
//! where the toolchain's download host cannot be reached.
//!
//! A panic must fail its own request only, so std is built with `panic = "unwind"`
//! (`-Z build-std`). That needs unstable features and std's sources, but no prebuilt Wasm std.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::root::Root;
use crate::steps::logged;

/// Who compiles the workers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compiler {
    /// `cargo +nightly` of rustup, with the component `rust-src`.
    Nightly,
    /// Debian's `rustc-web`, reached through three small stand-ins (see [`shims`]).
    Debian,
}

/// Set to `nightly` or `debian` to choose; otherwise the usual way is tried first.
pub const CHOICE: &str = "WRIT_WASM_COMPILER";

const STD_LOCK: &str = "/usr/lib/rustlib/src/rust/library/Cargo.lock";
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];
const LINKER: &str = "wasm-ld-19";
/// LLVM 22.1.4 branches out of catch handlers with the wrong type (V8: "expected i32, got (ref
/// exn)"), so that wasm-bindgen refuses the module; 22.1.8 does not.
const LLVM: (u32, u32, u32) = (22, 1, 8);

impl Compiler {
    /// Finds or installs a compiler.
    ///
    /// # Errors
    /// When neither way works here.
    pub fn install(root: &Root) -> Result<Self> {
        let chosen = match std::env::var(CHOICE).as_deref() {
            Ok("debian") => None,
            Ok("nightly") => Some(nightly(root)?),
            Ok(other) => bail!("{CHOICE} is `{other}`: say nightly or debian"),
            Err(_) => match nightly(root) {
                Ok(found) => Some(found),
                Err(error) => {
                    println!(
                        "      the usual way fails ({error}); falling back to Debian's compiler"
                    );
                    None
                }
            },
        };
        match chosen {
            Some(compiler) => Ok(compiler),
            None => debian(root),
        }
    }

    /// Lets `command` (worker-build) find this compiler.
    pub fn apply(self, root: &Root, command: &mut Command) -> Result<()> {
        if self == Self::Debian {
            let old = std::env::var_os("PATH").unwrap_or_default();
            let first = std::iter::once(root.writ("shims"));
            let path = std::env::join_paths(first.chain(std::env::split_paths(&old)))?;
            command.env("PATH", path).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER);
        }
        Ok(())
    }

    /// For folders and stamps: what one compiler made, the other must not reuse.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nightly => "nightly",
            Self::Debian => "debian",
        }
    }
}

fn nightly(root: &Root) -> Result<Compiler> {
    let mut list = root.command("rustup");
    list.args(["component", "list", "--toolchain", "nightly"]).stderr(Stdio::null());
    let known = list.output().context("there is no rustup")?;
    let text = String::from_utf8_lossy(&known.stdout);
    if !text.lines().any(|line| line.starts_with("rust-src") && line.contains("(installed)")) {
        let mut add = root.command("rustup");
        add.args(["toolchain", "install", "nightly", "--no-self-update", "--profile", "minimal"]);
        quietly(add.args(["--component", "rust-src"]), "no nightly with its sources can be had")?;
    }
    let mut version = root.command("rustc");
    let version = version.args(["+nightly", "-vV"]).output()?;
    match llvm(&String::from_utf8_lossy(&version.stdout)) {
        Some(llvm) if llvm >= LLVM => {}
        _ => bail!("this nightly's LLVM writes invalid Wasm; `rustup update nightly` would help"),
    }
    let mut add = root.command("rustup");
    add.args(["target", "add", "wasm32-unknown-unknown", "--toolchain", "nightly"]);
    quietly(&mut add, "the nightly has no Wasm target")?;
    Ok(Compiler::Nightly)
}

/// The version of LLVM in the answer to `rustc -vV`.
fn llvm(answer: &str) -> Option<(u32, u32, u32)> {
    let mut parts = answer.lines().find_map(|line| line.strip_prefix("LLVM version: "))?.split('.');
    let mut next = || parts.next()?.trim().parse().ok();
    Some((next()?, next()?, next()?))
}

fn debian(root: &Root) -> Result<Compiler> {
    if !(Path::new(STD_LOCK).is_file() && found(LINKER) && found("/usr/bin/cargo")) {
        apt(root)?;
    }
    shims(root)?;
    Ok(Compiler::Debian)
}

fn apt(root: &Root) -> Result<()> {
    let admin =
        if found("sudo") && !is_root() { vec!["sudo", "-n", "apt-get"] } else { vec!["apt-get"] };
    let run = |log: &str, args: &[&str]| {
        let (program, rest) = admin.split_first().context("no command")?;
        let mut command = root.command(program);
        logged(root, log, command.args(rest).args(args).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let install = [&["install", "-y", "--no-install-recommends"][..], &PACKAGES[..]].concat();
    // The lists of a bare machine may be old or empty; those of another are good enough.
    run("apt-install", &install).or_else(|_| {
        run("apt-update", &["update"])?;
        run("apt-install", &install)
    })
}

/// worker-build calls `cargo +nightly` and asks rustup what is installed. These answer in their
/// place, for that one command only: they come first on its PATH and on nobody else's.
fn shims(root: &Root) -> Result<()> {
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

fn quietly(command: &mut Command, failure: &str) -> Result<()> {
    let out = command.stdin(Stdio::null()).output()?;
    if !out.status.success() {
        bail!("{failure}");
    }
    Ok(())
}

fn found(program: &str) -> bool {
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
    fn an_llvm_is_compared_by_number() {
        let rows = [
            ("release: 1.97.0-nightly\nLLVM version: 22.1.4\n", Some((22, 1, 4))),
            ("LLVM version: 22.1.10\n", Some((22, 1, 10))),
            ("release: 1.97.0\n", None),
        ];
        for (answer, want) in rows {
            assert_eq!(llvm(answer), want, "{answer}");
        }
        assert!(llvm(rows[1].0) > Some(LLVM), "not by text");
    }
}
