//! `POST /api/v1/auth/link`: a mail with a one-time link, for whoever has the address here. Everybody gets the same
//! answer after the same work, so that nobody learns who has an account.

use domain::id::TenantId;
use domain::person::{Email, is_own_path};
use domain::session::LINK_MS;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::mail::Mail;
use edge::outbox::{Event, ship_later};
use edge::site::Site;
use edge::{Call, Failure};
use license::session::OnceText;
use store::data::profiles::{self, ProfileRow};
use store::data::sign_in_links::{self, NewLink};
use store::data::users;
use wire::auth::{LinkAnswer, LinkRequest};
use wire::body;
use wire::problem::Problem;

use super::enter::entropy;
use super::throttle::{Throttled, throttle};
use crate::answer;
use crate::turn::records;

/// Sends a link, if there is somebody to send it to.
pub async fn send(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let request: LinkRequest = body::read(&call.inbound.body)?;
    let email =
        Email::read(&request.email).map_err(|error| Problem::field("/email", error.to_string()))?;
    if request.return_to.as_deref().is_some_and(|path| !is_own_path(path)) {
        return Err(Problem::field("/return_to", "must be a path of this host").into());
    }
    let site = super::site(caller)?;
    throttle(call, site, Throttled::Asking, call.inbound.header("cf-connecting-ip")).await?;
    let room = throttle(call, site, Throttled::Mailbox, email.as_str()).await.is_ok();
    let records = records(call, &site.tenant, site.shard);
    let (found, profile) = records.read((users::by_email(&email), profiles::get())).await?;
    // A mailbox that has had its links keeps those that it has.
    let user = found.into_iter().next().filter(|_| room);
    let token = OnceText::new(&entropy()?);
    let link = NewLink {
        hash: &token.digest(),
        actor: user.as_ref().map_or("", |user| user.id.as_str()),
        grant: None,
        return_to: request.return_to.as_deref(),
        expires: call.now.plus(LINK_MS),
    };
    let mut changes = vec![sign_in_links::insert(&link, call.now)];
    let mut events = Vec::new();
    if user.is_some() {
        let mail = mail(
            &name(profile.into_iter().next(), &site.tenant),
            &base(call, site),
            &email,
            &token,
        );
        events.push(Event::mail(&site.tenant, mail)?);
    }
    for event in &events {
        changes.push(event.row(call)?);
    }
    records.write(changes).await?;
    ship_later(call, &site.tenant, site.shard, events);
    let expires_in_seconds = u32::try_from(LINK_MS / 1000).unwrap_or_default();
    answer::json(202, &LinkAnswer { expires_in_seconds })
}

/// Where the pages of the site are.
pub fn base(call: &Call, site: &Site) -> String {
    format!("{}://{}{}", call.config.scheme, site.host, call.config.port)
}

/// What the tenant is called in its mail.
pub fn name(profile: Option<ProfileRow>, tenant: &TenantId) -> String {
    profile.map_or_else(|| tenant.to_string(), |profile| profile.name)
}

/// The token stands behind `#`: browsers send it to nobody, so it is in no log.
fn mail(name: &str, base: &str, email: &Email, token: &OnceText) -> Mail {
    let url = format!("{base}/login/link#{}", token.expose());
    Mail {
        to: email.to_string(),
        from_name: name.to_owned(),
        subject: format!("Sign in to {name}"),
        text: format!(
            "Somebody, most likely you, wants to sign in to {name}.\n\n{url}\n\nThe link works once, within 15 minutes. \
             If it was not you, there is nothing to do: without this link nobody gets in.\n"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_in_the_part_of_the_link_that_browsers_keep() {
        let (email, token) = (Email::parse("a@acme.example").unwrap(), OnceText::new(&[1; 32]));
        let mail = mail("Acme", "https://acme.example", &email, &token);
        let url = format!("https://acme.example/login/link#{}", token.expose());
        assert!(mail.text.contains(&url) && mail.to == "a@acme.example", "{mail:?}");
        assert!(!mail.subject.contains(token.expose()));
    }
}
