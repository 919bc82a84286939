//! Centres in whole numbers, and how far their scores may be off.

use std::array;
use std::iter::zip;

use super::Coarse;
use crate::kmeans::centres::{BLOCK, Centres};
use crate::kmeans::lanes::KMeansFloat;

/// The greatest length of a centre in whole numbers. Its product with a row is then
/// below two thirds of 2³⁰, even if rounding makes both longer.
const CENTRE_LENGTH: f64 = 21_000.0;

/// Constants stay below one third of 2³⁰, so that no score overflows. So they do
/// for centres that are as near to the means as rows are.
const GREATEST_CONSTANT: f64 = (1 << 30) as f64 / 3.0;

/// The most by which a value differs from its whole number, in such numbers: one
/// half, and what arithmetic in `f32` may add.
const ROUNDING: f64 = 0.51;

/// Centres in whole numbers.
///
/// Half the score of a centre `c` for a point `x` is `c²/2 - xc`, both taken
/// about the column means. In whole numbers that is a constant plus products with
/// minus the centre.
#[derive(Debug)]
pub(super) struct Scores {
    /// Minus the centres, block by block, feature pair by feature pair.
    pub(super) factors: Vec<[[i16; 2]; BLOCK]>,
    /// `c²/2`, block by block; the padding never wins.
    pub(super) constants: Vec<[i32; BLOCK]>,
    /// The number of each centre, block by block.
    pub(super) indices: Vec<[i32; BLOCK]>,
    /// A centre is nearest for certain when all other scores are greater by more.
    pub(super) margin: i32,
}

impl Coarse {
    /// Makes whole numbers of centres; `None` when one of them is too far from the
    /// means, or all are at one place.
    pub(super) fn scores<F: KMeansFloat>(&self, centres: &Centres<F>) -> Option<Scores> {
        let columns = centres.columns;
        let pairs = columns.div_ceil(2);
        let apart: Vec<f64> = zip(&centres.offset, &self.means)
            .map(|(&offset, mean)| offset.into() - mean)
            .collect();
        let about: Vec<f64> = zip(&centres.about, apart.iter().cycle())
            .map(|(&centre, apart)| centre.into() + apart)
            .collect();
        let greatest = about.chunks(columns).map(length).fold(0.0, f64::max);
        // What 1 stands for in a centre, and in a score.
        let unit = greatest / CENTRE_LENGTH;
        let unit_of_score = unit * self.step;
        if !(unit.is_normal() && unit_of_score.is_normal()) {
            return None;
        }
        let blocks = centres.clusters.div_ceil(BLOCK);
        let mut factors = vec![[[0; 2]; BLOCK]; blocks * pairs];
        let mut constants = vec![[i32::MAX; BLOCK]; blocks];
        let mut rounded_off = 0.0f64;
        for (cluster, centre) in about.chunks(columns).enumerate() {
            let (block, slot) = (cluster / BLOCK, cluster % BLOCK);
            let constant = length(centre).powi(2) / (2.0 * unit_of_score);
            if constant > GREATEST_CONSTANT {
                return None;
            }
            constants[block][slot] = constant.round() as i32;
            let mut off = 0.0;
            for (column, value) in centre.iter().enumerate() {
                let factor = (value / unit).round();
                off += (value / unit - factor).powi(2);
                factors[block * pairs + column / 2][slot][column % 2] = -factor as i16;
            }
            rounded_off = rounded_off.max(off.sqrt());
        }
        // What rounding took from a centre meets the rounded point; what it took from
        // the point, at most a part of 1 in every column, meets the centre.
        let root = (columns as f64).sqrt();
        let point = self.reach / self.step + ROUNDING * root;
        let off = rounded_off * point + ROUNDING * root * (greatest / unit) + ROUNDING;
        // The kernel rounds as well. It takes points about another offset.
        let reach = self.reach + length(&apart);
        let lost = centres.rounding() * (reach * reach + centres.greatest_square);
        // Two scores are off, one up and one down.
        let margin = 2.0 * off + lost / unit_of_score;
        // Half of 2³⁰, so that a score and the margin do not overflow together.
        (margin < f64::from(1 << 29)).then(|| Scores {
            factors,
            constants,
            indices: (0..blocks)
                .map(|block| array::from_fn(|slot| (block * BLOCK + slot) as i32))
                .collect(),
            margin: margin as i32 + 2,
        })
    }
}

fn length(vector: &[f64]) -> f64 {
    vector.iter().map(|value| value * value).sum::<f64>().sqrt()
}
