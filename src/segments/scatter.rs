use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::ScatterPoint;

/// More than enough for the first axes to settle to the pixel.
const ITERATIONS: usize = 200;

/// A variance that only rounding makes differ from zero.
const NOTHING: f64 = 1e-12;

/// Draws `points` (customers × features) on the two axes along which
/// `sample` varies most (principal components by power iteration with
/// deflation). `segments` holds the segment of each point.
///
/// Axes have no natural direction; each points to where its largest loading is
/// positive, so that the picture does not flip from night to night.
pub(super) fn scatter(
    sample: ArrayView2<f64>,
    points: ArrayView2<f64>,
    segments: &[usize],
) -> Vec<ScatterPoint> {
    let Some(mean) = sample.mean_axis(Axis(0)) else {
        return Vec::new();
    };
    let centred = &sample - &mean;
    let mut covariance = centred.t().dot(&centred) / sample.nrows().max(1) as f64;
    let first = principal_axis(&covariance);
    let variance = first.dot(&covariance.dot(&first));
    for (row, mut cells) in covariance.outer_iter_mut().enumerate() {
        cells.scaled_add(-variance * first[row], &first);
    }
    let second = principal_axis(&covariance);
    let centred = &points - &mean;
    let (x, y) = (centred.dot(&first), centred.dot(&second));
    x.iter()
        .zip(&y)
        .zip(segments)
        .map(|((&x, &y), &segment)| ScatterPoint { x, y, segment })
        .collect()
}

/// The direction of largest variance, of length 1; zero if there is none.
fn principal_axis(covariance: &Array2<f64>) -> Array1<f64> {
    // Uneven, so that no axis of symmetric data is at right angles to it.
    let mut axis = Array1::from_shape_fn(covariance.nrows(), |i| 1.0 + 1.0 / (i + 2) as f64);
    for _ in 0..ITERATIONS {
        let length = axis.dot(&axis).sqrt();
        if length <= NOTHING {
            return Array1::zeros(covariance.nrows());
        }
        axis = covariance.dot(&(axis / length));
    }
    let length = axis.dot(&axis).sqrt();
    let peak = axis
        .iter()
        .fold(0.0f64, |a, &b| if b.abs() > a.abs() { b } else { a });
    if length > NOTHING {
        axis / length.copysign(peak)
    } else {
        Array1::zeros(covariance.nrows())
    }
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
