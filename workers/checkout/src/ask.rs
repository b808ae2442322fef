//! What a caller asks of a pool, read and checked.

use domain::id::{DeviceId, LeaseId, LicenseId, ProductId, TenantId, TicketId};
use domain::judge::Question;
use domain::license::License;
use domain::place::Shard;
use domain::pool::{Checkout, Key, Subject};
use edge::facts;
use edge::text;
use wire::lease::{CheckoutRequest, ExtendRequest, ReturnRequest};
use wire::problem::Problem;

/// Features that can be asked for at a time.
const MOST_FEATURES: usize = 64;

/// An ask for seats that reads well.
#[derive(Debug)]
pub struct Asked {
    /// As it was sent.
    pub request: CheckoutRequest,
    /// Which license it is about.
    pub named: Named,
}

/// How the license is named.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Named {
    /// By id or code, or by a ticket.
    License(String),
    /// By what it is for.
    Product(ProductId),
    /// By id or code, for capacity of it: it need not have floating seats.
    Capacity(String),
}

/// What a pool draws ids and repeats from.
#[derive(Debug)]
pub struct Draw {
    /// Chance for the lease.
    pub lease: [u8; 10],
    /// Chance for the ticket.
    pub ticket: [u8; 10],
    /// The `Idempotency-Key`.
    pub key: Option<Key>,
}

impl Asked {
    /// An ask for capacity of the license `reference`, by id or code.
    pub fn capacity(reference: &str) -> Self {
        Self { request: CheckoutRequest::default(), named: Named::Capacity(reference.to_owned()) }
    }

    /// Reads a request body.
    ///
    /// # Errors
    /// `malformed-json` or `invalid-request` with a pointer.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        Self::of(wire::body::read(bytes)?)
    }

    /// Checks an ask.
    ///
    /// # Errors
    /// `invalid-request` with a pointer.
    pub fn of(request: CheckoutRequest) -> Result<Self, Problem> {
        let texts = [
            ("/license_id", &request.license_id),
            ("/product_id", &request.product_id),
            ("/user", &request.user),
            ("/host", &request.host),
            ("/device", &request.device),
        ];
        for (pointer, value) in texts {
            value.as_ref().map_or(Ok(()), |value| text::name(value, pointer))?;
        }
        if request.features.len() > MOST_FEATURES {
            return Err(Problem::field("/features", "must have at most 64 entries"));
        }
        for (index, feature) in request.features.iter().enumerate() {
            text::name(feature, &format!("/features/{index}"))?;
        }
        at_least_one(request.quantity, "/quantity")?;
        at_least_one(request.ttl, "/ttl")?;
        Ok(Self { named: named(&request)?, request })
    }

    /// Which license and which device the stores are asked about.
    pub fn subject(&self, tenant: &TenantId, shard: Shard, license: &str) -> facts::Subject {
        let device = self.request.device.as_deref();
        let id = device.and_then(|text| DeviceId::parse(text).ok());
        facts::Subject {
            tenant: tenant.clone(),
            shard,
            license: license.to_owned(),
            hardware: device.filter(|_| id.is_none()).map(str::to_owned),
            device: id,
            fingerprint: None,
        }
    }

    /// What the license is judged for. Features are judged one by one.
    pub fn question(&self) -> Question<'_> {
        Question { product: self.request.product_id.as_deref(), ..Question::default() }
    }

    /// Whether what names the license besides the ticket names the same one.
    ///
    /// # Errors
    /// `invalid-request` pointing at the ticket.
    pub fn check_ticket(&self, license: &License) -> Result<(), Problem> {
        let same = |name: &String| name == license.id.as_str() || name == license.code.as_str();
        match (&self.request.ticket, &self.request.license_id) {
            (Some(_), Some(name)) if !same(name) => {
                Err(Problem::field("/ticket", "is a place in the line of another license"))
            }
            _ => Ok(()),
        }
    }

    /// The ask to the pool of `license`, by the principal `owner`.
    pub fn for_pool(&self, license: &LicenseId, owner: &str, draw: Draw) -> Checkout {
        let request = &self.request;
        Checkout {
            lease: LeaseId::new(license, draw.lease),
            ticket: TicketId::new(license, draw.ticket),
            subject: Subject {
                user: request.user.clone(),
                host: request.host.clone(),
                device: request.device.clone(),
                owner: owner.to_owned(),
            },
            quantity: request.quantity.unwrap_or(1),
            ttl_seconds: request.ttl,
            features: request.features.clone(),
            wait: request.wait,
            resume: request.ticket.clone(),
            key: draw.key,
        }
    }
}

fn named(request: &CheckoutRequest) -> Result<Named, Problem> {
    if let Some(license) = request.ticket.as_ref().and_then(TicketId::license) {
        return Ok(Named::License(license.to_string()));
    }
    match (&request.license_id, &request.product_id) {
        (Some(license), _) => Ok(Named::License(license.clone())),
        (None, Some(product)) => ProductId::parse(product)
            .map(Named::Product)
            .map_err(|error| Problem::field("/product_id", error.to_string())),
        (None, None) => Err(Problem::field("", "name the license by license_id or product_id")),
    }
}

pub fn at_least_one(number: Option<u32>, pointer: &str) -> Result<(), Problem> {
    match number {
        Some(0) => Err(Problem::field(pointer, "must be at least 1")),
        _ => Ok(()),
    }
}

