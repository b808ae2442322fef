//! The key-encryption keys of this isolate: the one that seals, and those that are only read during a rotation.

use std::cell::RefCell;
use std::rc::Rc;

use license::seal::Kek;
use license::vault::KekRing;
use worker::Env;
use zeroize::Zeroizing;

use crate::call::Call;
use crate::config;
use crate::failure::Failure;
use crate::keys::{bytes, secret};

/// The id of the key-encryption key, unless its own text or `KEK_ID` says otherwise.
const KEK_ID: &str = "k1";
/// Read as well during a rotation: the one that will stay, and the one that was there before.
const OTHERS: [&str; 2] = ["KEK_NEXT", "KEK_PREVIOUS"];
/// The id of the one that seals, while that is another one than `KEK`.
const ACTIVE: &str = "KEK_ACTIVE";

thread_local! {
    static RING: RefCell<Option<Rc<KekRing>>> = const { RefCell::new(None) };
}

/// The keys of this isolate, read from the worker's secrets the first time.
///
/// # Errors
/// When `KEK` is missing, or one of them is unreadable: the installation is not set up.
pub fn ring(call: &Call) -> Result<Rc<KekRing>, Failure> {
    if let Some(ring) = RING.with_borrow(Clone::clone) {
        return Ok(ring);
    }
    let ring = Rc::new(read(&call.env)?);
    RING.with_borrow_mut(|slot| *slot = Some(Rc::clone(&ring)));
    Ok(ring)
}

fn read(env: &Env) -> Result<KekRing, Failure> {
    let id = config::text(env, "KEK_ID").unwrap_or_else(|| KEK_ID.to_owned());
    let first = kek(&secret(env, "KEK")?, &id)?;
    let others = OTHERS.into_iter().filter_map(|name| env.secret(name).ok());
    let others = others.map(|text| kek(&text.to_string(), "")).collect::<Result<_, _>>()?;
    Ok(ring_of(first, others, config::text(env, ACTIVE).as_deref()))
}

/// An `active` that nobody has heard of changes nothing: what is sealed stays sealed where it can be opened.
fn ring_of(first: Kek, mut others: Vec<Kek>, active: Option<&str>) -> KekRing {
    match others.iter().position(|kek| active == Some(kek.id())) {
        Some(at) if active != Some(first.id()) => {
            let chosen = others.swap_remove(at);
            others.push(first);
            KekRing::new(chosen, others)
        }
        _ => KekRing::new(first, others),
    }
}

/// `<id>:<64 hexadecimal digits>`. A key and its id are one text, so that no worker ever sees a new key under the old
/// id; the first key of an installation may come without, and then has the id `default`.
fn kek(text: &str, default: &str) -> Result<Kek, Failure> {
    let (id, key) = text.trim().split_once(':').unwrap_or((default, text));
    let key = Zeroizing::new(bytes(key)?);
    Kek::new(id, &key).map_err(Failure::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_is_named_seals_and_all_open() {
        let key = |id: &str| Kek::new(id, &[1; 32]).unwrap();
        let rows = [
            (None, "k1", vec!["k2", "k3"]),
            (Some("k2"), "k2", vec!["k3", "k1"]),
            (Some("k1"), "k1", vec!["k2", "k3"]),
            (Some("k9"), "k1", vec!["k2", "k3"]),
        ];
        for (named, seals, opens) in rows {
            let ring = ring_of(key("k1"), vec![key("k2"), key("k3")], named);
            assert_eq!(ring.active().id(), seals, "{named:?}");
            assert_eq!(ring.others().collect::<Vec<_>>(), opens, "{named:?}");
        }
    }

    #[test]
    fn a_key_brings_its_id_along_or_has_the_first_one() {
        let hex = "07".repeat(32);
        let rows = [
            (hex.clone(), "k1", Some("k1")),
            (format!("k2:{hex}\n"), "k1", Some("k2")),
            (hex.clone(), "", None),
            (format!("k 2:{hex}"), "k1", None),
            (format!("k2:{hex}00"), "k1", None),
        ];
        for (text, default, want) in rows {
            let kek = kek(&text, default).ok();
            assert_eq!(kek.as_ref().map(Kek::id), want, "{text}");
        }
    }
}
