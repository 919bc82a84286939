//! Watching a night: what people and log collectors see while it runs, and the
//! times that are kept beside the run.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::json;

/// How progress is shown, always on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Bars on a terminal, else lines.
    Auto,
    /// A line per stage.
    Plain,
    /// A JSON object per line.
    Json,
    /// Nothing.
    Quiet,
}

/// The time and memory of a stage.
#[derive(Debug, Clone, Serialize)]
pub struct StageTime {
    /// The stage.
    pub stage: String,
    /// Seconds of the wall clock.
    pub seconds: f64,
    /// What it handled, in the stage's own units.
    pub rows: u64,
    /// The peak memory of the process so far, in MiB; 0 where it is not known.
    pub peak_mib: u64,
}

/// Watches stages.
#[derive(Debug)]
pub struct Watch {
    show: Show,
    bars: bool,
    /// The stages that have ended.
    pub times: Vec<StageTime>,
}

/// A stage that is running.
#[derive(Debug)]
pub struct Stage {
    bar: Option<ProgressBar>,
    rows: u64,
}

impl Stage {
    /// Says how much the stage handled.
    pub fn rows(&mut self, rows: u64) {
        self.rows = rows;
    }

    /// Shows what the stage has begun to work on.
    pub fn begins(&self, rows: u64, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{} {what}", grouped(rows)));
        }
    }
}

impl Watch {
    /// A watch that shows progress this way.
    #[must_use]
    pub fn new(show: Show) -> Self {
        // Bars have no colour, so NO_COLOR says nothing about them.
        Self {
            show,
            bars: show == Show::Auto && stderr().is_terminal(),
            times: Vec::new(),
        }
    }

    /// Runs a stage and notes its time.
    ///
    /// # Errors
    /// The stage's own.
    pub fn stage<T, E>(
        &mut self,
        name: &str,
        run: impl FnOnce(&mut Stage) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut stage = Stage {
            bar: self.bars.then(|| bar(name)),
            rows: 0,
        };
        let start = Instant::now();
        let result = run(&mut stage);
        let time = StageTime {
            stage: name.to_owned(),
            seconds: start.elapsed().as_secs_f64(),
            rows: stage.rows,
            peak_mib: peak_mib(),
        };
        if let Some(bar) = stage.bar {
            bar.finish_and_clear();
        }
        match &result {
            Ok(_) => self.ended(&time),
            Err(_) => self.note("error", &format!("{name} failed")),
        }
        self.times.push(time);
        result
    }

    /// Says something besides the stages.
    pub fn note(&self, level: &str, text: &str) {
        let mut out = stderr().lock();
        // A closed standard error must not stop the night.
        let _ = match self.show {
            Show::Json => writeln!(out, "{}", json!({ "level": level, "message": text })),
            Show::Quiet => Ok(()),
            Show::Auto | Show::Plain => writeln!(out, "{text}"),
        };
    }

    fn ended(&self, time: &StageTime) {
        let mut out = stderr().lock();
        let rate = time.rows as f64 / time.seconds.max(1e-9);
        let _ = match self.show {
            Show::Quiet => Ok(()),
            Show::Json => writeln!(
                out,
                "{}",
                json!({ "level": "info", "stage": time.stage, "rows": time.rows, "seconds": time.seconds, "peak_mib": time.peak_mib })
            ),
            Show::Auto | Show::Plain => writeln!(
                out,
                "{:<10} {:>13}  {:>8.1} s  {:>14}",
                time.stage,
                grouped(time.rows),
                time.seconds,
                format!("{}/s", grouped(rate as u64))
            ),
        };
    }
}

fn bar(name: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix:<10} {elapsed} {msg}") {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A count with its thousands apart: `1,234,567`.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The columns of a terminal that texts are written for.
pub const WIDTH: usize = 80;

/// A paragraph in lines of at most 80 columns, each with its line end: the first
/// begins with `first`, the others with `next`. Chinese breaks between characters.
#[must_use]
pub fn paragraph(text: &str, first: &str, next: &str) -> String {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(next)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let lines = textwrap::wrap(text, options);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The peak resident memory of this process, where the system tells.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
    }
}
