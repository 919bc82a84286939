//! The choice of the number of segments against the usual loop over
//! scikit-learn: `KMeans(n_init=3)` and `silhouette_score(sample_size=10000)`.
//!
//! ```sh
//! cargo bench --bench choice                      # 1,000,000 × 24, k = 4 … 12
//! cargo bench --bench choice -- 200000            # fewer rows
//! cargo bench --bench choice -- overlapping       # one of the two sets
//! ROUNDS=5 cargo bench --bench choice             # more rounds
//! cargo bench --bench choice -- clouds            # how often the rule is right
//! ```
//!
//! Needs `python3` with scikit-learn (`PYTHON` names another interpreter). Data
//! are nine normal clouds of deviation 1 that hold 2 to 25 % of the rows, around
//! normal centres that lie well apart or so close that clouds overlap. Both sides
//! read the same file, each in a process of its own, on two threads, one after
//! the other in every round, so that a busy machine slows both alike. Medians of
//! the times of the sweeps alone are printed, their ratio, the peak memory of our
//! process over the size of the matrix, and for each k the mean squared distances
//! reached.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use clubcall::segments::KTrial;
use clubcall::segments::choice::{Rows, Search, choose_k};
use ndarray::{Array2, ArrayView2, Axis};
use pulp::bytemuck;
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal, WeightedIndex};
use rand_xoshiro::Xoshiro256Plus;

type Outcome<T> = Result<T, Box<dyn Error>>;

const THREADS: &str = "2";
const COLUMNS: usize = 24;
const LOW: usize = 4;
const HIGH: usize = 12;
/// The planted clouds' parts of the rows.
const SHARES: [f32; 9] = [0.25, 0.20, 0.15, 0.12, 0.10, 0.08, 0.05, 0.03, 0.02];
/// Deviation of the clouds' centres, in deviations of a cloud. Where clouds
/// overlap, the silhouette does not find their number.
const SETS: [(&str, f32); 2] = [("apart", 3.0), ("overlapping", 0.7)];
/// Rows that centres are looked for on, and that numbers are judged on: for the
/// latter as many as the silhouettes of the other side get.
const SAMPLE: usize = 20_000;
const JUDGED: usize = 10_000;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "sweep") {
        let path = arguments.get(at + 1).ok_or("no file of points")?;
        return sweep(Path::new(path));
    }
    if arguments.iter().any(|argument| argument == "clouds") {
        return clouds();
    }
    let rows = arguments.iter().find_map(|text| text.parse().ok());
    let rows: usize = rows.unwrap_or(1_000_000);
    let rounds: usize = std::env::var("ROUNDS").map_or(Ok(3), |text| text.parse())?;
    let one = arguments
        .iter()
        .find_map(|name| SETS.iter().find(|set| set.0 == name));
    for (name, spread) in one.map_or(&SETS[..], std::slice::from_ref) {
        println!("{name}: centres of deviation {spread}");
        compare(*spread, rows, rounds)?;
    }
    Ok(())
}

/// Runs both sides on the same points and prints how they compare.
fn compare(spread: f32, rows: usize, rounds: usize) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("points.f32");
    plant(&path, rows, spread)?;
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/choice_peer.py");
    let numbers = [COLUMNS, LOW, HIGH].map(|number| number.to_string());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        ours.push(report(
            Command::new(std::env::current_exe()?)
                .arg("sweep")
                .arg(&path),
        )?);
        theirs.push(report(
            Command::new(&python).arg(&script).arg(&path).args(&numbers),
        )?);
        if let (Some(ours), Some(theirs)) = (ours.last(), theirs.last()) {
            println!(
                "round {round}: clubcall {:.2} s, scikit-learn {:.1} s, ratio {:.1}",
                ours.seconds,
                theirs.seconds,
                theirs.seconds / ours.seconds
            );
        }
    }
    print(&ours, &theirs, rows);
    Ok(())
}

/// What a process found: per number its mean squared distance and silhouette,
/// and whether it was chosen by clubcall.
struct Found {
    trials: Vec<(usize, f64, f64, bool)>,
    seconds: f64,
    peak_kb: f64,
}

