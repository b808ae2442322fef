//! The compiler for Wasm: the usual one (a nightly with its sources, by rustup), or Debian's own
//! where the toolchain's download host cannot be reached.
//!
//! A panic must fail its own request only, so std is built with `panic = "unwind"`
//! (`-Z build-std`). That needs unstable features and std's sources, but no prebuilt Wasm std.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::debian;
use crate::root::Root;

/// Who compiles the workers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compiler {
    /// `cargo +nightly` of rustup, with the component `rust-src`.
    Nightly,
    /// Debian's `rustc-web`, reached through three small stand-ins (see [`debian`]).
    Debian,
}

/// Set to `nightly` or `debian` to choose; otherwise the usual way is tried first.
pub const CHOICE: &str = "WRIT_WASM_COMPILER";

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
        if let Some(compiler) = chosen {
            return Ok(compiler);
        }
        debian::install(root)?;
        Ok(Self::Debian)
    }

    /// Lets `command` (worker-build) find this compiler.
    ///
    /// # Errors
    /// When this process's PATH cannot be passed on.
    pub fn apply(self, root: &Root, command: &mut Command) -> Result<()> {
        match self {
            Self::Nightly => Ok(()),
            Self::Debian => debian::apply(root, command),
        }
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
    let rustup = |args: &[&str]| {
        let mut command = root.command("rustup");
        let out = command.args(args).stdin(Stdio::null()).output().context("there is no rustup")?;
        Ok::<_, anyhow::Error>((
            out.status.success(),
            String::from_utf8_lossy(&out.stdout).into_owned(),
        ))
    };
    let have = |text: &str, start: &str| text.lines().any(|line| line.starts_with(start));
    if !have(&rustup(&["toolchain", "list"])?.1, "nightly-") {
        let install =
            ["toolchain", "install", "nightly", "--profile", "minimal", "--no-self-update"];
        ensure!(rustup(&install)?.0, "no nightly can be had");
    }
    let version = root.command("rustc").args(["+nightly", "-vV"]).output()?;
    let version = llvm(&String::from_utf8_lossy(&version.stdout));
    let good = version.is_some_and(|version| version >= LLVM);
    ensure!(good, "this nightly's LLVM writes invalid Wasm; `rustup update nightly` would help");
    for add in [["component", "rust-src"], ["target", "wasm32-unknown-unknown"]] {
        let [kind, name] = add;
        let added = rustup(&[kind, "add", name, "--toolchain", "nightly"])?.0;
        ensure!(added, "the nightly has no {name}");
    }
    Ok(Compiler::Nightly)
}

/// The version of LLVM in the answer to `rustc -vV`.
fn llvm(answer: &str) -> Option<(u32, u32, u32)> {
    let mut parts = answer.lines().find_map(|line| line.strip_prefix("LLVM version: "))?.split('.');
    let mut next = || parts.next()?.trim().parse().ok();
    Some((next()?, next()?, next()?))
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
