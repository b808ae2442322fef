//! The map (`wrangler.toml`), as far as this program needs it.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::root::Root;

/// The part of wrangler.toml that is read here.
#[derive(Debug, Deserialize)]
pub struct Map {
    env: BTreeMap<String, Worker>,
}

/// One `[env.<worker>]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Worker {
    #[serde(default)]
    secrets: Secrets,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Secrets {
    #[serde(default)]
    required: Vec<String>,
}

impl Worker {
    /// The secrets without which this worker must not be deployed.
    pub fn secrets(&self) -> &[String] {
        &self.secrets.required
    }
}

impl Map {
    /// The map of this checkout.
    ///
    /// # Errors
    /// When it cannot be read or does not parse.
    pub fn read(root: &Root) -> Result<Self> {
        let path = root.join("wrangler.toml");
        let text = std::fs::read_to_string(&path).context("wrangler.toml cannot be read")?;
        toml::from_str(&text).context("wrangler.toml does not parse")
    }

    /// Every worker with its name in the map.
    pub fn workers(&self) -> impl Iterator<Item = (&str, &Worker)> {
        self.env.iter().map(|(env, worker)| (env.as_str(), worker))
    }

    /// The workers asked for, or all when none is named.
    ///
    /// # Errors
    /// When one is not in the map.
    pub fn chosen<'a>(&'a self, asked: &'a [String]) -> Result<Vec<&'a str>> {
        if asked.is_empty() {
            return Ok(self.env.keys().map(String::as_str).collect());
        }
        asked
            .iter()
            .map(|name| {
                let known = || self.env.keys().cloned().collect::<Vec<_>>().join(", ");
                let found = self.env.contains_key(name).then_some(name.as_str());
                found.with_context(|| format!("no worker `{name}` in the map; it has {}", known()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> Map {
        let text = "[env.issue]\nname = \"writ-issue\"\nmain = \"a.js\"\nsecrets.required = [\"KEK\"]\n\
                    [env.portal]\nname = \"writ-portal\"\nmain = \"b.js\"\n";
        toml::from_str(text).unwrap()
    }

    #[test]
    fn no_names_means_every_worker() {
        assert_eq!(map().chosen(&[]).unwrap(), ["issue", "portal"]);
    }

    #[test]
    fn a_worker_that_is_not_in_the_map_is_refused_by_name() {
        let error = map().chosen(&["isue".to_owned()]).unwrap_err().to_string();
        assert_eq!(error, "no worker `isue` in the map; it has issue, portal");
    }

    #[test]
    fn secrets_are_those_of_the_section() {
        let secrets: Vec<_> =
            map().workers().map(|(env, w)| (env.to_owned(), w.secrets().len())).collect();
        assert_eq!(secrets, [("issue".to_owned(), 1), ("portal".to_owned(), 0)]);
    }
}
