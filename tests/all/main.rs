//! The integration tests, in one binary: linking polars once is slow enough.

mod layout;
