//! Parts of one whole, such as shares of time: what counts is how large they
//! are against each other.
//!
//! Each customer's parts are closed (divided by their sum), zeros are
//! replaced, and each part becomes the logarithm of it divided by the
//! geometric mean of all: the centred log-ratio (Aitchison 1986, *The
//! Statistical Analysis of Compositional Data*, section 4.6). All parts are
//! then divided by one number, so that their mean variance is 1 and distances
//! stay Aitchison's but for that factor.
//!
//! The logarithm blows up what is nearly nothing, so parts below a limit count
//! as rounded to zero and become 0.65 of it, the others giving way in
//! proportion (multiplicative replacement; Martín-Fernández,
//! Barceló-Vidal and Pawlowsky-Glahn 2003, equation 6 and section 4).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::segments::model::{exact, is_value};
use crate::segments::statistics::quantile;

/// What replaces a part below the limit, as a part of the limit.
const OF_LIMIT: f64 = 0.65;

/// The limit without other settings, as a part of an even share. Smaller
/// limits let a customer's least used things decide.
const OF_EVEN: f64 = 0.25;

const ROWS_AT_ONCE: usize = 8192;

/// The whole that the columns of a group are parts of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Composition {
    /// Name of the group.
    pub group: String,
    /// Parts below this share count as rounded to zero.
    pub zero: f64,
    /// What all centred log-ratios are divided by, above 0.
    pub spread: f64,
}

/// One part of a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Index into [`super::Space::compositions`].
    pub composition: usize,
    /// What stands in for a missing part: the median share of the whole.
    pub fill: f64,
    /// Mean log-ratio, subtracted.
    pub centre: f64,
}

/// The parts of a composition as they come out of a fit.
pub(super) struct Learned {
    pub(super) composition: Composition,
    pub(super) parts: Vec<Part>,
    /// Customers all of whose parts are zero or missing.
    pub(super) empty: usize,
}

/// Learns the composition number `number` from `columns` at `rows`; none if
/// the parts do not vary. Each column has a positive value in one of the rows,
/// and there are two or more.
pub(super) fn learn(
    group: &str,
    number: usize,
    zero: Option<f64>,
    columns: &[&[f64]],
    rows: &[usize],
) -> Option<Learned> {
    let count = columns.len() as f64;
    let zero = exact(zero.unwrap_or(OF_EVEN / count));
    let wholes: Vec<f64> = rows
        .par_iter()
        .map(|&row| columns.iter().map(|column| amount(column[row])).sum())
        .collect();
    let fills: Vec<f64> = columns
        .par_iter()
        .map(|column| {
            let mut shares: Vec<f64> = rows
                .iter()
                .zip(&wholes)
                .filter(|&(&row, &whole)| whole > 0.0 && is_value(column[row]))
                .map(|(&row, &whole)| amount(column[row]) / whole)
                .collect();
            shares.sort_unstable_by(f64::total_cmp);
            exact(quantile(&shares, 0.5).unwrap_or(0.0))
        })
        .collect();
    // Sums over chunks of fixed length, added in their order.
    let chunks: Vec<Sums> = rows
        .par_chunks(ROWS_AT_ONCE)
        .map(|rows| {
            let mut sums = Sums::new(columns.len());
            let (mut parts, mut squares) = (vec![0.0; columns.len()], vec![0.0; columns.len()]);
            for &row in rows {
                for (part, column) in parts.iter_mut().zip(columns) {
                    *part = column[row];
                }
                if log_ratios(&mut parts, &fills, zero) {
                    for (square, part) in squares.iter_mut().zip(&parts) {
                        *square = part * part;
                    }
                    sums.add(1, &parts, &squares);
                }
            }
            sums
        })
        .collect();
    let mut all = Sums::new(columns.len());
    for chunk in &chunks {
        all.add(chunk.known, &chunk.values, &chunk.squares);
    }
    let mean = |sum: &f64| sum / all.known.max(1) as f64;
    let centres: Vec<f64> = all.values.iter().map(mean).collect();
    let squares = all.squares.iter().map(mean);
    let variances = squares
        .zip(&centres)
        .map(|(square, centre)| square - centre * centre);
    let variance = variances.sum::<f64>() / count;
    // Rounding alone can leave a little.
    (variance > 1e-12).then(|| Learned {
        composition: Composition {
            group: group.to_owned(),
            zero,
            spread: exact(variance.sqrt()),
        },
        parts: centres
            .into_iter()
            .zip(&fills)
            .map(|(centre, &fill)| Part {
                composition: number,
                fill,
                centre: exact(centre),
            })
            .collect(),
        empty: rows.len() - all.known,
    })
}

/// Sums of log-ratios and of their squares.
struct Sums {
    known: usize,
    values: Vec<f64>,
    squares: Vec<f64>,
}

