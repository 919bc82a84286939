use std::fmt;

use super::{KTrial, Migration, Model, Reasons, Refusal, Registry, SegmentStatus, ToldRule};

/// Who is in which segment, what the segments are like, and what the next
/// night starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmentation {
    /// One per customer, in the input's order.
    pub members: Vec<Member>,
    /// The clusters in order of creation, then the reserved segments that have
    /// members, then those retired tonight.
    pub segments: Vec<Segment>,
    /// By segment, then feature; segments without members have none.
    pub profiles: Vec<Profile>,
    /// By segment, the best first: what the model comes down to, in rules that a
    /// person can read. How well they do is known since the fit.
    pub rules: Vec<ToldRule>,
    /// For each customer why they are in their segment and not in the second.
    pub reasons: Reasons,
    /// How the number of clusters was chosen when the model was fitted.
    pub choice: Vec<KTrial>,
    /// `model.json`.
    pub model: Model,
    /// `registry.json`.
    pub registry: Registry,
    /// How the model's features have moved since the previous model's fit;
    /// empty on a first night.
    pub drift: Vec<FeatureDrift>,
    /// How the segments have moved since then: those of the model by which
    /// tonight's customers were judged before any refit, then the customers
    /// outside; empty on a first night.
    pub segment_drift: Vec<SegmentDrift>,
    /// Whether the model was fitted tonight.
    pub refitted: bool,
    /// Why it was, or that it was kept.
    pub reason: FitReason,
    /// The fit that was due tonight and is not used, because it is less stable
    /// than the model in use.
    pub refused: Option<Refusal>,
    /// Where the previous run's customers are tonight; none on a first night.
    pub migration: Option<Migration>,
    /// What people should know, a sentence each.
    pub warnings: Vec<String>,
    /// Up to 2 000 clustered customers, for a picture.
    pub scatter: Vec<ScatterPoint>,
}

/// Where a customer belongs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// Index into [`Segmentation::segments`].
    pub segment: usize,
    /// The probability that the customer belongs there rather than in another
    /// segment, 0 to 1: of two equally likely ones each has 0.5. From k-means,
    /// by a mixture of spherical normal distributions around the clusters; from
    /// a mixture, by itself; from dense regions, by their density there. 1 in
    /// reserved segments, which are set apart by rule.
    pub confidence: f64,
    /// The next nearest segment; of a customer outside, the nearest. None where
    /// there is one segment only, and in other reserved segments.
    pub second: Option<usize>,
    /// Distance to the segment's centre in scaled space; to its nearest core
    /// point, if it is a dense region. Of a customer outside, that of the
    /// nearest segment; none in other reserved segments.
    pub distance: Option<f64>,
}

/// A named group of customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// `S01`, …, or `outside`, `quiet` or `opted-out`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Number of members.
    pub size: usize,
    /// Share of all customers, 0 to 1.
    pub share: f64,
    /// Mean bootstrap Jaccard similarity at the fit, 0 to 1; clusters only.
    pub stability: Option<f64>,
    /// What became of it tonight.
    pub status: SegmentStatus,
    /// Ids of the segments that tonight's event concerns: where members came
    /// from, or where those of a retired segment went.
    pub lineage: Vec<String>,
    /// Up to three interests with a lift above 1, the highest first, and the
    /// lift over all clustered customers. None for opted-out customers.
    pub top_interests: Vec<(String, f64)>,
    /// Whether it is no cluster but set apart by rule.
    pub reserved: bool,
}

