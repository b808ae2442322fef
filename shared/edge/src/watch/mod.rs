//! What isolates note of API keys and hand to the tenants' `Watch` objects after their answers (docs/adr/0011).
//!
//! What this isolate has not seen before is told at once; what it has seen is counted, and told every two seconds. A
//! warm request pays a look-up by a hash of what it says.

mod gather;

use std::collections::BTreeMap;
use std::time::Duration;

use domain::app::{App, Ruling};
use domain::id::{KeyId, TenantId};
use domain::place::Shard;
use domain::time::Millis;
use domain::watch::{Sighting, Unlisted};
use worker::Delay;

use crate::call::Call;
use crate::door::Inbound;
use crate::facts::Facts;
use crate::failure::Failure;
use crate::objects::{AppUse, Watch, WatchCall};
use crate::principal::{Principal, Who};
use crate::watch::gather::{Claim, GATHER, Noted, What, mark};
use crate::{log, object, platform};

/// Texts of headers are kept up to so many bytes.
const LONGEST: usize = 200;

/// A key was let in.
pub fn admitted(principal: &Principal, inbound: &Inbound, now: Millis) {
    note(principal, inbound, "", now);
}

/// A key was refused. Gives the refusal back, so that it stands in one line where it is made.
pub fn refused(principal: Option<&Principal>, call: &Call, failure: Failure) -> Failure {
    if let Some(principal) = principal {
        note(principal, &call.inbound, &failure.problem.code, call.now);
    }
    failure
}

fn note(principal: &Principal, inbound: &Inbound, code: &str, now: Millis) {
    let Who::Key(key) = &principal.who else { return };
    let said = Said::of(inbound);
    let mark = mark(&[
        "key",
        key.as_str(),
        code,
        said.address,
        said.host,
        said.app.fingerprint,
        said.app.lib_version,
        said.asked,
    ]);
    GATHER.with_borrow_mut(|gather| {
        gather.note(mark, now, || Noted {
            tenant: principal.tenant.clone(),
            shard: principal.shard,
            what: What::Key(Sighting {
                refused: (!code.is_empty()).then(|| code.to_owned()),
                ..said.sighting(key.clone(), now)
            }),
        });
    });
}

/// Whose license an application uses, and with which key.
#[derive(Clone, Copy, Debug)]
pub struct User<'a> {
    /// The holder.
    pub tenant: &'a TenantId,
    /// Where its records live.
    pub shard: Shard,
    /// The key; none where the license itself is the credential.
    pub key: Option<&'a KeyId>,
}

/// An application uses a license: its issuer lists it, and the holder is told where the issuer does not know it or does
/// not want it.
pub fn app(user: User<'_>, facts: &Facts, inbound: &Inbound, now: Millis) {
    let (Some(license), Some(issuer_shard)) = (&facts.license, facts.issuer_shard) else { return };
    let said = Said::of(inbound);
    let ruling = facts.app(said.app);
    if said.app.fingerprint.is_empty() && ruling == Ruling::Accepted {
        return;
    }
    let (product, verdict) = (license.product.as_str(), ruling_name(ruling));
    let words = [
        "app",
        user.tenant.as_str(),
        license.issuer.as_str(),
        product,
        said.app.fingerprint,
        said.app.lib_version,
        verdict,
    ];
    GATHER.with_borrow_mut(|gather| {
        gather.note(mark(&words), now, || Noted {
            tenant: license.issuer.clone(),
            shard: issuer_shard,
            what: What::App(AppUse {
                product: license.product.clone(),
                fingerprint: short(said.app.fingerprint),
                lib_version: short(said.app.lib_version),
                customer: user.tenant.clone(),
                ruling,
                calls: 0,
                at: now,
            }),
        });
        let Some(key) = user.key.filter(|_| ruling != Ruling::Accepted) else { return };
        let words = [
            "unlisted",
            key.as_str(),
            product,
            said.app.fingerprint,
            said.app.lib_version,
            verdict,
            said.address,
        ];
        gather.note(mark(&words), now, || Noted {
            tenant: user.tenant.clone(),
            shard: user.shard,
            what: What::Key(Sighting {
                unlisted: Some(Unlisted {
                    product: license.product.clone(),
                    issuer: license.issuer.clone(),
                    refused: ruling == Ruling::Refused,
                }),
                ..said.sighting(key.clone(), now)
            }),
        });
    });
}

