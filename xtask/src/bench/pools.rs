//! Floating seats: what a checkout or a return costs beside the floor of one object call with one row written.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::json;

use super::cases::{Case, Numbers, heartbeat};
use super::floors;
use super::http::Post;
use super::load;
use super::machine;
use super::results::{PoolCase, PoolsPart};
use super::server::Server;
use super::world::{DIGITS, POOLS, World};
use crate::root::Root;

/// Rounds of a whole run, and seconds of each measurement.
const ROUNDS: usize = 5;
const SECONDS: u64 = 3;
/// The same for a thousand pools: long enough that each of them is read again and ships, as often as it does all the time.
const SECONDS_MANY: u64 = 10;
/// Before each measurement its case runs this long: the platform puts objects to sleep while the others are measured.
const WARM_UP: u64 = 2;
/// The same for a thousand pools: each of them is called some times.
const WARM_UP_MANY: u64 = 8;
/// After a round: longer than a pool gathers (`LEDGER_GATHER_MS`), and than its platform keeps an idle object.
const QUIET: Duration = Duration::from_secs(45);
/// Leases that the small and the large pool hold meanwhile.
const SMALL: u64 = 100;
const LARGE: u64 = 100_000;

/// Names of cases that ratios are made of.
pub const FLOOR: &str = "floor: one object";
/// The same with many callers.
pub const FLOOR_64: &str = "floor: one object, 64 callers";
/// As many objects as there are pools.
pub const FLOOR_MANY: &str = "floor: 1,000 objects";
/// Ours.
pub const PAIR: &str = "checkout and return, one pool";
/// Ours, with many callers.
pub const PAIR_64: &str = "checkout and return, one pool, 64 callers";
/// Ours, in many pools.
pub const PAIR_MANY: &str = "checkout and return, 1,000 pools";
/// A pool in which little is held.
pub const PAIR_SMALL: &str = "checkout and return, 100 leases held";
/// A pool in which much is held.
pub const PAIR_LARGE: &str = "checkout and return, 100,000 leases held";

/// Fills the pools, then loads each case in turn, in several rounds.
///
/// # Errors
/// When something does not start, or an answer is refused.
pub fn measure(root: &Root, world: &World, quick: bool) -> Result<PoolsPart> {
    let setting = machine::setting(root)?;
    let (rounds, seconds, large) = if quick { (1, 1, SMALL) } else { (ROUNDS, SECONDS, LARGE) };
    let (platform, floors) = (World::start(root, false)?, floors::start(root)?);
    let pools = Pools { root, world, platform: &platform };
    let [empty, small, full] = world.seats.as_slice() else { bail!("three licenses with seats") };
    pools.fill(small, SMALL)?;
    pools.fill(full, large)?;
    let cases = [
        (FLOOR, 16, floor(world, &floors, None)?),
        (PAIR, 16, pools.pair(empty)?),
        (FLOOR_64, 64, floor(world, &floors, None)?),
        (PAIR_64, 64, pools.pair(empty)?),
        (PAIR_SMALL, 16, pools.pair(small)?),
        (PAIR_LARGE, 16, pools.pair(full)?),
        (FLOOR_MANY, 16, floor(world, &floors, Some(many()))?),
        (PAIR_MANY, 16, pools.pair_of_many()?),
    ];
    let mut results: Vec<_> = cases
        .iter()
        .map(|(name, callers, _)| PoolCase {
            name: (*name).to_owned(),
            callers: *callers,
            rounds: Vec::new(),
        })
        .collect();
    for number in 1..=rounds {
        println!("round {number} of {rounds}");
        for ((name, callers, case), result) in cases.iter().zip(&mut results) {
            woken(case)?;
            let (warm_up, seconds) = match (quick, case.numbers) {
                (true, _) => (1, seconds),
                (false, None) => (WARM_UP, seconds),
                (false, Some(_)) => (WARM_UP_MANY, SECONDS_MANY),
            };
            load::run(root, case, warm_up, *callers)?;
            let round = load::run(root, case, seconds, *callers)?;
            println!("  {name:<45} {:>7.0} calls/s", round.per_second());
            if round.refused > 0 {
                bail!("{name}: {} calls were refused", round.refused);
            }
            result.rounds.push(round);
        }
        if number < rounds {
            // A thousand pools ship what they have gathered for half a minute: not while another case is measured.
            sleep(QUIET);
        }
    }
    Ok(PoolsPart { setting, seconds, rss_mb: machine::rss_mb(platform.pid)?, cases: results })
}

/// One call, for as long as it takes the object to read its rows again.
fn woken(case: &Case) -> Result<()> {
    let reply = case.first().send(&super::http::agent())?;
    if reply.status >= 300 {
        bail!("{}: {} {}", case.name, reply.status, reply.body);
    }
    Ok(())
}

const fn many() -> Numbers {
    let (from, count) = POOLS;
    Numbers { width: DIGITS, from, count }
}

fn floor(world: &World, floors: &Server, numbers: Option<Numbers>) -> Result<Case> {
    let body = match numbers {
        Some(_) => checkout(&format!("{}{{n}}", world.many)),
        None => heartbeat(world),
    };
    let post =
        Post { url: format!("{}/", floors.direct("object")?), headers: world.headers(), body };
    Ok(Case { name: FLOOR, post, numbers, back: None, expect: "", pid: floors.pid })
}

fn checkout(license: &str) -> String {
    json!({ "license_id": license, "user": "alice@acme.example", "host": "ws-042", "ttl": 86_400 })
        .to_string()
}

/// The pools of the bench's world.
struct Pools<'a> {
    root: &'a Root,
    world: &'a World,
    platform: &'a Server,
}

impl Pools<'_> {
    /// Checkouts alone.
    fn out(&self, license: &str) -> Result<Case> {
        let url = format!("{}/api/v1/licenses/checkout", self.platform.direct("checkout")?);
        let post = Post { url, headers: self.world.headers(), body: checkout(license) };
        let (name, expect, pid) = (PAIR, r#""lease_id":"#, self.platform.pid);
        Ok(Case { name, post, numbers: None, back: None, expect, pid })
    }

    fn pair(&self, license: &str) -> Result<Case> {
        Ok(Case { back: Some("/api/v1/licenses/return"), ..self.out(license)? })
    }

    fn pair_of_many(&self) -> Result<Case> {
        let case = self.pair(&format!("{}{{n}}", self.world.many))?;
        Ok(Case { numbers: Some(many()), ..case })
    }

    /// Checks out until so many leases are held.
    fn fill(&self, license: &str, leases: u64) -> Result<()> {
        let case = self.out(license)?;
        if leases <= SMALL {
            let agent = super::http::agent();
            return (0..leases).try_for_each(|_| match case.first().send(&agent)? {
                reply if reply.status == 201 => Ok(()),
                reply => bail!("a pool is not filled: {} {}", reply.status, reply.body),
            });
        }
        println!("filling a pool with {leases} leases");
        let mut held = 0;
        while held < leases {
            let round = load::run(self.root, &case, 5, 16)?;
            if round.requests == 0 || round.refused > 0 {
                bail!("a pool is not filled: {round:?}");
            }
            held += round.requests;
        }
        Ok(())
    }
}
