use proptest::prelude::*;
use serde_json::json;

use super::*;

fn acme() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn draft(n: u8) -> Draft {
    Draft {
        event: EventId::new([n; 16]),
        at: Millis(1_700_000_000_000 + i64::from(n)),
        actor: "operator".into(),
        action: "license.revoked".into(),
        subject: format!("lic_{n}"),
        request: "req_1".into(),
        detail: json!({"reason": "chargeback", "after": [1, 2.5, null]}),
    }
}

fn chain(length: u8) -> Vec<Entry> {
    let mut head = Head::default();
    (0..length)
        .map(|n| {
            let entry = append(&acme(), &head, draft(n));
            head = entry.head();
            entry
        })
        .collect()
}

#[test]
fn entry_v1_still_hashes_to_the_same() {
    let entry = append(&acme(), &Head::default(), draft(7));
    assert_eq!(entry.hash, "2fc5d7bcddccc1f859935ddbfb65eb8b61b9363b34ea8a7a4d97620ba8dd9df5");
}

#[test]
fn the_documented_encoding_leads_to_the_same_hash() {
    use sha2::{Digest, Sha256};
    let entry =
        append(&acme(), &Head::default(), Draft { detail: json!({"b": 1, "a": "x"}), ..draft(0) });
    let mut bytes = b"writ-audit-v1".to_vec();
    for field in [
        GENESIS,
        "acme",
        "1",
        "evt_00000000000000000000000000",
        "1700000000000",
        "operator",
        "license.revoked",
        "lic_0",
        "req_1",
        r#"{"a":"x","b":1}"#,
    ] {
        bytes.extend_from_slice(&u64::try_from(field.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(field.as_bytes());
    }
    let hash: Vec<String> = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(entry.hash, hash.concat());
}

#[test]
fn an_unbroken_chain_verifies_whole_and_page_by_page() {
    let entries = chain(5);
    let end = entries.last().unwrap().head();
    assert_eq!(verify_chain(&acme(), &Head::default(), &entries), Ok(end.clone()));
    let page = verify_chain(&acme(), &Head::default(), &entries[..2]).unwrap();
    assert_eq!(verify_chain(&acme(), &page, &entries[2..]), Ok(end));
    assert_eq!(verify_chain(&acme(), &Head::default(), &[]), Ok(Head::default()));
}

#[test]
fn every_field_is_under_the_hash() {
    type Edit = fn(&mut Entry);
    let edits: [(&str, Edit); 8] = [
        ("event", |e| e.event = EventId::new([9; 16])),
        ("at", |e| e.at = Millis(0)),
        ("actor", |e| e.actor.push('x')),
        ("action", |e| e.action = "license.issued".into()),
        ("subject", |e| e.subject.clear()),
        ("request", |e| e.request.clear()),
        ("detail", |e| e.detail = json!({"reason": "none"})),
        ("prev", |e| e.prev = GENESIS.into()),
    ];
    for (field, edit) in edits {
        let mut entries = chain(4);
        edit(&mut entries[2]);
        let broken = verify_chain(&acme(), &Head::default(), &entries);
        assert_eq!(broken, Err(Break { seq: 3, reason: BreakReason::Altered }), "{field}");
    }
}

#[test]
fn gaps_swaps_strangers_and_rewritten_histories_are_found() {
    let misplaced = |seq| Err(Break { seq, reason: BreakReason::Misplaced });
    let mut gap = chain(4);
    gap.remove(1);
    assert_eq!(verify_chain(&acme(), &Head::default(), &gap), misplaced(2), "gap");
    let mut swapped = chain(4);
    swapped.swap(1, 2);
    assert_eq!(verify_chain(&acme(), &Head::default(), &swapped), misplaced(2), "swap");
    assert_eq!(
        verify_chain(&acme(), &Head::default(), &chain(4)[1..]),
        misplaced(1),
        "first one missing"
    );

    let mut rewritten = chain(4);
    let forged = Draft { subject: "lic_x".into(), ..draft(1) };
    rewritten[1] = append(&acme(), &rewritten[0].head(), forged);
    let unlinked = Err(Break { seq: 3, reason: BreakReason::Unlinked });
    assert_eq!(verify_chain(&acme(), &Head::default(), &rewritten), unlinked, "rewritten");

    let stranger = Err(Break { seq: 1, reason: BreakReason::Stranger });
    let globex = TenantId::parse("globex").unwrap();
    assert_eq!(verify_chain(&globex, &Head::default(), &chain(1)), stranger, "stranger");
}

#[test]
fn moving_a_letter_between_fields_changes_the_hash() {
    let one = Draft { actor: "ab".into(), action: "c".into(), ..draft(1) };
    let two = Draft { actor: "a".into(), action: "bc".into(), ..draft(1) };
    let hash = |d| append(&acme(), &Head::default(), d).hash;
    assert_ne!(hash(one), hash(two));
}

proptest! {
    #[test]
    fn storing_and_reading_an_entry_keeps_its_hash_good(number in any::<f64>(), text in ".*", whole in any::<i64>()) {
        let detail = json!({"z": number, "a": {"t": text, "n": whole}});
        let entry = append(&acme(), &Head::default(), Draft { detail, ..draft(1) });
        let read: Entry = serde_json::from_str(&serde_json::to_string(&entry).unwrap()).unwrap();
        prop_assert!(verify_chain(&acme(), &Head::default(), &[read]).is_ok());
    }
}
