use jiff::civil::date;
use proptest::prelude::*;

use super::*;

/// S01 Film fans, S02 Everyday, and S03 that was retired.
fn registry() -> Registry {
    let entry = |id: &str, name: &str, status| RegistryEntry {
        id: id.to_owned(),
        origin: format!("origin of {id}"),
        name: name.to_owned(),
        locked: false,
        status,
        created: date(2026, 10, 1),
        retired: None,
        parents: Vec::new(),
        lineage: Vec::new(),
    };
    Registry {
        segments: vec![
            entry("S01", "Film fans", SegmentStatus::Kept),
            entry("S02", "Everyday", SegmentStatus::New),
            entry("S03", "Music fans", SegmentStatus::Retired),
        ],
        ..Registry::default()
    }
}

fn name_of(names: &Names, registry: &Registry, id: &str) -> (String, bool) {
    let mut registry = registry.clone();
    names.apply(&mut registry);
    let entry = registry.get(id).unwrap();
    (entry.name.clone(), entry.locked)
}

#[test]
fn a_rename_locks_and_an_unlock_before_any_night_takes_it_back() {
    let (registry, mut names) = (registry(), Names::default());
    names.rename(&registry, "S01", "  Cinema club ").unwrap();
    assert_eq!(
        name_of(&names, &registry, "S01"),
        ("Cinema club".to_owned(), true)
    );
    assert_eq!(
        name_of(&names, &registry, "S02"),
        ("Everyday".to_owned(), false)
    );
    names.unlock(&registry, "S01").unwrap();
    assert_eq!(
        name_of(&names, &registry, "S01"),
        ("Film fans".to_owned(), false)
    );
}

#[test]
fn an_unlocked_name_stays_as_it_was_published() {
    let (mut registry, mut names) = (registry(), Names::default());
    names.rename(&registry, "S01", "Cinema club").unwrap();
    // A night takes it over.
    names.apply(&mut registry);
    names.unlock(&registry, "S01").unwrap();
    assert_eq!(
        name_of(&names, &registry, "S01"),
        ("Cinema club".to_owned(), false)
    );
    names.lock(&registry, "S01").unwrap();
    assert_eq!(
        name_of(&names, &registry, "S01"),
        ("Cinema club".to_owned(), true)
    );
}

#[test]
fn a_decision_does_nothing_to_a_segment_of_another_history() {
    let (registry, mut names) = (registry(), Names::default());
    names.rename(&registry, "S01", "Cinema club").unwrap();
    let mut anew = registry.clone();
    anew.segments[0].origin = "another".to_owned();
    assert_eq!(
        name_of(&names, &anew, "S01"),
        ("Film fans".to_owned(), false)
    );
    assert!(!registry.shares_history(&anew));
    assert!(registry.shares_history(&registry.clone()));
}

#[test]
fn reserved_segments_can_be_renamed_and_get_their_own_name_back() {
    let (mut registry, mut names) = (registry(), Names::default());
    names.rename(&registry, QUIET, "Sleepers").unwrap();
    names.apply(&mut registry);
    assert_eq!(reserved_name(&registry, Language::Zh, QUIET), "Sleepers");
    assert_eq!(
        names.lock(&registry, QUIET).unwrap_err(),
        NameError::Reserved {
            id: QUIET.to_owned()
        }
    );
    names.unlock(&registry, QUIET).unwrap();
    names.apply(&mut registry);
    assert_eq!(reserved_name(&registry, Language::En, QUIET), "Quiet");
    assert_eq!(reserved_name(&registry, Language::Zh, QUIET), "沉默用户");
}

#[test]
fn two_segments_of_one_name_are_refused() {
    let (registry, mut names) = (registry(), Names::default());
    for (name, holder) in [
        ("everyday", "S02"),
        ("Quiet", QUIET),
        ("未同意个性化", OPTED_OUT),
    ] {
        let fault = names.rename(&registry, "S01", name).unwrap_err();
        assert!(
            matches!(&fault, NameError::Taken { id, .. } if id == holder),
            "{fault}"
        );
    }
    // Its own name is no other's, and a retired segment's is free.
    names.rename(&registry, "S01", "film fans").unwrap();
    names.rename(&registry, "S02", "Music fans").unwrap();
    // A name that another got by a decision is taken as well.
    assert!(names.rename(&registry, "S01", "Music fans").is_err());
    // And one that was given up is free.
    names.rename(&registry, "S02", "Readers").unwrap();
    names.rename(&registry, "S01", "Music fans").unwrap();
}

#[test]
fn what_cannot_be_a_name_or_a_segment_is_refused_with_what_is_allowed() {
    let (registry, mut names) = (registry(), Names::default());
    for name in ["", "  ", "S07", "s1", "two\nlines", "2026", "quiet"] {
        let fault = names.rename(&registry, "S01", name).unwrap_err();
        assert!(fault.to_string().contains("allowed: 1 to 60"), "{fault}");
    }
    let long = "x".repeat(61);
    assert!(names.rename(&registry, "S01", &long).is_err());
    let fault = names.rename(&registry, "S1", "Readers").unwrap_err();
    let text = fault.to_string();
    assert!(
        text.contains("unknown segment `S1`") && text.contains("did you mean `S01`?"),
        "{text}"
    );
    let fault = names.lock(&registry, "Everyday").unwrap_err().to_string();
    assert!(fault.contains("did you mean `S02`?"), "{fault}");
    let nobody = super::unknown(&registry, "outside").to_string();
    assert!(
        nobody.contains("nobody is in segment `outside`"),
        "{nobody}"
    );
    assert!(
        names
            .rename(&registry, "S03", "Readers")
            .unwrap_err()
            .to_string()
            .contains("retired")
    );
    // What was never locked need not be unlocked.
    names.unlock(&registry, "S02").unwrap();
    names.unlock(&registry, QUIET).unwrap();
    assert!(names.is_empty());
}

#[test]
fn a_damaged_file_is_told_by_its_place_alone() {
    let fault = Names::from_json(b"{ \"format\": 1,\n \"secret\": 3 }").unwrap_err();
    assert!(
        fault.to_string().starts_with("line 2") && !fault.to_string().contains("secret"),
        "{fault}"
    );
    let fault = Names::from_json(br#"{ "format": 2, "segments": {} }"#).unwrap_err();
    assert!(fault.to_string().contains("reads format 1"), "{fault}");
}

proptest! {
    #[test]
    fn decisions_survive_the_file(texts in prop::collection::vec("[a-z]{1,8} [\\p{Han}a-z\"\\\\]{1,8}", 0..4)) {
        let (registry, mut names) = (registry(), Names::default());
        for (text, id) in texts.iter().zip(["S01", "S02", "quiet", "opted-out"]) {
            let _ = names.rename(&registry, id, text);
        }
        let read = Names::from_json(&names.to_json().unwrap()).unwrap();
        prop_assert_eq!(&read, &names);
        prop_assert_eq!(read.digest(), names.digest());
        prop_assert_eq!(names.is_empty(), names.digest().is_empty());
    }
}
