//! The command-line program; see the README and `clubcall --help`.

use std::process::ExitCode;

/// Half of the night is allocating columns; mimalloc is measurably faster at it
/// than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    clubcall::cli::main()
}
