//! Clock, entropy and the id of requests: the only place that asks the platform for time or chance.

use std::cell::Cell;

use domain::id::RequestId;
use domain::time::Millis;

/// Now. In production it stands still between I/O.
pub fn now() -> Millis {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the platform")]
    let millis = worker::Date::now().as_millis();
    Millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// Fresh entropy.
///
/// # Errors
/// When the platform has none, which Workers never do.
pub fn entropy<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

thread_local! {
    /// Random once per isolate, counted after that: unique without asking for entropy on every request.
    static REQUESTS: Cell<Option<u128>> = const { Cell::new(None) };
}

/// The id of the next request of this isolate.
pub fn request_id() -> RequestId {
    REQUESTS.with(|requests| {
        let last =
            requests.get().or_else(|| entropy().ok().map(u128::from_be_bytes)).unwrap_or_default();
        let next = last.wrapping_add(1);
        requests.set(Some(next));
        RequestId::new(next.to_be_bytes())
    })
}
