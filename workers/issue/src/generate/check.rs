//! Texts of a request are bounded before anything is looked up.

use wire::issue::GenerateRequest;
use wire::problem::Problem;

/// The longest text for people, in bytes.
const LONGEST: usize = 200;

/// Whether every text has a usable length, and a customer is named.
///
/// # Errors
/// `invalid-request`, with a pointer to the first field that does not fit.
pub fn fields(request: &GenerateRequest) -> Result<(), Problem> {
    let customer = &request.customer;
    let texts = [
        ("/crm_opportunity_id", &request.crm_opportunity_id),
        ("/customer/crm_account_id", &customer.crm_account_id),
        ("/customer/name", &customer.name),
        ("/customer/contact_email", &customer.contact_email),
        ("/product/name", &request.product.name),
    ];
    let fits =
        |text: &String| (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control);
    if let Some((pointer, _)) =
        texts.iter().find(|(_, text)| text.as_ref().is_some_and(|text| !fits(text)))
    {
        return Err(Problem::field(*pointer, "must be 1 to 200 bytes without control characters"));
    }
    if customer.tenant_id.is_none() && customer.crm_account_id.is_none() {
        return Err(Problem::field("/customer", "must name tenant_id or crm_account_id"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(customer: &str, name: &str) -> Option<String> {
        let json = format!(r#"{{"customer":{customer},"product":{{"id":"nls","name":"{name}"}}}}"#);
        let request: GenerateRequest = wire::body::read(json.as_bytes()).unwrap();
        fields(&request).err().map(|problem| problem.errors[0].pointer.clone())
    }

    #[test]
    fn texts_are_bounded_and_a_customer_is_named() {
        let long = "a".repeat(201);
        let rows = [
            (r#"{"tenant_id":"acme"}"#.to_owned(), "N", None),
            (r#"{"crm_account_id":"001"}"#.to_owned(), "N", None),
            (r#"{"name":"Acme"}"#.to_owned(), "N", Some("/customer")),
            (r#"{"crm_account_id":""}"#.to_owned(), "N", Some("/customer/crm_account_id")),
            (format!(r#"{{"tenant_id":"acme","name":"{long}"}}"#), "N", Some("/customer/name")),
            (r#"{"tenant_id":"acme"}"#.to_owned(), "a\\u0000", Some("/product/name")),
        ];
        for (customer, name, want) in rows {
            assert_eq!(pointer(&customer, name).as_deref(), want, "{customer} {name}");
        }
    }
}