fn report(command: &mut Command) -> Outcome<Found> {
    let output = command
        .env("RAYON_NUM_THREADS", THREADS)
        .env("OMP_NUM_THREADS", THREADS)
        .env("OPENBLAS_NUM_THREADS", THREADS)
        // Where these are set for other machines they slow numpy down.
        .env_remove("OPENBLAS_CORETYPE")
        .env_remove("OPENBLAS_L2_SIZE")
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let mut found = Found {
        trials: Vec::new(),
        seconds: 0.0,
        peak_kb: 0.0,
    };
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["took", seconds, peak] => {
                (found.seconds, found.peak_kb) = (seconds.parse()?, peak.parse()?);
            }
            [k, inertia, silhouette, rest @ ..] => {
                found.trials.push((
                    k.parse()?,
                    inertia.parse()?,
                    silhouette.parse()?,
                    rest.contains(&"chosen"),
                ));
            }
            _ => {}
        }
    }
    Ok(found)
}

fn print(ours: &[Found], theirs: &[Found], rows: usize) {
    let median = |of: &[Found]| {
        let mut seconds: Vec<f64> = of.iter().map(|found| found.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let matrix_kb = (rows * COLUMNS * 4) as f64 / 1024.0;
    let (Some(first), Some(second)) = (ours.first(), theirs.first()) else {
        return;
    };
    println!("\n k   mean squared distance: clubcall, scikit-learn, ratio   silhouettes");
    for (a, b) in first.trials.iter().zip(&second.trials) {
        println!(
            "{:2}   {:.5}  {:.5}  {:.6}   {:.4}  {:.4}{}",
            a.0,
            a.1,
            b.1,
            a.1 / b.1,
            a.2,
            b.2,
            if a.3 { "   chosen" } else { "" }
        );
    }
    let highest = second.trials.iter().max_by(|a, b| a.2.total_cmp(&b.2));
    println!(
        "\nplanted k {}, chosen {}, by scikit-learn's silhouettes {}",
        SHARES.len(),
        first.trials.iter().find(|trial| trial.3).map_or(0, |t| t.0),
        highest.map_or(0, |trial| trial.0)
    );
    println!(
        "median: clubcall {:.2} s, scikit-learn {:.1} s, ratio {:.1}",
        median(ours),
        median(theirs),
        median(theirs) / median(ours)
    );
    println!(
        "peak memory over the matrix: clubcall {:.2}, scikit-learn {:.2} (its libraries included)\n",
        first.peak_kb / matrix_kb,
        second.peak_kb / matrix_kb
    );
}

/// Our sweep over the points in a file.
fn sweep(path: &Path) -> Outcome<()> {
    let mut file = File::open(path)?;
    let numbers = usize::try_from(file.metadata()?.len())? / size_of::<f32>();
    let mut values = vec![0.0f32; numbers];
    file.read_exact(bytemuck::cast_slice_mut(&mut values))?;
    let points = ArrayView2::from_shape((numbers / COLUMNS, COLUMNS), &values)?;
    let start = Instant::now();
    let (sample, judged) = (drawn(points, SAMPLE), drawn(points, JUDGED));
    let rows = Rows {
        all: points,
        sample: sample.view(),
        judged: judged.view(),
    };
    let search = Search {
        numbers: LOW..=HIGH,
        starts: 4,
        min_share: 0.01,
        seed: 1,
    };
    let choice = choose_k(&rows, &search)?;
    let took = start.elapsed().as_secs_f64();
    for trial in &choice.trials {
        let chosen = if trial.chosen { "chosen" } else { "" };
        println!(
            "{} {} {} {chosen}",
            trial.k, trial.inertia, trial.silhouette
        );
    }
    println!("took {took} {}", peak_kb()?);
    Ok(())
}

/// One row of each of `count` equal stretches.
fn drawn(points: ArrayView2<f32>, count: usize) -> Array2<f32> {
    let mut rng = Xoshiro256Plus::seed_from_u64(count as u64);
    let rows = points.nrows();
    let count = count.min(rows);
    let bound = |stretch: usize| stretch * rows / count;
    let rows: Vec<usize> = (0..count)
        .map(|stretch| rng.gen_range(bound(stretch)..bound(stretch + 1)))
        .collect();
    points.select(Axis(0), &rows)
}

/// The most resident memory that this process had, in kB.
fn peak_kb() -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number
        .ok_or("the system keeps no peak of memory")?
        .parse()?)
}

