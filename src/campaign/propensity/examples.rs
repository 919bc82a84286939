//! Which past outcomes say what about invitations.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::campaign::activity::series_of;
use crate::campaign::{Activity, Contact};
use crate::domain::days_from_date;

/// What a customer did about an activity in the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The customer's row.
    pub row: u32,
    /// The activity's id, of tonight's activities or of an earlier one.
    pub activity: String,
    /// Whether the customer accepted.
    pub responded: bool,
    /// The day it was known, if the table says.
    pub date: Option<Date>,
    /// Whether the customer was held out at random, if the table says.
    pub held_out: Option<bool>,
}

/// A customer and an activity whose outcome is known. The order of the fields
/// is the order of the examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Example {
    /// The day of the invitation, or of the outcome where it is not known,
    /// since 1970-01-01; the least where neither is known.
    pub(super) day: i32,
    pub(super) row: u32,
    /// The index of tonight's activity that it says something about.
    pub(super) activity: u16,
    pub(super) responded: bool,
}

/// Past outcomes by what they say, in order: any order of the outcomes gives
/// the same.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Examples {
    /// Of customers who were invited.
    pub(super) invited: Vec<Example>,
    /// Of customers who were held out at random.
    pub(super) held_out: Vec<Example>,
    /// Outcomes about tonight's series that say neither: of customers who were
    /// neither invited nor held out, and of activities still to come.
    pub(super) passed_over: u64,
}

impl Examples {
    /// Sorts outcomes out.
    ///
    /// An outcome belongs to the activity of the same id, else to one of the
    /// same series; others are left out. It is that of an invitation where
    /// `contacts` hold one about the activity before `as_of`, or know of none
    /// at all about it. Without a contact it is that of somebody held out where
    /// the outcome says so, or, where it says nothing, `drawn` does: whether
    /// our own draw holds that row out of the activity of that id. Outcomes of
    /// activities that have not begun are not counted: who accepts answers
    /// sooner than who does not.
    pub(super) fn new(
        activities: &[Activity],
        outcomes: &[Outcome],
        contacts: &[Contact],
        as_of: Date,
        drawn: impl Fn(u32, &str) -> bool,
    ) -> Self {
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, activity) in activities.iter().enumerate() {
            places.entry(activity.series()).or_insert(index);
        }
        let by_id = activities.iter().enumerate();
        places.extend(by_id.map(|(index, activity)| (activity.id.as_str(), index)));
        let place = |id: &str| {
            places
                .get(id)
                .or_else(|| places.get(series_of(id)))
                .copied()
        };
        let open = |id: &str, index: usize| {
            activities[index].id == id && activities[index].starts.0.date() >= as_of
        };

        let mut invited: BTreeMap<(u32, &str), i32> = BTreeMap::new();
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for contact in contacts.iter().filter(|contact| contact.date < as_of) {
            if place(&contact.activity).is_some() {
                known.insert(&contact.activity);
                let day = days_from_date(contact.date);
                let first = invited
                    .entry((contact.row, &contact.activity))
                    .or_insert(day);
                *first = day.min(*first);
            }
        }

        // A customer answers an activity once, however many rows say so.
        let mut rows: BTreeMap<(u32, &str), (usize, Answer)> = BTreeMap::new();
        for outcome in outcomes {
            let Some(index) = place(&outcome.activity) else {
                continue;
            };
            let (_, answer) = rows
                .entry((outcome.row, &outcome.activity))
                .or_insert((index, Answer::default()));
            answer.add(outcome);
        }
        let mut examples = Self::default();
        for ((row, id), (index, answer)) in rows {
            let contacted = invited.get(&(row, id)).copied();
            let day = contacted.or(answer.day).unwrap_or(i32::MIN);
            let example = Example {
                day,
                row,
                activity: index as u16,
                responded: answer.responded,
            };
            let held_out = answer.held_out == Some(true);
            if open(id, index) || contacted.is_some() && held_out {
                examples.passed_over += 1;
            } else if contacted.is_some() || !known.contains(id) && !held_out {
                examples.invited.push(example);
            } else if answer.held_out.unwrap_or_else(|| drawn(row, id)) {
                examples.held_out.push(example);
            } else {
                examples.passed_over += 1;
            }
        }
        examples.invited.sort_unstable();
        examples.held_out.sort_unstable();
        examples
    }
}

