//! `clubcall allocate` on generated problems, and HiGHS beside it on the smaller
//! ones.
//!
//! ```sh
//! cargo bench --bench allocation                   # every case
//! cargo bench --bench allocation -- 10k-50 1m      # those that begin so
//! ROUNDS=5 cargo bench --bench allocation          # more rounds
//! ```
//!
//! Needs `python3` with numpy, pyarrow and highspy (`PYTHON` names another
//! interpreter). Each problem is written to a temporary folder by `clubcall
//! sample --problem`. In every round `clubcall allocate` runs as users run it,
//! reading and writing its files, and then, on the smaller problems, HiGHS
//! solves the linear and the integer programme, whose times do not include
//! reading; so a busy machine slows both alike. `SECONDS` limits each solve of
//! HiGHS (600). Medians of times are printed. In the end a second reading of the
//! problem, in Python, checks the assignments against every rule.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How often the memory of a process is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// A problem's size.
struct Case {
    name: &'static str,
    customers: u32,
    activities: u32,
    share: f64,
}

const CASES: [Case; 5] = [
    case("10k-50", 10_000, 50, 0.10),
    case("20k-75", 20_000, 75, 0.10),
    case("100k-100", 100_000, 100, 0.10),
    case("1m-175/10", 1_000_000, 175, 0.10),
    case("1m-175/15", 1_000_000, 175, 0.15),
];

const fn case(name: &'static str, customers: u32, activities: u32, share: f64) -> Case {
    Case {
        name,
        customers,
        activities,
        share,
    }
}

impl Case {
    /// HiGHS does not finish larger ones.
    const fn against_highs(&self) -> bool {
        self.customers <= 20_000
    }
}

fn main() -> Outcome<()> {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let rounds: usize = std::env::var("ROUNDS").map_or(Ok(3), |rounds| rounds.parse())?;
    for case in &CASES {
        if wanted.is_empty() || wanted.iter().any(|name| case.name.starts_with(name)) {
            measure(case, rounds)?;
        }
    }
    Ok(())
}

fn measure(case: &Case, rounds: usize) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let problem = folder.path().join("problem");
    let pairs = generate(case, &problem)?;
    println!(
        "{}: {} customers × {} activities, {} pairs",
        case.name, case.customers, case.activities, pairs
    );
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    let mut out = problem.clone();
    for round in 0..rounds.max(1) {
        out = folder.path().join(format!("out-{round}"));
        ours.push(allocate(&problem, &out)?);
        if case.against_highs() {
            theirs.push(peer("solve", &[&problem])?);
        }
    }
    let seconds = median(ours.iter().map(|ours| ours.seconds));
    let solving = median(ours.iter().map(|ours| ours.solving));
    let Some(last) = ours.last() else {
        return Ok(());
    };
    println!(
        "  clubcall   {seconds:.2} s in all ({:.2} s per million pairs), {solving:.3} s without \
         reading and writing, {:.0} MiB at most",
        seconds / pairs as f64 * 1e6,
        ours.iter().map(|ours| ours.peak_mib).fold(0.0, f64::max),
    );
    println!(
        "             value {:.4}, bound {:.4}, gap {:.5} %",
        last.value,
        last.bound,
        100.0 * (last.bound - last.value) / last.bound.abs()
    );
    if !theirs.is_empty() {
        compare(last, (seconds, solving), &theirs);
    }
    let checked = peer("check", &[&problem, &out])?;
    match checked["violations"].as_array() {
        Some(wrong) if wrong.is_empty() => {
            println!("  checked    every rule is kept, the value is right\n");
        }
        wrong => println!("  WRONG      {wrong:?}\n"),
    }
    Ok(())
}

