use std::collections::BTreeMap;

use super::{ClusterSettings, Kind, Scale};
use crate::domain::Fault;

/// Faults of groups that are the parts of one whole. Each column comes with
/// the key of its settings, and several may have one key.
#[must_use]
pub fn whole_faults<'a>(
    columns: impl IntoIterator<Item = (&'a str, &'a ClusterSettings)>,
) -> Vec<Fault> {
    let mut groups: BTreeMap<&str, Vec<(&str, &ClusterSettings)>> = BTreeMap::new();
    for (key, settings) in columns {
        if let Some(group) = &settings.group {
            groups.entry(group).or_default().push((key, settings));
        }
    }
    let is_part = |settings: &ClusterSettings| {
        settings.kind() == Kind::Number && settings.scale() == Scale::LogRatio
    };
    let mut faults = Vec::new();
    for (group, columns) in groups {
        let Some((key, first)) = columns.iter().find(|(_, settings)| is_part(settings)) else {
            continue;
        };
        let parts = columns.len();
        for (key, settings) in &columns {
            if !is_part(settings) {
                let problem = format!("`{group}` is a whole of which this is no part");
                let fault = Fault::new(format!("{key}.group"), problem);
                faults.push(fault.allowed("a group of its own, or scale = \"log_ratio\" as well"));
            } else if settings.zero != first.zero {
                let problem = format!("differs from that of other parts of `{group}`");
                let fault = Fault::new(format!("{key}.zero"), problem);
                faults.push(fault.allowed("one `zero` for all parts"));
            }
        }
        if parts < 2 {
            let fault = Fault::new(format!("{key}.group"), format!("`{group}` has one part"));
            faults.push(fault.allowed("two columns or more with `log_ratio` and this group"));
        }
        let even = 1.0 / parts as f64;
        if let Some(zero) = first
            .zero
            .filter(|zero| zero.get() <= 0.0 || zero.get() >= even)
        {
            let fault = Fault::new(format!("{key}.zero"), format!("= {}", zero.get()));
            faults.push(fault.allowed(format!(
                "above 0 and below {even:.3}, an even share of {parts} parts"
            )));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(columns: &[&str]) -> Vec<String> {
        let columns: Vec<(String, ClusterSettings)> = columns
            .iter()
            .enumerate()
            .map(|(at, text)| (format!("c{at}"), toml::from_str(text).unwrap()))
            .collect();
        let columns = columns
            .iter()
            .map(|(key, settings)| (key.as_str(), settings));
        whole_faults(columns)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_whole_has_two_parts_or_more_with_one_limit() {
        let part = "scale = \"log_ratio\"\ngroup = \"time\"";
        let other = "group = \"time\"";
        let (low, high) = (format!("{part}\nzero = 0.1"), format!("{part}\nzero = 0.5"));
        assert!(told(&[part, part, "group = \"money\""]).is_empty());
        assert!(told(&[&low, &low]).is_empty());
        for (columns, words) in [
            (vec![part], "c0.group: `time` has one part"),
            (vec![part, other, part], "c1.group: `time` is a whole"),
            (vec![&low, part], "c1.zero: differs"),
            (vec![&high, &high], "c0.zero: = 0.5"),
        ] {
            let told = told(&columns);
            assert!(told.len() == 1 && told[0].contains(words), "{told:?}");
        }
    }
}
