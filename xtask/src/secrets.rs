//! The secrets of an installation: made once, for development kept in `.writ/secrets.json`.

use std::fmt;

use anyhow::{Context, Result, anyhow, ensure};
use domain::id::TenantId;
use domain::time::Millis;
use license::cert::{Certified, KeyUse};
use license::hex;
use license::keys::SigningSeed;
use serde::{Deserialize, Serialize};

use crate::chance;
use crate::files;
use crate::root::Root;

/// How long the answer key is certified: two years, then it must have been rotated.
const ANSWER_KEY_MS: i64 = 2 * 365 * 86_400_000;
/// The certificate begins earlier, for clients whose clocks are behind.
const CLOCK_SLACK_MS: i64 = 86_400_000;

/// Every secret that a worker of the map may require, by the name that it has there.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub struct Secrets {
    /// Seals private keys at rest: 32 bytes in hexadecimal.
    pub kek: String,
    /// During a rotation, the one before: it opens and does not seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kek_previous: Option<String>,
    /// The root key, which certifies all others: 32 bytes in hexadecimal.
    pub root_seed: String,
    /// Signs answers: 32 bytes in hexadecimal.
    pub answer_seed: String,
    /// Public half of the root key, as PEM.
    pub root_public: String,
    /// The root's word for the answer key.
    pub answer_cert: String,
    /// Seals what a browser carries for us while somebody signs in: 32 bytes in hexadecimal.
    #[serde(default)]
    pub session_key: String,
    /// The key of the mail API. In development any will do.
    #[serde(default)]
    pub mail_key: String,
    /// The token of the platform's API for custom hostnames. In development any will do.
    #[serde(default)]
    pub cloudflare_token: String,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(..)")
    }
}

impl Secrets {
    /// New ones for the installation whose operator is `operator`.
    ///
    /// # Errors
    /// When the system has no entropy.
    pub fn make(operator: &TenantId) -> Result<Self> {
        Self::from_entropy(
            operator,
            chance::now()?,
            [chance::bytes()?, chance::bytes()?, chance::bytes()?],
        )?
        .completed()
    }

    /// With what later versions added.
    fn completed(mut self) -> Result<Self> {
        for secret in [&mut self.session_key, &mut self.mail_key, &mut self.cloudflare_token] {
            if secret.is_empty() {
                *secret = hex(&chance::bytes::<32>()?);
            }
        }
        Ok(self)
    }

    /// Those of this checkout, made on first use.
    ///
    /// # Errors
    /// When they cannot be read or written.
    pub fn of_checkout(root: &Root, operator: &TenantId) -> Result<Self> {
        let path = root.writ("secrets.json");
        let secrets = match files::read::<Self>(&path)? {
            Some(secrets) => secrets.completed()?,
            None => Self::make(operator)?,
        };
        files::write(&path, &secrets)?;
        Ok(secrets)
    }

    /// Another key-encryption key; what the one so far has sealed still opens.
    ///
    /// # Errors
    /// When a rotation is under way, or the system has no entropy.
    pub fn rotate_kek(&mut self) -> Result<()> {
        ensure!(self.kek_previous.is_none(), "a rotation is under way: --finish comes first");
        let number = kek_number(&self.kek).context("KEK has an id of another form than k1")?;
        let next = format!("k{}:{}", number + 1, hex(&chance::bytes::<32>()?));
        let old = std::mem::replace(&mut self.kek, next);
        let with_id = if old.contains(':') { old } else { format!("k{number}:{old}") };
        self.kek_previous = Some(with_id);
        Ok(())
    }

    /// Forgets the key-encryption key before the present one.
    ///
    /// # Errors
    /// When no rotation is under way.
    pub fn finish_kek(&mut self) -> Result<()> {
        let previous = self.kek_previous.take();
        previous.map(drop).context("no rotation is under way")
    }

    fn from_entropy(operator: &TenantId, now: Millis, entropy: [[u8; 32]; 3]) -> Result<Self> {
        let [kek, root, answer] = entropy;
        let (root, answer) = (SigningSeed::from_bytes(&root), SigningSeed::from_bytes(&answer));
        let certified = Certified {
            kid: answer.public().kid().map_err(|error| anyhow!("answer key: {error}"))?,
            owner: operator.clone(),
            usage: KeyUse::Answer,
            public: answer.public(),
            not_before: Millis(now.0 - CLOCK_SLACK_MS),
            not_after: Millis(now.0 + ANSWER_KEY_MS),
        };
        Ok(Self {
            kek: hex(&kek),
            kek_previous: None,
            root_seed: hex(root.expose()),
            answer_seed: hex(answer.expose()),
            root_public: root.public().to_pem(),
            answer_cert: certified
                .certify(&root)
                .map_err(|error| anyhow!("answer key: {error}"))?,
            session_key: String::new(),
            mail_key: String::new(),
            cloudflare_token: String::new(),
        })
    }
}

/// `k2:...` is the second; the first one came without an id.
fn kek_number(text: &str) -> Option<u32> {
    let Some((id, _)) = text.split_once(':') else { return Some(1) };
    id.strip_prefix('k')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use license::keys::PublicKey;

    fn secrets() -> Secrets {
        let operator = TenantId::parse("writ").unwrap();
        Secrets::from_entropy(&operator, Millis(1_000_000_000_000), [[1; 32], [2; 32], [3; 32]])
            .unwrap()
    }

    #[test]
    fn the_answer_key_is_certified_by_the_root_that_is_published() {
        let root = PublicKey::from_pem(&secrets().root_public).unwrap();
        let cert = Certified::read(&secrets().answer_cert, &[root]).unwrap();
        assert_eq!(cert.public, SigningSeed::from_bytes(&[3; 32]).public());
        assert_eq!(cert.may_sign(KeyUse::Answer, Millis(1_000_000_000_000)), Ok(()));
    }

    #[test]
    fn secrets_have_the_names_of_the_map() {
        let json = serde_json::to_value(secrets()).unwrap();
        let names: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
        let want = [
            "ANSWER_CERT",
            "ANSWER_SEED",
            "CLOUDFLARE_TOKEN",
            "KEK",
            "MAIL_KEY",
            "ROOT_PUBLIC",
            "ROOT_SEED",
            "SESSION_KEY",
        ];
        assert_eq!(names, want);
    }

    #[test]
    fn a_rotation_keeps_the_key_before_until_it_is_finished() {
        let mut secrets = secrets();
        let first = secrets.kek.clone();
        secrets.rotate_kek().unwrap();
        assert!(secrets.kek.starts_with("k2:"), "{}", secrets.kek);
        assert_eq!(secrets.kek_previous, Some(format!("k1:{first}")));
        assert!(secrets.rotate_kek().is_err(), "one after the other");
        secrets.finish_kek().unwrap();
        assert!(secrets.finish_kek().is_err());
        secrets.rotate_kek().unwrap();
        assert!(secrets.kek.starts_with("k3:"), "{}", secrets.kek);
    }

    #[test]
    fn secrets_cannot_be_printed() {
        assert_eq!(format!("{:?}", secrets()), "Secrets(..)");
    }
}
