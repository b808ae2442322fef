//! `bench`: floors, peers and ours, side by side on this machine; ratios go to bench/RESULTS.md.

mod cases;
mod cold;
mod floors;
mod http;
mod load;
mod machine;
mod memory;
mod peers;
mod pools;
mod report;
mod results;
mod server;
mod sizes;
mod stats;
mod world;

use std::fs;

use anyhow::Result;

use crate::build;
use crate::cli::{BenchArgs, BuildArgs, Part};
use crate::root::Root;
use crate::setup;
use crate::steps::Steps;
use results::Results;
use world::World;

/// Where servers keep their state and results wait to be written up.
const FOLDER: &str = "target/bench";

/// Builds what is measured, measures it, and writes bench/RESULTS.md (not with `--quick`).
///
/// Parts that are left out by `--only` keep their figures of the run before, with its date.
///
/// # Errors
/// When something does not build, does not start, or answers otherwise than it must.
pub fn run(root: &Root, args: &BenchArgs) -> Result<()> {
    setup::run(root, &mut Steps::new(setup::STEPS))?;
    if !args.as_built {
        build::run(root, &BuildArgs { release: true, workers: Vec::new() })?;
    }
    fs::create_dir_all(root.join(FOLDER))?;
    let chosen = |part: Part| args.only.is_none_or(|only| only == part);
    let mut results = if args.writes_nothing() { Results::default() } else { Results::kept(root)? };
    if chosen(Part::Sizes) {
        results.sizes = Some(sizes::measure(root)?);
    }
    if [Part::Load, Part::Pools, Part::Cold, Part::Memory].into_iter().any(chosen) {
        let world = World::make(root)?;
        if chosen(Part::Load) {
            floors::build(root)?;
            peers::install(root)?;
            results.load = Some(load::measure(root, &world, args.quick)?);
            keep(root, args, &results)?;
        }
        if chosen(Part::Pools) {
            floors::build(root)?;
            results.pools = Some(pools::measure(root, &world, args.quick)?);
            keep(root, args, &results)?;
        }
        if chosen(Part::Cold) {
            results.cold = Some(cold::measure(root, &world, args.quick)?);
            keep(root, args, &results)?;
        }
        if chosen(Part::Memory) {
            results.memory = Some(memory::measure(root, &world, args)?);
        }
    }
    // What people found out about the figures is written by hand and follows them.
    let findings = fs::read_to_string(root.join("bench/findings.md")).unwrap_or_default();
    let text = report::text(&results) + &findings;
    println!("\n{text}");
    if args.writes_nothing() {
        println!("(nothing was written: a quick run, or of workers as they happened to be built)");
        return Ok(());
    }
    keep(root, args, &results)?;
    Ok(fs::write(root.join("bench/RESULTS.md"), text)?)
}

/// Keeps what was measured so far, lest a later part's failure lose it.
fn keep(root: &Root, args: &BenchArgs, results: &Results) -> Result<()> {
    if args.writes_nothing() { Ok(()) } else { results.keep(root) }
}
