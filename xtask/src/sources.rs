//! Which sources a worker is made of, and their digest: a worker is rebuilt when that changes.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use toml::Table;

use crate::root::Root;

/// Files outside the crates that a worker is made of as well: versions, lints, profiles, embedded SQL.
const SHARED: [&str; 4] = ["Cargo.toml", "Cargo.lock", "schema/objects", "schema/openapi.json"];

/// A digest over all that can change what a build of `worker` gives; `how` names profile and compiler.
///
/// # Errors
/// When a source or manifest cannot be read.
pub fn digest(root: &Root, worker: &str, how: &str) -> Result<String> {
    let mut files = BTreeSet::new();
    for folder in crates(root, &format!("workers/{worker}"))? {
        for part in ["src", "js", "app", "entry.mjs", "build.rs", "Cargo.toml"] {
            collect(&root.join(&folder).join(part), &mut files)?;
        }
    }
    for path in SHARED {
        collect(&root.join(path), &mut files)?;
    }
    let mut hash = Sha256::new();
    hash.update(how);
    for file in files {
        let bytes =
            fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        hash.update(file.strip_prefix(root.join("")).unwrap_or(&file).to_string_lossy().as_bytes());
        hash.update(bytes.len().to_le_bytes());
        hash.update(bytes);
    }
    Ok(hex(&hash.finalize()))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The crate in `folder` and every crate of the workspace that it depends on.
fn crates(root: &Root, folder: &str) -> Result<BTreeSet<PathBuf>> {
    let workspace = manifest(&root.join("Cargo.toml"))?;
    let mut found = BTreeSet::new();
    let mut waiting = vec![PathBuf::from(folder)];
    while let Some(next) = waiting.pop() {
        let table = manifest(&root.join(&next).join("Cargo.toml"))?;
        if found.insert(next) {
            waiting.extend(local_dependencies(&table, &workspace));
        }
    }
    Ok(found)
}

/// Folders of the workspace's own crates among the dependencies of a manifest.
fn local_dependencies(table: &Table, workspace: &Table) -> Vec<PathBuf> {
    let pinned = workspace.get("workspace").and_then(|w| w.get("dependencies"));
    let names = table.get("dependencies").and_then(toml::Value::as_table).into_iter().flatten();
    names
        .filter_map(|(name, _)| pinned?.get(name)?.get("path")?.as_str())
        .map(PathBuf::from)
        .collect()
}

fn manifest(path: &Path) -> Result<Table> {
    let text =
        fs::read_to_string(path).with_context(|| format!("{} is missing", path.display()))?;
    text.parse().with_context(|| format!("{} does not parse", path.display()))
}

fn collect(path: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.insert(path.to_path_buf());
    } else if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_crates_of_the_workspace_are_followed() {
        let workspace =
            "[workspace.dependencies]\nserde = \"1\"\nedge = { path = \"shared/edge\" }\n";
        let worker = "[dependencies]\nserde = { workspace = true }\nedge = { workspace = true }\n";
        let found = local_dependencies(&worker.parse().unwrap(), &workspace.parse().unwrap());
        assert_eq!(found, [PathBuf::from("shared/edge")]);
    }

    #[test]
    fn hexadecimal_keeps_leading_zeros() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
