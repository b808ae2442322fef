//! Seats and the line, by counting.

use super::*;

pub enum Stand {
    Fits(Pair),
    Short,
    Barred(Said),
}

impl Model {
    fn member(group: &Group, who: &Subject) -> bool {
        group.users.iter().any(|user| who.user.as_ref() == Some(user))
            || group.hosts.iter().any(|host| who.host.as_ref() == Some(host))
    }

    pub fn is_in(&self, who: &Subject, list: &Who) -> bool {
        let by_name = list.users.iter().any(|user| who.user.as_ref() == Some(user))
            || list.hosts.iter().any(|host| who.host.as_ref() == Some(host));
        let groups = self.rules.groups.iter().filter(|group| list.groups.contains(&group.name));
        by_name || groups.into_iter().any(|group| Self::member(group, who))
    }

    /// Everything that is taken: by whom, and what.
    fn taken(&self) -> Vec<(Subject, Pair)> {
        let held = self.founders().map(|lease| (lease.who.clone(), lease.took));
        let claims = self.tickets.iter().filter_map(|t| Some((t.who.clone(), t.claim?.0)));
        held.chain(claims).collect()
    }

    fn sum(taken: &[(Subject, Pair)], of: impl Fn(&Subject) -> bool) -> i64 {
        let of = taken.iter().filter(|(who, _)| of(who));
        of.map(|(_, (commit, overage))| i64::from(commit + overage)).sum()
    }

    /// Seats free for `who`, and those that others' reserves keep from it.
    fn free(&self, who: &Subject, taken: &[(Subject, Pair)]) -> (i64, i64) {
        let others = self.rules.groups.iter().filter(|group| !Self::member(group, who));
        let kept = others.map(|group| {
            let count = Self::sum(taken, |holder| Self::member(group, holder));
            (i64::from(group.reserve) - count).max(0)
        });
        let kept: i64 = kept.sum();
        let all = i64::from(self.terms.commit) + i64::from(self.terms.max_overage);
        (all - Self::sum(taken, |_| true) - kept, kept)
    }

    pub fn barred_by_rules(&self, who: &Subject, quantity: u32) -> Option<Said> {
        let included = self.rules.include.as_ref().is_none_or(|list| self.is_in(who, list));
        if !included || self.is_in(who, &self.rules.exclude) {
            return Some(Said::No("excluded"));
        }
        let taken = self.taken();
        let quantity = i64::from(quantity);
        let user = self.rules.max_per_user.filter(|_| who.user.is_some());
        let over_user = user.is_some_and(|cap| {
            Self::sum(&taken, |holder| holder.user == who.user) + quantity > i64::from(cap)
        });
        let mut own = self.rules.groups.iter().filter(|group| Self::member(group, who));
        let over_group = own.any(|group| {
            let count = Self::sum(&taken, |holder| Self::member(group, holder));
            group.cap.is_some_and(|cap| count + quantity > i64::from(cap))
        });
        (over_user || over_group).then_some(Said::No("cap_reached"))
    }

    pub fn stand(&self, who: &Subject, quantity: u32) -> Stand {
        if let Some(said) = self.barred_by_rules(who, quantity) {
            return Stand::Barred(said);
        }
        let taken = self.taken();
        let (free, kept) = self.free(who, &taken);
        let quantity = i64::from(quantity);
        if free < quantity {
            let (most, all_kept) = self.free(who, &[]);
            assert!(all_kept >= kept);
            return if most < quantity { Stand::Barred(self.no_seat()) } else { Stand::Short };
        }
        let commit_taken: i64 = taken.iter().map(|(_, (commit, _))| i64::from(*commit)).sum();
        let commit = (i64::from(self.terms.commit) - commit_taken - kept).clamp(0, quantity);
        let seats = |n: i64| u32::try_from(n).unwrap();
        Stand::Fits((seats(commit), seats(quantity - commit)))
    }

    pub fn no_seat(&self) -> Said {
        Said::NoSeat(self.ends_of_holds().first().map(|(end, _)| Millis(*end)))
    }

    fn priority(&self, who: &Subject) -> i32 {
        let own = self.rules.groups.iter().filter(|group| Self::member(group, who));
        own.map(|group| group.priority).max().unwrap_or(0)
    }

    pub fn line(&self) -> Vec<&MTicket> {
        let mut line: Vec<&MTicket> = self.tickets.iter().collect();
        line.sort_by_key(|ticket| (-self.priority(&ticket.who), ticket.order));
        line
    }

    /// Whether somebody ahead would lose what it waits for.
    fn robs(&self, ahead: &MTicket, who: &Subject, quantity: u32) -> bool {
        if matches!(self.stand(&ahead.who, ahead.quantity), Stand::Barred(_)) {
            return false;
        }
        let mut taken = self.taken();
        let before = self.free(&ahead.who, &taken).0;
        taken.push((who.clone(), (quantity, 0)));
        self.free(&ahead.who, &taken).0 < before
    }

    pub fn must_wait(&self, who: &Subject, quantity: u32) -> bool {
        let priority = self.priority(who);
        let line = self.line();
        let mut ahead = line
            .iter()
            .filter(|ticket| ticket.claim.is_none() && self.priority(&ticket.who) >= priority);
        ahead.any(|ticket| self.robs(ticket, who, quantity))
    }

    pub fn serve(&mut self, at: i64) {
        while self.terms.open && self.terms.ends.is_none_or(|ends| at < ends.0) {
            let line: Vec<&MTicket> =
                self.line().into_iter().filter(|ticket| ticket.claim.is_none()).collect();
            let next = line.iter().enumerate().find_map(|(place, ticket)| {
                let Stand::Fits(seats) = self.stand(&ticket.who, ticket.quantity) else {
                    return None;
                };
                let mut ahead = line[..place].iter();
                let free = !ahead.any(|other| self.robs(other, &ticket.who, ticket.quantity));
                free.then_some((ticket.order, seats))
            });
            let Some((order, seats)) = next else { return };
            self.note(at);
            let until = at + 1000 * i64::from(self.terms.floating.claim_seconds.max(1));
            let ticket = self.tickets.iter_mut().find(|ticket| ticket.order == order).unwrap();
            ticket.claim = Some((seats, until));
        }
    }

    pub fn place(&self, id: &TicketId) -> Place {
        let line = self.line();
        let at = line.iter().position(|ticket| ticket.id == *id).unwrap();
        let waits = line[..at].iter().filter(|ticket| ticket.claim.is_none());
        let wanted: u32 = waits.map(|ticket| ticket.quantity).sum::<u32>() + line[at].quantity;
        let all = i64::from(self.terms.commit + self.terms.max_overage);
        let mut free = (all - Self::sum(&self.taken(), |_| true)).max(0);
        let mut estimate = (free >= i64::from(wanted)).then_some(Millis(self.newest));
        for (end, seats) in self.ends_of_holds() {
            free += i64::from(seats);
            if free >= i64::from(wanted) {
                estimate = estimate.or(Some(Millis(end)));
            }
        }
        Place {
            ticket: id.clone(),
            position: at + 1,
            estimate: estimate.filter(|_| line[at].claim.is_none()),
            reserved_until: line[at].claim.map(|(_, until)| Millis(until)),
        }
    }
}
