//! One pass over all contact units at given prices: the Lagrangian's value,
//! and what the chosen offers add up to.

use rayon::prelude::*;

use super::problem::Problem;
use super::rows::{PriceList, Rows, Sums};
use super::unit::{Chooser, Item};

/// Units per piece of work. Sums are taken piece by piece in this order, so
/// that they do not depend on the number of threads.
const PIECE: usize = 1024;

/// A set of chosen offers, one bit each, piece by piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pieces: Vec<Vec<u64>>,
}

/// What a pass came to.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The gains of all units together, from above.
    pub(super) gain: f64,
    pub(super) sums: Sums,
    pub(super) choice: Choice,
}

/// What the objective is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Objective {
    /// The offers' value.
    Value,
    /// Nothing: only the totals matter.
    Nothing,
}

/// The problem, made ready; `every` of 1 takes all units, of n each n-th piece.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units<'a> {
    pub(super) problem: &'a Problem,
    pub(super) rows: &'a Rows,
    pub(super) every: usize,
}

impl Units<'_> {
    pub(super) fn pieces(&self) -> usize {
        self.problem.offers.units().div_ceil(PIECE)
    }

    /// The units of a piece.
    pub(super) fn units(&self, piece: usize) -> std::ops::Range<usize> {
        piece * PIECE..((piece + 1) * PIECE).min(self.problem.offers.units())
    }

    /// The piece of a unit.
    pub(super) fn piece_of(&self, unit: usize) -> usize {
        unit / PIECE
    }

    /// The piece of an offer.
    pub(super) fn piece_with(&self, offer: usize) -> usize {
        let starts = &self.problem.offers.starts;
        let unit = starts.partition_point(|start| *start as usize <= offer) - 1;
        self.piece_of(unit)
    }

    /// The offers of a piece.
    pub(super) fn offers(&self, piece: usize) -> std::ops::Range<usize> {
        let units = self.units(piece);
        let starts = &self.problem.offers.starts;
        starts[units.start] as usize..starts[units.end] as usize
    }

    /// The share of all units that is looked at.
    pub(super) fn share(&self) -> f64 {
        let looked_at: usize = (0..self.pieces())
            .step_by(self.every)
            .map(|piece| self.offers(piece).len())
            .sum();
        looked_at as f64 / self.problem.offers.len().max(1) as f64
    }

    /// Every unit's best choice when the offers of an activity pay `prices`.
    pub(super) fn pass(&self, objective: Objective, prices: &PriceList) -> Outcome {
        let pieces: Vec<usize> = (0..self.pieces()).step_by(self.every).collect();
        let found: Vec<(f64, Sums, Vec<u64>)> = pieces
            .into_par_iter()
            .map(|piece| self.piece(piece, objective, prices))
            .collect();
        let mut outcome = Outcome {
            gain: 0.0,
            sums: Sums::new(self.problem.activities),
            choice: Choice { pieces: Vec::new() },
        };
        for (gain, sums, bits) in found {
            outcome.gain += gain;
            outcome.sums.merge(&sums);
            outcome.choice.pieces.push(bits);
        }
        outcome
    }

    fn piece(
        &self,
        piece: usize,
        objective: Objective,
        prices: &PriceList,
    ) -> (f64, Sums, Vec<u64>) {
        let offers = &self.problem.offers;
        let of_piece = self.offers(piece);
        let mut bits = vec![0_u64; of_piece.len().div_ceil(64)];
        let mut sums = Sums::new(self.problem.activities);
        let mut chooser = Chooser::new(&self.problem.rules);
        let mut total = 0.0;
        for unit in self.units(piece) {
            let range = offers.of_unit(unit);
            chooser.items.clear();
            for offer in range.clone() {
                let gain = self.gain(objective, prices, offer);
                if gain > 0.0 {
                    chooser.items.push(Item {
                        gain,
                        at: (offer - range.start) as u32,
                        activity: offers.activity[offer],
                        customer: offers.customer[offer],
                    });
                }
            }
            let (chosen, _, bound) = chooser.choose(unit);
            total += bound;
            for item in chosen {
                let offer = range.start + item.at as usize;
                let place = offer - of_piece.start;
                bits[place / 64] |= 1 << (place % 64);
                sums.add(item.activity, offers.probability[offer], offers.cost(offer));
            }
        }
        (total, sums, bits)
    }

    /// Adds `sign` times what an offer adds to each row.
    pub(super) fn add(&self, used: &mut [f64], offer: usize, sign: f64) {
        let offers = &self.problem.offers;
        self.rows.each(
            offers.activity[offer],
            offers.probability[offer],
            offers.cost(offer),
            |row, adds| used[row] += sign * adds,
        );
    }

    /// What the chosen offers add to each row.
    pub(super) fn used(&self, choice: &Choice) -> Vec<f64> {
        let offers = &self.problem.offers;
        let mut sums = Sums::new(self.problem.activities);
        for piece in 0..self.pieces() {
            let mut of_piece = Sums::new(self.problem.activities);
            for offer in choice.offers(self, piece) {
                of_piece.add(
                    offers.activity[offer],
                    offers.probability[offer],
                    offers.cost(offer),
                );
            }
            sums.merge(&of_piece);
        }
        self.rows.used(&sums)
    }

    /// An offer's value less what it pays.
    #[inline]
    pub(super) fn gain(&self, objective: Objective, prices: &PriceList, offer: usize) -> f64 {
        let offers = &self.problem.offers;
        let [invitation, response, cost] = prices[usize::from(offers.activity[offer])];
        let value = match objective {
            Objective::Value => offers.value[offer],
            Objective::Nothing => 0.0,
        };
        value - invitation - offers.probability[offer] * response - offers.cost(offer) * cost
    }
}

impl Choice {
    /// The bits of a piece; bit n is its n-th offer.
    pub(super) fn piece(&self, piece: usize) -> &[u64] {
        &self.pieces[piece]
    }

    /// Nothing chosen.
    pub(super) fn none(units: &Units<'_>) -> Self {
        let pieces =
            (0..units.pieces()).map(|piece| vec![0; units.offers(piece).len().div_ceil(64)]);
        Self {
            pieces: pieces.collect(),
        }
    }

    /// The chosen offers of a piece, ascending.
    pub(super) fn offers(&self, units: &Units<'_>, piece: usize) -> impl Iterator<Item = usize> {
        let offers = units.offers(piece);
        let bits = self.piece(piece);
        (0..offers.len())
            .filter(|place| holds(bits, *place))
            .map(move |place| offers.start + place)
    }

    /// Takes an offer in or out, by its place in the piece.
    pub(super) fn set(&mut self, piece: usize, place: usize, chosen: bool) {
        let word = &mut self.pieces[piece][place / 64];
        if chosen {
            *word |= 1 << (place % 64);
        } else {
            *word &= !(1 << (place % 64));
        }
    }
}

/// Whether a piece's bits hold an offer, by its place in the piece.
#[inline]
pub(super) fn holds(bits: &[u64], place: usize) -> bool {
    bits[place / 64] >> (place % 64) & 1 == 1
}
