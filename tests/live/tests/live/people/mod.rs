//! People: signed in by links, invited, with roles, and with sessions that they can end.

mod invitations;
mod links;
mod oidc;
mod roles;
mod sessions;
mod support;
