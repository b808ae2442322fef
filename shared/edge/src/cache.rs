//! Bounded caches for an isolate: plain data with the instant at which it was read.

use std::collections::HashMap;
use std::hash::Hash;

use domain::time::Millis;

/// A bounded map in two generations: when the young one is full it becomes the old one, and what the
/// old one still held is forgotten. What is used moves to the young one, so it stays.
#[derive(Debug)]
pub struct Cache<K, V> {
    young: HashMap<K, Stamped<V>>,
    old: HashMap<K, Stamped<V>>,
    per_generation: usize,
}

/// A value and when it was read from its store.
#[derive(Clone, Debug)]
pub struct Stamped<V> {
    /// The value.
    pub value: V,
    /// When it was read.
    pub at: Millis,
}

impl<V> Stamped<V> {
    /// Whether the value is at most `staleness_ms` old. A clock that ran backwards makes it old.
    pub const fn is_fresh(&self, now: Millis, staleness_ms: i64) -> bool {
        let age = now.since(self.at);
        age >= 0 && age < staleness_ms
    }
}

impl<K: Eq + Hash + Clone, V> Cache<K, V> {
    /// An empty cache of at most `bound` entries.
    pub fn new(bound: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            per_generation: bound.div_ceil(2).max(1),
        }
    }

    /// What is held under `key`, however old.
    pub fn get<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&Stamped<V>>
    where
        K: std::borrow::Borrow<Q>,
    {
        if !self.young.contains_key(key) {
            let (key, value) = self.old.remove_entry(key)?;
            self.insert(key, value);
        }
        self.young.get(key)
    }

    /// What is held under `key`, to change it in place.
    pub fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.get(key)?;
        self.young.get_mut(key).map(|held| &mut held.value)
    }

    /// What is held under `key` and fresh enough.
    pub fn fresh<Q: Eq + Hash + ?Sized>(
        &mut self,
        key: &Q,
        now: Millis,
        staleness_ms: i64,
    ) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.get(key).filter(|held| held.is_fresh(now, staleness_ms)).map(|held| &held.value)
    }

    /// Holds `value`, read at `at`.
    pub fn put(&mut self, key: K, value: V, at: Millis) {
        self.insert(key, Stamped { value, at });
    }

    /// Forgets `key`.
    pub fn forget<Q: Eq + Hash + ?Sized>(&mut self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
    {
        self.young.remove(key);
        self.old.remove(key);
    }

    fn insert(&mut self, key: K, value: Stamped<V>) {
        if self.young.len() >= self.per_generation && !self.young.contains_key(&key) {
            // Swap and clear instead of taking: both tables keep their allocation.
            std::mem::swap(&mut self.old, &mut self.young);
            self.young.clear();
        }
        self.young.insert(key, value);
    }

    /// Entries held now.
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_holds_and_what_is_used_stays() {
        let mut cache = Cache::new(10);
        for n in 0..1000 {
            cache.put(n, n, Millis(0));
            assert!(cache.get(&0).is_some(), "used all the time: {n}");
            assert!(cache.len() <= 10, "{}", cache.len());
        }
        assert!(cache.get(&500).is_none());
    }

    #[test]
    fn a_value_is_fresh_up_to_the_bound_only() {
        let mut cache = Cache::new(2);
        cache.put("k", 1, Millis(1000));
        for (now, fresh) in [(999, false), (1000, true), (5999, true), (6000, false)] {
            assert_eq!(cache.fresh("k", Millis(now), 5000).is_some(), fresh, "{now}");
        }
        cache.forget("k");
        assert!(cache.is_empty());
    }
}
