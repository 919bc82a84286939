//! From a choice that is almost allowed to one that is, and is all but the
//! best: local search on the distance to the bound.
//!
//! At the dual's prices the distance from an allocation's value to the bound
//! is a sum with a term for every unit (what its choice gains less than its
//! best) and one for every row (its price times the room left). Making that
//! sum small is all there is to do.

use super::moves::{Finder, Move, Wanted};
use super::pass::{Choice, Units};
use super::problem::ROUNDING;

/// How far a row's total is from where the bound would have it.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    bounds: Vec<f64>,
    /// What a unit of room costs.
    prices: Vec<f64>,
    /// What a unit beyond the bound costs.
    penalties: Vec<f64>,
    /// What rounding may lose.
    tolerances: Vec<f64>,
    hard: Vec<bool>,
}

impl Terms {
    /// `typical` is what an offer is worth. A unit beyond a bound that must
    /// hold costs a few times its price at first, so that one bound can be
    /// exchanged for another on the way; [`Terms::raise`] makes it dearer.
    pub(super) fn new(units: &Units<'_>, prices: &[f64], typical: f64) -> Self {
        let rows = &units.rows.rows;
        let penalty = |(row, price): (&super::rows::Row, &f64)| {
            if row.ceiling.is_finite() {
                (row.ceiling - price).max(0.0)
            } else {
                4.0 * price + typical
            }
        };
        Self {
            bounds: rows.iter().map(|row| row.bound).collect(),
            prices: prices.to_vec(),
            penalties: rows.iter().zip(prices).map(penalty).collect(),
            tolerances: rows
                .iter()
                .map(|row| ROUNDING * row.bound.abs().max(1.0 / row.unit.abs()))
                .collect(),
            hard: rows.iter().map(|row| row.ceiling.is_infinite()).collect(),
        }
    }

    /// Nothing but whether these rows hold.
    pub(super) fn only(units: &Units<'_>, rows: &[usize]) -> Self {
        let free = vec![0.0; units.rows.len()];
        let mut terms = Self::new(units, &free, 0.0);
        terms.penalties.fill(0.0);
        for (row, hard) in terms.hard.iter_mut().enumerate() {
            *hard = rows.contains(&row);
        }
        terms
    }

    /// By how much one row is violated while the others of `rows` hold.
    pub(super) fn violation_of(units: &Units<'_>, rows: &[usize], row: usize) -> Self {
        let mut terms = Self::only(units, rows);
        terms.hard[row] = false;
        terms.penalties[row] = 1.0;
        terms
    }

    /// The term of a row that uses `used`.
    #[inline]
    fn of(&self, row: usize, used: f64) -> f64 {
        let slack = self.bounds[row] - used;
        if slack >= 0.0 {
            self.prices[row] * slack
        } else if -slack <= 0.5 * self.tolerances[row] {
            0.0
        } else {
            self.penalties[row] * -slack
        }
    }

    pub(super) fn sum(&self, used: &[f64]) -> f64 {
        used.iter()
            .enumerate()
            .map(|(row, used)| self.of(row, *used))
            .sum()
    }

    /// The least that the terms can be when each row uses as much more as lies
    /// between its limits; infinite when a bound that must hold cannot.
    pub(super) fn least(&self, used: &[f64], more: &[(f64, f64)]) -> f64 {
        let mut sum = 0.0;
        for (row, (used, (low, high))) in used.iter().zip(more).enumerate() {
            let (low, high) = (used + low, used + high);
            let nearest = self.bounds[row].clamp(low, high.max(low));
            if self.hard[row] && nearest - self.bounds[row] > 0.5 * self.tolerances[row] {
                return f64::INFINITY;
            }
            sum += self.of(row, nearest);
        }
        sum
    }

    /// Makes bounds dearer that must hold and do not.
    fn raise(&mut self, used: &[f64]) {
        for (row, used) in used.iter().enumerate() {
            if self.hard[row] && used - self.bounds[row] > 0.5 * self.tolerances[row] {
                self.penalties[row] *= 3.0;
            }
        }
    }

