//! Asks, decided by scanning.

use super::room::Stand;
use super::*;

impl Model {
    pub fn handle(&mut self, ask: Ask, now: i64) -> Said {
        let at = now.max(self.newest);
        self.settle(at);
        match ask {
            Ask::Checkout(ask) => self.check_out(ask, at),
            Ask::Borrow(ask) => self.borrow(ask, at),
            Ask::Return { lease, by, key } => self.give_back(&lease, &by, key, at),
            Ask::Extend { lease, by, ttl_seconds } => self.extend(&lease, &by, ttl_seconds, at),
            Ask::Release { lease, .. } => self.release(&lease, at),
            Ask::Leave { ticket, by } => self.leave(&ticket, &by, at),
            Ask::SetTerms(terms) => self.set_terms(terms, at),
            Ask::SetRules(rules) => self.set_rules(rules, at),
        }
    }

    fn used(&self, owner: &str, key: Option<&Key>) -> Option<(bool, Used)> {
        let key = key?;
        let mut keys = self.keys.iter();
        let (_, known, used) = keys.find(|(o, known, _)| o == owner && known.key == key.key)?;
        Some((known.body == key.body, used.clone()))
    }

    fn closed(&self, at: i64) -> Option<Said> {
        match self.terms.ends {
            _ if !self.terms.open => Some(Said::No("closed")),
            Some(ends) if ends.0 <= at => Some(Said::No("ended")),
            _ => None,
        }
    }

    fn clipped(&self, until: i64) -> i64 {
        self.terms.ends.map_or(until, |ends| until.min(ends.0))
    }

    /// The answer to a repeat.
    fn repeat(&mut self, ask: &Checkout, at: i64) -> Option<Said> {
        match self.used(&ask.subject.owner, ask.key.as_ref())? {
            (true, Used::Out(id)) => Some(self.granted_before(&id)),
            (true, Used::Wait(ticket)) => {
                let ask = Checkout { key: None, ..ask.clone() };
                Some(self.resume(&ticket, &ask, at))
            }
            _ => Some(Said::No("key_reused")),
        }
    }

    fn granted_before(&self, id: &LeaseId) -> Said {
        let lease = self.leases.iter().find(|lease| lease.id == *id).unwrap();
        let (took, until) = (lease.took, lease.granted_until);
        Said::Granted { lease: id.clone(), took, until, replayed: true }
    }

    fn check_out(&mut self, ask: Checkout, at: i64) -> Said {
        if let Some(said) = self.repeat(&ask, at) {
            return said;
        }
        if let Some(ticket) = &ask.resume {
            return self.resume(ticket, &ask, at);
        }
        let floating = self.terms.floating;
        if let Some(said) = self.too_much(&ask) {
            return said;
        }
        if ask.ttl_seconds.is_some_and(|ttl| ttl > floating.max_ttl_seconds) {
            return Said::No("ttl_too_long");
        }
        if let Some(said) = self.closed(at) {
            return said;
        }
        let ttl = ask.ttl_seconds.unwrap_or(floating.ttl_seconds).max(floating.min_seconds).max(1);
        let excluded = matches!(self.barred_by_rules(&ask.subject, 0), Some(Said::No("excluded")));
        if let Some(hold) = self.hold_to_share(&ask).filter(|_| !excluded) {
            return self.grant(&ask, ttl, (0, 0), Some(hold), false, at);
        }
        match self.seats_for(&ask) {
            Ok(seats) => self.grant(&ask, ttl, seats, None, false, at),
            Err((true, _)) if ask.wait => self.enqueue(ask, ttl, at),
            Err((_, said)) => self.deny(said, at),
        }
    }

    fn too_much(&self, ask: &Checkout) -> Option<Said> {
        match ask.quantity {
            0 => Some(Said::No("quantity_zero")),
            n if n > self.terms.commit + self.terms.max_overage => {
                Some(Said::No("quantity_too_large"))
            }
            _ => None,
        }
    }

    fn hold_to_share(&self, ask: &Checkout) -> Option<LeaseId> {
        let key = self.shared(&ask.subject)?;
        let same = self.founders().filter(|founder| {
            !founder.borrowed
                && founder.quantity >= ask.quantity
                && self.shared(&founder.who).as_ref() == Some(&key)
        });
        same.min_by_key(|f| (f.quantity, f.order)).map(|founder| founder.id.clone())
    }

