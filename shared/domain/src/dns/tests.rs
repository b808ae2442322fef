use proptest::prelude::*;

use super::*;

const NAME: &str = "_writ.acme.example";

/// An answer with these flags and records (owner, type, data).
fn message(flags: u16, records: &[(&[u8], u16, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = txt_question(NAME).unwrap();
    bytes[2..4].copy_from_slice(&flags.to_be_bytes());
    bytes[6..8].copy_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
    for (owner, kind, data) in records {
        bytes.extend_from_slice(owner);
        bytes.extend_from_slice(&kind.to_be_bytes());
        bytes.extend_from_slice(&[0, 1, 0, 0, 0, 60]);
        bytes.extend_from_slice(&u16::try_from(data.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(data);
    }
    bytes
}

/// A pointer to the question's name.
const ASKED: &[u8] = &[0xC0, 12];
const GOOD: u16 = 0x8180;

fn txt(strings: &[&str]) -> Vec<u8> {
    let mut data = Vec::new();
    for text in strings {
        data.push(u8::try_from(text.len()).unwrap());
        data.extend_from_slice(text.as_bytes());
    }
    data
}

fn name(text: &str) -> Vec<u8> {
    Name::of_text(text).unwrap().wire().to_vec()
}

#[test]
fn a_question_has_the_bytes_of_rfc_8484() {
    let want = b"\0\0\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\x03com\0\0\x10\0\x01";
    assert_eq!(txt_question("www.example.com").as_deref(), Some(want.as_slice()));
    let (label, long) = ("a".repeat(64), vec!["a".repeat(49); 6].join("."));
    for bad in ["", "a..b", "a.", &label, &long] {
        assert_eq!(txt_question(bad), None, "{bad}");
    }
}

#[test]
fn answers_are_told_apart() {
    let one = |text: &str| (ASKED, TXT, txt(&[text]));
    let texts = |list: &[&str]| Ok(Answer::Texts(list.iter().map(|it| (*it).to_owned()).collect()));
    let cut = Err(Garbled("it was cut off"));
    let rows = [
        ("two records", message(GOOD, &[one("a"), one("b")]), texts(&["a", "b"])),
        (
            "several strings",
            message(GOOD, &[(ASKED, TXT, txt(&["writ-", "verify"]))]),
            texts(&["writ-verify"]),
        ),
        ("an empty text", message(GOOD, &[one("")]), texts(&[""])),
        ("another type", message(GOOD, &[(ASKED, 1, vec![1, 2, 3, 4])]), Ok(Answer::Nothing)),
        ("no record", message(GOOD, &[]), Ok(Answer::Nothing)),
        ("not UTF-8", message(GOOD, &[(ASKED, TXT, vec![1, 0xFF])]), Ok(Answer::Nothing)),
        ("NXDOMAIN", message(GOOD | 3, &[]), Ok(Answer::Nothing)),
        ("SERVFAIL", message(GOOD | 2, &[]), Ok(Answer::Again)),
        ("REFUSED", message(GOOD | 5, &[one("a")]), Ok(Answer::Again)),
        ("truncated", message(GOOD | 0x0200, &[one("a")]), cut),
        ("a query", message(0x0100, &[]), Err(Garbled("it is no answer to a query"))),
    ];
    for (row, bytes, want) in rows {
        assert_eq!(read_txt(&bytes, NAME), want, "{row}");
    }
    let other = read_txt(&message(GOOD, &[one("a")]), "_writ.other.example");
    assert_eq!(other, Err(Garbled("it answers another question")));
    let spelled = message(GOOD, &[one("a")]);
    assert!(matches!(read_txt(&spelled, "_WRIT.Acme.example"), Ok(Answer::Texts(_))));
}

#[test]
fn aliases_are_followed_to_their_end() {
    let (a, b) = (name("a.example"), name("b.example"));
    let chain = [
        (b.as_slice(), TXT, txt(&["found"])),
        (ASKED, CNAME, a.clone()),
        (a.as_slice(), CNAME, b.clone()),
        (ASKED, 46, vec![0]),
    ];
    let found = Ok(Answer::Texts(vec!["found".to_owned()]));
    assert_eq!(read_txt(&message(GOOD, &chain), NAME), found);
    let elsewhere = [(ASKED, CNAME, a.clone()), (b.as_slice(), TXT, txt(&["not mine"]))];
    assert_eq!(read_txt(&message(GOOD, &elsewhere), NAME), Ok(Answer::Nothing));
    let circle = [(ASKED, CNAME, a.clone()), (a.as_slice(), CNAME, name(NAME))];
    assert_eq!(read_txt(&message(GOOD, &circle), NAME), Ok(Answer::Nothing));
}

#[test]
fn pointers_never_loop() {
    // The first record begins behind the question.
    let start = u8::try_from(txt_question(NAME).unwrap().len()).unwrap();
    for owner in [[0xC0, start], [0xC0, start + 1], [0xFF, 0xFF], [0x40, 0], [0x80, 0]] {
        let bytes = message(GOOD, &[(&owner, TXT, txt(&["a"]))]);
        assert!(read_txt(&bytes, NAME).is_err(), "{owner:?}");
    }
}

proptest! {
    #[test]
    fn garbage_is_refused_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read_txt(&bytes, NAME);
    }

    #[test]
    fn damage_is_refused_without_harm(at in 0_usize..200, to in any::<u8>(), cut in 0_usize..200) {
        let mut bytes = message(GOOD, &[(ASKED, CNAME, name("a.example")), (&name("a.example"), TXT, txt(&["x", "y"]))]);
        let at = at % bytes.len();
        bytes[at] = to;
        let _ = read_txt(&bytes, NAME);
        bytes.truncate(cut);
        let _ = read_txt(&bytes, NAME);
    }

    #[test]
    fn what_was_put_in_comes_out(texts in proptest::collection::vec("[ -~]{0,300}", 1..6)) {
        let records: Vec<_> = texts.iter().map(|text| {
            let parts: Vec<_> = text.as_bytes().chunks(255).map(|part| std::str::from_utf8(part).unwrap()).collect();
            (ASKED, TXT, txt(if parts.is_empty() { &[""] } else { &parts }))
        }).collect();
        prop_assert_eq!(read_txt(&message(GOOD, &records), NAME), Ok(Answer::Texts(texts)));
    }
}
