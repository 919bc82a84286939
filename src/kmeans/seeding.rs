//! Where k-means starts from.

use ndarray::{Array2, Axis};
use rand::Rng;

use super::chunks::{chunk_of, chunk_rows, map_chunks, squared_distance, vectorised};
use super::error::KMeansError;
use super::lanes::KMeansFloat;
use super::observations::Observations;

/// How starting centres are chosen.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Init<F> {
    /// k-means++ that draws 2 + ⌊ln k⌋ candidates for each centre and keeps the
    /// one that leaves the least sum of squares (Arthur and Vassilvitskii,
    /// "k-means++", 2007, section 7). A small group far away is then found by a
    /// few starts instead of by dozens.
    #[default]
    GreedyPlusPlus,
    /// k-means++: each next centre is drawn with a probability proportional to
    /// weight and squared distance from the centres so far (the same paper).
    PlusPlus,
    /// Different rows, drawn at random among those of positive weight.
    Random,
    /// These centres (clusters × columns).
    Precomputed(Array2<F>),
}

/// Chooses starting centres (`clusters` × columns).
///
/// k-means++ looks at up to `rows` rows, drawn evenly over the data; a start
/// need not see every one of millions. The same generator state gives the same
/// centres on any number of threads.
///
/// # Errors
/// There are fewer different rows of positive weight than `clusters`, or
/// precomputed centres do not fit.
pub fn seeding<F: KMeansFloat>(
    data: &Observations<F>,
    clusters: usize,
    init: &Init<F>,
    rows: usize,
    rng: &mut impl Rng,
) -> Result<Array2<F>, KMeansError> {
    data.check_clusters(clusters)?;
    let tries = match init {
        Init::Precomputed(centres) => {
            check_centres(data, clusters, centres)?;
            return Ok(centres.clone());
        }
        Init::Random => return Ok(random(data, clusters, rng)),
        Init::PlusPlus => 1,
        Init::GreedyPlusPlus => 2 + (clusters as f64).ln() as usize,
    };
    if rows >= data.rows() {
        return Ok(plus_plus(data, clusters, tries, rng).0);
    }
    let drawn = drawn_evenly(data.rows(), rows, rng);
    let points = data.points.select(Axis(0), &drawn);
    let weights: Option<Vec<f32>> = data
        .weights
        .map(|weights| drawn.iter().map(|&row| weights[row]).collect());
    let sample = data.sample(points.view(), weights.as_deref());
    let (centres, enough) = plus_plus(&sample, clusters, tries, rng);
    // A sample may hold too few different rows where the data hold enough.
    Ok(if enough {
        centres
    } else {
        plus_plus(data, clusters, tries, rng).0
    })
}

pub(super) fn check_centres<F: KMeansFloat>(
    data: &Observations<F>,
    clusters: usize,
    centres: &Array2<F>,
) -> Result<(), KMeansError> {
    if centres.dim() != (clusters, data.columns()) {
        return Err(KMeansError::CentresShape {
            expected: (clusters, data.columns()),
            found: centres.dim(),
        });
    }
    let bad = centres.indexed_iter().find(|(_, value)| !value.is_finite());
    match bad {
        Some(((cluster, column), _)) => Err(KMeansError::CentreNotFinite { cluster, column }),
        None => Ok(()),
    }
}

/// `wanted` of `rows` rows: one drawn from each of as many equal stretches.
fn drawn_evenly(rows: usize, wanted: usize, rng: &mut impl Rng) -> Vec<usize> {
    let bound = |stretch: usize| (stretch as u128 * rows as u128 / wanted as u128) as usize;
    (0..wanted)
        .map(|stretch| rng.gen_range(bound(stretch)..bound(stretch + 1)))
        .collect()
}

fn random<F: KMeansFloat>(
    data: &Observations<F>,
    clusters: usize,
    rng: &mut impl Rng,
) -> Array2<F> {
    let candidates: Vec<usize> = (0..data.rows())
        .filter(|&row| data.weight(row) > 0.0)
        .collect();
    let drawn = rand::seq::index::sample(rng, candidates.len(), clusters.min(candidates.len()));
    let rows: Vec<usize> = drawn.into_iter().map(|index| candidates[index]).collect();
    data.points.select(Axis(0), &rows)
}

