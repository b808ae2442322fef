//! The holder's license for a product.

use std::cell::RefCell;

use domain::id::{LicenseId, ProductId, TenantId};
use domain::place::Shard;
use edge::Call;
use edge::cache::Cache;
use edge::db::Freshness;
use edge::failure::StoreFailure;
use edge::pool::floats;
use store::data::licenses::{self, LicenseRow};

/// Answers held per isolate.
const HELD: usize = 1_024;

thread_local! {
    static CHOSEN: RefCell<Cache<String, LicenseId>> = RefCell::new(Cache::new(HELD));
}

/// Whose product, and where the holder's records live.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The holder.
    pub tenant: &'a TenantId,
    /// Its shard.
    pub shard: Shard,
}

impl Place<'_> {
    fn key(self, product: &ProductId) -> String {
        format!("{}\n{product}", self.tenant)
    }
}

/// What is remembered and fresh. That there is none is not remembered: it may just have been made.
pub fn remembered(call: &Call, place: Place<'_>, product: &ProductId) -> Option<LicenseId> {
    let (key, now, staleness) = (place.key(product), call.now, call.staleness_ms());
    CHOSEN.with_borrow_mut(|chosen| chosen.fresh(&key, now, staleness).cloned())
}

/// Asks the holder's shard, and remembers what it finds.
///
/// # Errors
/// When the shard is away or late.
pub async fn load(
    call: &Call,
    place: Place<'_>,
    product: &ProductId,
    freshness: Freshness,
) -> Result<Option<LicenseId>, StoreFailure> {
    let records = call.records(place.tenant, place.shard, freshness);
    let (rows,) = records.read((licenses::by_product(product, call.now),)).await?;
    let found = choose(&rows);
    if let Some(id) = &found {
        CHOSEN.with_borrow_mut(|chosen| chosen.put(place.key(product), id.clone(), call.now));
    }
    Ok(found)
}

/// The first that has seats; without one the first, so that the caller is told what is wrong with it.
fn choose(rows: &[LicenseRow]) -> Option<LicenseId> {
    let with_seats = rows.iter().find(|row| floats(&row.terms));
    with_seats.or_else(|| rows.first()).map(|row| row.id.clone())
}
