//! The inventory of tables against the schema: nothing is forgotten, nothing secret is shown, everything runs.

use std::collections::BTreeSet;

use domain::scope::Scopes;
use serde_json::json;
use store::data::{devices, licenses, profiles};
use store::directory::{api_keys, erasures, hostnames, tenants};
use store::inventory::{Fate, Home, KEPT_MS, TABLES, Table};
use store::{Statement, Target};
use testkit::{Db, NOW, Place, license, tenant};

use crate::tenancy::{ties, whose};

#[test]
fn every_table_and_every_column_stands_in_the_inventory() {
    for ((place, name), columns) in Db::migrated().tables() {
        if name.starts_with("sqlite_") {
            continue;
        }
        let home = if place == Place::Shard { Home::Shard } else { Home::Directory };
        let mut tables = TABLES.iter();
        let table = tables.find(|table| table.name == name && table.home == home);
        let table = table
            .unwrap_or_else(|| panic!("{name} is missing in shared/store/src/inventory/tables.rs"));
        let tenant = whose(&name, &columns).unwrap();
        let own = columns.into_iter().filter(|column| column != tenant).collect::<BTreeSet<_>>();
        let shown = shown(table).into_iter().filter(|column| column != tenant);
        let withheld = table.withheld.iter().map(|column| (*column).to_owned());
        assert_eq!(shown.chain(withheld).collect::<BTreeSet<_>>(), own, "{name}");
    }
}

/// The columns that an export shows.
fn shown(table: &Table) -> Vec<String> {
    let acme = tenant("acme");
    let sql = match table.home {
        Home::Shard => table.rows(&table.start(), 1).map(|page| page.sql()),
        Home::Directory => table.entries(&acme, &table.start(), 1).map(|page| page.sql()),
    };
    let columns = sql.map_or("", |sql| sql.split(" FROM ").next().unwrap());
    let columns = columns.trim_start_matches("SELECT ").split(',').map(str::trim);
    columns.filter(|column| !column.is_empty()).map(str::to_owned).collect()
}

#[test]
fn what_is_secret_is_never_shown() {
    const SECRET: [&str; 7] =
        ["hash", "sealed", "secret", "license_key", "token", "answer", "payload"];
    for table in TABLES {
        for column in shown(table) {
            // The hash of a log entry is its proof, and the way of signing in with a token is no token.
            let harmless = ["audit.hash", "brand_images.hash", "identity_providers.token_auth"];
            let chained = harmless.contains(&&*format!("{}.{column}", table.name));
            let secret = SECRET.iter().any(|word| column.contains(word));
            assert!(chained || !secret, "{}.{column}", table.name);
        }
    }
}

/// A statement, where there is one, runs and is tied to the tenant.
fn fits<T: Target, R>(db: &Db, place: Place, name: &str, statement: Option<Statement<T, R>>) {
    if let Some(statement) = statement {
        let ran = db.try_out(&tenant("acme"), &statement);
        assert_eq!((ran, ties(place, statement.sql())), (Ok(()), Ok(())), "{name}");
    }
}

#[test]
fn every_page_and_every_erasure_fits_the_schema_and_is_tied_to_the_tenant() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    for table in TABLES {
        let name = table.name;
        let place = if table.home == Home::Shard { Place::Shard } else { Place::Directory };
        fits(&db, place, name, table.rows(&table.start(), 10));
        fits(&db, place, name, table.entries(&acme, &table.start(), 10));
        fits(&db, place, name, table.erase(10));
        fits(&db, place, name, table.strike(&acme, 10));
        fits(&db, place, name, table.end(10));
        let erases = table.erase(1).is_some() || table.strike(&acme, 1).is_some();
        assert_eq!(erases, table.fate != Fate::Kept, "{name}");
    }
}

/// A world of one tenant with something in most tables.
fn world(name: &str, db: &Db) {
    let acme = tenant(name);
    let hash = name.len().to_string().repeat(64)[..64].to_owned();
    let key = testkit::key_id(u8::try_from(name.len()).unwrap());
    let new_key = api_keys::NewApiKey {
        hash: &hash,
        id: &key,
        tenant: &acme,
        scopes: Scopes::default(),
        expires: None,
        rate_limit: 1,
        rate_window_seconds: 1,
        restrictions: None,
        rate_limits: None,
    };
    let (eu, shard) = (domain::place::Region::Eu, domain::place::Shard::Eu);
    db.run(&[
        tenants::create(&acme, "customer", None, eu, shard, NOW),
        hostnames::add(name, &acme, hostnames::HostKind::Default, hostnames::HostStatus::Active),
        api_keys::insert(&new_key, NOW),
    ])
    .unwrap();
    let mine = db.of(&acme);
    mine.run(profiles::put("Acme Incorporated", Some("a@acme.example"), &json!({}), NOW)).unwrap();
    for n in 1..=5 {
        let made = domain::license::License { holder: acme.clone(), ..license(n) };
        let origin = licenses::Origin::default();
        let mut changes = vec![licenses::insert(&made, shard, &origin, NOW)];
        changes.extend((1..=3).map(|n| devices::put(&made.id, &crate::registry::device(n), NOW)));
        for change in changes {
            mine.run(change).unwrap();
        }
    }
}

