//! What an iteration does with the kernel's findings.

use std::iter::zip;
use std::mem::replace;

use pulp::Arch;

use super::bounds::Bounds;
use super::centres::Centres;
use super::chunks::vectorised;
use super::kernel::{Found, Nearest, Numbers, Sink};
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
    pub(super) clusters: usize,
    /// Whether the labels say nothing yet.
    pub(super) first: bool,
    /// The rows that changed cluster, and which one they left. They are added up
    /// when all are known: one after the other goes faster than now and then.
    pub(super) changed: Vec<(u32, u32)>,
}

impl<F: KMeansFloat> Assigner<'_, '_, F> {
    /// Assigns the rows of the chunk. Returns how many were looked at, and the
    /// greatest squared distance from the offset among these, if keys were
    /// written.
    pub(super) fn run(
        &mut self,
        arch: Arch,
        chunk: &[F],
        centres: &Centres<F>,
        pass: Pass,
    ) -> (usize, F) {
        let every = self.labels.len();
        match pass {
            Pass::Plain => {
                arch.dispatch(Nearest::<_, _, false> {
                    chunk,
                    rows: None,
                    centres,
                    sink: self,
                });
                (every, F::zero())
            }
            Pass::Keyed => {
                let greatest_square = arch.dispatch(Nearest::<_, _, true> {
                    chunk,
                    rows: None,
                    centres,
                    sink: self,
                });
                (every, greatest_square)
            }
            Pass::Sparing => {
                let rows = self.bounds.not_safe(self.labels, self.keys);
                let greatest_square = arch.dispatch(Nearest::<_, _, true> {
                    chunk,
                    rows: Some(&rows),
                    centres,
                    sink: self,
                });
                (rows.len(), greatest_square)
            }
        }
    }

    /// What the rows that changed cluster come to; nothing if none did.
    pub(super) fn changes(&self, chunk: &[F]) -> Option<Sums> {
        let none = self.changed.is_empty() && !self.first;
        (!none).then(|| {
            vectorised(
                #[inline(always)]
                || self.add_up(chunk),
            )
        })
    }

    #[inline(always)]
    fn add_up(&self, chunk: &[F]) -> Sums {
        let columns = self.origin.len();
        let mut sums = Sums::new(self.clusters, columns);
        if self.first {
            for (row, (point, &label)) in
                zip(chunk.chunks_exact(columns), &*self.labels).enumerate()
            {
                let weight = self.data.weight(self.start + row);
                sums.add(label, point, self.origin, weight);
            }
        }
        for &(row, from) in &self.changed {
            let row = row as usize;
            let point = &chunk[row * columns..][..columns];
            let weight = self.data.weight(self.start + row);
            sums.transfer(from, self.labels[row], point, self.origin, weight);
        }
        sums
    }

    /// Gives a row its label.
    #[inline(always)]
    fn label(&mut self, row: usize, nearest: u32) {
        let label = replace(&mut self.labels[row], nearest);
        if label != nearest {
            self.changed.push((row as u32, label));
        }
    }
}

impl<F: KMeansFloat> Sink<F> for Assigner<'_, '_, F> {
    #[inline(always)]
    fn take(&mut self, rows: Numbers, found: Found<F>) {
        match rows {
            Numbers::From(start) => {
                if self.first {
                    // Written and not read: new memory costs less so.
                    for (label, nearest) in zip(&mut self.labels[start..], found.nearest) {
                        *label = nearest.to_index();
                    }
                } else {
                    for (some, nearest) in found.nearest.chunks(AT_ONCE).enumerate() {
                        let start = start + some * AT_ONCE;
                        let mut differ = 0;
                        for (label, nearest) in zip(&self.labels[start..], nearest) {
                            differ |= label ^ nearest.to_index();
                        }
                        if differ != 0 {
                            for (row, nearest) in nearest.iter().enumerate() {
                                self.label(start + row, nearest.to_index());
                            }
                        }
                    }
                }
                if !self.keys.is_empty() {
                    let keys = &mut self.keys[start..][..found.gaps.len()];
                    for ((key, nearest), &gap) in zip(keys, found.nearest).zip(found.gaps) {
                        *key = self.bounds.key(gap.narrow(), nearest.to_index());
                    }
                }
            }
            Numbers::Picked(rows) => {
                for ((&row, nearest), &gap) in zip(rows, found.nearest).zip(found.gaps) {
                    let (row, nearest) = (row as usize, nearest.to_index());
                    self.keys[row] = self.bounds.key(gap.narrow(), nearest);
                    self.label(row, nearest);
                }
            }
        }
    }
}
