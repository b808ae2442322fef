//! The rules once more, slow and certain: nothing is kept, everything is scanned.

use super::*;

pub const METRICS: [Metric; 2] = [Cores, Metric::Seats];

/// Shares and reservations, and nothing that follows from them but the dates of excesses.
#[derive(Clone)]
pub struct Naive {
    pub version: u64,
    pub newest: Millis,
    pub capacity: BTreeMap<Metric, u64>,
    pub nodes: BTreeMap<NodeId, BTreeMap<Metric, Share>>,
    pub held: Vec<Request>,
    pub since: BTreeMap<(NodeId, Metric), Millis>,
}

/// Whether it was done, or why not.
type Verdict = Result<bool, &'static str>;

impl Naive {
    pub fn new() -> Self {
        Self {
            version: 0,
            newest: Millis(i64::MIN),
            capacity: BTreeMap::new(),
            nodes: BTreeMap::new(),
            held: Vec::new(),
            since: BTreeMap::new(),
        }
    }

    pub fn all(&self) -> Vec<NodeId> {
        std::iter::once(node("/")).chain(self.nodes.keys().cloned()).collect()
    }

    fn exists(&self, id: &NodeId) -> bool {
        id.is_root() || self.nodes.contains_key(id)
    }

    fn children(&self, id: &NodeId) -> Vec<&NodeId> {
        self.nodes.keys().filter(|child| child.parent().as_ref() == Some(id)).collect()
    }

    pub fn share(&self, id: &NodeId, metric: Metric) -> Share {
        if id.is_root() {
            return share(self.capacity.get(&metric).copied().unwrap_or(0), Some(0));
        }
        let shares = self.nodes.get(id);
        shares.and_then(|shares| shares.get(&metric)).copied().unwrap_or(Share::NONE)
    }

    pub fn promised(&self, id: &NodeId, metric: Metric) -> u64 {
        self.children(id).into_iter().map(|child| self.share(child, metric).dedicated).sum()
    }

    pub fn own(&self, id: &NodeId, metric: Metric) -> u64 {
        let of_node = self.held.iter().filter(|r| r.node == *id && r.metric == metric);
        of_node.map(|r| r.quantity).sum()
    }

    pub fn total(&self, id: &NodeId, metric: Metric) -> u64 {
        let below = self.children(id).into_iter().map(|child| self.total(child, metric));
        self.own(id, metric) + below.sum::<u64>()
    }

    pub fn load(&self, id: &NodeId, metric: Metric) -> u64 {
        let bursts = self.children(id).into_iter().map(|child| self.over(child, metric));
        self.own(id, metric) + bursts.sum::<u64>()
    }

    pub fn over(&self, id: &NodeId, metric: Metric) -> u64 {
        let needed = self.promised(id, metric) + self.load(id, metric);
        needed.saturating_sub(self.share(id, metric).dedicated)
    }

    pub fn excess(&self, id: &NodeId, metric: Metric) -> u64 {
        self.over(id, metric).saturating_sub(self.share(id, metric).burst.unwrap_or(u64::MAX))
    }

    /// Granted when no node gets more exceeded and all that is held is within the capacity.
    pub fn fits(&self, id: &NodeId, metric: Metric, quantity: u64) -> bool {
        let mut after = self.clone();
        after.held.push(Request { metric, ..request("probe", id.as_str(), quantity) });
        let root = node("/");
        after.total(&root, metric) <= self.share(&root, metric).dedicated
            && self.all().iter().all(|n| after.excess(n, metric) <= self.excess(n, metric))
    }

    /// The most that fits, found by trying.
    pub fn available(&self, id: &NodeId, metric: Metric) -> u64 {
        (1..=64).take_while(|quantity| self.fits(id, metric, *quantity)).last().unwrap_or(0)
    }

