use std::collections::BTreeSet;

use super::model::is_value;
use super::{
    Aspect, ClusterSettings, FeatureColumn, InterestAffinity, Kind, Profile, Scale, SegmentInput,
};
use crate::domain::Language;

/// An interest names a segment if its members have at least this many times
/// the affinity of all clustered customers.
const NAMES: f64 = 1.2;

/// A feature names a segment if its members' mean lies at least this many
/// deviations above that of all customers.
const STANDS_OUT: f64 = 0.5;

/// A segment nothing else names is of light users if the clustered features lie
/// this many deviations from those of all customers, on average.
const LITTLE: f64 = -0.3;

/// For each segment, the interests by falling lift: the mean affinity of its
/// members divided by that of all customers in clusters (`clusters` is their
/// number; reserved segments come after them). Interests that nobody has are
/// left out.
pub(super) fn lifts(
    interests: &[InterestAffinity],
    segment_of: &[usize],
    segments: usize,
    clusters: usize,
) -> Vec<Vec<(usize, f64)>> {
    let mut lifts = vec![Vec::new(); segments];
    for (index, interest) in interests.iter().enumerate() {
        let mut sums = vec![(0.0, 0u64); segments];
        for (&affinity, &segment) in interest.affinity.iter().zip(segment_of) {
            if is_value(affinity) {
                sums[segment].0 += affinity;
                sums[segment].1 += 1;
            }
        }
        let clustered = &sums[..clusters];
        let total: f64 = clustered.iter().map(|sum| sum.0).sum();
        let count: u64 = clustered.iter().map(|sum| sum.1).sum();
        let population = total / count.max(1) as f64;
        for (lifts, (sum, count)) in lifts.iter_mut().zip(sums) {
            if population > 0.0 && count > 0 {
                lifts.push((index, sum / count as f64 / population));
            }
        }
    }
    for lifts in &mut lifts {
        lifts.sort_by(|a, b| b.1.total_cmp(&a.1));
    }
    lifts
}

/// A name for a segment that none of `taken` has: after the interests that
/// lift most, else after the clustered feature that stands out most, else
/// "Light users" or "Everyday"; a number at the end where all these are taken.
pub(super) fn name(
    input: &SegmentInput,
    lifts: &[(usize, f64)],
    profiles: &[&Profile],
    taken: &BTreeSet<String>,
) -> String {
    let language = input.language;
    let liked: Vec<&str> = lifts
        .iter()
        .filter(|(_, lift)| *lift >= NAMES)
        .map(|&(index, _)| input.interests[index].label.text(language))
        .collect();
    let high = outstanding(input, profiles);
    let mut candidates: Vec<String> = (1..=liked.len().min(2))
        .map(|count| fans(&liked[..count], language))
        .collect();
    match (candidates.first().cloned(), &high) {
        (Some(fans), Some(high)) => candidates.push(joined(&fans, high, language)),
        (None, Some(high)) => candidates.push(high.clone()),
        (_, None) => {}
    }
    if candidates.is_empty() {
        let name = if uses_little(input, profiles) {
            light(language)
        } else {
            everyday(language)
        };
        candidates.push(name.to_owned());
    }
    let first = candidates[0].clone();
    let numbered = (2..).map(|number: u32| format!("{first} {number}"));
    candidates
        .into_iter()
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .unwrap_or(first)
}

/// The clustered feature whose mean lies highest above all customers', in
/// words.
fn outstanding(input: &SegmentInput, profiles: &[&Profile]) -> Option<String> {
    let mut best: Option<(&FeatureColumn, &Profile, f64)> = None;
    for profile in profiles {
        let Some(z) = profile.z.filter(|&z| z >= STANDS_OUT) else {
            continue;
        };
        if let Some(feature) = clustered(input, profile)
            && best.is_none_or(|(.., best)| z > best)
        {
            best = Some((feature, profile, z));
        }
    }
    let (feature, profile, _) = best?;
    let label = feature.label.text(input.language);
    let kind = feature.cluster.as_ref().map(ClusterSettings::kind);
    let english = input.language == Language::En;
    let missing = Aspect::Missing.to_string();
    Some(match (profile.column().1, kind) {
        (Some(level), _) if level == missing => {
            format!("{label}{}", if english { ": unknown" } else { "：未知" })
        }
        (Some(level), _) => format!("{label}{}{level}", if english { ": " } else { "：" }),
        (None, Some(Kind::YesNo)) => format!("{label}{}", if english { ": yes" } else { "：是" }),
        (None, _) if english => format!("High in {label}"),
        (None, _) => format!("{label}偏高"),
    })
}

/// The clustered feature that a profile is of.
fn clustered<'a>(input: &'a SegmentInput, profile: &Profile) -> Option<&'a FeatureColumn> {
    let mut features = input.features.iter();
    features.find(|feature| feature.cluster.is_some() && feature.name == profile.column().0)
}

fn fans(interests: &[&str], language: Language) -> String {
    match language {
        Language::En => format!("{} fans", interests.join(" and ")),
        Language::Zh => format!("{}爱好者", interests.join("与")),
    }
}

fn joined(fans: &str, high: &str, language: Language) -> String {
    match language {
        Language::En => format!("{fans}, {}", high.replacen("High", "high", 1)),
        Language::Zh => format!("{fans}，{high}"),
    }
}

