//! What the book of allocations refuses, as callers are told.

use domain::allocation::{Exceeded, Refused, Room};
use edge::Failure;
use serde_json::json;
use wire::problem::{Kind, Problem};
use wire::time::Instant;

/// The problem of a refusal.
pub fn failure(refused: &Refused) -> Failure {
    let detail = refused.to_string();
    let new = |kind| Problem::new(kind, detail.clone());
    let problem = match refused {
        Refused::NoCapacity { room } => with_room(new(Kind::NoCapacity), room),
        Refused::Exceeded { exceeded, room } => {
            with_room(with_excess(new(Kind::AllocationExceeded), exceeded), room)
        }
        Refused::UnknownNode { node } => new(Kind::UnknownNode).with("node", node.as_str()),
        Refused::TooMany { most } => new(Kind::AllocationFull).with("limit", *most),
        Refused::SumExceedsParent { parent, metric, free } => new(Kind::SumExceedsParent)
            .with("parent", parent.as_str())
            .with("metric", metric.name())
            .with("free", *free),
        Refused::PromisedBelow { metric, promised } => {
            new(Kind::PromisedBelow).with("metric", metric.name()).with("promised", *promised)
        }
        Refused::NotFree { node, free } => {
            new(Kind::NotEnoughFree).with("node", node.as_str()).with("free", *free)
        }
        Refused::NodeInUse { children, holds } => {
            new(Kind::NodeInUse).with("children", *children).with("holds", *holds)
        }
        Refused::RequestReused => new(Kind::RequestIdReused),
        Refused::NoSuchRequest => new(Kind::ReservationNotFound),
        Refused::TooDeep { .. } | Refused::RootIsLicensed => Problem::field("/node", detail),
        Refused::NotRelated => Problem::field("/to", detail),
        Refused::NoQuantity => Problem::field("/quantity", detail),
        Refused::EndsInThePast => Problem::field("/ttl", detail),
    };
    problem.into()
}

fn with_room(problem: Problem, room: &Room) -> Problem {
    problem
        .with("available", room.available)
        .with("dedicated_free", room.dedicated_free)
        .with("shared_free", room.shared_free)
        .with("narrowest", room.narrowest.as_str())
}

fn with_excess(problem: Problem, exceeded: &Exceeded) -> Problem {
    let since = Instant(exceeded.since).text();
    let told = json!({
        "node": exceeded.node, "metric": exceeded.metric, "by": exceeded.by, "since": since,
    });
    problem.with("exceeded", told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::allocation::NodeId;
    use domain::usage::Metric;
    use testkit::NOW;

    fn node(text: &str) -> NodeId {
        NodeId::parse(text).unwrap()
    }

    #[test]
    fn every_refusal_has_its_code() {
        let metric = Metric::Cores;
        let rows = [
            (Refused::UnknownNode { node: node("a") }, "unknown-node"),
            (Refused::TooMany { most: 3 }, "allocation-full"),
            (
                Refused::SumExceedsParent { parent: node("/"), metric, free: 1 },
                "sum-exceeds-parent",
            ),
            (Refused::PromisedBelow { metric, promised: 3 }, "promised-below"),
            (Refused::NotFree { node: node("a"), free: 1 }, "not-enough-free"),
            (Refused::NodeInUse { children: 1, holds: false }, "node-in-use"),
            (Refused::RequestReused, "request-id-reused"),
            (Refused::NoSuchRequest, "reservation-not-found"),
            (Refused::TooDeep { most: 8 }, "invalid-request"),
            (Refused::RootIsLicensed, "invalid-request"),
            (Refused::NotRelated, "invalid-request"),
            (Refused::NoQuantity, "invalid-request"),
            (Refused::EndsInThePast, "invalid-request"),
        ];
        for (refused, code) in rows {
            assert_eq!(failure(&refused).problem.code, code, "{refused:?}");
        }
    }

    #[test]
    fn who_gets_nothing_is_told_how_much_there_is_and_who_can_help() {
        let room =
            Room { available: 3, dedicated_free: 1, shared_free: 2, narrowest: node("acme") };
        let exceeded = Exceeded { node: node("/"), metric: Metric::Cores, by: 4, since: NOW };
        let rows = [
            (Refused::NoCapacity { room: room.clone() }, "no-capacity"),
            (Refused::Exceeded { exceeded, room }, "allocation-exceeded"),
        ];
        for (refused, code) in rows {
            let problem = failure(&refused).problem;
            assert_eq!((problem.code.as_str(), problem.status), (code, 409));
            let told =
                ["available", "dedicated_free", "shared_free"].map(|n| problem.extra[n].clone());
            assert_eq!(told, [3, 1, 2]);
            assert_eq!(problem.extra["narrowest"], "acme");
        }
    }
}
