//! Fault switches for tests: stores that are off or slow, caches that are cold, rounds that are far.
//!
//! They act on the one request that carries `Writ-Fault`, and only where the variable `WRIT_FAULTS`
//! is `on`, which no deployed configuration sets.

/// What a request asks to go wrong.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Faults {
    /// D1 refuses.
    pub d1_off: bool,
    /// Durable Objects refuse.
    pub objects_off: bool,
    /// D1 answers only after this time.
    pub d1_slow_ms: u64,
    /// Every store round takes this much longer.
    pub round_ms: u64,
    /// Caches are passed over.
    pub cold: bool,
    /// Whether anything was asked for at all: the answer then tells its rounds.
    pub any: bool,
}

impl Faults {
    /// Reads the header: `d1=off, objects=off, d1=slow:900, round=40, cold`. Unknown words are passed over.
    pub fn parse(header: &str) -> Self {
        let mut faults = Self { any: !header.is_empty(), ..Self::default() };
        for word in header.split(',').map(str::trim) {
            match word.split_once('=') {
                Some(("d1", "off")) => faults.d1_off = true,
                Some(("objects", "off")) => faults.objects_off = true,
                Some(("d1", slow)) => faults.d1_slow_ms = millis(slow.strip_prefix("slow:")),
                Some(("round", ms)) => faults.round_ms = millis(Some(ms)),
                None if word == "cold" => faults.cold = true,
                _ => {}
            }
        }
        faults
    }

    /// What of it concerns the stores that an object asks itself.
    pub fn header(&self) -> String {
        let off = if self.d1_off { "d1=off," } else { "" };
        format!("{off}d1=slow:{},round={}", self.d1_slow_ms, self.round_ms)
    }
}

fn millis(text: Option<&str>) -> u64 {
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_read_from_the_header() {
        let faults = Faults::parse("d1=off, round=40,cold, d1=slow:900, nonsense");
        let want = Faults {
            d1_off: true,
            d1_slow_ms: 900,
            round_ms: 40,
            cold: true,
            any: true,
            objects_off: false,
        };
        assert_eq!(faults, want);
        assert_eq!(Faults::parse(""), Faults::default());
    }
}
