use super::dispersion::Dispersion;
use super::rule::{decide, finalists};
use super::silhouette::silhouettes;
use super::trial::Measures;
use super::{Choice, Finding, KTrial, Rows, Search, choose_k};
use crate::kmeans::KMeansError;
use crate::segments::SegmentError;
use crate::segments::clusterers::{
    Algorithm, ClusterError, DensityJob, Grouping, Job, distinct_points,
};
use crate::segments::sampling::seed_for;
use crate::segments::settings::{KSetting, SegmentSettings};
use crate::segments::stability::stability;

/// Chooses the number of clusters as the settings say and fits the algorithm
/// with it; what should be said of the choice goes to `warnings`.
///
/// # Errors
/// When the customers are too few or too alike.
pub(in crate::segments) fn choose(
    rows: &Rows<f64>,
    settings: &SegmentSettings,
    seed: u64,
    warnings: &mut Vec<String>,
) -> Result<Choice<Grouping>, SegmentError> {
    let candidates = settings.candidates();
    let (low, high) = (*candidates.start(), *candidates.end());
    let usable = rows.sample.nrows();
    if usable < 2 * low {
        return Err(SegmentError::TooFew {
            usable,
            needed: 2 * low,
        });
    }
    // A larger number than the customers allow is not tried rather than an
    // error, as long as the smallest number works.
    let search = Search {
        numbers: low..=high.min(usable / 2),
        starts: settings.starts as usize,
        min_share: settings.min_share.get(),
        seed,
    };
    let choice = match settings.algorithm {
        Algorithm::Kmeans => {
            let choice = choose_k(rows, &search).map_err(|fault| cluster_error(&fault, low))?;
            Choice {
                model: Grouping::of_centres(choice.model.centroids()),
                trials: choice.trials,
                stability: choice.stability,
                findings: choice.findings,
            }
        }
        algorithm => each_alone(algorithm, rows, &search, settings.density())?,
    };
    if matches!(settings.k, KSetting::Auto(_)) {
        warnings.extend(
            choice
                .findings
                .iter()
                .map(|&finding| sentence(finding, &choice.trials, &search, settings.algorithm)),
        );
    }
    Ok(choice)
}

/// An algorithm that shares nothing between numbers of clusters; one that finds
/// the number itself is tried once.
pub(super) fn each_alone(
    algorithm: Algorithm,
    rows: &Rows<f64>,
    search: &Search,
    density: DensityJob,
) -> Result<Choice<Grouping>, SegmentError> {
    let (low, high) = (*search.numbers.start(), *search.numbers.end());
    let possible = distinct_points(rows.sample, high).max(low);
    let job = |k, purpose| Job {
        k,
        seed: seed_for(search.seed, purpose, k),
        starts: search.starts,
        density,
    };
    let tried: Vec<Grouping> = (low..=high.min(possible))
        .map(|k| algorithm.fit(rows.sample, job(k, "sweep")))
        .collect::<Result<_, ClusterError>>()?;
    let labels: Vec<Vec<u32>> = tried
        .iter()
        .map(|found| short(&found.labels(rows.judged)))
        .collect();
    let borrowed: Vec<&[u32]> = labels.iter().map(Vec::as_slice).collect();
    let silhouettes = silhouettes(rows.judged, &borrowed);
    let mut trials: Vec<KTrial> = (0..tried.len())
        .map(|at| {
            let on_sample = short(&tried[at].labels(rows.sample));
            KTrial::new(&Measures {
                dispersion: &Dispersion::of(rows.sample, &on_sample, tried[at].clusters()),
                labels: &labels[at],
                silhouettes: &silhouettes[at],
                gap: None,
                next_gap: None,
            })
        })
        .collect();
    // A refit that stays in a poor optimum would look like instability of the
    // segments, so there is more than one start.
    let again = Job {
        k: low,
        seed: search.seed,
        starts: search.starts.div_ceil(4).max(2),
        density,
    };
    let measured = |grouping: &Grouping| stability(algorithm, rows.judged, grouping, again);
    if trials.len() > 1 {
        for at in finalists(&trials, search.min_share) {
            trials[at].set_stability(&measured(&tried[at])?);
        }
    }
    let (taken, mut findings) = decide(&trials, search.min_share, None);
    // What was judged is what is taken, unless it was only a sample.
    let model = if rows.sample.nrows() == rows.all.nrows() {
        tried[taken].clone()
    } else {
        algorithm.fit(rows.all, job(trials[taken].k, "fit"))?
    };
    let stability = measured(&model)?;
    trials[taken].set_stability(&stability);
    if trials.len() == 1 {
        // Only now is it known how stable the only number is.
        (_, findings) = decide(&trials, search.min_share, None);
    }
    if !algorithm.takes_k() && model.clusters() == 1 {
        findings.push(Finding::OneRegion);
    }
    trials[taken].chosen = true;
    Ok(Choice {
        trials,
        model,
        stability,
        findings,
    })
}

fn short(labels: &[usize]) -> Vec<u32> {
    labels.iter().map(|&label| label as u32).collect()
}

fn cluster_error(fault: &KMeansError, k: usize) -> ClusterError {
    match fault {
        KMeansError::TooFewDistinct { distinct, .. } => ClusterError::TooAlike {
            distinct: *distinct,
            k,
        },
        fault => ClusterError::Failed(fault.to_string()),
    }
}

fn sentence(finding: Finding, trials: &[KTrial], search: &Search, algorithm: Algorithm) -> String {
    let taken = trials.iter().find(|trial| trial.chosen);
    let k = taken.map_or(0, |trial| trial.k);
    match finding {
        Finding::NoneLargeEnough => format!(
            "no number of segments gives every segment {:.1} % of customers; {k} was taken all the same, see the choice of k",
            search.min_share * 100.0
        ),
        Finding::NoneStable => format!(
            "no number of segments comes back from other customers; {k} segments come back best, the least stable to {:.0} %",
            taken
                .and_then(|trial| trial.smallest_stability)
                .unwrap_or(0.0)
                * 100.0
        ),
        Finding::OneRegion => format!(
            "all customers are one dense region and so one segment: groups that shade into \
             each other have no gap between them; {} may part them, or an algorithm that is told \
             how many to find, such as kmeans",
            if algorithm == Algorithm::Optics {
                "fewer `min_points`"
            } else {
                "a shorter `reach`"
            }
        ),
        Finding::NoStructure => format!(
            "customers form no clear groups by these features: {k} segments are no tighter than those of evenly spread customers; \
             other features or scales may tell them apart"
        ),
    }
}