    /// Whether every bound that must hold does.
    pub(super) fn allowed(&self, used: &[f64]) -> bool {
        used.iter().enumerate().all(|(row, used)| {
            !self.hard[row] || used - self.bounds[row] <= 0.5 * self.tolerances[row]
        })
    }

    /// Where a change of the total helps.
    fn wanted(&self, used: &[f64]) -> Wanted {
        let wanted = |(row, used): (usize, &f64)| {
            let slack = self.bounds[row] - used;
            if slack < -0.5 * self.tolerances[row] && self.penalties[row] > 0.0 {
                -1
            } else if slack > 0.0 && self.prices[row] * slack > 0.0 {
                1
            } else {
                0
            }
        };
        used.iter().enumerate().map(wanted).collect()
    }
}

/// A choice and what it uses.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) choice: Choice,
    pub(super) used: Vec<f64>,
    /// What it loses by units' choices since it was handed in; the caller adds
    /// what it lost before.
    pub(super) loss: f64,
}

/// How hard to try.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    pub(super) rounds: usize,
    /// Moves looked at for each row that is off.
    pub(super) moves: usize,
    /// Moves that are tried in pairs.
    pub(super) paired: usize,
    /// A distance that is small enough.
    pub(super) enough: f64,
}

/// Improves a choice until nothing helps or the distance is small `enough`.
///
/// Where bounds stay violated they are made dearer and the search goes on (the
/// breakout method: Morris 1993).
pub(super) fn improve(finder: &Finder<'_>, terms: &Terms, state: &mut State, effort: Effort) {
    let terms = &mut terms.clone();
    for _ in 0..effort.rounds {
        let before = terms.sum(&state.used) + state.loss;
        if before <= effort.enough && terms.allowed(&state.used) {
            break;
        }
        let wanted = terms.wanted(&state.used);
        // No move can bring more than all that is off.
        let most = terms.sum(&state.used);
        let mut moves = finder.find(&state.choice, &wanted, effort.moves, most);
        order(&mut moves);
        let mut search = Search {
            finder,
            terms,
            state,
            used_units: Vec::new(),
        };
        search.sweep(&moves);
        search.steepest(&moves);
        if search.distance() > effort.enough {
            search.pairs(&moves, &wanted, effort.paired);
        }
        let after = terms.sum(&state.used) + state.loss;
        if after >= before - LITTLE * before.abs() {
            if terms.allowed(&state.used) {
                break;
            }
            terms.raise(&state.used);
        }
    }
    complete(finder, terms, state);
}

/// Takes what gains by itself and fits: nobody is left out for nothing.
fn complete(finder: &Finder<'_>, terms: &Terms, state: &mut State) {
    let nowhere = vec![0; state.used.len()];
    let mut moves = finder.find(&state.choice, &nowhere, 0, 0.0);
    order(&mut moves);
    Search {
        finder,
        terms,
        state,
        used_units: Vec::new(),
    }
    .steepest(&moves);
}

/// The least loss first, without equals.
fn order(moves: &mut [Move]) {
    moves.sort_by(|a, b| {
        a.loss
            .total_cmp(&b.loss)
            .then_with(|| (a.unit, a.out, a.into).cmp(&(b.unit, b.out, b.into)))
    });
}

struct Search<'a, 'b> {
    finder: &'a Finder<'b>,
    terms: &'a Terms,
    state: &'a mut State,
    /// Units that have moved: their other moves no longer fit. Ascending.
    used_units: Vec<u32>,
}

impl Search<'_, '_> {
    fn distance(&self) -> f64 {
        self.terms.sum(&self.state.used) + self.state.loss
    }

    /// What a move does to the distance.
    fn change(&self, change: &Move) -> f64 {
        let rows = change.adds.iter().map(|&(row, adds)| {
            let (row, used) = (row as usize, self.state.used[row as usize]);
            self.terms.of(row, used + adds) - self.terms.of(row, used)
        });
        change.loss + rows.sum::<f64>()
    }

