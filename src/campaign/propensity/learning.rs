//! Which model gives the probabilities, and how it is chosen.

use super::examples::{Example, Examples};
use super::facts::{Facts, World};
use super::judgement::{Judged, bins, calibration_error, losses, paired};
use super::logistic::{Logistic, PER_COEFFICIENT};
use super::prior::{Level, Prior, Sizes};
use super::uplift::{Found, LEAST_RESPONSES, Uplift};
use super::{Model, Propensity, PropensitySettings};
use crate::domain::date_from_days;

/// The part of past outcomes, the latest, that models are judged on.
const LATEST: f64 = 0.25;

/// Outcomes of each kind, accepted and not, without which nobody is judged:
/// fewer cannot show whether probabilities are right (Vergouwe et al., *Journal
/// of Clinical Epidemiology* 58 (2005) 475–483).
const LEAST_JUDGED: usize = 100;

/// The model that gives the probabilities.
#[derive(Debug, Clone, PartialEq)]
enum Fitted {
    Prior(Prior),
    Logistic(Logistic),
}

/// All that is learned from past outcomes.
pub(super) struct Learned {
    model: Fitted,
    uplift: Option<Uplift>,
    /// What is told about it.
    pub(super) propensity: Propensity,
}

/// Examples with their facts.
#[derive(Default)]
struct Known {
    facts: Vec<Facts>,
    responded: Vec<bool>,
}

impl Known {
    fn of(world: &World<'_>, examples: &[Example]) -> Self {
        Self {
            facts: examples.iter().map(|example| world.of(example)).collect(),
            responded: examples.iter().map(|example| example.responded).collect(),
        }
    }

    fn rarer(&self) -> usize {
        let accepted = self.responded.iter().filter(|&&yes| yes).count();
        accepted.min(self.responded.len() - accepted)
    }

    fn prior(&self, sizes: Sizes) -> Prior {
        let stated = self.facts.iter().map(|facts| facts.stated).collect();
        Prior::learn(sizes, &Level::ALL, &self.facts, stated, &self.responded)
    }

    fn logistic(&self, sizes: Sizes) -> Option<Logistic> {
        Logistic::fit(sizes, &self.facts, &self.responded)
    }
}

impl Learned {
    /// Learns from `examples`, in the world of tonight's activities.
    pub(super) fn new(
        world: &World<'_>,
        examples: &Examples,
        settings: PropensitySettings,
    ) -> Self {
        let sizes = world.sizes;
        let choice = choose(world, &examples.invited);
        let all = Known::of(world, &examples.invited);
        let prior = all.prior(sizes);
        let pooling = prior.strengths.clone();
        let (model, choice) = match choice.model {
            Model::Prior => (Fitted::Prior(prior), choice),
            Model::Logistic => match all.logistic(sizes) {
                Some(fitted) => (Fitted::Logistic(fitted), choice),
                None => (
                    Fitted::Prior(prior),
                    Choice {
                        model: Model::Prior,
                        reason: "logistic regression finds no optimum on all outcomes".to_owned(),
                        ..choice
                    },
                ),
            },
        };
        let mut learned = Self {
            model,
            uplift: None,
            propensity: Propensity {
                model: choice.model,
                reason: choice.reason,
                invited: examples.invited.len() as u64,
                held_out: examples.held_out.len() as u64,
                passed_over: examples.passed_over,
                pooling,
                judged: choice.judged,
                by_uplift: false,
                value: "value by response".to_owned(),
            },
        };
        if settings.uplift {
            learned.learn_uplift(world, &examples.held_out);
        }
        learned
    }

    fn learn_uplift(&mut self, world: &World<'_>, held_out: &[Example]) {
        let known = Known::of(world, held_out);
        let invited: Vec<f64> = known
            .facts
            .iter()
            .map(|facts| self.log_odds(facts))
            .collect();
        let found = Uplift::learn(world.sizes, &known.facts, &invited, &known.responded);
        self.propensity.value = match &found {
            Found::Known(_) => format!(
                "value by uplift, known from {} outcomes of customers held out",
                held_out.len()
            ),
            Found::TooFew => format!(
                "value by response: uplift needs {LEAST_RESPONSES} held-out customers who \
                 responded and as many who did not, and there are {}",
                known.rarer()
            ),
            Found::NotShown => {
                "value by response: those held out do not surely respond less".to_owned()
            }
        };
        if let Found::Known(uplift) = found {
            self.propensity.by_uplift = true;
            self.uplift = Some(uplift);
        }
    }

    fn log_odds(&self, facts: &Facts) -> f64 {
        match &self.model {
            Fitted::Prior(prior) => prior.log_odds(facts),
            Fitted::Logistic(logistic) => logistic.log_odds(facts),
        }
    }

    /// The probability that the customer of a row accepts an invitation to the
    /// activity.
    pub(super) fn probability(&self, world: &World<'_>, activity: usize, row: u32) -> f64 {
        let facts = world.facts(activity, row);
        match &self.model {
            // Where nothing moves it, the stated acceptance stays to the last
            // digit.
            Fitted::Prior(prior) if prior.shift(&facts) == 0.0 => world.stated(activity, row),
            Fitted::Prior(prior) => prior.probability(&facts),
            Fitted::Logistic(logistic) => logistic.probability(&facts),
        }
    }

