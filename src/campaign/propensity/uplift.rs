//! What an invitation adds: response less what happens without one.

use super::facts::Facts;
use super::pooling::{log_odds, probability, shifts};
use super::prior::{Level, Prior, Sizes};

/// Responses, and outcomes without one, of customers held out that uplift
/// needs: fewer tell nothing about those who come of themselves.
pub(super) const LEAST_RESPONSES: usize = 10;

/// What those held out did, against what they would have done if invited.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Uplift {
    /// The shift in log-odds from an invitation to none, over all activities.
    overall: f64,
    /// What differs by interest and series, pooled.
    finer: Prior,
}

/// Whether uplift can be told.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    /// It can.
    Known(Uplift),
    /// Too few of those held out responded or did not.
    TooFew,
    /// Those held out responded no less than if invited, or not surely so.
    NotShown,
}

impl Uplift {
    /// Learns it from those held out: their facts, the log-odds with which they
    /// would have accepted an invitation, and what they did without one.
    ///
    /// Over all activities the difference is taken as it is, once it is sure
    /// (one-sided at 2.5 %); by interest and series it is drawn to that as far
    /// as they are alike, by the same pooling as the prior: a few odd controls
    /// of one activity move little.
    pub(super) fn learn(
        sizes: Sizes,
        facts: &[Facts],
        invited: &[f64],
        responded: &[bool],
    ) -> Found {
        let came = responded.iter().filter(|&&yes| yes).count();
        if came.min(responded.len() - came) < LEAST_RESPONSES {
            return Found::TooFew;
        }
        let expected: Vec<f64> = invited.iter().map(|&odds| probability(odds)).collect();
        let missing = expected.iter().sum::<f64>() - came as f64;
        let variance: f64 = expected.iter().map(|p| p * (1.0 - p)).sum();
        if missing < 1.96 * variance.sqrt() {
            return Found::NotShown;
        }
        let share = came as f64 / responded.len() as f64;
        let overall = shifts(invited, &vec![0; invited.len()], &[Some(share)])[0];
        let without: Vec<f64> = invited.iter().map(|odds| odds + overall).collect();
        let levels = [Level::Interest, Level::Series];
        Found::Known(Self {
            overall,
            finer: Prior::learn(sizes, &levels, facts, without, responded),
        })
    }

    /// The part of the probability of accepting that the invitation adds, 0 to
    /// 1 of it.
    pub(super) fn part(&self, facts: &Facts, accepting: f64) -> f64 {
        let without = log_odds(accepting) + self.overall + self.finer.shift(facts);
        ((accepting - probability(without)) / accepting).clamp(0.0, 1.0)
    }
}
