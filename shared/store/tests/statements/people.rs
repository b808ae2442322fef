//! Sessions, links and invitations on the real schema: once, in time, and for their own tenant.

use domain::id::{GrantId, InvitationId, SessionId, UserId};
use domain::person::Email;
use domain::place::{Region, Shard};
use domain::session::ROTATED_MS;
use domain::time::Millis;
use store::Refusal;
use store::data::{invitations, sign_in_links, support_grants, users};
use store::directory::{sessions, tenants};
use testkit::{Db, NOW, tenant};

const EXPIRES: Millis = NOW.plus(1_000_000);

fn hash(n: u8) -> String {
    format!("{n:064}")
}

fn id(n: u8) -> SessionId {
    SessionId::new([n; 16])
}

/// A tenant with sessions 1 and 2 of one person and 3 of another, each with the token of its number.
fn signed_in() -> Db {
    let db = Db::migrated();
    let acme = tenant("acme");
    db.run(&[tenants::create(&acme, "customer", None, Region::Eu, Shard::Eu, NOW)]).unwrap();
    for (n, actor) in [(1, "ann"), (2, "ann"), (3, "ben")] {
        let session = sessions::NewSession {
            hash: &hash(n),
            id: &id(n),
            tenant: &acme,
            actor,
            role: "auditor",
            customers: None,
            expires: EXPIRES,
        };
        db.run(&[sessions::insert(&session, NOW)]).unwrap();
    }
    db
}

fn works(db: &Db, n: u8, now: Millis) -> bool {
    let row = db.first(&sessions::principal(&hash(n)));
    row.is_some_and(|row| row.revoked_ms.is_none() && row.expires_ms > now)
}

#[test]
fn a_token_is_replaced_once_and_works_a_minute_longer() {
    let db = signed_in();
    let later = NOW.plus(1000);
    assert_eq!(db.run(&sessions::replace(&hash(1), &hash(8), later)), Ok(vec![1, 1]));
    assert_eq!(db.run(&sessions::replace(&hash(1), &hash(9), later)), Ok(vec![0, 0]), "twice");
    assert!(works(&db, 1, later.plus(ROTATED_MS - 1)) && !works(&db, 1, later.plus(ROTATED_MS)));
    let row = db.first(&sessions::principal(&hash(8))).unwrap();
    assert_eq!((row.id, row.made_ms, row.seen_ms, row.expires_ms), (id(1), later, later, EXPIRES));
    let live = db.all(&sessions::of_actor(&tenant("acme"), "ann", later));
    assert_eq!(live.len(), 2, "a session is listed once, whatever its tokens");
    db.run(&[sessions::revoke(&tenant("acme"), "ann", &id(1), later)]).unwrap();
    assert!(!works(&db, 1, later) && !works(&db, 8, later), "it ends under all of its tokens");
    let ended = sessions::replace(&hash(8), &hash(9), later);
    assert_eq!(db.run(&ended[..1]), Ok(vec![0]), "and stays so");
}

#[test]
fn sessions_end_for_their_own_person_and_tenant_only() {
    let acme = tenant("acme");
    let rows = [
        (sessions::revoke(&acme, "ben", &id(1), NOW), [true, true, true]),
        (sessions::revoke(&tenant("globex"), "ann", &id(1), NOW), [true, true, true]),
        (sessions::revoke(&acme, "ann", &id(1), NOW), [false, true, true]),
        (sessions::revoke_others(&acme, "ann", &id(1), NOW), [true, false, true]),
        (sessions::revoke_all(&acme, "ann", NOW), [false, false, true]),
        (sessions::revoke_token(&hash(3), NOW), [true, true, false]),
    ];
    for (entry, want) in rows {
        let db = signed_in();
        let name = entry.sql();
        db.run(&[entry]).unwrap();
        assert_eq!([1, 2, 3].map(|n| works(&db, n, NOW)), want, "{name}");
    }
}

