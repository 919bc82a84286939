//! How likely an invited customer is to accept, and what the invitation adds.
//!
//! A score from outside holds where there is one. Else the probability starts
//! from the activity's stated acceptance, spread over the eligible customers by
//! affinity, and past outcomes move it, level by level, as far as they deserve.
//! Once outcomes suffice, logistic regression is tried as well; it is used
//! where it does better on the latest outcomes, which it has not seen.
//!
//! | file | job |
//! | --- | --- |
//! | `spread` | the stated acceptance by affinity |
//! | `examples` | which past outcomes say what about invitations |
//! | `facts` | what is known of a customer before an invitation |
//! | `pooling` | how far what was seen in a cell moves what was expected |
//! | `prior` | the levels: all, affinity, interest, activity, segment, customer |
//! | `logistic` | logistic regression |
//! | `judgement` | log-loss and calibration |
//! | `learning` | which model is used |
//! | `uplift` | what those held out tell about the invitation's part |
//!
//! Segment and affinity are tonight's, also for past invitations.

mod examples;
mod facts;
mod judgement;
mod learning;
mod logistic;
mod pooling;
mod prior;
mod spread;
mod uplift;

#[cfg(test)]
mod tests;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

pub use examples::Outcome;
pub use judgement::{CalibrationBin, Judged};
pub use prior::Level;
pub use spread::{LIMITS, Spread};

use self::examples::Examples;
use self::facts::World;
use self::learning::Learned;
use super::ledger::Chance;
use super::{CampaignError, CampaignInput, NameHash, Score, UnitDraw};

/// The `[propensity]` section: what an invitation is worth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PropensitySettings {
    /// Count only what an invitation adds to what customers do of themselves,
    /// where outcomes of those held out tell. Off unless the outcomes table
    /// holds everyone who was held out, responded or not: if only responses are
    /// recorded, everybody seems to come of themselves.
    pub uplift: bool,
}

/// What gives the probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// The stated acceptance, moved by past outcomes.
    Prior,
    /// Logistic regression on past outcomes.
    Logistic,
}

impl Model {
    /// The name in published tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prior => "prior",
            Self::Logistic => "logistic",
        }
    }
}

/// What the probabilities of a night are made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Propensity {
    /// The model that is used.
    pub model: Model,
    /// Why that one.
    pub reason: String,
    /// Past outcomes of invitations.
    pub invited: u64,
    /// Past outcomes of customers who were held out.
    pub held_out: u64,
    /// Outcomes that say nothing about an invitation: of customers neither
    /// invited nor held out, or of activities still to come.
    pub passed_over: u64,
    /// How many outcomes the level above weighs as much as, by level of the
    /// prior; none without outcomes.
    pub pooling: Vec<(Level, f64)>,
    /// The models as judged on the latest outcomes; none where there are too
    /// few.
    pub judged: Vec<Judged>,
    /// Whether value counts only what an invitation adds.
    pub by_uplift: bool,
    /// What value counts, and why.
    pub value: String,
}

/// By activity, what is expected of each eligible row: the score from outside,
/// else what past outcomes and the stated acceptance say.
///
/// # Errors
/// When a customer has two scores for an activity.
pub(super) fn chances(
    input: &CampaignInput<'_>,
) -> Result<(Vec<Vec<Chance>>, Propensity), CampaignError> {
    let mut scores: Vec<&Score> = input.scores.iter().collect();
    scores.sort_unstable_by_key(|score| (score.activity, score.row));
    let same =
        |pair: &&[&Score]| (pair[0].activity, pair[0].row) == (pair[1].activity, pair[1].row);
    let repeated = scores.windows(2).filter(same).count();
    if repeated > 0 {
        return Err(CampaignError::RepeatedScores { count: repeated });
    }
    let examples = Examples::new(
        input.activities,
        input.outcomes,
        input.contacts,
        input.as_of,
        |row, activity| held_out(input, row, activity),
    );
    let world = World::new(input);
    let learned = Learned::new(&world, &examples, input.propensity);
    let of = |index: usize| -> Vec<Chance> {
        let rows = &input.eligible[index];
        let worth = input.activities[index].value;
        let expected = |&row: &u32| {
            let probability = learned.probability(&world, index, row);
            let part = learned.part(&world, index, row, probability);
            Chance {
                probability,
                worth: learned.propensity.by_uplift.then_some(worth * part),
            }
        };
        let mut chances: Vec<Chance> = rows.iter().map(expected).collect();
        let start = scores.partition_point(|score| usize::from(score.activity) < index);
        for score in scores[start..]
            .iter()
            .take_while(|s| usize::from(s.activity) == index)
        {
            if let Ok(at) = rows.binary_search(&score.row) {
                chances[at] = Chance {
                    probability: score.probability,
                    worth: score.value,
                };
            }
        }
        chances
    };
    let chances = (0..input.activities.len())
        .into_par_iter()
        .map(of)
        .collect();
    Ok((chances, learned.propensity))
}

/// Whether our own draw, as it is now, holds the row out of an activity.
fn held_out(input: &CampaignInput<'_>, row: u32, activity: &str) -> bool {
    let unit = &input.people.unit_keys[input.people.unit[row as usize] as usize];
    let draw = UnitDraw::new(input.key, &input.controls.salt, unit);
    draw.in_universal(input.controls.universal)
        || draw.in_control(
            NameHash::new("control", activity),
            input.controls.per_activity,
        )
}
