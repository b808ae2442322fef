//! The list. Tables of the shard first; within each, what others are named by comes first.

use super::Fate::{Erased, Kept, Pseudonymised};
use super::{Home, Key, Table};

const TEXT: Key = Key::Text;
const INT: Key = Key::Int;

/// `tenant` is the column that says whose a row is. A page is ordered by the keys; rows are erased by them, at most `?2`.
macro_rules! table {
    ($home:ident $name:literal ($tenant:literal; $($key:literal $type:ident),*) $columns:literal, $($rest:tt)*) => {
        Table {
            name: $name,
            home: Home::$home,
            keys: &[$(($key, $type)),*],
            page: Some(page!($name $tenant $columns; $($key),*)),
            ..table!(@fate $name $tenant [$($key),*] $($rest)*)
        }
    };
    ($home:ident $name:literal ($tenant:literal; $($key:literal $type:ident),*) $($rest:tt)*) => {
        Table {
            name: $name,
            home: Home::$home,
            keys: &[$(($key, $type)),*],
            ..table!(@fate $name $tenant [$($key),*] $($rest)*)
        }
    };
    (@fate $name:literal $tenant:literal $keys:tt without $withheld:expr, $($rest:tt)*) => {
        Table { withheld: &$withheld, ..table!(@fate $name $tenant $keys $($rest)*) }
    };
    (@fate $name:literal $tenant:literal $keys:tt Erased by $sql:literal, $why:literal) => {
        Table { fate: Erased, why: $why, erase: Some($sql), ..BLANK }
    };
    (@fate $name:literal $tenant:literal $keys:tt Erased $why:literal) => {
        Table { fate: Erased, why: $why, erase: Some(erase!($name $tenant $keys)), ..BLANK }
    };
    (@fate $name:literal $tenant:literal $keys:tt for ten years, $($rest:tt)*) => {
        Table { end: Some(erase!($name $tenant $keys)), ..table!(@fate $name $tenant $keys $($rest)*) }
    };
    (@fate $name:literal $tenant:literal $keys:tt Kept $why:literal) => {
        Table { fate: Kept, why: $why, ..BLANK }
    };
    (@fate $name:literal $tenant:literal $keys:tt Pseudonymised $sql:literal, $why:literal) => {
        Table { fate: Pseudonymised, why: $why, erase: Some($sql), ..BLANK }
    };
}

macro_rules! page {
    ($name:literal $tenant:literal $columns:literal;) => {
        concat!("SELECT ", $columns, " FROM ", $name, " WHERE ", $tenant, " = ?1 LIMIT ?2")
    };
    ($name:literal $tenant:literal $columns:literal; $a:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM ",
            $name,
            " WHERE ",
            $tenant,
            " = ?1 AND ",
            $a,
            " > ?2 ORDER BY ",
            $a,
            " LIMIT ?3"
        )
    };
    ($name:literal $tenant:literal $columns:literal; $a:literal, $b:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM ",
            $name,
            " WHERE ",
            $tenant,
            " = ?1 AND (",
            $a,
            ", ",
            $b,
            ") > (?2, ?3) ORDER BY ",
            $a,
            ", ",
            $b,
            " LIMIT ?4"
        )
    };
    ($name:literal $tenant:literal $columns:literal; $a:literal, $b:literal, $c:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM ",
            $name,
            " WHERE ",
            $tenant,
            " = ?1 AND (",
            $a,
            ", ",
            $b,
            ", ",
            $c,
            ") > (?2, ?3, ?4) ORDER BY ",
            $a,
            ", ",
            $b,
            ", ",
            $c,
            " LIMIT ?5"
        )
    };
}

macro_rules! erase {
    ($name:literal $tenant:literal []) => {
        concat!("DELETE FROM ", $name, " WHERE ", $tenant, " = ?1 AND ?2 > 0")
    };
    ($name:literal $tenant:literal [$first:literal $(, $more:literal)*]) => {
        concat!(
            "DELETE FROM ", $name, " WHERE ", $tenant, " = ?1 AND (", $first, $(", ", $more,)* ") IN (SELECT ", $first,
            $(", ", $more,)* " FROM ", $name, " WHERE ", $tenant, " = ?1 LIMIT ?2)"
        )
    };
}

const BLANK: Table = Table {
    name: "",
    home: Home::Shard,
    keys: &[],
    withheld: &[],
    fate: Kept,
    why: "",
    page: None,
    erase: None,
    end: None,
};

