//! What an iteration does with the kernel's findings.

use std::iter::zip;
use std::mem::replace;

use pulp::Arch;

use super::bounds::Bounds;
use super::centres::Centres;
use super::chunks::vectorised;
use super::coarse::CoarseSearch;
use super::kernel::{Found, Nearest};
use super::lanes::KMeansFloat;
use super::observations::Observations;
use super::plan::Pass;
use super::sums::Sums;

/// Rows whose labels are compared at once: few of them change, most often none.
const AT_ONCE: usize = 8;

/// Labels, keys and sums of a chunk of rows.
pub(super) struct Assigner<'a, 'd, F> {
    pub(super) data: &'a Observations<'d, F>,
    /// The first row.
    pub(super) start: usize,
    pub(super) labels: &'a mut [u32],
    /// Empty in a plain pass.
    pub(super) keys: &'a mut [f32],
    pub(super) bounds: &'a Bounds,
    /// The offset of the sums.
    pub(super) origin: &'a [f64],
    /// Whether the labels say nothing yet.
    pub(super) first: bool,
}

/// What a pass over the rows of a chunk came to.
pub(super) struct Outcome {
    /// What the rows that changed cluster come to; nothing if none did.
    pub(super) changes: Option<Sums>,
    pub(super) looked_at: usize,
    /// Rows that the coarse copy left to the matrix.
    pub(super) unsure: usize,
    /// Among the rows looked at, the greatest squared distance from the offset,
    /// if keys were written.
    pub(super) greatest_square: f64,
}

impl<F: KMeansFloat> Assigner<'_, '_, F> {
    /// Assigns the rows of the chunk, which have labels, by the coarse copy.
    pub(super) fn run_on_copy(
        mut self,
        arch: Arch,
        chunk: &[F],
        centres: &Centres<F>,
        search: &CoarseSearch,
    ) -> Outcome {
        let moves = search.moves(arch, chunk, self.start, self.labels, centres);
        let mut sums = Sums::new(centres.clusters, centres.columns);
        vectorised(
            #[inline(always)]
            || {
                for (&row, &nearest) in zip(&moves.rows, &moves.nearest) {
                    if self.labels[row as usize] != nearest {
                        self.transfer(chunk, row, nearest, &mut sums);
                    }
                }
            },
        );
        Outcome {
            changes: (sums.changes > 0).then_some(sums),
            looked_at: self.labels.len(),
            unsure: moves.unsure,
            greatest_square: 0.0,
        }
    }

    /// Assigns the rows of the chunk.
    pub(super) fn run(
        mut self,
        arch: Arch,
        chunk: &[F],
        centres: &Centres<F>,
        pass: Pass,
    ) -> Outcome {
        let rows = (pass == Pass::Sparing).then(|| self.bounds.not_safe(self.labels, self.keys));
        let rows = rows.as_deref();
        let found = if pass == Pass::Plain {
            arch.dispatch(Nearest::<_, false> {
                chunk,
                rows,
                centres,
            })
        } else {
            arch.dispatch(Nearest::<_, true> {
                chunk,
                rows,
                centres,
            })
        };
        vectorised(
            #[inline(always)]
            || {
                self.write_keys(rows, &found);
                // No closure: it would not be compiled for the instruction set.
                let changed = match (self.first, rows) {
                    (true, _) => Vec::new(),
                    (false, None) => differing(self.labels, &found.nearest),
                    (false, Some(rows)) => self.differing_of(rows, &found.nearest),
                };
                let changes = if self.first || !changed.is_empty() {
                    let mut sums = Sums::new(centres.clusters, centres.columns);
                    if self.first {
                        self.labels.copy_from_slice(&found.nearest);
                        self.add(chunk, &mut sums);
                    }
                    for at in changed {
                        let row = rows.map_or(at, |rows| rows[at as usize]);
                        self.transfer(chunk, row, found.nearest[at as usize], &mut sums);
                    }
                    Some(sums)
                } else {
                    None
                };
                Outcome {
                    changes,
                    looked_at: found.nearest.len(),
                    unsure: 0,
                    greatest_square: found.greatest_square.into(),
                }
            },
        )
    }

    #[inline(always)]
    fn write_keys(&mut self, rows: Option<&[u32]>, found: &Found<F>) {
        for (at, (&nearest, &gap)) in zip(&found.nearest, &found.gaps).enumerate() {
            let row = rows.map_or(at, |rows| rows[at] as usize);
            self.keys[row] = self.bounds.key(gap, nearest);
        }
    }

    /// Which of these rows are nearest to another cluster than before.
    #[inline(always)]
    fn differing_of(&self, rows: &[u32], nearest: &[u32]) -> Vec<u32> {
        let mut differing = Vec::new();
        for (at, (&row, &nearest)) in zip(rows, nearest).enumerate() {
            if self.labels[row as usize] != nearest {
                differing.push(at as u32);
            }
        }
        differing
    }

    /// Adds all rows to their clusters.
    #[inline(always)]
    fn add(&self, chunk: &[F], sums: &mut Sums) {
        let points = chunk.chunks_exact(self.origin.len());
        for (row, (point, &label)) in zip(points, &*self.labels).enumerate() {
            let weight = self.data.weight(self.start + row);
            sums.add(label, point, self.origin, weight);
        }
    }

    /// Takes a row to another cluster.
    #[inline(always)]
    fn transfer(&mut self, chunk: &[F], row: u32, to: u32, sums: &mut Sums) {
        let row = row as usize;
        let columns = self.origin.len();
        let point = &chunk[row * columns..][..columns];
        let weight = self.data.weight(self.start + row);
        let from = replace(&mut self.labels[row], to);
        sums.transfer(from, to, point, self.origin, weight);
    }
}

/// Where two lists of the same length differ.
#[inline(always)]
fn differing(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut places = Vec::new();
    let mut count = 0;
    for (some, (a, b)) in zip(a.chunks(AT_ONCE), b.chunks(AT_ONCE)).enumerate() {
        let mut differ = 0;
        for (a, b) in zip(a, b) {
            differ |= a ^ b;
        }
        if differ == 0 {
            continue;
        }
        places.resize(count + AT_ONCE, 0);
        for (at, (a, b)) in zip(a, b).enumerate() {
            // Written in any case and kept if needed: no branch to guess.
            places[count] = (some * AT_ONCE + at) as u32;
            count += usize::from(a != b);
        }
    }
    places.truncate(count);
    places
}
