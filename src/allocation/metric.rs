//! How the dual curves: the metric that steps are measured in.

/// A symmetric positive definite matrix over the rows; only its diagonal where
/// there are many.
#[derive(Debug, Clone)]
pub(super) struct Metric {
    rows: usize,
    /// `rows × rows` entries, or the diagonal's.
    entries: Vec<f64>,
}

/// The step's quadratic programme takes the cube of the number of rows when
/// the metric is full.
const MOST_ROWS: usize = 128;

/// A curvature that differs so much from the one known is the corner of a
/// piecewise linear function, and is not learnt from.
const CORNER: f64 = 1e4;

impl Metric {
    pub(super) fn diagonal(diagonal: Vec<f64>) -> Self {
        let rows = diagonal.len();
        if rows > MOST_ROWS {
            return Self {
                rows,
                entries: diagonal,
            };
        }
        let mut entries = vec![0.0; rows * rows];
        for (row, value) in diagonal.into_iter().enumerate() {
            entries[row * rows + row] = value;
        }
        Self { rows, entries }
    }

    fn full(&self) -> bool {
        self.entries.len() == self.rows * self.rows
    }

    /// The entries of a column down to the diagonal, with their rows.
    pub(super) fn upper(&self, column: usize) -> impl Iterator<Item = (usize, f64)> {
        let (first, entries) = if self.full() {
            let from = column * self.rows;
            (0, &self.entries[from..=from + column])
        } else {
            (column, &self.entries[column..=column])
        };
        (first..).zip(entries.iter().copied())
    }

    pub(super) fn largest(&self) -> f64 {
        self.entries.iter().copied().fold(0.0, f64::max)
    }

    pub(super) fn scaled(mut self, by: f64) -> Self {
        self.entries.iter_mut().for_each(|entry| *entry *= by);
        self
    }

    /// Learns that the slope changed by `turned` where the prices `moved`
    /// (the BFGS update: Nocedal and Wright, Numerical Optimization, 2006,
    /// section 6.1).
    pub(super) fn learn(&mut self, moved: &[f64], turned: &[f64]) {
        if !self.full() || self.rows == 0 {
            return;
        }
        let expected: Vec<f64> = self
            .entries
            .chunks_exact(self.rows)
            .map(|row| dot(row, moved))
            .collect();
        let (known, seen) = (dot(moved, &expected), dot(moved, turned));
        if !(known > 0.0 && seen > known / CORNER && seen < known * CORNER) {
            return;
        }
        for (row, entries) in self.entries.chunks_exact_mut(self.rows).enumerate() {
            let (seen, known) = (turned[row] / seen, expected[row] / known);
            for (entry, (turned, expected)) in entries.iter_mut().zip(turned.iter().zip(&expected))
            {
                *entry += seen * turned - known * expected;
            }
        }
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curvature_of_a_quadratic_is_learnt_from_its_slopes() {
        // 2x² + xy + 3y²
        let slope = |at: [f64; 2]| [4.0 * at[0] + at[1], at[0] + 6.0 * at[1]];
        let mut metric = Metric::diagonal(vec![1.0, 1.0]);
        for moved in [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]].repeat(10) {
            metric.learn(&moved, &slope(moved));
        }
        let learnt: Vec<(usize, f64)> = (0..2).flat_map(|column| metric.upper(column)).collect();
        for ((_, learnt), known) in learnt.iter().zip([4.0, 1.0, 6.0]) {
            assert!((learnt - known).abs() < 1e-6, "{metric:?}");
        }
    }

    #[test]
    fn a_corner_teaches_nothing() {
        let mut metric = Metric::diagonal(vec![1.0, 2.0]);
        metric.learn(&[1e-9, 0.0], &[5.0, 1.0]);
        metric.learn(&[1.0, 0.0], &[0.0, 0.0]);
        assert_eq!(metric.entries, [1.0, 0.0, 0.0, 2.0]);
    }
}
