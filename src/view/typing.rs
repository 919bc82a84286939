//! What the values of a feature are: numbers or words, and of which kind.

use polars::prelude::*;

use super::plan::Feature;
use crate::domain::Fault;
use crate::rules::RuleError;
use crate::segments::Kind;

/// Settles what the values of `made` are, now that its expression `text` gives
/// `dtype`; none where its table is absent. Returns settings that contradict
/// it or each other; `key` is the feature's.
///
/// # Errors
/// When the expression gives something else than its kind needs.
pub(super) fn settle(
    key: &str,
    text: &str,
    dtype: Option<&DataType>,
    made: &mut Feature,
) -> Result<Vec<Fault>, RuleError> {
    let mut faults = Vec::new();
    let cluster = format!("{key}.cluster");
    let is = |fits: fn(&DataType) -> bool| dtype.is_none_or(fits);
    let is_text = dtype == Some(&DataType::String);
    match made.cluster.as_ref().map(|settings| settings.kind) {
        None => made.words = is_text,
        Some(None) if is_text => {
            faults.push(
                Fault::new(
                    format!("{cluster}.kind"),
                    format!("is required, since `{text}` gives text"),
                )
                .allowed("category, or ordinal with `order`"),
            );
            made.words = true;
            return Ok(faults);
        }
        Some(Some(Kind::YesNo)) if !is(boolean) => return Err(wrong(text, dtype, "yes or no")),
        Some(Some(Kind::Category | Kind::Ordinal)) if !is(wordlike) => {
            return Err(wrong(text, dtype, "text or whole numbers"));
        }
        Some(kind) => made.words = matches!(kind, Some(Kind::Category | Kind::Ordinal)),
    }
    if !made.words && !is(numeric) {
        return Err(wrong(text, dtype, "a number"));
    }
    if made.words && made.fill.is_some() {
        faults.push(
            Fault::new(
                format!("{key}.fill"),
                "is a number, and the values are words",
            )
            .allowed("COALESCE in `value`"),
        );
    }
    if let Some(settings) = &mut made.cluster {
        let yes_no = dtype == Some(&DataType::Boolean);
        let found = if yes_no { Kind::YesNo } else { Kind::Number };
        settings.kind.get_or_insert(found);
        faults.extend(settings.faults(&cluster));
    }
    Ok(faults)
}

/// The type of a feature's column in the view.
pub(super) fn value_type(feature: &Feature) -> DataType {
    if feature.words {
        DataType::String
    } else {
        DataType::Float64
    }
}

/// Whether values can be taken as numbers.
pub(super) fn numeric(dtype: &DataType) -> bool {
    dtype.is_primitive_numeric() || boolean(dtype)
}

fn boolean(dtype: &DataType) -> bool {
    matches!(
        dtype,
        DataType::Boolean | DataType::Unknown(_) | DataType::Null
    )
}

fn wordlike(dtype: &DataType) -> bool {
    *dtype == DataType::String || dtype.is_integer() || boolean(dtype)
}

fn wrong(text: &str, dtype: Option<&DataType>, expected: &str) -> RuleError {
    let dtype = dtype.map(ToString::to_string).unwrap_or_default();
    RuleError::Type {
        text: text.to_owned(),
        reason: format!("gives {dtype}, not {expected}"),
    }
}
