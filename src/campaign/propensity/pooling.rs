//! How far what was seen in a cell may move what was expected there.

use rayon::prelude::*;
use statrs::function::gamma::ln_gamma;

/// Finds, for each cell, the shift in log-odds that takes its examples from
/// what was expected of them to what past responses say, and how much the two
/// weigh.
///
/// A cell of n examples, y of which responded and of which a share μ was
/// expected to, has the beta-binomial distribution with mean μ and strength M:
/// M is how many outcomes the expectation weighs as much as, and the share to
/// be expected from now on is (M·μ + y) / (M + n). M is common to all cells and
/// learned from how far they lie apart (empirical Bayes: Gelman et al.,
/// *Bayesian Data Analysis*, 3rd ed., sections 5.1 to 5.3; Griffiths,
/// *Biometrics* 29 (1973) 637–648): alike cells are pooled, unlike ones keep to
/// themselves. Instead of the likeliest M alone, all of them count by how well
/// they explain the cells, so that two or three cells are no proof that M is
/// without limit or nothing. The spread of the cells, M^(−1/2), has a
/// half-Cauchy prior ([`SPREAD`]; Gelman, *Bayesian Analysis* 1 (2006)
/// 515–534): it decides where there are few outcomes, and is overruled by many.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pooled {
    /// By cell, the shift in log-odds; 0 where nothing was seen.
    pub(super) shifts: Vec<f64>,
    /// How many outcomes the expectation weighs as much as: the middle of
    /// what the cells allow for M.
    pub(super) strength: f64,
}

/// The scale of the prior of M^(−1/2): before anything is seen, M is as likely
/// above 25 as below. Spreads of response rates between activities and segments
/// are of that order.
const SPREAD: f64 = 0.2;

/// The grid of M^(−1/2): from cells that are all but the same (M = 40,000) to
/// cells that have nothing in common (M = 1).
const GRID: usize = 32;
const NARROWEST: f64 = 0.005;

/// What was seen in a cell.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    examples: f64,
    responses: f64,
    expected: f64,
}

/// Pools the cells. `log_odds` are what was expected of each example,
/// `responded` what it did, `cell` where it belongs, below `cells`.
///
/// Sums are made in the order of the examples.
pub(super) fn pool(log_odds: &[f64], responded: &[bool], cell: &[usize], cells: usize) -> Pooled {
    let mut seen = vec![Seen::default(); cells];
    for ((&log_odds, &responded), &cell) in log_odds.iter().zip(responded).zip(cell) {
        let seen = &mut seen[cell];
        seen.examples += 1.0;
        seen.responses += f64::from(u8::from(responded));
        seen.expected += probability(log_odds);
    }
    let strengths = strengths(&seen);
    let targets: Vec<Option<f64>> = seen
        .iter()
        .map(|seen| (seen.examples > 0.0).then(|| after(seen, &strengths)))
        .collect();
    Pooled {
        shifts: shifts(log_odds, cell, &targets),
        strength: median(&strengths),
    }
}

/// By cell, the shift with which the examples' mean probability is the target;
/// 0 where there is none.
pub(super) fn shifts(log_odds: &[f64], cell: &[usize], targets: &[Option<f64>]) -> Vec<f64> {
    let mut members: Vec<Vec<f64>> = vec![Vec::new(); targets.len()];
    for (&log_odds, &cell) in log_odds.iter().zip(cell) {
        members[cell].push(log_odds);
    }
    members
        .iter()
        .zip(targets)
        .map(|(members, target)| target.map_or(0.0, |target| shift(members, target)))
        .collect()
}

/// The mean after what was seen, over all strengths by their weight.
fn after(seen: &Seen, strengths: &[(f64, f64)]) -> f64 {
    strengths
        .iter()
        .map(|&(strength, weight)| {
            let mean = seen.expected / seen.examples;
            weight * (strength * mean + seen.responses) / (strength + seen.examples)
        })
        .sum()
}

/// Strengths from the strongest, each with its posterior weight; the weights
/// add up to 1.
fn strengths(seen: &[Seen]) -> Vec<(f64, f64)> {
    let seen: Vec<&Seen> = seen.iter().filter(|seen| seen.examples > 0.0).collect();
    let step = (1.0 / NARROWEST).ln() / (GRID - 1) as f64;
    let log = |at: usize| {
        let spread = NARROWEST * (step * at as f64).exp();
        let strength = spread.powi(-2);
        // The first is for the grid, whose points thin out upwards.
        let prior = spread.ln() - (spread / SPREAD).powi(2).ln_1p();
        // Each sum is made by one thread, in the order of the cells.
        let likelihood: f64 = seen.iter().map(|seen| log_likelihood(seen, strength)).sum();
        (strength, likelihood + prior)
    };
    let logs: Vec<(f64, f64)> = (0..GRID).into_par_iter().map(log).collect();
    let highest = logs.iter().map(|log| log.1).fold(f64::MIN, f64::max);
    let sum: f64 = logs.iter().map(|log| (log.1 - highest).exp()).sum();
    logs.into_iter()
        .map(|(strength, log)| (strength, (log - highest).exp() / sum))
        .collect()
}

