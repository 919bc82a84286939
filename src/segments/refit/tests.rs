use super::*;
use crate::segments::tests::World;
use crate::segments::{KSetting, Segmentation, segment};

/// Three groups cut into seven segments, which come out otherwise every time.
fn doubtful() -> (World, SegmentSettings) {
    let settings = SegmentSettings {
        k: KSetting::Fixed(7),
        ..SegmentSettings::default()
    };
    (World::new(3, 200), settings)
}

fn below(night: &Segmentation, gate: f64) -> usize {
    let clusters = night.model.clusters.iter();
    clusters.filter(|cluster| cluster.stability < gate).count()
}

#[test]
fn a_fit_that_is_less_stable_than_the_model_in_use_is_not_used_and_tried_again() {
    let (world, settings) = doubtful();
    let first = segment(&world.input(), &settings, None).unwrap();
    assert!(first.refused.is_none() && !first.warnings.is_empty());
    assert!(below(&first, 0.75) > 0);
    // As if its segments had been sure.
    let mut previous = world.leave(&first);
    for cluster in &mut previous.model.clusters {
        cluster.stability = 1.0;
    }
    let world = world.later(28);
    let night = segment(&world.input(), &settings, Some(&previous)).unwrap();
    assert_eq!(night.reason, FitReason::Kept);
    assert!(!night.refitted && night.warnings.is_empty());
    assert_eq!(night.model, previous.model);
    assert_eq!(night.registry, previous.registry);
    assert_eq!(night.members, first.members);
    let refusal = night.refused.clone().unwrap();
    assert_eq!(
        (refusal.due.clone(), refusal.below_before),
        (FitReason::Age(28), 0)
    );
    let text = refusal.to_string();
    assert!(
        text.contains("28 days old")
            && text.contains("gate = 0.75")
            && text.contains("tries again"),
        "{text}"
    );
    // The next night it is still due.
    let again = world.leave(&night);
    let next = world.later(1);
    let night = segment(&next.input(), &settings, Some(&again)).unwrap();
    assert_eq!(night.refused.unwrap().due, FitReason::Age(29));
    // Who takes it as it is says so.
    let lower = SegmentSettings {
        gate: crate::domain::Share::ZERO,
        ..settings
    };
    let night = segment(&next.input(), &lower, Some(&again)).unwrap();
    assert_eq!((night.reason, night.refused), (FitReason::Age(29), None));
}

#[test]
fn segments_that_were_never_sure_hold_up_nothing() {
    let (world, settings) = doubtful();
    let first = segment(&world.input(), &settings, None).unwrap();
    let previous = world.leave(&first);
    let night = segment(&world.later(28).input(), &settings, Some(&previous)).unwrap();
    assert_eq!((night.reason, night.refused), (FitReason::Age(28), None));
}

#[test]
fn a_fit_that_is_asked_for_keeps_ids_and_names_and_passes_the_same_gate() {
    let world = World::new(5, 100);
    let first = world.run(None).unwrap();
    let previous = world.leave(&first);
    let asked = SegmentSettings {
        refit: true,
        ..SegmentSettings::default()
    };
    let world = world.later(1);
    let night = segment(&world.input(), &asked, Some(&previous)).unwrap();
    assert_eq!((night.reason, night.refused), (FitReason::Asked, None));
    assert_eq!(night.model.fitted_on, world.as_of);
    assert_eq!(night.registry, previous.registry);

    let (world, settings) = doubtful();
    let mut previous = world.leave(&segment(&world.input(), &settings, None).unwrap());
    for cluster in &mut previous.model.clusters {
        cluster.stability = 1.0;
    }
    let asked = SegmentSettings {
        refit: true,
        ..settings
    };
    let night = segment(&world.later(1).input(), &asked, Some(&previous)).unwrap();
    assert_eq!(night.refused.unwrap().due, FitReason::Asked);
}

#[test]
fn other_settings_pass_no_gate_since_no_old_model_can_stand_in() {
    let (world, settings) = doubtful();
    let previous = world.leave(&world.run(None).unwrap());
    let night = segment(&world.later(1).input(), &settings, Some(&previous)).unwrap();
    assert_eq!((night.reason, night.refused), (FitReason::Settings, None));
}
