//! linfa's traits, saving, mini-batches.

use linfa::DatasetBase;
use linfa::traits::{Fit, FitWith, Predict, Transformer};
use ndarray::{Array1, Array2, Axis, array};

use super::data::{clouds, first, rng};
use crate::kmeans::{
    IncrKMeansError, Init, KMeans, KMeansError, KMeansParams, KMeansValidParams, Observations,
};
use linfa::ParamGuard;

fn model() -> (Array2<f32>, KMeans<f32>) {
    let points = clouds::<f32>(500, 6, 4, 3.0, 2);
    let model = KMeans::params(4)
        .n_runs(3)
        .fit(&DatasetBase::from(points.clone()))
        .unwrap();
    (points, model)
}

#[test]
fn models_and_parameters_can_cross_threads() {
    fn crosses<T: Send + Sync + Sized + Unpin + Clone>() {}
    crosses::<KMeans<f32>>();
    crosses::<KMeansParams<f64, rand_xoshiro::Xoshiro256Plus>>();
    crosses::<KMeansValidParams<f64, rand_xoshiro::Xoshiro256Plus>>();
}

#[test]
fn a_saved_model_comes_back_the_same() {
    let (_, model) = model();
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<KMeans<f32>>(&text).unwrap(), model);
}

#[test]
fn a_damaged_model_is_refused() {
    let whole = r#"{"centroids":[[1.0,2.0],[3.0,4.0]],"sizes":[1.0,1.0],"inertia":0.0,"iterations":1,"converged":true}"#;
    assert!(serde_json::from_str::<KMeans<f64>>(whole).is_ok());
    for (from, to) in [
        ("[3.0,4.0]", "[3.0]"),
        ("[[1.0,2.0],[3.0,4.0]]", "[]"),
        ("[1.0,1.0]", "[1.0]"),
    ] {
        let damaged = whole.replace(from, to);
        let fault = serde_json::from_str::<KMeans<f64>>(&damaged).unwrap_err();
        assert!(fault.to_string().contains("fit it again"), "{fault}");
    }
}

#[test]
fn predictions_distances_and_assignments_agree() {
    let (points, model) = model();
    let clusters: Array1<usize> = model.predict(&points);
    let distances: Array2<f32> = model.transform(&points);
    let squares: Array1<f32> = model.transform(&points);
    let assigned = model.assign(points.view()).unwrap();
    assert_eq!(distances.dim(), (500, 4));
    for (row, distances) in distances.outer_iter().enumerate() {
        let least = distances.iter().copied().fold(f32::INFINITY, f32::min);
        assert_eq!(assigned[row].cluster as usize, clusters[row]);
        assert_eq!(assigned[row].squared_distance, squares[row]);
        assert!((distances[clusters[row]] - least).abs() <= 1e-5 * least);
        assert!((least * least - squares[row]).abs() <= 1e-5 * squares[row]);
        let one: usize = model.predict(&points.row(row));
        assert_eq!(one, clusters[row]);
    }
    let dataset = model.predict(DatasetBase::from(points.clone()));
    assert_eq!(dataset.targets(), &clusters);
    let by_hand: f64 = assigned
        .iter()
        .map(|row| f64::from(row.squared_distance))
        .sum();
    assert!((by_hand / model.inertia() - 1.0).abs() < 1e-6);
}

#[test]
fn a_point_on_a_centroid_is_at_distance_0() {
    let (_, model) = model();
    let distances: Array2<f32> = model.transform(model.centroids());
    assert_eq!(distances.diag(), array![0.0, 0.0, 0.0, 0.0]);
    assert!(
        model
            .assign(model.centroids().view())
            .unwrap()
            .iter()
            .all(|a| a.squared_distance == 0.0)
    );
}

#[test]
fn a_row_that_is_not_a_number_belongs_somewhere() {
    let (mut points, model) = model();
    points.row_mut(3).fill(f32::NAN);
    let assigned = model.assign(points.view()).unwrap();
    assert!(assigned[3].cluster < 4);
    assert!(assigned[3].squared_distance.is_nan());
}

#[test]
fn the_best_of_several_runs_is_kept() {
    let points = clouds::<f64>(400, 2, 9, 3.0, 5);
    let data = DatasetBase::from(points);
    let inertia = |runs| {
        KMeans::params_with_rng(9, rng(3))
            .init(Init::Random)
            .n_runs(runs)
            .fit(&data)
            .unwrap()
            .inertia()
    };
    assert!(inertia(20) < inertia(1));
}

#[test]
fn few_rows_are_given_more_starts_unless_told_how_many() {
    let default = KMeans::<f64>::params(3).check().unwrap();
    assert!(default.n_runs(1_000) > default.n_runs(1_000_000));
    let told = KMeans::<f64>::params(3).n_runs(5).check().unwrap();
    assert_eq!((told.n_runs(1_000), told.n_runs(1_000_000)), (5, 5));
}

#[test]
fn a_batch_moves_centres_to_the_mean_of_all_rows_so_far() {
    let params = KMeans::params(2)
        .init(Init::Precomputed(array![[0.0], [10.0]]))
        .check()
        .unwrap();
    let step = |model, batch: Array2<f64>| match params.fit_with(model, &DatasetBase::from(batch)) {
        Err(IncrKMeansError::NotConverged(model)) => model,
        other => panic!("{other:?}"),
    };
    let model = step(None, array![[1.0], [2.0], [9.0]]);
    assert_eq!(model.centroids(), array![[1.5], [9.0]]);
    let model = step(Some(model), array![[3.0]]);
    assert_eq!(model.centroids(), array![[2.0], [9.0]]);
    assert_eq!(model.sizes(), array![3.0, 1.0]);
    assert_eq!(model.iterations(), 2);
}

#[test]
fn mini_batches_find_separated_groups() {
    let points = clouds::<f32>(8_000, 4, 5, 20.0, 6);
    let params = KMeans::params(5).check().unwrap();
    let whole = params
        .fit_observations(&Observations::new(points.view(), None).unwrap())
        .unwrap();
    let model = params
        .fit_batches(points.axis_chunks_iter(Axis(0), 500))
        .unwrap();
    let reached: f64 = model
        .assign(points.view())
        .unwrap()
        .iter()
        .map(|row| f64::from(row.squared_distance))
        .sum();
    assert!(reached < 1.01 * whole.model.inertia());
    assert_eq!(model.sizes().sum(), 8_000.0);
}

#[test]
fn batches_that_do_not_fit_are_refused() {
    let params = KMeans::<f64>::params(3).check().unwrap();
    assert!(matches!(
        params.fit_batches([]),
        Err(KMeansError::NoBatches)
    ));
    let few = array![[1.0], [2.0]];
    assert!(params.fit_batches([few.view()]).is_err());
    let points = clouds::<f64>(50, 3, 3, 2.0, 1);
    let model = params.fit_batches([points.view()]).unwrap();
    let narrow = first(&points.t().to_owned(), 2).t().to_owned();
    let batch = Observations::new(narrow.view(), None).unwrap();
    assert!(matches!(
        params.fit_batch(Some(model), &batch),
        Err(KMeansError::Columns {
            expected: 3,
            found: 2
        })
    ));
}
