use polars::prelude::*;

use super::{RuleError, first_line};

/// Sums keep six decimals: a value of up to 9.2e12 per customer fits.
const SCALE: f64 = 1e6;

/// Rewrites an aggregation so that its result does not depend on the order in
/// which rows are added up, that it only sees rows of `window`, and that a
/// streaming engine can run it.
///
/// Adding floats in another order gives another last digit, and the order of
/// rows depends on files and threads. So `SUM` and `AVG` of decimal columns add
/// up whole millionths instead, which is exact. `x FILTER (WHERE c)` becomes
/// `CASE WHEN c THEN x END`, which is the same to an aggregate that passes over
/// nulls, and needs no regrouping of rows; the window goes the same way, so
/// that features of several windows share one pass over the table.
///
/// # Errors
/// When the expression uses an aggregate that depends on row order and has no
/// exact form: `FIRST`, `LAST`, `STDDEV`, `VARIANCE`.
pub fn exact(
    text: &str,
    expr: Expr,
    schema: &Schema,
    window: Option<&Expr>,
) -> Result<Expr, RuleError> {
    expr.try_map_expr(|node| match node {
        Expr::Agg(aggregate) => rewrite(aggregate, schema, window),
        // SQL's SUM is null where `null_count < len`; that is one count.
        Expr::BinaryExpr {
            left,
            op: Operator::Lt,
            right,
        } if *right == Expr::Len => Ok(match left.as_ref() {
            Expr::BinaryExpr {
                left: all,
                op: Operator::Minus,
                right: counted,
            } if **all == Expr::Len => counted.as_ref().clone().gt(lit(0)),
            _ => left.as_ref().clone().lt(Expr::Len),
        }),
        Expr::Len => Ok(window.map_or_else(len, |window| window.clone().sum())),
        // SQL's SUM and COUNT(DISTINCT) ask how many nulls x has; rows outside
        // the window are among them.
        Expr::Function {
            input,
            function: FunctionExpr::NullCount,
        } if input.len() == 1 => Ok(len() - within(&input[0], window).count()),
        other => Ok(other),
    })
    .map_err(|error| RuleError::Type {
        text: text.to_owned(),
        reason: first_line(&error),
    })
}

fn rewrite(aggregate: AggExpr, schema: &Schema, window: Option<&Expr>) -> PolarsResult<Expr> {
    let within = |input: &Expr| within(input, window);
    Ok(match aggregate {
        AggExpr::Sum(input) => sum(within(&input), schema)?,
        AggExpr::Mean(input) => {
            let input = within(&input);
            let total = sum(input.clone(), schema)?.cast(DataType::Float64);
            let count = input.count().cast(DataType::Float64);
            when(count.clone().gt(lit(0.0)))
                .then(total / count)
                .otherwise(lit(NULL))
        }
        AggExpr::Min { input, .. } => within(&input).min(),
        AggExpr::Max { input, .. } => within(&input).max(),
        AggExpr::Median(input) => within(&input).median(),
        AggExpr::NUnique(input) => within(&input).n_unique(),
        AggExpr::Count {
            input,
            include_nulls: false,
        } => within(&input).count(),
        // The list of an `IN` is constant.
        AggExpr::Implode { ref input, .. } if super::columns(input).is_empty() => {
            Expr::Agg(aggregate)
        }
        // The length of a column, nulls included.
        AggExpr::Count { .. } => len(),
        _ => polars_bail!(
            InvalidOperation: "uses an aggregate that depends on the order of rows; \
             use SUM, AVG, MIN, MAX, COUNT or MEDIAN"
        ),
    })
}

/// The input where it counts, and null elsewhere.
fn within(input: &Expr, window: Option<&Expr>) -> Expr {
    let (input, condition) = match input {
        Expr::Filter { input, by } => {
            let by = by.as_ref().clone();
            let both = match window {
                Some(window) => window.clone().and(by),
                None => by,
            };
            (input.as_ref().clone(), Some(both))
        }
        other => (other.clone(), window.cloned()),
    };
    match condition {
        Some(condition) => when(condition).then(input).otherwise(lit(NULL)),
        None => input,
    }
}

