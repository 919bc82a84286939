//! Probabilities are what the sample planted, and what is told about them holds.

use std::collections::BTreeMap;

use crate::support::{Table, Workspace, history, sample};

/// An activity's id without its date.
fn series(activity: &str) -> String {
    activity
        .trim_end_matches(|c: char| c.is_ascii_digit() || c == '-')
        .to_owned()
}

/// The stated acceptance of each series of the shipped activities.
fn stated() -> BTreeMap<String, f64> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/pipelines/nightly/activities.toml"
    );
    let file: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let activities = file["activities"].as_array().unwrap().iter();
    activities
        .map(|activity| {
            let id = series(activity["id"].as_str().unwrap());
            (id, activity["acceptance"].as_float().unwrap())
        })
        .collect()
}

#[test]
fn probabilities_come_nearer_to_what_was_planted_than_the_stated_ones() {
    let workspace = Workspace::new(sample::large());
    workspace.night("2026-11-01", &["--quiet"]);
    let decisions = Table::read(&workspace.current().join("decisions.parquet"));
    let (ids, activities) = (
        decisions.words("customer_id"),
        decisions.words("activity_id").into_iter(),
    );
    let tonight: BTreeMap<(String, String), f64> = ids
        .into_iter()
        .zip(activities.map(|activity| series(&activity)))
        .zip(decisions.numbers("probability"))
        .collect();
    let stated = stated();
    let truth = Table::read(&sample::large().join("truth/responses.parquet"));
    let planted = truth.numbers("probability_contacted");
    let pairs = truth.words("customer_id").into_iter();
    let ids = truth.words("activity_id");
    let pairs = pairs.zip(ids.iter().map(|id| series(id)));
    let (mut found, mut said, mut bias, mut count) = (0.0, 0.0, 0.0, 0.0_f64);
    for (pair, planted) in pairs.zip(planted) {
        if let Some(probability) = tonight.get(&pair) {
            found += (probability - planted).powi(2);
            said += (stated[&pair.1] - planted).powi(2);
            bias += probability - planted;
            count += 1.0;
        }
    }
    let [found, said] = [found, said].map(|sum: f64| (sum / count).sqrt());
    let bias = bias / count;
    println!("{count} pairs: {found:.4} from the truth, stated {said:.4}; bias {bias:+.4}");
    assert!(count > 2_000.0 && found < 0.8 * said, "{found} {said}");
    assert!(bias.abs() < 0.02, "{bias}");
}

#[test]
fn one_model_is_used_and_the_calibration_table_adds_up() {
    let (_, nights) = history::nights();
    for night in nights {
        let models = night.table("propensity");
        let used = models.flags("used");
        assert_eq!(used.iter().filter(|&&used| used == Some(true)).count(), 1);
        let judged = models.numbers("judged_on");
        let calibration = night.table("calibration");
        let (model, interest) = (calibration.words("model"), calibration.texts("interest"));
        let counts = calibration.numbers("count");
        for (name, judged) in models.words("model").iter().zip(judged) {
            let rows = || (0..counts.len()).filter(|&row| model[row] == *name);
            let all: f64 = rows()
                .filter(|&row| interest[row].is_none())
                .map(|row| counts[row])
                .sum();
            let parts: f64 = rows()
                .filter(|&row| interest[row].is_some())
                .map(|row| counts[row])
                .sum();
            assert_eq!(all, parts, "{name}");
            assert!(all == judged || all == 0.0 && judged.is_nan(), "{name}");
        }
        let said = &night.ended.stdout;
        for part in ["Probabilities: ", "past outcomes", "Smallest lift"] {
            assert!(said.contains(part), "{part} is not in\n{said}");
        }
    }
}

/// By activity, the figures of the section of a text that begins with `heading`.
fn lines(text: &str, heading: &str) -> Vec<String> {
    text.lines()
        .skip_while(|line| !line.starts_with(heading))
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn power_is_said_before_anything_goes_out() {
    let workspace = Workspace::new(sample::small());
    let checked = workspace
        .clubcall(&["check", "pipelines/nightly.toml"])
        .success()
        .stdout;
    let checked = lines(&checked, "Power:");
    assert_eq!(checked.len(), 12, "{checked:?}");
    assert!(checked[0].contains("film-night-2026-11"), "{checked:?}");
    assert!(checked[0].contains(" points"), "{checked:?}");
    // With more held out, a smaller lift shows.
    let lift = |line: &str| -> f64 {
        let words: Vec<&str> = line.split_whitespace().collect();
        words[words.len() - 2].parse().unwrap()
    };
    workspace.edit(
        "pipelines/nightly.toml",
        "per_activity = 0.10",
        "per_activity = 0.40",
    );
    let more = workspace
        .clubcall(&["check", "pipelines/nightly.toml"])
        .success()
        .stdout;
    assert!(lift(&lines(&more, "Power:")[0]) < lift(&checked[0]));
    let dry = workspace.night("2026-11-01", &["--dry-run"]).stdout;
    let summary = lines(&dry, "Smallest lift");
    assert!(summary.len() > 5, "{dry}");
}
