use ndarray::ArrayView2;

use super::ScatterPoint;
use super::space::principal_components;

/// Draws `points` (customers × features) on the two principal components of
/// `sample`. `segments` holds the segment of each point.
pub(super) fn scatter(
    sample: ArrayView2<f64>,
    points: ArrayView2<f64>,
    segments: &[usize],
) -> Vec<ScatterPoint> {
    let Some((mean, _, axes)) = principal_components(sample) else {
        return Vec::new();
    };
    let centred = &points - &mean;
    let along = |axis: usize| match axes.outer_iter().nth(axis) {
        Some(axis) => centred.dot(&axis).to_vec(),
        None => vec![0.0; centred.nrows()],
    };
    let (x, y) = (along(0), along(1));
    x.into_iter()
        .zip(y)
        .zip(segments)
        .map(|((x, y), &segment)| ScatterPoint { x, y, segment })
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_first_axis_is_the_widest_and_points_up() {
        let points = array![
            [-4.0, 0.0, 1.0],
            [4.0, 0.0, 1.0],
            [0.0, 1.0, 1.0],
            [0.0, -1.0, 1.0]
        ];
        let drawn = scatter(points.view(), points.view(), &[0, 1, 2, 3]);
        assert!((drawn[1].x - 4.0).abs() < 1e-9 && drawn[1].y.abs() < 1e-9);
        assert!((drawn[2].y - 1.0).abs() < 1e-9 && drawn[2].x.abs() < 1e-9);
        assert_eq!(drawn[3].segment, 3);
    }

    #[test]
    fn a_single_feature_makes_a_line() {
        let points = array![[0.0], [2.0]];
        let drawn = scatter(points.view(), points.view(), &[0, 0]);
        assert_eq!((drawn[0].x, drawn[0].y, drawn[1].x), (-1.0, 0.0, 1.0));
    }
}