    /// Seats, or whether waiting helps and the refusal.
    fn seats_for(&self, ask: &Checkout) -> Result<Pair, (bool, Said)> {
        match self.stand(&ask.subject, ask.quantity) {
            Stand::Barred(said) => Err((false, said)),
            Stand::Fits(seats) if !self.must_wait(&ask.subject, ask.quantity) => Ok(seats),
            _ => Err((true, self.no_seat())),
        }
    }

    fn deny(&mut self, said: Said, at: i64) -> Said {
        self.note(at);
        said
    }

    fn grant(
        &mut self,
        ask: &Checkout,
        ttl: u32,
        took: Pair,
        hold: Option<LeaseId>,
        borrowed: bool,
        at: i64,
    ) -> Said {
        self.note(at);
        let until = self.clipped(at + 1000 * i64::from(ttl));
        self.leases.push(MLease {
            id: ask.lease.clone(),
            order: self.seq,
            hold: hold.unwrap_or_else(|| ask.lease.clone()),
            who: ask.subject.clone(),
            quantity: ask.quantity,
            took,
            ttl,
            granted_until: until,
            until,
            started: at,
            borrowed,
            returned: None,
            ended: None,
            ticket: None,
        });
        self.remember(ask, &Used::Out(ask.lease.clone()));
        Said::Granted { lease: ask.lease.clone(), took, until, replayed: false }
    }

    fn remember(&mut self, ask: &Checkout, used: &Used) {
        let keys = ask.key.iter().map(|key| (ask.subject.owner.clone(), key.clone(), used.clone()));
        self.keys.extend(keys);
    }

    fn enqueue(&mut self, ask: Checkout, ttl: u32, at: i64) -> Said {
        if self.tickets.len() >= self.terms.floating.max_queue as usize {
            return self.deny(Said::No("queue_full"), at);
        }
        self.note(at);
        self.remember(&ask, &Used::Wait(ask.ticket.clone()));
        let (id, order) = (ask.ticket, self.seq);
        let (who, quantity, claim) = (ask.subject, ask.quantity, None);
        self.tickets.push(MTicket { id: id.clone(), order, who, quantity, ttl, seen: at, claim });
        Said::Queued(self.place(&id))
    }

    fn resume(&mut self, id: &TicketId, ask: &Checkout, at: i64) -> Said {
        let Some(ticket) = self.tickets.iter().find(|ticket| ticket.id == *id).cloned() else {
            let mut leases = self.leases.iter();
            return match leases.find(|lease| lease.ticket.as_ref() == Some(id)) {
                None => Said::No("no_such_ticket"),
                Some(lease) if lease.who.owner != ask.subject.owner => Said::No("not_yours"),
                Some(lease) => self.granted_before(&lease.id),
            };
        };
        if ticket.who.owner != ask.subject.owner {
            return Said::No("not_yours");
        }
        if let Some(said) = self.closed(at) {
            return said;
        }
        let Some((seats, _)) = ticket.claim else {
            if at - ticket.seen >= NOTE_MS {
                self.note(at);
                let mut tickets = self.tickets.iter_mut();
                tickets.find(|other| other.id == *id).unwrap().seen = at;
            }
            return Said::Queued(self.place(id));
        };
        let subject = ticket.who.clone();
        let ask = Checkout { subject, quantity: ticket.quantity, ..ask.clone() };
        self.keys
            .iter_mut()
            .filter(|(_, _, used)| *used == Used::Wait(id.clone()))
            .for_each(|(_, _, used)| *used = Used::Out(ask.lease.clone()));
        self.drop_ticket(ticket.order);
        let said = self.grant(&ask, ticket.ttl, seats, None, false, at);
        self.leases.last_mut().unwrap().ticket = Some(id.clone());
        said
    }

    fn borrow(&mut self, ask: Borrow, at: i64) -> Said {
        let Borrow { checkout: ask, until_seconds } = ask;
        if let Some(said) = self.repeat(&ask, at).or_else(|| self.too_much(&ask)) {
            return said;
        }
        match self.terms.floating.borrow_max_seconds {
            0 => return Said::No("borrow_not_allowed"),
            max if until_seconds > max => return Said::No("borrow_too_long"),
            _ => {}
        }
        if let Some(said) = self.closed(at) {
            return said;
        }
        if let Some(said) = self.barred_by_rules(&ask.subject, ask.quantity) {
            return self.deny(said, at);
        }
        let all = self.terms.commit + self.terms.max_overage;
        let rules = self.rules.borrow;
        let most = all.saturating_sub(rules.keep_back).min(rules.max.unwrap_or(all));
        let out: u32 = self.founders().filter(|f| f.borrowed).map(|f| f.took.0 + f.took.1).sum();
        if most < all && out + ask.quantity > most {
            return self.deny(Said::No("borrow_keeps_back"), at);
        }
        match self.seats_for(&ask) {
            Ok(seats) => {
                let ttl = until_seconds.max(self.terms.floating.min_seconds).max(1);
                self.grant(&ask, ttl, seats, None, true, at)
            }
            Err((_, said)) => self.deny(said, at),
        }
    }

