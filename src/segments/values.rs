use std::collections::HashMap;

use super::model::is_value;

/// The values of a column, one per customer.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers; NaN is missing, and so is anything infinite or beyond ±10³⁰.
    Numbers(Vec<f64>),
    /// Words.
    Words(Words),
}

/// Words, each kept once: four bytes per customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    levels: Vec<String>,
    codes: Vec<u32>,
}

impl Words {
    /// The code of a missing word.
    pub const MISSING: u32 = u32::MAX;

    /// The different words, ascending.
    #[must_use]
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// For each customer the index of the word, or [`Self::MISSING`].
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }
}

impl<'a> FromIterator<Option<&'a str>> for Words {
    fn from_iter<T: IntoIterator<Item = Option<&'a str>>>(words: T) -> Self {
        let mut met: HashMap<&str, u32> = HashMap::new();
        let mut codes: Vec<u32> = words
            .into_iter()
            .map(|word| {
                let next = u32::try_from(met.len()).unwrap_or(Self::MISSING);
                word.map_or(Self::MISSING, |word| *met.entry(word).or_insert(next))
            })
            .collect();
        // In the order of the words, not of the customers.
        let mut levels: Vec<(&str, u32)> = met.into_iter().collect();
        levels.sort_unstable();
        let mut places = vec![0; levels.len()];
        for (place, &(_, code)) in (0..).zip(&levels) {
            places[code as usize] = place;
        }
        for code in &mut codes {
            if let Some(&place) = places.get(*code as usize) {
                *code = place;
            }
        }
        Self {
            levels: levels
                .into_iter()
                .map(|(word, _)| word.to_owned())
                .collect(),
            codes,
        }
    }
}

impl Values {
    /// Number of customers.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Words(words) => words.codes.len(),
        }
    }

    /// Whether there are no customers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers, if they are numbers.
    #[must_use]
    pub fn numbers(&self) -> Option<&[f64]> {
        match self {
            Self::Numbers(numbers) => Some(numbers),
            Self::Words(_) => None,
        }
    }

    /// The words, if they are words.
    #[must_use]
    pub fn words(&self) -> Option<&Words> {
        match self {
            Self::Numbers(_) => None,
            Self::Words(words) => Some(words),
        }
    }

    /// Whether the customer's value is missing.
    #[must_use]
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Numbers(numbers) => !numbers.get(row).is_some_and(|&value| is_value(value)),
            Self::Words(words) => words.codes.get(row).is_none_or(|&c| c == Words::MISSING),
        }
    }
}

impl From<Vec<f64>> for Values {
    fn from(numbers: Vec<f64>) -> Self {
        Self::Numbers(numbers)
    }
}

impl From<Words> for Values {
    fn from(words: Words) -> Self {
        Self::Words(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_coded_in_their_own_order_whatever_that_of_the_customers() {
        let words: Words = [Some("silver"), None, Some("basic"), Some("silver")]
            .into_iter()
            .collect();
        assert_eq!(words.levels(), ["basic", "silver"]);
        assert_eq!(words.codes(), [1, Words::MISSING, 0, 1]);
        let values = Values::from(words);
        assert!(values.is_missing(1) && !values.is_missing(2) && values.is_missing(9));
    }
}
