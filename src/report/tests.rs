use super::charts::CHARTS;
use super::data::{Activity, Feature, File, Point, Profile, ReportData, SegmentStatus};
use super::{Segment, fixture, render};
use crate::domain::Language;

const LANGUAGES: [Language; 2] = [Language::En, Language::Zh];

#[test]
fn a_night_shows_every_chart_in_both_languages() {
    for language in LANGUAGES {
        let data = fixture::night(language);
        let page = render(&data).unwrap();
        assert!(page.starts_with("<!DOCTYPE html>"), "{}", &page[..80]);
        assert!(page.contains(&format!(r#"<html lang="{}">"#, language.tag())));
        for (_, draw) in CHARTS {
            let id = draw(&data, language).unwrap().id;
            for mark in [format!(r#" id="{id}">"#), format!(r#"id="data-{id}">"#)] {
                assert!(page.contains(&mark), "{mark}");
            }
        }
        for figure in [
            "20,412",
            "2026-11-01-5f3a9c1e",
            "2026-10-31-b07d44aa",
            "94.2%",
            "97.4%",
        ] {
            assert!(page.contains(figure), "{figure}");
        }
    }
}

#[test]
fn ids_are_unique_and_labels_lead_somewhere() {
    let page = render(&fixture::night(Language::En)).unwrap();
    let ids: Vec<&str> = values(&page, " id=\"");
    for (index, id) in ids.iter().enumerate() {
        assert!(!ids[..index].contains(id), "{id} twice");
    }
    for target in values(&page, " aria-labelledby=\"")
        .iter()
        .flat_map(|list| list.split(' '))
    {
        assert!(ids.contains(&target), "{target}");
    }
    for target in values(&page, " href=\"#") {
        assert!(ids.contains(&target), "#{target}");
    }
    assert_eq!(page.matches("<svg role=\"img\"").count(), CHARTS.len());
}

fn values<'a>(page: &'a str, before: &str) -> Vec<&'a str> {
    page.split(before)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn the_page_asks_nothing_of_the_network() {
    for language in LANGUAGES {
        let page = render(&fixture::night(language)).unwrap();
        for reference in [
            "http:",
            "https:",
            "src=",
            "@import",
            "url(",
            "<link rel=\"style",
            "//cdn",
        ] {
            assert!(!page.contains(reference), "{reference}");
        }
        assert!(page.contains("default-src 'none'"));
    }
}

#[test]
fn hostile_names_stay_text() {
    let attack = "</script></svg><script>alert(1)</script>\" onload='x' {{ lang }}";
    let mut data = fixture::night(Language::En);
    data.pipeline = attack.into();
    data.headline.alerts = vec![attack.into()];
    for segment in &mut data.segments {
        segment.name = attack.into();
        segment.id = attack.into();
        segment.top_interests = vec![(attack.into(), 1.0)];
    }
    for activity in &mut data.activities {
        activity.name = attack.into();
        activity.id = attack.into();
        activity.held_back = vec![attack.into()];
    }
    for feature in &mut data.profiles.features {
        feature.label = attack.into();
        feature.name = attack.into();
    }
    for rule in data.explained.iter_mut().flat_map(|e| &mut e.rules) {
        rule.sentence = attack.into();
    }
    for drift in &mut data.drift {
        drift.feature = attack.into();
    }
    for team in &mut data.queue.teams {
        team.team = attack.into();
    }
    let page = render(&data).unwrap();
    assert_eq!(
        page.matches("<script").count(),
        CHARTS.len(),
        "only the data are scripts"
    );
    assert_eq!(page.matches("</script").count(), CHARTS.len());
    let outside: String = page
        .split("<script")
        .map(|part| part.rsplit("</script>").next().unwrap())
        .collect();
    assert!(!outside.contains("onload='x'") && !outside.contains("\" onload"));
    for json in page.split("type=\"application/json\"").skip(1) {
        let start = json.find('>').unwrap() + 1;
        let end = json.find("</script>").unwrap();
        serde_json::from_str::<serde_json::Value>(&json[start..end]).unwrap();
    }
}

#[test]
fn nights_with_little_to_show_render_without_nan() {
    let lone = |share| {
        vec![Segment {
            id: "S01".into(),
            name: "All".into(),
            size: 0,
            share,
            previous_share: Some(f64::NAN),
            stability: None,
            status: SegmentStatus::Kept,
            top_interests: vec![("Film".into(), f64::INFINITY)],
        }]
    };
    let mut held_back = Activity {
        name: "None".into(),
        ..Activity::default()
    };
    held_back.expected_attendance = f64::NAN;
    held_back.held_back = vec!["no owner".into()];
    for language in LANGUAGES {
        for data in [
            ReportData {
                language,
                ..ReportData::default()
            },
            ReportData {
                language,
                segments: lone(1.0),
                ..ReportData::default()
            },
            ReportData {
                language,
                segments: lone(f64::NAN),
                scatter: vec![Point {
                    x: 0.0,
                    y: 0.0,
                    segment: 0,
                }],
                activities: vec![held_back.clone()],
                ..ReportData::default()
            },
        ] {
            let page = render(&data).unwrap();
            for word in ["NaN", "inf%", ">inf", "\"inf", "undefined"] {
                assert!(!page.contains(word), "{word} in {page}");
            }
        }
    }
}

#[test]
fn equal_data_give_equal_bytes() {
    let data = fixture::night(Language::En);
    assert_eq!(render(&data).unwrap(), render(&data.clone()).unwrap());
}

#[test]
fn a_huge_night_stays_below_one_megabyte_and_says_what_it_cut() {
    let mut data = fixture::night(Language::En);
    let (segment, activity) = (data.segments[0].clone(), data.activities[0].clone());
    data.segments = vec![segment; 300];
    data.activities = vec![activity; 5000];
    data.scatter = (0..50_000)
        .map(|i| Point {
            x: f64::from(i) * 0.37,
            y: f64::from(i % 991),
            segment: i as usize % 300,
        })
        .collect();
    let feature = Feature {
        name: "music_minutes_90d".into(),
        label: "music, minutes in 90 days".into(),
    };
    data.profiles.features = vec![feature; 400];
    let profile = Profile {
        lift: vec![Some(1.234_567_8); 400],
        z: vec![Some(-0.123_456_7); 400],
        cliffs_delta: vec![Some(0.123_456_7); 400],
        rank: (1..=400).map(Some).collect(),
    };
    data.profiles.segments = vec![profile; 300];
    let file = File {
        path: "lists/csv/part-0001.csv".into(),
        bytes: 1,
        rows: Some(1),
    };
    data.files = vec![file; 3000];
    data.headline.warnings = vec!["usage: a warning of some length about a file".into(); 10_000];
    let page = render(&data).unwrap();
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    assert!(page.contains("+ 2800 more rows"));
    assert!(page.contains("Only 40 of 5,000 are drawn."));
}
