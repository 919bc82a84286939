//! The registry of charts, in the order of the page.

/// A chart or table of the page.
pub(super) struct Chart {
    /// Its id: the name of its files.
    pub(super) id: &'static str,
    /// The published table it is made from; without that it is left out.
    pub(super) table: &'static str,
    /// The query, in the SQL that polars and DuckDB share.
    pub(super) sql: &'static str,
    /// The script with its words and its drawing.
    pub(super) drawing: &'static str,
}

macro_rules! charts {
    ($($id:literal from $table:literal;)*) => {
        /// Every chart.
        pub(super) const CHARTS: &[Chart] = &[$(Chart {
            id: $id,
            table: $table,
            sql: include_str!(concat!("charts/", $id, ".sql")),
            drawing: include_str!(concat!("charts/", $id, ".js")),
        },)*];
    };
}

charts! {
    "notes" from "notes";
    "customers" from "members";
    "segments" from "segments";
    "history" from "history";
    "migration" from "migration";
    "profiles" from "profiles";
    "rules" from "rules";
    "scatter" from "scatter";
    "choice" from "choice";
    "drift" from "drift";
    "overlap" from "overlap";
    "activities" from "attendance";
    "constraints" from "constraints";
    "funnel" from "funnel";
    "lift" from "lift";
    "calibration" from "calibration";
    "calls" from "calls";
    "capacity" from "capacity";
    "overdue" from "overdue";
    "resolutions" from "resolutions";
    "checks" from "checks";
    "labels" from "labels";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chart_asks_its_own_table_and_is_drawn_under_its_id() {
        for chart in CHARTS {
            let from = format!("FROM {}", chart.table);
            assert!(chart.sql.contains(&from), "{}", chart.id);
            assert!(
                chart.sql.contains("ORDER BY") || chart.id == "customers",
                "{}",
                chart.id
            );
            let drawn = format!("chart(\"{}\"", chart.id);
            assert!(chart.drawing.contains(&drawn), "{}", chart.id);
            assert!(!chart.drawing.contains("</script"), "{}", chart.id);
        }
    }
}