#[test]
fn another_role_reaches_every_session_of_the_person() {
    let db = signed_in();
    let listed = [tenant("globex")];
    db.run(&[sessions::set_role(&tenant("acme"), "ann", "msp_operator", Some(&listed))]).unwrap();
    let role = |n| db.first(&sessions::principal(&hash(n))).map(|row| (row.role, row.customers));
    let want = Some(("msp_operator".to_owned(), Some(listed.to_vec())));
    assert_eq!((role(1), role(2)), (want.clone(), want));
    assert_eq!(role(3), Some(("auditor".to_owned(), None)));
    db.run(&[sessions::purge(EXPIRES.plus(1))]).unwrap();
    assert_eq!(role(3), None);
}

#[test]
fn a_link_is_used_once_until_it_expires_and_for_its_tenant() {
    let (acme, globex) = (tenant("acme"), tenant("globex"));
    let new = sign_in_links::NewLink {
        hash: "hash",
        actor: "ann",
        grant: None,
        return_to: Some("/x"),
        expires: EXPIRES,
    };
    let db = Db::migrated();
    db.of(&acme).run(sign_in_links::insert(&new, NOW)).unwrap();
    let use_up = |tenant, now| db.of(tenant).run(sign_in_links::use_up("hash", now));
    assert_eq!(use_up(&globex, NOW), Ok(0), "another tenant");
    assert_eq!(use_up(&acme, EXPIRES), Ok(0), "too late");
    assert_eq!(use_up(&acme, EXPIRES.plus(-1)), Ok(1));
    assert_eq!(use_up(&acme, EXPIRES.plus(-1)), Ok(0), "twice");
    assert!(db.of(&globex).first(&sign_in_links::by_hash("hash")).is_none());
    assert!(db.of(&acme).first(&sign_in_links::by_hash("hash")).unwrap().used_ms.is_some());
}

#[test]
fn an_address_has_one_invitation_and_is_one_person() {
    let (acme, email) = (tenant("acme"), Email::parse("a@acme.example").unwrap());
    let db = Db::migrated();
    let invite = |n: u8, token: &str| {
        let id = InvitationId::new([n; 16]);
        let new = invitations::NewInvitation {
            id: &id,
            email: &email,
            role: "auditor",
            customers: None,
            token_hash: token,
            invited_by: "ben",
            expires: EXPIRES,
        };
        db.of(&acme).run(invitations::put(&new, NOW)).unwrap();
        id
    };
    let first = invite(1, "one");
    let second = invite(2, "two");
    assert!(db.of(&acme).first(&invitations::by_token("one")).is_none());
    let use_up = |id, now| db.of(&acme).run(invitations::use_up(id, now));
    assert_eq!(use_up(&first, NOW), Ok(0), "replaced");
    assert_eq!(use_up(&second, EXPIRES), Ok(0), "too late");
    assert_eq!(use_up(&second, NOW), Ok(1));
    assert_eq!(use_up(&second, NOW), Ok(0), "twice");
    let join = |n: u8| {
        let user = UserId::new([n; 16]);
        db.of(&acme).run(users::insert(&user, &email, "Ann", "auditor", None, NOW))
    };
    assert_eq!(join(1), Ok(1));
    assert_eq!(join(2), Err(Refusal::Duplicate));
    db.of(&acme).run(users::link(&UserId::new([1; 16]), "https://id.example", "7", NOW)).unwrap();
    let known = users::by_subject("https://id.example", "7");
    assert!(db.of(&acme).first(&known).is_some());
    assert!(db.of(&tenant("globex")).first(&known).is_none());
}

#[test]
fn ended_support_access_stays_ended() {
    let (acme, msp) = (tenant("acme"), tenant("techpartners"));
    let db = Db::migrated();
    for n in [1, 2] {
        let id = GrantId::new([n; 16]);
        let grant = support_grants::NewGrant {
            id: &id,
            supporter: &msp,
            actor: "eve",
            reason: "why",
            expires: EXPIRES,
        };
        db.of(&acme).run(support_grants::insert(&grant, NOW)).unwrap();
    }
    let end = |now| db.of(&acme).run(support_grants::end_all("eve", now));
    assert_eq!(end(NOW), Ok(2));
    assert_eq!(end(NOW.plus(1)), Ok(0));
    let rows = db.of(&acme).all(&support_grants::list("", 50));
    assert!(rows.iter().all(|row| row.ended_ms == Some(NOW)), "{rows:?}");
}
