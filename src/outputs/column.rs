use std::sync::Arc;

use super::FieldType;

/// A column of a published table.
#[derive(Debug, Clone)]
pub struct OutColumn {
    /// The column's name.
    pub name: String,
    /// What a value means, in a sentence.
    pub description: String,
    /// The unit of a number, such as `min`.
    pub unit: Option<String>,
    /// The values.
    pub data: ColumnData,
}

impl OutColumn {
    /// A column without a unit.
    pub fn new(name: impl Into<String>, description: impl Into<String>, data: ColumnData) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            unit: None,
            data,
        }
    }

    /// The column with a unit.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }
}

/// The values of a column; `None` is a null.
#[derive(Debug, Clone)]
pub enum ColumnData {
    /// Free text.
    Text(Vec<Option<String>>),
    /// An id per row, shared with whoever holds the ids; never null.
    Id {
        /// Positions in `ids`.
        rows: Vec<u32>,
        /// The ids.
        ids: Arc<Vec<String>>,
    },
    /// A word of a small set per row.
    Word {
        /// Positions in `words`; [`ColumnData::NO_WORD`] is a null.
        codes: Vec<u16>,
        /// The set.
        words: Vec<String>,
    },
    /// Whole numbers.
    Int(Vec<Option<i64>>),
    /// Finite numbers.
    Float(Vec<Option<f64>>),
    /// Yes or no.
    Bool(Vec<Option<bool>>),
    /// Days since 1970-01-01.
    Date(Vec<Option<i32>>),
    /// Milliseconds since 1970-01-01T00:00Z.
    TimestampMs(Vec<Option<i64>>),
}

impl ColumnData {
    /// The code of a null in [`ColumnData::Word`].
    pub const NO_WORD: u16 = u16::MAX;

    /// A [`ColumnData::Word`] column from texts; the set keeps the order in
    /// which its words first appear. Falls back to [`ColumnData::Text`] when
    /// there are more words than codes.
    pub fn words<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut place = std::collections::HashMap::new();
        let mut codes = Vec::new();
        let mut values = values.into_iter();
        while let Some(value) = values.next() {
            let Some(word) = value else {
                codes.push(Self::NO_WORD);
                continue;
            };
            if !place.contains_key(word) && words.len() == usize::from(Self::NO_WORD) {
                let word_of = |code: &u16| words.get(usize::from(*code)).cloned();
                let known = codes.iter().map(word_of);
                let rest = std::iter::once(value).chain(values);
                return Self::Text(known.chain(rest.map(|v| v.map(str::to_owned))).collect());
            }
            codes.push(*place.entry(word).or_insert_with(|| {
                words.push(word.to_owned());
                // Fits: the set was smaller than NO_WORD just above.
                (words.len() - 1) as u16
            }));
        }
        Self::Word { codes, words }
    }

    /// The number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Id { rows, .. } => rows.len(),
            Self::Word { codes, .. } => codes.len(),
            Self::Int(values) | Self::TimestampMs(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Bool(values) => values.len(),
            Self::Date(values) => values.len(),
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a reader of the package descriptor sees the column as.
    #[must_use]
    pub fn field_type(&self) -> FieldType {
        match self {
            // Whole numbers with gaps are floats to readers that know no other
            // way to leave a number out, pandas among them.
            Self::Int(values) if values.contains(&None) => FieldType::Number,
            Self::Text(_) | Self::Id { .. } | Self::Word { .. } => FieldType::String,
            Self::Int(_) => FieldType::Integer,
            Self::Float(_) => FieldType::Number,
            Self::Bool(_) => FieldType::Boolean,
            Self::Date(_) => FieldType::Date,
            Self::TimestampMs(_) => FieldType::DateTime,
        }
    }

    /// The first row whose code stands for nothing.
    pub(super) fn bad_code(&self) -> Option<usize> {
        match self {
            Self::Id { rows, ids } => rows.iter().position(|&row| row as usize >= ids.len()),
            Self::Word { codes, words } => codes
                .iter()
                .position(|&code| code != Self::NO_WORD && usize::from(code) >= words.len()),
            _ => None,
        }
    }

    /// The first row that holds an infinite number or none at all.
    pub(super) fn not_finite(&self) -> Option<usize> {
        match self {
            Self::Float(values) => values
                .iter()
                .position(|value| value.is_some_and(|number| !number.is_finite())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_coded_once_each() {
        let column = ColumnData::words([Some("sms"), None, Some("call"), Some("sms")]);
        let ColumnData::Word { codes, words } = column else {
            panic!("a few words make a word column");
        };
        assert_eq!(codes, [0, ColumnData::NO_WORD, 1, 0]);
        assert_eq!(words, ["sms", "call"]);
    }

    #[test]
    fn too_many_words_become_text_and_none_is_lost() {
        let texts: Vec<String> = (0..70_000).map(|n| n.to_string()).collect();
        let column = ColumnData::words(texts.iter().map(|text| Some(text.as_str())));
        let ColumnData::Text(values) = column else {
            panic!("70,000 words exceed the codes");
        };
        assert!(values.iter().flatten().eq(texts.iter()));
    }
}
