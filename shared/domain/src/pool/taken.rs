//! How many seats are taken, in all and by whom.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::pool::rules::Rules;
use crate::pool::subject::Subject;

/// A number of seats: within the price and above it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Seats {
    /// Within the price.
    pub commit: u32,
    /// Above it.
    pub overage: u32,
}

impl Seats {
    /// None.
    pub const NONE: Self = Self { commit: 0, overage: 0 };

    /// All of them.
    pub const fn total(self) -> u32 {
        self.commit.saturating_add(self.overage)
    }

    const fn plus(self, other: Self) -> Self {
        let commit = self.commit.saturating_add(other.commit);
        Self { commit, overage: self.overage.saturating_add(other.overage) }
    }

    const fn minus(self, other: Self) -> Self {
        let commit = self.commit.saturating_sub(other.commit);
        Self { commit, overage: self.overage.saturating_sub(other.overage) }
    }
}

/// What seats are taken for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum For {
    Lease,
    Borrowing,
    Claim,
}

/// Counters. Users and groups count what is held and what is set aside for them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Taken {
    pub held: Seats,
    pub aside: Seats,
    pub borrowed: u32,
    by_user: BTreeMap<String, u32>,
    /// In the order of the groups in the rules.
    by_group: Vec<u32>,
}

impl Taken {
    pub fn new(rules: &Rules) -> Self {
        Self { by_group: vec![0; rules.groups.len()], ..Self::default() }
    }

    pub fn add(&mut self, rules: &Rules, subject: &Subject, seats: Seats, what: For) {
        *self.total_of(what) = self.total_of(what).plus(seats);
        if what == For::Borrowing {
            self.borrowed = self.borrowed.saturating_add(seats.total());
        }
        for count in self.counts_of(rules, subject) {
            *count = count.saturating_add(seats.total());
        }
    }

    pub fn remove(&mut self, rules: &Rules, subject: &Subject, seats: Seats, what: For) {
        *self.total_of(what) = self.total_of(what).minus(seats);
        if what == For::Borrowing {
            self.borrowed = self.borrowed.saturating_sub(seats.total());
        }
        for count in self.counts_of(rules, subject) {
            *count = count.saturating_sub(seats.total());
        }
        if let Some(user) = subject.user.as_ref().filter(|user| self.of_user(user) == 0) {
            self.by_user.remove(user);
        }
    }

    /// Held and set aside.
    pub const fn all(&self) -> Seats {
        self.held.plus(self.aside)
    }

    pub fn of_user(&self, user: &str) -> u32 {
        self.by_user.get(user).copied().unwrap_or(0)
    }

    /// Each group of the rules, with what its members have.
    pub fn groups<'a>(
        &'a self,
        rules: &'a Rules,
    ) -> impl Iterator<Item = (&'a crate::pool::Group, u32)> {
        rules.groups.iter().zip(self.by_group.iter().copied())
    }

    const fn total_of(&mut self, what: For) -> &mut Seats {
        match what {
            For::Lease | For::Borrowing => &mut self.held,
            For::Claim => &mut self.aside,
        }
    }

    fn counts_of<'a>(
        &'a mut self,
        rules: &'a Rules,
        subject: &'a Subject,
    ) -> impl Iterator<Item = &'a mut u32> {
        let Self { by_user, by_group, .. } = self;
        let user = subject.user.as_ref().map(|user| by_user.entry(user.clone()).or_default());
        let groups = rules.groups.iter().zip(by_group.iter_mut());
        user.into_iter()
            .chain(groups.filter(|(group, _)| group.contains(subject)).map(|(_, count)| count))
    }
}
