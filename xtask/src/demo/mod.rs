//! The demo: a fictional but lively business, made over HTTP with the operator's token only.

mod cast;
pub mod client;
mod licenses;
pub mod people;
mod tenants;
pub mod tour;

use anyhow::Result;
use license::api_key::ApiKeyText;

use crate::dev::{Dev, Operator};
use crate::root::Root;
use client::Client;

/// Makes what is missing of the demo; keeps what `known` says is there.
///
/// # Errors
/// When the platform refuses a request; the problem that it names is in the error.
pub fn seed(
    root: &Root,
    url: &str,
    apex: &str,
    token: &ApiKeyText,
    known: Option<&Dev>,
) -> Result<Dev> {
    let operator = Operator { host: format!("console.{apex}"), token: token.expose().to_owned() };
    let client = Client::new(url);
    let console = client.at(&operator.host, &operator.token);
    let (vendor, msp) =
        (tenants::vendor(&console, apex, known)?, tenants::msp(&console, apex, known)?);
    let selling = client.at(&vendor.host, &vendor.api_key).naming_vendor(&vendor.tenant);
    let issuers = [selling, client.at(&msp.host, &msp.api_key)];
    if known.is_none() {
        for (issuer, product) in issuers.iter().zip([cast::VENDOR_PRODUCT, cast::MSP_PRODUCT]) {
            licenses::catalog(root, issuer, product)?;
        }
    }
    let mut customers = Vec::new();
    for customer in cast::CUSTOMERS {
        let kept = known.and_then(|dev| dev.customers.iter().find(|c| c.tenant == customer.tenant));
        customers.push(match kept {
            Some(kept) => kept.clone(),
            None => licenses::holder(&console, &issuers, apex, customer)?,
        });
    }
    Ok(Dev { url: url.to_owned(), apex: apex.to_owned(), operator, vendor, msp, customers })
}
