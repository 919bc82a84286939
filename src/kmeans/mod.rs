//! k-means that any user of linfa can drop in.
//!
//! [`KMeans`] implements linfa's `Fit`, `FitWith`, `Predict` and `Transformer`
//! over `f32` and `f64`. It depends on nothing else of clubcall.
//!
//! ```
//! use clubcall::kmeans::KMeans;
//! use linfa::DatasetBase;
//! use linfa::traits::{Fit, Predict};
//! use ndarray::array;
//!
//! let points = array![[0.0, 0.1], [0.2, 0.0], [9.0, 9.1], [9.2, 9.0]];
//! let model = KMeans::params(2).fit(&DatasetBase::from(points.clone()))?;
//! let clusters = model.predict(&points);
//! assert_eq!(clusters[0], clusters[1]);
//! assert_ne!(clusters[0], clusters[2]);
//! assert!((model.inertia() - 0.05).abs() < 1e-9);
//! # Ok::<(), clubcall::kmeans::KMeansError>(())
//! ```
//!
//! How it works: `lloyd` iterates over fixed `chunks` of rows in parallel. Each
//! chunk goes through the `kernel` in `tile`s, two of the widest registers that
//! the machine has (`lanes`) of points at a time; `bounds` spare points that
//! cannot have changed cluster, once the `plan` finds that they pay; until then a
//! `coarse` copy tells most of those that did for half the work. The `assigner`
//! notes which changed, and `sums` take these in; `repair` fills clusters that
//! emptied. `seeding` finds where to start, `assign` says where rows belong,
//! `transfer` improves the outcome on small data.
//!
//! What holds: the same data, parameters and generator give the same bits on
//! any number of threads and on any instruction set. Sums are in `f64` and taken
//! about the column means. The matrix is read in place; a fit takes eight bytes
//! a row besides, and from 4096 rows two bytes a number for the coarse copy, where
//! the machine has AVX2 or AVX-512. Work runs on rayon's current pool.

mod assign;
mod assigner;
mod bounds;
mod centres;
mod chunks;
mod coarse;
mod distances;
mod error;
mod fit;
mod kernel;
mod lanes;
mod lloyd;
mod minibatch;
mod model;
mod observations;
mod params;
mod plan;
mod repair;
mod saved;
mod seeding;
mod sums;
mod tile;
mod transfer;

#[cfg(test)]
mod tests;

pub use assign::Assignment;
pub use distances::squared_distances;
pub use error::{IncrKMeansError, KMeansError, KMeansParamsError, WeightFault};
pub use fit::{Fitted, fit_from};
pub use lanes::KMeansFloat;
pub use lloyd::Stop;
pub use model::KMeans;
pub use observations::Observations;
pub use params::{KMeansParams, KMeansValidParams};
pub use seeding::{Init, seeding};
