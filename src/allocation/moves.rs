//! Small changes of a choice: one unit drops an offer, takes one, or gives one
//! for another.

use rayon::prelude::*;

use super::pass::{Choice, Objective, Units, holds};
use super::rows::PriceList;
use super::unit::{Item, fits, give_back, take};

/// A change for one unit.
#[derive(Debug, Clone, Default)]
pub(super) struct Move {
    pub(super) unit: u32,
    /// The offer to be dropped.
    pub(super) out: Option<u32>,
    /// The offer to be taken.
    pub(super) into: Option<u32>,
    /// What the unit's gain loses.
    pub(super) loss: f64,
    /// What it adds to rows: (row, amount), ascending, without zeros.
    pub(super) adds: Vec<(u32, f64)>,
}

/// Where moves are wanted: by row, +1 to use more of it, −1 to use less, 0 not
/// at all.
pub(super) type Wanted = Vec<i8>;

/// Finds moves.
#[derive(Debug)]
pub(super) struct Finder<'a> {
    pub(super) units: Units<'a>,
    pub(super) objective: Objective,
    pub(super) list: &'a PriceList,
}

impl Finder<'_> {
    /// For each row that is off, about `number` moves of least loss that help
    /// it; as many that lose least whatever they do; and all that gain by
    /// themselves. None that loses `most` or more.
    pub(super) fn find(
        &self,
        choice: &Choice,
        wanted: &Wanted,
        number: usize,
        most: f64,
    ) -> Vec<Move> {
        let limits = self.limits(choice, wanted, number, most);
        let highest = limits.iter().copied().fold(0.0, f64::max);
        let pieces: Vec<Vec<Move>> = (0..self.units.pieces())
            .into_par_iter()
            .map(|piece| {
                let mut moves = Vec::new();
                self.of_piece(choice, piece, wanted, highest, |found, helps| {
                    let limit = helps.iter().map(|row| limits[*row]).fold(0.0, f64::max);
                    if found.loss < limit {
                        moves.push(found.clone());
                    }
                });
                moves
            })
            .collect();
        pieces.concat()
    }

    /// By row, the loss below which about `number` moves help it, from a
    /// sample of the units; and one more entry for moves whatever they do.
    fn limits(&self, choice: &Choice, wanted: &Wanted, number: usize, most: f64) -> Vec<f64> {
        if number == 0 {
            return vec![0.0; wanted.len() + 1];
        }
        let pieces = self.units.pieces();
        let every = pieces.div_ceil(SAMPLE).max(1);
        let sampled: Vec<usize> = (0..pieces).step_by(every).collect();
        let losses: Vec<Vec<(u32, f64)>> = sampled
            .par_iter()
            .map(|&piece| {
                let mut losses = Vec::new();
                self.of_piece(choice, piece, wanted, most, |found, helps| {
                    losses.extend(helps.iter().map(|row| (*row as u32, found.loss)));
                });
                losses
            })
            .collect();
        let mut of_row = vec![Vec::new(); wanted.len() + 1];
        for (row, loss) in losses.into_iter().flatten() {
            of_row[row as usize].push(loss);
        }
        let number = (number * sampled.len()).div_ceil(pieces.max(1));
        of_row
            .into_iter()
            .map(|mut losses| {
                if losses.len() <= number {
                    return most;
                }
                *losses.select_nth_unstable_by(number, f64::total_cmp).1
            })
            .collect()
    }

    /// Calls `found` with every move of a piece that loses less than `highest`,
    /// and with the entries of [`Finder::limits`] that it counts for.
    fn of_piece(
        &self,
        choice: &Choice,
        piece: usize,
        wanted: &Wanted,
        highest: f64,
        mut found: impl FnMut(&Move, &[usize]),
    ) {
        let offers = &self.units.problem.offers;
        let rules = &self.units.problem.rules;
        let bits = choice.piece(piece);
        let start = self.units.offers(piece).start;
        let (mut room, mut chosen, mut others) = (Vec::new(), Vec::new(), Vec::new());
        let mut rest: Vec<Item> = Vec::new();
        let mut helps = Vec::new();
        let mut change = Move::default();
        for unit in self.units.units(piece) {
            chosen.clear();
            others.clear();
            let range = offers.of_unit(unit);
            for offer in range.clone() {
                let item = Item {
                    gain: self.units.gain(self.objective, self.list, offer),
                    at: (offer - range.start) as u32,
                    activity: offers.activity[offer],
                    customer: offers.customer[offer],
                };
                if holds(bits, offer - start) {
                    chosen.push(item);
                } else {
                    others.push(item);
                }
            }
            rules.room(unit, &mut room);
            for item in &chosen {
                take(rules, &mut room, item);
            }
            let mut consider = |out: Option<&Item>, into: Option<&Item>| {
                let offer = |item: &Item| range.start as u32 + item.at;
                change.unit = unit as u32;
                (change.out, change.into) = (out.map(offer), into.map(offer));
                change.loss = loss(out, into);
                self.adds(&mut change);
                helps.clear();
                helps.push(wanted.len());
                for (row, adds) in &change.adds {
                    let row = *row as usize;
                    if f64::from(wanted[row]) * adds > 0.0 {
                        helps.push(row);
                    }
                }
                found(&change, &helps);
            };
            for other in &others {
                if loss(None, Some(other)) < highest && fits(rules, &room, &chosen, other) {
                    consider(None, Some(other));
                }
            }
            for (at, out) in chosen.iter().enumerate() {
                if loss(Some(out), None) < highest {
                    consider(Some(out), None);
                }
                give_back(rules, &mut room, out);
                rest.clear();
                rest.extend(
                    chosen
                        .iter()
                        .enumerate()
                        .filter(|(other, _)| *other != at)
                        .map(|(_, item)| *item),
                );
                for other in &others {
                    if loss(Some(out), Some(other)) < highest && fits(rules, &room, &rest, other) {
                        consider(Some(out), Some(other));
                    }
                }
                take(rules, &mut room, out);
            }
        }
    }

    /// Fills in what a move adds to rows.
    fn adds(&self, change: &mut Move) {
        let offers = &self.units.problem.offers;
        let adds = &mut change.adds;
        adds.clear();
        for (offer, sign) in [(change.out, -1.0), (change.into, 1.0)] {
            let Some(offer) = offer.map(|offer| offer as usize) else {
                continue;
            };
            let (probability, cost) = (offers.probability[offer], offers.cost(offer));
            self.units.rows.each(
                offers.activity[offer],
                probability,
                cost,
                |row, amount| match adds.iter_mut().find(|(other, _)| *other as usize == row) {
                    Some((_, sum)) => *sum += sign * amount,
                    None => adds.push((row as u32, sign * amount)),
                },
            );
        }
        adds.retain(|(_, amount)| *amount != 0.0);
    }
}

/// What a unit's gain loses by a move.
#[inline]
fn loss(out: Option<&Item>, into: Option<&Item>) -> f64 {
    out.map_or(0.0, |item| item.gain) - into.map_or(0.0, |item| item.gain)
}

/// Pieces that limits are taken from.
const SAMPLE: usize = 48;
