//! How many seats there are for whom.

use crate::pool::book::Book;
use crate::pool::refusal::Refusal;
use crate::pool::subject::Subject;
use crate::pool::taken::Seats;

/// How an ask stands against the seats, the line left aside.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Standing {
    /// There is room: these seats.
    Fits(Seats),
    /// There will be room when others give seats back.
    Short,
    /// Waiting for seats does not help.
    Barred(Refusal),
}

impl Book {
    /// How the ask stands. Commit seats are used first, and reserves are kept out of them first.
    pub(super) fn standing(&self, subject: &Subject, quantity: u32) -> Standing {
        if let Err(refusal) = self.entitled(subject, quantity) {
            return Standing::Barred(refusal);
        }
        let (all, taken) = (i64::from(self.terms.seats()), self.index.taken.all());
        let kept = self.kept_from(subject);
        let free = all - i64::from(taken.total()) - kept;
        if i64::from(quantity) > free {
            let never = i64::from(quantity) > all - self.reserved_from(subject);
            return if never { Standing::Barred(self.no_seat()) } else { Standing::Short };
        }
        let commit = i64::from(self.terms.commit) - i64::from(taken.commit) - kept;
        let commit = u32::try_from(commit.max(0)).unwrap_or(u32::MAX).min(quantity);
        Standing::Fits(Seats { commit, overage: quantity - commit })
    }

    /// What the customer's rules say of the caller, however many seats are free.
    pub(super) fn entitled(&self, subject: &Subject, quantity: u32) -> Result<(), Refusal> {
        if !self.rules.admits(subject) {
            return Err(Refusal::Excluded);
        }
        let taken = &self.index.taken;
        if let (Some(user), Some(cap)) = (&subject.user, self.rules.max_per_user) {
            within(cap, taken.of_user(user), quantity, user)?;
        }
        for (group, count) in taken.groups(&self.rules) {
            if let Some(cap) = group.cap.filter(|_| group.contains(subject)) {
                within(cap, count, quantity, &group.name)?;
            }
        }
        Ok(())
    }

    /// Whether seats for `subject` come out of reserves that are kept from `other` anyway, so that
    /// serving it takes nothing from `other`.
    pub(super) fn spares(&self, other: &Subject, subject: &Subject, quantity: u32) -> bool {
        let groups = self.index.taken.groups(&self.rules);
        let own = groups.filter(|(group, _)| group.contains(subject) && !group.contains(other));
        let from_reserves: u64 = own
            .map(|(group, count)| u64::from(group.reserve.saturating_sub(count).min(quantity)))
            .sum();
        from_reserves >= u64::from(quantity)
    }

    /// The refusal for want of seats.
    pub(super) fn no_seat(&self) -> Refusal {
        Refusal::NoSeat {
            commit: self.terms.commit,
            max_overage: self.terms.max_overage,
            held: self.index.taken.held.total(),
            next_free: self.index.frees.first().map(|(end, _)| *end),
        }
    }

    /// Seats that groups of others have reserved and do not hold.
    fn kept_from(&self, subject: &Subject) -> i64 {
        let groups = self.index.taken.groups(&self.rules);
        let others = groups.filter(|(group, _)| !group.contains(subject));
        others.map(|(group, count)| i64::from(group.reserve.saturating_sub(count))).sum()
    }

    /// Seats that groups of others have reserved.
    fn reserved_from(&self, subject: &Subject) -> i64 {
        let others = self.rules.groups.iter().filter(|group| !group.contains(subject));
        others.map(|group| i64::from(group.reserve)).sum()
    }
}

fn within(limit: u32, count: u32, quantity: u32, scope: &str) -> Result<(), Refusal> {
    if u64::from(count) + u64::from(quantity) > u64::from(limit) {
        return Err(Refusal::CapReached { scope: scope.to_owned(), limit });
    }
    Ok(())
}
