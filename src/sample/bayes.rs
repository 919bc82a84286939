//! The most that a segmentation of the sample can find again: Bayes' rule, from
//! the very distributions that [`super::taste`] draws from.
//!
//! Usage tells of a customer's group by the shares of time alone, and shows these
//! through the noise of days. So nobody who knows only the usage can be right
//! more often than this rule, which is given the shares themselves.
//!
//! A group's density at some shares is that of the background (beta), times that
//! of the main interest (beta, for mild and other members), times that of the
//! rest: popular interests (Dirichlet) with a second and a third interest mixed
//! in, of which any parts that the rest allows are integrated over.

use std::array;

use rayon::prelude::*;
use statrs::function::gamma::ln_gamma;

use super::SampleSettings;
use super::interests::Interest;
use super::taste::{GROUP_SHARES, POPULARITY, Taste, habit};

/// Probabilities of the groups, in the order of [`Interest::ALL`], the everyday
/// group last.
type Posterior = [f64; 9];

const NEGLIGIBLE: f64 = 1e-12;

/// The likeliest group of each customer in order, as the truth tables name
/// groups. Takes milliseconds a customer.
#[must_use]
pub fn likeliest_groups(settings: &SampleSettings) -> Vec<&'static str> {
    let rule = Rule::new();
    (0..settings.customers)
        .into_par_iter()
        .map(|customer| {
            let posterior = rule.posterior(&Taste::of(settings.seed, customer));
            let likeliest = (0..posterior.len()).max_by(|&a, &b| {
                let [a, b] = [a, b].map(|group| posterior[group]);
                a.total_cmp(&b)
            });
            let group = likeliest.and_then(|group| Interest::ALL.get(group));
            group.map_or("everyday", |interest| interest.as_str())
        })
        .collect()
}

/// A Dirichlet distribution over the interests; those of mean 0 have no part.
#[derive(Clone, Copy)]
struct Dirichlet {
    shapes: [f64; 8],
    log_norm: f64,
}

impl Dirichlet {
    fn new(means: [f64; 8], closeness: f64) -> Self {
        let total: f64 = means.iter().sum();
        let shapes = means.map(|mean| closeness * mean / total);
        let present = shapes.iter().filter(|&&shape| shape > 0.0);
        Self {
            shapes,
            log_norm: ln_gamma(closeness) - present.map(|&shape| ln_gamma(shape)).sum::<f64>(),
        }
    }

    /// The density of `scale` × a draw at `parts`, which add up to `scale`; 0
    /// where there is none.
    fn density(&self, parts: &[f64; 8], scale: f64) -> f64 {
        let mut log = self.log_norm;
        let mut free = -1.0;
        for (&shape, &part) in self.shapes.iter().zip(parts) {
            if shape > 0.0 {
                if part <= 0.0 {
                    return 0.0;
                }
                log += (shape - 1.0) * (part / scale).ln();
                free += 1.0;
            }
        }
        (log - free * scale.ln()).exp()
    }
}

/// The density of a beta draw, given by its mean and closeness as in
/// [`super::draw::share`].
#[derive(Clone, Copy)]
struct Beta {
    shapes: [f64; 2],
    log_norm: f64,
}

impl Beta {
    fn new(mean: f64, closeness: f64) -> Self {
        let shapes = [mean * closeness, (1.0 - mean) * closeness];
        Self {
            shapes,
            log_norm: ln_gamma(closeness) - shapes.map(ln_gamma).iter().sum::<f64>(),
        }
    }

    fn density(&self, share: f64) -> f64 {
        let [yes, no] = self.shapes;
        (self.log_norm + (yes - 1.0) * share.ln() + (no - 1.0) * (-share).ln_1p()).exp()
    }
}

struct Rule {
    everyday: Dirichlet,
    /// Around each main interest.
    others: [Dirichlet; 8],
    further: Beta,
}

impl Rule {
    fn new() -> Self {
        let without =
            |main: usize| array::from_fn(|at| if at == main { 0.0 } else { POPULARITY[at] });
        Self {
            everyday: Dirichlet::new(POPULARITY, habit::EVERYDAY_CLOSENESS),
            others: array::from_fn(|main| Dirichlet::new(without(main), habit::OTHERS_CLOSENESS)),
            further: Beta::new(habit::OF_REST, habit::OF_REST_CLOSENESS),
        }
    }

    fn posterior(&self, taste: &Taste) -> Posterior {
        let spent = &taste.interest_shares;
        let on_interests: f64 = Interest::ALL
            .iter()
            .map(|interest| taste.shares[interest.category() as usize])
            .sum();
        let background = 1.0 - on_interests;
        let everyday = 1.0 - GROUP_SHARES.iter().sum::<f64>();
        let mut joint = [0.0; 9];
        for (joint, interest) in joint.iter_mut().zip(Interest::ALL) {
            let prior = GROUP_SHARES[interest as usize];
            *joint = prior * main_interest(interest, background, spent);
        }
        // The rest, which takes the time, cannot save a group that far behind.
        let least = NEGLIGIBLE * joint.iter().copied().fold(0.0, f64::max);
        for (joint, interest) in joint.iter_mut().zip(Interest::ALL) {
            *joint *= if *joint < least {
                0.0
            } else {
                self.rest(interest, spent)
            };
        }
        joint[8] = everyday * self.everyday(background, spent);
        let all: f64 = joint.iter().sum();
        joint.map(|joint| joint / all)
    }

