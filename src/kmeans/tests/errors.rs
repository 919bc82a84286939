//! What cannot be clustered is refused with a reason.

use linfa::DatasetBase;
use linfa::ParamGuard;
use linfa::traits::Fit;
use ndarray::{Array2, array};

use super::data::{clouds, first};
use crate::kmeans::{
    Init, KMeans, KMeansError, KMeansParamsError, Observations, Stop, WeightFault, fit_from,
    squared_distances,
};

fn fault(points: Array2<f64>, clusters: usize) -> KMeansError {
    KMeans::params(clusters)
        .fit(&DatasetBase::from(points))
        .unwrap_err()
}

#[test]
fn parameters_out_of_range_are_refused() {
    let params = KMeans::<f64>::params(3);
    let check = |params: crate::kmeans::KMeansParams<f64, _>| params.check().unwrap_err();
    assert_eq!(check(KMeans::params(0)), KMeansParamsError::Clusters(0));
    assert_eq!(check(params.clone().n_runs(0)), KMeansParamsError::Runs);
    assert_eq!(
        check(params.clone().max_n_iterations(0)),
        KMeansParamsError::Iterations
    );
    assert_eq!(
        check(params.clone().tolerance(-1.0)),
        KMeansParamsError::Tolerance(-1.0)
    );
    assert!(params.clone().tolerance(f64::NAN).check().is_err());
    assert_eq!(
        check(params.clone().seeding_rows(2)),
        KMeansParamsError::SeedingRows {
            rows: 2,
            clusters: 3
        }
    );
    assert!(params.tolerance(0.0).check().is_ok());
}

#[test]
fn values_that_are_not_finite_are_named_by_row_and_column() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut points = clouds::<f64>(5_000, 3, 2, 1.0, 1);
        points[[4_321, 2]] = value;
        let fault = fault(points, 2);
        assert!(
            matches!(
                fault,
                KMeansError::NotFinite {
                    row: 4_321,
                    column: 2
                }
            ),
            "{fault}"
        );
    }
    let fault = fault(array![[f64::NAN, 1.0], [1.0, f64::NAN]], 1);
    assert!(matches!(
        fault,
        KMeansError::NotFinite { row: 0, column: 0 }
    ));
}

#[test]
fn values_whose_squares_overflow_are_refused() {
    let points = array![[1e30f32, 0.0], [-1e30, 1.0], [0.0, 2.0]];
    let fault = KMeans::params(2)
        .fit(&DatasetBase::from(points))
        .unwrap_err();
    assert!(matches!(fault, KMeansError::TooLarge { column: 0 }));
}

#[test]
fn more_clusters_than_rows_are_refused() {
    let fault = fault(array![[1.0], [2.0]], 3);
    assert!(matches!(
        fault,
        KMeansError::TooFewRows {
            rows: 2,
            clusters: 3
        }
    ));
}

#[test]
fn more_clusters_than_different_rows_are_refused_whatever_the_start() {
    let points = Array2::from_shape_fn((60, 2), |(row, _)| if row % 2 == 0 { 0.0 } else { -0.0 })
        + Array2::from_shape_fn((60, 2), |(row, _)| (row % 3) as f64);
    let starts = array![[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]];
    for init in [
        Init::GreedyPlusPlus,
        Init::PlusPlus,
        Init::Random,
        Init::Precomputed(starts),
    ] {
        let fault = KMeans::params(4)
            .init(init)
            .fit(&DatasetBase::from(points.clone()))
            .unwrap_err();
        assert!(
            matches!(
                fault,
                KMeansError::TooFewDistinct {
                    distinct: 3,
                    clusters: 4
                }
            ),
            "{fault}"
        );
    }
    let enough = KMeans::params(3).fit(&DatasetBase::from(points)).unwrap();
    assert_eq!(enough.inertia(), 0.0);
}

#[test]
fn data_without_rows_or_columns_are_refused() {
    assert!(matches!(
        fault(Array2::zeros((5, 0)), 1),
        KMeansError::NoColumns
    ));
    assert!(matches!(
        fault(Array2::zeros((0, 5)), 1),
        KMeansError::TooFewRows { rows: 0, .. }
    ));
}

#[test]
fn starting_centres_that_do_not_fit_are_refused() {
    let points = clouds::<f64>(30, 3, 2, 1.0, 1);
    let fault = |centres: Array2<f64>| {
        KMeans::params(2)
            .init(Init::Precomputed(centres))
            .fit(&DatasetBase::from(points.clone()))
            .unwrap_err()
    };
    assert!(matches!(
        fault(Array2::zeros((3, 3))),
        KMeansError::CentresShape {
            expected: (2, 3),
            found: (3, 3)
        }
    ));
    assert!(matches!(
        fault(array![[0.0, 0.0, 0.0], [0.0, f64::NAN, 0.0]]),
        KMeansError::CentreNotFinite {
            cluster: 1,
            column: 1
        }
    ));
    let data = Observations::new(points.view(), None).unwrap();
    let narrow = Array2::zeros((2, 2));
    assert!(fit_from(&data, narrow.view(), &Stop::default()).is_err());
    assert!(fit_from(&data, Array2::zeros((0, 3)).view(), &Stop::default()).is_err());
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let points = clouds::<f64>(4, 2, 2, 1.0, 1);
    let fault = |weights: &[f32]| match Observations::new(points.view(), Some(weights)) {
        Err(KMeansError::Weights(fault)) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        fault(&[1.0; 3]),
        WeightFault::Length {
            weights: 3,
            rows: 4
        }
    );
    assert_eq!(
        fault(&[1.0, -2.0, 1.0, 1.0]),
        WeightFault::Value {
            row: 1,
            weight: -2.0
        }
    );
    assert!(matches!(
        fault(&[1.0, 1.0, f32::NAN, 1.0]),
        WeightFault::Value { row: 2, .. }
    ));
    assert_eq!(fault(&[0.0; 4]), WeightFault::AllZero);
}

#[test]
fn columns_other_than_the_fitted_ones_are_refused() {
    let points = clouds::<f32>(40, 3, 2, 1.0, 1);
    let model = KMeans::params(2)
        .fit(&DatasetBase::from(points.clone()))
        .unwrap();
    let narrow = first(&points.t().to_owned(), 2).t().to_owned();
    let wrong = |result: Result<(), KMeansError>| {
        assert!(matches!(
            result,
            Err(KMeansError::Columns {
                expected: 3,
                found: 2
            })
        ));
    };
    wrong(model.assign(narrow.view()).map(drop));
    wrong(model.squared_distances(narrow.view()).map(drop));
    wrong(squared_distances(narrow.view(), points.view()).map(drop));
}

#[test]
fn messages_say_what_to_do() {
    let messages = [
        KMeansParamsError::Clusters(0).to_string(),
        KMeansError::TooFewDistinct {
            distinct: 3,
            clusters: 4,
        }
        .to_string(),
        KMeansError::NotFinite { row: 3, column: 1 }.to_string(),
    ];
    assert_eq!(
        messages,
        [
            "0 clusters asked for; ask for 1 to 16,777,216",
            "only 3 rows differ from each other, too few for 4 clusters; ask for fewer",
            "row 3, column 1 (from 0) is infinite or not a number; fill in or leave out such rows",
        ]
    );
}
