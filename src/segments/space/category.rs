//! Categories: one dimension per level, 1 for those who have it.
//!
//! The distance between two different levels is that of two values of a
//! numeric column, on average: a category of I levels is divided by
//! √(1 − 1/I), the deviation that I equally frequent levels have together.
//! That is the weighting of dummy variables by Hennig and Liao (2013, *How to
//! find an appropriate clustering for mixed-type variables*, section 6.2)
//! with q = 1; for their q = ½, give the column the weight 0.7. The factor
//! depends on the number of levels and not on their shares, so a category
//! never counts for more than a number of the same weight, and a rare level is
//! no reason for a segment of its own. Yes/no is a category of two levels.

use serde::{Deserialize, Serialize};

use super::feature::{Aspect, Raw};
use crate::segments::Words;
use crate::segments::model::exact;

/// A column whose values are all but the same does not tell customers apart:
/// the part of the customers that numbers are clipped by.
pub(super) const NEARLY_ALL: f64 = 0.99;

/// The levels of a category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Levels {
    /// The levels that are told apart, ascending.
    pub levels: Vec<Level>,
    /// Share of customers with another level at the fit; if none, a level that
    /// appears later says nothing.
    pub other: Option<f64>,
    /// Share of customers without a value at the fit, if that is a level of its
    /// own; else a missing value says nothing.
    pub missing: Option<f64>,
}

/// A level of a category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The word.
    pub name: String,
    /// Share of customers at the fit.
    pub share: f64,
}

impl Levels {
    /// The levels that at least `min_share` of `rows` have, and whether the
    /// missing ones (if `own_level`) are one.
    pub(in crate::segments) fn learn(
        words: &Words,
        rows: &[usize],
        min_share: f64,
        own_level: bool,
    ) -> Self {
        let mut counts = vec![0u64; words.levels().len()];
        let mut missing = 0u64;
        for &row in rows {
            match counts.get_mut(words.codes()[row] as usize) {
                Some(count) => *count += 1,
                None => missing += 1,
            }
        }
        let known = counts.iter().sum::<u64>();
        let all = if own_level { known + missing } else { known };
        let share = |count: u64| count as f64 / all.max(1) as f64;
        let mut other = 0;
        let mut levels = Vec::new();
        for (name, count) in words.levels().iter().zip(counts) {
            if count > 0 && share(count) >= min_share {
                levels.push(Level {
                    name: name.clone(),
                    share: exact(share(count)),
                });
            } else {
                other += count;
            }
        }
        let some = |count: u64| (count > 0).then(|| exact(share(count)));
        Self {
            levels,
            other: some(other),
            missing: some(missing).filter(|_| own_level),
        }
    }

    /// The share of each dimension: the levels, other, missing.
    pub(in crate::segments) fn shares(&self) -> impl Iterator<Item = f64> {
        let levels = self.levels.iter().map(|level| level.share);
        levels.chain(self.other).chain(self.missing)
    }

    /// What each dimension says, in the order of [`Self::shares`].
    pub(in crate::segments) fn aspects(&self) -> Vec<Aspect> {
        let levels = self.levels.iter();
        let mut aspects: Vec<Aspect> = levels.map(|l| Aspect::Level(l.name.clone())).collect();
        aspects.extend(self.other.map(|_| Aspect::Other));
        aspects.extend(self.missing.map(|_| Aspect::Missing));
        aspects
    }

    /// Each word's index among the levels, or their number.
    pub(in crate::segments) fn read<'a>(&self, words: &'a Words) -> Raw<'a> {
        let names = self.levels.iter().map(|level| level.name.as_str());
        Raw::places(words, names, self.levels.len() as f64)
    }

    pub(super) fn dimensions(&self) -> usize {
        self.shares().count()
    }

    /// Whether they tell customers apart.
    pub(super) fn vary(&self) -> bool {
        self.dimensions() >= 2 && self.shares().fold(0.0, f64::max) < NEARLY_ALL
    }

    /// The dimension of a place: the index of the level, their number for
    /// another one, NaN for a missing one.
    pub(in crate::segments) fn dimension(&self, place: f64) -> Option<usize> {
        let others = self.levels.len();
        if place.is_nan() {
            self.missing
                .map(|_| others + usize::from(self.other.is_some()))
        } else if place < others as f64 {
            Some(place as usize)
        } else {
            self.other.map(|_| others)
        }
    }

    /// Writes the dimensions of a customer at `place`; see [`Self::dimension`].
    pub(super) fn write(&self, place: f64, weight: f64, point: &mut [f64]) {
        let Some(has) = self.dimension(place) else {
            // In the middle of all levels.
            point.fill(0.0);
            return;
        };
        let scale = weight / dummy_deviation(point.len());
        for (at, (value, share)) in point.iter_mut().zip(self.shares()).enumerate() {
            *value = (if at == has { 1.0 - share } else { -share }) * scale;
        }
    }
}

/// The deviation of the dummy variables of that many equally frequent levels,
/// taken together.
pub(super) fn dummy_deviation(levels: usize) -> f64 {
    (1.0 - 1.0 / levels.max(2) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(count: usize, level: impl Fn(usize) -> Option<&'static str>) -> (Words, Vec<usize>) {
        ((0..count).map(level).collect(), (0..count).collect())
    }

    #[test]
    fn even_levels_vary_together_as_much_as_a_standardised_number() {
        for count in [2, 3, 5] {
            let names = ["a", "b", "c", "d", "e"];
            let (words, rows) = words(300, |row| Some(names[row % count]));
            let levels = Levels::learn(&words, &rows, 0.02, false);
            let mut variance = 0.0;
            for &row in &rows {
                let mut point = vec![0.0; levels.dimensions()];
                levels.write(f64::from(words.codes()[row]), 1.0, &mut point);
                variance += point.iter().map(|value| value * value).sum::<f64>() / 300.0;
            }
            assert!((variance - 1.0).abs() < 1e-9, "{count}: {variance}");
        }
    }

    #[test]
    fn rare_and_new_levels_are_one() {
        let (words, rows) = words(1000, |row| {
            Some(
                ["gold", "basic", "odd", "rare"][match row {
                    0..500 => 0,
                    500..990 => 1,
                    990..995 => 2,
                    _ => 3,
                }],
            )
        });
        let levels = Levels::learn(&words, &rows, 0.02, false);
        let names: Vec<&str> = levels.levels.iter().map(|l| l.name.as_str()).collect();
        assert_eq!((names, levels.other), (vec!["basic", "gold"], Some(0.01)));
        let mut point = [0.0; 3];
        levels.write(2.0, 1.0, &mut point);
        assert!(point[2] > 1.0 && point[0] < 0.0 && point[1] < 0.0);
    }

    #[test]
    fn what_is_not_known_lies_in_the_middle_unless_it_is_a_level() {
        let (words, rows) = words(100, |row| [Some("a"), Some("b"), None][row % 3]);
        let silent = Levels::learn(&words, &rows, 0.02, false);
        let mut point = [9.0; 2];
        silent.write(f64::NAN, 1.0, &mut point);
        assert_eq!(point, [0.0, 0.0]);
        point = [9.0; 2];
        silent.write(2.0, 1.0, &mut point);
        assert_eq!(point, [0.0, 0.0], "a new level where there was no other");
        let own = Levels::learn(&words, &rows, 0.02, true);
        assert_eq!(own.missing, Some(0.33));
        let mut point = [0.0; 3];
        own.write(f64::NAN, 1.0, &mut point);
        assert!(point[2] > 0.5 && point[0] < 0.0);
    }
}
