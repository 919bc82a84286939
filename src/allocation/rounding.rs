//! From a weighted mix of choices to one: whole invitations with the same
//! totals, to within about one offer.

use super::pass::{Choice, Units, holds};

/// Follows the mix unit by unit, each time with the choice that keeps the
/// totals so far nearest to the mix's.
///
/// Every choice in the mix is all but the best for its unit at the final
/// prices, so which of them is taken costs next to nothing; carrying the
/// remainder along keeps the totals, as error diffusion keeps the brightness
/// of a picture (Floyd and Steinberg 1976).
pub(super) fn round(units: &Units<'_>, mut parts: Vec<(f64, Choice)>) -> Choice {
    // The heaviest first, so that a tie goes to it.
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    let Some((first, rest)) = parts.split_first() else {
        return Choice::none(units);
    };
    let mut choice = first.1.clone();
    let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
    let rows = units.rows.len();
    let mut owed = vec![0.0; rows];
    let mut used = vec![0.0; rows * parts.len()];
    for piece in 0..units.pieces() {
        let bits = first.1.piece(piece);
        if rest.iter().all(|(_, other)| other.piece(piece) == bits) {
            continue;
        }
        let start = units.offers(piece).start;
        for unit in units.units(piece) {
            let offers = units.problem.offers.of_unit(unit);
            let places = offers.start - start..offers.end - start;
            let differs = places.clone().any(|place| {
                rest.iter()
                    .any(|(_, other)| holds(other.piece(piece), place) != holds(bits, place))
            });
            if !differs {
                continue;
            }
            used.fill(0.0);
            for ((weight, part), used) in parts.iter().zip(used.chunks_exact_mut(rows.max(1))) {
                let bits = part.piece(piece);
                for place in places.clone().filter(|place| holds(bits, *place)) {
                    units.add(used, start + place, 1.0);
                }
                for (owed, used) in owed.iter_mut().zip(used.iter()) {
                    *owed += used * weight / total;
                }
            }
            let distance = |used: &[f64]| -> f64 {
                let apart = owed.iter().zip(used).map(|(owed, used)| owed - used);
                apart.map(|apart| apart * apart).sum()
            };
            let (mut nearest, mut least) = (0, f64::INFINITY);
            for (part, used) in used.chunks_exact(rows.max(1)).enumerate() {
                let distance = distance(used);
                if distance < least {
                    (nearest, least) = (part, distance);
                }
            }
            for (owed, used) in owed.iter_mut().zip(&used[nearest * rows..]) {
                *owed -= used;
            }
            let from = parts[nearest].1.piece(piece);
            for place in places {
                choice.set(piece, place, holds(from, place));
            }
        }
    }
    choice
}
