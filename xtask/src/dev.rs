//! `.writ/dev.json`: where the local installation answers, and with which credentials.

use serde::{Deserialize, Serialize};

/// The local installation, as the README, the tests and people use it.
#[derive(Clone, Deserialize, Serialize)]
pub struct Dev {
    /// Where it listens; hosts below go into the `Host` header.
    pub url: String,
    /// The domain of all default hosts.
    pub apex: String,
    /// Who runs it.
    pub operator: Operator,
    /// Who sells products.
    pub vendor: Account,
    /// Who manages customers.
    pub msp: Account,
    /// Who holds licenses.
    pub customers: Vec<Holder>,
}

/// The operator's way in.
#[derive(Clone, Deserialize, Serialize)]
pub struct Operator {
    /// The console's host.
    pub host: String,
    /// An API key with the scope `admin`.
    pub token: String,
}

/// A tenant with an API key.
#[derive(Clone, Deserialize, Serialize)]
pub struct Account {
    /// Its slug.
    pub tenant: String,
    /// The host at which its key works.
    pub host: String,
    /// An API key with the scope `admin`.
    pub api_key: String,
}

/// A customer with an API key and a license.
#[derive(Clone, Deserialize, Serialize)]
pub struct Holder {
    /// Its slug.
    pub tenant: String,
    /// Its own host.
    pub host: String,
    /// An API key with the scope `admin`.
    pub api_key: String,
    /// Its first license.
    pub license_id: String,
    /// The license's name for people.
    pub license_code: String,
    /// The signed license.
    pub license_key: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_the_shape_that_others_read() {
        let text = r#"{"url":"u","apex":"a","operator":{"host":"h","token":"t"},"vendor":{"tenant":"v","host":"h","api_key":"k"},"msp":{"tenant":"m","host":"h","api_key":"k"},"customers":[{"tenant":"c","host":"h","api_key":"k","license_id":"i","license_code":"c","license_key":"k"}]}"#;
        let dev: Dev = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&dev).unwrap(), text);
    }
}
