//! What a license says: registered JWT claims, and ours under `writ`.

use domain::id::{LicenseCode, LicenseId, PlanId, ProductId, TenantId};
use domain::license::{License, Standing};
use domain::terms::{Binding, Exceeded, Floating, Report, Terms};
use domain::time::Millis;
use domain::version::VersionRange;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::LicenseError;
use crate::limits::ClaimLimits;

/// The claims of a license. Times are whole seconds since the Unix epoch (RFC 7519).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Claims {
    /// The issuer.
    pub iss: TenantId,
    /// The license.
    pub sub: LicenseId,
    /// The product that it is for.
    pub aud: ProductId,
    /// When this text was signed.
    pub iat: i64,
    /// First second at which the license is valid.
    pub nbf: i64,
    /// First second at which it is no longer valid; never ends when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// Names this text: every signing has its own.
    pub jti: String,
    /// What it allows.
    pub writ: WritClaims,
}

/// Our own claims. New ones are added beside these, never inside `binding`, `report` or
/// `exceeded`: a verifier leaves out what it does not know here, unless `crit` lists it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct WritClaims {
    /// The license's name for people.
    pub code: LicenseCode,
    /// The license's version when this text was signed.
    pub version: i64,
    /// Who may use it.
    pub holder: Holder,
    /// The plan that it was made from.
    pub plan: PlanId,
    /// Features that are on.
    pub features: Vec<String>,
    /// Upper limits.
    pub limits: ClaimLimits,
    /// Floating seats within the price.
    pub commit: u32,
    /// Floating seats above the price that may be used.
    pub max_overage: u32,
    /// How it is tied to devices.
    pub binding: Binding,
    /// What devices must report, and how often.
    pub report: Report,
    /// Grace after the end.
    pub grace_seconds: u32,
    /// Warning before the end.
    pub warn_seconds: u32,
    /// Features that stay open in grace.
    pub allow_in_grace: Vec<String>,
    /// What use above a limit leads to.
    pub exceeded: Exceeded,
    /// Product versions covered; all when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<VersionRange>,
    /// Whether running work may finish while suspended.
    #[serde(default)]
    pub finish_when_suspended: bool,
    /// How floating seats are lent; the usual way when missing.
    #[serde(default, skip_serializing_if = "Floating::is_usual")]
    pub floating: Floating,
    /// Names of claims in `writ` that a verifier must understand to accept the license.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crit: Vec<String>,
}

/// The tenant that may use a license.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Holder {
    /// Its id.
    pub tenant: TenantId,
    /// Its name for people.
    pub name: String,
}

/// What `crit` may list for us: the members of [`WritClaims`].
const UNDERSTOOD: [&str; 18] = [
    "code",
    "version",
    "holder",
    "plan",
    "features",
    "limits",
    "commit",
    "max_overage",
    "binding",
    "report",
    "grace_seconds",
    "warn_seconds",
    "allow_in_grace",
    "exceeded",
    "versions",
    "finish_when_suspended",
    "floating",
    "crit",
];

/// Reads claims whose `writ` has the members `understood`.
///
/// # Errors
/// When a claim is missing or has another shape, or `writ.crit` lists what is not understood.
pub(crate) fn read_understood<C: DeserializeOwned>(
    json: &[u8],
    understood: &[&str],
) -> Result<C, LicenseError> {
    /// Read first, so that a text from the future is told from a damaged one.
    #[derive(Deserialize)]
    struct Critical {
        writ: CriticalNames,
    }
    #[derive(Deserialize)]
    struct CriticalNames {
        #[serde(default)]
        crit: Vec<String>,
    }
    const MALFORMED: LicenseError = LicenseError::Malformed("claims");
    let critical: Critical = serde_json::from_slice(json).map_err(|_| MALFORMED)?;
    match critical.writ.crit.into_iter().find(|name| !understood.contains(&name.as_str())) {
        Some(name) => Err(LicenseError::UnknownCritical(name)),
        None => serde_json::from_slice(json).map_err(|_| MALFORMED),
    }
}

impl Claims {
    /// The claims of `license` for a text signed at `signed_at`. Times are cut to whole seconds;
    /// prices stay out: whoever holds the text need not know them.
    pub fn of(license: &License, holder_name: &str, signed_at: Millis, jti: String) -> Self {
        let terms = license.terms.clone().normalized();
        Self {
            iss: license.issuer.clone(),
            sub: license.id.clone(),
            aud: license.product.clone(),
            iat: signed_at.seconds(),
            nbf: license.starts.seconds(),
            exp: license.ends.map(Millis::seconds),
            jti,
            writ: WritClaims {
                code: license.code.clone(),
                version: license.version,
                holder: Holder { tenant: license.holder.clone(), name: holder_name.to_owned() },
                plan: license.plan.clone(),
                features: terms.features,
                limits: ClaimLimits::from(&terms.limits),
                commit: terms.commit,
                max_overage: terms.max_overage,
                binding: terms.binding,
                report: terms.report,
                grace_seconds: terms.grace_seconds,
                warn_seconds: terms.warn_seconds,
                allow_in_grace: terms.allow_in_grace,
                exceeded: terms.exceeded,
                versions: terms.versions,
                finish_when_suspended: terms.finish_when_suspended,
                floating: terms.floating,
                crit: Vec::new(),
            },
        }
    }

    /// Reads claims.
    ///
    /// # Errors
    /// When a claim is missing or has another shape, or a critical one is not understood.
    pub fn read(json: &[u8]) -> Result<Self, LicenseError> {
        read_understood(json, &UNDERSTOOD)
    }

    /// The license that the claims describe, for verdicts without a store: in good standing and
    /// never exceeded as far as the text can know, and without prices.
    pub fn to_license(&self) -> License {
        let writ = self.writ.clone();
        License {
            id: self.sub.clone(),
            code: writ.code,
            holder: writ.holder.tenant,
            issuer: self.iss.clone(),
            product: self.aud.clone(),
            plan: writ.plan,
            standing: Standing::Active,
            starts: Millis::from_seconds(self.nbf),
            ends: self.exp.map(Millis::from_seconds),
            terms: Terms {
                features: writ.features,
                limits: writ.limits.into(),
                commit: writ.commit,
                max_overage: writ.max_overage,
                pricing: None,
                binding: writ.binding,
                report: writ.report,
                grace_seconds: writ.grace_seconds,
                warn_seconds: writ.warn_seconds,
                allow_in_grace: writ.allow_in_grace,
                exceeded: writ.exceeded,
                versions: writ.versions,
                finish_when_suspended: writ.finish_when_suspended,
                floating: writ.floating,
            },
            exceeded_since: None,
            version: writ.version,
        }
    }
}
