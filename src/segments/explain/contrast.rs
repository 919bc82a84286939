//! What decides between two clusters, feature by feature.

use crate::segments::clusterers::Placed;
use crate::segments::space::{RawColumn, Reader, Scratch};
use crate::segments::{Aspect, Encoding, FeatureColumn, Model};

/// The model and tonight's columns, ready to contrast clusters.
pub(super) struct Contrast<'a> {
    model: &'a Model,
    reader: Reader<'a>,
    columns: Vec<RawColumn<'a>>,
    /// First dimension of each feature before the projection, and their number.
    starts: Vec<usize>,
    /// First word of each feature.
    first_words: Vec<usize>,
    words: Vec<String>,
}

/// One feature's part in what decides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub(super) feature: usize,
    /// How much it speaks for the cluster.
    pub(super) amount: f64,
    /// Index of the word that says the customer's value.
    pub(super) word: usize,
}

/// What every feature can say, before its levels.
const SAID: [&str; 4] = ["lower", "higher", "no", "yes"];

/// What a thread computes in.
pub(super) struct Work {
    reading: Scratch,
    /// Before the projection.
    encoded: Vec<f64>,
    /// After it.
    point: Vec<f64>,
    own: Pull,
    other: Pull,
    parts: Vec<Part>,
}

/// A cluster's centre and what draws a customer to it, before the projection.
#[derive(Default)]
struct Pull {
    force: Vec<f64>,
    centre: Vec<f64>,
    lifted: Vec<f64>,
}

impl<'a> Contrast<'a> {
    pub(super) fn new(model: &'a Model, from: &'a [FeatureColumn]) -> Self {
        let space = &model.space;
        let column = |name: &str| from.iter().find(|column| column.name == name);
        let mut starts = vec![0];
        let (mut first_words, mut words) = (Vec::new(), Vec::new());
        for feature in &space.features {
            let aspects = feature.aspects();
            starts.push(starts.last().copied().unwrap_or(0) + aspects.len());
            first_words.push(words.len());
            words.extend(SAID.iter().map(|said| format!("{} {said}", feature.name)));
            words.push(Aspect::Missing.of(&feature.name));
            words.extend(aspects.iter().map(|aspect| aspect.of(&feature.name)));
        }
        Self {
            model,
            reader: space.reader(from),
            columns: space
                .features
                .iter()
                .map(|feature| feature.read(column(&feature.name)))
                .collect(),
            starts,
            first_words,
            words,
        }
    }

    /// Everything that can be said of a customer.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    pub(super) fn scratch(&self) -> Work {
        let encoded = self.starts.last().copied().unwrap_or(0);
        Work {
            reading: self.reader.scratch(),
            encoded: vec![0.0; encoded],
            point: vec![0.0; self.model.space.dimensions()],
            own: Pull::default(),
            other: Pull::default(),
            parts: Vec::new(),
        }
    }

    /// Where the model places a customer.
    pub(super) fn place(&self, row: usize, work: &mut Work) -> Placed {
        self.read(row, work);
        self.model.grouping.place(&work.point)
    }

    fn read(&self, row: usize, work: &mut Work) {
        self.reader
            .encode(row, &mut work.reading, &mut work.encoded);
        match &self.model.space.projection {
            Some(projection) => projection.apply(&work.encoded, &mut work.point),
            None => work.point.copy_from_slice(&work.encoded),
        }
    }

    /// The part of each feature in what puts the customer into the first of two
    /// clusters and not into the second; see [`super::Why::contributions`].
    ///
    /// A squared distance is a sum over dimensions of force × (point − centre),
    /// and where there is a projection, whose axes are of length 1 and at right
    /// angles, force and centre can be carried back to the dimensions before it
    /// without changing the sum.
    pub(super) fn parts<'w>(
        &self,
        row: usize,
        (own, second): (usize, usize),
        work: &'w mut Work,
    ) -> &'w [Part] {
        self.read(row, work);
        self.pull(&work.point, own, &mut work.own);
        self.pull(&work.point, second, &mut work.other);
        let part = |feature: usize| {
            let dimensions = self.starts[feature]..self.starts[feature + 1];
            let drawn = |pull: &Pull| -> f64 {
                let dimensions = dimensions.clone();
                dimensions
                    .map(|at| pull.lifted[at] * (work.encoded[at] - pull.centre[at]))
                    .sum()
            };
            let first = dimensions.start;
            let middle = (work.own.centre[first] + work.other.centre[first]) / 2.0;
            Part {
                feature,
                amount: drawn(&work.other) - drawn(&work.own),
                word: self.first_words[feature]
                    + self.said(feature, row, work.encoded[first] > middle),
            }
        };
        work.parts = (0..self.columns.len()).map(part).collect();
        &work.parts
    }

    fn pull(&self, point: &[f64], cluster: usize, pull: &mut Pull) {
        let centre = self.model.grouping.pull(point, cluster, &mut pull.force);
        pull.lifted.clear();
        pull.centre.clear();
        let Some(projection) = &self.model.space.projection else {
            pull.lifted.extend(&pull.force);
            pull.centre.extend(centre);
            return;
        };
        pull.lifted.resize(projection.mean.len(), 0.0);
        pull.centre.extend(&projection.mean);
        for ((axis, along), force) in projection.axes.iter().zip(centre).zip(&pull.force) {
            for (at, loading) in axis.iter().enumerate() {
                pull.centre[at] += loading * along;
                pull.lifted[at] += loading * force;
            }
        }
    }

    /// Which of a feature's words says the customer's value.
    fn said(&self, feature: usize, row: usize, higher: bool) -> usize {
        let value = self.columns[feature].at(row);
        let missing = SAID.len();
        match &self.model.space.features[feature].encoding {
            Encoding::Category(levels) => levels
                .dimension(value)
                .map_or(missing, |level| missing + 1 + level),
            _ if value.is_nan() => missing,
            Encoding::YesNo { .. } => 2 + usize::from(value > 0.0),
            _ => usize::from(higher),
        }
    }
}
