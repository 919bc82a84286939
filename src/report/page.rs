use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::charts::{CHARTS, Chart, Section, Width};
use super::data::{Explained, Model, ReportData};
use super::format;
use super::table::Table;
use super::tables;
use super::words::{Word, fill};
use crate::domain::Language;

/// The name ends in `.html`, which turns escaping on.
const TEMPLATE: &str = "report.html";

/// The most alerts or warnings on the page; `summary.txt` has them all.
const MOST_MESSAGES: usize = 50;

/// The page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The template and the data do not fit together: a fault of clubcall.
    #[error("the report's template failed")]
    Template(#[from] minijinja::Error),
}

/// The report as one HTML page in [`ReportData::language`].
///
/// The same data give the same text. A page stays below one megabyte: long
/// lists are cut, and say so.
///
/// # Errors
/// When the template fails, which the data cannot bring about.
pub fn render(data: &ReportData) -> Result<String, ReportError> {
    let language = data.language;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    environment.add_template(TEMPLATE, include_str!("page.html"))?;

    let words: BTreeMap<&str, &str> = Word::ALL
        .iter()
        .map(|word| (word.key(), word.text(language)))
        .collect();
    let head = &data.headline;
    let page = context! {
        w => words,
        lang => language.tag(),
        style => Value::from_safe_string(include_str!("page.css").to_owned()),
        pipeline => data.pipeline.as_str(),
        run_id => data.run_id.as_str(),
        as_of => data.as_of.as_str(),
        version => data.version.as_str(),
        previous_run => data.previous_run.clone(),
        figures => figures(data, language),
        alerts => messages(&head.alerts),
        warnings => messages(&head.warnings),
        sections => [
            section("segments", Word::Segments, Word::NoSegments,
                data.model.as_ref().map(|model| model_line(model, language)),
                charts(data, Section::Segments),
                named(Word::SegmentTable, tables::segments(data, language)), language),
            section("explained", Word::Explained, Word::NoExplained,
                data.explained.as_ref().and_then(|e| fidelity_line(e, language)),
                charts(data, Section::Explained),
                named(Word::RuleTable, tables::rules(data, language)), language),
            section("activities", Word::Activities, Word::NoActivities, None,
                charts(data, Section::Activities),
                named(Word::ActivityTable, tables::activities(data, language)), language),
            section("calls", Word::Calls, Word::NoCalls, None, charts(data, Section::Calls),
                named(Word::ReasonTable, tables::call_reasons(data, language)), language),
        ],
        held_back => held_back(data),
        data_tables => [
            named(Word::CheckTable, tables::checks(data, language)),
            named(Word::FileTable, tables::files(data, language)),
        ].into_iter().flatten().map(|(word, table)| table_value(word.text(language), &table))
            .collect::<Value>(),
    };
    Ok(environment.get_template(TEMPLATE)?.render(page)?)
}

/// The headline as pairs of words and figure.
fn figures(data: &ReportData, language: Language) -> Value {
    let head = &data.headline;
    [
        (Word::Customers, head.customers),
        (Word::Invited, head.invited),
        (Word::Waitlisted, head.waitlisted),
        (Word::ActivitiesOut, head.activities_out),
        (Word::ActivitiesHeldBack, head.activities_held_back),
        (Word::CallsPlanned, head.calls_planned),
        (Word::CallsCarriedOver, head.calls_carried_over),
    ]
    .into_iter()
    .map(|(word, count)| context! { label => word.text(language), value => format::count(count) })
    .collect()
}

/// The first of the messages, and how many there are.
fn messages(texts: &[String]) -> Value {
    context! {
        count => texts.len(),
        shown => texts.iter().take(MOST_MESSAGES).map(String::as_str).collect::<Value>(),
        more => texts.len().saturating_sub(MOST_MESSAGES),
    }
}

fn model_line(model: &Model, language: Language) -> String {
    let word = if model.refitted {
        Word::ModelRefitted
    } else {
        Word::ModelLine
    };
    fill(
        word.text(language),
        &[("algorithm", &model.algorithm), ("date", &model.fitted_on)],
    )
}

/// How well the rules stand for the model, if that was measured.
fn fidelity_line(explained: &Explained, language: Language) -> Option<String> {
    let share = format::percent(explained.fidelity?);
    let customers = format::count(explained.customers);
    Some(fill(
        Word::FidelityLine.text(language),
        &[("share", &share), ("customers", &customers)],
    ))
}

/// The activities that the pre-launch review held back, with its findings.
fn held_back(data: &ReportData) -> Value {
    data.activities
        .iter()
        .filter(|activity| !activity.held_back.is_empty())
        .take(MOST_MESSAGES)
        .map(|activity| {
            let findings: Value = activity.held_back.iter().map(String::as_str).collect();
            context! { name => activity.name.as_str(), findings => findings }
        })
        .collect()
}

fn charts(data: &ReportData, section: Section) -> Vec<Chart> {
    CHARTS
        .iter()
        .filter(|(of, _)| *of == section)
        .filter_map(|(_, draw)| draw(data, data.language))
        .collect()
}

fn named(word: Word, table: Option<Table>) -> Option<(Word, Table)> {
    table.map(|table| (word, table))
}

fn section(
    id: &str,
    title: Word,
    nothing: Word,
    intro: Option<String>,
    charts: Vec<Chart>,
    table: Option<(Word, Table)>,
    language: Language,
) -> Value {
    context! {
        id => id,
        title => title.text(language),
        nothing => nothing.text(language),
        intro => intro,
        charts => charts.iter().map(chart_value).collect::<Value>(),
        table => table.map(|(word, table)| table_value(word.text(language), &table)),
    }
}

fn chart_value(chart: &Chart) -> Value {
    context! {
        id => chart.id,
        title => chart.title.as_str(),
        description => chart.description.as_str(),
        legend => chart.legend.iter()
            .map(|key| context! { class => key.class.as_str(), label => key.label.as_str() })
            .collect::<Value>(),
        svg => Value::from_safe_string(chart.svg.clone()),
        // Within a script element only `<` could end the data.
        data => Value::from_safe_string(chart.data.to_string().replace('<', "\\u003c")),
        table => table_value(&chart.title, &chart.table),
        source => chart.source,
        wide => chart.width != Width::Half,
        scrolls => chart.width == Width::Own,
    }
}

fn table_value(caption: &str, table: &Table) -> Value {
    let columns: Value = table
        .columns
        .iter()
        .map(|column| context! { label => column.label.as_str(), numeric => column.numeric })
        .collect();
    let rows: Value = table
        .rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect::<Value>())
        .collect();
    context! { caption => caption, columns => columns, rows => rows, more => table.more }
}