fn sum(input: Expr, schema: &Schema) -> PolarsResult<Expr> {
    let dtype = input.to_field(schema)?.dtype().clone();
    Ok(if dtype.is_float() {
        let millionths = (input * lit(SCALE)).round(0, RoundMode::HalfAwayFromZero);
        millionths
            .cast(DataType::Int64)
            .sum()
            .cast(DataType::Float64)
            / lit(SCALE)
    } else if dtype.is_integer() {
        // Sums of 8 to 32 bits could overflow their own type.
        input.cast(DataType::Int64).sum()
    } else {
        input.sum()
    })
}

#[cfg(test)]
mod tests {
    use super::super::checked;
    use super::*;

    fn compute(frame: &DataFrame, text: &str) -> AnyValue<'static> {
        let schema = frame.schema();
        let (expr, _) = checked(text, schema).unwrap();
        let expr = exact(text, expr, schema, None).unwrap();
        let out = frame.clone().lazy().select([expr]).collect().unwrap();
        out.columns()[0].get(0).unwrap().into_static()
    }

    fn frame() -> DataFrame {
        df!(
            "amount" => [0.1, 0.2, 0.3, 1e9, -1e9, 0.7],
            "kind" => ["a", "b", "a", "b", "a", "b"],
            "n" => [1i8, 2, 3, 100, 100, 100],
        )
        .unwrap()
    }

    #[test]
    fn sums_do_not_depend_on_row_order() {
        let frame = frame();
        let reversed = frame.reverse();
        for text in [
            "SUM(amount)",
            "AVG(amount)",
            "SUM(amount) FILTER (WHERE kind = 'a')",
        ] {
            assert_eq!(compute(&frame, text), compute(&reversed, text), "{text}");
        }
        assert_eq!(compute(&frame, "SUM(amount)"), AnyValue::Float64(1.3));
    }

    #[test]
    fn small_integers_do_not_overflow() {
        assert_eq!(compute(&frame(), "SUM(n)"), AnyValue::Int64(306));
    }

    #[test]
    fn filters_mean_the_same_after_the_rewrite() {
        let frame = frame();
        let count = compute(&frame, "COUNT(amount) FILTER (WHERE n = 100)");
        assert_eq!(count.extract::<i64>(), Some(3));
        let max = compute(&frame, "MAX(n) FILTER (WHERE kind = 'a' AND n < 50)");
        assert_eq!(max.extract::<i64>(), Some(3));
        let mean = compute(&frame, "AVG(n) FILTER (WHERE kind = 'c')");
        assert_eq!(mean, AnyValue::Null);
    }

    #[test]
    fn what_depends_on_order_is_refused() {
        let frame = frame();
        let (expr, _) = checked("STDDEV(amount)", frame.schema()).unwrap();
        let error = exact("STDDEV(amount)", expr, frame.schema(), None).unwrap_err();
        assert!(error.to_string().contains("order of rows"), "{error}");
    }

    #[test]
    fn a_window_hides_the_other_rows_from_every_aggregate() {
        let frame = frame();
        let window = col("n").lt(lit(50));
        for (text, expected) in [
            ("COUNT(*)", 3.0),
            ("COUNT(*) FILTER (WHERE kind IS NOT NULL)", 3.0),
            ("COUNT(DISTINCT kind)", 2.0),
            ("COUNT(DISTINCT n) FILTER (WHERE kind = 'a')", 2.0),
            ("SUM(n)", 6.0),
            ("SUM(n) FILTER (WHERE kind IN ('a', 'c'))", 4.0),
            ("MAX(amount)", 0.3),
            ("SUM(amount) * 10 / COUNT(*)", 2.0),
        ] {
            let (expr, _) = checked(text, frame.schema()).unwrap();
            let expr = exact(text, expr, frame.schema(), Some(&window)).unwrap();
            let out = frame.clone().lazy().select([expr]).collect().unwrap();
            let value: f64 = out.columns()[0].get(0).unwrap().extract().unwrap();
            assert!((value - expected).abs() < 1e-9, "{text}: {value}");
        }
    }
}
