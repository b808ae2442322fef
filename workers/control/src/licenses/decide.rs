//! What a change makes of a license: plain functions of plain values.

use std::collections::BTreeMap;

use domain::command::Order;
use domain::license::{License, Standing};
use domain::terms::Terms;
use domain::time::Millis;
use domain::usage::{Usage, first_excess};
use wire::license::UpdateLicenseRequest;
use wire::problem::{Kind, Problem};

/// What an issuer does to a license's standing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// Stops it, reversibly.
    Suspend,
    /// Lets it go on.
    Reinstate,
    /// Ends it, for good.
    Revoke,
}

impl Step {
    /// The name in the audit log.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Suspend => "license.suspended",
            Self::Reinstate => "license.reinstated",
            Self::Revoke => "license.revoked",
        }
    }

    /// What devices are told, with the issuer's reason where there is one.
    pub fn orders(self, reason: Option<&str>) -> Vec<Order> {
        let stop = |text: &str| vec![Order::Stop { reason: reason.unwrap_or(text).to_owned() }];
        match self {
            Self::Suspend => stop("The license was suspended."),
            Self::Revoke => stop("The license was revoked."),
            Self::Reinstate => vec![Order::Resume],
        }
    }
}

/// The standing after `step`; `None` when it is so already.
///
/// # Errors
/// `license-not-usable`: what is revoked stays revoked.
pub const fn standing(current: Standing, step: Step) -> Result<Option<Standing>, Kind> {
    match (current, step) {
        (Standing::Revoked, Step::Revoke)
        | (Standing::Suspended, Step::Suspend)
        | (Standing::Active, Step::Reinstate) => Ok(None),
        (Standing::Revoked, _) => Err(Kind::LicenseNotUsable),
        (_, Step::Suspend) => Ok(Some(Standing::Suspended)),
        (_, Step::Reinstate) => Ok(Some(Standing::Active)),
        (_, Step::Revoke) => Ok(Some(Standing::Revoked)),
    }
}

/// The terms after `request`: first `terms`, then the short members; later ones win.
///
/// # Errors
/// `invalid-request` when they would be out of bounds.
pub fn terms(current: &Terms, request: &UpdateLicenseRequest) -> Result<Terms, Problem> {
    let mut new = current.clone();
    if let Some(patch) = &request.terms {
        new = patch.apply(new);
        edge::terms::check(&new, "/terms")?;
    }
    for (metric, limit) in &request.limits {
        match limit {
            Some(limit) => new.limits.insert(*metric, *limit),
            None => new.limits.remove(metric),
        };
    }
    if let Some(features) = &request.features {
        new.features.clone_from(features);
    }
    edge::terms::check(&new, "")?;
    Ok(new.normalized())
}

/// Since when use is over the new limits: an excess that goes on keeps its beginning.
pub fn exceeded_since(
    license: &License,
    new: &Terms,
    usage: &Usage,
    now: Millis,
) -> Option<Millis> {
    first_excess(usage, &new.limits).map(|_| license.exceeded_since.unwrap_or(now))
}

