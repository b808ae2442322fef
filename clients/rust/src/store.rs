//! The state file: written whole, in one step, readable by its owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::state::AgentState;

/// A folder with the state of one agent.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The state in `folder`, which is made when needed.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where the user's programs keep their state: `$XDG_STATE_HOME/writ`, or
    /// `~/.local/state/writ`.
    pub fn default_folder(
        xdg_state_home: Option<PathBuf>,
        home: Option<PathBuf>,
    ) -> Option<PathBuf> {
        let state = xdg_state_home.filter(|path| path.is_absolute());
        state.or_else(|| home.map(|home| home.join(".local/state"))).map(|state| state.join("writ"))
    }

    /// The state; an empty one when there is none yet.
    ///
    /// # Errors
    /// When the file cannot be read, or is not ours.
    pub fn load(&self) -> Result<AgentState, Failure> {
        let path = self.folder.join("state.json");
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| failure(&path, &error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(AgentState::default()),
            Err(error) => Err(failure(&path, &error)),
        }
    }

    /// Replaces the state. A crash leaves the old one or the new one, never a part.
    ///
    /// # Errors
    /// When the folder or the file cannot be written.
    pub fn save(&self, state: &AgentState) -> Result<(), Failure> {
        let path = self.folder.join("state.json");
        let json = serde_json::to_vec_pretty(state).map_err(|error| failure(&path, &error))?;
        self.write("state.json", &json)
    }

    /// The device key of containers: 32 secret bytes, made of `entropy` on first use.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds something else.
    pub fn device_key(
        &self,
        entropy: impl FnOnce() -> Result<[u8; 32], Failure>,
    ) -> Result<[u8; 32], Failure> {
        let path = self.folder.join("device.key");
        match fs::read(&path) {
            Ok(bytes) => bytes.try_into().map_err(|_| failure(&path, &"is not a device key")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = entropy()?;
                self.write("device.key", &key)?;
                Ok(key)
            }
            Err(error) => Err(failure(&path, &error)),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let (path, fresh) = (self.folder.join(name), self.folder.join(format!("{name}.new")));
        let write = || {
            fs::create_dir_all(&self.folder)?;
            let mut file = private().open(&fresh)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&fresh, &path)
        };
        write().map_err(|error: io::Error| failure(&path, &error))
    }
}

#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    options
}

fn failure(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Local(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn the_state_comes_back_and_nobody_else_can_read_it() {
        let folder = Folder::new("store");
        let store = Store::new(folder.path().join("deep/er"));
        assert_eq!(store.load().unwrap(), AgentState::default());
        let state = AgentState { device_id: Some("dev_1".into()), ..AgentState::default() };
        store.save(&state).unwrap();
        assert_eq!(store.load().unwrap(), state);
        let key = store.device_key(|| Ok([7; 32])).unwrap();
        assert_eq!(store.device_key(|| Ok([8; 32])).unwrap(), key);
        #[cfg(unix)]
        for name in ["state.json", "device.key"] {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(store.folder.join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn a_damaged_state_is_an_error_and_not_a_fresh_start() {
        let folder = Folder::new("damaged");
        fs::write(folder.path().join("state.json"), "{").unwrap();
        assert!(matches!(Store::new(folder.path().to_owned()).load(), Err(Failure::Local(_))));
    }

    #[test]
    fn the_default_folder_follows_the_desktop_rules() {
        let rows = [
            (Some("/x"), Some("/h"), Some("/x/writ")),
            (Some("relative"), Some("/h"), Some("/h/.local/state/writ")),
            (None, Some("/h"), Some("/h/.local/state/writ")),
            (None, None, None),
        ];
        for (xdg, home, want) in rows {
            let folder = Store::default_folder(xdg.map(PathBuf::from), home.map(PathBuf::from));
            assert_eq!(folder, want.map(PathBuf::from), "{xdg:?} {home:?}");
        }
    }
}
