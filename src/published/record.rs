//! Values as JSON and as people read them.

use jiff::Timestamp;
use polars::prelude::*;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Number, Value};

use crate::domain::date_from_days;

/// A row: its columns and values, in the columns' order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record(Vec<(String, Value)>);

impl Record {
    /// The value of a column; null where there is no such column.
    #[must_use]
    pub fn get(&self, column: &str) -> &Value {
        let found = self.0.iter().find(|(name, _)| name == column);
        found.map_or(&Value::Null, |(_, value)| value)
    }

    /// A text.
    #[must_use]
    pub fn text(&self, column: &str) -> Option<&str> {
        self.get(column).as_str()
    }

    /// A number.
    #[must_use]
    pub fn number(&self, column: &str) -> Option<f64> {
        self.get(column).as_f64()
    }

    /// Whether it is yes.
    #[must_use]
    pub fn yes(&self, column: &str) -> bool {
        self.get(column).as_bool() == Some(true)
    }

    /// The columns with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The rows of a frame as JSON objects. Days and moments are ISO 8601 texts.
///
/// # Errors
/// When a value cannot be read.
pub fn records(frame: &DataFrame) -> PolarsResult<Vec<Record>> {
    let mut rows = vec![Record::default(); frame.height()];
    for column in frame.columns() {
        for (at, row) in rows.iter_mut().enumerate() {
            row.0
                .push((column.name().to_string(), json(&column.get(at)?)));
        }
    }
    Ok(rows)
}

fn json(value: &AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(yes) => Value::Bool(*yes),
        AnyValue::String(text) => Value::from(*text),
        AnyValue::StringOwned(text) => Value::from(text.as_str()),
        AnyValue::Date(days) => Value::from(date_from_days(*days).to_string()),
        AnyValue::Datetime(at, unit, _) => Value::from(moment(*at, *unit)),
        AnyValue::DatetimeOwned(at, unit, _) => Value::from(moment(*at, *unit)),
        AnyValue::Float64(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        AnyValue::Float32(number) => {
            Number::from_f64(f64::from(*number)).map_or(Value::Null, Value::Number)
        }
        AnyValue::List(values) => {
            let values = (0..values.len()).filter_map(|at| values.get(at).ok());
            Value::Array(values.map(|value| json(&value)).collect())
        }
        other => match (other.try_extract::<i64>(), other.try_extract::<f64>()) {
            (Ok(whole), _) => Value::from(whole),
            (_, Ok(number)) => Number::from_f64(number).map_or(Value::Null, Value::Number),
            _ => Value::from(other.to_string()),
        },
    }
}

fn moment(at: i64, unit: TimeUnit) -> String {
    let found = match unit {
        TimeUnit::Milliseconds => Timestamp::from_millisecond(at),
        TimeUnit::Microseconds => Timestamp::from_microsecond(at),
        TimeUnit::Nanoseconds => {
            Ok(Timestamp::from_nanosecond(i128::from(at)).unwrap_or(Timestamp::UNIX_EPOCH))
        }
    };
    found.map_or_else(|_| at.to_string(), |moment| moment.to_string())
}

/// A JSON value as people read it: nothing for null, four decimals of a number.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => {
            let text = format!("{:.4}", number.as_f64().unwrap_or_default());
            let text = text.trim_end_matches('0').trim_end_matches('.');
            if text == "-0" { "0" } else { text }.to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_iso_texts_and_numbers_stay_numbers() {
        let frame = df![
            "n" => [Some(3_i64), None],
            "x" => [0.25, -0.000_01],
            "text" => ["a", "影"],
        ]
        .unwrap()
        .lazy()
        .with_columns([
            lit(20_757).cast(DataType::Date).alias("day"),
            lit(1_793_404_800_000_i64)
                .cast(DataType::Datetime(TimeUnit::Milliseconds, None))
                .alias("at"),
        ])
        .collect()
        .unwrap();
        let rows = records(&frame).unwrap();
        assert_eq!(
            serde_json::to_string(&rows[0]).unwrap(),
            r#"{"n":3,"x":0.25,"text":"a","day":"2026-10-31","at":"2026-10-31T00:00:00Z"}"#
        );
        assert_eq!(rows[1].get("n"), &Value::Null);
        assert_eq!(shown(rows[1].get("x")), "0");
        assert_eq!(shown(rows[0].get("x")), "0.25");
    }
}
