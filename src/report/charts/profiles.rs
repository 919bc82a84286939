use super::svg::{Len::Px, Svg};
use super::{Chart, Key, MOST_MARKS, Width, describe, embed, segment_name};
use crate::domain::Language;
use crate::report::data::{Profile, ReportData};
use crate::report::format;
use crate::report::table::{Column, Table, text};
use crate::report::words::{Word, fill};

/// The most features drawn; the strongest come first into the choice.
const MOST_FEATURES: usize = 30;
const MOST_LETTERS: usize = 30;
const TOP: f64 = 142.0;
const CELL_HEIGHT: f64 = 30.0;
/// Cells take the width of a page, but never less than their text needs.
const CELL_WIDTH: (f64, f64) = (60.0, 90.0);
const PAGE: f64 = 990.0;
/// Room for the last segment's name, which rises to the right.
const RIGHT: f64 = 100.0;

/// A heat map of features against segments: colour by z, text by lift.
pub(super) fn draw(data: &ReportData, language: Language) -> Option<Chart> {
    let profiles = &data.profiles;
    let columns = profiles
        .segments
        .len()
        .min(data.segments.len())
        .min(MOST_MARKS);
    let segments = &profiles.segments[..columns];
    let features = strongest(data, segments);
    if columns == 0 || features.is_empty() {
        return None;
    }

    // Seven pixels a letter, so that short labels leave the room to the cells.
    let longest = features
        .iter()
        .map(|&feature| format::width(&profiles.features[feature].label))
        .max()
        .map_or(0, |cells| cells.min(MOST_LETTERS));
    let left = longest as f64 * 7.0 + 14.0;
    let cell_width = ((PAGE - left - RIGHT) / columns as f64).clamp(CELL_WIDTH.0, CELL_WIDTH.1);

    let mut svg = Svg::default();
    for column in 0..columns {
        let x = left + (column as f64 + 0.5) * cell_width;
        svg.rising(x, TOP - 8.0, &segment_name(data, column), 25);
    }
    let mut most: Option<(f64, usize, usize)> = None;
    for (row, &feature) in features.iter().enumerate() {
        let y = TOP + row as f64 * CELL_HEIGHT;
        let label = &profiles.features[feature].label;
        svg.label(Px(0.0), y + 20.0, label, MOST_LETTERS, MOST_LETTERS);
        for (column, profile) in segments.iter().enumerate() {
            let (z, lift) = (z_of(profile, feature), lift_of(profile, feature));
            let x = left + column as f64 * cell_width;
            let step = step(z);
            let lift = lift.map_or_else(|| format::NONE.to_owned(), format::times);
            let name = &data.segments[column].name;
            let tip = format!("{name}, {label}: {lift}, z {}", format::optional(z, 2));
            svg.rect(
                step,
                Px(x + 1.0),
                y + 1.0,
                Px(cell_width - 2.0),
                CELL_HEIGHT - 2.0,
                &tip,
            );
            let class = format!("cell middle on-{step}");
            svg.text(&class, Px(x + cell_width / 2.0), y + 19.5, &lift);
            if let Some(z) = z
                && most.is_none_or(|(top, ..)| z > top)
            {
                most = Some((z, feature, column));
            }
        }
    }

    let title = Word::ProfilesTitle.text(language).to_owned();
    let description = match most {
        Some((_, feature, column)) => fill(
            Word::ProfilesText.text(language),
            &[
                ("name", data.segments[column].name.as_str()),
                ("feature", profiles.features[feature].label.as_str()),
                (
                    "lift",
                    &lift_of(&segments[column], feature)
                        .map_or_else(|| format::NONE.to_owned(), format::times),
                ),
            ],
        ),
        None => Word::ProfilesPlain.text(language).to_owned(),
    };
    let description = describe(
        description,
        features.len(),
        profiles.features.len(),
        language,
    );
    let mut heads = vec![text(Word::Feature, language)];
    heads.extend((0..columns).map(|column| Column {
        label: format!("{} (z)", data.segments[column].name),
        numeric: true,
    }));
    let rows = features.iter().map(|&feature| {
        let cells = segments.iter().map(|profile| {
            let lift =
                lift_of(profile, feature).map_or_else(|| format::NONE.to_owned(), format::times);
            format!("{lift} ({})", format::optional(z_of(profile, feature), 2))
        });
        std::iter::once(profiles.features[feature].label.clone())
            .chain(cells)
            .collect()
    });
    let size = (
        left + columns as f64 * cell_width + RIGHT,
        TOP + features.len() as f64 * CELL_HEIGHT + 2.0,
    );
    Some(Chart {
        id: "profiles",
        svg: svg.fixed("profiles", &title, &description, size),
        table: Table::new(heads, rows),
        title,
        description,
        legend: vec![
            Key::new("zn3", Word::FarBelow.text(language)),
            Key::new("z0", Word::AsAll.text(language)),
            Key::new("zp3", Word::FarAbove.text(language)),
        ],
        data: embed(&drawn_figures(data, segments, &features)),
        source: "profiles.parquet",
        width: Width::Own,
    })
}

