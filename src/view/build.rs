//! Computing the view with polars: one streamed pass per table, then columns.

use std::collections::BTreeMap;

use jiff::civil::Date;
use polars::prelude::*;

use super::plan::{Feature, FeatureSource, ViewPlan, in_window};
use super::typing::value_type;
use super::{CustomerView, ViewError, affinity, people};
use crate::domain::days_from_date;
use crate::tables::{ValidTable, ValidTables, canonical};

/// As many unknown customers, and no known one, are no coincidence.
const MANY_STRANGERS: u64 = 30;

/// Rows of a table that are aggregated at once.
const ROWS_AT_ONCE: u64 = 16_000_000;

/// Computes the customer view.
///
/// With `sample`, only that many customers are taken: those whose ids hash
/// lowest, so that the choice depends on nothing else.
///
/// # Errors
/// When a table cannot be read or an expression cannot be computed.
pub fn build(
    plan: &ViewPlan,
    tables: &ValidTables,
    sample: Option<usize>,
) -> Result<CustomerView, ViewError> {
    let mut frame = customers(tables, sample)?;
    let mut table_features: BTreeMap<&str, Vec<&Feature>> = BTreeMap::new();
    for feature in &plan.features {
        if let FeatureSource::Table { table, .. } = &feature.source {
            table_features.entry(table).or_default().push(feature);
        }
    }
    // Affinities come from the same pass over usage as the features.
    let affinities = affinity::plan(plan, tables);
    let mut notes = plan.notes.clone();
    for (name, table) in &tables.tables {
        let features = table_features.remove(name.as_str()).unwrap_or_default();
        let extra = affinities.aggregates(name);
        if features.is_empty() && extra.is_empty() {
            continue;
        }
        let totals = aggregated(name, table, &features, extra)?;
        notes.extend(strangers(name, &frame, &totals, sample)?);
        frame = joined(name, frame, totals)?;
    }
    let run = |frame: DataFrame, columns: Vec<Expr>, what: &str| {
        frame
            .lazy()
            .with_columns(columns)
            .collect()
            .map_err(|error| ViewError::new(what, &error))
    };
    let from_tables = plan
        .features
        .iter()
        .filter_map(|feature| match &feature.source {
            FeatureSource::Table { .. } => Some(filled(col(&feature.name), feature)),
            FeatureSource::Off => Some(filled(lit(NULL), feature)),
            FeatureSource::View(_) | FeatureSource::Column => None,
        });
    frame = run(frame, from_tables.collect(), "features")?;
    for feature in &plan.features {
        if let FeatureSource::View(value) = &feature.source {
            frame = run(frame, vec![filled(value.clone(), feature)], &feature.name)?;
        }
    }
    frame = affinities.finish(plan, frame)?;
    for tag in &plan.tags {
        frame = run(frame, vec![tag.when.clone().alias(&tag.name)], &tag.name)?;
    }
    let (people, odd_zones) =
        people::extract(&frame).map_err(|error| ViewError::new("customers", &error))?;
    if odd_zones > 0 {
        notes.push(format!(
            "`timezone` of {odd_zones} customers does not exist; the pipeline's is used"
        ));
    }
    Ok(CustomerView {
        frame,
        people,
        notes,
    })
}

/// The feature's value as a number or a word, filled where it is missing.
fn filled(value: Expr, feature: &Feature) -> Expr {
    let value = value.cast(value_type(feature));
    let value = match feature.fill {
        Some(fill) => value.fill_null(lit(fill)),
        None => value,
    };
    value.alias(&feature.name)
}

/// The customers table in memory, ascending by id, with `as_of` and `age`.
fn customers(tables: &ValidTables, sample: Option<usize>) -> Result<DataFrame, ViewError> {
    let Some(customers) = tables.tables.get("customers") else {
        return Err(ViewError {
            what: "customers".to_owned(),
            reason: "the table is missing".to_owned(),
        });
    };
    let as_of = tables.night.as_of;
    let mut columns = vec![
        lit(days_from_date(as_of))
            .cast(DataType::Date)
            .alias("as_of"),
    ];
    if customers.schema.contains("birth_date") {
        columns.push(age(as_of).alias("age"));
    }
    let mut frame = customers.frame.clone().with_columns(columns);
    if let Some(count) = sample {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        frame = frame
            .sort_by_exprs(
                [col("customer_id").hash(1, 2, 3, 4), col("customer_id")],
                SortMultipleOptions::default(),
            )
            .limit(count);
    }
    frame
        .sort(["customer_id"], SortMultipleOptions::default())
        .collect()
        .map_err(|error| ViewError::new("customers", &error))
}