const fn ruling_name(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Accepted => "",
        Ruling::Reported => "reported",
        Ruling::Refused => "refused",
    }
}

/// What an application says of itself.
pub fn app_of(inbound: &Inbound) -> App<'_> {
    App {
        fingerprint: inbound.header("x-app-fingerprint"),
        lib_version: inbound.header("x-lib-version"),
    }
}

/// What a request says that is worth a note.
struct Said<'a> {
    address: &'a str,
    host: &'a str,
    app: App<'a>,
    asked: &'a str,
}

impl<'a> Said<'a> {
    fn of(inbound: &'a Inbound) -> Self {
        Self {
            address: inbound.header("cf-connecting-ip"),
            host: inbound.header("x-hostname"),
            app: app_of(inbound),
            asked: inbound.authority(),
        }
    }

    fn sighting(&self, key: KeyId, now: Millis) -> Sighting {
        Sighting {
            key,
            address: short(self.address),
            host: short(self.host),
            fingerprint: short(self.app.fingerprint),
            lib_version: short(self.app.lib_version),
            asked: short(self.asked),
            refused: None,
            unlisted: None,
            calls: 0,
            at: now,
        }
    }
}

/// A header's text, as far as it is kept.
fn short(text: &str) -> String {
    text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default().to_owned()
}

/// Whether something waits to be told after this answer: then [`tell`] has to be called.
pub fn waits() -> bool {
    GATHER.with_borrow(gather::Gather::waits)
}

/// Tells what waits: news at once, counts once they have been gathered for a while. What cannot be told is kept for the
/// next time.
pub async fn tell(call: &Call) {
    let claim = GATHER.with_borrow_mut(gather::Gather::claim);
    match claim {
        Claim::Nothing => return,
        Claim::Now => {}
        Claim::At(due) => {
            let pause = u64::try_from(due.since(platform::now())).unwrap_or_default();
            Delay::from(Duration::from_millis(pause)).await;
        }
    }
    let told = GATHER.with_borrow_mut(gather::Gather::take);
    let mut by_tenant = BTreeMap::<_, Vec<_>>::new();
    for (mark, noted) in told {
        let is_app = matches!(noted.what, What::App(_));
        let to = (noted.tenant.clone(), noted.shard.name(), is_app);
        by_tenant.entry(to).or_default().push((mark, noted));
    }
    for ((tenant, _, _), told) in by_tenant {
        let Some(message) = message(&told) else { continue };
        let Some(shard) = told.first().map(|(_, noted)| noted.shard) else { continue };
        let sent = object::tell::<Watch>(call, &Watch::name(&tenant), shard, &message).await;
        if let Err(failure) = sent {
            log::event("warn", "watch.tell", &failure.to_string());
            GATHER.with_borrow_mut(|gather| gather.put_back(told));
        }
    }
}

fn message(told: &[(u64, Noted)]) -> Option<WatchCall> {
    let shard = told.first()?.1.shard;
    let (mut sightings, mut applications) = (Vec::new(), Vec::new());
    for (_, noted) in told {
        match &noted.what {
            What::Key(sighting) => sightings.push(sighting.clone()),
            What::App(used) => applications.push(used.clone()),
        }
    }
    let uses = applications;
    Some(if uses.is_empty() {
        WatchCall::See { shard, sightings }
    } else {
        WatchCall::Used { shard, uses }
    })
}
