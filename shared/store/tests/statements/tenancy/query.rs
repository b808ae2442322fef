//! One query after the other, the inner ones with what is tied outside of them.

use std::collections::{BTreeMap, BTreeSet};

use super::parse::{Tok, clause, conjuncts, split, tokens};

/// What a statement has to keep to.
pub struct Rules<'r> {
    /// The tenant column of each table.
    pub columns: &'r BTreeMap<String, &'static str>,
    /// In the DIRECTORY any parameter may be the tenant: nobody binds it for us.
    pub bound_anywhere: bool,
    /// Whether `?1` is the issuer of licenses.
    pub issuer: bool,
}

/// What is tied outside of a query, by the names that it has there.
#[derive(Clone, Default)]
struct Around {
    /// With the column that then says whose a row is; of an inner query any of [`INNER`].
    tied: BTreeMap<String, Option<&'static str>>,
    named_queries: BTreeSet<String>,
}

struct Table {
    name: String,
    alias: String,
}

/// How inner queries name the tenant.
const INNER: [&str; 3] = ["tenant_id", "tenant", "holder"];
const JOINS: [&str; 9] = ["FROM", "JOIN", ",", "LEFT", "INNER", "CROSS", "OUTER", "ON", "USING"];
const AFTER_FROM: [&str; 7] = ["WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "RETURNING", "WINDOW"];
const AFTER_WHERE: [&str; 6] = ["GROUP", "HAVING", "ORDER", "LIMIT", "RETURNING", "WINDOW"];
const SETS: [&str; 4] = ["UNION", "ALL", "INTERSECT", "EXCEPT"];

/// Whether every table that `sql` touches is tied to the tenant; else which one is not.
pub fn check(sql: &str, rules: &Rules<'_>) -> Result<(), String> {
    statement(&tokens(sql), rules, &Around::default())
}

fn statement(all: &[Tok], rules: &Rules<'_>, around: &Around) -> Result<(), String> {
    let (rest, around) = named_queries(all, rules, around)?;
    let first = rest.first().and_then(Tok::word).unwrap_or_default();
    match first {
        "INSERT" => insert(rest, rules, &around),
        "UPDATE" | "DELETE" => query(rest, rules, &around),
        _ => split(rest, &SETS)
            .into_iter()
            .filter(|arm| !arm.is_empty())
            .try_for_each(|arm| query(arm, rules, &around)),
    }
}

/// `WITH name (columns) AS (query), ...`: each is checked, and its name is then as good as tied.
fn named_queries<'t>(
    all: &'t [Tok],
    rules: &Rules<'_>,
    around: &Around,
) -> Result<(&'t [Tok], Around), String> {
    let mut around = around.clone();
    if !all.first().is_some_and(|tok| tok.is("WITH")) {
        return Ok((all, around));
    }
    let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE"];
    let end = all.iter().position(|tok| verbs.iter().any(|verb| tok.is(verb)));
    let (head, rest) = all.split_at(end.ok_or("WITH and nothing behind it")?);
    for named in split(&head[1..], &[","]) {
        let name = named.iter().find(|tok| !tok.is("RECURSIVE")).and_then(Tok::word);
        around.named_queries.insert(name.ok_or("a query without a name")?.to_owned());
        let Some(Tok::Group(body)) = named.last() else {
            return Err("a name without a query".into());
        };
        statement(body, rules, &around)?;
    }
    Ok((rest, around))
}