/// Whole years from birth to the as-of date.
fn age(as_of: Date) -> Expr {
    let birth = || col("birth_date").dt();
    let months_and_days = |month: i32, day: i32| month * 100 + day;
    let today = months_and_days(i32::from(as_of.month()), i32::from(as_of.day()));
    let birthday =
        birth().month().cast(DataType::Int32) * lit(100) + birth().day().cast(DataType::Int32);
    lit(i32::from(as_of.year())) - birth().year() - birthday.gt(lit(today)).cast(DataType::Int32)
}

/// One streamed pass over a table: every feature made from it, per customer.
fn aggregated(
    name: &str,
    table: &ValidTable,
    features: &[&Feature],
    extra: Vec<Expr>,
) -> Result<DataFrame, ViewError> {
    let mut aggregates = extra;
    let mut widest = Some(0);
    for feature in features {
        if let FeatureSource::Table { window, value, .. } = &feature.source {
            aggregates.push(value.clone().alias(&feature.name));
            widest = widest
                .zip(*window)
                .map(|(widest, window)| widest.max(window));
        }
    }
    let mut rows = table.frame.clone();
    let dated = canonical::find(name).and_then(|table| table.dated);
    let all_windowed = aggregates.len() == features.len();
    if let (Some(days), Some(date), true) = (widest, dated, all_windowed) {
        rows = rows.filter(in_window(date, days));
    }
    // Customers are independent of each other, so a large table is taken in
    // parts by a hash of the customer: memory depends on a part, not on the
    // table. (polars' streaming group-by keeps the state of every group it
    // evicts, and a table in order of date makes it evict with every row.)
    let parts = table.rows.div_ceil(ROWS_AT_ONCE).max(1);
    let part_of = col("customer_id").hash(5, 6, 7, 8) % lit(parts);
    let totals = (0..parts).map(|part| {
        let mine = if parts == 1 {
            rows.clone()
        } else {
            rows.clone().filter(part_of.clone().eq(lit(part)))
        };
        mine.group_by([col("customer_id")])
            .agg(aggregates.clone())
            .collect()
            .map(IntoLazy::lazy)
    });
    totals
        .collect::<PolarsResult<Vec<LazyFrame>>>()
        .and_then(|totals| concat(totals, UnionArgs::default())?.collect())
        .map_err(|error| ViewError::new(name, &error))
}

/// A note about rows of customers that the customers table does not have. A
/// sample leaves customers out on purpose.
fn strangers(
    name: &str,
    customers: &DataFrame,
    totals: &DataFrame,
    sample: Option<usize>,
) -> Result<Option<String>, ViewError> {
    let unknown = totals
        .clone()
        .lazy()
        .join(
            customers.clone().lazy().select([col("customer_id")]),
            [col("customer_id")],
            [col("customer_id")],
            JoinArgs::new(JoinType::Anti),
        )
        .select([len()])
        .collect()
        .and_then(|frame| frame.columns()[0].get(0)?.try_extract::<u64>())
        .map_err(|error| ViewError::new(name, &error))?;
    if sample.is_some() || unknown == 0 {
        return Ok(None);
    }
    // A few strangers are odd; when all are, the ids do not match.
    if unknown == totals.height() as u64 && (name == "usage" || unknown >= MANY_STRANGERS) {
        return Err(ViewError {
            what: format!("table `{name}`"),
            reason: format!(
                "none of its {unknown} customers is in `customers`; \
                 map `customer_id` so that both use the same ids"
            ),
        });
    }
    Ok(Some(format!(
        "table `{name}`: rows of {unknown} customers that customers lacks took no part"
    )))
}

/// The totals at each customer's row; customers stay in order.
fn joined(name: &str, frame: DataFrame, totals: DataFrame) -> Result<DataFrame, ViewError> {
    let mut how = JoinArgs::new(JoinType::Left);
    how.maintain_order = MaintainOrderJoin::Left;
    frame
        .lazy()
        .join(
            totals.lazy(),
            [col("customer_id")],
            [col("customer_id")],
            how,
        )
        .collect()
        .map_err(|error| ViewError::new(name, &error))
}
