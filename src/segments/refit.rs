//! When the model is fitted again, and when a new fit may take its place.
//!
//! A fit is due on a first night, when the model cannot be read or the settings
//! have changed, when somebody asks for it, when the model is `refit_days` old,
//! and when the customers have drifted: a feature, the sizes of the segments, or
//! the members of one segment (`drift`).
//!
//! A fit that is due must pass the *gate*: it is not used if more of its
//! segments are below `gate` in stability than of the model in use. A segment
//! that was never sure (a small one, say) thus holds up nothing, and a fit that
//! makes segments worse does. Then the old model stays, and the fit is tried
//! again on the next night, when it will still be due. There is no gate where no
//! old model can stand in: on a first night, or when it was made for other
//! settings.

use std::fmt;

use super::{
    FeatureDrift, FitReason, Model, Previous, Registry, SegmentDrift, SegmentError, SegmentInput,
    SegmentSettings, fit, model,
};

/// A fit that was due and is not used.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Why it was due.
    pub due: FitReason,
    /// The number of its segments below the gate.
    pub below: usize,
    /// The number of its segments.
    pub segments: usize,
    /// The lowest stability of a segment in it, 0 to 1.
    pub weakest: f64,
    /// The number of segments below the gate in the model in use.
    pub below_before: usize,
    /// `segments.gate`, 0 to 1.
    pub gate: f64,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a new fit of the segments was due ({}) and is not used: {} of its {} segments are less stable \
             than segments.gate = {} (the weakest has {:.2}), against {} in the model in use; \
             the next night tries again",
            self.due, self.below, self.segments, self.gate, self.weakest, self.below_before
        )
    }
}

/// The model that a night uses.
pub(super) struct InUse {
    /// Why it was fitted tonight, or that the previous one was kept.
    pub(super) reason: FitReason,
    /// The fit that was due and is not used.
    pub(super) refused: Option<Refusal>,
    pub(super) model: Model,
    pub(super) registry: Registry,
}

/// The model and registry for tonight: the previous ones, or new ones fitted to
/// `rows`.
///
/// # Errors
/// When a fit is due and cannot be made.
pub(super) fn in_use(
    input: &SegmentInput,
    settings: &SegmentSettings,
    rows: &[usize],
    previous: Option<&Previous>,
    drift: (&[FeatureDrift], &[SegmentDrift]),
    warnings: &mut Vec<String>,
) -> Result<InUse, SegmentError> {
    let reason = previous.map_or(FitReason::First, |previous| {
        due(input, settings, &previous.model, drift)
    });
    let kept = |previous: &Previous, refused| InUse {
        reason: FitReason::Kept,
        refused,
        model: previous.model.clone(),
        registry: previous.registry.clone(),
    };
    if let Some(previous) = previous.filter(|_| reason == FitReason::Kept) {
        return Ok(kept(previous, None));
    }
    let mut told = Vec::new();
    let (model, registry) = fit::fit(input, settings, rows, previous, &mut told)?;
    if let Some(previous) = previous
        && let Some(refusal) = refused(&reason, &model, &previous.model, settings)
    {
        return Ok(kept(previous, Some(refusal)));
    }
    warnings.extend(told);
    Ok(InUse {
        reason,
        refused: None,
        model,
        registry,
    })
}

/// Whether the model still holds, or why it must be fitted again.
fn due(
    input: &SegmentInput,
    settings: &SegmentSettings,
    model: &Model,
    drift: (&[FeatureDrift], &[SegmentDrift]),
) -> FitReason {
    let age = (input.as_of - model.fitted_on).get_days();
    let (features, segments) = drift;
    let worst = features.iter().max_by(|a, b| a.psi.total_cmp(&b.psi));
    let sizes: f64 = segments.iter().map(|drift| drift.share_psi).sum();
    let moved = |drift: &&SegmentDrift| {
        let psi = drift.distance_psi.unwrap_or(0.0);
        psi > settings.drift_psi + drift.chance
    };
    match worst {
        _ if !model.is_sound() => FitReason::Layout,
        _ if model.digest != model::digest(input.features, settings) => FitReason::Settings,
        _ if settings.refit => FitReason::Asked,
        _ if i64::from(age) >= i64::from(settings.refit_days) => FitReason::Age(age),
        Some(worst) if worst.psi > settings.drift_psi => FitReason::Drift(worst.clone()),
        _ if sizes > settings.drift_psi => FitReason::Sizes(sizes),
        _ => match segments.iter().find(moved) {
            Some(moved) => FitReason::Segment(moved.clone()),
            None => FitReason::Kept,
        },
    }
}

/// Why a fit that was `due` must not take the place of the model `in_use`, if
/// so.
fn refused(
    due: &FitReason,
    fit: &Model,
    in_use: &Model,
    settings: &SegmentSettings,
) -> Option<Refusal> {
    if matches!(
        due,
        FitReason::First | FitReason::Layout | FitReason::Settings
    ) {
        return None;
    }
    let gate = settings.gate.get();
    let below = |model: &Model| {
        let stabilities = model.clusters.iter().map(|cluster| cluster.stability);
        stabilities.filter(|&stability| stability < gate).count()
    };
    let stabilities = fit.clusters.iter().map(|cluster| cluster.stability);
    (below(fit) > below(in_use)).then(|| Refusal {
        due: due.clone(),
        below: below(fit),
        segments: fit.clusters.len(),
        weakest: stabilities.fold(1.0, f64::min),
        below_before: below(in_use),
        gate,
    })
}

#[cfg(test)]
mod tests;
