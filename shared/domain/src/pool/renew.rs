//! What holders and administrators do with a lease: return, extend, release.

use crate::id::LeaseId;
use crate::pool::ask::Reply;
use crate::pool::book::Book;
use crate::pool::entry::{Entry, Event};
use crate::pool::index::Memo;
use crate::pool::lease::{How, Lease};
use crate::pool::refusal::Refusal;
use crate::pool::subject::{By, Key, OwnedKey};
use crate::time::Millis;

impl Book {
    pub(super) fn give_back(
        &mut self,
        id: &LeaseId,
        by: &By,
        key: Option<Key>,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Result<Reply, Refusal> {
        let key = key.map(|key| OwnedKey::of(&by.owner, key));
        if let Some(reply) = self.replay_return(id, key.as_ref())? {
            return Ok(reply);
        }
        if let Some(reason) = by.admin.clone() {
            let how = How::Released { reason, by: by.owner.clone() };
            return self.release(id, how, key, at, entries);
        }
        let lease = self.usable(id, by)?;
        let event = match self.lingers_until(lease, at) {
            Some(until) => Event::Returned { lease: id.clone(), until, key },
            None => self.end(lease, How::Returned, key),
        };
        Ok(self.close_with(id, event, at, entries))
    }

    /// Ends a lease whoever holds it, one that lingers too.
    pub(super) fn release(
        &mut self,
        id: &LeaseId,
        how: How,
        key: Option<OwnedKey>,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Result<Reply, Refusal> {
        let lease = self.lease(id).ok_or(Refusal::NoSuchLease)?;
        if let Some(ending) = &lease.ended {
            return Err(Refusal::LeaseEnded { at: ending.at });
        }
        let event = self.end(lease, how, key);
        Ok(self.close_with(id, event, at, entries))
    }

    fn close_with(
        &mut self,
        id: &LeaseId,
        event: Event,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Reply {
        self.record(at, event, entries);
        let reply = self.lease(id).map(|lease| returned(lease, false));
        self.serve_line(at, entries);
        reply.unwrap_or(Reply::Refused(Refusal::NoSuchLease))
    }

    pub(super) fn extend(
        &mut self,
        id: &LeaseId,
        by: &By,
        ttl_seconds: Option<u32>,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Result<Reply, Refusal> {
        let lease = self.usable(id, by)?;
        if !self.terms.open {
            return Err(Refusal::Closed);
        }
        let asked = self.length(lease, ttl_seconds)?;
        let ends = self.terms.end_of(at, asked).max(lease.ends);
        if ends > lease.ends {
            self.record(at, Event::Extended { lease: id.clone(), ends }, entries);
        }
        Ok(Reply::Extended { lease: id.clone(), ends })
    }

    /// The lease, when `by` may act on it and it is not over.
    fn usable(&self, id: &LeaseId, by: &By) -> Result<&Lease, Refusal> {
        let lease = self.lease(id).ok_or(Refusal::NoSuchLease)?;
        if !by.may(&lease.subject.owner) {
            return Err(Refusal::NotYours);
        }
        lease.over().map_or(Ok(lease), |at| Err(Refusal::LeaseEnded { at }))
    }

    /// Until when the seats of a lease returned now stay taken; `None` when they are free at once.
    fn lingers_until(&self, lease: &Lease, at: Millis) -> Option<Millis> {
        let floating = self.terms.floating;
        let lingers = at.plus_seconds(i64::from(floating.linger_seconds));
        let earliest = lease.started.plus_seconds(i64::from(floating.min_seconds));
        let until = self.terms.clip(lingers.max(earliest));
        (until > at).then_some(until)
    }

    /// How long the extension is to be, in seconds.
    fn length(&self, lease: &Lease, asked: Option<u32>) -> Result<u32, Refusal> {
        let floating = self.terms.floating;
        let (max_seconds, refusal) = if lease.borrowed {
            let max_seconds = floating.borrow_max_seconds;
            (max_seconds, Refusal::BorrowTooLong { max_seconds })
        } else {
            let max_seconds = floating.max_ttl_seconds;
            (max_seconds, Refusal::TtlTooLong { max_seconds })
        };
        match asked {
            Some(asked) if asked > max_seconds => Err(refusal),
            Some(asked) => Ok(asked),
            None => Ok(lease.ttl_seconds.min(max_seconds)),
        }
    }

    fn replay_return(
        &self,
        id: &LeaseId,
        key: Option<&OwnedKey>,
    ) -> Result<Option<Reply>, Refusal> {
        let Some(key) = key else { return Ok(None) };
        match self.used_for(&key.owner, &key.key, &key.body)? {
            None => Ok(None),
            Some(Memo::Return(number)) => {
                let lease = self.leases.get(&number).filter(|lease| lease.id == *id);
                lease.map(|lease| Some(returned(lease, true))).ok_or(Refusal::KeyReused)
            }
            Some(_) => Err(Refusal::KeyReused),
        }
    }
}

fn returned(lease: &Lease, replayed: bool) -> Reply {
    let at = lease.over().unwrap_or(lease.ends);
    let free = lease.ended.as_ref().map_or(lease.ends, |ending| ending.at);
    let held_until = (free > at).then_some(free);
    let (id, borrowed) = (lease.id.clone(), lease.borrowed);
    Reply::Returned { lease: id, at, held_until, borrowed, replayed }
}
