//! What libraries of others say about what the platform gave.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use crate::platform::Platform;

static FILES: AtomicU32 = AtomicU32::new(0);

impl Platform {
    /// Has a script of `tests/live` look at `seen`, and gives what it prints. What the script does not believe fails the test.
    pub fn judged_by(&self, script: &str, seen: &Value) -> String {
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let file = self.checkout(&format!("target/live/seen-{}-{number}.json", std::process::id()));
        std::fs::write(&file, seen.to_string()).unwrap();
        let ran = Command::new(self.checkout("node_modules/.bin/node"))
            .arg(self.checkout("tests/live").join(script))
            .arg(&file)
            .output()
            .unwrap();
        std::fs::remove_file(file).unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    }
}
