//! The `clock` worker: once a minute it ships what outboxes still hold, looks at what waits for DNS and for the
//! platform, and forgets what has expired.
//!
//! Two runs at once do no harm: what is shipped twice counts once, by its event's id, and what is decided twice is
//! decided the same.

mod claims;
mod erase;
mod reseal;
mod sweep;

use domain::place::Shard;
use domain::session::LINK_KEPT_MS;
use edge::db::Freshness;
use edge::{Call, log};
use futures_util::future::{join, join_all};
use store::directory::sessions;
use worker::{Env, ScheduleContext, ScheduledEvent, event};

/// One run over all shards, side by side. A shard that is away does not hold the others up.
#[event(scheduled)]
pub async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let call = Call::internal(env);
    let sweeps = join_all(Shard::ALL.map(|shard| sweep::shard(&call, shard)));
    let (runs, ()) = join(sweeps, waiting(&call)).await;
    let ended = sessions::purge(call.now.plus(-LINK_KEPT_MS));
    if let Err(failure) = call.directory(Freshness::Primary).write(vec![ended]).await {
        log::event("error", "clock.sessions", &failure.to_string());
    }
    for (shard, run) in Shard::ALL.iter().zip(runs) {
        match run {
            Ok(swept) => log::event("info", "clock.swept", &swept.text(*shard)),
            Err(failure) => {
                log::event("error", "clock.shard", &format!("{}: {failure}", shard.name()));
            }
        }
    }
    if let Err(failure) = erase::run(&call).await {
        log::event("error", "clock.erase", &failure.reason.unwrap_or_default());
    }
    let runs = join_all(Shard::ALL.map(|shard| reseal::shard(&call, shard))).await;
    for (shard, run) in Shard::ALL.iter().zip(runs) {
        match run {
            Ok(0) => {}
            Ok(done) => log::event("info", "clock.resealed", &format!("{}: {done}", shard.name())),
            Err(failure) => log::event(
                "error",
                "clock.reseal",
                &format!("{}: {}", shard.name(), failure.reason.unwrap_or_default()),
            ),
        }
    }
    // What is shipped after an answer elsewhere is shipped here.
    join_all(call.take_later()).await;
}

async fn waiting(call: &Call) {
    if let Err(failure) = claims::registrations(call).await {
        log::event("error", "clock.registrations", &failure.to_string());
    }
    let runs = join_all(Shard::ALL.map(|shard| claims::hostnames(call, shard))).await;
    for (shard, run) in Shard::ALL.iter().zip(runs) {
        if let Err(failure) = run {
            log::event("error", "clock.hostnames", &format!("{}: {failure}", shard.name()));
        }
    }
}
