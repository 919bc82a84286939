//! k-means against scikit-learn and linfa, on the same data and from the same
//! starting centres.
//!
//! ```sh
//! cargo bench --bench kmeans                       # every case
//! cargo bench --bench kmeans -- million/overlap    # one of them
//! ROUNDS=9 cargo bench --bench kmeans              # more rounds
//! ```
//!
//! Needs `python3` with scikit-learn (`PYTHON` names another interpreter). Data
//! are planted groups, a normal cloud of deviation 1 around each of `k` normal
//! centres; how far apart these are makes a case `easy` or `overlap`. In every
//! round all peers fit one after the other, each on two threads, so that a busy
//! machine slows all of them alike; medians are printed, and ratios to ours.
//! A fit counts whole: checks, iterations, labels, and inertia.
//!
//! Memory is the program's own allocator, mimalloc, which asks for huge pages
//! just as numpy does. Variables that pin OpenBLAS to an older kernel are kept
//! from scikit-learn, and the kernel that it runs is printed.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use clubcall::kmeans::{Init, KMeans, Observations, Stop, fit_from};
use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::KMeansInit;
use ndarray::{Array2, Axis};
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

type Outcome<T> = Result<T, Box<dyn Error>>;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const THREADS: usize = 2;

/// Settings that make a current OpenBLAS slower than it is.
const OLD_KERNELS: [&str; 2] = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

/// Planted data and how they are clustered.
struct Case {
    name: &'static str,
    rows: usize,
    columns: usize,
    clusters: usize,
    iterations: u64,
    /// Deviation of the centres, in deviations of a cloud.
    spread: f32,
}

const CASES: [Case; 6] = [
    case("million/easy", 1_000_000, 24, 12, 1.0),
    case("million/overlap", 1_000_000, 24, 12, 0.4),
    case("many-clusters/easy", 200_000, 64, 50, 1.0),
    case("many-clusters/overlap", 200_000, 64, 50, 0.3),
    case("five-million/easy", 5_000_000, 16, 8, 1.0),
    case("five-million/overlap", 5_000_000, 16, 8, 0.5),
];

const fn case(
    name: &'static str,
    rows: usize,
    columns: usize,
    clusters: usize,
    spread: f32,
) -> Case {
    Case {
        name,
        rows,
        columns,
        clusters,
        iterations: 20,
        spread,
    }
}

/// One fit: how long it took, iterations, and the sum of squares reached.
#[derive(Clone, Copy)]
struct Timed {
    seconds: f64,
    iterations: u64,
    inertia: f64,
}

fn main() -> Outcome<()> {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let rounds: usize = std::env::var("ROUNDS").map_or(Ok(5), |rounds| rounds.parse())?;
    rayon::ThreadPoolBuilder::new()
        .num_threads(THREADS)
        .build_global()?;
    let folder = tempfile::tempdir()?;
    for case in &CASES {
        if wanted.is_empty() || wanted.iter().any(|name| case.name.starts_with(name)) {
            compare(case, rounds, folder.path())?;
        }
    }
    Ok(())
}

fn compare(case: &Case, rounds: usize, folder: &Path) -> Outcome<()> {
    let (points, centres) = planted(case);
    save(&folder.join("points.f32"), &points)?;
    save(&folder.join("centres.f32"), &centres)?;
    let mut peers = Peers::start(case, folder)?;
    println!(
        "{}: {} × {}, k = {}, at most {} iterations, centres {} deviations apart or so",
        case.name,
        case.rows,
        case.columns,
        case.clusters,
        case.iterations,
        case.spread * (2.0 * case.columns as f32).sqrt()
    );
    println!("  {}", peers.about);
    let reference = peers.fit("reference")?;
    let dataset = DatasetBase::from(points);
    let names = ["clubcall", "sklearn lloyd", "sklearn elkan", "linfa"];
    let mut times: Vec<Vec<Timed>> = vec![Vec::new(); names.len()];
    let mut reads = Vec::new();
    let mut passes = Vec::new();
    for round in 0..rounds {
        reads.push(read_once(dataset.records()));
        times[0].push(ours(case, &dataset, &centres)?);
        times[1].push(peers.fit("lloyd")?);
        times[2].push(peers.fit("elkan")?);
        // linfa is slow enough for its place in the table to be clear at once.
        if round < 2 {
            times[3].push(linfa(case, &dataset, &centres)?);
        }
        passes.push(iteration(&dataset, &centres)?);
    }
    let base = median(times[0].iter().map(|timed| timed.seconds));
    println!("  peer            seconds  iterations  times ours  SSE ÷ f64 reference − 1");
    for (name, times) in names.iter().zip(&times) {
        let seconds = median(times.iter().map(|timed| timed.seconds));
        println!(
            "  {name:<14} {seconds:>8.3}  {:>10}  {:>10.2}  {:>+12.1e}",
            times[0].iterations,
            seconds / base,
            times[0].inertia / reference.inertia - 1.0,
        );
    }
    let read = median(reads.iter().copied());
    println!(
        "  one read of the matrix {:.2} ms; an iteration {:.2} of that early on, {:.2} on average over the fit\n",
        read * 1e3,
        median(passes.iter().copied()) / read,
        base / times[0][0].iterations as f64 / read
    );
    Ok(())
}

