//! Sizes of the release builds: what an edge must fetch before its first answer.

use anyhow::Result;

use super::machine;
use super::results::SizePart;
use crate::build;
use crate::map::Map;
use crate::root::Root;

/// Raw and gzipped Wasm of every worker of the map.
///
/// # Errors
/// When one is not built.
pub fn measure(root: &Root) -> Result<SizePart> {
    let map = Map::read(root)?;
    let mut rows = Vec::new();
    for worker in map.chosen(&[])? {
        let (raw, gzipped) = build::wasm_size(root, worker)?;
        rows.push((worker.to_owned(), raw, gzipped));
    }
    Ok(SizePart { setting: machine::setting(root)?, rows })
}
