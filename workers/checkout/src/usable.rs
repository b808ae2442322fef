//! Whether seats of a license may be given out at all, and for what. How many there are, the pool knows.

use domain::app::App;
use domain::id::{KeyId, TenantId};
use domain::judge::{Facts as Evidence, KeyCheck, judge};
use domain::license::{License, Standing};
use domain::state::State;
use domain::time::Millis;
use domain::usage::Usage;
use domain::verdict::Code;
use edge::Failure;
use edge::admit::issuer_standing;
use edge::facts::{Facts, Subject};
use edge::pool::floats;
use wire::problem::Kind;

use crate::ask::{Asked, Named};

/// Why seats are not given out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Unusable {
    /// The holder has no such license.
    Unknown,
    /// The verdict on it.
    Verdict(Code, String),
    /// A feature that is not in it.
    Feature(String),
    /// It has no seats.
    NoSeats,
}

/// What is known of who holds and who issued a license.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    /// The holder's standing.
    pub holder: Standing,
    /// Suspended tenants.
    pub suspended: &'a [TenantId],
    /// The key that asks.
    pub key: Option<&'a KeyId>,
}

impl Parties<'_> {
    /// Nothing against anybody: for what is judged before the caller is known.
    pub const UNKNOWN: Self = Self { holder: Standing::Active, suspended: &[], key: None };
}

/// The license that `asked` is about, when seats may be given out.
///
/// # Errors
/// Why not: the verdict first, then the features, then that there are no seats.
pub fn check<'a>(
    facts: &'a Facts,
    subject: &Subject,
    asked: &Asked,
    app: App<'_>,
    parties: Parties<'_>,
    now: Millis,
) -> Result<&'a License, Unusable> {
    let license = facts.license.as_ref().ok_or(Unusable::Unknown)?;
    let usage = facts.usage_with(&Usage::new());
    let evidence = Evidence {
        license: Some(license),
        holder: parties.holder,
        issuer: issuer_standing(parties.suspended, &license.issuer),
        key: KeyCheck::NotPresented,
        device: facts.device_fact(subject),
        app: facts.app(app),
        usage: &usage,
        confirmed: true,
    };
    let verdict = judge(&evidence, &asked.question(), now);
    if !verdict.valid {
        return Err(Unusable::Verdict(verdict.code, verdict.detail));
    }
    let in_grace = verdict.state == Some(State::Grace);
    asked.request.features.iter().try_for_each(|feature| open(license, feature, in_grace))?;
    let seats = !matches!(asked.named, Named::Capacity(_));
    if seats && !floats(&license.terms) { Err(Unusable::NoSeats) } else { Ok(license) }
}

/// In grace only what the license lists stays open.
fn open(license: &License, feature: &str, in_grace: bool) -> Result<(), Unusable> {
    if in_grace && !license.terms.allow_in_grace.iter().any(|listed| listed == feature) {
        let detail = format!("In grace the feature {feature} is not open.");
        return Err(Unusable::Verdict(Code::Grace, detail));
    }
    if !in_grace && !license.terms.has_feature(feature) {
        return Err(Unusable::Feature(feature.to_owned()));
    }
    Ok(())
}

impl From<Unusable> for Failure {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Unknown => Kind::LicenseNotFound.into(),
            Unusable::Verdict(Code::AppNotAllowed, detail) => {
                Self::new(Kind::AppNotAllowed, detail)
            }
            Unusable::Verdict(code, detail) => {
                Self::new(Kind::LicenseNotUsable, format!("{}: {detail}", code.name()))
            }
            Unusable::Feature(feature) => {
                let detail = format!("The feature {feature} is not in this license.");
                Self::new(Kind::FeatureNotLicensed, detail)
            }
            Unusable::NoSeats => Kind::NoSeatsLicensed.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::place::Shard;
    use testkit::{NOW, license, tenant};

    type Change = fn(&mut License);

    fn tried(change: Change, features: &[&str], parties: Parties<'_>) -> String {
        let mut license = license(1);
        license.terms.commit = 5;
        license.terms.features = vec!["cad".into()];
        license.terms.allow_in_grace = vec!["backup".into()];
        change(&mut license);
        let features = serde_json::to_string(features).unwrap();
        let body = format!(r#"{{"license_id":"A-1","features":{features}}}"#);
        let asked = Asked::read(body.as_bytes()).unwrap();
        let subject = asked.subject(&tenant("acme"), Shard::Eu, "A-1");
        let facts = Facts { license: Some(license), ..Facts::default() };
        match check(&facts, &subject, &asked, App::default(), parties, NOW).map_err(Failure::from) {
            Ok(_) => String::new(),
            Err(failure) => {
                let detail = failure.problem.detail.unwrap_or_default();
                let verdict = detail.split_once(": ").map(|(code, _)| format!(" {code}"));
                format!("{}{}", failure.problem.code, verdict.unwrap_or_default())
            }
        }
    }

    #[test]
    fn only_a_usable_license_gives_seats() {
        let keep: Change = |_| {};
        let bound: Change = |l| l.terms.binding.mode = domain::terms::BindingMode::Soft;
        let grace: Change = |l| l.ends = Some(NOW);
        let rows: &[(&str, Change, &[&str], &str)] = &[
            ("as it is", keep, &[], ""),
            ("for what it has", keep, &["cad"], ""),
            ("for what it has not", keep, &["cad", "cam"], "feature-not-licensed"),
            ("overage alone", |l| (l.terms.commit, l.terms.max_overage) = (0, 1), &[], ""),
            ("no seats", |l| l.terms.commit = 0, &[], "no-seats-licensed"),
            (
                "suspended",
                |l| l.standing = Standing::Suspended,
                &[],
                "license-not-usable SUSPENDED",
            ),
            ("revoked", |l| l.standing = Standing::Revoked, &["cam"], "license-not-usable REVOKED"),
            ("not yet", |l| l.starts = NOW.plus(1), &[], "license-not-usable NOT_YET_VALID"),
            (
                "over",
                |l| (l.ends, l.terms.grace_seconds) = (Some(NOW), 0),
                &[],
                "license-not-usable EXPIRED",
            ),
            ("in grace", grace, &[], ""),
            ("in grace, for what stays open", grace, &["backup"], ""),
            ("in grace, for what it has", grace, &["backup", "cad"], "license-not-usable GRACE"),
            ("bound to devices", bound, &[], "license-not-usable FINGERPRINT_REQUIRED"),
        ];
        for (name, change, features, want) in rows {
            assert_eq!(tried(*change, features, Parties::UNKNOWN), *want, "{name}");
        }
    }

    #[test]
    fn a_suspended_holder_or_issuer_gives_none() {
        let holder = Parties { holder: Standing::Suspended, ..Parties::UNKNOWN };
        let issuer = Parties { suspended: &[tenant("techpartners")], ..Parties::UNKNOWN };
        for parties in [holder, issuer] {
            let told = tried(|_| {}, &[], parties);
            assert_eq!(told, "license-not-usable TENANT_SUSPENDED", "{parties:?}");
        }
    }

    #[test]
    fn a_license_that_is_not_there_is_not_found() {
        let asked = Asked::read(br#"{"license_id":"A-1"}"#).unwrap();
        let subject = asked.subject(&tenant("acme"), Shard::Eu, "A-1");
        let facts = Facts::default();
        let told = check(&facts, &subject, &asked, App::default(), Parties::UNKNOWN, NOW);
        assert_eq!(told, Err(Unusable::Unknown));
    }
}