fn insert(all: &[Tok], rules: &Rules<'_>, around: &Around) -> Result<(), String> {
    let [_, into, table, Tok::Group(names), rest @ ..] = all else {
        return Err("an INSERT without its columns".into());
    };
    let name = into.is("INTO").then(|| table.word()).flatten().ok_or("INSERT OR ...")?;
    let column = rules.columns.get(name).ok_or_else(|| format!("what is {name}?"))?;
    let place = split(names, &[","]).iter().position(|part| part == &[Tok::Word((*column).into())]);
    let place = place.ok_or_else(|| format!("{name} without {column}"))?;
    let conflict = rest.windows(2).position(|two| two[0].is("ON") && two[1].is("CONFLICT"));
    let (source, update) = rest.split_at(conflict.unwrap_or(rest.len()));
    if clause(update, "SET", &[]).iter().any(|tok| tok.is(column)) {
        return Err(format!("{name} changes hands"));
    }
    inner(rest, rules, around)?;
    if let Some(Tok::Group(values)) = source.get(1).filter(|_| source[0].is("VALUES")) {
        let value = split(values, &[","]).get(place).map(|part| part.to_vec());
        let given = matches!(value.as_deref(), Some([one]) if is_tenant(one, rules));
        return given.then_some(()).ok_or_else(|| format!("{name} gets another tenant than ?1"));
    }
    statement(source, rules, around)?;
    let items = split(clause(source, "SELECT", &["FROM"]), &[","]);
    let own = |tok: &Tok| {
        is_tenant(tok, rules) || tok.word().is_some_and(|word| word.ends_with("tenant_id"))
    };
    let given = matches!(items.get(place), Some([one]) if own(one));
    given.then_some(()).ok_or_else(|| format!("{name} gets another tenant than the one selected"))
}

/// One SELECT, UPDATE or DELETE.
fn query(all: &[Tok], rules: &Rules<'_>, around: &Around) -> Result<(), String> {
    let from: Vec<Tok> = if all[0].is("UPDATE") {
        let rest = &all[1..];
        let end = rest.iter().position(|tok| tok.is("SET")).ok_or("UPDATE without SET")?;
        [&[Tok::Word("FROM".into())], &rest[..end]].concat()
    } else {
        let start = all.iter().position(|tok| tok.is("FROM"));
        start.map_or_else(Vec::new, |start| {
            [&all[start..=start], clause(all, "FROM", &AFTER_FROM)].concat()
        })
    };
    let mut known = around.clone();
    let (tables, conditions) = sources(&from, rules, &mut known)?;
    for name in tables.iter().map(|table| &table.alias) {
        // A table inside hides one of the same name outside.
        known.tied.remove(name);
    }
    let wanted = clause(all, "WHERE", &AFTER_WHERE);
    let conditions = conditions.iter().map(Vec::as_slice).chain([wanted]);
    let ties: Vec<_> = conditions.flat_map(conjuncts).collect();
    // A tie may lead over other tables: as many rounds as there are tables.
    for _ in &tables {
        for tie in &ties {
            follow(tie, &tables, rules, &mut known);
        }
    }
    if let Some(loose) = tables.iter().find(|table| !known.tied.contains_key(&table.alias)) {
        return Err(format!("{} ({}) is tied to nobody", loose.name, loose.alias));
    }
    if all[0].is("UPDATE") {
        let set = clause(all, "SET", &["WHERE", "FROM"]);
        let gives_away = |part: &&[Tok]| {
            part.first().is_some_and(|tok| tables.iter().any(|t| tok.is(rules.columns[&t.name])))
        };
        if split(set, &[","]).iter().any(gives_away) {
            return Err("a row changes hands".into());
        }
    }
    inner(all, rules, &known)
}

/// Queries in parentheses, wherever they stand; those in FROM have been seen already, and are seen again.
fn inner(all: &[Tok], rules: &Rules<'_>, around: &Around) -> Result<(), String> {
    all.iter().try_for_each(|tok| match tok {
        Tok::Group(body) if is_query(body) => statement(body, rules, around),
        Tok::Group(body) => inner(body, rules, around),
        Tok::Word(_) => Ok(()),
    })
}

fn is_query(body: &[Tok]) -> bool {
    body.first().is_some_and(|tok| tok.is("SELECT") || tok.is("WITH"))
}

