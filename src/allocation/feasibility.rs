//! Whether the totals can hold together, and if not, which of them cannot and
//! by how much each would have to give.
//!
//! The same dual, with nothing to gain: its lowest value is minus the least
//! weighted violation of the totals under all contact rules and conflicts
//! (the elastic programme of Chinneck, Feasibility and Infeasibility in
//! Optimization, 2008, section 6.1), so a negative value proves that they
//! cannot all hold.

use super::bundle::{Lowest, Start, Until, lowest};
use super::dual::Dual;
use super::exact::{Search, search};
use super::improve::Terms;
use super::pass::{Objective, Units};

/// Totals that cannot hold together; without any one of them the others can.
#[derive(Debug, Clone, PartialEq)]
pub struct Infeasible {
    /// The totals, and by how much each would have to give, the others being
    /// kept: in the total's own unit, no less than that.
    pub group: Vec<(usize, f64)>,
}

/// Below this share of the bounds a violation is none.
const NEGLIGIBLE: f64 = 1e-7;

/// Evaluations for one question.
const PASSES: usize = 300;

/// Finds a smallest group of totals that cannot hold together; `None` when all
/// that must hold can, were invitations divisible.
pub(super) fn infeasible(units: &Units<'_>) -> Option<Infeasible> {
    let check = Check { units: *units };
    let rows = &units.rows.rows;
    let hard: Vec<usize> = (0..rows.len())
        .filter(|&row| rows[row].ceiling.is_infinite())
        .collect();
    let proof = check.violated(&hard)?;
    // Rows without a price have no part in the proof.
    let part: Vec<usize> = hard
        .into_iter()
        .filter(|&row| proof.prices[row] > 1e-9)
        .collect();
    let group = smallest(part, &|rows| check.violated(rows).is_some());
    let give = |&row: &usize| (row, check.gives(&group, row));
    Some(Infeasible {
        group: group.iter().map(give).collect(),
    })
}

/// The same for invitations that are whole, by exhaustive search; `None` when
/// it is cut short, or all that must hold can.
pub(super) fn infeasible_whole(units: &Units<'_>) -> Option<Infeasible> {
    let free = units.rows.price_list(&vec![0.0; units.rows.len()]);
    let find = |terms: &Terms| search(units, Objective::Nothing, &free, terms, f64::INFINITY);
    let violated = |rows: &[usize]| matches!(find(&Terms::only(units, rows)), Search::Nothing);
    let rows = &units.rows.rows;
    let hard: Vec<usize> = (0..rows.len())
        .filter(|&row| rows[row].ceiling.is_infinite())
        .collect();
    if !violated(&hard) {
        return None;
    }
    let group = smallest(hard, &violated);
    let give = |&row: &usize| match find(&Terms::violation_of(units, &group, row)) {
        Search::Best(_, violation) => Some((row, violation * rows[row].unit.abs())),
        _ => None,
    };
    Some(Infeasible {
        group: group.iter().map(give).collect::<Option<_>>()?,
    })
}

/// One row or two that are violated; else rows are left out one by one while
/// the rest still is (Chinneck's deletion filter).
fn smallest(part: Vec<usize>, violated: &dyn Fn(&[usize]) -> bool) -> Vec<usize> {
    if let Some(&row) = part.iter().find(|&&row| violated(&[row])) {
        return vec![row];
    }
    for (at, &first) in part.iter().enumerate() {
        for &second in &part[at + 1..] {
            if violated(&[first, second]) {
                return vec![first, second];
            }
        }
    }
    let mut group = part;
    let mut at = 0;
    while at < group.len() && group.len() > 3 {
        let mut without = group.clone();
        without.remove(at);
        if violated(&without) {
            group = without;
        } else {
            at += 1;
        }
    }
    group
}

struct Check<'a> {
    units: Units<'a>,
}

impl Check<'_> {
    /// A proof that the rows cannot hold together, or `None` if they can.
    fn violated(&self, rows: &[usize]) -> Option<Lowest> {
        let mut ceilings = vec![0.0; self.units.rows.len()];
        rows.iter().for_each(|&row| ceilings[row] = 1.0);
        let found = self.lowest(ceilings, true);
        (found.value < -self.negligible(rows)).then_some(found)
    }

    fn negligible(&self, rows: &[usize]) -> f64 {
        let bounds = rows
            .iter()
            .map(|&row| self.units.rows.rows[row].bound.abs());
        NEGLIGIBLE * bounds.fold(1.0, f64::max)
    }

    fn lowest(&self, ceilings: Vec<f64>, proof_only: bool) -> Lowest {
        let rows: Vec<usize> = (0..ceilings.len())
            .filter(|&row| ceilings[row] > 0.0)
            .collect();
        let negligible = self.negligible(&rows);
        let dual = Dual::new(self.units, Objective::Nothing, ceilings);
        let until = Until {
            relative: 1e-4,
            absolute: 0.1 * negligible,
            passes: PASSES,
            floor: if proof_only {
                -negligible
            } else {
                f64::NEG_INFINITY
            },
        };
        lowest(&dual, Start::new(self.units.rows.len()), until)
    }

    /// By how much a row of the group must give when the others hold.
    fn gives(&self, group: &[usize], row: usize) -> f64 {
        let mut ceilings = vec![0.0; self.units.rows.len()];
        group
            .iter()
            .for_each(|&other| ceilings[other] = f64::INFINITY);
        ceilings[row] = 1.0;
        let unit = self.units.rows.rows[row].unit.abs();
        (-self.lowest(ceilings, false).value).max(0.0) * unit
    }
}