impl Sums {
    fn new(parts: usize) -> Self {
        Self {
            known: 0,
            values: vec![0.0; parts],
            squares: vec![0.0; parts],
        }
    }

    fn add(&mut self, known: usize, values: &[f64], squares: &[f64]) {
        self.known += known;
        let add = |sums: &mut [f64], more: &[f64]| {
            sums.iter_mut()
                .zip(more)
                .for_each(|(sum, more)| *sum += more);
        };
        add(&mut self.values, values);
        add(&mut self.squares, squares);
    }
}

impl Composition {
    pub(super) fn is_sound(&self, parts: usize) -> bool {
        parts >= 2 && self.spread > 0.0 && self.zero > 0.0 && self.zero * (parts as f64) < 1.0
    }
}

/// What there is of a part; less than nothing cannot be.
fn amount(raw: f64) -> f64 {
    if is_value(raw) { raw.max(0.0) } else { 0.0 }
}

/// Turns a customer's raw parts into centred log-ratios; false if there is
/// nothing of any of them. `fills` are the shares of missing parts, and `zero`
/// is below an even share.
pub(super) fn log_ratios(parts: &mut [f64], fills: &[f64], zero: f64) -> bool {
    let whole: f64 = parts.iter().map(|&part| amount(part)).sum();
    if whole <= 0.0 {
        return false;
    }
    for (part, fill) in parts.iter_mut().zip(fills) {
        *part = if is_value(*part) {
            amount(*part) / whole
        } else {
            *fill
        };
    }
    let whole: f64 = parts.iter().sum();
    let (mut zeros, mut rest) = (0, 0.0);
    for part in parts.iter_mut() {
        *part /= whole;
        if *part < zero {
            zeros += 1;
        } else {
            rest += *part;
        }
    }
    let replaced = OF_LIMIT * zero;
    let kept = (1.0 - f64::from(zeros) * replaced) / rest;
    let mut mean = 0.0;
    for part in parts.iter_mut() {
        *part = if *part < zero {
            replaced.ln()
        } else {
            (*part * kept).ln()
        };
        mean += *part;
    }
    mean /= parts.len() as f64;
    parts.iter_mut().for_each(|part| *part -= mean);
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_size_of_the_whole_does_not_matter(
            parts in prop::collection::vec(0.0..1e4f64, 3..8), size in 1e-3..1e3f64,
        ) {
            prop_assume!(parts.iter().sum::<f64>() > 1.0);
            let fills = vec![0.1; parts.len()];
            let (mut one, mut other) = (parts.clone(), parts.clone());
            other.iter_mut().for_each(|part| *part *= size);
            prop_assert!(log_ratios(&mut one, &fills, 0.02));
            prop_assert!(log_ratios(&mut other, &fills, 0.02));
            prop_assert!(one.iter().sum::<f64>().abs() < 1e-9);
            for (part, (a, b)) in one.iter().zip(&other).enumerate() {
                // A part at the limit may fall to either side by rounding.
                let at_limit = (parts[part] / parts.iter().sum::<f64>() - 0.02).abs() < 1e-9;
                prop_assert!((a - b).abs() < 1e-6 || at_limit, "{a} {b}");
            }
        }
    }

    #[test]
    fn log_ratios_are_the_textbook_ones() {
        let mut parts = [10.0, 20.0, 70.0];
        assert!(log_ratios(&mut parts, &[0.0; 3], 0.05));
        let mean = (10.0f64.ln() + 20.0f64.ln() + 70.0f64.ln()) / 3.0;
        for (part, raw) in parts.iter().zip([10.0f64, 20.0, 70.0]) {
            assert!((part - (raw.ln() - mean)).abs() < 1e-12);
        }
    }

    #[test]
    fn a_zero_becomes_a_little_and_the_rest_keep_their_ratio() {
        let mut parts = [0.0, 1.0, 3.0];
        assert!(log_ratios(&mut parts, &[0.0; 3], 0.1));
        assert!((parts[2] - parts[1] - 3.0f64.ln()).abs() < 1e-12);
        let ratio = (parts[0] - parts[1]).exp();
        assert!((ratio - 0.065 / (0.25 * (1.0 - 0.065))).abs() < 1e-12);
    }

    #[test]
    fn a_missing_part_takes_its_usual_share() {
        let mut parts = [f64::NAN, 3.0, 1.0];
        assert!(log_ratios(&mut parts, &[1.0, 0.3, 0.1], 0.01));
        let mut whole = [4.0, 3.0, 1.0];
        assert!(log_ratios(&mut whole, &[1.0, 0.3, 0.1], 0.01));
        assert!(parts.iter().zip(whole).all(|(a, b)| (a - b).abs() < 1e-12));
        assert!(!log_ratios(&mut [0.0, f64::NAN, -1.0], &[0.3; 3], 0.01));
    }
}
