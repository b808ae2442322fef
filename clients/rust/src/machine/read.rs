//! Reading single pieces. Everything here answers with nothing when a file is missing.

use std::fs;
use std::path::Path;

/// The text of a file, without outer blank space and NUL bytes.
pub fn text(root: &Path, path: &str) -> Option<String> {
    let bytes = fs::read(root.join(path)).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// A serial number or UUID; fillers that makers leave in are no identifiers.
pub fn identifier(root: &Path, path: &str) -> Option<String> {
    const FILLERS: [&str; 7] = [
        "none",
        "not specified",
        "default string",
        "to be filled by o.e.m.",
        "system serial number",
        "unknown",
        "n/a",
    ];
    let value = text(root, path)?;
    let low = value.to_lowercase();
    let is_blank = |blank: char| low.chars().all(|c| c == blank || c == '-');
    let is_filler = FILLERS.contains(&low.as_str()) || is_blank('0') || is_blank('f');
    (!is_filler).then_some(value)
}

/// The processor's signature: maker, family, model, stepping and name of the first one.
/// Microcode and clock rate change with updates and load, so they stay out.
pub fn cpu(root: &Path) -> Option<String> {
    const FIELDS: [&str; 9] = [
        "vendor_id",
        "cpu family",
        "model",
        "model name",
        "stepping",
        "CPU implementer",
        "CPU architecture",
        "CPU part",
        "CPU revision",
    ];
    let info = text(root, "proc/cpuinfo")?;
    let first = info.lines().take_while(|line| !line.trim().is_empty());
    let pairs = first.filter_map(|line| line.split_once(':'));
    let chosen = pairs.filter(|(name, _)| FIELDS.contains(&name.trim()));
    let parts: Vec<String> =
        chosen.map(|(name, value)| format!("{}={}", name.trim(), value.trim())).collect();
    (!parts.is_empty()).then(|| parts.join(";"))
}

/// Addresses of network cards; bridges, tunnels and the like are left out.
pub fn macs(root: &Path) -> Vec<String> {
    let folder = root.join("sys/class/net");
    let is_real = |name: &String| {
        !fs::read_link(folder.join(name))
            .is_ok_and(|target| target.to_string_lossy().contains("/virtual/"))
    };
    let cards = names(&folder).into_iter().filter(|name| name != "lo").filter(is_real);
    cards
        .filter_map(|name| identifier(root, &format!("sys/class/net/{name}/address")))
        .filter(|address| address != "00:00:00:00:00:00")
        .collect()
}

/// Serial numbers of disks that are built in.
pub fn disks(root: &Path) -> Vec<String> {
    const NOT_DISKS: [&str; 8] = ["loop", "ram", "zram", "dm-", "md", "sr", "nbd", "fd"];
    let is_disk = |name: &String| !NOT_DISKS.iter().any(|prefix| name.starts_with(prefix));
    let built_in =
        |name: &String| text(root, &format!("sys/block/{name}/removable")).as_deref() != Some("1");
    let disks = names(&root.join("sys/block")).into_iter().filter(is_disk).filter(built_in);
    disks
        .filter_map(|name| {
            ["serial", "device/serial", "device/wwid", "wwid"]
                .iter()
                .find_map(|file| identifier(root, &format!("sys/block/{name}/{file}")))
        })
        .collect()
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}
