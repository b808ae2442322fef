//! Statements about people, on a shard.

use domain::id::{GrantId, InvitationId, SessionId, UserId};
use domain::person::Email;
use store::data::{
    identity_providers, invitations, session_info, sign_in_links, support_grants, users,
};
use testkit::{Db, NOW, tenant};

use super::{Item, item};

pub fn people(db: &Db) -> Vec<Item> {
    let (user, email) = (UserId::new([1; 16]), Email::parse("a@acme.example").unwrap());
    let grant = GrantId::new([1; 16]);
    let (session, supporter) = (SessionId::new([1; 16]), tenant("techpartners"));
    let link = sign_in_links::NewLink {
        hash: "hash",
        actor: "usr_1",
        grant: Some(&grant),
        return_to: None,
        expires: NOW,
    };
    let granted = support_grants::NewGrant {
        id: &grant,
        supporter: &supporter,
        actor: "usr_2",
        reason: "why",
        expires: NOW,
    };
    let mut items = items![db;
        users::by_id(&user);
        users::by_email(&email);
        users::by_subject("https://id.example", "1");
        users::list("", 50);
        users::insert(&user, &email, "Ann", "auditor", None, NOW);
        users::update(&user, "Ann", "auditor", None, NOW);
        users::link(&user, "https://id.example", "1", NOW);
        users::delete(&user);
        sign_in_links::by_hash("hash");
        sign_in_links::insert(&link, NOW);
        sign_in_links::use_up("hash", NOW);
        sign_in_links::purge(NOW);
        session_info::of_actor("usr_1");
        session_info::insert(&session, "usr_1", ("192.0.2.1", "a browser"), "link", NOW);
        session_info::seen(&session, "192.0.2.1", NOW);
        session_info::delete(&session);
        session_info::delete_others("usr_1", &session);
        session_info::delete_all("usr_1");
        session_info::purge(NOW);
        support_grants::by_id(&grant);
        support_grants::list("", 50);
        support_grants::insert(&granted, NOW);
        support_grants::end_all("usr_2", NOW);
    ];
    items.extend(invited(db, &email));
    items.extend(providers(db));
    items
}

fn invited(db: &Db, email: &Email) -> Vec<Item> {
    let invitation = InvitationId::new([1; 16]);
    let id = &invitation;
    let invited = invitations::NewInvitation {
        id,
        email,
        role: "auditor",
        customers: None,
        token_hash: "hash",
        invited_by: "usr_2",
        expires: NOW,
    };
    items![db;
        invitations::by_token("hash");
        invitations::by_email(email);
        invitations::by_id(id);
        invitations::list("", 50);
        invitations::put(&invited, NOW);
        invitations::use_up(id, NOW);
        invitations::delete(id);
        invitations::forget(email);
    ]
}

fn providers(db: &Db) -> Vec<Item> {
    let provider = identity_providers::ProviderRow {
        name: "Keycloak".into(),
        issuer: "https://id.example".into(),
        client_id: "writ".into(),
        client_secret: None,
        token_auth: "basic".into(),
        auto_join: None,
        updated_ms: NOW,
    };
    items![db;
        identity_providers::get();
        identity_providers::put(&provider);
        identity_providers::delete();
    ]
}
