//! Why a customer is in one segment and not in another.

use super::contrast::Contrast;
use crate::segments::{FeatureColumn, Model};

/// What decides between a customer's segment and the runner-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// Index of the customer's cluster in the model.
    pub cluster: usize,
    /// Index of the runner-up.
    pub second: usize,
    /// One per feature of the model's space, in their order. Their amounts add
    /// up to the squared distance from the runner-up's centre less that from
    /// the cluster's: from centroids the Euclidean distance in the model's
    /// space, from dense regions that to their nearest core points, and from a
    /// mixture the Mahalanobis distances, whose difference is twice the
    /// log-odds without what the clusters' weights and volumes add.
    pub contributions: Vec<Contribution>,
}

/// What one feature says between a segment and the runner-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// Index into the space's features.
    pub feature: usize,
    /// How much it speaks for the segment; below 0, for the runner-up.
    pub amount: f64,
    /// The feature and the customer's value in words: `music_share higher`,
    /// `consented yes`, `plan=gold`; higher and lower than the middle between
    /// the two centres.
    pub words: String,
}

/// Why the customer at `row` of `features` is where the model places them; none
/// if there is one cluster only.
#[must_use]
pub fn why(model: &Model, features: &[FeatureColumn], row: usize) -> Option<Why> {
    let contrast = Contrast::new(model, features);
    let mut scratch = contrast.scratch();
    let placed = contrast.place(row, &mut scratch);
    let second = placed.second?;
    let contributions = contrast
        .parts(row, (placed.cluster, second), &mut scratch)
        .iter()
        .map(|part| Contribution {
            feature: part.feature,
            amount: part.amount,
            words: contrast.words()[part.word].clone(),
        })
        .collect();
    Some(Why {
        cluster: placed.cluster,
        second,
        contributions,
    })
}
