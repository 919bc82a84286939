use std::collections::BTreeMap;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::published::{Named, percent, rows, table};
use super::{Failure, json};
use crate::previous;
use crate::segments::{Flow, Migration, SegmentEvent};
use crate::store::{OutDir, Run};
use crate::watch::{WIDTH, grouped, paragraph};

/// Movements that are told in a sentence.
const MOVEMENTS: usize = 5;

/// How customers moved between two runs.
#[derive(Debug, Serialize)]
struct Comparison<'a> {
    from: &'a str,
    to: &'a str,
    /// Whether a segment of one id is the same segment in both runs.
    one_history: bool,
    #[serde(flatten)]
    migration: &'a Migration,
    /// What happened to segments in between.
    events: &'a [SegmentEvent],
}

/// The migration matrix of two runs, with the largest movements and what
/// happened to segments in between.
pub(super) fn compare(
    out: &OutDir,
    from: &str,
    to: &str,
    as_json: bool,
) -> Result<String, Failure> {
    let runs = out.runs()?;
    let (from, to) = (runs.find(from)?, runs.find(to)?);
    let (before, after) = rayon::join(|| previous::members(from), || previous::members(to));
    let (before, after) = (before?, after?);
    let migration = Migration::count(before.pairs(), after.pairs());
    let (earlier, later) = if from.manifest.as_of <= to.manifest.as_of {
        (from, to)
    } else {
        (to, from)
    };
    let registries = (Named::read(out, earlier)?.now, Named::read(out, later)?.now);
    let one_history = registries.0.shares_history(&registries.1);
    let events = registries
        .1
        .events(earlier.manifest.as_of, later.manifest.as_of);
    let comparison = Comparison {
        from: from.id(),
        to: to.id(),
        one_history,
        migration: &migration,
        events: &events,
    };
    if as_json {
        return json(&comparison);
    }
    text(out, &comparison, [from, to])
}

fn text(out: &OutDir, comparison: &Comparison<'_>, runs: [&Run; 2]) -> Result<String, Failure> {
    let migration = comparison.migration;
    let mut names: [BTreeMap<String, String>; 2] = Default::default();
    for (names, run) in names.iter_mut().zip(runs) {
        let named = Named::read(out, run)?;
        for row in rows(run)? {
            names.insert(row.id.clone(), named.name(&row.id, &row.name).to_owned());
        }
    }
    let of_all = migration.stayed as f64 / migration.in_both.max(1) as f64;
    let mut text = format!(
        "from {}\nto   {}\n\n{} customers are in both runs; {} ({}) are in a segment of the same id.\n\
         {} joined, {} left. Adjusted Rand index {:.3} (1: the same groups).\n",
        comparison.from,
        comparison.to,
        grouped(migration.in_both),
        grouped(migration.stayed),
        percent(of_all),
        grouped(migration.joined),
        grouped(migration.left),
        migration.adjusted_rand
    );
    if !comparison.one_history {
        text.push_str(&paragraph(
            "The runs have different histories (one was started anew): a segment of one id is \
             not the same segment.",
            "",
            "",
        ));
    }
    text.push_str("\nCustomers, from (rows) to (columns)\n");
    text.push_str(&matrix(migration, &names[0]));
    text.push('\n');
    let movements = migration.movements();
    if !movements.is_empty() {
        text.push_str("\nLargest movements\n");
        let before = migration.sizes_before();
        for flow in movements.into_iter().take(MOVEMENTS) {
            text.push_str(&format!("  {}\n", sentence(flow, &before, &names)));
        }
    }
    text.push_str("\nEvents\n");
    if comparison.events.is_empty() {
        text.push_str("  none: no segment split, merged, appeared or was retired\n");
    }
    for event in comparison.events {
        text.push_str(&format!("  {}  {event}\n", event.on));
    }
    Ok(text)
}

