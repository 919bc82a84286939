//! A whole night on synthetic customers, stage by stage.
//!
//! ```sh
//! cargo bench --bench night               # 20,000 customers, 90 days
//! cargo bench --bench night -- 100000     # more
//! ```
//!
//! The sample is written to a temporary folder, `pipelines/nightly.toml` runs on
//! it as users run it, and the stage times that the run keeps are printed.

use std::error::Error;
use std::fs;

mod shipped;

const DAYS: &str = "90";

fn main() -> Result<(), Box<dyn Error>> {
    let customers = std::env::args()
        .skip(1)
        .find(|argument| argument.parse::<u64>().is_ok())
        .unwrap_or_else(|| "20000".to_owned());
    let sample = ["--customers", &customers, "--days", DAYS, "--seed", "1"];
    let folder = shipped::night(&sample)?;
    println!("{customers} customers, {DAYS} days");
    for entry in fs::read_dir(folder.path().join("out/runs"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            print_times(&fs::read_to_string(path)?)?;
        }
    }
    Ok(())
}

fn print_times(json: &str) -> Result<(), Box<dyn Error>> {
    let stages: Vec<serde_json::Value> = serde_json::from_str(json)?;
    for stage in stages {
        println!(
            "{:<10} {:>8.1} s {:>8} MiB peak so far",
            stage["stage"].as_str().unwrap_or_default(),
            stage["seconds"].as_f64().unwrap_or_default(),
            stage["peak_mib"]
        );
    }
    Ok(())
}
