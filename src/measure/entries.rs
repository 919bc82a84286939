//! From the decisions of published nights to an [`Experiment`] per activity.
//!
//! The draw came after the policy and before the allocation, so the two groups
//! that chance alone tells apart are *all* who passed the policy: those held
//! out, and those left open to be invited, whether or not a seat was found for
//! them. Comparing only those who were invited with those held out would
//! measure the allocation's choice, which takes the likeliest first, along
//! with the invitation. What an invitation does to those invited follows from
//! the difference and the share that was invited.
//!
//! What was drawn is a contact unit, so a unit is counted once, on the first
//! night on which one of its customers passed the policy.

use std::collections::BTreeMap;

use super::experiment::Experiment;
use super::outcomes::Response;
use crate::campaign::UNIVERSAL;
use crate::domain::{Decision, DecisionReason, Unit};

/// The arm that could be invited.
pub const OPEN: &str = "open";

/// The arm that was held out.
pub const HELD_OUT: &str = "held out";

/// A candidate of one night.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate<'a> {
    /// The customer's row.
    pub customer: u32,
    /// The customer's contact unit.
    pub unit: Unit,
    /// The activity's id.
    pub activity: &'a str,
    /// The reason that decided.
    pub reason: DecisionReason,
    /// Probability of accepting, as the night saw it.
    pub probability: f64,
    /// The customer's segment that night, as an index into names.
    pub segment: u32,
}

/// How the responses of a unit's customers make the unit's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// Whether any of them responded: the largest.
    Any,
    /// Their values added up.
    Sum,
}

/// What is being compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All activities against the universal control.
    Everything,
    /// An activity, by its number, against its own control, without the
    /// universal one.
    Activity(u32),
}

/// When and how units entered each comparison.
#[derive(Debug, Default)]
pub struct Entries {
    entered: BTreeMap<(Scope, Unit), Entry>,
    /// The ids of the activities, in the order of their numbers.
    activities: Vec<String>,
    numbers: BTreeMap<String, u32>,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    night: i32,
    held_out: bool,
    /// Customers of the unit stood in both groups on the night of entry.
    mixed: bool,
    /// A later night drew the other group.
    redrawn: bool,
    invited: bool,
    /// The customers who passed the policy on the night of entry.
    members: Vec<u32>,
    probability: f64,
    segment: u32,
}

/// A comparison's experiment, and what was done to get there.
#[derive(Debug, Clone, PartialEq)]
pub struct Entered {
    /// The experiment; its units are contact units.
    pub experiment: Experiment,
    /// The customers of those units who passed the policy.
    pub customers: u64,
    /// Units left out, since their customers stood in both groups: they have
    /// come together after the draw.
    pub mixed: u64,
    /// Units that a later night drew into the other group; they stay in the
    /// first.
    pub redrawn: u64,
}