/// Whether the clustered amounts lie below everybody's on average. Shares do
/// not say how much somebody uses, nor do words.
fn uses_little(input: &SegmentInput, profiles: &[&Profile]) -> bool {
    let is_amount = |profile: &&&Profile| {
        let cluster = clustered(input, profile).and_then(|feature| feature.cluster.as_ref());
        cluster.is_some_and(|cluster| {
            cluster.kind() == Kind::Number
                && !matches!(cluster.scale(), Scale::Sqrt | Scale::LogRatio)
        }) && profile.column().1.is_none()
    };
    let z: Vec<f64> = profiles
        .iter()
        .filter(is_amount)
        .filter_map(|profile| profile.z)
        .collect();
    !z.is_empty() && z.iter().sum::<f64>() / z.len() as f64 <= LITTLE
}

fn light(language: Language) -> &'static str {
    match language {
        Language::En => "Light users",
        Language::Zh => "轻度用户",
    }
}

fn everyday(language: Language) -> &'static str {
    match language {
        Language::En => "Everyday",
        Language::Zh => "日常用户",
    }
}

/// The name of the segment of customers without usage.
pub(super) fn quiet(language: Language) -> &'static str {
    match language {
        Language::En => "Quiet",
        Language::Zh => "沉默用户",
    }
}

/// The name of the segment of customers who are far from every cluster.
pub(super) fn outside(language: Language) -> &'static str {
    match language {
        Language::En => "Outside",
        Language::Zh => "群外用户",
    }
}

/// The name of the segment of customers who do not want personalisation.
pub(super) fn opted_out(language: Language) -> &'static str {
    match language {
        Language::En => "Opted out of personalisation",
        Language::Zh => "未同意个性化",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Label;
    use crate::segments::fixtures::{category, column, input_of, yes_no};

    fn interest(id: &str, en: &str, zh: &str, affinity: &[f64]) -> InterestAffinity {
        InterestAffinity {
            id: id.to_owned(),
            label: Label::Each {
                en: en.to_owned(),
                zh: Some(zh.to_owned()),
            },
            affinity: affinity.to_vec(),
        }
    }

    fn interests() -> [InterestAffinity; 2] {
        [
            interest("film", "Film", "电影", &[0.9, 0.9, 0.1, 0.1, 0.0]),
            interest("music", "Music", "音乐", &[0.4, 0.4, 0.2, 0.2, 0.0]),
        ]
    }

    fn features() -> Vec<FeatureColumn> {
        vec![column("minutes", Scale::Robust, vec![0.0; 5])]
    }

    fn named(lifts: &[(usize, f64)], z: Option<f64>, taken: &[&str], language: Language) -> String {
        let (ids, features, interests) = (["c".to_owned()], features(), interests());
        let mut input = input_of(&ids, &features, &interests);
        input.language = language;
        let profile = Profile {
            segment: 0,
            feature: "minutes".to_owned(),
            mean: None,
            median: None,
            population_mean: None,
            lift: None,
            z,
            cohens_d: None,
            cliffs_delta: None,
            rank: None,
        };
        let taken = taken.iter().map(|&name| name.to_owned()).collect();
        name(&input, lifts, &[&profile], &taken)
    }

    #[test]
    fn lift_is_against_the_clustered_customers() {
        let lifts = lifts(&interests(), &[0, 0, 1, 1, 2], 3, 2);
        assert_eq!(
            lifts[0].iter().map(|lift| lift.0).collect::<Vec<_>>(),
            [0, 1]
        );
        assert!((lifts[0][0].1 - 1.8).abs() < 1e-12);
        assert_eq!(lifts[2][0].1, 0.0);
    }

    #[test]
    fn names_come_from_what_lifts_most() {
        let lifts = [(0, 1.8), (1, 1.3)];
        assert_eq!(named(&lifts, None, &[], Language::En), "Film fans");
        assert_eq!(named(&lifts, None, &[], Language::Zh), "电影爱好者");
        assert_eq!(
            named(&[(0, 1.1)], Some(2.0), &[], Language::En),
            "High in minutes"
        );
        assert_eq!(named(&[(0, 1.1)], Some(0.1), &[], Language::En), "Everyday");
        assert_eq!(named(&[], None, &[], Language::Zh), "日常用户");
    }

    #[test]
    fn names_are_told_apart() {
        let lifts = [(0, 1.8), (1, 1.3)];
        let mut taken = vec!["Film fans"];
        assert_eq!(
            named(&lifts, Some(2.0), &taken, Language::En),
            "Film and Music fans"
        );
        taken.push("Film and Music fans");
        assert_eq!(
            named(&lifts, Some(2.0), &taken, Language::En),
            "Film fans, high in minutes"
        );
        assert_eq!(named(&lifts, None, &taken, Language::En), "Film fans 2");
        assert_eq!(
            named(&[], None, &["Everyday", "Everyday 2"], Language::En),
            "Everyday 3"
        );
    }

    #[test]
    fn words_and_yes_or_no_name_segments_in_the_pipelines_language() {
        let (ids, interests) = (["c".to_owned()], interests());
        let plan = category("plan", [Some("gold")]);
        let features = [plan, yes_no("app", vec![1.0])];
        let mut input = input_of(&ids, &features, &interests);
        for (feature, en, zh) in [
            ("plan=gold", "plan: gold", "plan：gold"),
            ("plan=(missing)", "plan: unknown", "plan：未知"),
            ("app", "app: yes", "app：是"),
        ] {
            let profile = Profile {
                segment: 0,
                feature: feature.to_owned(),
                mean: None,
                median: None,
                population_mean: None,
                lift: None,
                z: Some(1.0),
                cohens_d: None,
                cliffs_delta: None,
                rank: None,
            };
            for (language, expected) in [(Language::En, en), (Language::Zh, zh)] {
                input.language = language;
                assert_eq!(name(&input, &[], &[&profile], &BTreeSet::new()), expected);
            }
        }
    }
}