/// k-means++ with the best of `tries` candidates each time; and whether the
/// rows were different enough for that many centres.
fn plus_plus<F: KMeansFloat>(
    data: &Observations<F>,
    clusters: usize,
    tries: usize,
    rng: &mut impl Rng,
) -> (Array2<F>, bool) {
    let first = match data.weights {
        None => rng.gen_range(0..data.rows()),
        Some(weights) => {
            let weights: Vec<f64> = weights.iter().map(|&weight| weight.into()).collect();
            pass(&weights, rng.r#gen::<f64>() * weights.iter().sum::<f64>())
        }
    };
    let mut chosen = vec![first];
    let mut potential = Potential::new(data, first);
    while chosen.len() < clusters && potential.total() > 0.0 {
        let candidates: Vec<usize> = (0..tries).map(|_| potential.draw(rng)).collect();
        let best = match candidates.as_slice() {
            [only] => *only,
            _ => potential.best(&candidates),
        };
        chosen.push(best);
        potential.add(best);
    }
    let enough = chosen.len() == clusters;
    chosen.resize(clusters, first);
    (data.points.select(Axis(0), &chosen), enough)
}

/// Weight times squared distance from the nearest centre so far, of each row.
struct Potential<'a, 'd, F> {
    data: &'a Observations<'d, F>,
    chunk_rows: usize,
    /// One vector a chunk.
    rows: Vec<Vec<f64>>,
    /// The sum of each chunk.
    sums: Vec<f64>,
}

impl<'a, 'd, F: KMeansFloat> Potential<'a, 'd, F> {
    fn new(data: &'a Observations<'d, F>, first: usize) -> Self {
        let chunk_rows = chunk_rows(data.rows(), 1);
        let unknown = |rows: std::ops::Range<usize>| vec![f64::INFINITY; rows.len()];
        let mut potential = Self {
            data,
            chunk_rows,
            rows: map_chunks(data.rows(), chunk_rows, unknown),
            sums: Vec::new(),
        };
        potential.add(first);
        potential
    }

    fn total(&self) -> f64 {
        self.sums.iter().sum()
    }

    /// A row, drawn with a probability proportional to its potential.
    fn draw(&self, rng: &mut impl Rng) -> usize {
        let mut left = rng.r#gen::<f64>() * self.total();
        let mut last = 0;
        for (chunk, (&sum, rows)) in self.sums.iter().zip(&self.rows).enumerate() {
            if left < sum {
                return chunk * self.chunk_rows + pass(rows, left);
            }
            left -= sum;
            if sum > 0.0 {
                last = chunk;
            }
        }
        // Rounding may leave a little after the last chunk.
        last * self.chunk_rows + pass(&self.rows[last], f64::INFINITY)
    }

    /// The candidate that leaves the least potential; of equal ones the first.
    fn best(&self, candidates: &[usize]) -> usize {
        let centres: Vec<Vec<F>> = candidates
            .iter()
            .map(|&row| self.data.points.row(row).to_vec())
            .collect();
        let mut totals = vec![0.0; candidates.len()];
        for chunk in self.over_chunks(
            #[inline(always)]
            |chunk| chunk.left_by(&centres),
        ) {
            for (total, part) in totals.iter_mut().zip(chunk) {
                *total += part;
            }
        }
        let least = (0..totals.len()).min_by(|&a, &b| totals[a].total_cmp(&totals[b]));
        candidates[least.unwrap_or_default()]
    }

    /// Takes a centre into account.
    fn add(&mut self, row: usize) {
        let centre = self.data.points.row(row).to_vec();
        self.rows = self.over_chunks(
            #[inline(always)]
            |chunk| chunk.lowered_by(&centre),
        );
        self.sums = self.rows.iter().map(|chunk| chunk.iter().sum()).collect();
    }

    fn over_chunks<T: Send>(&self, work: impl Fn(Chunk<F>) -> T + Sync) -> Vec<T> {
        map_chunks(self.data.rows(), self.chunk_rows, |range| {
            let points = chunk_of(self.data.points, range.clone());
            let chunk = Chunk {
                points: points.as_slice().unwrap_or_default(),
                columns: self.data.columns(),
                potentials: &self.rows[range.start / self.chunk_rows],
                weights: self.data.weights.map(|weights| &weights[range]),
            };
            vectorised(
                #[inline(always)]
                || work(chunk),
            )
        })
    }
}

/// A chunk of rows and their potentials.
struct Chunk<'a, F> {
    points: &'a [F],
    columns: usize,
    potentials: &'a [f64],
    weights: Option<&'a [f32]>,
}

impl<F: KMeansFloat> Chunk<'_, F> {
    #[inline(always)]
    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row].into())
    }

    /// The potential that each centre alone would leave.
    #[inline(always)]
    fn left_by(&self, centres: &[Vec<F>]) -> Vec<f64> {
        let mut left = vec![0.0; centres.len()];
        for (row, point) in self.points.chunks_exact(self.columns).enumerate() {
            let (potential, weight) = (self.potentials[row], self.weight(row));
            // A point that is a centre has nothing to gain.
            if potential > 0.0 {
                for (left, centre) in left.iter_mut().zip(centres) {
                    *left += potential.min(weight * squared_distance(point, centre));
                }
            }
        }
        left
    }

    /// The potentials once a centre is added.
    #[inline(always)]
    fn lowered_by(&self, centre: &[F]) -> Vec<f64> {
        let mut lowered = Vec::with_capacity(self.potentials.len());
        for (row, point) in self.points.chunks_exact(self.columns).enumerate() {
            let distance = self.weight(row) * squared_distance(point, centre);
            lowered.push(distance.min(self.potentials[row]));
        }
        lowered
    }
}

/// The index at which the running sum of `potentials` passes `target`; never
/// one of potential 0 while others have any.
fn pass(potentials: &[f64], target: f64) -> usize {
    let mut sum = 0.0;
    let mut last = 0;
    for (index, &potential) in potentials.iter().enumerate() {
        if potential > 0.0 {
            sum += potential;
            last = index;
            if sum > target {
                return index;
            }
        }
    }
    last
}
