//! Whom the agent believes: one root key (two while the service changes it), and the answer keys
//! that it certified.

use domain::time::Millis;
use license::LicenseError;
use license::answer::{self, AnswerHeaders, AnswerParts, RequestParts, SignedBy};
use license::cert::{Certified, KeyUse};
use license::jwk::Jwks;
use license::keys::{KeyError, PublicKey};
use license::ring::KeyRing;
use license::text::LicenseText;
use license::token::{Genuine, Token};

use crate::change::Change;
use crate::failure::Failure;
use crate::state::{AgentState, Proof};
use crate::transport::{Reply, Request, Transport};

/// Where the service publishes its keys.
const JWKS: &str = "/.well-known/jwks.json";
const ROOT: &str = "/.well-known/writ-root.pem";

/// The trusted root keys; the service's own on first use, all of them.
///
/// # Errors
/// When there is none yet and the service does not give one.
pub fn roots(
    state: &mut AgentState,
    transport: &mut impl Transport,
    changes: &mut Vec<Change>,
) -> Result<Vec<PublicKey>, Failure> {
    if let Some(roots) = pinned(state)? {
        return Ok(roots);
    }
    let body = transport.send(Request::get(ROOT))?.into_body()?;
    let pem = String::from_utf8(body).map_err(Failure::forged)?;
    let roots = read_roots(&pem).map_err(Failure::forged)?;
    changes.extend(roots.iter().map(|root| Change::RootPinned { kid: root.thumbprint() }));
    state.root_pem = Some(pem);
    Ok(roots)
}

/// Reads root keys: PEM blocks, one after the other.
///
/// # Errors
/// When there is none, or one of them is no Ed25519 public key.
pub fn read_roots(pem: &str) -> Result<Vec<PublicKey>, KeyError> {
    const END: &str = "-----END PUBLIC KEY-----";
    let blocks = pem.trim().split_inclusive(END);
    let roots = blocks.map(PublicKey::from_pem).collect::<Result<Vec<_>, _>>()?;
    if roots.is_empty() { Err(KeyError) } else { Ok(roots) }
}

/// The root keys in memory.
///
/// # Errors
/// When what is in memory is no key.
pub fn pinned(state: &AgentState) -> Result<Option<Vec<PublicKey>>, Failure> {
    let roots = state.root_pem.as_deref().map(read_roots).transpose();
    roots.map_err(|_| Failure::Local("the root key in the state file is damaged".into()))
}

/// Verifies a reply to `asked`; fetches the key set when the answer key is new.
///
/// # Errors
/// When the reply is not signed, not by a certified answer key, or not for this request.
pub fn signed(
    state: &mut AgentState,
    transport: &mut impl Transport,
    roots: &[PublicKey],
    asked: Request<'_>,
    reply: &Reply,
    nonce: &str,
) -> Result<(SignedBy, Proof), Failure> {
    let proof = proof(transport.url(asked.path), asked.method, reply)?;
    let kid = answer::claimed_kid(&proof.signature_input).map_err(Failure::forged)?;
    let is_key =
        |cert: &String| Certified::read(cert, roots).is_ok_and(|certified| certified.kid == kid);
    if !state.answer_certs.iter().any(is_key) {
        let body = transport.send(Request::get(JWKS))?.into_body()?;
        let set: Jwks = serde_json::from_slice(&body).map_err(Failure::forged)?;
        let certs = set.keys.into_iter().filter_map(|key| key.writ_cert);
        let is_answer =
            |cert: &String| Certified::read(cert, roots).is_ok_and(|c| c.usage == KeyUse::Answer);
        state.answer_certs = certs.filter(is_answer).collect();
    }
    let by = verify(&state.answer_certs, roots, &proof)?;
    if by.nonce == nonce {
        Ok((by, proof))
    } else {
        Err(Failure::forged("it answers another question"))
    }
}

fn proof(target_uri: String, method: &str, reply: &Reply) -> Result<Proof, Failure> {
    let header = |value: &Option<String>| {
        value.clone().ok_or_else(|| Failure::forged("the answer is not signed"))
    };
    Ok(Proof {
        method: method.to_owned(),
        target_uri,
        asked: reply.asked.clone(),
        status: reply.status,
        body: String::from_utf8(reply.body.clone()).map_err(Failure::forged)?,
        content_digest: header(&reply.content_digest)?,
        signature_input: header(&reply.signature_input)?,
        signature: header(&reply.signature)?,
    })
}

/// Verifies a signed answer with what is in memory.
///
/// # Errors
/// When no certified answer key signed it.
pub fn verify(certs: &[String], roots: &[PublicKey], proof: &Proof) -> Result<SignedBy, Failure> {
    let kid = answer::claimed_kid(&proof.signature_input).map_err(Failure::forged)?;
    let keys = certs.iter().filter_map(|cert| Certified::read(cert, roots).ok());
    let key = keys.into_iter().find(|key| key.kid == kid);
    let key =
        key.ok_or_else(|| Failure::forged(format!("the answer key {kid} is not certified")))?;
    let headers = AnswerHeaders {
        content_digest: proof.content_digest.clone(),
        signature_input: proof.signature_input.clone(),
        signature: proof.signature.clone(),
    };
    let parts = AnswerParts { status: proof.status, body: proof.body.as_bytes() };
    let asked = proof.asked.as_ref();
    let request = RequestParts {
        method: &proof.method,
        target_uri: &proof.target_uri,
        content_digest: asked
            .map(|(digest, _)| digest.as_str())
            .filter(|digest| !digest.is_empty()),
        signature: asked.map(|(_, signature)| signature.as_str()),
    };
    let by =
        answer::verify_answer(&key.public, &headers, parts, request).map_err(Failure::forged)?;
    key.may_sign(KeyUse::Answer, by.created).map_err(Failure::forged)?;
    Ok(by)
}

/// Verifies a license text under one of `roots`.
///
/// # Errors
/// When it is not genuine.
pub fn license(roots: &[PublicKey], text: &str, now: Millis) -> Result<Genuine, LicenseError> {
    Token::parse(&LicenseText::read(text)?.jws)?.verify(&KeyRing::new(roots.iter().copied()), now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use license::keys::SigningSeed;

    #[test]
    fn roots_are_read_block_by_block_and_all_must_be_good() {
        let [one, two] = [1, 2].map(|n| SigningSeed::from_bytes(&[n; 32]).public());
        let (first, second) = (one.to_pem(), two.to_pem());
        let rows = [
            ("one", first.clone(), Ok(vec![one])),
            ("two", format!("{first}{second}"), Ok(vec![one, two])),
            ("two with gaps", format!("\n{first}\r\n\r\n{second}\n"), Ok(vec![one, two])),
            ("none", " \n".to_owned(), Err(KeyError)),
            ("text behind", format!("{first}more"), Err(KeyError)),
            (
                "a damaged second",
                format!("{first}{}", second.replace("MCow", "MCox")),
                Err(KeyError),
            ),
        ];
        for (name, pem, want) in rows {
            assert_eq!(read_roots(&pem), want, "{name}");
        }
    }
}
