//! From rows of arms and rows of outcomes to an [`Experiment`].

use std::collections::BTreeMap;

use super::experiment::Experiment;

/// Rows of an arms table; columns of equal length.
#[derive(Debug, Clone, Default)]
pub struct ArmRows {
    /// What was drawn.
    pub unit: Vec<Option<String>>,
    /// The arm it was drawn into.
    pub arm: Vec<Option<String>>,
    /// Its segment.
    pub segment: Option<Vec<Option<String>>>,
    /// Its score.
    pub score: Option<Vec<Option<f64>>>,
    /// What was known of it before.
    pub before: Option<Vec<Option<f64>>>,
}

/// Rows of an outcomes table; columns of equal length.
#[derive(Debug, Clone, Default)]
pub struct OutcomeRows {
    /// Who responded.
    pub unit: Vec<Option<String>>,
    /// The response: 0 or 1, or a value.
    pub response: Vec<Option<f64>>,
}

/// An experiment, and what had to be said about its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The experiment; units in order of their ids.
    pub experiment: Experiment,
    /// Units without a row of outcomes: their response counts as 0.
    pub without_outcome: u64,
    /// Rows of outcomes whose unit is in no arm: left out.
    pub unknown_outcomes: u64,
}

/// What is wrong with the rows. No message holds a unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinFault {
    /// A required value is missing or no number.
    #[error("{table}: {count} rows have no {column}")]
    Missing {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// How many rows.
        count: u64,
    },
    /// Units stand more than once.
    #[error("{table}: {count} rows repeat a unit; keep one row of each")]
    Repeated {
        /// The table.
        table: &'static str,
        /// Rows beyond the first of each unit.
        count: u64,
    },
    /// Units stand in more than one arm.
    #[error(
        "arms: {count} units are in two arms or more; each belongs to the arm it was drawn into"
    )]
    TwoArms {
        /// How many units.
        count: u64,
    },
    /// There are fewer than two arms, or too many.
    #[error("arms: there are {count} arms; allowed: 2 to 1,000, one of them the control")]
    Arms {
        /// How many.
        count: usize,
    },
    /// The control is not among the arms.
    #[error(
        "there is no arm `{name}` to be the control\n    allowed: {known}\n    next: name it with --control"
    )]
    NoControl {
        /// The name.
        name: String,
        /// The arms.
        known: String,
    },
    /// The plan is not one of the arms.
    #[error("the planned shares must name every arm once, each above 0\n    arms: {known}")]
    Plan {
        /// The arms.
        known: String,
    },
}