/// Segments before in rows, after in columns, with who joined and who left.
fn matrix(migration: &Migration, names: &BTreeMap<String, String>) -> String {
    let (before, after) = (migration.sizes_before(), migration.sizes_after());
    // `None` sorts first and is to stand last.
    let last = |sizes: &BTreeMap<Option<&str>, u64>| -> Vec<Option<String>> {
        let ids = sizes.keys().flatten().map(|&id| Some(id.to_owned()));
        let others = sizes.contains_key(&None).then_some(None);
        ids.chain(others).collect()
    };
    let (rows, columns) = (last(&before), last(&after));
    let flows: BTreeMap<(Option<&str>, Option<&str>), u64> = migration
        .flows
        .iter()
        .map(|flow| ((flow.from.as_deref(), flow.to.as_deref()), flow.customers))
        .collect();
    let or = |id: &Option<String>, other: &str| id.clone().unwrap_or_else(|| other.to_owned());
    let mut header = vec![String::new(), String::new()];
    header.extend(columns.iter().map(|id| or(id, "left")));
    header.push("all".to_owned());
    let cell = |count: Option<&u64>| count.map_or_else(|| "·".to_owned(), |&count| grouped(count));
    let mut cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let name = row.as_ref().and_then(|id| names.get(id));
            let mut line = vec![or(row, "joined"), name.cloned().unwrap_or_default()];
            let counts = columns.iter().map(|to| (row.as_deref(), to.as_deref()));
            line.extend(counts.map(|pair| cell(flows.get(&pair))));
            line.push(cell(before.get(&row.as_deref())));
            line
        })
        .collect();
    let mut all = vec!["all".to_owned(), String::new()];
    all.extend(columns.iter().map(|to| cell(after.get(&to.as_deref()))));
    all.push(grouped(before.values().sum()));
    cells.push(all);
    let lines: Vec<Vec<String>> = std::iter::once(header).chain(cells).collect();
    blocks(&lines).join("\n\n")
}

/// The table in blocks of columns that fit a terminal; the first two columns, what
/// a row is, begin each.
fn blocks(lines: &[Vec<String>]) -> Vec<String> {
    // Two columns stand between any two, and before the first.
    let width = |at: usize| lines.iter().map(|line| line[at].width()).max().unwrap_or(0) + 2;
    let columns = lines.first().map_or(0, Vec::len);
    let names = width(0) + width(1);
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    let mut used = usize::MAX;
    for at in 2..columns {
        if used.saturating_add(width(at)) > WIDTH {
            blocks.push(vec![0, 1]);
            used = names;
        }
        used += width(at);
        if let Some(block) = blocks.last_mut() {
            block.push(at);
        }
    }
    let of = |line: &Vec<String>, block: &[usize]| -> Vec<String> {
        block.iter().map(|&at| line[at].clone()).collect()
    };
    let text = |block: &Vec<usize>| {
        let mut rows: Vec<Vec<String>> = lines.iter().map(|line| of(line, block)).collect();
        table(rows.remove(0), rows, &[0, 1])
    };
    blocks.iter().map(text).collect()
}

/// A movement in words.
fn sentence(
    flow: &Flow,
    before: &BTreeMap<Option<&str>, u64>,
    names: &[BTreeMap<String, String>; 2],
) -> String {
    let of = before.get(&flow.from.as_deref()).copied().unwrap_or(0);
    let named = |id: &Option<String>, names: &BTreeMap<String, String>| {
        let id = id.clone().unwrap_or_default();
        match names.get(&id) {
            // Of a reserved segment the id says what it is.
            Some(name) if id.to_lowercase() != name.to_lowercase() => format!("{id} {name}"),
            _ => id,
        }
    };
    format!(
        "{}: {} of {} customers ({}) went to {}",
        named(&flow.from, &names[0]),
        grouped(flow.customers),
        grouped(of),
        percent(flow.customers as f64 / of.max(1) as f64),
        named(&flow.to, &names[1])
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_matrix_comes_in_blocks_that_fit_a_terminal() {
        let line = |first: &str| {
            let counts = (0..20).map(|at| format!("{at},000"));
            [first.to_owned(), "影迷 and others".to_owned()]
                .into_iter()
                .chain(counts)
                .collect::<Vec<_>>()
        };
        let blocks = blocks(&[line(""), line("S01"), line("all")]);
        assert_eq!(blocks.len(), 3);
        for block in &blocks {
            assert!(block.lines().all(|line| line.width() <= WIDTH), "{block}");
            assert!(block.contains("S01  影迷"), "{block}");
        }
        let all = blocks.concat();
        assert!((0..20).all(|at| all.contains(&format!(" {at},000"))));
        assert!(super::blocks(&[line("")[..4].to_vec()])[0].lines().count() == 1);
    }
}