    fn find(&mut self, id: &LeaseId) -> Option<&mut MLease> {
        self.leases.iter_mut().find(|lease| lease.id == *id)
    }

    /// Why `by` may not act on the lease.
    fn unusable(&self, id: &LeaseId, by: &By) -> Option<Said> {
        match self.leases.iter().find(|lease| lease.id == *id) {
            None => Some(Said::No("no_such_lease")),
            Some(l) if by.admin.is_none() && l.who.owner != by.owner => Some(Said::No("not_yours")),
            Some(l) if l.returned.is_some() || l.ended.is_some() => Some(Said::No("lease_ended")),
            Some(_) => None,
        }
    }

    fn give_back(&mut self, id: &LeaseId, by: &By, key: Option<Key>, at: i64) -> Said {
        match self.used(&by.owner, key.as_ref()) {
            Some((true, Used::Back(used))) if used == *id => return self.returned(id, true),
            Some(_) => return Said::No("key_reused"),
            None => {}
        }
        let said = if by.admin.is_some() {
            self.release(id, at)
        } else if let Some(said) = self.unusable(id, by) {
            said
        } else {
            self.bring_back(id, at)
        };
        if let (Said::Returned { .. }, Some(key)) = (&said, key) {
            self.keys.push((by.owner.clone(), key, Used::Back(id.clone())));
        }
        said
    }

    fn bring_back(&mut self, id: &LeaseId, at: i64) -> Said {
        let floating = self.terms.floating;
        let lease = self.find(id).unwrap();
        lease.returned = Some(at);
        let earliest = lease.started + 1000 * i64::from(floating.min_seconds);
        let order = lease.order;
        let until = self.clipped(earliest.max(at + 1000 * i64::from(floating.linger_seconds)));
        if until > at {
            self.find(id).unwrap().until = until;
            self.note(at);
        } else {
            self.end(order, at);
        }
        let said = self.returned(id, false);
        self.serve(at);
        said
    }

    fn release(&mut self, id: &LeaseId, at: i64) -> Said {
        let Some(lease) = self.find(id) else { return Said::No("no_such_lease") };
        if lease.ended.is_some() {
            return Said::No("lease_ended");
        }
        let order = lease.order;
        self.end(order, at);
        let said = self.returned(id, false);
        self.serve(at);
        said
    }

    fn returned(&self, id: &LeaseId, replayed: bool) -> Said {
        let lease = self.leases.iter().find(|lease| lease.id == *id).unwrap();
        let free = lease.ended.map_or(lease.until, |(at, _)| at);
        let at = lease.returned.unwrap_or(free);
        Said::Returned { at, held_until: (free > at).then_some(free), replayed }
    }

    fn extend(&mut self, id: &LeaseId, by: &By, ttl: Option<u32>, at: i64) -> Said {
        if let Some(said) = self.unusable(id, by) {
            return said;
        }
        if !self.terms.open {
            return Said::No("closed");
        }
        let floating = self.terms.floating;
        let lease = self.find(id).unwrap().clone();
        let (most, refusal) = if lease.borrowed {
            (floating.borrow_max_seconds, "borrow_too_long")
        } else {
            (floating.max_ttl_seconds, "ttl_too_long")
        };
        if ttl.is_some_and(|ttl| ttl > most) {
            return Said::No(refusal);
        }
        let ttl = i64::from(ttl.unwrap_or(lease.ttl.min(most)));
        let until = self.clipped(at + 1000 * ttl);
        if until <= lease.until {
            return Said::Extended(lease.until);
        }
        self.note(at);
        self.find(id).unwrap().until = until;
        Said::Extended(until)
    }

    fn leave(&mut self, id: &TicketId, by: &By, at: i64) -> Said {
        let Some(ticket) = self.tickets.iter().find(|ticket| ticket.id == *id) else {
            return Said::No("no_such_ticket");
        };
        if by.admin.is_none() && ticket.who.owner != by.owner {
            return Said::No("not_yours");
        }
        let order = ticket.order;
        self.note(at);
        self.drop_ticket(order);
        self.serve(at);
        Said::Left
    }
}
