//! The demo plans are plans.

use std::collections::BTreeMap;

use domain::id::PlanId;
use domain::terms::{BindingMode, ExceededPolicy, Terms};
use domain::usage::Metric;
use serde::Deserialize;

#[expect(clippy::struct_field_names, reason = "the names of the API")]
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    plan_id: PlanId,
    name: String,
    duration_seconds: u32,
    terms: Terms,
}

fn plans() -> BTreeMap<String, Plan> {
    let plans: Vec<Plan> =
        serde_json::from_str(include_str!("../../../schema/demo/plans.json")).unwrap_or_default();
    plans.into_iter().map(|plan| (plan.plan_id.as_str().to_owned(), plan)).collect()
}

#[test]
fn the_demo_plans_follow_the_feature_matrix() {
    let plans = plans();
    let rows = [
        // plan, backup_cloud, cross_platform, replication, multi_tenant
        ("trial", false, false, false, false),
        ("backup", true, false, false, false),
        ("enterprise", true, true, false, false),
        ("replication", true, true, true, false),
        ("msp", true, true, true, true),
    ];
    assert_eq!(plans.len(), rows.len());
    for (plan, cloud, cross, replication, multi) in rows {
        let terms = &plans[plan].terms;
        assert!(terms.has_feature("backup_local"), "{plan}");
        for (feature, want) in [
            ("backup_cloud", cloud),
            ("cross_platform", cross),
            ("replication", replication),
            ("multi_tenant", multi),
        ] {
            assert_eq!(terms.has_feature(feature), want, "{plan} {feature}");
        }
    }
}

#[test]
fn the_demo_plans_are_stored_as_they_read() {
    for (id, plan) in plans() {
        assert!(!plan.name.is_empty() && plan.duration_seconds > 0, "{id}");
        assert_eq!(plan.terms.clone().normalized(), plan.terms, "{id}: lists are sorted");
        assert_eq!(plan.terms.binding.mode, BindingMode::Strict, "{id}");
    }
}

#[test]
fn a_trial_is_five_machines_for_thirty_days() {
    let trial = &plans()["trial"];
    assert_eq!(trial.terms.limits.get(&Metric::Vms), Some(&5));
    assert_eq!(trial.duration_seconds, 30 * 86_400);
    assert_eq!(trial.terms.exceeded.policy, ExceededPolicy::Hard);
    assert!(trial.terms.report.require_online);
}
