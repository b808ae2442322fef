//! What an isolate has noted and not told yet. Bounded: a flood costs memory up to a limit, and calls to objects no more
//! than a few a second.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hasher};

use domain::id::TenantId;
use domain::place::Shard;
use domain::time::Millis;
use domain::watch::Sighting;

use crate::cache::Cache;
use crate::objects::AppUse;

/// Different things that an isolate remembers to have seen.
const SEEN: usize = 4_096;
/// Things that wait to be told at most; what comes beyond is not counted.
const MOST_WAITING: usize = 512;
/// How long counts are gathered, in milliseconds.
const GATHER_MS: i64 = 2_000;
/// Different news that are told at once in that time; what comes beyond waits for the counts.
const NEWS: u32 = 20;

/// Something noted, and whose it is.
#[derive(Clone, Debug)]
pub struct Noted {
    /// Whose object is told.
    pub tenant: TenantId,
    /// Where its records live.
    pub shard: Shard,
    /// What.
    pub what: What,
}

/// What was noted.
#[derive(Clone, Debug)]
pub enum What {
    /// Of a key.
    Key(Sighting),
    /// Of an application.
    App(AppUse),
}

impl What {
    const fn count(&mut self) -> (&mut u32, &mut Millis) {
        match self {
            Self::Key(it) => (&mut it.calls, &mut it.at),
            Self::App(it) => (&mut it.calls, &mut it.at),
        }
    }
}

/// What is to be done with what waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Claim {
    /// Nothing: somebody else does it, or there is nothing.
    Nothing,
    /// It is told now.
    Now,
    /// It is told at this instant.
    At(Millis),
}

/// What an isolate has noted.
#[derive(Debug)]
pub struct Gather {
    /// By its mark; counts are those that were not told yet.
    seen: Cache<u64, Noted>,
    /// Marks of what has counts.
    waiting: Vec<u64>,
    /// Whether there are news that nobody has claimed.
    news: bool,
    /// When counts are told, and whether somebody has claimed to do it.
    due: Option<(Millis, bool)>,
    /// News that may still be told at once, and since when.
    left: u32,
    since: Millis,
}

thread_local! {
    /// What this isolate has noted.
    pub static GATHER: RefCell<Gather> = RefCell::new(Gather::new());
}

/// A hash of what a request says. Someone who makes two of the same hides one of them from one isolate: `SipHash` takes
/// 2^64 attempts for that, each of which is seen.
pub fn mark(words: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for word in words {
        hasher.write(word.as_bytes());
        hasher.write_u8(0xff);
    }
    hasher.finish()
}

impl Gather {
    fn new() -> Self {
        Self {
            seen: Cache::new(SEEN),
            waiting: Vec::with_capacity(MOST_WAITING),
            news: false,
            due: None,
            left: NEWS,
            since: Millis(0),
        }
    }

    /// Counts one call. `noted` makes the note where there is none yet.
    pub fn note(&mut self, mark: u64, now: Millis, noted: impl FnOnce() -> Noted) {
        let mut is_news = false;
        if self.seen.get(&mark).is_none() {
            is_news = true;
            self.seen.put(mark, noted(), now);
        }
        let Some(held) = self.seen.get_mut(&mark) else { return };
        let (calls, at) = held.what.count();
        if *calls == 0 {
            if self.waiting.len() >= MOST_WAITING {
                if is_news {
                    // It could not be told of: it stays news.
                    self.seen.forget(&mark);
                }
                return;
            }
            self.waiting.push(mark);
        }
        (*calls, *at) = (calls.saturating_add(1), now);
        if is_news && self.may_tell_at_once(now) {
            self.news = true;
        } else {
            self.set_due(now);
        }
    }

    fn may_tell_at_once(&mut self, now: Millis) -> bool {
        if !(0..GATHER_MS).contains(&now.since(self.since)) {
            (self.left, self.since) = (NEWS, now);
        }
        let may = self.left > 0;
        self.left = self.left.saturating_sub(1);
        may
    }

    fn set_due(&mut self, now: Millis) {
        // Long overdue: whoever claimed it was ended before it could be done.
        let is_set = self
            .due
            .is_some_and(|(at, _)| now.since(at) < GATHER_MS && now.since(at) > -2 * GATHER_MS);
        if !is_set {
            self.due = Some((now.plus(GATHER_MS), false));
        }
    }

    /// Whether somebody has to claim something.
    pub fn waits(&self) -> bool {
        self.news || self.due.is_some_and(|(_, claimed)| !claimed)
    }

    /// Claims what is to be done.
    pub fn claim(&mut self) -> Claim {
        if std::mem::take(&mut self.news) {
            return Claim::Now;
        }
        match &mut self.due {
            Some((at, claimed)) if !*claimed => {
                *claimed = true;
                Claim::At(*at)
            }
            _ => Claim::Nothing,
        }
    }

    /// Everything that has counts, which begin anew.
    pub fn take(&mut self) -> Vec<(u64, Noted)> {
        let marks: Vec<_> = self.waiting.drain(..).collect();
        self.due = None;
        marks.into_iter().filter_map(|mark| self.take_one(mark)).collect()
    }

    fn take_one(&mut self, mark: u64) -> Option<(u64, Noted)> {
        let held = self.seen.get_mut(&mark)?;
        let told = held.clone();
        *held.what.count().0 = 0;
        Some((mark, told))
    }

    /// What was taken could not be told: it waits for the next call.
    pub fn put_back(&mut self, told: Vec<(u64, Noted)>) {
        for (mark, mut noted) in told {
            let (calls, at) = noted.what.count();
            let (calls, at) = (*calls, *at);
            if self.seen.get(&mark).is_none() {
                *noted.what.count().0 = 0;
                self.seen.put(mark, noted, at);
            }
            let Some(held) = self.seen.get_mut(&mark) else { continue };
            let (held, _) = held.what.count();
            if *held == 0 && self.waiting.len() < MOST_WAITING {
                self.waiting.push(mark);
            }
            *held = held.saturating_add(calls);
        }
    }
}

#[cfg(test)]
mod tests;
