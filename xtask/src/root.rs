//! Where everything is: paths from the root of the checkout.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The folder that holds the map (`wrangler.toml`) and the workspace.
#[derive(Clone, Debug)]
pub struct Root(PathBuf);

impl Root {
    /// The nearest folder at or above the working directory that holds the map.
    ///
    /// # Errors
    /// When there is none.
    pub fn find() -> Result<Self> {
        let here = std::env::current_dir()?;
        here.ancestors()
            .find(|dir| dir.join("wrangler.toml").is_file() && dir.join("xtask").is_dir())
            .map(|dir| Self(dir.to_path_buf()))
            .context("not inside a checkout: no wrangler.toml beside xtask/ here or above")
    }

    /// A path inside the checkout.
    pub fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.join(path)
    }

    /// A path inside `.writ`, where everything made on this machine lives (ignored by git).
    pub fn writ(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.join(".writ").join(path)
    }

    /// A tool that npm installed.
    pub fn npm_bin(&self, tool: &str) -> PathBuf {
        self.join("node_modules/.bin").join(tool)
    }

    /// A Rust tool that `setup` installed.
    pub fn tool(&self, tool: &str) -> PathBuf {
        self.writ("tools/bin").join(tool)
    }

    /// A command in the root folder that inherits nothing of the cargo that runs this program:
    /// its variables would pin the children's toolchain and folders.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.0);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(pins_cargo) {
                command.env_remove(name);
            }
        }
        command
    }
}

fn pins_cargo(name: &str) -> bool {
    matches!(name, "CARGO" | "RUSTC" | "RUSTUP_TOOLCHAIN" | "RUSTFLAGS")
        || name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_pins_cargo_is_kept_from_children() {
        let rows = [
            ("RUSTUP_TOOLCHAIN", true),
            ("CARGO_MANIFEST_DIR", true),
            ("CARGO_PKG_NAME", true),
            ("CARGO_HOME", false),
            ("PATH", false),
        ];
        for (name, want) in rows {
            assert_eq!(pins_cargo(name), want, "{name}");
        }
    }
}
