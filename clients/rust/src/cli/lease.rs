//! Leases, one request at a time.

use std::path::Path;

use domain::id::LeaseId;
use wire::lease::{LeaseKind, LeaseView, QueuedView};
use writ::exit::Exit;
use writ::failure::Failure;
use writ::http::Http;
use writ::reference::Reference;
use writ::state::AgentState;
use writ::world::System;
use writ::{CheckoutOptions, Client, machine};

use super::args::{Args, Checkout, Seats};
use super::glue;
use super::output::Output;

/// Takes seats and leaves them held.
pub fn checkout(args: &Args, ask: &Checkout, out: &mut Output) -> Result<Exit, Failure> {
    let (http, options) = prepare(args, ask)?;
    let client = Client::new(http, System::default());
    let lease = client.checkout_telling(&options, &mut waiting(out))?;
    let view = lease.leave_held();
    out.result(&view, &described(&view));
    Ok(Exit::Ok)
}

/// Returns a lease.
pub fn give_back(args: &Args, id: &str, out: &mut Output) -> Result<Exit, Failure> {
    let id = lease_id(id)?;
    let answer = client(args)?.give_back(&id)?;
    let held =
        answer.held_until.map(|until| format!("; its seats stay taken till {}", until.text()));
    let receipt = answer.receipt.as_ref().map(|text| format!("\nreceipt: {text}"));
    let (held, receipt) = (held.unwrap_or_default(), receipt.unwrap_or_default());
    out.result(&answer, &format!("returned: {id}{held}{receipt}"));
    Ok(Exit::Ok)
}

/// Makes a lease last longer.
pub fn extend(args: &Args, id: &str, ttl: Option<u32>, out: &mut Output) -> Result<Exit, Failure> {
    let id = lease_id(id)?;
    let answer = client(args)?.extend(&id, ttl, None)?;
    out.result(&answer, &format!("extended: {id} till {}", answer.expires_at.text()));
    Ok(Exit::Ok)
}

/// The service, and what to ask of it.
pub fn prepare(args: &Args, ask: &Checkout) -> Result<(Http, CheckoutOptions), Failure> {
    let (http, mut options) = whose(args, &ask.seats)?;
    (options.ttl, options.wait) = (ask.ttl, ask.patience());
    Ok((http, options))
}

/// The service, and which seats to ask it for.
pub fn whose(args: &Args, seats: &Seats) -> Result<(Http, CheckoutOptions), Failure> {
    let (reference, state) = (glue::reference(args)?, state(args)?);
    let http = glue::http(args, reference.as_ref(), &state)?;
    let license = match (&seats.product, reference) {
        (Some(_), _) => None,
        (None, Some(Reference::Id(id))) => Some(id),
        (None, Some(Reference::Key(key))) => Some(key.license_id),
        (None, None) => state.license_id.or(state.asked),
    };
    if license.is_none() && seats.product.is_none() {
        return Err(Failure::Usage(
            "name a license or a product: --license, WRIT_LICENSE or --product".into(),
        ));
    }
    let options = CheckoutOptions {
        license,
        product: seats.product.clone(),
        user: seats.user.clone().or_else(user),
        host: seats.host.clone().or_else(|| machine::hostname(Path::new("/"))),
        device: seats.device.clone().or(state.device_id),
        quantity: seats.quantity,
        features: seats.features.clone(),
        ..CheckoutOptions::default()
    };
    Ok((http, options))
}

/// Says where in the line we are, when that changes.
pub fn waiting(out: &mut Output) -> impl FnMut(&QueuedView) {
    let mut before = 0;
    move |place| {
        if place.position != before {
            before = place.position;
            let likely = place.estimated_at.map(|at| format!("; likely till {}", at.text()));
            let text = format!(
                "waiting for a seat: number {before} in line{}",
                likely.unwrap_or_default()
            );
            out.note("waiting", &text);
        }
    }
}

/// `commit` or `overage`.
pub const fn kind(kind: LeaseKind) -> &'static str {
    match kind {
        LeaseKind::Commit => "commit",
        LeaseKind::Overage => "overage",
    }
}

/// A lease, for people.
pub fn described(view: &LeaseView) -> String {
    let cost = view.overage_cost;
    let cost = cost.map(|cost| format!("\ncosts        {} {}", cost.decimal(), cost.currency()));
    let text = format!(
        "leased       {}\nlicense      {}\ntype         {}\nseats        {}\nexpires      {}",
        view.lease_id,
        view.license_id,
        kind(view.kind),
        view.quantity,
        view.expires_at.text(),
    );
    text + &cost.unwrap_or_default()
}

fn client(args: &Args) -> Result<Client, Failure> {
    // The lease names its license; state and license are not needed.
    let http = glue::http(args, None, &AgentState::default())?;
    Ok(Client::new(http, System::default()))
}

fn lease_id(text: &str) -> Result<LeaseId, Failure> {
    LeaseId::parse(text.trim()).map_err(|error| Failure::Usage(format!("{text:?} {error}")))
}

/// What the agent knows of license and device. A user without a folder for it has none.
fn state(args: &Args) -> Result<AgentState, Failure> {
    glue::store(args).map_or_else(|_| Ok(AgentState::default()), |store| store.load())
}

/// Who runs this.
fn user() -> Option<String> {
    let named = |name| std::env::var(name).ok().filter(|user| !user.is_empty());
    named("USER").or_else(|| named("LOGNAME")).or_else(|| named("USERNAME")).or_else(account)
}

#[cfg(unix)]
fn account() -> Option<String> {
    let user = nix::unistd::User::from_uid(nix::unistd::geteuid()).ok().flatten();
    user.map(|user| user.name)
}

#[cfg(not(unix))]
const fn account() -> Option<String> {
    None
}