/// What is drawn, as rows of feature, segment id, lift and z.
fn drawn_figures<'a>(
    data: &'a ReportData,
    segments: &[Profile],
    features: &[usize],
) -> Vec<(&'a str, &'a str, Option<f64>, Option<f64>)> {
    let mut rows = Vec::with_capacity(segments.len() * features.len());
    for &feature in features {
        for (column, profile) in segments.iter().enumerate() {
            let name = data.profiles.features[feature].name.as_str();
            let segment = data.segments[column].id.as_str();
            rows.push((
                name,
                segment,
                lift_of(profile, feature),
                z_of(profile, feature),
            ));
        }
    }
    rows
}

/// The features to draw, in their own order: all, or those that lie farthest
/// from all customers in some segment.
fn strongest(data: &ReportData, segments: &[Profile]) -> Vec<usize> {
    let mut ranked: Vec<usize> = (0..data.profiles.features.len()).collect();
    if ranked.len() > MOST_FEATURES {
        let reach = |feature: usize| {
            segments
                .iter()
                .filter_map(|profile| z_of(profile, feature))
                .fold(0.0, |most: f64, z| most.max(z.abs()))
        };
        ranked.sort_by(|&a, &b| reach(b).total_cmp(&reach(a)).then(a.cmp(&b)));
        ranked.truncate(MOST_FEATURES);
        ranked.sort_unstable();
    }
    ranked
}

fn z_of(profile: &Profile, feature: usize) -> Option<f64> {
    profile
        .z
        .get(feature)
        .copied()
        .flatten()
        .filter(|z| z.is_finite())
}

fn lift_of(profile: &Profile, feature: usize) -> Option<f64> {
    profile
        .lift
        .get(feature)
        .copied()
        .flatten()
        .filter(|lift| lift.is_finite())
}

/// The colour step of a z, three to either side.
fn step(z: Option<f64>) -> &'static str {
    match z {
        None => "z0",
        Some(z) if z < -1.5 => "zn3",
        Some(z) if z < -0.75 => "zn2",
        Some(z) if z < -0.25 => "zn1",
        Some(z) if z <= 0.25 => "z0",
        Some(z) if z <= 0.75 => "zp1",
        Some(z) if z <= 1.5 => "zp2",
        Some(_) => "zp3",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::data::Feature;
    use crate::report::fixture;

    #[test]
    fn colour_is_symmetric_around_the_population() {
        assert_eq!((step(Some(-2.0)), step(Some(2.0))), ("zn3", "zp3"));
        assert_eq!((step(Some(-0.5)), step(Some(0.5))), ("zn1", "zp1"));
        assert_eq!(step(None), "z0");
    }

    #[test]
    fn of_many_features_the_telling_ones_stay() {
        let mut data = fixture::night(Language::En);
        data.profiles.features = (0..50)
            .map(|i| Feature {
                name: format!("f{i}"),
                label: format!("feature-{i}."),
            })
            .collect();
        for profile in &mut data.profiles.segments {
            profile.lift = vec![Some(1.0); 50];
            profile.z = vec![Some(0.1); 50];
        }
        data.profiles.segments[0].z[49] = Some(3.0);
        let chart = draw(&data, Language::En).unwrap();
        assert_eq!(chart.table.rows.len(), MOST_FEATURES);
        assert!(chart.svg.contains("feature-49."));
        assert!(chart.description.contains("feature-49."));
    }

    #[test]
    fn a_short_matrix_shows_dashes() {
        let mut data = fixture::night(Language::En);
        data.profiles.segments[0] = Profile::default();
        let chart = draw(&data, Language::En).unwrap();
        assert_eq!(chart.table.rows[0][1], "– (–)");
    }
}