impl Entries {
    /// Adds a night's candidates. Nights must come in order, oldest first.
    pub fn add_night<'a>(
        &mut self,
        night: i32,
        candidates: impl IntoIterator<Item = Candidate<'a>>,
    ) {
        for candidate in candidates {
            let activity = self.numbered(candidate.activity);
            if candidate.reason == DecisionReason::AlreadyInvited {
                continue;
            }
            let everyone = candidate.reason == DecisionReason::UniversalControl;
            match candidate.reason.decision() {
                Decision::Suppressed => {}
                Decision::Control if everyone => {
                    self.add(night, Scope::Everything, true, &candidate);
                }
                decision => {
                    let held_out = decision == Decision::Control;
                    self.add(night, Scope::Everything, false, &candidate);
                    self.add(night, Scope::Activity(activity), held_out, &candidate);
                }
            }
        }
    }

    /// The activity's number; a new one for a new activity.
    fn numbered(&mut self, activity: &str) -> u32 {
        if let Some(&number) = self.numbers.get(activity) {
            return number;
        }
        let number = self.activities.len() as u32;
        self.activities.push(activity.to_owned());
        self.numbers.insert(activity.to_owned(), number);
        number
    }

    fn add(&mut self, night: i32, scope: Scope, held_out: bool, candidate: &Candidate<'_>) {
        let invited = candidate.reason.decision() == Decision::Invited;
        let entry = self
            .entered
            .entry((scope, candidate.unit))
            .or_insert_with(|| Entry {
                night,
                held_out,
                mixed: false,
                redrawn: false,
                invited: false,
                members: Vec::new(),
                probability: 0.0,
                segment: candidate.segment,
            });
        entry.invited |= invited;
        if entry.night < night {
            entry.redrawn |= entry.held_out != held_out;
            return;
        }
        entry.mixed |= entry.held_out != held_out;
        entry.probability = entry.probability.max(candidate.probability);
        match entry.members.iter().min() {
            Some(&first) if first < candidate.customer => {}
            // The segment of a unit is that of its first customer.
            _ => entry.segment = candidate.segment,
        }
        if !entry.members.contains(&candidate.customer) {
            entry.members.push(candidate.customer);
        }
    }

    /// The ids of all activities that had candidates, whether or not anyone
    /// passed the policy; an activity's place is its number.
    #[must_use]
    pub fn activities(&self) -> &[String] {
        &self.activities
    }

    /// The activity's number; `None` if it had no candidates.
    #[must_use]
    pub fn number(&self, activity: &str) -> Option<u32> {
        self.numbers.get(activity).copied()
    }

    /// What is compared, by name: the activity's id, or `universal`.
    #[must_use]
    pub fn name(&self, scope: Scope) -> &str {
        match scope {
            Scope::Everything => UNIVERSAL,
            Scope::Activity(number) => self
                .activities
                .get(number as usize)
                .map_or("", String::as_str),
        }
    }

    /// What has been entered into, in order.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        let mut scopes: Vec<Scope> = self.entered.keys().map(|&(scope, _)| scope).collect();
        scopes.dedup();
        scopes
    }

    /// The experiment of a scope, over units that entered on a night that
    /// `nights` accepts. A response counts from the day of entry on; one
    /// without a day always does. `responses` are in order of customer.
    /// `held_out` is the planned share of the control.
    #[must_use]
    pub fn experiment(
        &self,
        scope: Scope,
        nights: impl Fn(i32) -> bool,
        responses: &[Response],
        pooling: Pooling,
        held_out: Option<f64>,
        segments: &[String],
    ) -> Entered {
        let mut entered = Entered {
            experiment: Experiment {
                arms: vec![HELD_OUT.to_owned(), OPEN.to_owned()],
                planned: held_out.map(|share| vec![share, 1.0 - share]),
                segments: segments.to_vec(),
                ..Experiment::default()
            },
            customers: 0,
            mixed: 0,
            redrawn: 0,
        };
        let (mut segment, mut before, mut reached) = (Vec::new(), Vec::new(), Vec::new());
        let of_scope = self.entered.range((scope, 0)..=(scope, Unit::MAX));
        for (_, entry) in of_scope.filter(|(_, entry)| nights(entry.night)) {
            if entry.mixed {
                entered.mixed += 1;
                continue;
            }
            entered.customers += entry.members.len() as u64;
            entered.redrawn += u64::from(entry.redrawn);
            let experiment = &mut entered.experiment;
            experiment.arm.push(u16::from(!entry.held_out));
            experiment
                .response
                .push(entry.response(scope, responses, pooling));
            segment.push(entry.segment);
            before.push(Some(entry.probability));
            // An invitation after another draw is no part of the first.
            reached.push(entry.invited && !entry.held_out);
        }
        entered.experiment.segment = (!segments.is_empty()).then_some(segment);
        // Probabilities of different activities are no one covariate.
        if matches!(scope, Scope::Activity(_)) {
            entered.experiment.score = Some(before.clone());
            entered.experiment.before = Some(before);
        }
        entered.experiment.reached = Some(reached);
        entered
    }
}

