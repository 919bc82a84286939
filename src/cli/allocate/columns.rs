//! Columns of any fitting type as texts and as numbers.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, Float64Array, StringArray};
use arrow_schema::DataType;

/// Calls a macro for every whole-number type of Arrow.
macro_rules! of_whole_numbers {
    ($column:expr, $convert:ident) => {
        match $column.data_type() {
            DataType::Int8 => $convert!(Int8Type),
            DataType::Int16 => $convert!(Int16Type),
            DataType::Int32 => $convert!(Int32Type),
            DataType::Int64 => $convert!(Int64Type),
            DataType::UInt8 => $convert!(UInt8Type),
            DataType::UInt16 => $convert!(UInt16Type),
            DataType::UInt32 => $convert!(UInt32Type),
            DataType::UInt64 => $convert!(UInt64Type),
            _ => return None,
        }
    };
}

/// A column of texts or whole numbers as texts.
pub(super) fn text(column: &ArrayRef) -> Option<StringArray> {
    macro_rules! written {
        ($type:ty) => {
            column
                .as_primitive::<$type>()
                .iter()
                .map(|number| number.map(|n| n.to_string()))
                .collect()
        };
    }
    if let Some(texts) = column.as_string_opt::<i32>() {
        return Some(texts.clone());
    }
    Some(of_whole_numbers!(column, written))
}

/// A column of numbers as floats.
pub(super) fn numbers(column: &ArrayRef) -> Option<Float64Array> {
    macro_rules! whole {
        ($type:ty) => {
            column
                .as_primitive::<$type>()
                .iter()
                .map(|number| number.map(|n| n as f64))
                .collect()
        };
    }
    match column.data_type() {
        DataType::Float64 => Some(column.as_primitive::<Float64Type>().clone()),
        DataType::Float32 => {
            let floats = column.as_primitive::<Float32Type>().iter();
            Some(floats.map(|number| number.map(f64::from)).collect())
        }
        DataType::Decimal128(_, scale) => {
            let one = 10_f64.powi(i32::from(*scale));
            let decimals = column.as_primitive::<Decimal128Type>().iter();
            Some(
                decimals
                    .map(|number| number.map(|n| n as f64 / one))
                    .collect(),
            )
        }
        _ => Some(of_whole_numbers!(column, whole)),
    }
}
