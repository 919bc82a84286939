use ndarray::Array2;

use super::choice::{Rows, choose};
use super::clusterers::Grouping;
use super::identity::{Clustered, identify};
use super::matrix::learn;
use super::model::{MODEL_VERSION, Model, ModelCluster, digest, exact};
use super::sampling::Sampler;
use super::space::Space;
use super::stability::STABLE;
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
    let space = Space {
        features: learn(input.features, rows, warnings),
    };
    if space.dimensions() == 0 {
        return Err(SegmentError::NoFeatures);
    }
    let sampler = Sampler::draw(input.ids, rows, settings.fit_rows, input.seed);
    let sample = |count| space.points(input.features, &sampler.first(count));
    let (all, sweep, judged) = (
        sample(settings.fit_rows),
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
    let (grouping, stabilities) = filled(choice.model, &choice.stability, &all, warnings);
    let mut registry = previous
        .map(|previous| previous.registry.clone())
        .unwrap_or_default();
    let ids = identified(input, rows, &space, &grouping, &mut registry, previous);
    // From here on clusters stand in the registry's order.
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by_key(|&cluster| registry.position(&ids[cluster]));
    let grouping = grouping.select(&order);
    let clusters: Vec<ModelCluster> = order
        .iter()
        .map(|&cluster| ModelCluster {
            segment_id: ids[cluster].clone(),
            stability: exact(stabilities[cluster]),
        })
        .collect();
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
        space,
        grouping,
        clusters,
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
fn identified(
    input: &SegmentInput,
    rows: &[usize],
    space: &Space,
    grouping: &Grouping,
    registry: &mut Registry,
    previous: Option<&Previous>,
) -> Vec<String> {
    let placed = space.place(grouping, input.features, rows);
    let clustered = Clustered {
        ids: rows.iter().map(|&row| input.ids[row].as_str()).collect(),
        clusters: placed.iter().map(|placed| placed.cluster).collect(),
        k: grouping.clusters(),
    };
    let before = previous.map_or(&[][..], |previous| &previous.members);
    identify(&clustered, registry, before, input.as_of)
}
