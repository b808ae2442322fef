//! Memory of workerd while 100,000 licenses are validated in rotation.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::cases::{self, MANY_LICENSES};
use super::floors;
use super::load;
use super::machine;
use super::results::MemoryPart;
use super::world::{MANY, World};
use crate::cli::BenchArgs;
use crate::root::Root;

/// Samples of a run, besides the one before it.
const SAMPLES: u32 = 20;

/// Loads a fresh process and samples its memory.
///
/// # Errors
/// When it does not start, or an answer is refused.
pub fn measure(root: &Root, world: &World, args: &BenchArgs) -> Result<MemoryPart> {
    let setting = machine::setting(root)?;
    let seconds = match (args.quick, args.long) {
        (true, _) => 2,
        (false, true) => 600,
        (false, false) => 60,
    };
    let (platform, floors) = (World::start(root, false)?, floors::start(root)?);
    let cases = cases::ours(world, &platform, &floors)?;
    let case = cases.into_iter().find(|case| case.name == MANY_LICENSES).context("no such case")?;
    drop(floors);
    println!("{MANY_LICENSES}: {seconds} s");
    let ended = AtomicBool::new(false);
    let (load, rss_mb) = thread::scope(|scope| {
        let sampler = scope.spawn(|| samples(platform.pid, seconds, &ended));
        let load = load::run(root, &case, seconds, 16);
        ended.store(true, Ordering::Relaxed);
        (load, sampler.join())
    });
    let (load, rss_mb) = (load?, rss_mb.map_err(|_| anyhow::anyhow!("the sampler failed"))??);
    if load.refused > 0 {
        bail!("{MANY_LICENSES}: {} requests were refused", load.refused);
    }
    Ok(MemoryPart { setting, licenses: MANY, seconds, load: Some(load), rss_mb })
}

fn samples(pid: u32, seconds: u64, ended: &AtomicBool) -> Result<Vec<f64>> {
    let every = Duration::from_secs(seconds) / SAMPLES;
    let from = Instant::now();
    let mut taken = vec![machine::rss_mb(pid)?];
    for number in 1..=SAMPLES {
        while from.elapsed() < every * number && !ended.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
        taken.push(machine::rss_mb(pid)?);
    }
    Ok(taken)
}
