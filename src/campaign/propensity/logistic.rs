//! Logistic regression on past outcomes.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};

use super::facts::Facts;
use super::pooling::probability;
use super::prior::{Level, Prior, Sizes};

/// Outcomes of the rarer kind, accepted or not, that the regression needs for
/// each coefficient (Peduzzi et al., *Journal of Clinical Epidemiology* 49
/// (1996) 1373–1379).
pub(super) const PER_COEFFICIENT: usize = 10;

/// The latest outcomes that the regression is fitted to, at most: for its tens
/// of coefficients more make it hardly better, and the night longer.
const MOST: usize = 50_000;

/// Columns of numbers: the stated acceptance in log-odds, affinity and its
/// square, age and its square.
const NUMBERS: usize = 5;

/// A fitted regression, and how customers differ from it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Logistic {
    columns: Columns,
    intercept: f64,
    weights: Vec<f64>,
    customers: Prior,
}

/// How facts become columns: numbers in standard deviations from their mean,
/// then a column per interest, series and segment, then the affinity by
/// interest.
#[derive(Debug, Clone, PartialEq)]
struct Columns {
    sizes: Sizes,
    numbers: [(f64, f64); NUMBERS],
}

impl Logistic {
    /// Fits it to what is known of examples and what they did, both in order of
    /// time; only the latest [`MOST`] count.
    ///
    /// The weights are drawn to 0 by a ridge of 1, the prior of a standard
    /// normal effect in log-odds, so that rare segments and collinear columns do
    /// no harm. What is left between customers is pooled as in the prior. `None`
    /// where all examples did the same or no optimum is found.
    pub(super) fn fit(sizes: Sizes, facts: &[Facts], responded: &[bool]) -> Option<Self> {
        let from = facts.len().saturating_sub(MOST);
        let (facts, responded) = (&facts[from..], &responded[from..]);
        if !responded.contains(&true) || !responded.contains(&false) {
            return None;
        }
        let columns = Columns::of(sizes, facts);
        let mut matrix = Array2::zeros((facts.len(), columns.count()));
        for (facts, mut row) in facts.iter().zip(matrix.rows_mut()) {
            columns.each(facts, |column, value| row[column] += value);
        }
        let targets = Array1::from(responded.to_vec());
        let model = LogisticRegression::default()
            .alpha(1.0)
            .max_iterations(500)
            // Of the sum over the examples: a millionth of a response each.
            .gradient_tolerance(1e-6 * facts.len() as f64)
            .fit(&DatasetBase::new(matrix, targets))
            .ok()?;
        // The fitted direction is towards the kind that is more frequent.
        let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
        let mut fitted = Self {
            columns,
            intercept: sign * model.intercept(),
            weights: model.params().iter().map(|weight| sign * weight).collect(),
            customers: Prior::none(sizes),
        };
        if !fitted.intercept.is_finite() || !fitted.weights.iter().all(|w| w.is_finite()) {
            return None;
        }
        let log_odds = facts.iter().map(|facts| fitted.log_odds(facts)).collect();
        fitted.customers = Prior::learn(sizes, &[Level::Customer], facts, log_odds, responded);
        Some(fitted)
    }

    /// How many coefficients the examples call for: columns that are not the
    /// same throughout, and the intercept.
    pub(super) fn coefficients(sizes: Sizes, facts: &[Facts]) -> usize {
        let columns = Columns::of(sizes, facts);
        let numbers = columns.numbers.iter().filter(|number| number.1 > 0.0);
        let mut used = vec![false; columns.count()];
        for facts in facts {
            columns.each(facts, |column, _| used[column] = true);
        }
        1 + numbers.count() + used[NUMBERS..].iter().filter(|&&used| used).count()
    }

    /// The log-odds of accepting.
    pub(super) fn log_odds(&self, facts: &Facts) -> f64 {
        let mut sum = self.intercept;
        self.columns
            .each(facts, |column, value| sum += self.weights[column] * value);
        sum + self.customers.shift(facts)
    }

    /// The probability of accepting.
    pub(super) fn probability(&self, facts: &Facts) -> f64 {
        probability(self.log_odds(facts))
    }
}

/// The numbers, before they are brought to one scale.
fn numbers(facts: &Facts) -> [f64; NUMBERS] {
    // An unknown age stands where most are.
    let age = facts.age.map_or(0.0, |age| (f64::from(age) - 40.0) / 20.0);
    [
        facts.stated,
        facts.affinity,
        facts.affinity.powi(2),
        age,
        age.powi(2),
    ]
}

impl Columns {
    fn of(sizes: Sizes, facts: &[Facts]) -> Self {
        let count = facts.len().max(1) as f64;
        let mut means = [0.0; NUMBERS];
        for facts in facts {
            for (mean, number) in means.iter_mut().zip(numbers(facts)) {
                *mean += number / count;
            }
        }
        let mut variances = [0.0; NUMBERS];
        for facts in facts {
            let numbers = numbers(facts);
            for (at, variance) in variances.iter_mut().enumerate() {
                *variance += (numbers[at] - means[at]).powi(2) / count;
            }
        }
        let mut scale = [(0.0, 0.0); NUMBERS];
        for (at, scale) in scale.iter_mut().enumerate() {
            // What differs by rounding alone is the same throughout.
            let deviation = variances[at].sqrt();
            *scale = (means[at], if deviation > 1e-9 { deviation } else { 0.0 });
        }
        Self {
            sizes,
            numbers: scale,
        }
    }

    const fn count(&self) -> usize {
        NUMBERS + 2 * self.sizes.interests + self.sizes.series + self.sizes.segments
    }

    /// Calls `put` with each column that is not 0, in order, and its value.
    fn each(&self, facts: &Facts, mut put: impl FnMut(usize, f64)) {
        for (at, (number, (mean, deviation))) in numbers(facts).iter().zip(self.numbers).enumerate()
        {
            if deviation > 0.0 {
                put(at, (number - mean) / deviation);
            }
        }
        let sizes = self.sizes;
        let (series, segments) = (
            NUMBERS + sizes.interests,
            NUMBERS + sizes.interests + sizes.series,
        );
        put(NUMBERS + facts.interest, 1.0);
        put(series + facts.series, 1.0);
        put(segments + facts.segment, 1.0);
        put(
            segments + sizes.segments + facts.interest,
            facts.affinity - 0.5,
        );
    }
}