/// The tables of a FROM clause, and the conditions of its joins. Queries and functions in it have names too, which are as
/// good as tied: a query is checked by itself, and a function reads its arguments only.
fn sources(
    from: &[Tok],
    rules: &Rules<'_>,
    known: &mut Around,
) -> Result<(Vec<Table>, Vec<Vec<Tok>>), String> {
    let (mut tables, mut conditions) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < from.len() {
        let next = from[at + 1..].iter().position(|tok| JOINS.iter().any(|word| tok.is(word)));
        let part = &from[at + 1..next.map_or(from.len(), |next| at + 1 + next)];
        if from[at].is("ON") {
            conditions.push(part.to_vec());
        } else if from[at].is("USING") {
            return Err("say ON, not USING".into());
        } else if let Some((first, rest)) = part.split_first() {
            source(first, rest, rules, known, &mut tables)?;
        }
        at += 1 + part.len();
    }
    Ok((tables, conditions))
}

fn source(
    first: &Tok,
    rest: &[Tok],
    rules: &Rules<'_>,
    known: &mut Around,
    tables: &mut Vec<Table>,
) -> Result<(), String> {
    let alias = rest.iter().filter_map(Tok::word).find(|word| *word != "AS");
    match first {
        Tok::Group(body) if is_query(body) => statement(body, rules, known)?,
        Tok::Group(_) => return Err("a join in parentheses".into()),
        Tok::Word(name) if rules.columns.contains_key(name) => {
            let alias = alias.filter(|word| *word != "INDEXED" && *word != "NOT").unwrap_or(name);
            tables.push(Table { name: name.clone(), alias: alias.to_owned() });
            return Ok(());
        }
        Tok::Word(name) => {
            let function = rest.first().is_some_and(|tok| matches!(tok, Tok::Group(_)));
            if !function && !known.named_queries.contains(name) {
                return Err(format!("what is {name}?"));
            }
            known.tied.insert(name.clone(), None);
        }
    }
    known.tied.extend(alias.map(|alias| (alias.to_owned(), None)));
    Ok(())
}

fn is_tenant(tok: &Tok, rules: &Rules<'_>) -> bool {
    tok.is("?1") || (rules.bound_anywhere && tok.word().is_some_and(|word| word.starts_with('?')))
}

/// Notes what `a = b` ties.
fn follow(tie: &[Tok], tables: &[Table], rules: &Rules<'_>, known: &mut Around) {
    let [left, equals, right] = tie else { return };
    if !equals.is("=") {
        return;
    }
    for (one, other) in [(left, right), (right, left)] {
        let Some((alias, column)) = owner(one, tables, rules) else { continue };
        let by_column = other.word().and_then(|word| word.split_once('.'));
        let follows = by_column.is_some_and(|(of, theirs)| {
            let own = known.tied.get(of);
            // What an issuer says of its products goes with the licenses that it has issued.
            let issuers = column == "issuer" && theirs == "issuer";
            own.is_some_and(|own| {
                issuers || own.map_or_else(|| INNER.contains(&theirs), |own| own == theirs)
            })
        });
        if is_tenant(other, rules) || follows {
            known.tied.insert(alias, Some(column));
        }
    }
}

/// The table whose tenant column this is.
fn owner(tok: &Tok, tables: &[Table], rules: &Rules<'_>) -> Option<(String, &'static str)> {
    let word = tok.word()?;
    let (alias, column) =
        word.split_once('.').map_or((None, word), |(of, column)| (Some(of), column));
    let says = |table: &&Table| {
        let issuer = rules.issuer && table.name == "licenses" && column == "issuer";
        alias.is_none_or(|alias| alias == table.alias)
            && (issuer || rules.columns.get(&table.name) == Some(&column))
    };
    let mut fitting = tables.iter().filter(says);
    let only = fitting.next()?;
    let column = *rules.columns.get(&only.name)?;
    fitting.next().is_none().then(|| (only.alias.clone(), column))
}
