//! Who is who in the demo.

use domain::place::Region;

/// A product with what its product keys start with.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    /// Its id.
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
    /// What its product keys start with.
    pub key_prefix: &'static str,
}

/// Which of the two issuers sells a license.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Issuer {
    /// Meridian Tools.
    Vendor,
    /// `TechPartners`.
    Msp,
}

/// A license of a customer.
#[derive(Clone, Copy, Debug)]
pub struct Sold {
    /// Who sells it.
    pub by: Issuer,
    /// Which plan of schema/demo/plans.json.
    pub plan: &'static str,
    /// Virtual machines covered; what the plan says when missing.
    pub vms: Option<u32>,
}

/// Floating seats of a customer, sold by the vendor.
#[derive(Clone, Copy, Debug)]
pub struct Seats {
    /// Within the monthly fee.
    pub commit: u32,
    /// Above it, paid for by checkout.
    pub overage: u32,
}

/// A customer with its licenses, the one shown in dev.json first.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    /// Its slug.
    pub tenant: &'static str,
    /// For people.
    pub name: &'static str,
    /// Where its records live.
    pub region: Region,
    /// Its colour.
    pub color: &'static str,
    /// A line under its name.
    pub tagline: &'static str,
    /// What it bought.
    pub licenses: &'static [Sold],
    /// Floating seats of [`SEAT_PRODUCT`].
    pub seats: Option<Seats>,
}

/// The vendor's slug and name.
pub const VENDOR: (&str, &str) = ("meridian", "Meridian Tools");
/// The MSP's slug and name.
pub const MSP: (&str, &str) = ("techpartners", "TechPartners");
/// What the vendor sells.
pub const VENDOR_PRODUCT: Product =
    Product { id: "meridian-vault", name: "Meridian Vault", key_prefix: "MVT" };
/// What the vendor lends by floating seats.
pub const SEAT_PRODUCT: Product =
    Product { id: "meridian-studio", name: "Meridian Studio", key_prefix: "MST" };
/// What the MSP sells.
pub const MSP_PRODUCT: Product =
    Product { id: "managed-backup", name: "Managed Backup", key_prefix: "NLS" };

/// The customers.
pub const CUSTOMERS: &[Customer] = &[
    Customer {
        tenant: "acme",
        name: "Acme Manufacturing",
        region: Region::Eu,
        color: "#b3261e",
        tagline: "Everything, delivered",
        licenses: &[
            Sold { by: Issuer::Msp, plan: "enterprise", vms: Some(50) },
            Sold { by: Issuer::Vendor, plan: "backup", vms: None },
        ],
        seats: Some(Seats { commit: 5, overage: 3 }),
    },
    Customer {
        tenant: "globex",
        name: "Globex Energy",
        region: Region::Us,
        color: "#1b5e20",
        tagline: "Power to every street",
        licenses: &[Sold { by: Issuer::Msp, plan: "replication", vms: Some(25) }],
        seats: None,
    },
    Customer {
        tenant: "wayne",
        name: "Wayne Logistics",
        region: Region::Us,
        color: "#263238",
        tagline: "On time, at night",
        licenses: &[
            Sold { by: Issuer::Vendor, plan: "backup", vms: Some(75) },
            Sold { by: Issuer::Msp, plan: "trial", vms: None },
        ],
        seats: Some(Seats { commit: 2, overage: 1 }),
    },
    Customer {
        tenant: "borealis",
        name: "Borealis Research",
        region: Region::Apac,
        color: "#0d47a1",
        tagline: "Measured under southern skies",
        licenses: &[Sold { by: Issuer::Vendor, plan: "trial", vms: None }],
        seats: None,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_in_the_demo_may_have_that_name_and_plan() {
        let plans: serde_json::Value =
            serde_json::from_str(include_str!("../../../schema/demo/plans.json")).unwrap();
        let plans: Vec<_> =
            plans.as_array().unwrap().iter().map(|plan| plan["plan_id"].clone()).collect();
        for customer in CUSTOMERS {
            assert!(domain::id::TenantId::parse(customer.tenant).is_ok(), "{}", customer.tenant);
            assert!(!customer.licenses.is_empty(), "{}", customer.tenant);
            for sold in customer.licenses {
                assert!(plans.contains(&sold.plan.into()), "{} {}", customer.tenant, sold.plan);
            }
        }
    }
}