/// Points, and different rows of them as starting centres.
fn planted(case: &Case) -> (Array2<f32>, Array2<f32>) {
    let mut rng = Xoshiro256Plus::seed_from_u64(7);
    let mut normal = |_| -> f32 { StandardNormal.sample(&mut rng) };
    let middles: Vec<f32> = (0..case.clusters * case.columns)
        .map(|index| case.spread * normal(index))
        .collect();
    let mut values = vec![0.0f32; case.rows * case.columns];
    values
        .par_chunks_mut(1000 * case.columns)
        .enumerate()
        .for_each(|(chunk, values)| {
            let mut rng = Xoshiro256Plus::seed_from_u64(chunk as u64 + 1);
            for point in values.chunks_exact_mut(case.columns) {
                // The first groups are larger than the last.
                let share: f32 = rng.r#gen();
                let group = (share * share.sqrt() * case.clusters as f32) as usize;
                for (value, middle) in point.iter_mut().zip(&middles[group * case.columns..]) {
                    let noise: f32 = StandardNormal.sample(&mut rng);
                    *value = middle + noise;
                }
            }
        });
    let points = Array2::from_shape_vec((case.rows, case.columns), values)
        .unwrap_or_else(|fault| panic!("{fault}"));
    let rows = rand::seq::index::sample(&mut rng, case.rows, case.clusters).into_vec();
    let centres = points.select(Axis(0), &rows);
    (points, centres)
}

fn save(path: &Path, matrix: &Array2<f32>) -> Outcome<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for value in matrix {
        file.write_all(&value.to_le_bytes())?;
    }
    Ok(file.flush()?)
}

fn ours(
    case: &Case,
    dataset: &DatasetBase<Array2<f32>, ndarray::Array1<()>>,
    centres: &Array2<f32>,
) -> Outcome<Timed> {
    let start = Instant::now();
    let model = KMeans::params(case.clusters)
        .init(Init::Precomputed(centres.clone()))
        .max_n_iterations(case.iterations)
        .tolerance(0.0)
        .fit(dataset)?;
    Ok(Timed {
        seconds: start.elapsed().as_secs_f64(),
        iterations: model.iterations(),
        inertia: model.inertia(),
    })
}

/// Seconds of an iteration early on, on data that have been looked at before.
fn iteration(
    dataset: &DatasetBase<Array2<f32>, ndarray::Array1<()>>,
    centres: &Array2<f32>,
) -> Outcome<f64> {
    let data = Observations::new(dataset.records().view(), None)?;
    let timed = |max_n_iterations| -> Outcome<(f64, u64)> {
        let stop = Stop {
            max_n_iterations,
            tolerance: 0.0,
        };
        let start = Instant::now();
        let model = fit_from(&data, centres.view(), &stop)?.model;
        Ok((start.elapsed().as_secs_f64(), model.iterations()))
    };
    timed(2)?;
    let (short, long) = (timed(2)?, timed(6)?);
    Ok((long.0 - short.0) / long.1.saturating_sub(short.1).max(1) as f64)
}

fn linfa(
    case: &Case,
    dataset: &DatasetBase<Array2<f32>, ndarray::Array1<()>>,
    centres: &Array2<f32>,
) -> Outcome<Timed> {
    let start = Instant::now();
    let rng = Xoshiro256Plus::seed_from_u64(1);
    let model = linfa_clustering::KMeans::params_with_rng(case.clusters, rng)
        .init_method(KMeansInit::Precomputed(centres.clone()))
        .n_runs(1)
        .max_n_iterations(case.iterations)
        .tolerance(f32::MIN_POSITIVE)
        .fit(dataset)?;
    Ok(Timed {
        seconds: start.elapsed().as_secs_f64(),
        iterations: case.iterations,
        inertia: f64::from(model.inertia()) * case.rows as f64,
    })
}

/// Seconds to add up the matrix on two threads.
fn read_once(points: &Array2<f32>) -> f64 {
    let values = points.as_slice().unwrap_or_default();
    let start = Instant::now();
    let total: f32 = values
        .par_chunks(1 << 16)
        .map(|values| {
            let mut sums = [0.0f32; 64];
            for values in values.chunks_exact(64) {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += value;
                }
            }
            sums.iter().sum::<f32>()
        })
        .sum();
    std::hint::black_box(total);
    start.elapsed().as_secs_f64()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// scikit-learn in a process of its own, which fits when told to.
struct Peers {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    /// Versions.
    about: String,
}

impl Peers {
    fn start(case: &Case, folder: &Path) -> Outcome<Self> {
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let script = Path::new(file!()).with_file_name("kmeans_peers.py");
        let mut command = Command::new(python);
        for name in OLD_KERNELS {
            command.env_remove(name);
        }
        let mut process = command
            .arg(script)
            .arg(folder)
            .args([case.columns, case.clusters].map(|number| number.to_string()))
            .arg(case.iterations.to_string())
            .arg(THREADS.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let to = process.stdin.take().ok_or("no way to write to Python")?;
        let from = process.stdout.take().ok_or("no way to read from Python")?;
        let mut from = BufReader::new(from);
        let mut about = String::new();
        from.read_line(&mut about)?;
        Ok(Self {
            process,
            to,
            from,
            about: about.trim().to_owned(),
        })
    }

    /// Fits; the answer is seconds, iterations, sum of squares.
    fn fit(&mut self, algorithm: &str) -> Outcome<Timed> {
        writeln!(self.to, "{algorithm}")?;
        let mut answer = String::new();
        self.from.read_line(&mut answer)?;
        let mut parts = answer.split_whitespace();
        let mut next = || {
            parts
                .next()
                .ok_or("Python said nothing; see its error above")
        };
        Ok(Timed {
            seconds: next()?.parse()?,
            iterations: next()?.parse()?,
            inertia: next()?.parse()?,
        })
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        // It ends when told to; if it does not listen, it has ended.
        let _ = writeln!(self.to, "end");
        let _ = self.process.wait();
    }
}
