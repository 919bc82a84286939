/// An algorithm could not be run on these points.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClusterError {
    /// Nothing to cluster.
    #[error(
        "there is nothing to cluster: {rows} customers with {columns} features; \
         give at least one of each"
    )]
    Empty {
        /// Customers.
        rows: usize,
        /// Features.
        columns: usize,
    },
    /// A number that cannot be computed with.
    #[error(
        "row {row} has no usable number in column {column}; allowed are finite numbers within \
         ±10³⁰: fill in what is missing before clustering"
    )]
    NotFinite {
        /// The first such row, from 0.
        row: usize,
        /// Its first such column, from 0.
        column: usize,
    },
    /// There are fewer different points than clusters asked for.
    #[error("{distinct} customers differ from each other, too few for {k} segments")]
    TooAlike {
        /// Points that differ from each other.
        distinct: usize,
        /// Clusters asked for.
        k: usize,
    },
    /// Fewer points than make a dense region.
    #[error(
        "{rows} customers are fewer than a dense region needs ({min_points}); \
         lower `min_points` in `[segments.{algorithm}]`"
    )]
    TooFew {
        /// Customers.
        rows: usize,
        /// Customers that make a region dense.
        min_points: usize,
        /// The algorithm.
        algorithm: &'static str,
    },
    /// No dense region is large enough.
    #[error(
        "no dense region holds enough customers ({needed}); \
         raise `reach` in `[segments.dbscan]`, or lower `min_points` there or `segments.min_share`"
    )]
    NothingDense {
        /// Customers that make a segment.
        needed: usize,
    },
    /// The algorithm's own failure.
    #[error("clustering failed: {0}")]
    Failed(String),
}