    fn free(&self, change: &Move) -> bool {
        self.used_units.binary_search(&change.unit).is_err()
    }

    fn apply(&mut self, change: &Move) {
        let units = &self.finder.units;
        let piece = units.piece_of(change.unit as usize);
        let start = units.offers(piece).start;
        for (offer, chosen) in [(change.out, false), (change.into, true)] {
            if let Some(offer) = offer {
                self.state.choice.set(piece, offer as usize - start, chosen);
            }
        }
        for &(row, adds) in &change.adds {
            self.state.used[row as usize] += adds;
        }
        self.state.loss += change.loss;
        if let Err(at) = self.used_units.binary_search(&change.unit) {
            self.used_units.insert(at, change.unit);
        }
    }

    /// Takes moves in order of loss where they help.
    fn sweep(&mut self, moves: &[Move]) {
        for change in moves {
            // A move should bring clearly more than it costs, or the sweep
            // would take many dear ones where a few cheap ones do.
            if self.change(change) < -change.loss.abs() && self.free(change) {
                self.apply(change);
            }
        }
    }

    /// Takes the move that helps most, again and again. Moves come in order of
    /// loss, so that the search ends where they lose more than all that is off.
    fn steepest(&mut self, moves: &[Move]) {
        loop {
            let off = self.terms.sum(&self.state.used);
            let mut best: Option<(f64, &Move)> = None;
            for change in moves {
                if change.loss - off >= best.map_or(-LEAST, |(by, _)| by) {
                    break;
                }
                let by = self.change(change);
                if by < best.map_or(-LEAST, |(by, _)| by) && self.free(change) {
                    best = Some((by, change));
                }
            }
            let Some((_, change)) = best else { break };
            self.apply(change);
        }
    }

    /// Takes moves in pairs, each with the one that helps most beside it, until
    /// none helps: of `number` moves, half of them such as help a row that is
    /// off, the others to make good what these do to other rows.
    fn pairs(&mut self, moves: &[Move], wanted: &Wanted, number: usize) {
        let helps = |change: &Move| {
            let mut adds = change.adds.iter();
            adds.any(|(row, adds)| f64::from(wanted[*row as usize]) * adds > 0.0)
        };
        let half = number / 2;
        let mut room = [half, half];
        let moves: Vec<&Move> = moves
            .iter()
            .filter(|change| {
                let room = &mut room[usize::from(helps(change))];
                let taken = *room > 0 && self.free(change);
                *room -= usize::from(taken);
                taken
            })
            .collect();
        let mut helped = true;
        while helped {
            helped = false;
            for (at, first) in moves.iter().enumerate() {
                if !self.free(first) {
                    continue;
                }
                if let Some(second) = self.beside(first, &moves[at + 1..]) {
                    self.apply(first);
                    self.apply(second);
                    helped = true;
                }
            }
        }
    }

    /// The move that helps most after `first`, if the two together help.
    fn beside<'m>(&mut self, first: &Move, others: &[&'m Move]) -> Option<&'m Move> {
        let off = self.terms.sum(&self.state.used);
        let alone = self.change(first);
        for &(row, adds) in &first.adds {
            self.state.used[row as usize] += adds;
        }
        let mut best: Option<(f64, &Move)> = None;
        for second in others {
            let least = best.map_or(-LEAST, |(by, _)| by);
            if first.loss + second.loss - off >= least {
                break;
            }
            if second.unit != first.unit && alone + self.change(second) < least && self.free(second)
            {
                best = Some((alone + self.change(second), second));
            }
        }
        for &(row, adds) in &first.adds {
            self.state.used[row as usize] -= adds;
        }
        best.map(|(_, second)| second)
    }
}

/// When a round brings no more than this share of what is left, the next ones
/// will not bring much either.
const LITTLE: f64 = 0.01;

/// An improvement below this is none.
const LEAST: f64 = 1e-9;
