//! What a fit is asked for.

use linfa::ParamGuard;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256Plus;

use super::error::KMeansParamsError;
use super::lloyd::Stop;
use super::seeding::Init;

/// The kernel numbers clusters in `f32` too, which counts exactly so far.
const MOST_CLUSTERS: usize = 1 << 24;

/// Rows that k-means++ looks at, unless said otherwise.
const SEEDING_ROWS: usize = 1 << 17;

/// Starts, unless said otherwise.
const STARTS: usize = 10;

/// The same on few rows, where a start takes milliseconds and ten now and then
/// miss the best.
const STARTS_ON_FEW: usize = 30;
const FEW_ROWS: usize = 1 << 12;

/// Checked parameters of k-means; see [`KMeansParams`].
#[derive(Debug, Clone, PartialEq)]
pub struct KMeansValidParams<F, R> {
    clusters: usize,
    /// As many as suit the data when `None`.
    runs: Option<usize>,
    stop: Stop,
    init: Init<F>,
    seeding_rows: usize,
    rng: R,
}

/// Parameters of k-means, to be checked by [`ParamGuard`] or by fitting.
#[derive(Debug, Clone, PartialEq)]
pub struct KMeansParams<F, R>(KMeansValidParams<F, R>);

impl<F> KMeansParams<F, Xoshiro256Plus> {
    /// `clusters` clusters, with a generator of fixed seed.
    #[must_use]
    pub fn new(clusters: usize) -> Self {
        Self::with_rng(clusters, Xoshiro256Plus::seed_from_u64(42))
    }
}

impl<F, R> KMeansParams<F, R> {
    /// `clusters` clusters; starts are drawn by (a clone of) `rng`.
    #[must_use]
    pub fn with_rng(clusters: usize, rng: R) -> Self {
        Self(KMeansValidParams {
            clusters,
            runs: None,
            stop: Stop::default(),
            init: Init::GreedyPlusPlus,
            seeding_rows: SEEDING_ROWS.max(clusters.saturating_mul(100)),
            rng,
        })
    }

    /// Starts, of which the one with the least inertia is kept (default 10; 30
    /// on data of up to 4,096 rows).
    #[must_use]
    pub fn n_runs(mut self, runs: usize) -> Self {
        self.0.runs = Some(runs);
        self
    }

    /// See [`Stop::max_n_iterations`] (default 300).
    #[must_use]
    pub fn max_n_iterations(mut self, iterations: u64) -> Self {
        self.0.stop.max_n_iterations = iterations;
        self
    }

    /// See [`Stop::tolerance`] (default 0.0001).
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.0.stop.tolerance = tolerance;
        self
    }

    /// Where runs start from (default greedy k-means++). From precomputed
    /// centres there is one run only.
    #[must_use]
    pub fn init(mut self, init: Init<F>) -> Self {
        self.0.init = init;
        self
    }

    /// At most so many rows are looked at to choose starting centres (default
    /// 131,072, or 100 a cluster). Every row takes part in the fit itself.
    #[must_use]
    pub fn seeding_rows(mut self, rows: usize) -> Self {
        self.0.seeding_rows = rows;
        self
    }
}

impl<F, R> ParamGuard for KMeansParams<F, R> {
    type Checked = KMeansValidParams<F, R>;
    type Error = KMeansParamsError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let params = &self.0;
        let tolerance = params.stop.tolerance;
        if params.clusters == 0 || params.clusters > MOST_CLUSTERS {
            Err(KMeansParamsError::Clusters(params.clusters))
        } else if params.runs == Some(0) {
            Err(KMeansParamsError::Runs)
        } else if params.stop.max_n_iterations == 0 {
            Err(KMeansParamsError::Iterations)
        } else if !(tolerance.is_finite() && tolerance >= 0.0) {
            Err(KMeansParamsError::Tolerance(tolerance))
        } else if params.seeding_rows < params.clusters {
            Err(KMeansParamsError::SeedingRows {
                rows: params.seeding_rows,
                clusters: params.clusters,
            })
        } else {
            Ok(params)
        }
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl<F, R> KMeansValidParams<F, R> {
    /// Clusters to find.
    #[must_use]
    pub fn n_clusters(&self) -> usize {
        self.clusters
    }

    /// Starts on data of so many rows; one from precomputed centres.
    #[must_use]
    pub fn n_runs(&self, rows: usize) -> usize {
        match (&self.init, self.runs) {
            (Init::Precomputed(_), _) => 1,
            (_, Some(runs)) => runs,
            (_, None) if rows <= FEW_ROWS => STARTS_ON_FEW,
            (_, None) => STARTS,
        }
    }

    /// Whether small data are improved by transfers of single rows after Lloyd's
    /// iteration. From precomputed centres the iteration is left alone.
    pub(super) fn transfers(&self) -> bool {
        !matches!(self.init, Init::Precomputed(_))
    }

    /// When a run stops.
    #[must_use]
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Where runs start from.
    #[must_use]
    pub fn init_method(&self) -> &Init<F> {
        &self.init
    }

    /// The most rows looked at to choose starting centres.
    #[must_use]
    pub fn seeding_rows_limit(&self) -> usize {
        self.seeding_rows
    }

    /// The random generator.
    #[must_use]
    pub fn rng(&self) -> &R {
        &self.rng
    }
}