/// Joins arms with outcomes by unit. `planned` are shares by arm.
///
/// # Errors
/// Every fault of the rows at once.
pub fn join(
    arms: &ArmRows,
    outcomes: &OutcomeRows,
    control: &str,
    planned: Option<&BTreeMap<String, f64>>,
) -> Result<Joined, Vec<JoinFault>> {
    let mut faults = Vec::new();
    faults.extend(missing(
        "arms",
        "unit",
        arms.unit.iter().map(Option::is_some),
    ));
    faults.extend(missing("arms", "arm", arms.arm.iter().map(Option::is_some)));
    faults.extend(missing(
        "outcomes",
        "unit",
        outcomes.unit.iter().map(Option::is_some),
    ));
    let is_number = |response: &Option<f64>| response.is_some_and(f64::is_finite);
    faults.extend(missing(
        "outcomes",
        "response",
        outcomes.response.iter().map(is_number),
    ));

    let order = sorted(&arms.unit);
    let same = |a: &usize, b: &usize| arms.unit[*a] == arms.unit[*b];
    let (mut repeated, mut in_two) = (0, 0);
    for rows in order.chunk_by(same).filter(|rows| rows.len() > 1) {
        if rows.iter().all(|&row| arms.arm[row] == arms.arm[rows[0]]) {
            repeated += rows.len() as u64 - 1;
        } else {
            in_two += 1;
        }
    }
    if repeated > 0 {
        faults.push(JoinFault::Repeated {
            table: "arms",
            count: repeated,
        });
    }
    if in_two > 0 {
        faults.push(JoinFault::TwoArms { count: in_two });
    }
    let outcome_order = sorted(&outcomes.unit);
    let repeats = |pair: &&[usize]| outcomes.unit[pair[0]] == outcomes.unit[pair[1]];
    let count = outcome_order.windows(2).filter(repeats).count() as u64;
    if count > 0 {
        faults.push(JoinFault::Repeated {
            table: "outcomes",
            count,
        });
    }

    let codes = codes(&arms.arm);
    let names: Vec<String> = codes.keys().map(|name| (*name).to_owned()).collect();
    let known = || names.join(", ");
    if !(2..=1_000).contains(&names.len()) {
        faults.push(JoinFault::Arms { count: names.len() });
    }
    let control_index = names.iter().position(|name| name == control);
    if control_index.is_none() && names.len() >= 2 {
        faults.push(JoinFault::NoControl {
            name: control.to_owned(),
            known: known(),
        });
    }
    let plan: Option<Vec<f64>> = planned.map(|planned| {
        let share = |name: &String| planned.get(name).copied().unwrap_or(0.0);
        names.iter().map(share).collect()
    });
    let sound = |plan: &Vec<f64>| plan.iter().all(|&share| share > 0.0 && share.is_finite());
    if plan.as_ref().is_some_and(|plan| !sound(plan))
        || planned.is_some_and(|planned| planned.len() != names.len())
    {
        faults.push(JoinFault::Plan { known: known() });
    }
    let Some(control) = control_index.filter(|_| faults.is_empty()) else {
        return Err(faults);
    };

    let (mut without_outcome, mut known_outcomes) = (0, 0_u64);
    let response: Vec<f64> = order
        .iter()
        .map(|&row| {
            let found =
                outcome_order.binary_search_by(|&at| outcomes.unit[at].cmp(&arms.unit[row]));
            match found
                .ok()
                .and_then(|at| outcomes.response[outcome_order[at]])
            {
                Some(response) => {
                    known_outcomes += 1;
                    response
                }
                None => {
                    without_outcome += 1;
                    0.0
                }
            }
        })
        .collect();
    let in_order = |values: &Vec<Option<f64>>| -> Vec<Option<f64>> {
        let finite = |&row: &usize| values[row].filter(|value| value.is_finite());
        order.iter().map(finite).collect()
    };
    let (segment, segments) = segment_codes(arms.segment.as_deref(), &order);
    let arm_of = |&row: &usize| {
        arms.arm[row]
            .as_deref()
            .and_then(|arm| codes.get(arm))
            .copied()
    };
    Ok(Joined {
        experiment: Experiment {
            control,
            arm: order
                .iter()
                .map(|row| arm_of(row).unwrap_or_default())
                .collect(),
            response,
            segment,
            segments,
            score: arms.score.as_ref().map(in_order),
            before: arms.before.as_ref().map(in_order),
            reached: None,
            planned: plan,
            arms: names,
        },
        without_outcome,
        unknown_outcomes: outcome_order.len() as u64 - known_outcomes,
    })
}

/// The fault of a column whose values are not all there.
fn missing(
    table: &'static str,
    column: &'static str,
    there: impl Iterator<Item = bool>,
) -> Option<JoinFault> {
    let count = there.filter(|there| !there).count() as u64;
    (count > 0).then_some(JoinFault::Missing {
        table,
        column,
        count,
    })
}

/// The rows that have a unit, in order of the units.
fn sorted(units: &[Option<String>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..units.len())
        .filter(|&row| units[row].is_some())
        .collect();
    order.sort_by(|&a, &b| units[a].cmp(&units[b]));
    order
}

/// The names in order, numbered.
fn codes(names: &[Option<String>]) -> BTreeMap<&str, u16> {
    let mut codes: BTreeMap<&str, u16> = names.iter().flatten().map(|n| (n.as_str(), 0)).collect();
    for (index, code) in (0..).zip(codes.values_mut().take(usize::from(u16::MAX))) {
        *code = index;
    }
    codes
}

