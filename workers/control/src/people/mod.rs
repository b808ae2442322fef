//! People: roles, users and invitations, of one's own tenant or of one below it.

mod accept;
mod identity_provider;
mod invitations;
mod place;
mod support;
mod users;

pub use accept::{accept, join};
pub use identity_provider::{
    SECRET, delete as remove_provider, get as provider, put as put_provider,
};
pub use invitations::{invite, list as invitations, revoke as revoke_invitation};
pub use support::{end as end_support, list as support, open as open_support};
pub use users::{list as users, remove as remove_user, update as update_user};

use domain::role::Role;
use edge::Failure;
use edge::door::Outbound;
use wire::page::Page;
use wire::people::RoleView;

use crate::answer;

/// The table of roles.
pub fn roles() -> Result<Outbound, Failure> {
    let items = Role::ALL.iter().copied().map(RoleView::from).collect();
    answer::json(200, &Page { items, next_cursor: None })
}