/// Prints in how many of 48 sets of overlapping clouds the planted number is
/// found by the rule, and by others from the same table.
fn clouds() -> Outcome<()> {
    const ROWS: usize = 3_000;
    let (mut sets, mut right) = (0, [0; 4]);
    for (columns, spread) in [(3, 4.0), (6, 2.0), (6, 2.6), (10, 1.4)] {
        for seed in 0..12 {
            let mut rng = Xoshiro256Plus::seed_from_u64(seed * 77 + columns as u64);
            let planted = rng.gen_range(4..=11);
            let normal = |rng: &mut Xoshiro256Plus| -> f64 { StandardNormal.sample(rng) };
            let centres = Array2::from_shape_fn((planted, columns), |_| spread * normal(&mut rng));
            let odds: Vec<f64> = (0..planted).map(|_| rng.gen_range(0.1..1.0)).collect();
            let odds = WeightedIndex::new(&odds)?;
            let cloud: Vec<usize> = (0..ROWS).map(|_| odds.sample(&mut rng)).collect();
            let points = Array2::from_shape_fn((ROWS, columns), |(row, column)| {
                centres[[cloud[row], column]] + normal(&mut rng)
            });
            let rows = Rows {
                all: points.view(),
                sample: points.view(),
                judged: points.view(),
            };
            let search = Search {
                numbers: 3..=12,
                starts: 4,
                min_share: 0.01,
                seed,
            };
            let trials = choose_k(&rows, &search)?.trials;
            let highest = |value: &dyn Fn(&KTrial) -> f64| {
                let best = trials.iter().max_by(|a, b| value(a).total_cmp(&value(b)));
                best.map_or(0, |trial| trial.k)
            };
            let found = [
                trials.iter().find(|t| t.chosen).map_or(0, |t| t.k),
                trials
                    .iter()
                    .find(|t| t.gap_to_next.is_none_or(|gap| gap > 0.0))
                    .map_or(0, |t| t.k),
                highest(&|t| t.silhouette),
                highest(&|t| t.calinski_harabasz.unwrap_or(0.0)),
            ];
            sets += 1;
            for (right, found) in right.iter_mut().zip(found) {
                *right += usize::from(found == planted);
            }
        }
    }
    println!(
        "planted number found in {sets} sets: rule {}, gap by its authors' rule {}, \
         silhouette {}, Calinski-Harabasz {}",
        right[0], right[1], right[2], right[3]
    );
    Ok(())
}

/// Writes planted points, with centres of deviation `spread`.
fn plant(path: &Path, rows: usize, spread: f32) -> Outcome<()> {
    let mut rng = Xoshiro256Plus::seed_from_u64(9);
    let normal = |rng: &mut Xoshiro256Plus| -> f32 { StandardNormal.sample(rng) };
    let centres: Vec<f32> = (0..SHARES.len() * COLUMNS)
        .map(|_| spread * normal(&mut rng))
        .collect();
    let mut file = BufWriter::new(File::create(path)?);
    for _ in 0..rows {
        let mut draw: f32 = rng.r#gen();
        let below = |share: &&f32| {
            draw -= **share;
            draw >= 0.0
        };
        let cloud = SHARES
            .iter()
            .take_while(below)
            .count()
            .min(SHARES.len() - 1);
        for centre in &centres[cloud * COLUMNS..][..COLUMNS] {
            file.write_all(&(centre + normal(&mut rng)).to_le_bytes())?;
        }
    }
    file.flush()?;
    Ok(())
}