#[test]
fn pages_show_everything_once_and_nothing_of_others() {
    let db = Db::migrated();
    world("acme", &db);
    world("globex", &db);
    let acme = tenant("acme");
    for (name, want) in [("licenses", 5), ("devices", 15), ("profiles", 1), ("plans", 0)] {
        let (_, table) = Table::labelled(name).unwrap();
        let (mut after, mut seen) = (table.start(), BTreeSet::new());
        loop {
            let rows = db.of(&acme).all(&table.rows(&after, 2).unwrap());
            seen.extend(rows.iter().map(|row| serde_json::Value::from(row.clone()).to_string()));
            match rows.last() {
                Some(last) if !table.keys.is_empty() => after = table.after(last),
                _ => break,
            }
        }
        assert_eq!(seen.len(), want, "{name}");
    }
}

#[test]
fn an_erasure_comes_to_an_end_and_leaves_neighbours_alone() {
    let db = Db::migrated();
    world("acme", &db);
    world("globex", &db);
    let (acme, globex) = (tenant("acme"), tenant("globex"));
    for table in TABLES {
        let mut rounds = 0;
        loop {
            let changed = match table.home {
                Home::Shard => table.erase(2).map(|change| db.of(&acme).run(change).unwrap()),
                Home::Directory => {
                    table.strike(&acme, 2).map(|change| db.run(&[change]).unwrap()[0])
                }
            };
            rounds += 1;
            assert!(rounds < 20, "{} never ends", table.name);
            if changed.is_none_or(|changed| changed < 2) {
                break;
            }
        }
    }
    let profile = db.of(&acme).first(&profiles::get()).unwrap();
    assert_eq!((profile.name.as_str(), profile.contact_email), ("Erased", None));
    let license = license(1);
    let row = db.of(&acme).first(&licenses::by_id(&license.id)).unwrap();
    assert_eq!((row.standing, row.license_key), (domain::license::Standing::Revoked, None));
    let (_, devices) = Table::labelled("devices").unwrap();
    let count = |tenant| db.of(tenant).all(&devices.rows(&devices.start(), 100).unwrap()).len();
    assert_eq!((count(&acme), count(&globex)), (0, 15));
    assert_eq!(db.all(&hostnames::of_tenant(&acme)).len(), 0);
    assert_eq!(db.all(&hostnames::of_tenant(&globex)).len(), 1);
    let profile = db.of(&globex).first(&profiles::get()).unwrap();
    assert_eq!(profile.name, "Acme Incorporated");
}

#[test]
fn ten_years_after_an_erasure_nothing_of_it_is_left_on_the_shard() {
    let db = Db::migrated();
    world("acme", &db);
    world("globex", &db);
    let (acme, globex) = (tenant("acme"), tenant("globex"));
    for change in TABLES.iter().filter_map(|table| table.erase(1_000)) {
        db.of(&acme).run(change).unwrap();
    }
    let left = |tenant: &domain::id::TenantId| -> Vec<&str> {
        let pages =
            TABLES.iter().filter_map(|table| Some((table, table.rows(&table.start(), 100)?)));
        let held = pages.filter(|(_, page)| !db.of(tenant).all(page).is_empty());
        held.map(|(table, _)| table.name).collect()
    };
    let neighbour = left(&globex);
    assert_eq!(left(&acme), ["profiles", "licenses"]);
    for change in TABLES.iter().filter_map(|table| table.end(1_000)) {
        db.of(&acme).run(change).unwrap();
    }
    assert_eq!(left(&acme), Vec::<&str>::new());
    assert_eq!(left(&globex), neighbour);
}

#[test]
fn what_outlives_an_erasure_ends_ten_years_later_and_once() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    world("acme", &db);
    let ending = |now: domain::time::Millis| db.all(&erasures::ending(now.plus(-KEPT_MS), 9)).len();
    let years = |n: i64| NOW.plus(n * 86_400_000 * 1_461 / 4);
    db.run(&[erasures::ask(&acme, NOW, NOW)]).unwrap();
    assert_eq!(db.run(&[erasures::ended(&acme, NOW)]), Ok(vec![0]), "it was not erased yet");
    assert_eq!(ending(years(11)), 0);
    db.run(&[erasures::done(&acme, NOW)]).unwrap();
    assert_eq!(
        (ending(years(9)), ending(NOW.plus(KEPT_MS - 1)), ending(NOW.plus(KEPT_MS))),
        (0, 0, 1)
    );
    db.run(&[erasures::ended(&acme, years(11))]).unwrap();
    assert_eq!(ending(years(12)), 0);
}