/// Every table of both databases.
pub const TABLES: &[Table] = &[
    table!(Shard "profiles" ("tenant_id";)
        "name, crm_account_id, contact_email, branding, created_ms, updated_ms",
        for ten years, Pseudonymised
        "UPDATE profiles SET name = 'Erased', contact_email = NULL, branding = '{}'
          WHERE tenant_id = ?1 AND name <> 'Erased' AND ?2 > 0",
        "Name and contact. Statements go on naming the CRM account."),
    table!(Shard "licenses" ("tenant_id"; "id" TEXT)
        "id, code, issuer, issuer_shard, product, plan, standing, suspended_reason, starts_ms, ends_ms, terms,
         exceeded_since_ms, version, crm_opportunity_id, crm_account_id, auto_renew, billing_cycle, issued_ms, updated_ms,
         provisioned_ms",
        without ["license_key"],
        for ten years, Pseudonymised
        "UPDATE licenses SET standing = 'revoked', license_key = NULL, suspended_reason = NULL, version = version + 1
          WHERE tenant_id = ?1 AND (standing <> 'revoked' OR license_key IS NOT NULL OR suspended_reason IS NOT NULL)
            AND id IN (SELECT id FROM licenses
                        WHERE tenant_id = ?1
                          AND (standing <> 'revoked' OR license_key IS NOT NULL OR suspended_reason IS NOT NULL) LIMIT ?2)",
        "What was sold. The issuer's books need it; signed texts, which name the holder, go."),
    table!(Shard "products" ("tenant_id"; "id" TEXT) "id, name, key_prefix, created_ms",
        Kept "What an issuer sells: licenses of others refer to it."),
    table!(Shard "plans" ("tenant_id"; "id" TEXT) "id, name, terms, term_seconds, created_ms, updated_ms",
        Erased "An issuer's own price list."),
    table!(Shard "devices" ("tenant_id"; "license_id" TEXT, "id" TEXT)
        "license_id, id, fingerprint, components, name, status, public_key, suspect, activated_ms, last_seen_ms, updated_ms",
        Erased "Machines: names, hashed fingerprints, last contact."),
    table!(Shard "commands" ("tenant_id"; "license_id" TEXT, "id" TEXT)
        "license_id, id, device_id, body, created_ms, acknowledged_ms",
        Erased "What devices were told."),
    table!(Shard "usage_gauges" ("tenant_id"; "license_id" TEXT, "metric" TEXT, "device_id" TEXT)
        "license_id, metric, device_id, value, at_ms",
        Erased "Use by device."),
    table!(Shard "lease_events" ("tenant_id"; "license_id" TEXT, "seq" INT)
        "license_id, seq, at_ms, kind, lease_id, owner, user, host, device, quantity, commit_seats, overage_seats, reason,
         commit_held, overage_held, waiting",
        for ten years, Pseudonymised
        "UPDATE lease_events SET user = NULL, host = NULL, device = NULL
          WHERE tenant_id = ?1 AND (license_id, seq) IN (
                SELECT license_id, seq FROM lease_events
                 WHERE tenant_id = ?1 AND (user IS NOT NULL OR host IS NOT NULL OR device IS NOT NULL) LIMIT ?2)",
        "The ledger that statements are computed from. Users, hosts and devices go."),
    table!(Shard "api_key_info" ("tenant_id"; "id" TEXT)
        "id, app_name, app_type, metadata, restrictions, created_by, created_ms, last_used_ms, last_used_address, last_used_host",
        Erased "What people know keys by."),
    table!(Shard "users" ("tenant_id"; "id" TEXT)
        "id, email, name, role, customers, issuer, subject, created_ms, updated_ms",
        Erased "People: whom the ids in the log meant."),
    table!(Shard "invitations" ("tenant_id"; "id" TEXT)
        "id, email, role, customers, invited_by, created_ms, expires_ms, used_ms",
        without ["token_hash"],
        Erased "Whom people have invited."),
    table!(Shard "session_info" ("tenant_id"; "id" TEXT)
        "id, actor, address, agent, method, created_ms, seen_ms",
        Erased "Where people have signed in."),
    table!(Shard "sign_in_links" ("tenant_id"; "token_hash" TEXT)
        without ["token_hash", "actor", "grant_id", "return_to", "created_ms", "expires_ms", "used_ms"],
        Erased "Hashes of links that were sent, for a day."),
    table!(Shard "support_grants" ("tenant_id"; "id" TEXT)
        "id, supporter, actor, reason, created_ms, expires_ms, ended_ms",
        Erased "Who from above was let in to help. The log keeps it."),
    table!(Shard "identity_providers" ("tenant_id";)
        "name, issuer, client_id, token_auth, auto_join, updated_ms",
        without ["client_secret"],
        Erased "Where the tenant's people sign in."),
    table!(Shard "registrations" ("tenant_id"; "id" TEXT)
        "id, company, domain, country, tax_id, admin_email, admin_name, crm_id, settled_ms, key_id, created_ms",
        without ["setup_hash"],
        Erased "What a company said of itself when it came."),
    table!(Shard "custom_hostnames" ("tenant_id"; "host" TEXT)
        "host, state, attempts, since_ms, next_ms, reason, remote_id, remote, created_ms, version",
        without ["token"],
        Erased by
        "UPDATE custom_hostnames SET state = 'removing', attempts = 0, next_ms = 1, version = version + 1
          WHERE tenant_id = ?1 AND state <> 'removing' AND ?2 > 0",
        "Domains that the tenant brought. The clock has them removed at the platform, and then the rows."),
    table!(Shard "brand_images" ("tenant_id"; "kind" TEXT) "kind, media, hash, bytes, updated_ms, data",
        Erased "Logo and icon."),
    table!(Shard "alerts" ("tenant_id"; "id" TEXT)
        "id, seq, rule, severity, key_id, value, detail, calls, first_ms, last_ms, acknowledged_ms, acknowledged_by, note,
         trusted",
        Erased "What was unusual about the tenant's keys: addresses, hosts, times."),
    table!(Shard "alert_rules" ("tenant_id";) "version, rules, updated_ms",
        Erased "What the tenant wanted to be told."),
    table!(Shard "alert_channels" ("tenant_id"; "id" TEXT) "id, kind, target, created_ms",
        without ["sealed"],
        Erased "Where alerts went: mail addresses, webhooks."),
    table!(Shard "app_policies" ("issuer"; "product" TEXT) "product, version, policy, updated_ms",
        Kept "Which applications of a product are let in; on every shard, for licenses are judged there. Names nobody."),
    table!(Shard "crm_links" ("tenant_id"; "crm_account_id" TEXT) "crm_account_id, customer, created_ms",
        Erased "An issuer's accounts."),
    table!(Shard "audit" ("tenant_id"; "seq" INT)
        "seq, event_id, at_ms, actor, action, subject, request_id, detail, prev, hash",
        for ten years, Kept "Who did what, by ids. Whom an id meant is erased; an entry cannot be, for the chain would break."),
    table!(Shard "signing_keys" ("tenant_id"; "kid" TEXT) "kid, created_ms",
        without ["sealed", "kek"],
        Erased "Private halves. Licenses signed before go on verifying by the public halves."),
    table!(Shard "data_keys" ("tenant_id"; "version" INT) "version, created_ms",
        without ["sealed", "kek"],
        Erased "What seals the tenant's other secrets: copies of those in backups are unreadable without it."),
    table!(Shard "idempotency" ("tenant_id"; "caller" TEXT, "key_hash" TEXT)
        without ["caller", "key_hash", "endpoint", "body_hash", "owner", "state", "status", "answer_sealed", "created_ms",
            "expires_ms"],
        Erased "Answers for repeats, sealed, for a day."),
    table!(Shard "outbox" ("tenant_id"; "id" TEXT)
        without ["id", "concerns", "kind", "payload", "created_ms", "attempts"],
        Erased "What is on its way to objects, logs and mail boxes, mostly for less than a second."),
    table!(Directory "tenants" ("id";)
        "id, kind, parent, region, shard, status, created_ms, version, plan, rate_limits",
        Kept "The name stays taken: nobody else may ever answer under it."),
    table!(Directory "erasures" ("tenant";) "tenant, asked_ms, due_ms, objects_done, erased_ms, ended_ms",
        Kept "When a tenant was erased, and when the last of its accounts and of its log."),
    table!(Directory "hostnames" ("tenant"; "host" TEXT) "host, kind, status",
        Erased "Where the tenant answered."),
    table!(Directory "registrations" ("tenant"; "id" TEXT)
        "id, domain, proof, plan, region, shard, status, attempts, created_ms, next_ms",
        Erased "How a company came to be a tenant: by which domain."),
    table!(Directory "company_domains" ("tenant"; "domain" TEXT) "domain",
        Erased "Domains that were proved. They are free for whoever proves them next."),
    table!(Directory "api_keys" ("tenant"; "id" TEXT)
        "id, scopes, expires_ms, revoked_ms, rate_limit, rate_window_seconds, created_ms, restrictions, rate_limits, successor, version",
        without ["hash"],
        Erased "What keys may do."),
    table!(Directory "sessions" ("tenant"; "hash" TEXT)
        without ["hash", "id", "actor", "role", "customers", "made_ms", "seen_ms", "expires_ms", "replaced", "revoked_ms"],
        Erased "Who is signed in, by hashes. What people see of it is in session_info."),
    table!(Directory "issuer_keys" ("tenant"; "kid" TEXT)
        "kid, public_jwk, cert, state, not_before_ms, retired_ms",
        Kept "Public: licenses that others hold verify by it."),
];
