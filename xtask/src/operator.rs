//! The first operator of a deployed installation, made once.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use domain::id::TenantId;
use domain::place::Shard;
use license::api_key::ApiKeyText;
use serde_json::Value;

use crate::bootstrap::{self, OPERATOR};
use crate::chance;
use crate::root::Root;
use crate::stage::Stage;
use crate::steps::logged;
use crate::wrangler;

/// Makes the operator's tenant and its first API key, shown this once, unless there is one.
///
/// # Errors
/// When the databases cannot be asked or written.
pub fn ensure(root: &Root, config: &Path, stage: &Stage, apex: &str) -> Result<()> {
    let directory = stage.named("writ-directory");
    let count = "SELECT COUNT(*) AS n FROM tenants WHERE kind = 'operator'";
    let asked =
        ["d1", "execute", &directory, "--remote", "--env", "objects", "--json", "--command", count];
    if found(&wrangler::json(root, config, &asked)?)? > 0 {
        return Ok(());
    }
    let operator = TenantId::parse(OPERATOR)?;
    let key = ApiKeyText::new(&operator, Shard::Eu, &chance::bytes()?);
    let rows = bootstrap::rows(apex, &operator, &key, chance::now()?).sql();
    let names = [directory, stage.named("writ-data-eu")];
    // The directory last: it is what is asked above, so a failure in between is made good.
    for (name, sql) in names.iter().zip(&rows).rev() {
        let file = root.writ("deploy/bootstrap.sql");
        fs::write(&file, sql)?;
        let mut run =
            wrangler::command(root, config, &["d1", "execute", name, "--remote", "--yes"]);
        run.args(["--env", "objects", "--file"]).arg(&file);
        logged(root, "bootstrap", &mut run)?;
    }
    println!("The operator's first API key, shown this once (host console.{apex}):");
    println!("{}", key.expose());
    Ok(())
}

/// The `n` in what `wrangler d1 execute --json` prints.
fn found(answer: &Value) -> Result<i64> {
    let n = answer.pointer("/0/results/0/n").and_then(Value::as_i64);
    n.context("the directory did not say whether it has an operator")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_strange_answer_is_no_licence_to_make_an_operator() {
        assert_eq!(found(&json!([{ "results": [{ "n": 1 }], "success": true }])).unwrap(), 1);
        assert!(found(&json!([])).is_err());
    }
}
