//! An ask for capacity of a license: who asks, and the license, in one round of stores.

use domain::license::License;
use edge::admit::{Caller, admit};
use edge::serve::Target;
use edge::{Call, Failure};
use futures_util::future::join;

use crate::ask::Asked;
use crate::checkout::home;
use crate::licensed::{Held, early, find};
use crate::product::Place;
use crate::usable::Parties;

/// Somebody who was let in, and a license that is not judged yet.
pub struct Case {
    /// Who asks.
    pub caller: Caller,
    asked: Asked,
    held: Held,
}

impl Case {
    /// Lets the caller in while the license is looked up.
    ///
    /// # Errors
    /// When the caller is not let in, or a store is away: nothing is guessed.
    pub async fn open(call: &Call, target: Target<'_>) -> Result<Self, Failure> {
        let asked = Asked::capacity(target.param);
        let (caller, early) = join(admit(call, target.endpoint), early(call, Some(&asked))).await;
        let caller = caller?;
        let principal = caller.principal()?;
        let held = match early {
            Some((shard, held)) if shard == principal.shard => held?,
            // The key's hint was wrong: the tenant's records have moved since it was made.
            _ => find(call, home(principal), &asked).await?,
        };
        Ok(Self { caller, asked, held })
    }

    /// The license, when anything of it may be reserved.
    ///
    /// # Errors
    /// Why not.
    pub fn license(&self, call: &Call) -> Result<&License, Failure> {
        let Caller { site, suspended, .. } = &self.caller;
        let key = self.caller.principal()?.key();
        let parties = Parties { holder: site.standing, suspended, key };
        self.held.usable(call, &self.asked, parties)
    }

    /// The caller's own place.
    ///
    /// # Errors
    /// When the caller has no key, which the table of endpoints rules out.
    pub fn place(&self) -> Result<Place<'_>, Failure> {
        self.caller.principal().map(home)
    }
}