    pub fn handle(&mut self, ask: &Ask, now: Millis) -> Result<bool, &'static str> {
        self.settle(now);
        let at = now.max(self.newest);
        let answer = match ask {
            Ask::Capacity { version, capacity } => Ok(self.set_capacity(*version, capacity)),
            Ask::Set { node, shares } => self.set(node, shares),
            Ask::Remove { node } => self.remove(node),
            Ask::Transfer(transfer) => self.transfer(transfer),
            Ask::Reserve(asked) => self.reserve(asked, at),
            Ask::Release { request } => self.release(request),
        };
        if matches!(answer, Ok(true) | Err("denied")) {
            self.passed(at);
        }
        answer
    }

    fn passed(&mut self, at: Millis) {
        self.newest = at;
        let all = self.all();
        let parts = all.iter().flat_map(|id| METRICS.map(|metric| (id.clone(), metric)));
        let over: Vec<_> = parts.filter(|(id, metric)| self.excess(id, *metric) > 0).collect();
        let dated =
            over.into_iter().map(|part| (part.clone(), *self.since.get(&part).unwrap_or(&at)));
        self.since = dated.collect();
    }

    fn settle(&mut self, now: Millis) {
        let ended = |r: &Request| r.ends.filter(|ends| *ends <= now);
        while let Some(ends) = self.held.iter().filter_map(ended).min() {
            self.held.retain(|r| r.ends != Some(ends));
            self.passed(ends);
        }
    }

    fn set_capacity(&mut self, version: u64, capacity: &BTreeMap<Metric, u64>) -> bool {
        let newer = version > self.version;
        if newer {
            (self.version, self.capacity) = (version, capacity.clone());
        }
        newer
    }

    fn set(&mut self, id: &NodeId, shares: &BTreeMap<Metric, Share>) -> Verdict {
        let parent = id.parent().ok_or("root")?;
        if !self.exists(&parent) {
            return Err("unknown");
        }
        let mut after = self.clone();
        after.nodes.insert(id.clone(), shares.clone());
        for metric in METRICS {
            self.may_change(&after, id, &parent, metric)?;
        }
        let same =
            self.exists(id) && METRICS.iter().all(|m| self.share(id, *m) == after.share(id, *m));
        *self = after;
        Ok(!same)
    }

    /// Dedicated parts stay within the parent's, and growing pushes nothing out of the parent.
    fn may_change(&self, after: &Self, id: &NodeId, parent: &NodeId, metric: Metric) -> Verdict {
        let grows = after.share(id, metric).dedicated > self.share(id, metric).dedicated;
        let sum_fits = after.promised(parent, metric) <= self.share(parent, metric).dedicated;
        let pushes = after.over(parent, metric) > self.over(parent, metric);
        match () {
            () if after.share(id, metric).dedicated < self.promised(id, metric) => Err("below"),
            () if grows && (!sum_fits || pushes) => Err("sum"),
            () => Ok(true),
        }
    }

    fn remove(&mut self, id: &NodeId) -> Verdict {
        match () {
            () if id.is_root() => Err("root"),
            () if !self.exists(id) => Err("unknown"),
            () if !self.children(id).is_empty() => Err("in use"),
            () if self.held.iter().any(|r| r.node == *id) => Err("in use"),
            () => Ok(self.nodes.remove(id).is_some()),
        }
    }

    fn transfer(&mut self, transfer: &Transfer) -> Verdict {
        let Transfer { from, to, metric, quantity } = transfer;
        if !self.exists(from) || !self.exists(to) {
            return Err("unknown");
        }
        let down = to.parent().as_ref() == Some(from);
        let up = from.parent().as_ref() == Some(to);
        let siblings = from != to && from.parent() == to.parent();
        if !(down || up || siblings) {
            return Err("not related");
        }
        let mut after = self.clone();
        if !down {
            let free = self.share(from, *metric).dedicated - self.promised(from, *metric);
            if *quantity > free || self.load(from, *metric) > free - quantity {
                return Err("not free");
            }
            after.dedicate(from, *metric, |dedicated| dedicated - quantity);
        }
        if !up {
            after.dedicate(to, *metric, |dedicated| dedicated + quantity);
        }
        if down {
            self.may_change(&after, to, from, *metric).map_err(|_| "not free")?;
        }
        *self = after;
        Ok(true)
    }

    fn dedicate(&mut self, id: &NodeId, metric: Metric, change: impl FnOnce(u64) -> u64) {
        let share = self.share(id, metric);
        let shares = self.nodes.get_mut(id).unwrap();
        shares.insert(metric, Share { dedicated: change(share.dedicated), ..share });
    }

    fn reserve(&mut self, asked: &Request, at: Millis) -> Verdict {
        if let Some(held) = self.held.iter().find(|r| r.request == asked.request) {
            return if held == asked { Ok(false) } else { Err("reused") };
        }
        match () {
            () if asked.quantity == 0 => Err("malformed"),
            () if asked.ends.is_some_and(|ends| ends <= at) => Err("malformed"),
            () if !self.exists(&asked.node) => Err("unknown"),
            () if !self.fits(&asked.node, asked.metric, asked.quantity) => Err("denied"),
            () => {
                self.held.push(asked.clone());
                Ok(true)
            }
        }
    }

    fn release(&mut self, request: &RequestKey) -> Verdict {
        let before = self.held.len();
        self.held.retain(|r| r.request != *request);
        if self.held.len() < before { Ok(true) } else { Err("no such") }
    }
}
