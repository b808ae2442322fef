//! The tree, as a message.

use domain::allocation::{Book, NodeId};
use edge::objects::AllocationReply;

/// Nodes that one answer holds at most.
const PAGE: u32 = 200;

/// A page of the node `top` and all below it: those behind `after`.
pub fn of(book: &Book, top: &NodeId, after: Option<&NodeId>, limit: u32) -> AllocationReply {
    let limit = usize::try_from(limit.min(PAGE)).unwrap_or_default();
    match book.view(top) {
        Ok(nodes) => {
            let comes = |node: &NodeId| after.is_none_or(|after| node.names().gt(after.names()));
            let nodes = nodes.into_iter().filter(|view| comes(&view.node)).take(limit).collect();
            AllocationReply::View { version: book.license_version(), nodes }
        }
        Err(why) => AllocationReply::Refused(why),
    }
}