/// What is given back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Given {
    /// A lease.
    Lease(LeaseId),
    /// A place in the line.
    Ticket(TicketId),
}

impl Given {
    /// Reads a request body.
    ///
    /// # Errors
    /// `malformed-json` or `invalid-request` with a pointer.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let request: ReturnRequest = wire::body::read(bytes)?;
        match (request.lease_id, request.ticket) {
            (Some(lease), None) => Ok(Self::Lease(lease)),
            (None, Some(ticket)) => Ok(Self::Ticket(ticket)),
            _ => Err(Problem::field("", "name either lease_id or ticket")),
        }
    }
}

/// Reads the body of an extension.
///
/// # Errors
/// `malformed-json` or `invalid-request` with a pointer.
pub fn extension(bytes: &[u8]) -> Result<ExtendRequest, Problem> {
    let request: ExtendRequest = wire::body::read(bytes)?;
    at_least_one(request.ttl, "/ttl")?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKET: &str = "tick_e00000000000000000000000000_0123456789abcdef";

    fn pointer<T>(read: Result<T, Problem>) -> Option<String> {
        read.err().map(|problem| problem.errors[0].pointer.clone())
    }

    #[test]
    fn wrong_values_are_pointed_at() {
        let with = |rest: &str| format!(r#"{{"license_id":"A-1",{rest}}}"#);
        let long = "x".repeat(201);
        let many = serde_json::to_string(&vec!["f"; 65]).unwrap();
        let rows = [
            ("{}".to_owned(), ""),
            (r#"{"license_id":""}"#.to_owned(), "/license_id"),
            (r#"{"product_id":"Not A Product"}"#.to_owned(), "/product_id"),
            (with(&format!(r#""user":"{long}""#)), "/user"),
            (with(r#""host":"a\nb""#), "/host"),
            (with(r#""device":"""#), "/device"),
            (with(r#""quantity":0"#), "/quantity"),
            (with(r#""quantity":-1"#), "/quantity"),
            (with(r#""ttl":0"#), "/ttl"),
            (with(r#""features":["a",""]"#), "/features/1"),
            (with(&format!(r#""features":{many}"#)), "/features"),
            (with(r#""ticket":"tick_1""#), "/ticket"),
            (with(r#""seats":1"#), "/seats"),
        ];
        for (body, want) in rows {
            assert_eq!(pointer(Asked::read(body.as_bytes())).as_deref(), Some(want), "{body}");
        }
    }

    #[test]
    fn a_ticket_names_its_license_whatever_else_is_named() {
        let license = "lic_e00000000000000000000000000";
        let rows = [
            (format!(r#"{{"ticket":"{TICKET}"}}"#), Named::License(license.into())),
            (
                format!(r#"{{"ticket":"{TICKET}","license_id":"A-1"}}"#),
                Named::License(license.into()),
            ),
            (r#"{"license_id":"A-1","product":"p"}"#.into(), Named::License("A-1".into())),
            (r#"{"product":"p"}"#.into(), Named::Product(ProductId::parse("p").unwrap())),
        ];
        for (body, want) in rows {
            assert_eq!(Asked::read(body.as_bytes()).unwrap().named, want, "{body}");
        }
        let mine = testkit::license(1);
        for (name, good) in [(mine.id.as_str(), true), (mine.code.as_str(), true), ("A-1", false)] {
            let body = format!(r#"{{"ticket":"{TICKET}","license_id":"{name}"}}"#);
            let asked = Asked::read(body.as_bytes()).unwrap();
            let want = (!good).then_some("/ticket");
            assert_eq!(pointer(asked.check_ticket(&mine)).as_deref(), want, "{name}");
        }
    }

    #[test]
    fn a_device_is_named_by_its_id_or_by_its_fingerprint() {
        let id = DeviceId::new([1; 16]);
        for (text, device) in [(id.as_str(), Some(id.clone())), ("9f2c", None)] {
            let body = format!(r#"{{"license_id":"A-1","device":"{text}"}}"#);
            let asked = Asked::read(body.as_bytes()).unwrap();
            let subject = asked.subject(&testkit::tenant("acme"), Shard::Eu, "A-1");
            let hardware = device.is_none().then(|| text.to_owned());
            assert_eq!((subject.device, subject.hardware), (device, hardware), "{text}");
        }
    }

    #[test]
    fn either_a_lease_or_a_ticket_is_given_back() {
        let lease = "lease_e00000000000000000000000000_0123456789abcdef";
        let rows = [
            (format!(r#"{{"lease_id":"{lease}"}}"#), None),
            (format!(r#"{{"ticket":"{TICKET}"}}"#), None),
            (format!(r#"{{"ticket":"{TICKET}","lease_id":"{lease}"}}"#), Some("")),
            ("{}".to_owned(), Some("")),
            (format!(r#"{{"lease_id":"{TICKET}"}}"#), Some("/lease_id")),
        ];
        for (body, want) in rows {
            assert_eq!(pointer(Given::read(body.as_bytes())).as_deref(), want, "{body}");
        }
        let none = format!(r#"{{"lease_id":"{lease}","ttl":0}}"#);
        assert_eq!(pointer(extension(none.as_bytes())).as_deref(), Some("/ttl"));
    }
}