    fn everyday(&self, background: f64, spent: &[f64; 8]) -> f64 {
        let total: f64 = POPULARITY.iter().sum();
        let leaning: f64 = (0..8)
            .map(|to| {
                let mut others = *spent;
                others[to] -= habit::LEANING_TO;
                let density = self.everyday.density(&others, 1.0 - habit::LEANING_TO);
                POPULARITY[to] / total * density
            })
            .sum();
        let even = self.everyday.density(spent, 1.0);
        Beta::new(habit::BACKGROUND_EVERYDAY, habit::CLOSENESS).density(background)
            * ((1.0 - habit::LEANING) * even + habit::LEANING * leaning)
    }

    /// The density of the time `spent` on other interests than the main one.
    fn rest(&self, main: Interest, spent: &[f64; 8]) -> f64 {
        let mut rest = *spent;
        rest[main as usize] = 0.0;
        let (rest, left) = (&rest, 1.0 - spent[main as usize]);
        let others = &self.others[main as usize];
        let second = self.mixed_in(&[main as usize], rest, left, &|second, rest, left| {
            let third = self.mixed_in(&[main as usize, second], rest, left, &|_, rest, left| {
                others.density(rest, left)
            });
            (1.0 - habit::THIRD) * others.density(rest, left) + habit::THIRD * third
        });
        (1.0 - habit::SECOND) * others.density(rest, left) + habit::SECOND * second
    }

    /// The density when one interest that is not `taken` has a part of what is
    /// left; `without` is the density of what remains then, given that interest.
    fn mixed_in(
        &self,
        taken: &[usize],
        rest: &[f64; 8],
        left: f64,
        without: &dyn Fn(usize, &[f64; 8], f64) -> f64,
    ) -> f64 {
        let open = || (0..8).filter(|at| !taken.contains(at));
        let total: f64 = open().map(|at| POPULARITY[at]).sum();
        open()
            .map(|at| {
                let most = (rest[at] / left).min(1.0);
                let density = integral(most, &|part| {
                    let mut rest = *rest;
                    rest[at] -= part * left;
                    self.further.density(part) * without(at, &rest, left * (1.0 - part))
                });
                POPULARITY[at] / total * density
            })
            .sum()
    }
}

/// The density of the background and of the time spent on the main interest.
fn main_interest(main: Interest, background: f64, spent: &[f64; 8]) -> f64 {
    let as_much = |around: f64, of_interests: f64| {
        Beta::new(around, habit::CLOSENESS).density(background)
            * Beta::new(of_interests, habit::CLOSENESS).density(spent[main as usize])
    };
    let mild = as_much(habit::BACKGROUND_MILD, habit::MAIN_MILD);
    let keen = as_much(habit::BACKGROUND, habit::main(main));
    habit::MILD * mild + (1.0 - habit::MILD) * keen
}

/// Positive nodes of the Gauss–Legendre rule of ten points on −1 to 1, and their
/// weights (Abramowitz and Stegun 1964, table 25.4).
const LEGENDRE: [(f64, f64); 5] = [
    (0.148_874_338_981_631, 0.295_524_224_714_753),
    (0.433_395_394_129_247, 0.269_266_719_309_996),
    (0.679_409_568_299_024, 0.219_086_362_515_982),
    (0.865_063_366_688_985, 0.149_451_349_150_581),
    (0.973_906_528_517_172, 0.066_671_344_308_688),
];

/// The integral from 0 to `end`.
fn integral(end: f64, of: &dyn Fn(f64) -> f64) -> f64 {
    let half = end / 2.0;
    let pairs = LEGENDRE.iter().map(|&(node, weight)| {
        let away = node * half;
        weight * (of(half - away) + of(half + away))
    });
    half * pairs.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_integrate_to_one() {
        let further = Beta::new(0.3, 12.0);
        assert!((integral(1.0, &|share| further.density(share)) - 1.0).abs() < 1e-4);
        // Three interests, of which two are free.
        let means = [0.5, 0.3, 0.2, 0.0, 0.0, 0.0, 0.0, 0.0];
        let of_three = Dirichlet::new(means, 14.0);
        let scale = 0.6;
        let all = integral(scale, &|first| {
            integral(scale - first, &|second| {
                let mut parts = [0.0; 8];
                parts[..3].copy_from_slice(&[first, second, scale - first - second]);
                of_three.density(&parts, scale)
            })
        });
        assert!((all - 1.0).abs() < 1e-3, "{all}");
    }

    /// A rule that is as often right as it says knows the true distributions.
    #[test]
    fn the_rule_errs_as_often_as_it_says() {
        let rule = Rule::new();
        let tastes: Vec<Taste> = (0..4_000).map(|customer| Taste::of(5, customer)).collect();
        // Probability said and times right, where it is sure and where it is not.
        let mut told = [(0.0, 0.0, 0); 2];
        for taste in &tastes {
            let posterior = rule.posterior(taste);
            assert!((posterior.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            let likeliest = (0..9).max_by(|&a, &b| posterior[a].total_cmp(&posterior[b]));
            let group = taste.group.map_or(8, |interest| interest as usize);
            let likeliest = likeliest.unwrap();
            let told = &mut told[usize::from(posterior[likeliest] < 0.99)];
            told.0 += posterior[likeliest];
            told.1 += f64::from(u8::from(likeliest == group));
            told.2 += 1;
        }
        let [sure, unsure] = told;
        assert!(sure.2 > 3_500, "{told:?}");
        assert!((sure.0 - sure.1).abs() < 6.0, "{told:?}");
        let error = (unsure.0 - unsure.1).abs() / f64::from(unsure.2);
        assert!(unsure.2 > 20 && error < 0.12, "{told:?}");
    }
}
