//! `Idempotency-Key` (draft -07): the same key and body give the same answer, made once.
//!
//! A key is kept for a day. Answers can hold secrets that are shown once (API keys), so an answer rests
//! sealed under a key derived from the caller's credentials and the `Idempotency-Key` itself: only who
//! can repeat the request can read it.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::id::RequestId;
use sha2::{Digest, Sha256};
use store::data::idempotency::{self as table, Claim, Name};
use store::query::{Change, Tenant};
use wire::problem::Kind;

use crate::call::Call;
use crate::db::Db;
use crate::door::{Inbound, Outbound};
use crate::failure::Failure;
use crate::session;

/// How long a key is remembered: a day, in milliseconds.
pub const RETENTION_MS: i64 = 86_400_000;
/// After this long without an answer a request is taken to be dead, and a repeat may take over.
const DEAD_MS: i64 = 60_000;
/// An `Idempotency-Key` is at most this long.
const LONGEST: usize = 255;

/// A request that carries an `Idempotency-Key` and was let through.
pub struct Ticket {
    caller: String,
    key_hash: String,
    body_hash: String,
    endpoint: &'static str,
    owner: RequestId,
    seal: [u8; 32],
}

/// What the key says about the request.
pub enum Turn {
    /// No key was sent: nothing is remembered.
    Free,
    /// The first request with this key: do it, and [`Ticket::finish`] in the change's own batch.
    First(Box<Ticket>),
    /// It was answered before: this was the answer.
    Again(Outbound),
}

/// Looks at the request's `Idempotency-Key` and reserves it in the caller's own records.
///
/// # Errors
/// `invalid-header`, `idempotency-mismatch`, `idempotency-running`, or a store that is away.
pub async fn turn(
    call: &Call,
    records: &Db<Tenant>,
    caller: &str,
    endpoint: &'static str,
) -> Result<Turn, Failure> {
    let Some(ticket) = Ticket::read(call, caller, endpoint)? else { return Ok(Turn::Free) };
    let reserved = records.write(vec![table::begin(&ticket.claim(call), call.now)]).await?;
    if reserved.first() == Some(&1) {
        return Ok(Turn::First(Box::new(ticket)));
    }
    let Some(row) = records.first(table::read(&ticket.name())).await? else {
        return Err(running());
    };
    if row.endpoint != endpoint || row.body_hash != ticket.body_hash {
        return Err(Kind::IdempotencyMismatch.into());
    }
    match (row.status, row.answer_sealed) {
        (Some(status), Some(sealed)) => ticket.open(status, &sealed).map(Turn::Again),
        _ => take_over(call, records, ticket).await,
    }
}

async fn take_over(call: &Call, records: &Db<Tenant>, ticket: Ticket) -> Result<Turn, Failure> {
    let dead = call.now.plus(-DEAD_MS);
    let taken = records
        .write(vec![table::take_over(&ticket.name(), &ticket.owner, dead, call.now)])
        .await?;
    if taken.first() == Some(&1) { Ok(Turn::First(Box::new(ticket))) } else { Err(running()) }
}

/// The key that was sent, if one was.
fn sent(inbound: &Inbound) -> Result<Option<&str>, Failure> {
    let header = inbound.header("idempotency-key");
    let key = header.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(header);
    match key.len() {
        _ if header.is_empty() => Ok(None),
        1..=LONGEST => Ok(Some(key)),
        _ => Err(Failure::new(Kind::InvalidHeader, "Idempotency-Key: 1 to 255 characters.")),
    }
}

/// Hexadecimal digits that a pool keeps of a hash: 128 bits.
const KEPT_DIGITS: usize = 32;

/// The key as a pool keeps it, whose book recognises repeats itself: no store round before a seat can be given. It does so
/// for an hour, where others do for a day.
///
/// # Errors
/// `invalid-header`.
pub fn pool_key(inbound: &Inbound) -> Result<Option<domain::pool::Key>, Failure> {
    let kept = |bytes: &[u8]| {
        let mut digits = license::hex(&license::sha256(bytes));
        digits.truncate(KEPT_DIGITS);
        digits
    };
    let key =
        |sent: &str| domain::pool::Key { key: kept(sent.as_bytes()), body: kept(&inbound.body) };
    Ok(sent(inbound)?.map(key))
}

fn running() -> Failure {
    Failure::new(Kind::IdempotencyRunning, "").with("retry-after", "1")
}

impl Ticket {
    fn read(call: &Call, caller: &str, endpoint: &'static str) -> Result<Option<Self>, Failure> {
        let Some(key) = sent(&call.inbound)? else { return Ok(None) };
        let credentials = match call.inbound.header("authorization") {
            "" => session::cookie(&call.inbound, session::COOKIE).unwrap_or_default(),
            header => header,
        };
        Ok(Some(Self {
            caller: caller.to_owned(),
            key_hash: license::hex(&digest(&[
                b"writ idempotency key",
                caller.as_bytes(),
                key.as_bytes(),
            ])),
            body_hash: license::hex(&digest(&[call.inbound.path().as_bytes(), &call.inbound.body])),
            endpoint,
            owner: call.id.clone(),
            seal: digest(&[b"writ idempotency seal", credentials.as_bytes(), key.as_bytes()]),
        }))
    }