/// The logarithm of the beta-binomial probability, but for what does not
/// depend on the strength: of B(α + y, β + n − y) / B(α, β).
fn log_likelihood(seen: &Seen, strength: f64) -> f64 {
    let mean = seen.expected / seen.examples;
    let (alpha, beta) = (strength * mean, strength * (1.0 - mean));
    let refused = seen.examples - seen.responses;
    log_rising(alpha, seen.responses) + log_rising(beta, refused)
        - log_rising(strength, seen.examples)
}

/// The logarithm of x·(x + 1)·…·(x + times − 1).
fn log_rising(x: f64, times: f64) -> f64 {
    // Most customers have few outcomes.
    if times <= 8.0 {
        let product: f64 = (0..times as u32).map(|step| x + f64::from(step)).product();
        return product.ln();
    }
    ln_gamma(x + times) - ln_gamma(x)
}

/// The strength with half of the weight above it.
fn median(strengths: &[(f64, f64)]) -> f64 {
    let mut sum = 0.0;
    for &(strength, weight) in strengths {
        sum += weight;
        if sum >= 0.5 {
            return strength;
        }
    }
    1.0
}

/// The number that, added to all log-odds, makes their mean probability
/// `target`, from 0 to 1 without the ends: Newton's steps, held within a
/// bracket that closes.
fn shift(log_odds: &[f64], target: f64) -> f64 {
    let count = log_odds.len() as f64;
    let (mut low, mut high) = (-40.0_f64, 40.0_f64);
    let mut at = 0.0;
    for _ in 0..100 {
        let (mut mean, mut slope) = (0.0, 0.0);
        for &log_odds in log_odds {
            let p = probability(log_odds + at);
            mean += p / count;
            slope += p * (1.0 - p) / count;
        }
        if mean < target {
            low = at;
        } else {
            high = at;
        }
        let newton = at + (target - mean) / slope;
        let next = if newton > low && newton < high {
            newton
        } else {
            f64::midpoint(low, high)
        };
        if (next - at).abs() < 1e-12 {
            break;
        }
        at = next;
    }
    at
}

/// The probability with those log-odds.
pub(super) fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The log-odds of a probability; those of 0 and 1 are as of a millionth.
pub(super) fn log_odds(probability: f64) -> f64 {
    let inside = probability.clamp(1e-6, 1.0 - 1e-6);
    (inside / (1.0 - inside)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells of examples that were expected to respond at `expected`:
    /// (examples, responses).
    fn pooled(expected: f64, cells: &[(usize, usize)]) -> (Vec<f64>, f64) {
        let (mut responded, mut cell) = (Vec::new(), Vec::new());
        for (index, &(examples, responses)) in cells.iter().enumerate() {
            responded.extend((0..examples).map(|at| at < responses));
            cell.extend(vec![index; examples]);
        }
        let odds = vec![log_odds(expected); cell.len()];
        let found = pool(&odds, &responded, &cell, cells.len());
        let after = |shift: &f64| probability(log_odds(expected) + shift);
        (found.shifts.iter().map(after).collect(), found.strength)
    }

    #[test]
    fn alike_cells_are_pooled_and_unlike_ones_are_not() {
        let (alike, strong) = pooled(0.2, &[(100, 20); 20]);
        let (unlike, weak) = pooled(0.2, &[(100, 2), (100, 38)].repeat(10));
        assert!(strong > 20.0 * weak, "{strong} {weak}");
        assert!(alike.iter().all(|p| (p - 0.2).abs() < 1e-9), "{alike:?}");
        assert!((unlike[0] - 0.02).abs() < 0.02, "{unlike:?}");
        // A small cell among alike ones says little, among unlike ones much.
        let small = |others: &[(usize, usize)]| {
            let cells = [others, &[(10, 6)]].concat();
            *pooled(0.2, &cells).0.last().unwrap()
        };
        let (among_alike, among_unlike) = (small(&[(100, 20); 20]), small(&[(100, 2), (100, 38)]));
        assert!(
            among_alike < 0.26 && among_unlike > 0.35,
            "{among_alike} {among_unlike}"
        );
    }

    #[test]
    fn one_cell_is_believed_as_its_size_deserves() {
        let at = |examples: usize| pooled(0.2, &[(examples, examples / 2)]).0[0];
        assert!(at(2) < 0.24, "{}", at(2));
        assert!(at(2) < at(20) && at(20) < at(200), "{} {}", at(20), at(200));
        assert!(at(2_000) > 0.49, "{}", at(2_000));
    }

    #[test]
    fn a_cell_without_examples_stays_where_it_was() {
        let found = pool(&[0.0; 4], &[true; 4], &[0, 0, 2, 2], 3);
        assert!(found.shifts[1] == 0.0 && found.shifts[0] > 0.0);
    }

    #[test]
    fn a_shift_keeps_examples_apart_and_meets_the_mean() {
        let odds = [-6.0, -2.0, 0.0, 3.0];
        for target in [0.001, 0.2, 0.5, 0.999] {
            let by = shift(&odds, target);
            let mean = odds.iter().map(|o| probability(o + by)).sum::<f64>() / 4.0;
            assert!((mean - target).abs() < 1e-9, "{target}: {mean}");
        }
    }
}
