use ndarray::Array2;

use super::choice;
use super::clusterers::{Grouping, Job, Placed};
use super::identity::{Clustered, identify};
use super::matrix::learn;
use super::model::{MODEL_VERSION, Model, ModelCluster, digest, exact};
use super::sampling::{Sampler, seed_for};
use super::segment_drift::at_fit;
use super::space::Space;
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
    let space = Space {
        features: learn(input.features, rows, warnings),
    };
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
    let sample = |count| space.points(input.features, &sampler.first(count));
    let sweep = sample(SWEEP_ROWS);
    let judged = sample(settings.silhouette_rows.min(SWEEP_ROWS));
    let choice = choice::choose(sweep.view(), judged.view(), settings, input.seed, warnings)?;
    let k = choice
        .iter()
        .find(|trial| trial.chosen)
        .map_or(0, |trial| trial.k);

    let grouping = grouping(sample(fit_rows), k, settings, input.seed, warnings)?;
    let job = Job {
        k,
        seed: input.seed,
        // A refit that stays in a poor optimum would look like instability of
        // the segments, so there is more than one start.
        starts: settings.starts.div_ceil(4).max(2) as usize,
        density: settings.density(),
    };
    let stabilities = stability(settings.algorithm, sweep.view(), &grouping, job)?;
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
    );
    let moments = at_fit(&placed, grouping.clusters());
    // From here on clusters stand in the registry's order.
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by_key(|&cluster| registry.position(&ids[cluster]));
    let grouping = grouping.select(&order);
    let clusters: Vec<ModelCluster> = order
        .iter()
        .map(|&cluster| ModelCluster {
            segment_id: ids[cluster].clone(),
            stability: exact(stabilities[cluster]),
            at_fit: moments[cluster].clone(),
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
        choice,
    };
    Ok((model, registry))
}

/// The final fit, its empty clusters left out.
fn grouping(
    points: Array2<f64>,
    k: usize,
    settings: &SegmentSettings,
    seed: u64,
    warnings: &mut Vec<String>,
) -> Result<Grouping, SegmentError> {
    let job = Job {
        k,
        seed: seed_for(seed, "fit", k),
        starts: settings.starts as usize,
        density: settings.density(),
    };
    let grouping = settings.algorithm.fit(points.view(), job)?;
    let k = grouping.clusters();
    let mut sizes = vec![0u64; grouping.clusters()];
    for cluster in grouping.labels(points.view()) {
        sizes[cluster] += 1;
    }
    let filled: Vec<usize> = (0..sizes.len())
        .filter(|&cluster| sizes[cluster] > 0)
        .collect();
    if filled.len() < k {
        warnings.push(format!(
            "{} of {k} segments came out empty",
            k - filled.len()
        ));
    }
    let mut grouping = grouping.select(&filled);
    grouping.calibrate(points.view(), settings.outside.factor());
    Ok(grouping)
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
    identify(&clustered, registry, before, input.as_of)
}