    /// The part of that probability that counts for the invitation's value.
    pub(super) fn part(&self, world: &World<'_>, activity: usize, row: u32, accepting: f64) -> f64 {
        self.uplift.as_ref().map_or(1.0, |uplift| {
            uplift.part(&world.facts(activity, row), accepting)
        })
    }
}

/// The model that is used, and why.
struct Choice {
    model: Model,
    reason: String,
    judged: Vec<Judged>,
}

impl Choice {
    fn prior(reason: String, judged: Vec<Judged>) -> Self {
        Self {
            model: Model::Prior,
            reason,
            judged,
        }
    }
}

/// Learns the models from earlier outcomes and judges them on the latest.
///
/// The regression is used where its log-loss is lower by more than one standard
/// error of the difference (the rule of Breiman et al., *Classification and
/// Regression Trees* (1984), section 3.4.3: of two that are as good, the
/// simpler), and its calibration error is no larger than the prior's, or than
/// that of right probabilities, by more than chance explains (one-sided 5 %).
fn choose(world: &World<'_>, invited: &[Example]) -> Choice {
    let sizes = world.sizes;
    let Some(split) = split(invited) else {
        let reason = match invited.len() {
            0 => "no past outcomes of invitations: the stated acceptances hold".to_owned(),
            _ => "all outcomes are of one day, or without one".to_owned(),
        };
        return Choice::prior(reason, Vec::new());
    };
    let (earlier, latest) = (&invited[..split], &invited[split..]);
    let (known, later) = (Known::of(world, earlier), Known::of(world, latest));
    if later.rarer() < LEAST_JUDGED {
        let reason = format!(
            "models are judged on {LEAST_JUDGED} acceptances and as many refusals among the \
             latest outcomes, and there are {}",
            later.rarer()
        );
        return Choice::prior(reason, Vec::new());
    }
    let judge = |model: Model, predicted: &[f64]| judge(model, world, earlier, latest, predicted);

    let prior = known.prior(sizes);
    let by_prior: Vec<f64> = later.facts.iter().map(|f| prior.probability(f)).collect();
    let mut judged = vec![judge(Model::Prior, &by_prior)];
    let needed = PER_COEFFICIENT * Logistic::coefficients(sizes, &known.facts);
    if known.rarer() < needed {
        let reason = format!(
            "logistic regression needs {needed} acceptances and as many refusals among the \
             earlier outcomes, and there are {}",
            known.rarer()
        );
        return Choice::prior(reason, judged);
    }
    let Some(logistic) = known.logistic(sizes) else {
        return Choice::prior("logistic regression finds no optimum".to_owned(), judged);
    };
    let by_logistic: Vec<f64> = later
        .facts
        .iter()
        .map(|f| logistic.probability(f))
        .collect();
    judged.push(judge(Model::Logistic, &by_logistic));

    let [loss_of_prior, loss_of_logistic] =
        [&by_prior, &by_logistic].map(|predicted| losses(predicted, &later.responded));
    let (gain, error) = paired(&loss_of_prior, &loss_of_logistic);
    let [prior, logistic] = [&judged[0], &judged[1]];
    let allowed = prior.calibration_error.max(logistic.error_by_chance);
    let calibrated = logistic.calibration_error <= allowed + 1.645 * logistic.chance_deviation;
    let losses = format!(
        "log-loss {:.4} against the prior's {:.4}, calibration error {:.4} against {:.4}",
        logistic.log_loss, prior.log_loss, logistic.calibration_error, prior.calibration_error
    );
    if gain > error && calibrated {
        Choice {
            model: Model::Logistic,
            reason: format!("logistic regression is better on the latest outcomes: {losses}"),
            judged,
        }
    } else {
        let reason = format!("logistic regression is no better on the latest outcomes: {losses}");
        Choice::prior(reason, judged)
    }
}

/// Where the latest outcomes begin; a day is never divided. `None` where there
/// are no earlier ones.
fn split(invited: &[Example]) -> Option<usize> {
    let at = ((1.0 - LATEST) * invited.len() as f64) as usize;
    let day = invited.get(at)?.day;
    match invited.partition_point(|example| example.day < day) {
        0 => None,
        split => Some(split),
    }
}

fn judge(
    model: Model,
    world: &World<'_>,
    earlier: &[Example],
    latest: &[Example],
    predicted: &[f64],
) -> Judged {
    let responded: Vec<bool> = latest.iter().map(|example| example.responded).collect();
    let mut table = bins(None, predicted, &responded);
    let (calibration_error, error_by_chance, chance_deviation) = calibration_error(&table);
    for (number, name) in world.interests.iter().enumerate() {
        let here = || (0..latest.len()).filter(|&at| world.of(&latest[at]).interest == number);
        let predicted: Vec<f64> = here().map(|at| predicted[at]).collect();
        let responded: Vec<bool> = here().map(|at| responded[at]).collect();
        table.extend(bins(Some(name), &predicted, &responded));
    }
    Judged {
        model,
        learned_from: earlier.len() as u64,
        judged_on: latest.len() as u64,
        since: date_from_days(latest.first().map_or(0, |example| example.day)),
        log_loss: losses(predicted, &responded).iter().sum::<f64>() / predicted.len() as f64,
        calibration_error,
        error_by_chance,
        chance_deviation,
        bins: table,
    }
}
