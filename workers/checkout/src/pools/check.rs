//! What rules of a pool may say: bounded lists and names, groups that exist, no more reserved than there is.

use std::collections::BTreeSet;

use domain::pool::{Group, Rules, Who};
use edge::text;
use wire::problem::Problem;

/// Groups of a pool: every call looks through them.
const MOST_GROUPS: usize = 64;
/// Users, hosts and groups that rules name in all.
const MOST_NAMES: usize = 1_000;

/// Whether `rules` fit a pool of `seats` seats.
///
/// # Errors
/// `invalid-request`, with a pointer to the first field that does not fit. Names are sets, so it is the set that is pointed
/// at.
pub fn rules(rules: &Rules, seats: u32) -> Result<(), Problem> {
    if rules.groups.len() > MOST_GROUPS {
        return Err(Problem::field("/groups", format!("must have at most {MOST_GROUPS} entries")));
    }
    if names(rules) > MOST_NAMES {
        return Err(Problem::field("", format!("must have at most {MOST_NAMES} names in all")));
    }
    let mut known = BTreeSet::new();
    for (index, group) in rules.groups.iter().enumerate() {
        let at = format!("/groups/{index}");
        self::group(group, &at)?;
        if !known.insert(group.name.as_str()) {
            return Err(Problem::field(format!("{at}/name"), "is the name of another group"));
        }
    }
    rules.include.as_ref().map_or(Ok(()), |who| choice(who, &known, "/include"))?;
    choice(&rules.exclude, &known, "/exclude")?;
    let reserved: u64 = rules.groups.iter().map(|group| u64::from(group.reserve)).sum();
    if reserved > u64::from(seats) {
        let detail = format!("reserve {reserved} seats, and there are {seats}");
        return Err(Problem::field("/groups", detail));
    }
    Ok(())
}

fn names(rules: &Rules) -> usize {
    let groups = rules.groups.iter().map(|group| group.users.len() + group.hosts.len());
    let choices = rules.include.iter().chain([&rules.exclude]);
    let chosen = choices.map(|who| who.users.len() + who.hosts.len() + who.groups.len());
    groups.chain(chosen).sum()
}

fn group(group: &Group, at: &str) -> Result<(), Problem> {
    text::name(&group.name, &format!("{at}/name"))?;
    set(&group.users, &format!("{at}/users"))?;
    set(&group.hosts, &format!("{at}/hosts"))
}

fn choice(who: &Who, known: &BTreeSet<&str>, at: &str) -> Result<(), Problem> {
    set(&who.users, &format!("{at}/users"))?;
    set(&who.hosts, &format!("{at}/hosts"))?;
    match who.groups.iter().find(|name| !known.contains(name.as_str())) {
        Some(name) => {
            Err(Problem::field(format!("{at}/groups"), format!("there is no group {name}")))
        }
        None => Ok(()),
    }
}

fn set(names: &BTreeSet<String>, at: &str) -> Result<(), Problem> {
    names.iter().try_for_each(|name| text::name(name, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn tried(body: Value) -> String {
        let asked: Rules = serde_json::from_value(body).unwrap();
        let problem = rules(&asked, 8).err();
        problem.map_or_else(|| "good".to_owned(), |problem| problem.errors[0].pointer.clone())
    }

    #[test]
    fn rules_that_do_not_fit_are_pointed_at() {
        let long = "x".repeat(201);
        let crowd = |count: usize| (0..count).map(|n| format!("u{n}")).collect::<Vec<_>>();
        let groups = |count: usize| {
            (0..count).map(|n| json!({ "name": format!("g{n}") })).collect::<Vec<_>>()
        };
        let rows = [
            (json!({}), "good"),
            (json!({ "groups": groups(64) }), "good"),
            (json!({ "groups": groups(65) }), "/groups"),
            (json!({ "exclude": { "users": crowd(1000) } }), "good"),
            (json!({ "exclude": { "users": crowd(1000), "hosts": ["h"] } }), ""),
            (json!({ "groups": [{ "name": "a" }, { "name": "" }] }), "/groups/1/name"),
            (json!({ "groups": [{ "name": "a" }, { "name": "a" }] }), "/groups/1/name"),
            (json!({ "groups": [{ "name": "a", "users": [long] }] }), "/groups/0/users"),
            (json!({ "groups": [{ "name": "a", "hosts": ["a\n"] }] }), "/groups/0/hosts"),
            (json!({ "include": { "users": [""] } }), "/include/users"),
            (json!({ "include": { "groups": ["a"] } }), "/include/groups"),
            (json!({ "exclude": { "groups": ["a"] } }), "/exclude/groups"),
            (json!({ "groups": [{ "name": "a" }], "exclude": { "groups": ["a"] } }), "good"),
            (
                json!({ "groups": [{ "name": "a", "reserve": 5 }, { "name": "b", "reserve": 3 }] }),
                "good",
            ),
            (
                json!({ "groups": [{ "name": "a", "reserve": 5 }, { "name": "b", "reserve": 4 }] }),
                "/groups",
            ),
            (
                json!({ "groups": [{ "name": "a", "reserve": u32::MAX }, { "name": "b", "reserve": u32::MAX }] }),
                "/groups",
            ),
        ];
        for (body, want) in rows {
            assert_eq!(tried(body.clone()), want, "{body}");
        }
    }
}
