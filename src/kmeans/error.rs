//! What can be wrong with parameters or data.

use thiserror::Error;

/// A parameter is outside its range.
#[derive(Debug, Clone, Error, PartialEq)]
pub enum KMeansParamsError {
    /// The number of clusters.
    #[error("{0} clusters asked for; ask for 1 to 16,777,216")]
    Clusters(usize),
    /// The number of starts.
    #[error("0 runs asked for; ask for at least 1")]
    Runs,
    /// The limit of iterations.
    #[error("a limit of 0 iterations; allow at least 1")]
    Iterations,
    /// The tolerance.
    #[error("a tolerance of {0}; give 0 or a positive number")]
    Tolerance(f64),
    /// The rows that starting centres are chosen from.
    #[error(
        "starting centres of {clusters} clusters from {rows} rows; allow as many rows at least"
    )]
    SeedingRows {
        /// Rows allowed.
        rows: usize,
        /// Clusters asked for.
        clusters: usize,
    },
}

/// What is wrong with sample weights.
#[derive(Debug, Clone, Error, PartialEq)]
pub enum WeightFault {
    /// There are more or fewer than rows.
    #[error("{weights} weights for {rows} rows; give one each")]
    Length {
        /// Weights given.
        weights: usize,
        /// Rows of the data.
        rows: usize,
    },
    /// One is negative, infinite or not a number.
    #[error("the weight of row {row} is {weight}; weights are 0 or positive and finite")]
    Value {
        /// The row, from 0.
        row: usize,
        /// Its weight.
        weight: f32,
    },
    /// None is positive.
    #[error("all weights are 0; at least one must be positive")]
    AllZero,
}

/// k-means cannot run on this.
#[derive(Debug, Clone, Error)]
pub enum KMeansError {
    /// A parameter is outside its range.
    #[error(transparent)]
    Params(#[from] KMeansParamsError),
    /// Fewer rows (of positive weight) than clusters.
    #[error("{rows} rows cannot form {clusters} clusters; ask for fewer")]
    TooFewRows {
        /// Rows of positive weight.
        rows: usize,
        /// Clusters asked for.
        clusters: usize,
    },
    /// Fewer different rows (of positive weight) than clusters.
    #[error(
        "only {distinct} rows differ from each other, too few for {clusters} clusters; ask for fewer"
    )]
    TooFewDistinct {
        /// Different rows of positive weight.
        distinct: usize,
        /// Clusters asked for.
        clusters: usize,
    },
    /// The data have no columns.
    #[error("the data have no columns; give at least one")]
    NoColumns,
    /// A value is infinite or not a number.
    #[error(
        "row {row}, column {column} (from 0) is infinite or not a number; fill in or leave out such rows"
    )]
    NotFinite {
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
    },
    /// Squared distances would overflow.
    #[error(
        "column {column} (from 0) spans so much that squared distances overflow; scale the data"
    )]
    TooLarge {
        /// The column, from 0.
        column: usize,
    },
    /// Data have another number of columns than the centroids.
    #[error(
        "the data have {found} columns, the centroids {expected}; give the columns that were fitted"
    )]
    Columns {
        /// Columns of the centroids.
        expected: usize,
        /// Columns of the data.
        found: usize,
    },
    /// Given starting centres are of the wrong shape.
    #[error("starting centres of shape {found:?} given, {expected:?} (clusters, columns) needed")]
    CentresShape {
        /// Shape needed: clusters, columns.
        expected: (usize, usize),
        /// Shape given.
        found: (usize, usize),
    },
    /// Given starting centres hold an infinite value or none.
    #[error("starting centre {cluster}, column {column} (from 0) is infinite or not a number")]
    CentreNotFinite {
        /// The centre, from 0.
        cluster: usize,
        /// The column, from 0.
        column: usize,
    },
    /// The sample weights do not fit.
    #[error(transparent)]
    Weights(#[from] WeightFault),
    /// A saved model contradicts itself.
    #[error("the saved model is damaged: {0}; fit it again")]
    Damaged(String),
    /// No batch was given.
    #[error("no batch of rows was given; give at least one")]
    NoBatches,
    /// linfa's own errors.
    #[error(transparent)]
    Linfa(#[from] linfa::error::Error),
}

/// The outcome of a mini-batch that is no settled model.
#[derive(Debug, Clone, Error)]
pub enum IncrKMeansError<M: std::fmt::Debug> {
    /// The centres still move. No fault: go on with the model and the next batch.
    #[error("the centres still move; go on with the next batch")]
    NotConverged(M),
    /// k-means cannot run on the batch.
    #[error(transparent)]
    KMeans(#[from] KMeansError),
    /// A parameter is outside its range.
    #[error(transparent)]
    Params(#[from] KMeansParamsError),
    /// linfa's own errors.
    #[error(transparent)]
    Linfa(#[from] linfa::error::Error),
}
