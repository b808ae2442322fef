//! What is shown besides the key.

use std::path::PathBuf;

/// What is shown besides the key: whatever the key demands.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Shown {
    /// Name of this machine, for keys that are bound to machines [default: the host's name]
    #[arg(long, global = true, env = "WRIT_HOSTNAME")]
    pub hostname: Option<String>,
    /// Fingerprint of the application that asks
    #[arg(long, global = true, env = "WRIT_APP_FINGERPRINT")]
    pub app_fingerprint: Option<String>,
    /// Sign every request with this device's key, whose public half `writ device-key` shows
    #[arg(long, global = true, env = "WRIT_SIGN")]
    pub sign: bool,
    /// PEM file with a client certificate and its chain
    #[arg(long, global = true, env = "WRIT_CLIENT_CERT", requires = "client_key")]
    pub client_cert: Option<PathBuf>,
    /// PEM file with the certificate's private key
    #[arg(long, global = true, env = "WRIT_CLIENT_KEY", requires = "client_cert")]
    pub client_key: Option<PathBuf>,
}