fn compare(ours: &Allocated, (seconds, solving): (f64, f64), theirs: &[Value]) {
    let number = |name: &str| {
        let numbers = theirs.iter().filter_map(|solved| solved[name].as_f64());
        median(numbers)
    };
    let above = |ours: f64, theirs: f64| 100.0 * (ours - theirs) / theirs.abs();
    let status = |name: &str| theirs[0][name].as_str().unwrap_or("none").to_owned();
    println!(
        "  HiGHS      linear programme {:.1} s ({}), bound {:.4}: ours is {:+.5} % of it away",
        number("lp_seconds"),
        status("lp_status"),
        number("lp_bound"),
        above(ours.bound, number("lp_bound")),
    );
    println!(
        "             integer programme {:.1} s ({}), value {:.4}: ours is {:+.5} % of it away",
        number("mip_seconds"),
        status("mip_status"),
        number("mip_value"),
        above(ours.value, number("mip_value")),
    );
    println!(
        "             integer programme ÷ clubcall: {:.0} times as long as in all, {:.0} as \
         without reading and writing",
        number("mip_seconds") / seconds,
        number("mip_seconds") / solving
    );
}

/// Writes the problem; the number of its pairs.
fn generate(case: &Case, problem: &Path) -> Outcome<u64> {
    let ended = clubcall(&["sample", "--problem", "--seed", "1", "--quiet"])
        .args(["--customers", &case.customers.to_string()])
        .args(["--activities", &case.activities.to_string()])
        .args(["--share", &case.share.to_string()])
        .arg("--out")
        .arg(problem)
        .output()?;
    if !ended.status.success() {
        return Err(String::from_utf8_lossy(&ended.stderr).into());
    }
    let said = String::from_utf8(ended.stdout)?;
    let rows = said
        .lines()
        .find_map(|line| line.strip_prefix("candidates"));
    let rows = rows.and_then(|line| line.split_whitespace().next());
    Ok(rows.ok_or("no candidates")?.replace(',', "").parse()?)
}

/// What one run took and found.
struct Allocated {
    seconds: f64,
    /// Without reading and writing, as the times of HiGHS.
    solving: f64,
    peak_mib: f64,
    value: f64,
    bound: f64,
}

fn allocate(problem: &Path, out: &Path) -> Outcome<Allocated> {
    let start = Instant::now();
    let mut process = clubcall(&["allocate"])
        .arg("--candidates")
        .arg(problem.join("candidates.parquet"))
        .arg("--problem")
        .arg(problem.join("problem.toml"))
        .arg("--out")
        .arg(out)
        .stdout(Stdio::null())
        .spawn()?;
    let mut peak_mib = 0.0f64;
    let status = loop {
        peak_mib = peak_mib.max(most_memory(&process).unwrap_or(0.0));
        match process.try_wait()? {
            Some(status) => break status,
            None => thread::sleep(LOOK),
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("clubcall allocate: {status}").into());
    }
    let solution: Value = serde_json::from_slice(&fs::read(out.join("solution.json"))?)?;
    let number = |name: &str| {
        let number = solution[name].as_f64();
        number.ok_or_else(|| format!("solution.json has no {name}"))
    };
    Ok(Allocated {
        seconds,
        solving: number("solve_seconds")?,
        peak_mib,
        value: number("value")?,
        bound: number("bound")?,
    })
}

/// The most resident memory that the process has had so far, in MiB.
fn most_memory(process: &Child) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

fn clubcall(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clubcall"));
    command.args(arguments);
    command
}

/// What `allocation_peer.py` says; it ends with 1 when it finds something wrong.
fn peer(what: &str, folders: &[&Path]) -> Outcome<Value> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut command = Command::new(python);
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/allocation_peer.py"))
        .arg(what)
        .args(folders);
    if let (Ok(seconds), "solve") = (std::env::var("SECONDS"), what) {
        command.args(["--seconds", &seconds]);
    }
    let ended = command.output()?;
    serde_json::from_slice(&ended.stdout).map_err(|_| String::from_utf8_lossy(&ended.stderr).into())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
