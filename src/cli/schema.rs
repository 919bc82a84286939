use std::io::{self, Write};

use super::{Exit, Failure};
use crate::pipeline::json_schema;

pub(super) fn main() -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(&json_schema())
        .map_err(|error| Failure::new(Exit::Software, error.to_string()))?;
    let _ = writeln!(io::stdout().lock(), "{text}");
    Ok(())
}
