use std::io::{self, Write};
use std::process::ExitCode;

use crate::explain::ExplainError;
use crate::night::NightError;
use crate::outputs::OutputError;
use crate::pipeline::Faults;
use crate::previous::PreviousError;
use crate::published::PublishedError;
use crate::records::RecordError;
use crate::segments::NameError;
use crate::store::StoreError;
use crate::tables::TableError;

/// How the program ends; the numbers follow `sysexits.h` where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The command line or the pipeline file is at fault.
    Usage = 64,
    /// An input breaks a contract or cannot be read.
    Data = 65,
    /// An input or a run is not there.
    NoInput = 66,
    /// A destination cannot be reached or refused the run.
    Unavailable = 69,
    /// A fault of clubcall itself.
    Software = 70,
    /// The output cannot be written.
    CannotWrite = 73,
    /// Another run holds the lock; try again later.
    Busy = 75,
}

/// The exit codes, as `--help` shows them.
pub(super) const HELP: &str = "\
Exit codes:
   0  done: published, or published before
  64  the command line or the pipeline file is at fault
  65  an input breaks a contract or cannot be read
  66  an input or a run is not there
  69  a destination cannot be reached or refused the run
  70  a fault of clubcall itself
  73  the output cannot be written
  75  another run holds the lock; try again later

Example:
  clubcall run pipelines/nightly.toml --as-of 2026-11-01";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command ended without doing what was asked.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What to tell, with the next step.
    pub message: String,
}

impl Failure {
    /// A failure with a message.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
        }
    }

    /// Tells it on standard error, as a JSON line if asked.
    pub(super) fn print(&self, json: bool) {
        let mut out = io::stderr().lock();
        let _ = if json {
            let code = self.exit as u8;
            let line =
                serde_json::json!({ "level": "error", "message": self.message, "exit": code });
            writeln!(out, "{line}")
        } else {
            writeln!(out, "error: {}", self.message)
        };
    }
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        Self::new(Exit::Usage, faults.to_string())
    }
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        let exit = match &error {
            TableError::Faults(_) => Exit::Usage,
            TableError::Missing { .. } => Exit::NoInput,
            _ => Exit::Data,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match &error {
            StoreError::Locked { .. } => Exit::Busy,
            StoreError::NoSuchRun { .. } | StoreError::Ambiguous { .. } => Exit::NoInput,
            StoreError::Damaged { .. } => Exit::Data,
            _ => Exit::CannotWrite,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<PreviousError> for Failure {
    fn from(error: PreviousError) -> Self {
        match error {
            PreviousError::Store(error) => error.into(),
            error => Self::new(Exit::Data, error.to_string()),
        }
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        Self::new(Exit::Data, error.to_string())
    }
}

impl From<PublishedError> for Failure {
    fn from(error: PublishedError) -> Self {
        match error {
            PublishedError::Run(error) => error.into(),
            PublishedError::Read { .. } => Self::new(Exit::Data, error.to_string()),
            PublishedError::NoTable { .. } | PublishedError::Query(_) => {
                Self::new(Exit::Usage, error.to_string())
            }
        }
    }
}

impl From<ExplainError> for Failure {
    fn from(error: ExplainError) -> Self {
        match error {
            ExplainError::Published(error) => error.into(),
            ExplainError::Unknown { .. } => Self::new(Exit::NoInput, error.to_string()),
        }
    }
}

impl From<NameError> for Failure {
    fn from(error: NameError) -> Self {
        Self::new(Exit::Usage, error.to_string())
    }
}

impl From<NightError> for Failure {
    fn from(error: NightError) -> Self {
        match error {
            NightError::Tables(error) => error.into(),
            NightError::Store(error) => error.into(),
            NightError::Previous(error) => error.into(),
            NightError::Outputs(OutputError::Parquet { .. }) => {
                Self::new(Exit::CannotWrite, error.to_string())
            }
            NightError::Outputs(_)
            | NightError::Json(_)
            | NightError::Report(_)
            | NightError::Unbalanced(_) => Self::new(Exit::Software, error.to_string()),
            _ => Self::new(Exit::Data, error.to_string()),
        }
    }
}
