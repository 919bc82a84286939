use std::ops::Range;

use super::composition::{Composition, log_ratios};
use super::feature::{Encoding, Raw};
use super::{FeatureColumn, Space};

/// Tonight's columns, as the space reads them.
pub(in crate::segments) struct Reader<'a> {
    space: &'a Space,
    columns: Vec<Raw<'a>>,
    /// The dimensions of each feature.
    spans: Vec<Range<usize>>,
    wholes: Vec<Whole<'a>>,
    encoded: usize,
}

/// The parts of a composition.
struct Whole<'a> {
    composition: &'a Composition,
    /// Dimension, mean log-ratio and weight of each.
    parts: Vec<(usize, f64, f64)>,
    fills: Vec<f64>,
}

/// What a thread writes into on the way to a point.
pub(in crate::segments) struct Scratch {
    encoded: Vec<f64>,
    parts: Vec<f64>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(space: &'a Space, from: &'a [FeatureColumn]) -> Self {
        let column = |name: &str| from.iter().find(|column| column.name == name);
        let mut encoded = 0;
        let spans: Vec<Range<usize>> = space
            .features
            .iter()
            .map(|feature| {
                let start = encoded;
                encoded += feature.dimensions();
                start..encoded
            })
            .collect();
        let whole = |(composition, features): (&'a Composition, Vec<usize>)| {
            let mut whole = Whole {
                composition,
                parts: Vec::new(),
                fills: Vec::new(),
            };
            for at in features {
                let feature = &space.features[at];
                if let Encoding::Part(part) = &feature.encoding {
                    whole
                        .parts
                        .push((spans[at].start, part.centre, feature.weight));
                    whole.fills.push(part.fill);
                }
            }
            whole
        };
        let compositions = space.compositions.iter().zip(space.parts());
        Self {
            space,
            columns: space
                .features
                .iter()
                .map(|feature| feature.read(column(&feature.name)))
                .collect(),
            wholes: compositions.map(whole).collect(),
            spans,
            encoded,
        }
    }

    pub(in crate::segments) fn scratch(&self) -> Scratch {
        Scratch {
            encoded: vec![0.0; self.encoded],
            parts: Vec::new(),
        }
    }

    /// The customer's point, projected if there is a projection.
    pub(super) fn write(&self, row: usize, scratch: &mut Scratch, point: &mut [f64]) {
        match &self.space.projection {
            None => self.encode(row, scratch, point),
            Some(projection) => {
                let mut encoded = std::mem::take(&mut scratch.encoded);
                self.encode(row, scratch, &mut encoded);
                projection.apply(&encoded, point);
                scratch.encoded = encoded;
            }
        }
    }

    /// The customer's point before a projection.
    pub(in crate::segments) fn encode(&self, row: usize, scratch: &mut Scratch, point: &mut [f64]) {
        let features = self.space.features.iter().zip(&self.columns);
        for ((feature, column), span) in features.zip(&self.spans) {
            feature.write(column.at(row), &mut point[span.clone()]);
        }
        for whole in &self.wholes {
            let raw = &mut scratch.parts;
            raw.clear();
            raw.extend(whole.parts.iter().map(|&(at, ..)| point[at]));
            let known = log_ratios(raw, &whole.fills, whole.composition.zero);
            for (&(at, centre, weight), part) in whole.parts.iter().zip(raw) {
                // With nothing of any part, in the middle.
                point[at] = if known {
                    (*part - centre) / whole.composition.spread * weight
                } else {
                    0.0
                };
            }
        }
    }
}
