//! Files of `.writ` that may hold secrets: JSON, readable by their owner only, never half-written.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes `value` with mode 600, in one step: readers see the old file or the new one.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(path: &Path, value: &impl Serialize) -> Result<()> {
    let folder = path.parent().context("a file has a folder")?;
    fs::create_dir_all(folder)?;
    let draft = path.with_extension(format!("draft.{}", std::process::id()));
    let _ = fs::remove_file(&draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(&serde_json::to_vec_pretty(value)?)?;
    file.write_all(b"\n")?;
    fs::rename(&draft, path).with_context(|| format!("{} cannot be written", path.display()))
}

/// Reads what [`write`] wrote; `None` when there is no such file.
///
/// # Errors
/// When it is there and does not read: it is never overwritten by guess.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .with_context(|| format!("{} is damaged; remove it to start over", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_secret_file_is_its_owners_alone_and_reads_back() {
        let folder = std::env::temp_dir().join(format!("writ-files-{}", std::process::id()));
        let path = folder.join("secrets.json");
        write(&path, &vec![1, 2]).unwrap();
        write(&path, &vec![3]).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read::<Vec<u8>>(&path).unwrap(), Some(vec![3]));
        assert_eq!(read::<Vec<u8>>(&folder.join("none.json")).unwrap(), None);
        fs::write(&path, "{").unwrap();
        assert!(read::<Vec<u8>>(&path).is_err(), "damaged");
        fs::remove_dir_all(folder).unwrap();
    }
}
