//! The prior: the stated acceptance, moved by past outcomes level by level.

use super::facts::Facts;
use super::pooling::{pool, probability};

/// A way to divide examples into cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// All activities together.
    All,
    /// Fifths of affinity: whether acceptance grows with it as stated.
    Affinity,
    /// Activities of one interest.
    Interest,
    /// Activities of one series.
    Series,
    /// A segment's customers within a series.
    Segment,
    /// One customer, whatever the activity.
    Customer,
}

impl Level {
    /// From the coarsest to the finest: each starts from what the levels before
    /// it have found, so that a cell in which little was seen stays with the
    /// larger one around it (a hierarchy of credibility; Jewell, *Giornale
    /// dell'Istituto Italiano degli Attuari* 38 (1975) 1–16).
    pub const ALL: [Self; 6] = [
        Self::All,
        Self::Affinity,
        Self::Interest,
        Self::Series,
        Self::Segment,
        Self::Customer,
    ];

    /// What a cell of it is, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::All => "all activities",
            Self::Affinity => "affinity",
            Self::Interest => "interest",
            Self::Series => "activity",
            Self::Segment => "segment",
            Self::Customer => "customer",
        }
    }

    /// The cell of an example, and how many cells there may be.
    fn cell(self, facts: &Facts, sizes: &Sizes) -> usize {
        match self {
            Self::All => 0,
            Self::Affinity => {
                ((facts.affinity.clamp(0.0, 1.0) * BANDS as f64) as usize).min(BANDS - 1)
            }
            Self::Interest => facts.interest,
            Self::Series => facts.series,
            Self::Segment => facts.series * sizes.segments + facts.segment,
            Self::Customer => facts.row as usize,
        }
    }

    const fn cells(self, sizes: &Sizes) -> usize {
        match self {
            Self::All => 1,
            Self::Affinity => BANDS,
            Self::Interest => sizes.interests,
            Self::Series => sizes.series,
            Self::Segment => sizes.series * sizes.segments,
            Self::Customer => sizes.customers,
        }
    }
}

/// Bands of affinity.
const BANDS: usize = 5;

/// How many there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) interests: usize,
    pub(super) series: usize,
    pub(super) segments: usize,
    pub(super) customers: usize,
}

/// Shifts in log-odds by level and cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prior {
    sizes: Sizes,
    levels: Vec<(Level, Vec<f64>)>,
    /// By level, how many outcomes the level above weighs as much as.
    pub(super) strengths: Vec<(Level, f64)>,
}

impl Prior {
    /// One that moves nothing.
    pub(super) const fn none(sizes: Sizes) -> Self {
        Self {
            sizes,
            levels: Vec::new(),
            strengths: Vec::new(),
        }
    }

    /// Learns the shifts of `levels`, starting from `log_odds` of each example.
    pub(super) fn learn(
        sizes: Sizes,
        levels: &[Level],
        facts: &[Facts],
        mut log_odds: Vec<f64>,
        responded: &[bool],
    ) -> Self {
        let mut prior = Self::none(sizes);
        if facts.is_empty() {
            return prior;
        }
        for &level in levels {
            let cell: Vec<usize> = facts
                .iter()
                .map(|facts| level.cell(facts, &sizes))
                .collect();
            let found = pool(&log_odds, responded, &cell, level.cells(&sizes));
            for (log_odds, &cell) in log_odds.iter_mut().zip(&cell) {
                *log_odds += found.shifts[cell];
            }
            prior.levels.push((level, found.shifts));
            prior.strengths.push((level, found.strength));
        }
        prior
    }

    /// What outcomes add to the log-odds; 0 where nothing is known.
    pub(super) fn shift(&self, facts: &Facts) -> f64 {
        let of = |(level, shifts): &(Level, Vec<f64>)| {
            let cell = level.cell(facts, &self.sizes);
            shifts.get(cell).copied().unwrap_or(0.0)
        };
        self.levels.iter().map(of).sum()
    }

    /// The log-odds of accepting.
    pub(super) fn log_odds(&self, facts: &Facts) -> f64 {
        facts.stated + self.shift(facts)
    }

    /// The probability of accepting.
    pub(super) fn probability(&self, facts: &Facts) -> f64 {
        probability(self.log_odds(facts))
    }
}