/// What a segment's members are like in one feature. Missing values do not
/// count; a figure is absent where nothing can be computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Index into [`Segmentation::segments`].
    pub segment: usize,
    /// Name of the feature; of a level of a category, `plan=gold`, and of the
    /// values that are missing, `minutes=(missing)`.
    pub feature: String,
    /// Members' mean, in the feature's unit.
    pub mean: Option<f64>,
    /// Members' median, in the feature's unit.
    pub median: Option<f64>,
    /// All customers' mean, in the feature's unit.
    pub population_mean: Option<f64>,
    /// `mean` / `population_mean`.
    pub lift: Option<f64>,
    /// (`mean` − `population_mean`) / all customers' standard deviation.
    pub z: Option<f64>,
    /// Members' mean less that of all others, in pooled standard deviations.
    pub cohens_d: Option<f64>,
    /// How often a member has a larger value than another customer, less how
    /// often a smaller one, −1 to 1; of a yes/no or a level the difference of
    /// the shares of those who have it.
    pub cliffs_delta: Option<f64>,
    /// Place among the clustered features by how far they set the segment
    /// apart, from 1; none for a feature that is only profiled.
    pub rank: Option<u32>,
}

impl Profile {
    /// The column behind it and, for a level of a category, the level. The name
    /// of a column holds no `=`.
    #[must_use]
    pub fn column(&self) -> (&str, Option<&str>) {
        match self.feature.split_once('=') {
            Some((column, level)) => (column, Some(level)),
            None => (&self.feature, None),
        }
    }
}

/// How far a feature has moved since the fit.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureDrift {
    /// Name of the feature.
    pub feature: String,
    /// Population stability index, at least 0.
    pub psi: f64,
}

/// How far a segment has moved since the fit.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentDrift {
    /// Id of the segment, or `outside`.
    pub segment: String,
    /// Its share of the clustered customers at the fit, 0 to 1.
    pub share_at_fit: f64,
    /// Its share of them tonight, 0 to 1.
    pub share: f64,
    /// What that change adds to the population stability index of the
    /// customers' distribution over segments, at least 0.
    pub share_psi: f64,
    /// Population stability index of the members' distances to the segment's
    /// centre, at least 0; none of customers outside, nor without members.
    pub distance_psi: Option<f64>,
    /// What chance alone makes of that index at most, in 99 of 100 nights or
    /// more: small segments fluctuate.
    pub chance: f64,
}

/// A customer in the plane of the first two principal components.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScatterPoint {
    /// Along the first.
    pub x: f64,
    /// Along the second.
    pub y: f64,
    /// Index into [`Segmentation::segments`].
    pub segment: usize,
}

/// Why the model was fitted tonight, or was not.
#[derive(Debug, Clone, PartialEq)]
pub enum FitReason {
    /// The previous model still holds.
    Kept,
    /// There is no previous model.
    First,
    /// The previous model has another layout, or does not hold together.
    Layout,
    /// Features or settings of the segments have changed.
    Settings,
    /// Somebody asked for it.
    Asked,
    /// The previous model is that many days old.
    Age(i32),
    /// A feature has drifted too far.
    Drift(FeatureDrift),
    /// The sizes of the segments have shifted too far, by that population
    /// stability index.
    Sizes(f64),
    /// Members of a segment have moved too far from its centre, or towards it.
    Segment(SegmentDrift),
}

impl fmt::Display for FitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept => f.write_str("the previous model still holds"),
            Self::First => f.write_str("there is no previous model"),
            Self::Layout => f.write_str("the previous model has another layout"),
            Self::Settings => f.write_str("features or settings of the segments have changed"),
            Self::Asked => f.write_str("asked for with --refit"),
            Self::Age(days) => write!(f, "the previous model is {days} days old"),
            Self::Drift(FeatureDrift { feature, psi }) => {
                write!(
                    f,
                    "`{feature}` has drifted (population stability index {psi:.2})"
                )
            }
            Self::Sizes(psi) => write!(
                f,
                "the sizes of the segments have shifted (population stability index {psi:.2})"
            ),
            Self::Segment(SegmentDrift {
                segment,
                distance_psi,
                ..
            }) => {
                let psi = distance_psi.unwrap_or(0.0);
                write!(
                    f,
                    "the members of segment {segment} have moved (population stability index {psi:.2})"
                )
            }
        }
    }
}
