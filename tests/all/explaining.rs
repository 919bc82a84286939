//! What is said about segments holds for the customers it is said of.

use std::fmt::Write;
use std::fs;

use crate::support::{Table, Workspace, sample};

const NIGHT: &str = "2026-11-01";

#[test]
fn rules_hold_for_the_customers_they_are_said_to() {
    let workspace = Workspace::new(sample::large());
    workspace.night(NIGHT, &["--quiet"]);
    let rules = Table::read(&workspace.current().join("rules.parquet"));
    let segments = rules.words("segment_id");
    let places = rules.words("place");
    let tags: Vec<String> = segments
        .iter()
        .zip(&places)
        .map(|(segment, place)| format!("rule_{segment}_{place}").to_lowercase())
        .collect();

    // Every condition as a tag of the same pipeline.
    let view = workspace.path("pipelines/nightly/view.toml");
    let mut text = fs::read_to_string(&view).unwrap();
    for (tag, condition) in tags.iter().zip(rules.words("condition")) {
        write!(
            text,
            "\n[[tags]]\nname = \"{tag}\"\nwhen = '''{condition}'''\n"
        )
        .unwrap();
    }
    fs::write(view, text).unwrap();
    workspace.night(NIGHT, &["--quiet"]);

    let members = Table::read(&workspace.current().join("members.parquet"));
    let of = members.words("segment_id");
    let (covers, precision) = (rules.numbers("covers"), rules.numbers("precision"));
    let quiet = segments.iter().position(|id| id == "quiet").unwrap();
    for (of, holds) in of.iter().zip(members.flags(&tags[quiet])) {
        assert!(of != "quiet" || holds == Some(true));
        assert!(!of.starts_with('S') || holds == Some(false));
    }
    for (at, tag) in tags.iter().enumerate().filter(|(at, _)| *at != quiet) {
        // Rules speak of customers that are clustered.
        let clustered = of.iter().zip(members.flags(tag));
        let clustered = clustered.filter(|(of, _)| of.starts_with('S'));
        let (mut size, mut covered, mut right) = (0.0, 0.0, 0.0);
        for (of, holds) in clustered {
            let (member, holds) = (*of == segments[at], holds == Some(true));
            size += f64::from(u8::from(member));
            covered += f64::from(u8::from(holds));
            right += f64::from(u8::from(member && holds));
        }
        // Measured on a third of these customers: three standard errors.
        let near = |share: f64, found: f64, count: f64| {
            let error = (found * (1.0 - found) / (count / 3.0)).sqrt();
            assert!(
                (share - found).abs() <= 3.0 * error + 0.02,
                "{tag}: {share} is {found}"
            );
        };
        near(covers[at], right / size, size);
        near(precision[at], right / covered, covered);
    }
    let explained: Vec<&String> = segments.iter().collect();
    let missing = of
        .iter()
        .find(|of| of.starts_with('S') && !explained.contains(of));
    assert_eq!(missing, None, "a segment without a rule");
}

#[test]
fn everybody_in_a_cluster_has_a_reason_and_the_features_exist() {
    let workspace = Workspace::new(sample::small());
    workspace.night(NIGHT, &["--quiet"]);
    let members = Table::read(&workspace.current().join("members.parquet"));
    let profiles = Table::read(&workspace.current().join("profiles.parquet"));
    let features = profiles.words("feature");
    let clustered = members.words("segment_id");
    for (segment, because) in clustered.iter().zip(members.texts("because")) {
        assert_eq!(segment.starts_with('S'), because.is_some(), "{segment}");
        for reason in because.iter().flat_map(|because| because.split(", ")) {
            let (feature, word) = reason.rsplit_once(' ').unwrap();
            assert!(features.iter().any(|known| known == feature), "{reason}");
            assert!(["higher", "lower"].contains(&word), "{reason}");
        }
    }
}
