//! License codes for people: `ACME-ENT-50VM-2025-7KQ2M9`.

use domain::id::{IdError, LicenseCode, PlanId, TenantId, base32};
use domain::terms::Terms;
use domain::time::Millis;
use domain::usage::Metric;
use wire::time::Instant;

/// The holder's part is at most this long.
const HOLDER: usize = 12;
/// The plan's part.
const PLAN: usize = 3;
/// The random part: 30 bits keep codes of one holder, plan and year apart.
const CHANCE: usize = 6;

/// A code from holder, plan, the limit of virtual machines and the year in which the license starts.
///
/// # Errors
/// Never in practice: every part has the alphabet of a code.
pub fn make(
    holder: &TenantId,
    plan: &PlanId,
    terms: &Terms,
    starts: Millis,
    chance: [u8; 4],
) -> Result<LicenseCode, IdError> {
    let mut parts = vec![head(holder.as_str(), HOLDER), head(plan.as_str(), PLAN)];
    if let Some(vms) = terms.limits.get(&Metric::Vms) {
        parts.push(format!("{vms}VM"));
    }
    parts.push(Instant(starts).text().chars().take(4).collect());
    parts.push(base32(&chance).chars().take(CHANCE).collect());
    LicenseCode::parse(&parts.join("-").to_ascii_uppercase())
}

/// The first characters, without a hyphen at the end.
fn head(text: &str, length: usize) -> String {
    text.chars().take(length).collect::<String>().trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_holder_plan_limit_and_year() {
        let starts = Instant::parse("2025-03-01").unwrap().0;
        let rows = [
            ("acme", "enterprise", Some(50), "ACME-ENT-50VM-2025-ZZZZZZ"),
            ("acme", "enterprise", None, "ACME-ENT-2025-ZZZZZZ"),
            ("a1", "x", Some(0), "A1-X-0VM-2025-ZZZZZZ"),
            ("eleven-char-holder", "go-1", None, "ELEVEN-CHAR-GO-2025-ZZZZZZ"),
        ];
        for (holder, plan, vms, want) in rows {
            let (holder, plan) = (TenantId::parse(holder).unwrap(), PlanId::parse(plan).unwrap());
            let limits = vms.map(|vms| (Metric::Vms, vms)).into_iter().collect();
            let terms = Terms { limits, ..Terms::default() };
            let code = make(&holder, &plan, &terms, starts, [0xff; 4]).unwrap();
            assert_eq!(code.as_str(), want);
        }
    }

    #[test]
    fn the_longest_parts_still_make_a_code() {
        let holder = TenantId::parse(&"a".repeat(40)).unwrap();
        let plan = PlanId::parse(&"b".repeat(64)).unwrap();
        let limits = [(Metric::Vms, (1 << 53) - 1)].into();
        let terms = Terms { limits, ..Terms::default() };
        assert!(make(&holder, &plan, &terms, Millis(0), [0; 4]).is_ok());
    }
}
