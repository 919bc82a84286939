//! What is known of a customer before an invitation to an activity.

use super::examples::Example;
use super::pooling::log_odds;
use super::prior::Sizes;
use super::spread::Spread;
use crate::campaign::{Activity, CampaignInput};

/// What a probability is made from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Facts {
    /// The customer's row.
    pub(super) row: u32,
    /// The activity's series, as a number.
    pub(super) series: usize,
    /// The activity's interest, as a number.
    pub(super) interest: usize,
    /// The customer's segment, as a number.
    pub(super) segment: usize,
    /// The customer's affinity to the interest, 0 to 1.
    pub(super) affinity: f64,
    /// The log-odds of the stated acceptance, spread by affinity.
    pub(super) stated: f64,
    /// Whole years.
    pub(super) age: Option<i32>,
}

/// Where facts come from.
pub(super) struct World<'a> {
    affinity: &'a [Vec<f64>],
    segment: &'a [u32],
    age: &'a [Option<i32>],
    spreads: Vec<Spread>,
    series: Vec<usize>,
    interest: Vec<usize>,
    /// Ids of the interests, ascending, by number.
    pub(super) interests: Vec<&'a str>,
    /// How many there are of each kind.
    pub(super) sizes: Sizes,
}

impl<'a> World<'a> {
    /// The world of tonight's activities.
    pub(super) fn new(input: &CampaignInput<'a>) -> Self {
        let activities = input.activities;
        let (series, all) = numbered(activities.iter().map(Activity::series));
        let (interest, interests) = numbered(activities.iter().map(|a| a.interest.as_str()));
        let spreads = activities
            .iter()
            .zip(input.eligible)
            .zip(input.affinity)
            .map(|((activity, eligible), affinity)| Spread::of(activity, eligible, affinity))
            .collect();
        Self {
            affinity: input.affinity,
            segment: input.segment,
            age: &input.people.age,
            spreads,
            series,
            interest,
            sizes: Sizes {
                interests: interests.len(),
                series: all.len(),
                segments: input
                    .segment
                    .iter()
                    .max()
                    .map_or(0, |&most| most as usize + 1),
                customers: input.people.len(),
            },
            interests,
        }
    }

    /// The stated acceptance of an activity at the customer's affinity.
    pub(super) fn stated(&self, activity: usize, row: u32) -> f64 {
        self.spreads[activity].at(self.affinity[activity][row as usize])
    }

    /// What is known of the customer for an invitation to the activity.
    pub(super) fn facts(&self, activity: usize, row: u32) -> Facts {
        let affinity = self.affinity[activity][row as usize];
        Facts {
            row,
            series: self.series[activity],
            interest: self.interest[activity],
            segment: self.segment[row as usize] as usize,
            affinity: if affinity.is_finite() { affinity } else { 0.0 },
            stated: log_odds(self.stated(activity, row)),
            age: self.age[row as usize],
        }
    }

    /// The facts of an example.
    pub(super) fn of(&self, example: &Example) -> Facts {
        self.facts(usize::from(example.activity), example.row)
    }
}

/// The names in ascending order, and the number of each of `names` in it.
fn numbered<'a>(names: impl Iterator<Item = &'a str> + Clone) -> (Vec<usize>, Vec<&'a str>) {
    let mut all: Vec<&str> = names.clone().collect();
    all.sort_unstable();
    all.dedup();
    let number = |name| all.partition_point(|&other| other < name);
    (names.map(number).collect(), all)
}
