//! The way of a request: route, read, answer, log.

use edge::door::{Inbound, Outbound};
use edge::serve::{Answer, Target};
use edge::{Call, Failure, pending, serve};
use wire::endpoints::{Id, Worker};
use wire::problem::Kind;
use wire::route;
use worker::Env;

use crate::{allocations, borrow, checkout, extend, give_back, pools};

/// The answer to a request, whatever it takes.
pub async fn answer(inbound: Inbound, too_large: bool, env: Env) -> Outbound {
    let call = Call::new(inbound, env);
    let outcome = if too_large { Err(serve::oversized()) } else { handle(&call).await };
    let (out, caller) = match outcome {
        Ok(answer) => (answer.out, answer.caller),
        Err(failure) => (serve::failed(&call, &failure), call.admitted()),
    };
    let out = serve::finish(&call, out, caller.as_ref());
    // What was done stands in the pool's journal: of good answers one in `log_every` is logged.
    if out.status >= 400 || pending::is_sampled(call.config.log_every) {
        serve::write_log(&call, &out, caller.as_ref(), "");
    }
    out
}

async fn handle(call: &Call) -> Result<Answer, Failure> {
    let path = call.inbound.path();
    if path.starts_with("/healthz/") {
        return Ok(serve::health());
    }
    let route = route::find(Worker::Checkout, &call.inbound.method, path)
        .map_err(|error| serve::unrouted(&error))?;
    call.routed(route.id.name());
    serve::expect_json(call)?;
    let target = Target { endpoint: route.id.endpoint(), param: route.param };
    match route.id {
        Id::Checkout => checkout::handle(call, target.endpoint).await,
        Id::Borrow => borrow::handle(call, target.endpoint).await,
        Id::Return => give_back::handle(call, target.endpoint).await,
        Id::Extend => extend::handle(call, target.endpoint).await,
        Id::Pool => pools::view(call, target).await,
        Id::PoolEvents => pools::events(call, target).await,
        Id::PoolRules => pools::set_rules(call, target).await,
        Id::ReleaseLease => pools::release(call, target).await,
        Id::Reserve => allocations::reserve(call, target).await,
        Id::FreeReservation => allocations::free(call, target).await,
        Id::CanProvision => allocations::can_provision(call, target).await,
        Id::Allocations => allocations::view(call, target).await,
        Id::SetAllocation => allocations::set(call, target).await,
        Id::RemoveAllocation => allocations::remove(call, target).await,
        Id::TransferAllocation => allocations::transfer(call, target).await,
        // The table of endpoints gives the others to other workers.
        _ => Err(Kind::NotFound.into()),
    }
}