    fn name(&self) -> Name<'_> {
        Name { caller: &self.caller, key_hash: &self.key_hash }
    }

    fn claim(&self, call: &Call) -> Claim<'_> {
        Claim {
            name: self.name(),
            endpoint: self.endpoint,
            body_hash: &self.body_hash,
            owner: &self.owner,
            expires: call.now.plus(RETENTION_MS),
        }
    }

    /// The change that keeps the answer: it belongs into the batch of what the request changes.
    ///
    /// # Errors
    /// When the answer cannot be sealed, which does not happen.
    pub fn finish(&self, answer: &Outbound) -> Result<Change, Failure> {
        Ok(table::finish(&self.name(), &self.owner, answer.status, &self.seal(&answer.body)?))
    }

    /// As [`Self::finish`], for the batch of a change in the records of another tenant than the one where the key was
    /// reserved. That batch is refused as a duplicate when it was made already: then ask [`Self::recorded`].
    ///
    /// # Errors
    /// When the answer cannot be sealed, which does not happen.
    pub fn record(&self, call: &Call, answer: &Outbound) -> Result<Change, Failure> {
        Ok(table::record(&self.claim(call), answer.status, &self.seal(&answer.body)?, call.now))
    }

    /// What [`Self::record`] kept in `records` when this request was made before.
    ///
    /// # Errors
    /// A store that is away.
    pub async fn recorded(&self, records: &Db<Tenant>) -> Result<Option<Outbound>, Failure> {
        let row = records.first(table::read(&self.name())).await?;
        match row.and_then(|row| row.status.zip(row.answer_sealed)) {
            Some((status, sealed)) => self.open(status, &sealed).map(Some),
            None => Ok(None),
        }
    }

    /// The change that frees the key of a request that was refused before it changed anything.
    pub fn release(&self) -> Change {
        table::release(&self.name(), &self.owner)
    }

    /// The nonce is derived from the answer's owner: a seal is used for one answer only.
    fn cipher(&self, owner: &[u8]) -> (Aes256Gcm, [u8; 12]) {
        let mut nonce = [0; 12];
        let hash = digest(&[b"writ idempotency nonce", owner]);
        nonce.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        (Aes256Gcm::new(&self.seal.into()), nonce)
    }

    fn seal(&self, body: &str) -> Result<String, Failure> {
        let owner = self.owner.as_str();
        let (cipher, nonce) = self.cipher(owner.as_bytes());
        let sealed =
            cipher.encrypt(&Nonce::from(nonce), body.as_bytes()).map_err(Failure::internal)?;
        Ok(format!("{owner}.{}", BASE64.encode(sealed)))
    }

    fn open(&self, status: u16, sealed: &str) -> Result<Outbound, Failure> {
        let unreadable = || Failure::from(Kind::IdempotencyMismatch);
        let (owner, text) = sealed.split_once('.').ok_or_else(unreadable)?;
        let bytes = BASE64.decode(text).map_err(|_| unreadable())?;
        let (cipher, nonce) = self.cipher(owner.as_bytes());
        let body =
            cipher.decrypt(&Nonce::from(nonce), bytes.as_slice()).map_err(|_| unreadable())?;
        let body = String::from_utf8(body).map_err(|_| unreadable())?;
        let mut out = Outbound::json(status, body);
        out.set("idempotent-replayed", "true");
        Ok(out)
    }
}

/// SHA-256 over the parts, each with its length before it, so that no two lists of parts meet.
fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sending(key: &str, body: &str) -> Inbound {
        let header = |name: &str| (name == "idempotency-key").then(|| key.to_owned());
        Inbound::new("POST".to_owned(), String::new(), header, body.into())
    }

    #[test]
    fn a_pool_keeps_the_beginnings_of_two_hashes() {
        let key = pool_key(&sending("\"order-1\"", "{}")).unwrap().unwrap();
        assert_eq!(key.body, "44136fa355b3678a1146ad16f7e8649e");
        assert_eq!(
            pool_key(&sending("order-1", "{}")).unwrap(),
            Some(key.clone()),
            "quotes are no part"
        );
        assert_ne!(pool_key(&sending("order-2", "{}")).unwrap().unwrap().key, key.key);
        assert_eq!(pool_key(&sending("", "{}")).unwrap(), None);
    }

    #[test]
    fn a_key_of_no_usable_length_is_refused() {
        let long = "k".repeat(LONGEST + 1);
        for (key, good) in
            [("\"\"", false), (long.as_str(), false), (&long[1..], true), ("k", true)]
        {
            let refused = pool_key(&sending(key, "")).err().map(|failure| failure.problem.code);
            assert_eq!(refused.as_deref(), (!good).then_some("invalid-header"), "{key}");
        }
    }
}