/// What devices are told of new terms: limits that were set, as seed 1 names them, and that there is a new text.
pub fn orders(old: &Terms, new: &Terms) -> Vec<Order> {
    let set = new.limits.iter().filter(|(metric, limit)| old.limits.get(metric) != Some(limit));
    let new_limits: BTreeMap<_, _> =
        set.map(|(metric, limit)| (format!("max_{}", metric.name()), *limit)).collect();
    let mut orders = Vec::new();
    if !new_limits.is_empty() {
        orders.push(Order::UpdateLimits { new_limits });
    }
    orders.push(Order::RefreshLicense);
    orders
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::usage::Metric;
    use wire::issue::TermsPatch;

    #[test]
    fn what_is_revoked_stays_revoked() {
        use Standing::{Active, Revoked, Suspended};
        let rows = [
            (Active, Step::Suspend, Ok(Some(Suspended))),
            (Active, Step::Reinstate, Ok(None)),
            (Active, Step::Revoke, Ok(Some(Revoked))),
            (Suspended, Step::Suspend, Ok(None)),
            (Suspended, Step::Reinstate, Ok(Some(Active))),
            (Suspended, Step::Revoke, Ok(Some(Revoked))),
            (Revoked, Step::Suspend, Err(Kind::LicenseNotUsable)),
            (Revoked, Step::Reinstate, Err(Kind::LicenseNotUsable)),
            (Revoked, Step::Revoke, Ok(None)),
        ];
        for (current, step, want) in rows {
            assert_eq!(standing(current, step), want, "{current:?} {step:?}");
        }
    }

    #[test]
    fn short_members_win_over_terms_and_the_rest_stays() {
        let request = UpdateLicenseRequest {
            limits: [(Metric::Vms, Some(60)), (Metric::Devices, None)].into(),
            features: None,
            terms: Some(TermsPatch {
                limits: [(Metric::Vms, Some(55))].into(),
                features: Some(vec!["b".into(), "a".into()]),
                ..TermsPatch::default()
            }),
            version: None,
        };
        let new = terms(&testkit::terms(), &request).unwrap();
        assert_eq!(new.limits, [(Metric::Vms, 60)].into());
        assert_eq!(new.features, ["a", "b"]);
        assert_eq!(new.grace_seconds, testkit::terms().grace_seconds);
    }

    #[test]
    fn limits_out_of_bounds_are_pointed_at_where_they_stand() {
        let limits: BTreeMap<_, _> = [(Metric::Vms, Some(u64::MAX))].into();
        let short =
            UpdateLicenseRequest { limits: limits.clone(), ..UpdateLicenseRequest::default() };
        let patch = Some(TermsPatch { limits, ..TermsPatch::default() });
        let long = UpdateLicenseRequest { terms: patch, ..UpdateLicenseRequest::default() };
        for (request, pointer) in [(short, "/limits/vms"), (long, "/terms/limits/vms")] {
            let problem = terms(&testkit::terms(), &request).unwrap_err();
            assert_eq!(problem.errors[0].pointer, pointer);
        }
    }

    #[test]
    fn an_excess_keeps_its_beginning_and_ends_with_higher_limits() {
        let mut license = testkit::license(1);
        license.exceeded_since = Some(Millis(5));
        let usage: Usage = [(Metric::Vms, 60)].into();
        let mut higher = license.terms.clone();
        higher.limits.insert(Metric::Vms, 60);
        assert_eq!(exceeded_since(&license, &license.terms, &usage, Millis(9)), Some(Millis(5)));
        assert_eq!(exceeded_since(&license, &higher, &usage, Millis(9)), None);
        license.exceeded_since = None;
        assert_eq!(exceeded_since(&license, &license.terms, &usage, Millis(9)), Some(Millis(9)));
    }

    #[test]
    fn devices_are_told_why_they_stop() {
        let stop = |reason: &str| vec![Order::Stop { reason: reason.to_owned() }];
        assert_eq!(Step::Suspend.orders(Some("unpaid")), stop("unpaid"));
        assert_eq!(Step::Revoke.orders(None), stop("The license was revoked."));
        assert_eq!(Step::Reinstate.orders(Some("paid")), [Order::Resume]);
    }

    #[test]
    fn devices_are_told_the_limits_that_were_set() {
        let old = testkit::terms();
        let mut new = old.clone();
        new.limits.insert(Metric::Vms, 60);
        let update = Order::UpdateLimits { new_limits: [("max_vms".to_owned(), 60)].into() };
        assert_eq!(orders(&old, &new), [update, Order::RefreshLicense]);
        new.limits.clear();
        assert_eq!(orders(&old, &new), [Order::RefreshLicense], "a lifted limit has no number");
    }
}
