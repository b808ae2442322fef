//! Names of nodes and requests.

use std::borrow::Borrow;
use std::fmt;
use std::iter;

use serde::{Deserialize, Serialize};

use crate::id::{IdError, text_id};

/// The name of the root.
pub(super) const ROOT: &str = "/";

text_id!(
    /// A node of the tree by its way from the root: `acme`, `acme/project-1`; the root is `/`. Names
    /// are 1 to 40 of a-z, 0-9 and -, the whole is at most 400 bytes.
    NodeId, "node id (/, or names of 1 to 40 of a-z, 0-9, -, joined by /)",
    |t| t == ROOT || (t.len() <= 400 && t.split('/').all(name)));
text_id!(
    /// What a reservation is for, in the asker's own naming: the id of a VM request. 1 to 128
    /// visible ASCII characters.
    RequestKey, "request key (1 to 128 visible ASCII characters)",
    |t| (1..=128).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_graphic()));

fn name(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl NodeId {
    /// The root: the organization that holds the license.
    pub fn root() -> Self {
        Self(ROOT.to_owned())
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0 == ROOT
    }

    /// The node above; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        parent(&self.0).map(|above| Self(above.to_owned()))
    }

    /// Levels below the root; 0 for the root.
    pub fn depth(&self) -> usize {
        self.line().count().saturating_sub(1)
    }

    /// The names from the root down; the root has none. Nodes in the order of their names have each
    /// parent before its children.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|name| !name.is_empty())
    }

    /// The node, the one above it, and so on up to the root.
    pub(super) fn line(&self) -> impl Iterator<Item = &str> {
        iter::successors(Some(self.0.as_str()), |node| parent(node))
    }

    /// Whether `self` is directly above `other`.
    pub(super) fn is_parent_of(&self, other: &Self) -> bool {
        parent(&other.0) == Some(&self.0)
    }

    /// Whether both have the same parent and are not the same.
    pub(super) fn is_sibling_of(&self, other: &Self) -> bool {
        self != other && !self.is_root() && parent(&self.0) == parent(&other.0)
    }

    /// What the ids of the nodes below begin with.
    pub(super) fn stem(&self) -> String {
        if self.is_root() { String::new() } else { format!("{}/", self.0) }
    }
}

fn parent(node: &str) -> Option<&str> {
    (node != ROOT).then(|| node.rsplit_once('/').map_or(ROOT, |(above, _)| above))
}

/// Equal texts are equal ids and sort alike, so that an ancestor is found by a slice of the id.
impl Borrow<str> for NodeId {
    fn borrow(&self) -> &str {
        &self.0
    }
}
