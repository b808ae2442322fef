//! Commands that ask once.

use std::path::Path;

use domain::id::TenantId;
use license::fingerprint::salt;
use license::jws::Typ;
use serde_json::json;
use writ::exit::Exit;
use writ::failure::Failure;
use writ::reference::Reference;
use writ::{machine, offline};

use super::args::{Args, Ask};
use super::borrow;
use super::glue::{self, Clock};
use super::output::{Output, notes};

/// Shows the fingerprint: for the license's issuer where it is known.
pub fn fingerprint(args: &Args, out: &mut Output) -> Result<Exit, Failure> {
    let store = glue::store(args)?;
    let state = store.load()?;
    let machine = glue::machine(&store)?;
    let issuer = match (&args.issuer, glue::reference(args)?) {
        (Some(issuer), _) => Some(
            TenantId::parse(issuer).map_err(|error| Failure::Usage(format!("--issuer {error}")))?,
        ),
        (None, Some(Reference::Key(key))) => Some(key.issuer),
        (None, _) => None,
    };
    let salt = issuer.as_ref().map(salt).or(state.salt).unwrap_or_default();
    let print = machine.fingerprint(&salt);
    let id = print.composite();
    let mut lines = vec![format!("environment   {}", machine.environment.name())];
    for (component, value) in &machine.values {
        let note =
            if component.counts_in(machine.environment) { "" } else { "  (does not count here)" };
        lines.push(format!("{:<13} {value}{note}", component.name()));
    }
    lines.push(format!("hardware id   {}", id.as_deref().unwrap_or("none")));
    out.result(
        &json!({"hardware_id": id, "salt": salt, "fingerprint": {"components": print}}),
        &lines.join("\n"),
    );
    Ok(Exit::Ok)
}

/// Shows the public half of the device key, which is made on first use.
pub fn device_key(args: &Args, out: &mut Output) -> Result<Exit, Failure> {
    let pem = glue::device_key(&glue::store(args)?)?.public().to_pem();
    out.result(&json!({ "signing_public_key": pem }), pem.trim_end());
    Ok(Exit::Ok)
}

/// Binds this machine.
pub fn activate(args: &Args, name: Option<String>, out: &mut Output) -> Result<Exit, Failure> {
    let (mut agent, store) = glue::agent(args, &Ask::default(), None)?;
    let (wall, _) = Clock::start().tick(&mut agent.state);
    let mut changes = Vec::new();
    let name = name.or_else(|| machine::hostname(Path::new("/")));
    let result = agent.activate(name, wall, &mut changes);
    notes(&changes);
    store.save(&agent.state)?;
    let answer = result?;
    let limit =
        answer.device_limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string());
    let word = if answer.created { "activated" } else { "was activated already" };
    let text = format!(
        "{word}: device {}, license {}\ndevices: {} of {limit}",
        answer.device_id, answer.license_id, answer.devices
    );
    out.result(&answer, &text);
    Ok(Exit::Ok)
}

/// Frees this machine.
pub fn deactivate(args: &Args, out: &mut Output) -> Result<Exit, Failure> {
    let (mut agent, store) = glue::agent(args, &Ask::default(), None)?;
    let answer = agent.deactivate()?;
    store.save(&agent.state)?;
    let text = format!("deactivated: device {}; {} left", answer.device_id, answer.devices);
    out.result(&answer, &text);
    Ok(Exit::Ok)
}

/// Asks for the verdict.
pub fn validate(args: &Args, ask: &Ask, out: &mut Output) -> Result<Exit, Failure> {
    let (mut agent, store) = glue::agent(args, ask, None)?;
    let (wall, _) = Clock::start().tick(&mut agent.state);
    let mut changes = Vec::new();
    let result = agent.validate(wall, &mut changes);
    notes(&changes);
    store.save(&agent.state)?;
    let answer = result?;
    let word = if answer.valid { "valid" } else { "NOT VALID" };
    let mut lines = vec![format!("{word} ({}): {}", answer.code.name(), answer.detail)];
    if let Some(state) = answer.state {
        lines.push(format!("state        {}", state.name()));
    }
    if let Some(end) = answer.expires_at {
        lines.push(format!("expires      {}", end.text()));
    }
    for warning in answer.warnings.iter() {
        lines.push(format!("warning      {}: {}", warning.code, warning.detail));
    }
    lines.push(format!("may run till {} without another answer", answer.run_until.text()));
    out.result(&answer, &lines.join("\n"));
    Ok(if answer.valid { Exit::Ok } else { Exit::NotValid })
}

/// Verifies offline.
pub fn verify(args: &Args, text: &str, out: &mut Output) -> Result<Exit, Failure> {
    let (roots, _) = glue::root_file(args)?
        .ok_or_else(|| Failure::Usage("name the root key: --root FILE or WRIT_ROOT".into()))?;
    let text = glue::text_or_file(text)?;
    match Typ::claimed(text.trim()) {
        Some(Typ::Lease) => return borrow::verify_lease(&roots, &text, out),
        Some(Typ::Receipt) => return borrow::verify_receipt(&roots, &text, out),
        _ => {}
    }
    let machine = machine::Machine::read(Path::new("/"));
    let verdict = offline::verify(&roots, &text, &machine, Clock::wall())?;
    let (claims, word) = (&verdict.claims, if verdict.valid { "valid" } else { "NOT VALID" });
    let end = claims.exp.map_or_else(
        || "never".to_owned(),
        |end| wire::time::Instant(domain::time::Millis::from_seconds(end)).text(),
    );
    let mut shown = format!(
        "{word} ({}): {}\nlicense      {} ({})\nproduct      {}, plan {}\nissuer       {}\nholder       {} ({})\nends         {end}",
        verdict.code.name(),
        verdict.detail,
        claims.writ.code,
        claims.sub,
        claims.aud,
        claims.writ.plan,
        claims.iss,
        claims.writ.holder.name,
        claims.writ.holder.tenant,
    );
    let warnings = verdict.warnings.iter();
    let warnings = warnings.map(|w| format!("\nwarning      {}: {}", w.code, w.detail));
    shown.extend(warnings);
    out.result(&verdict, &shown);
    Ok(verdict.exit())
}
