//! A list of every statement, each made once with plausible arguments. `rules` finds statements that are missing here.

macro_rules! items {
    ($db:expr; $($module:ident :: $function:ident ( $($argument:expr),* );)*) => {
        vec![$(item($db, concat!(stringify!($module), "::", stringify!($function)), &$module::$function($($argument),*))),*]
    };
}

mod directory;
mod logs;
mod people;
mod samples;
mod shard;

use domain::place::{Region, Shard};
use store::directory::tenants;
use store::{Statement, Target};
use testkit::{Db, NOW, tenant};

pub use samples::*;

/// One statement, without its types.
pub struct Item {
    /// `table::function`.
    pub name: &'static str,
    /// Its SQL.
    pub sql: &'static str,
    /// Whether `?1` is the tenant.
    pub tenant_bound: bool,
    /// Whether it goes to the DIRECTORY.
    pub directory: bool,
    /// Whether it is answered by index searches alone.
    pub hot: bool,
    /// Its plan.
    pub plan: String,
    /// What the database said to it.
    pub outcome: Result<(), String>,
}

fn item<T: Target, R>(db: &Db, name: &'static str, statement: &Statement<T, R>) -> Item {
    Item {
        name,
        sql: statement.sql(),
        tenant_bound: T::TENANT_BOUND,
        directory: T::DIRECTORY,
        hot: statement.is_hot(),
        plan: db.explain(statement),
        outcome: db.try_out(&tenant("acme"), statement),
    }
}

pub fn all() -> Vec<Item> {
    let db = Db::migrated();
    db.run(&[tenants::create(&tenant("acme"), "customer", None, Region::Eu, Shard::Eu, NOW)])
        .unwrap();
    let mut items = directory::on_directory(&db);
    items.extend(directory::on_directory_registrations(&db));
    items.extend(directory::sessions_on_directory(&db));
    items.extend(people::people(&db));
    items.extend(shard::on_shard(&db));
    items.extend(shard::on_shard_hostnames(&db));
    items.extend(logs::on_shard_logs(&db));
    items.extend(logs::on_shard_ledger(&db));
    items.extend(logs::on_ledger(&db));
    items.extend(logs::on_watch(&db));
    items
}
