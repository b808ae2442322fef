//! Licenses that are read along with another one: what D1 takes for a round it takes once for all of them.
//!
//! A license that is asked for while what is known of it grows old will be asked for again, and then it will be too old. The
//! next read for the same holder brings it along. Each read takes a wish away, so what nobody asks for is not read again.

use std::cell::RefCell;
use std::collections::BTreeMap;

use domain::id::{LicenseId, TenantId};

/// Wishes held per isolate.
const MOST: usize = 1_024;
/// Licenses that one read brings along at most: each is about 2 KB of its answer.
const ALONG: usize = 15;

/// Licenses by id, each with the name that it was asked for by.
pub type Names = BTreeMap<LicenseId, String>;

/// What is wished, by holder.
#[derive(Debug, Default)]
struct Wishes {
    by_holder: BTreeMap<TenantId, Names>,
    held: usize,
}

thread_local! {
    static WISHES: RefCell<Wishes> = RefCell::default();
}

/// Wishes that the license be read along with the next one of its holder.
pub fn wish(holder: &TenantId, license: &LicenseId, name: &str) {
    WISHES.with_borrow_mut(|wishes| wishes.add(holder, license, name));
}

/// What is to be read along now, for a holder.
pub fn take(holder: &TenantId) -> Names {
    WISHES.with_borrow_mut(|wishes| wishes.take(holder))
}

impl Wishes {
    fn add(&mut self, holder: &TenantId, license: &LicenseId, name: &str) {
        if self.held >= MOST {
            return;
        }
        let names = self.by_holder.entry(holder.clone()).or_default();
        if names.insert(license.clone(), name.to_owned()).is_none() {
            self.held += 1;
        }
    }

    fn take(&mut self, holder: &TenantId) -> Names {
        let Some(names) = self.by_holder.get_mut(holder) else { return Names::new() };
        let mut taken = Names::new();
        while taken.len() < ALONG {
            let Some((license, name)) = names.pop_first() else { break };
            taken.insert(license, name);
        }
        self.held -= taken.len();
        if names.is_empty() {
            self.by_holder.remove(holder);
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::place::Shard;
    use testkit::tenant;

    fn id(n: u16) -> LicenseId {
        let [a, b] = n.to_be_bytes();
        let mut bytes = [0; 16];
        (bytes[0], bytes[1]) = (a, b);
        LicenseId::new(Shard::Eu, bytes)
    }

    #[test]
    fn a_wish_is_fulfilled_once_and_for_its_holder_only() {
        let (acme, globex) = (tenant("acme"), tenant("globex"));
        let mut wishes = Wishes::default();
        for n in (0..20).chain(0..20) {
            wishes.add(&acme, &id(n), &format!("NAME-{n}"));
        }
        wishes.add(&globex, &id(99), "other");
        assert_eq!(wishes.take(&tenant("wayne")), Names::new());
        let first = wishes.take(&acme);
        assert_eq!((first.len(), first[&id(3)].as_str()), (ALONG, "NAME-3"));
        assert_eq!(wishes.take(&acme).len(), 20 - ALONG);
        assert_eq!(wishes.take(&acme), Names::new());
        assert_eq!((wishes.take(&globex).len(), wishes.held, wishes.by_holder.len()), (1, 0, 0));
    }

    #[test]
    fn there_are_never_more_than_the_bound() {
        let (acme, mut wishes) = (tenant("acme"), Wishes::default());
        (0..2_000).for_each(|n| wishes.add(&acme, &id(n), "x"));
        assert_eq!(wishes.held, MOST);
        while !wishes.take(&acme).is_empty() {}
        assert_eq!(wishes.held, 0);
    }
}
