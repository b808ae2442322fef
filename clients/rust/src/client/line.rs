//! Standing in line for seats: comes back with the ticket until they are granted or refused, or
//! time is up.

use domain::time::Millis;
use wire::lease::{CheckoutRequest, QueuedView};
use wire::{Kind, Problem};

use super::{Answer, CheckoutOptions, Client, Wait};
use crate::failure::Failure;
use crate::lease::Lease;
use crate::transport::Transport;
use crate::world::{World, duration};

/// Looks at the line are this far apart at least and at most, in seconds: a ticket lapses after
/// 60 s without one.
const LOOKS_SECONDS: (u32, u32) = (1, 30);
/// The pause after a look that brought no answer, in milliseconds.
const BLIND_MS: i64 = 5_000;

/// Takes seats, in line where the options say so.
pub fn stand<T: Transport + Clone, W: World + Clone>(
    client: &Client<T, W>,
    options: &CheckoutOptions,
    tell: &mut dyn FnMut(&QueuedView),
) -> Result<Lease<T, W>, Failure> {
    let begun = client.world.now();
    let mut request = options.request();
    // When the first ask without an answer was sent: its lease may have begun then.
    let mut asked = None;
    loop {
        let at = *asked.get_or_insert_with(|| client.world.now());
        let pause = match client.ask(&request) {
            Ok(Answer::Granted(view)) => return Ok(Lease::new(client.clone(), *view, at)),
            Ok(Answer::Queued(place)) => {
                tell(&place);
                asked = None;
                request.ticket = Some(place.ticket.clone());
                look_again_in(&place)
            }
            Err(failure) if request.ticket.is_some() && is_lapsed(&failure) => {
                // To the end of the line; a new ticket tells when to look.
                (request.ticket, asked) = (None, None);
                continue;
            }
            // The place is kept for a while: it is worth another look.
            Err(Failure::Unreachable { .. }) if request.ticket.is_some() => BLIND_MS,
            Err(failure) => return Err(failure),
        };
        let left = time_left(options.wait, begun, client.world.now());
        let outcome = if left <= 0 {
            Err(too_late(options.wait))
        } else if client.world.pause(duration(pause.min(left))) {
            Ok(())
        } else {
            Err(Failure::Interrupted)
        };
        if let Err(failure) = outcome {
            request.ticket.take().into_iter().for_each(|ticket| client.leave(ticket));
            return Err(failure);
        }
    }
}

impl CheckoutOptions {
    fn request(&self) -> CheckoutRequest {
        CheckoutRequest {
            license_id: self.license.clone(),
            product_id: self.product.clone(),
            user: self.user.clone(),
            host: self.host.clone(),
            device: self.device.clone(),
            quantity: self.quantity,
            ttl: self.ttl,
            features: self.features.clone(),
            wait: self.wait != Wait::No,
            ticket: None,
        }
    }
}

fn look_again_in(place: &QueuedView) -> i64 {
    let (least, most) = LOOKS_SECONDS;
    i64::from(place.come_back_in.clamp(least, most)) * 1000
}

/// Milliseconds until the caller's patience ends.
fn time_left(wait: Wait, begun: Millis, now: Millis) -> i64 {
    match wait {
        Wait::No => 0,
        Wait::Seconds(seconds) => begun.plus_seconds(seconds.into()).since(now),
        Wait::Forever => i64::MAX,
    }
}

/// Whether the place in the line is lost, and nothing else is wrong.
fn is_lapsed(failure: &Failure) -> bool {
    failure.problem().is_some_and(|problem| problem.code == Kind::TicketNotFound.code())
}

fn too_late(wait: Wait) -> Failure {
    let detail = match wait {
        Wait::Seconds(seconds) => format!("none became free within {seconds} s"),
        _ => "all are taken".to_owned(),
    };
    Failure::of(Problem::new(Kind::NoSeatFree, detail), None)
}
