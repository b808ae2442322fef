//! The map as it is deployed: for one zone, one stage, and the databases of one account.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use toml::{Table, Value};

use crate::root::Root;

/// What differs between installations.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// Suffix to the names of scripts and databases; none for the first installation.
    pub name: Option<String>,
    /// The zone; the map's own when missing (dry runs).
    pub apex: Option<String>,
    /// Ids of the account's databases by name; empty when nothing is to be reached.
    pub databases: BTreeMap<String, String>,
}

impl Stage {
    /// A script's or database's name in this stage.
    pub fn named(&self, name: &str) -> String {
        self.name.as_ref().map_or_else(|| name.to_owned(), |stage| format!("{name}-{stage}"))
    }

    /// Writes the map of this stage to `.writ/deploy`; gives its path.
    ///
    /// # Errors
    /// When the map cannot be read, or the file not written.
    pub fn write(&self, root: &Root) -> Result<PathBuf> {
        let mut map: Table = fs::read_to_string(root.join("wrangler.toml"))?.parse()?;
        self.adapt(&mut map).context("wrangler.toml has an unexpected shape")?;
        let path = root.writ(format!("deploy/{}.toml", self.named("wrangler")));
        fs::create_dir_all(root.writ("deploy"))?;
        fs::write(&path, toml::to_string(&map)?)?;
        Ok(path)
    }

    fn adapt(&self, map: &mut Table) -> Option<()> {
        self.rename(map.get_mut("name")?);
        for (_, worker) in map.get_mut("env")?.as_table_mut()? {
            self.adapt_worker(worker.as_table_mut()?)?;
        }
        Some(())
    }

    fn adapt_worker(&self, worker: &mut Table) -> Option<()> {
        self.rename(worker.get_mut("name")?);
        from_deploy_folder(worker.get_mut("main")?);
        for database in list(worker.get_mut("d1_databases")) {
            self.rename(database.get_mut("database_name")?);
            from_deploy_folder(database.get_mut("migrations_dir")?);
            let id = self.databases.get(database.get("database_name")?.as_str()?);
            if let (Some(id), Some(database)) = (id, database.as_table_mut()) {
                database.insert("database_id".to_owned(), id.clone().into());
            }
        }
        let objects =
            worker.get_mut("durable_objects").and_then(|objects| objects.get_mut("bindings"));
        for object in list(objects) {
            if let Some(script) = object.get_mut("script_name") {
                self.rename(script);
            }
        }
        if let Some(apex) = &self.apex {
            for route in list(worker.get_mut("routes")) {
                *route.get_mut("zone_name")? = apex.clone().into();
            }
            *worker.get_mut("vars")?.get_mut("APEX")? = apex.clone().into();
        }
        Some(())
    }

    fn rename(&self, name: &mut Value) {
        if let Value::String(name) = name {
            *name = self.named(name);
        }
    }
}

fn list(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value.and_then(Value::as_array_mut).into_iter().flatten()
}

/// Paths in a configuration are read from the folder that it is in.
fn from_deploy_folder(path: &mut Value) {
    if let Value::String(path) = path {
        *path = format!("../../{path}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployed(stage: &Stage) -> Table {
        let mut map: Table = include_str!("../../wrangler.toml").parse().unwrap();
        stage.adapt(&mut map).unwrap();
        map
    }

    #[test]
    fn a_second_installation_shares_no_name_with_the_first() {
        let stage = Stage { name: Some("two".to_owned()), ..Stage::default() };
        let text = toml::to_string(&deployed(&stage)).unwrap();
        for line in text.lines().filter(|line| line.contains("\"writ")) {
            let named = line.contains("-two\"") || line.contains("\"writ.localhost\"");
            assert!(named, "{line}");
        }
    }

    #[test]
    fn databases_get_the_ids_of_the_account_and_routes_the_zone() {
        let stage = Stage {
            apex: Some("example.com".to_owned()),
            databases: [("writ-data-eu".to_owned(), "id-1".to_owned())].into(),
            ..Stage::default()
        };
        let map = deployed(&stage);
        let worker = &map["env"]["validate"];
        assert_eq!(worker["d1_databases"][1]["database_id"].as_str(), Some("id-1"));
        assert_eq!(worker["routes"][0]["zone_name"].as_str(), Some("example.com"));
        assert_eq!(worker["vars"]["APEX"].as_str(), Some("example.com"));
        assert_eq!(worker["main"].as_str(), Some("../../workers/validate/build/entry.js"));
    }
}
