//! Borrowed seats: taking them, and verifying their texts.

use std::fs;
use std::path::Path;

use domain::time::Millis;
use license::keys::PublicKey;
use wire::lease::BorrowRequest;
use wire::time::Instant;
use writ::exit::Exit;
use writ::failure::Failure;
use writ::world::System;
use writ::{Client, borrowed, machine};

use super::args::{Args, Borrow};
use super::glue::{self, Clock};
use super::lease::{described, whose};
use super::output::Output;

/// Borrows seats; the signed lease goes to a file or to stdout. With a root key it is verified first.
pub fn borrow(args: &Args, ask: &Borrow, out: &mut Output) -> Result<Exit, Failure> {
    let roots = glue::root_file(args)?;
    let (http, seats) = whose(args, &ask.seats)?;
    let request = BorrowRequest {
        license_id: seats.license,
        product_id: seats.product,
        user: seats.user,
        host: seats.host,
        device: seats.device,
        quantity: seats.quantity,
        seconds: ask.seconds,
        until: ask.until,
        features: seats.features,
    };
    let answer = Client::new(http, System::default()).borrow(&request)?;
    if let Some((roots, _)) = roots {
        borrowed::lease(&roots, &answer.lease, None, Clock::wall())?;
    }
    let mut shown = described(&answer.view);
    match &ask.out {
        Some(path) => {
            save(path, &answer.lease)?;
            shown = format!("{shown}\nwritten to   {}", path.display());
        }
        None => shown = format!("{shown}\n{}", answer.lease),
    }
    out.result(&answer, &shown);
    Ok(Exit::Ok)
}

/// The seat is taken whether or not the file can be written: the failure names the way out.
fn save(path: &Path, lease: &str) -> Result<(), Failure> {
    fs::write(path, format!("{lease}\n")).map_err(|error| {
        Failure::Local(format!("{}: {error}; the lease itself: {lease}", path.display()))
    })
}

/// Verifies the text of a borrowed seat offline.
pub fn verify_lease(roots: &[PublicKey], text: &str, out: &mut Output) -> Result<Exit, Failure> {
    let host = machine::hostname(Path::new("/"));
    let told = borrowed::lease(roots, text, host.as_deref(), Clock::wall())?;
    let (claims, word) = (&told.claims, if told.valid { "valid" } else { "NOT VALID" });
    let writ = &claims.writ;
    let mut shown = format!(
        "{word} ({}): {}\nlease        {}\nlicense      {} ({})\nproduct      {}\nholder       {}\nseats        {}\nends         {}",
        told.code.name(),
        told.detail,
        claims.sub,
        writ.code,
        writ.license_id,
        claims.aud,
        writ.holder,
        writ.quantity,
        second(claims.exp),
    );
    let named = [("user", &writ.user), ("host", &writ.host), ("device", &writ.device)];
    for (name, value) in named {
        shown.extend(value.as_ref().map(|value| format!("\n{name:<12} {value}")));
    }
    out.result(&told, &shown);
    Ok(told.exit())
}

/// Verifies a receipt offline.
pub fn verify_receipt(roots: &[PublicKey], text: &str, out: &mut Output) -> Result<Exit, Failure> {
    let claims = borrowed::receipt(roots, text, Clock::wall())?;
    let held = claims.writ.held_until.map(|until| format!("\nheld till    {}", second(until)));
    let shown = format!(
        "genuine: a receipt\nlease        {}\nlicense      {}\nreturned     {}{}",
        claims.sub,
        claims.writ.license_id,
        second(claims.writ.returned_at),
        held.unwrap_or_default(),
    );
    out.result(&claims, &shown);
    Ok(Exit::Ok)
}

fn second(seconds: i64) -> String {
    Instant(Millis::from_seconds(seconds)).text()
}
