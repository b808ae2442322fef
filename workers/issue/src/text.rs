//! The signed text of a license: the same bytes for a version of the license and a key, however often it is signed.

use domain::license::License;
use domain::place::Shard;
use domain::time::Millis;
use edge::db::Freshness;
use edge::{Call, Failure};
use futures_util::future::try_join3;
use license::claims::Claims;
use license::product_key::{self, Prefix};
use license::token;
use store::data::licenses::{self, LicenseRow};
use store::data::{products, profiles};

use crate::issuer::Issuer;
use crate::signer::{self, Signer};

/// What a text needs beside the license.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The holder's name for people.
    pub holder_name: &'a str,
    /// What the product's keys start with.
    pub prefix: &'a Prefix,
    /// When this version of the license was made.
    pub updated: Millis,
}

/// Signs `license` as a product key.
///
/// # Errors
/// Never in practice: claims are always writable as JSON.
pub fn sign(signer: &Signer, license: &License, frame: Frame<'_>) -> Result<String, Failure> {
    // A license changed before its key was made: a text from before the key's time would be refused.
    let signed_at = frame.updated.max(signer.key.not_before_ms);
    let jti = format!("{}.{}", license.id, license.version);
    let claims = Claims::of(license, frame.holder_name, signed_at, jti);
    let jws = token::sign(&signer.seed, &signer.key.kid, Some(&signer.key.cert), &claims);
    Ok(product_key::encode(frame.prefix, &jws.map_err(Failure::internal)?))
}

/// The product key of the license's version: the one that is kept, or signed again and kept from now on.
///
/// # Errors
/// When a store is away.
pub async fn current(
    call: &Call,
    row: &LicenseRow,
    shard: Shard,
    issuer: &Issuer,
) -> Result<String, Failure> {
    if let Some(kept) = &row.license_key {
        return Ok(kept.clone());
    }
    let holder = call.records(&row.tenant_id, shard, Freshness::Primary);
    let own = call.records(&issuer.tenant, issuer.shard, Freshness::Nearest);
    let names = async { Ok(holder.first(profiles::get()).await?) };
    let product = async { Ok(own.first(products::by_id(&row.product)).await?) };
    let signer = signer::of(call, &issuer.tenant, issuer.shard);
    let (profile, product, signer) = try_join3(names, product, signer).await?;
    let name = profile.map_or_else(|| row.tenant_id.to_string(), |profile| profile.name);
    let prefix = prefix(product.as_ref().map(|product| product.key_prefix.as_str()));
    let frame = Frame { holder_name: &name, prefix: &prefix, updated: row.updated_ms };
    let text = sign(&signer, &row.license(), frame)?;
    let keep = licenses::keep_key(&row.id, row.version, &text);
    call.later(async move {
        if let Err(failure) = holder.write(vec![keep]).await {
            edge::log::event("warn", "license.keep_key", &failure.to_string());
        }
    });
    Ok(text)
}

/// A stored prefix; products without one, or with one from before the rule, have the usual one.
pub fn prefix(stored: Option<&str>) -> Prefix {
    stored.and_then(|text| Prefix::parse(text).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use domain::id::TenantId;
    use license::cert::{Certified, KeyUse};
    use license::keys::SigningSeed;
    use license::ring::KeyRing;
    use license::token::Token;
    use store::directory::issuer_keys::{IssuerKeyRow, KeyState};

    fn root() -> SigningSeed {
        SigningSeed::from_bytes(&[1; 32])
    }

    fn signer(not_before: Millis) -> Signer {
        let seed = SigningSeed::from_bytes(&[2; 32]);
        let (public, owner) = (seed.public(), TenantId::parse("meridian").unwrap());
        let kid = public.kid().unwrap();
        let not_after = not_before.plus_seconds(1_000);
        let certified = Certified {
            kid: kid.clone(),
            owner: owner.clone(),
            usage: KeyUse::License,
            public,
            not_before,
            not_after,
        };
        let key = IssuerKeyRow {
            kid,
            tenant: owner,
            public_jwk: String::new(),
            cert: certified.certify(&root()).unwrap(),
            state: KeyState::Active,
            not_before_ms: not_before,
            retired_ms: None,
        };
        Signer { key: Rc::new(key), seed: Rc::new(seed) }
    }

    fn license() -> License {
        serde_json::from_value(serde_json::json!({
            "id": "lic_e00000000000000000000000000", "code": "ACME-ENT-2025", "holder": "acme", "issuer": "meridian",
            "product": "nls", "plan": "enterprise", "standing": "active", "starts": 0, "ends": null, "terms": {},
            "exceeded_since": null, "version": 3
        }))
        .unwrap()
    }

    fn signed(not_before: i64, updated: i64) -> String {
        let frame =
            Frame { holder_name: "Acme", prefix: &prefix(Some("ABC")), updated: Millis(updated) };
        sign(&signer(Millis(not_before)), &license(), frame).unwrap()
    }

    #[test]
    fn a_version_signed_again_has_the_same_bytes() {
        assert_eq!(signed(1_000, 5_000), signed(1_000, 5_000));
        assert!(signed(1_000, 5_000).starts_with("ABC-"));
    }

    #[test]
    fn a_text_is_genuine_even_when_its_key_is_younger_than_the_license() {
        for (not_before, updated, issued) in
            [(1_000, 5_000, 5), (9_500, 5_000, 9), (5_000, 5_999, 5)]
        {
            let jws = product_key::decode(&signed(not_before, updated)).unwrap().jws;
            let ring = KeyRing::new([root().public()]);
            let genuine = Token::parse(&jws).unwrap().verify(&ring, Millis(10_000)).unwrap();
            assert_eq!(genuine.claims.iat, issued, "{not_before} {updated}");
            assert_eq!(genuine.claims.jti, "lic_e00000000000000000000000000.3");
        }
    }

    #[test]
    fn products_without_a_proper_prefix_have_the_usual_one() {
        let rows = [(Some("ABC"), "ABC"), (Some("abc"), "NLS"), (Some(""), "NLS"), (None, "NLS")];
        for (stored, want) in rows {
            assert_eq!(prefix(stored).as_str(), want, "{stored:?}");
        }
    }
}
