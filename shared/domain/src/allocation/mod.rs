//! What of a license is promised to whom: a tree of organization, tenants and projects with
//! dedicated, shared and burst parts, and the reservations that use it.
//!
//! # The rules, for one metric
//!
//! - The root's *dedicated* part is what the license allows, its capacity. Every other node has a
//!   dedicated part that is cut out of its parent's; what a node has not cut out for its children
//!   is its *own* part.
//! - The *load* of a node is what it holds itself and what flows up to it from its children. It
//!   fills the own part first; what does not fit *flows up* to the parent, as a burst. Where a
//!   unit lies is never stored: it follows from what is held, so a burst goes home by itself as
//!   soon as there is room.
//! - What flows up from a node, bursts of the nodes below it included, stays within its burst
//!   bound. Nothing flows up from the root.
//! - A reservation is granted when it makes no node exceeded or more exceeded, and all that is
//!   held stays within the capacity. A burst lies in own parts only, and those of children are not
//!   in them: nobody's burst can take another node's dedicated part. In the own part of a node
//!   that has children, the node and its children are served in the order of their asking.
//! - Dedicated parts grow only out of what is free: the parent's own part that nothing lies in,
//!   or in which the growing node's own burst lies.
//!
//! # Too little
//!
//! A smaller license, share or burst leaves reservations where they are. A node out of which more
//! flows than may is *exceeded* by the difference, since the change that made it so, and is
//! cleared by the one that ends it. While it lasts, nothing new may flow into the node; nodes
//! below it keep their free dedicated parts. Only the root can have promised more than it has: it is
//! exceeded too, dedicated parts are kept, none may grow out of it, and they can be used until all
//! that is held reaches the capacity. For how long an excess is borne is for the license's policy.
//!
//! # At rest
//!
//! The `Allocation` object keeps a row per [`Entry`] and now and then the [`Book`] itself, which is its
//! own snapshot.

mod answer;
mod ask;
mod book;
mod entry;
mod ids;
mod judge;
mod part;
mod stored;
mod tree;
mod view;

pub use answer::{Done, Exceeded, Outcome, Refused, Room};
pub use ask::{Ask, Request, Reservation, Share, Transfer};
pub use book::Book;
pub use entry::{Entry, Event};
pub use ids::{NodeId, RequestKey};
pub use stored::RestoreError;
pub use view::{NodeView, PartView};

/// How many levels there may be below the root.
pub const MAX_DEPTH: usize = 8;

/// How many nodes one book holds, the root included.
pub const MAX_NODES: usize = 10_000;

/// How many reservations one book holds at a time.
pub const MAX_RESERVATIONS: usize = 100_000;

/// The largest capacity: the largest integer that JSON and D1 carry exactly. A license that allows
/// more counts as allowing this much; so does, to be told by the caller, one without a limit.
pub const MAX_CAPACITY: u64 = (1 << 53) - 1;

#[cfg(test)]
mod tests;
