//! What the platform says of a name, from its two states: the hostname's and the certificate's.

/// The condition of a name at the platform.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Remote {
    /// Not yet in service.
    Waiting,
    /// In service, with a certificate.
    Serving,
    /// The platform does not want it.
    Blocked,
    /// The validation of the certificate was given up: it must be begun again.
    TimedOut,
    /// It is on its way out.
    Gone,
}

/// The condition of a name whose states are these, in the platform's words. Words that are not known here are
/// waited out.
pub fn judge(hostname: &str, certificate: &str) -> Remote {
    match hostname {
        "blocked" | "pending_blocked" => return Remote::Blocked,
        "deleted" | "pending_deletion" => return Remote::Gone,
        // A new validation brings it back, where the name leads here again.
        "moved" => return Remote::TimedOut,
        _ => {}
    }
    match certificate {
        "deleted" | "pending_deletion" | "deletion_timed_out" => Remote::Gone,
        timed_out if timed_out.ends_with("_timed_out") => Remote::TimedOut,
        "active" if matches!(hostname, "active" | "active_redeploying") => Remote::Serving,
        _ => Remote::Waiting,
    }
}
