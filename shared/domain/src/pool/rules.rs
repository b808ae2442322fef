//! The rules that a customer's administrator makes for a pool.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::pool::subject::Subject;

/// Who comes first, who may have how much, who may have nothing.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// A lower one comes too late.
    pub version: i64,
    /// Groups of users and hosts. They may overlap: seats count in each group of their holder.
    pub groups: Vec<Group>,
    /// Seats that one user may hold; unlimited when missing.
    pub max_per_user: Option<u32>,
    /// Who may have seats; everybody when missing.
    pub include: Option<Who>,
    /// Who may not, whatever `include` says.
    pub exclude: Who,
    /// What may be borrowed.
    pub borrow: BorrowRules,
}

/// A group of users and hosts.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Users that belong to it.
    pub users: BTreeSet<String>,
    /// Hosts that belong to it, whoever uses them.
    pub hosts: BTreeSet<String>,
    /// Higher is served first; 0 for who is in no group.
    pub priority: i32,
    /// Seats that others cannot have, held or not; taken from the commit quantity first.
    pub reserve: u32,
    /// Seats that the group may hold; unlimited when missing.
    pub cap: Option<u32>,
}

/// A choice of subjects.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Who {
    /// By user.
    pub users: BTreeSet<String>,
    /// By host.
    pub hosts: BTreeSet<String>,
    /// By name of a group.
    pub groups: BTreeSet<String>,
}

/// What may be borrowed.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct BorrowRules {
    /// Seats that are never borrowed.
    pub keep_back: u32,
    /// Seats that may be borrowed at a time; unlimited when missing.
    pub max: Option<u32>,
}

impl Group {
    /// Whether the subject belongs to it.
    pub fn contains(&self, subject: &Subject) -> bool {
        named(&self.users, subject.user.as_ref()) || named(&self.hosts, subject.host.as_ref())
    }
}

impl Rules {
    /// The subject's place in the line: the highest priority of its groups, 0 without any.
    pub fn priority(&self, subject: &Subject) -> i32 {
        let of = self.groups.iter().filter(|group| group.contains(subject));
        of.map(|group| group.priority).max().unwrap_or(0)
    }

    /// Whether the subject may have seats at all.
    pub fn admits(&self, subject: &Subject) -> bool {
        let included = self.include.as_ref().is_none_or(|who| self.is_one_of(subject, who));
        included && !self.is_one_of(subject, &self.exclude)
    }

    /// Seats of `seats` that may be borrowed at a time.
    pub fn borrowable(&self, seats: u32) -> u32 {
        let BorrowRules { keep_back, max } = self.borrow;
        seats.saturating_sub(keep_back).min(max.unwrap_or(u32::MAX))
    }

    fn is_one_of(&self, subject: &Subject, who: &Who) -> bool {
        let mut groups = self.groups.iter().filter(|group| who.groups.contains(&group.name));
        named(&who.users, subject.user.as_ref())
            || named(&who.hosts, subject.host.as_ref())
            || groups.any(|group| group.contains(subject))
    }
}

fn named(names: &BTreeSet<String>, name: Option<&String>) -> bool {
    name.is_some_and(|name| names.contains(name))
}
