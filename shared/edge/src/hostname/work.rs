//! The work of one step: DNS, the DIRECTORY and the platform are asked, and nothing is written down here.

use domain::host::Host;
use domain::hostname::{Remote as Condition, Seen, State, Work, judge};
use domain::proof;
use store::data::custom_hostnames::CustomHostnameRow;
use store::directory::hostnames::{self, HostStatus};

use crate::call::Call;
use crate::cloudflare::{self, Problem, Remote};
use crate::db::Freshness;
use crate::failure::Failure;
use crate::{dns, log};

/// What came of it.
pub struct Done {
    /// What was seen.
    pub seen: Seen,
    /// The platform's answer, where it gave one.
    pub remote: Option<Remote>,
}

impl From<Seen> for Done {
    fn from(seen: Seen) -> Self {
        Self { seen, remote: None }
    }
}

/// Does the work of `row`.
///
/// # Errors
/// When the DIRECTORY is away. What goes wrong elsewhere is an outcome.
pub async fn of(call: &Call, row: &CustomHostnameRow) -> Result<Done, Failure> {
    match row.claim().work() {
        Work::Prove => prove(call, row).await,
        Work::Create => condition(call, row, create(call, row).await).await,
        Work::Poll => condition(call, row, poll(call, row).await).await,
        Work::Remove => remove(call, row).await,
        // A row at rest is never due.
        Work::Rest => Ok(Seen::Away(None).into()),
    }
}

async fn prove(call: &Call, row: &CustomHostnameRow) -> Result<Done, Failure> {
    let host = Host::parse(&row.host).map_err(Failure::internal)?;
    let value = proof::record_value(&row.token);
    if !proof::holds(&dns::heard(call, &proof::record_name(&host), &value).await) {
        return Ok(Seen::Unproved.into());
    }
    let take = hostnames::take(&row.host, &row.tenant_id);
    let taken = call.directory(Freshness::Primary).write(vec![take]).await?;
    Ok(if taken == [1] { Seen::Proved } else { Seen::Taken }.into())
}

/// Somebody may have asked before and died: what is there already is taken up.
async fn create(call: &Call, row: &CustomHostnameRow) -> Result<Remote, Problem> {
    match cloudflare::find(call, &row.host).await {
        Err(Problem::Gone) => match cloudflare::create(call, &row.host).await {
            Err(Problem::Gone) => Err(Problem::Away("there is no such zone".to_owned(), None)),
            // Of two that ask at once one is refused, and finds what the other has made.
            Err(Problem::Refused(reason)) => {
                let found = cloudflare::find(call, &row.host).await;
                found.map_err(|_| Problem::Refused(reason))
            }
            made => made,
        },
        found => found,
    }
}

async fn poll(call: &Call, row: &CustomHostnameRow) -> Result<Remote, Problem> {
    let id = row.remote_id.as_deref().ok_or(Problem::Gone)?;
    let remote = cloudflare::get(call, id).await?;
    match judge(&remote.status, &remote.ssl.status) {
        Condition::TimedOut => cloudflare::restart(call, id).await,
        _ => Ok(remote),
    }
}

async fn condition(
    call: &Call,
    row: &CustomHostnameRow,
    outcome: Result<Remote, Problem>,
) -> Result<Done, Failure> {
    let remote = match outcome {
        Ok(remote) => remote,
        Err(problem) => return Ok(seen(row, problem).into()),
    };
    let condition = judge(&remote.status, &remote.ssl.status);
    // Somebody else may have proved the name meanwhile, and then it is theirs.
    if condition == Condition::Serving && row.state != State::Active && !is_ours(call, row).await? {
        return Ok(Seen::Taken.into());
    }
    Ok(Done { seen: Seen::At(condition), remote: Some(remote) })
}

fn seen(row: &CustomHostnameRow, problem: Problem) -> Seen {
    match problem {
        Problem::Gone => Seen::Removed,
        Problem::Quota => Seen::Quota,
        Problem::Refused(reason) => {
            log::event("warn", "hostname.refused", &format!("{}: {reason}", row.host));
            Seen::Refused
        }
        Problem::Away(reason, after) => {
            log::event("warn", "hostname.away", &format!("{}: {reason}", row.host));
            Seen::Away(after)
        }
    }
}

async fn is_ours(call: &Call, row: &CustomHostnameRow) -> Result<bool, Failure> {
    let site = call.directory(Freshness::Primary).first(hostnames::site(&row.host)).await?;
    Ok(site.is_some_and(|site| site.tenant == row.tenant_id && site.status != HostStatus::Disabled))
}

/// Takes the name off the platform, unless it is somebody else's there by now.
async fn remove(call: &Call, row: &CustomHostnameRow) -> Result<Done, Failure> {
    let site = call.directory(Freshness::Primary).first(hostnames::site(&row.host)).await?;
    if site.is_some_and(|site| site.tenant != row.tenant_id) {
        return Ok(Seen::Removed.into());
    }
    let gone = match &row.remote_id {
        Some(id) => cloudflare::delete(call, id).await,
        None => match cloudflare::find(call, &row.host).await {
            Ok(remote) => cloudflare::delete(call, &remote.id).await,
            Err(problem) => Err(problem),
        },
    };
    Ok(match gone {
        Ok(()) | Err(Problem::Gone) => Seen::Removed,
        Err(problem) => seen(row, problem),
    }
    .into())
}
