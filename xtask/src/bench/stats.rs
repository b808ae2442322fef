//! The little arithmetic of measuring.

/// The middle value; of an even number the lower one of the two. `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    percentile(values, 50)
}

/// The value below which `percent` of all lie, by nearest rank.
pub fn percentile(values: &[f64], percent: usize) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let rows: [(&[f64], usize, Option<f64>); 6] = [
            (&[], 50, None),
            (&[3.0], 99, Some(3.0)),
            (&[3.0, 1.0, 2.0], 50, Some(2.0)),
            (&[4.0, 1.0, 2.0, 3.0], 50, Some(2.0)),
            (&[4.0, 1.0, 2.0, 3.0], 100, Some(4.0)),
            (&[4.0, 1.0, 2.0, 3.0], 1, Some(1.0)),
        ];
        for (values, percent, want) in rows {
            assert_eq!(percentile(values, percent), want, "{values:?} {percent}");
        }
    }
}
