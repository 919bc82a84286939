use ndarray::Array2;

use super::choice;
use super::clusterers::{Job, nearest};
use super::identity::{Clustered, identify};
use super::matrix::learn;
use super::model::{MODEL_VERSION, Model, ModelCluster, ModelFeature, digest, exact};
use super::place::{matrix, place};
use super::sampling::{Sampler, seed_for};
use super::stability::{STABLE, stability};
use super::{Previous, Registry, SegmentError, SegmentInput, SegmentSettings};

/// The number of clusters is chosen, and stability measured, on no more
/// customers than that; the final fit takes more.
pub(super) const SWEEP_ROWS: usize = 20_000;

/// Fits a model to `rows` and finds out which segments its clusters are.
pub(super) fn fit(
    input: &SegmentInput,
    settings: &SegmentSettings,
    rows: &[usize],
    previous: Option<&Previous>,
    warnings: &mut Vec<String>,
) -> Result<(Model, Registry), SegmentError> {
    let needed = 2 * settings.candidates().start();
    if rows.len() < needed {
        return Err(SegmentError::TooFew {
            usable: rows.len(),
            needed,
        });
    }
    let features = learn(input.features, rows, warnings);
    if features.is_empty() {
        return Err(SegmentError::NoFeatures);
    }
    let sampler = Sampler::draw(input.ids, rows, settings.fit_rows, input.seed);
    let sample = |count| matrix(&features, input.features, &sampler.first(count));
    let sweep = sample(SWEEP_ROWS);
    let judged = sample(settings.silhouette_rows.min(SWEEP_ROWS));
    let choice = choice::choose(sweep.view(), judged.view(), settings, input.seed, warnings)?;
    let k = choice
        .iter()
        .find(|trial| trial.chosen)
        .map_or(0, |trial| trial.k);

    let centroids = centroids(sample(settings.fit_rows), k, settings, input.seed, warnings)?;
    let stabilities = stability(
        settings.algorithm,
        sweep.view(),
        centroids.view(),
        // A refit that stays in a poor optimum would look like instability of
        // the segments, so there is more than one start.
        settings.starts.div_ceil(4).max(2) as usize,
        input.seed,
    )?;
    let mut clusters: Vec<ModelCluster> = centroids
        .outer_iter()
        .zip(stabilities)
        .map(|(centroid, stability)| ModelCluster {
            segment_id: String::new(),
            centroid: centroid.to_vec(),
            stability: exact(stability),
        })
        .collect();
    let registry = assign_ids(input, rows, &features, &mut clusters, previous);
    for cluster in clusters.iter().filter(|cluster| cluster.stability < STABLE) {
        warnings.push(format!(
            "segment {} is unstable: drawn again from other customers it is only {:.1} % the same",
            cluster.segment_id,
            cluster.stability * 100.0
        ));
    }
    let model = Model {
        version: MODEL_VERSION,
        digest: digest(input.features, settings),
        fitted_on: input.as_of,
        seed: input.seed,
        algorithm: settings.algorithm,
        k,
        features,
        clusters,
        choice,
    };
    Ok((model, registry))
}

/// The final fit's centroids, those of empty clusters left out.
fn centroids(
    points: Array2<f64>,
    k: usize,
    settings: &SegmentSettings,
    seed: u64,
    warnings: &mut Vec<String>,
) -> Result<Array2<f64>, SegmentError> {
    let job = Job {
        k,
        seed: seed_for(seed, "fit", k),
        starts: settings.starts as usize,
    };
    let centroids = settings.algorithm.fit(points.view(), job)?.mapv(exact);
    let mut sizes = vec![0u64; k];
    for (cluster, _) in nearest(points.view(), centroids.view()) {
        sizes[cluster] += 1;
    }
    let filled: Vec<usize> = (0..k).filter(|&cluster| sizes[cluster] > 0).collect();
    if filled.len() < k {
        warnings.push(format!(
            "{} of {k} segments came out empty",
            k - filled.len()
        ));
    }
    Ok(centroids.select(ndarray::Axis(0), &filled))
}

/// Gives every cluster its segment id and puts clusters in the registry's
/// order.
fn assign_ids(
    input: &SegmentInput,
    rows: &[usize],
    features: &[ModelFeature],
    clusters: &mut [ModelCluster],
    previous: Option<&Previous>,
) -> Registry {
    let centroids: Vec<&[f64]> = clusters
        .iter()
        .map(|cluster| cluster.centroid.as_slice())
        .collect();
    let placed = place(features, &centroids, input.features, rows);
    let clustered = Clustered {
        ids: rows.iter().map(|&row| input.ids[row].as_str()).collect(),
        clusters: placed.iter().map(|placed| placed.cluster).collect(),
        k: clusters.len(),
    };
    let mut registry = previous
        .map(|previous| previous.registry.clone())
        .unwrap_or_default();
    let before = previous.map_or(&[][..], |previous| &previous.members);
    let ids = identify(&clustered, &mut registry, before, input.as_of);
    for (cluster, id) in clusters.iter_mut().zip(ids) {
        cluster.segment_id = id;
    }
    clusters.sort_by_key(|cluster| registry.position(&cluster.segment_id));
    registry
}
