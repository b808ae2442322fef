//! `GET /api/v1/sealing`: how far a rotation of the key-encryption key has come (docs/runbook.md).

use std::collections::BTreeMap;

use domain::place::Shard;
use edge::db::Db;
use edge::door::Outbound;
use edge::{Call, Failure, kek};
use futures_util::future::try_join_all;
use store::data::data_keys::{self, SealedBy};
use wire::sealing::{SealedView, SealingView};

use crate::answer;

/// Counts, on all shards side by side, what each key-encryption key has sealed.
pub async fn get(call: &Call) -> Result<Outbound, Failure> {
    let ring = kek::ring(call)?;
    let counts = Shard::ALL.map(|shard| {
        let whole = Db::whole(call, shard);
        async move { whole.read((data_keys::sealed_by(),)).await }
    });
    let rows = try_join_all(counts).await?.into_iter().flat_map(|(rows,)| rows);
    let sealed = add_up(rows);
    let active = ring.active().id().to_owned();
    let others = sealed.iter().filter(|row| row.kek != active);
    let left = others.map(|row| row.data_keys + row.signing_keys).sum();
    let readable = ring.others().map(str::to_owned).collect();
    answer::json(200, &SealingView { active, readable, left, sealed })
}

fn add_up(rows: impl Iterator<Item = SealedBy>) -> Vec<SealedView> {
    let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry(row.kek).or_default();
        *sum = (sum.0 + row.data_keys, sum.1 + row.signing_keys);
    }
    let view = |(kek, (data_keys, signing_keys))| SealedView { kek, data_keys, signing_keys };
    sums.into_iter().map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_add_up() {
        let row = |kek: &str, data_keys, signing_keys| SealedBy {
            kek: kek.into(),
            data_keys,
            signing_keys,
        };
        let sums = add_up([row("k2", 1, 0), row("k1", 2, 3), row("k1", 0, 4)].into_iter());
        let view = |kek: &str, data_keys, signing_keys| SealedView {
            kek: kek.into(),
            data_keys,
            signing_keys,
        };
        assert_eq!(sums, [view("k1", 2, 7), view("k2", 1, 0)]);
    }
}
