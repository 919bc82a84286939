use ndarray::Array2;

use super::choice::{Rows, choose};
use super::clusterers::{Grouping, Placed};
use super::explain;
use super::identity::{Clustered, identify};
use super::model::{MODEL_VERSION, Model, ModelCluster, digest, exact, fingerprint};
use super::sampling::Sampler;
use super::segment_drift::at_fit;
use super::space::Space;
use super::{Previous, Registry, SegmentError, SegmentInput, SegmentSettings};

/// Centres are looked for on no more customers than that; the final fit takes
/// more.
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
    let mut space = Space::learn(input.features, rows, warnings);
    if space.dimensions() == 0 {
        return Err(SegmentError::NoFeatures);
    }
    let fit_rows = settings.fit_rows.min(settings.algorithm.row_limit());
    if fit_rows < settings.fit_rows.min(rows.len()) {
        warnings.push(format!(
            "{} takes long on many customers, so it is fitted on {fit_rows} of {}; all are assigned",
            settings.algorithm.as_str(),
            rows.len()
        ));
    }
    let sampler = Sampler::draw(input.ids, rows, fit_rows, input.seed);
    if let Some(pca) = settings.pca {
        let points = space.points(input.features, &sampler.first(fit_rows));
        space.project(points.view(), pca, warnings);
    }
    let sample = |count| space.points(input.features, &sampler.first(count));
    let (all, sweep, judged) = (
        sample(fit_rows),
        sample(SWEEP_ROWS),
        sample(settings.silhouette_rows.min(SWEEP_ROWS)),
    );
    let rows_of = Rows {
        all: all.view(),
        sample: sweep.view(),
        judged: judged.view(),
    };
    let choice = choose(&rows_of, settings, input.seed, warnings)?;
    let k = choice.model.clusters();
    let (mut grouping, stabilities) = filled(choice.model, &choice.stability, &all, warnings);
    grouping.calibrate(all.view(), settings.outside.factor());
    let mut registry = previous
        .map(|previous| previous.registry.clone())
        .unwrap_or_default();
    let placed = space.place(&grouping, input.features, rows);
    let ids = identified(
        input,
        rows,
        &placed,
        grouping.clusters(),
        &mut registry,
        previous,
        &fingerprint(&space, &grouping, input.as_of),
    );
    let moments = at_fit(&placed, grouping.clusters());
    // From here on clusters stand in the registry's order.
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by_key(|&cluster| registry.position(&ids[cluster]));
    let grouping = grouping.select(&order);
    let mut place_of = vec![0; order.len()];
    for (place, &cluster) in order.iter().enumerate() {
        place_of[cluster] = place;
    }
    let clusters: Vec<ModelCluster> = order
        .iter()
        .map(|&cluster| ModelCluster {
            segment_id: ids[cluster].clone(),
            stability: exact(stabilities[cluster]),
            at_fit: moments[cluster].clone(),
        })
        .collect();
    let doubtful = |cluster: &&ModelCluster| cluster.stability < settings.warn.get();
    for cluster in clusters.iter().filter(doubtful) {
        warnings.push(format!(
            "segment {} is unstable: drawn again from other customers it is only {:.1} % the same",
            cluster.segment_id,
            cluster.stability * 100.0
        ));
    }
    let (inside, labels): (Vec<usize>, Vec<usize>) = rows
        .iter()
        .zip(&placed)
        .filter(|(_, placed)| !placed.outside)
        .map(|(&row, placed)| (row, place_of[placed.cluster]))
        .unzip();
    let explanation = explain::learn(input, &space, &inside, &labels, clusters.len());
    let model = Model {
        version: MODEL_VERSION,
        digest: digest(input.features, settings),
        fitted_on: input.as_of,
        seed: input.seed,
        algorithm: settings.algorithm,
        k,
        space,
        grouping,
        clusters,
        explanation,
        choice: choice.trials,
    };
    Ok((model, registry))
}

/// The grouping without its empty clusters, and the stability of each.
fn filled(
    grouping: Grouping,
    stabilities: &[f64],
    points: &Array2<f64>,
    warnings: &mut Vec<String>,
) -> (Grouping, Vec<f64>) {
    let k = grouping.clusters();
    let mut sizes = vec![0u64; k];
    for cluster in grouping.labels(points.view()) {
        sizes[cluster] += 1;
    }
    let filled: Vec<usize> = (0..k).filter(|&cluster| sizes[cluster] > 0).collect();
    if filled.len() < k {
        warnings.push(format!(
            "{} of {k} segments came out empty",
            k - filled.len()
        ));
    }
    let stabilities = filled.iter().map(|&cluster| stabilities[cluster]);
    (grouping.select(&filled), stabilities.collect())
}

/// Finds out which segment each cluster is, and enters it into the registry.
/// Customers outside have no say in it.
fn identified(
    input: &SegmentInput,
    rows: &[usize],
    placed: &[Placed],
    clusters: usize,
    registry: &mut Registry,
    previous: Option<&Previous>,
    origin: &str,
) -> Vec<String> {
    let inside = rows
        .iter()
        .zip(placed)
        .filter(|(_, placed)| !placed.outside);
    let (ids, labels) = inside
        .map(|(&row, placed)| (input.ids[row].as_str(), placed.cluster))
        .unzip();
    let clustered = Clustered {
        ids,
        clusters: labels,
        k: clusters,
    };
    let before = previous.map_or(&[][..], |previous| &previous.members);
    identify(&clustered, registry, before, input.as_of, origin)
}