/// The segment of each unit as an index into names; without one it is in the
/// segment "(none)".
fn segment_codes(
    segment: Option<&[Option<String>]>,
    order: &[usize],
) -> (Option<Vec<u32>>, Vec<String>) {
    let Some(segment) = segment else {
        return (None, Vec::new());
    };
    let name = |row: usize| segment[row].as_deref().unwrap_or("(none)");
    let mut names: Vec<&str> = order.iter().map(|&row| name(row)).collect();
    names.sort_unstable();
    names.dedup();
    let code = |&row: &usize| names.binary_search(&name(row)).unwrap_or_default() as u32;
    let codes = order.iter().map(code).collect();
    (Some(codes), names.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str]) -> Vec<Option<String>> {
        let text = |value: &&str| (!value.is_empty()).then(|| (*value).to_owned());
        values.iter().map(text).collect()
    }

    fn arms(units: &[&str], arms: &[&str]) -> ArmRows {
        ArmRows {
            unit: texts(units),
            arm: texts(arms),
            ..ArmRows::default()
        }
    }

    fn outcomes(units: &[&str], response: &[f64]) -> OutcomeRows {
        OutcomeRows {
            unit: texts(units),
            response: response.iter().map(|&value| Some(value)).collect(),
        }
    }

    #[test]
    fn units_without_outcome_count_as_zero_and_are_counted() {
        let joined = join(
            &arms(&["c", "a", "b"], &["sms", "control", "sms"]),
            &outcomes(&["b", "x"], &[1.0, 1.0]),
            "control",
            None,
        )
        .unwrap();
        assert_eq!(joined.experiment.arms, ["control", "sms"]);
        assert_eq!(joined.experiment.arm, [0, 1, 1]);
        assert_eq!(joined.experiment.response, [0.0, 1.0, 0.0]);
        assert_eq!((joined.without_outcome, joined.unknown_outcomes), (2, 1));
    }

    #[test]
    fn every_fault_is_told_at_once_with_its_count() {
        let faults = join(
            &arms(
                &["a", "a", "b", "b", "b", "", "d"],
                &["x", "y", "x", "x", "x", "x", ""],
            ),
            &outcomes(&["a", "a", ""], &[f64::NAN, 0.0, 1.0]),
            "control",
            Some(&BTreeMap::from([("x".to_owned(), 1.0)])),
        )
        .unwrap_err();
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let text = told.join("\n");
        for part in [
            "arms: 1 rows have no unit",
            "arms: 1 rows have no arm",
            "outcomes: 1 rows have no unit",
            "outcomes: 1 rows have no response",
            "arms: 2 rows repeat a unit",
            "arms: 1 units are in two arms",
            "outcomes: 1 rows repeat a unit",
            "there is no arm `control`",
            "allowed: x, y",
            "the planned shares must name every arm",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }

    #[test]
    fn one_arm_is_no_experiment() {
        let faults = join(&arms(&["a"], &["x"]), &outcomes(&[], &[]), "x", None).unwrap_err();
        assert_eq!(faults, [JoinFault::Arms { count: 1 }]);
    }

    #[test]
    fn the_order_of_rows_changes_nothing() {
        let rows = |order: [usize; 4]| {
            let units = ["a", "b", "c", "d"];
            let mut rows = arms(
                &order.map(|at| units[at]),
                &order.map(|at| ["x", "y"][at % 2]),
            );
            rows.segment = Some(order.map(|at| (at > 1).then(|| "old".to_owned())).to_vec());
            rows.score = Some(order.map(|at| Some(at as f64)).to_vec());
            let outcomes = outcomes(&order.map(|at| units[at]), &order.map(|at| at as f64 / 3.0));
            join(&rows, &outcomes, "x", None).unwrap()
        };
        let sorted = rows([0, 1, 2, 3]);
        assert_eq!(rows([3, 1, 0, 2]), sorted);
        assert_eq!(sorted.experiment.segments, ["(none)", "old"]);
        assert_eq!(sorted.experiment.segment, Some(vec![0, 0, 1, 1]));
    }
}