/// What the rows of one customer and activity say together.
#[derive(Debug, Clone, Copy, Default)]
struct Answer {
    responded: bool,
    day: Option<i32>,
    held_out: Option<bool>,
}

impl Answer {
    fn add(&mut self, outcome: &Outcome) {
        self.responded |= outcome.responded;
        let day = outcome.date.map(days_from_date);
        self.day = self.day.max(day);
        self.held_out = self.held_out.max(outcome.held_out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::{activity, contact};

    fn outcome(row: u32, activity: &str) -> Outcome {
        Outcome {
            row,
            activity: activity.to_owned(),
            responded: true,
            date: Some(Date::constant(2026, 10, 20)),
            held_out: None,
        }
    }

    fn sorted(outcomes: &[Outcome], contacts: &[Contact]) -> Examples {
        let activities = [activity("film-night-2026-11", "film")];
        let as_of = Date::constant(2026, 11, 1);
        Examples::new(&activities, outcomes, contacts, as_of, |row, _| row == 7)
    }

    #[test]
    fn an_outcome_counts_as_what_it_followed() {
        let contacts = [
            contact(1, "film-night-2026-10", "2026-10-12"),
            contact(1, "film-night-2026-10", "2026-10-10"),
            contact(2, "film-night-2026-10", "2026-11-01"),
        ];
        let held_out = |row, held_out| Outcome {
            held_out: Some(held_out),
            ..outcome(row, "film-night-2026-10")
        };
        let outcomes = [
            outcome(1, "film-night-2026-10"),
            outcome(2, "film-night-2026-10"),
            held_out(3, true),
            held_out(4, false),
            held_out(7, false),
            outcome(7, "film-night-2026-10"),
            outcome(8, "bake-off"),
        ];
        let found = sorted(&outcomes, &contacts);
        let rows = |examples: &[Example]| examples.iter().map(|e| e.row).collect::<Vec<_>>();
        assert_eq!(rows(&found.invited), [1]);
        assert_eq!(
            found.invited[0].day,
            days_from_date(Date::constant(2026, 10, 10))
        );
        // Row 2's contact is tonight's, row 4 says it was not held out, row 7
        // is told twice and once that it was not.
        assert_eq!(rows(&found.held_out), [3]);
        assert_eq!(found.passed_over, 3);
    }

    #[test]
    fn our_own_draw_tells_who_was_held_out_where_the_table_does_not() {
        let contacts = [contact(1, "film-night-2026-10", "2026-10-12")];
        let outcomes = [6, 7].map(|row| outcome(row, "film-night-2026-10"));
        let found = sorted(&outcomes, &contacts);
        assert_eq!((found.held_out.len(), found.passed_over), (1, 1));
    }

    #[test]
    fn without_any_contact_about_an_activity_all_were_invited() {
        let found = sorted(&[outcome(1, "film-night-2026-10")], &[]);
        assert_eq!(found.invited.len(), 1);
    }

    #[test]
    fn an_activity_still_to_come_says_nothing_yet() {
        let contacts = [contact(1, "film-night-2026-11", "2026-10-30")];
        let found = sorted(&[outcome(1, "film-night-2026-11")], &contacts);
        assert_eq!((found.invited.len(), found.passed_over), (0, 1));
    }

    #[test]
    fn the_order_of_outcomes_does_not_matter() {
        let mut outcomes: Vec<Outcome> = (0..40)
            .map(|at| Outcome {
                responded: at % 3 == 0,
                held_out: (at % 5 == 0).then_some(at % 2 == 0),
                date: (at % 4 > 0).then(|| Date::constant(2026, 10, 1 + at as i8 % 20)),
                ..outcome(
                    at % 9,
                    ["film-night-2026-10", "film-night-2026-09"][at as usize % 2],
                )
            })
            .collect();
        let contacts = [contact(1, "film-night-2026-10", "2026-10-12")];
        let first = sorted(&outcomes, &contacts);
        outcomes.reverse();
        outcomes.swap(3, 17);
        assert_eq!(sorted(&outcomes, &contacts), first);
    }
}
