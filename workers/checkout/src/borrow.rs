//! `POST /api/v1/licenses/borrow`: seats of a license of the caller, as a signed text for work without a network.

use domain::license::License;
use domain::pool::Lease;
use domain::time::Millis;
use edge::admit::admit;
use edge::door::Outbound;
use edge::idempotency::pool_key;
use edge::serve::Answer;
use edge::{Call, Failure, answer};
use wire::endpoints::Endpoint;
use wire::lease::{BorrowAnswer, BorrowRequest, CheckoutRequest};
use wire::problem::Problem;
use wire::time::Instant;

use crate::ask::{Asked, at_least_one};
use crate::checkout::{Request, Way, home};
use crate::licensed::find;
use crate::sign::Signer;
use crate::view;

/// Who: a key of the holder. What: seats, and for how long. Decide: the license here, the seats in the pool. Commit: in the
/// pool. Then what the pool granted is signed: should that be lost, a repeat is signed again.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let caller = admit(call, endpoint).await?;
    let (asked, seconds) = read(&call.inbound.body, call.now)?;
    let key = pool_key(&call.inbound)?;
    let signer = Signer::of(call)?;
    let place = home(caller.principal()?);
    let held = find(call, place, &asked).await?;
    let way = Way::Borrow(seconds, &signer);
    let out = Request { call, asked: &asked, caller: &caller, place, key, way }.seats(held).await?;
    Ok(Answer::to(caller, out))
}

/// A lease with its text.
///
/// # Errors
/// Never in practice.
pub fn borrowed(
    lease: Lease,
    license: &License,
    signer: &Signer,
    replayed: bool,
) -> Result<Outbound, Failure> {
    let text = signer.lease(&lease, license)?;
    let body = BorrowAnswer { view: view::lease(lease, license), lease: text };
    let mut out = answer::json(201, &body)?;
    if replayed {
        out.set("idempotent-replayed", "true");
    }
    Ok(out)
}

/// The ask, and for how many seconds.
fn read(bytes: &[u8], now: Millis) -> Result<(Asked, u32), Problem> {
    let request: BorrowRequest = wire::body::read(bytes)?;
    at_least_one(request.seconds, "/seconds")?;
    let seconds = match (request.seconds, request.until) {
        (Some(seconds), None) => seconds,
        (None, Some(until)) => seconds_until(until, now)?,
        _ => return Err(Problem::field("", "say how long: either seconds or until")),
    };
    let asked = Asked::of(CheckoutRequest {
        license_id: request.license_id,
        product_id: request.product_id,
        user: request.user,
        host: request.host,
        device: request.device,
        quantity: request.quantity,
        features: request.features,
        ..CheckoutRequest::default()
    })?;
    Ok((asked, seconds))
}

/// Whole seconds: a lease ends no later than it was asked for. What is too long the license says.
fn seconds_until(until: Instant, now: Millis) -> Result<u32, Problem> {
    match until.0.since(now).div_euclid(1000) {
        seconds if seconds < 1 => {
            Err(Problem::field("/until", "must be at least a second in the future"))
        }
        seconds => Ok(u32::try_from(seconds).unwrap_or(u32::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::NOW;

    fn tried(rest: &str) -> Result<u32, String> {
        let body = format!(r#"{{"license_id":"A-1"{rest}}}"#);
        let read = read(body.as_bytes(), NOW).map(|(_, seconds)| seconds);
        read.map_err(|problem| problem.errors[0].pointer.clone())
    }

    #[test]
    fn a_borrower_says_for_how_long_or_until_when() {
        let until = |millis| format!(r#","until":"{}""#, Instant(NOW.plus(millis)).text());
        let rows = [
            (r#","seconds":60"#.to_owned(), Ok(60)),
            (until(60_000), Ok(60)),
            (until(60_999), Ok(60)),
            (until(1_000), Ok(1)),
            (r#","until":"9999-01-01""#.to_owned(), Ok(u32::MAX)),
            (until(999), Err("/until")),
            (until(-1), Err("/until")),
            (r#","seconds":0"#.to_owned(), Err("/seconds")),
            (format!(r#","seconds":1{}"#, until(5_000)), Err("")),
            (String::new(), Err("")),
            (r#","seconds":60,"ttl":60"#.to_owned(), Err("/ttl")),
            (r#","seconds":60,"wait":true"#.to_owned(), Err("/wait")),
            (r#","seconds":60,"quantity":0"#.to_owned(), Err("/quantity")),
            (r#","seconds":60,"host":"""#.to_owned(), Err("/host")),
        ];
        for (rest, want) in rows {
            assert_eq!(tried(&rest), want.map_err(str::to_owned), "{rest}");
        }
    }
}
