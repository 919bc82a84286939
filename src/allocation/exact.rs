//! Exhaustive search, for problems so small that rounding has no room: whether
//! a whole-number allocation is allowed at all, and which is the best.

use super::improve::Terms;
use super::pass::{Choice, Objective, Units};
use super::rows::PriceList;
use super::unit::{Item, fits, give_back, take};

/// What the search came to.
#[derive(Debug)]
pub(super) enum Search {
    /// The allowed choice of least distance to the bound, and that distance.
    Best(Choice, f64),
    /// Nothing is nearer than the distance to beat; nothing is allowed if that
    /// was infinite.
    Nothing,
    /// The search was cut short; the best so far if there is any.
    CutShort(Option<(Choice, f64)>),
}

/// Allocations that are looked at.
const MOST_STEPS: usize = 3_000_000;

/// Sets of offers that a unit may have, in all.
const MOST_OPTIONS: usize = 100_000;

/// A set of offers for a unit.
struct Choosable {
    offers: Vec<u32>,
    loss: f64,
    used: Vec<f64>,
}

/// Finds the allowed choice nearest to the bound, if it is nearer than `beat`.
///
/// Units are decided one by one, the least loss first. A branch ends when what
/// it lost, and what the rows must lose whatever the other units do, is no
/// better than the best.
pub(super) fn search(
    units: &Units<'_>,
    objective: Objective,
    list: &PriceList,
    terms: &Terms,
    beat: f64,
) -> Search {
    let Some(mut options) = options(units, objective, list, beat) else {
        return Search::CutShort(None);
    };
    // Units with most at stake first.
    options.sort_by_key(|options| {
        (
            std::cmp::Reverse(options.len()),
            options[0].offers.first().copied(),
        )
    });
    let rows = units.rows.len();
    let mut range = vec![vec![(0.0, 0.0); rows]; options.len() + 1];
    for (at, options) in options.iter().enumerate().rev() {
        range[at] = (0..rows)
            .map(|row| {
                let used = || options.iter().map(|option| option.used[row]);
                let (low, high) = range[at + 1][row];
                (
                    low + used().fold(f64::INFINITY, f64::min),
                    high + used().fold(f64::NEG_INFINITY, f64::max),
                )
            })
            .collect();
    }
    let mut tree = Tree {
        options: &options,
        range: &range,
        terms,
        used: vec![0.0; rows],
        taken: Vec::new(),
        best: None,
        distance: beat,
        steps: 0,
    };
    tree.branch(0.0);
    let best = tree.best.map(|taken| {
        let mut choice = Choice::none(units);
        for (options, taken) in options.iter().zip(taken) {
            for &offer in &options[taken].offers {
                let piece = units.piece_with(offer as usize);
                choice.set(piece, offer as usize - units.offers(piece).start, true);
            }
        }
        (choice, tree.distance)
    });
    match best {
        best if tree.steps >= MOST_STEPS => Search::CutShort(best),
        Some((choice, distance)) => Search::Best(choice, distance),
        None => Search::Nothing,
    }
}

struct Tree<'a> {
    options: &'a [Vec<Choosable>],
    /// From each unit on, the least and the most that rows can still use.
    range: &'a [Vec<(f64, f64)>],
    terms: &'a Terms,
    used: Vec<f64>,
    taken: Vec<usize>,
    best: Option<Vec<usize>>,
    distance: f64,
    steps: usize,
}

impl Tree<'_> {
    fn branch(&mut self, loss: f64) {
        let depth = self.taken.len();
        if self.terms.least(&self.used, &self.range[depth]) + loss >= self.distance - 1e-12 {
            return;
        }
        if depth == self.options.len() {
            self.distance = loss + self.terms.sum(&self.used);
            self.best = Some(self.taken.clone());
            return;
        }
        let options = &self.options[depth];
        for (at, option) in options.iter().enumerate() {
            self.steps += 1;
            if self.steps >= MOST_STEPS || loss + option.loss >= self.distance {
                return;
            }
            let before = self.used.clone();
            self.used
                .iter_mut()
                .zip(&option.used)
                .for_each(|(used, adds)| *used += adds);
            self.taken.push(at);
            self.branch(loss + option.loss);
            self.taken.pop();
            self.used = before;
        }
    }
}

/// By unit, the sets of offers that its rules allow and that lose less than
/// `beat`, the best first. `None` when there are too many.
fn options(
    units: &Units<'_>,
    objective: Objective,
    list: &PriceList,
    beat: f64,
) -> Option<Vec<Vec<Choosable>>> {
    let offers = &units.problem.offers;
    let mut all = Vec::new();
    let mut number = 0;
    for unit in 0..offers.units() {
        let range = offers.of_unit(unit);
        if range.is_empty() {
            continue;
        }
        let items: Vec<Item> = range
            .clone()
            .map(|offer| Item {
                gain: units.gain(objective, list, offer),
                at: offer as u32,
                activity: offers.activity[offer],
                customer: offers.customer[offer],
            })
            .collect();
        let mut room = Vec::new();
        units.problem.rules.room(unit, &mut room);
        let mut sets = Sets {
            units,
            items: &items,
            room,
            chosen: Vec::new(),
            found: Vec::new(),
            most: MOST_OPTIONS - number,
        };
        if !sets.from(0) {
            return None;
        }
        let mut found = sets.found;
        let best = found.iter().map(|set| -set.loss).fold(0.0, f64::max);
        found.iter_mut().for_each(|set| set.loss += best);
        found.retain(|set| set.loss < beat);
        found.sort_by(|a, b| {
            a.loss
                .total_cmp(&b.loss)
                .then_with(|| a.offers.cmp(&b.offers))
        });
        number += found.len();
        all.push(found);
    }
    Some(all)
}

struct Sets<'a> {
    units: &'a Units<'a>,
    items: &'a [Item],
    room: Vec<u16>,
    chosen: Vec<Item>,
    found: Vec<Choosable>,
    most: usize,
}

impl Sets<'_> {
    /// Finds all sets that add items from `at` on; `false` when there are too
    /// many.
    fn from(&mut self, at: usize) -> bool {
        if self.found.len() >= self.most {
            return false;
        }
        let mut used = vec![0.0; self.units.rows.len()];
        for item in &self.chosen {
            self.units.add(&mut used, item.at as usize, 1.0);
        }
        self.found.push(Choosable {
            offers: self.chosen.iter().map(|item| item.at).collect(),
            loss: -self.chosen.iter().map(|item| item.gain).sum::<f64>(),
            used,
        });
        for next in at..self.items.len() {
            let item = self.items[next];
            if fits(&self.units.problem.rules, &self.room, &self.chosen, &item) {
                take(&self.units.problem.rules, &mut self.room, &item);
                self.chosen.push(item);
                let enough = self.from(next + 1);
                self.chosen.pop();
                give_back(&self.units.problem.rules, &mut self.room, &item);
                if !enough {
                    return false;
                }
            }
        }
        true
    }
}
