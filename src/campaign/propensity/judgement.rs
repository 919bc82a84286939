//! How good probabilities are, told on outcomes that they were not made from.

use jiff::civil::Date;

use super::Model;

/// A model judged on the latest outcomes, learned from those before.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The model.
    pub model: Model,
    /// Earlier outcomes that it was learned from.
    pub learned_from: u64,
    /// Later outcomes that it was judged on.
    pub judged_on: u64,
    /// The first day of the later ones.
    pub since: Date,
    /// The mean of −ln of the probability of what happened: less is better.
    pub log_loss: f64,
    /// How far predicted and observed shares lie apart, over bins of equally
    /// many outcomes by their prediction: the expected calibration error
    /// (Naeini et al., AAAI 2015).
    pub calibration_error: f64,
    /// The calibration error that chance alone would show, were every
    /// probability right.
    pub error_by_chance: f64,
    /// The standard deviation of that.
    pub chance_deviation: f64,
    /// Predicted and observed shares, of all activities and by interest.
    pub bins: Vec<CalibrationBin>,
}

/// Outcomes that were predicted alike.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationBin {
    /// The interest; `None` is all together.
    pub interest: Option<String>,
    /// From 1, the lowest predictions first.
    pub bin: u32,
    /// The mean probability.
    pub predicted: f64,
    /// The share that accepted.
    pub observed: f64,
    /// How many.
    pub count: u64,
}

/// Bins, as far as each holds [`LEAST_PER_BIN`].
const BINS: usize = 10;
const LEAST_PER_BIN: usize = 50;

/// −ln of the probability of what happened, one by one.
pub(super) fn losses(predicted: &[f64], responded: &[bool]) -> Vec<f64> {
    predicted
        .iter()
        .zip(responded)
        .map(|(&p, &yes)| -(if yes { p } else { 1.0 - p }).max(1e-12).ln())
        .collect()
}

/// The mean of `a` less that of `b`, pair by pair, and its standard error.
pub(super) fn paired(a: &[f64], b: &[f64]) -> (f64, f64) {
    let count = a.len() as f64;
    let difference = || a.iter().zip(b).map(|(a, b)| a - b);
    let mean = difference().sum::<f64>() / count;
    let square: f64 = difference().map(|d| (d - mean).powi(2)).sum();
    (mean, (square / (count - 1.0) / count).sqrt())
}

/// Bins of equally many outcomes by their prediction. The outcomes are in
/// one order, which decides between equal predictions.
pub(super) fn bins(
    interest: Option<&str>,
    predicted: &[f64],
    responded: &[bool],
) -> Vec<CalibrationBin> {
    let mut order: Vec<usize> = (0..predicted.len()).collect();
    order.sort_by(|&a, &b| predicted[a].total_cmp(&predicted[b]));
    let wanted = (order.len() / LEAST_PER_BIN).clamp(1, BINS);
    (0..wanted)
        .map(|bin| {
            let range = order.len() * bin / wanted..order.len() * (bin + 1) / wanted;
            let members = &order[range];
            let count = members.len() as f64;
            let accepted = members.iter().filter(|&&at| responded[at]).count();
            CalibrationBin {
                interest: interest.map(str::to_owned),
                bin: bin as u32 + 1,
                predicted: members.iter().map(|&at| predicted[at]).sum::<f64>() / count,
                observed: accepted as f64 / count,
                count: members.len() as u64,
            }
        })
        .filter(|bin| bin.count > 0)
        .collect()
}

/// The calibration error of bins, and the mean and standard deviation of that
/// which chance alone would show: the distance of a share from its probability
/// is half normal, of mean √(2/π) and variance 1 − 2/π of the share's.
pub(super) fn calibration_error(bins: &[CalibrationBin]) -> (f64, f64, f64) {
    use std::f64::consts::FRAC_2_PI;
    let all = bins.iter().map(|bin| bin.count).sum::<u64>().max(1) as f64;
    let (mut error, mut mean, mut variance) = (0.0, 0.0, 0.0);
    for bin in bins {
        let weight = bin.count as f64 / all;
        let of_share = bin.predicted * (1.0 - bin.predicted) / bin.count as f64;
        error += weight * (bin.predicted - bin.observed).abs();
        mean += weight * (FRAC_2_PI * of_share).sqrt();
        variance += weight.powi(2) * (1.0 - FRAC_2_PI) * of_share;
    }
    (error, mean, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_equally_many_and_meet_their_shares() {
        let predicted: Vec<f64> = (0..1_000)
            .map(|at| f64::from(at * 7 % 1_000) / 1_000.0)
            .collect();
        let responded: Vec<bool> = predicted.iter().map(|&p| p >= 0.5).collect();
        let found = bins(None, &predicted, &responded);
        assert_eq!(found.len(), 10);
        assert!(found.iter().all(|bin| bin.count == 100));
        assert_eq!((found[4].observed, found[5].observed), (0.0, 1.0));
        assert!((found[0].predicted - 0.0495).abs() < 1e-9);
        let (error, by_chance, _) = calibration_error(&found);
        assert!(
            (error - 0.25).abs() < 0.01 && by_chance < 0.04,
            "{error} {by_chance}"
        );
        assert_eq!(bins(None, &predicted[..60], &responded[..60]).len(), 1);
        assert!(bins(None, &[], &[]).is_empty());
    }

    #[test]
    fn losses_are_those_of_the_coin() {
        let fair = losses(&[0.5, 0.5], &[true, false]);
        assert!(fair.iter().all(|loss| (loss - 2.0_f64.ln()).abs() < 1e-12));
        let (difference, error) = paired(&[1.0, 3.0], &[0.0, 0.0]);
        assert!((difference - 2.0).abs() < 1e-12 && (error - 1.0).abs() < 1e-12);
    }
}