impl Entry {
    fn response(&self, scope: Scope, responses: &[Response], pooling: Pooling) -> f64 {
        let mut members = self.members.clone();
        members.sort_unstable();
        let of = |customer: u32| {
            let start = responses.partition_point(|response| response.customer < customer);
            responses[start..]
                .iter()
                .take_while(move |response| response.customer == customer)
        };
        let counted = members.into_iter().flat_map(of).filter(|response| {
            let about = scope == Scope::Everything || scope == Scope::Activity(response.activity);
            about && response.day.is_none_or(|day| day >= self.night)
        });
        match pooling {
            Pooling::Any => counted.fold(0.0, |most, response| response.value.max(most)),
            Pooling::Sum => counted.map(|response| response.value).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(customer: u32, unit: u32, reason: DecisionReason) -> Candidate<'static> {
        Candidate {
            customer,
            unit,
            activity: "film",
            reason,
            probability: f64::from(customer) / 10.0,
            segment: customer,
        }
    }

    fn response(customer: u32, day: i32) -> Response {
        Response {
            customer,
            activity: 0,
            day: Some(day),
            value: 1.0,
        }
    }

    fn entered(entries: &Entries, responses: &[Response]) -> Entered {
        let names: Vec<String> = (0..10).map(|n| n.to_string()).collect();
        let scope = Scope::Activity(0);
        entries.experiment(scope, |_| true, responses, Pooling::Any, Some(0.1), &names)
    }

    #[test]
    fn all_who_passed_the_policy_are_compared_not_only_those_invited() {
        let mut entries = Entries::default();
        let reasons = [
            DecisionReason::NoConsent,
            DecisionReason::AlreadyInvited,
            DecisionReason::UniversalControl,
            DecisionReason::ActivityControl,
            DecisionReason::NoSeat,
            DecisionReason::Selected,
            DecisionReason::NextInLine,
        ];
        let rows = (0..)
            .zip(reasons)
            .map(|(row, reason)| candidate(row, row, reason));
        entries.add_night(100, rows);
        let found = entered(&entries, &[response(5, 100)]).experiment;
        assert_eq!(found.arm, [0, 1, 1, 1]);
        assert_eq!(found.response, [0.0, 0.0, 1.0, 0.0]);
        assert_eq!(found.reached, Some(vec![false, false, true, false]));
        let all = entries.experiment(Scope::Everything, |_| true, &[], Pooling::Any, None, &[]);
        assert_eq!(all.experiment.arm, [0, 1, 1, 1, 1]);
    }

    #[test]
    fn a_unit_counts_once_from_its_first_night() {
        let mut entries = Entries::default();
        entries.add_night(100, [candidate(1, 7, DecisionReason::NoSeat)]);
        entries.add_night(
            103,
            [
                candidate(1, 7, DecisionReason::Selected),
                candidate(2, 7, DecisionReason::OtherInvitation),
                candidate(4, 8, DecisionReason::ActivityControl),
                candidate(3, 8, DecisionReason::ActivityControl),
            ],
        );
        // Customer 2 joined after the draw; customer 4 responded before it.
        let responses = [
            response(1, 99),
            response(2, 110),
            response(3, 103),
            response(4, 102),
        ];
        let found = entered(&entries, &responses);
        assert_eq!(found.experiment.arm, [1, 0]);
        assert_eq!(found.experiment.response, [0.0, 1.0]);
        assert_eq!(found.experiment.reached, Some(vec![true, false]));
        assert_eq!(found.experiment.segment, Some(vec![1, 3]));
        assert_eq!(found.experiment.before, Some(vec![Some(0.1), Some(0.4)]));
        assert_eq!(found.customers, 3);
        let later = |night: i32| night > 100;
        let scope = Scope::Activity(0);
        let found = entries.experiment(scope, later, &responses, Pooling::Sum, None, &[]);
        assert_eq!(found.experiment.arm, [0]);
    }

    #[test]
    fn a_unit_drawn_anew_stays_where_it_was_and_a_mixed_one_is_left_out() {
        let mut entries = Entries::default();
        entries.add_night(
            100,
            [
                candidate(1, 1, DecisionReason::NoSeat),
                candidate(2, 2, DecisionReason::NoSeat),
                candidate(3, 2, DecisionReason::ActivityControl),
                candidate(4, 4, DecisionReason::ActivityControl),
            ],
        );
        entries.add_night(
            101,
            [
                candidate(1, 1, DecisionReason::ActivityControl),
                candidate(4, 4, DecisionReason::Selected),
            ],
        );
        let found = entered(&entries, &[]);
        assert_eq!((found.mixed, found.redrawn), (1, 2));
        assert_eq!(found.experiment.arm, [1, 0]);
        assert_eq!(found.experiment.reached, Some(vec![false, false]));
    }
}
