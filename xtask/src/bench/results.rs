//! What was measured, kept as JSON between runs so that a part can be measured again alone.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::FOLDER;
use crate::files;
use crate::root::Root;

/// All parts; a part that was never measured is missing.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Results {
    /// Requests per second.
    pub load: Option<LoadPart>,
    /// Floating seats.
    #[serde(default)]
    pub pools: Option<PoolsPart>,
    /// Latency without anything in memory.
    pub cold: Option<ColdPart>,
    /// Memory under many licenses.
    pub memory: Option<MemoryPart>,
    /// Sizes of the workers.
    pub sizes: Option<SizePart>,
}

/// When and on what a part was measured.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Setting {
    /// UTC, to the minute.
    pub date: String,
    /// Cores and model.
    pub machine: String,
    /// Versions of what was run, by name.
    pub versions: BTreeMap<String, String>,
    /// The machine's load before it began.
    pub idle_load: f64,
}

/// Throughput of all cases, measured in one run.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct LoadPart {
    /// Where.
    pub setting: Setting,
    /// Seconds of each measurement.
    pub seconds: u64,
    /// In the order of the table.
    pub cases: Vec<CaseResult>,
}

/// The rounds of one case.
#[derive(Debug, Deserialize, Serialize)]
pub struct CaseResult {
    /// Its name.
    pub name: String,
    /// Bytes of its answer's body.
    pub answer_bytes: usize,
    /// One for each round.
    pub rounds: Vec<Round>,
    /// Memory of the server's process afterwards, in MB.
    pub rss_mb: f64,
}

/// What the load generator says of one measurement.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Round {
    /// Requests answered.
    pub requests: u64,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// Half of the answers came within this many microseconds.
    pub p50: u64,
    /// 99 of 100 did.
    pub p99: u64,
    /// 99 of 100 would have, had calls been made at a steady pace (what wrk itself tells, and `bench/load/done.lua` explains).
    #[serde(default)]
    pub p99_steady: u64,
    /// Answers with another status than 2xx or 3xx.
    pub refused: u64,
    /// Connections that failed, and timeouts.
    pub broken: u64,
    /// Processor time of the server's process, in microseconds.
    #[serde(default)]
    pub cpu_micros: u64,
}

/// Throughput of floating seats beside floors, measured in one run.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct PoolsPart {
    /// Where.
    pub setting: Setting,
    /// Seconds of each measurement.
    pub seconds: u64,
    /// Memory of the platform's process afterwards, in MB.
    pub rss_mb: f64,
    /// In the order of the table.
    pub cases: Vec<PoolCase>,
}

/// The rounds of one case.
#[derive(Debug, Deserialize, Serialize)]
pub struct PoolCase {
    /// Its name.
    pub name: String,
    /// Callers at a time.
    pub callers: usize,
    /// One for each round.
    pub rounds: Vec<Round>,
}

/// Latency of cold requests, one after the other.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct ColdPart {
    /// Where.
    pub setting: Setting,
    /// Time added to each store round, in milliseconds.
    pub round_ms: u64,
    /// By endpoint.
    pub rows: Vec<ColdRow>,
}

/// One endpoint, cold.
#[derive(Debug, Deserialize, Serialize)]
pub struct ColdRow {
    /// Its name.
    pub name: String,
    /// Store rounds that it tells.
    pub rounds: u64,
    /// Milliseconds at the median.
    pub median_ms: f64,
    /// Milliseconds at the 99th percentile.
    pub p99_ms: f64,
}

/// Memory while many licenses are validated in turn.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct MemoryPart {
    /// Where.
    pub setting: Setting,
    /// Distinct licenses.
    pub licenses: u64,
    /// How long, in seconds.
    pub seconds: u64,
    /// Requests answered in that time.
    pub load: Option<Round>,
    /// Memory of workerd in MB, sampled at equal distances from before the first request to the end.
    pub rss_mb: Vec<f64>,
}

/// Sizes of the release builds.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct SizePart {
    /// Where.
    pub setting: Setting,
    /// Worker, bytes, bytes gzipped.
    pub rows: Vec<(String, usize, usize)>,
}

impl Results {
    /// Those of the runs before.
    ///
    /// # Errors
    /// When they are there and do not read.
    pub fn kept(root: &Root) -> Result<Self> {
        Ok(files::read(&root.join(FOLDER).join("results.json"))?.unwrap_or_default())
    }

    /// Keeps them.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn keep(&self, root: &Root) -> Result<()> {
        files::write(&root.join(FOLDER).join("results.json"), self)
    }
}

impl Round {
    /// Processor time for one request, in microseconds.
    pub fn cpu_per_request(&self) -> u64 {
        self.cpu_micros / self.requests.max(1)
    }

    /// Requests per second.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn per_second(&self) -> f64 {
        self.requests as f64 * 1e6 / self.micros.max(1) as f64
    }
}
