//! A list as an importer takes it: its columns, rows, keys and parts, as the
//! preset's [`Layout`] and the site's own columns say.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;

use super::layout::{FileLayout, Layout, Rows, Target, Value, country_code};
use super::list::{CELL_LIMIT, Row};
use super::settings::{ColumnSetting, ExportSettings};
use super::text::fit;
use super::{Kind, List, ListColumn, ListError, Source};

/// Gives every file that the export makes of the list to `write`, in order.
///
/// # Errors
/// When a cell breaks its column's grammar or the importer's limits, two rows
/// have the same key, or `write` fails.
pub fn for_each_file<E: From<ListError>>(
    list: &List<'_>,
    export: &ExportSettings,
    mut write: impl FnMut(&List<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let layout = export.preset.layout();
    if layout.files.is_empty() && export.columns.is_empty() {
        return write(list);
    }
    let source = Source::of(list.name());
    let whole = source.map(|source| FileLayout::new(source, &[], &[]));
    let files: Vec<&FileLayout> = match (layout.files, &whole) {
        ([], Some(whole)) => vec![whole],
        (files, _) => files
            .iter()
            .filter(|file| Some(file.source) == source)
            .collect(),
    };
    for file in files {
        let shape = Shape::new(list, layout, file, export)?;
        for (number, part) in shape.parts()?.into_iter().enumerate() {
            write(&shape.list(number, part)?)?;
        }
    }
    Ok(())
}

/// A list seen through a file's layout.
struct Shape<'l> {
    list: &'l List<'l>,
    layout: &'static Layout,
    ending: &'static str,
    rows: Rows,
    key: Vec<String>,
    prefix: String,
    columns: Vec<Column>,
}

/// A column of the file, with the places of what it is made of.
struct Column {
    header: String,
    description: String,
    kind: Kind,
    limit: usize,
    cell: Cell,
}

enum Cell {
    Same(usize),
    Either(usize, usize),
    Joined(Vec<usize>),
    Key(&'static str, Vec<usize>),
    Reference(&'static str, usize),
    Fixed(String),
    Beside(usize, &'static str),
    Empty,
    CountryCode(usize),
    National(usize),
    Day(usize),
    Clock(usize),
}

impl<'l> Shape<'l> {
    fn new(
        list: &'l List<'l>,
        layout: &'static Layout,
        file: &FileLayout,
        export: &ExportSettings,
    ) -> Result<Self, ListError> {
        let mut shape = Self {
            list,
            layout,
            ending: file.ending,
            rows: file.rows,
            key: file.key.iter().map(|&header| header.to_owned()).collect(),
            prefix: export.prefix.as_deref().unwrap_or(layout.prefix).to_owned(),
            columns: Vec::new(),
        };
        if file.columns.is_empty() {
            shape.key = list.key().to_vec();
            for (place, column) in list.columns().iter().enumerate() {
                shape.columns.push(Column {
                    header: column.name.clone(),
                    description: column.description.clone(),
                    kind: column.kind,
                    limit: usize::MAX,
                    cell: Cell::Same(place),
                });
            }
        } else {
            for target in file.columns {
                let column = shape.column(target)?;
                shape.columns.push(column);
            }
        }
        shape.take_site(file, export)?;
        let limits = layout.limits;
        let fault = |problem: String| ListError::Columns {
            list: list.name().to_owned(),
            problem,
        };
        if shape.columns.len() > limits.columns {
            return Err(fault(format!(
                "{} columns; preset {} takes {}",
                shape.columns.len(),
                export.preset.name(),
                limits.columns
            )));
        }
        let long = |column: &&Column| column.header.chars().count() > limits.header;
        if let Some(column) = shape.columns.iter().find(long) {
            return Err(fault(format!(
                "the header `{}` has more than {} characters",
                column.header, limits.header
            )));
        }
        Ok(shape)
    }

    /// The columns that the site has changed, left out or added.
    fn take_site(&mut self, file: &FileLayout, export: &ExportSettings) -> Result<(), ListError> {
        for (header, setting) in &export.columns {
            let at = self.columns.iter().position(|c| c.header == *header);
            let cell = match setting {
                ColumnSetting::Take(true) => continue,
                ColumnSetting::Take(false) => {
                    if let Some(at) = at {
                        self.columns.remove(at);
                        self.key.retain(|key| key != header);
                    }
                    continue;
                }
                ColumnSetting::Fixed { value } => Some((Cell::Fixed(value.clone()), None)),
                ColumnSetting::Column(name) => {
                    let place = self.list.columns().iter().position(|c| c.name == *name);
                    place.map(|place| (Cell::Same(place), Some(&self.list.columns()[place])))
                }
            };
            // A column that this list does not have is one of another list.
            let Some((cell, from)) = cell else { continue };
            let kind = from.map_or(Kind::Text, |column| column.kind);
            let description = from.map_or_else(String::new, |column| column.description.clone());
            match at {
                Some(at) => {
                    let column = &mut self.columns[at];
                    column.cell = cell;
                    column.kind = kind;
                    column.description = description;
                }
                None if self.layout.text.header && (file.children || !header.contains('/')) => {
                    self.columns.push(Column {
                        header: header.clone(),
                        description,
                        kind,
                        limit: usize::MAX,
                        cell,
                    });
                }
                None => {}
            }
        }
        Ok(())
    }

    fn column(&self, target: &Target) -> Result<Column, ListError> {
        let place = |name: &str| self.place(name);
        let places = |names: &[&str]| -> Result<Vec<usize>, ListError> {
            names.iter().map(|name| place(name)).collect()
        };
        let (cell, described) = match target.value {
            Value::Column(name) => (Cell::Same(place(name)?), Some(name)),
            Value::Either(first, second) => {
                (Cell::Either(place(first)?, place(second)?), Some(first))
            }
            Value::Joined(names) => (Cell::Joined(places(names)?), names.first().copied()),
            Value::Key(word, names) => (Cell::Key(word, places(names)?), names.last().copied()),
            Value::Reference(before, name) => (Cell::Reference(before, place(name)?), Some(name)),
            Value::Fixed(text) => (Cell::Fixed(text.to_owned()), None),
            Value::Beside(name, text) => (Cell::Beside(place(name)?, text), None),
            Value::Empty => (Cell::Empty, None),
            Value::CountryCode(name) => (Cell::CountryCode(place(name)?), Some(name)),
            Value::National(name) => (Cell::National(place(name)?), Some(name)),
            Value::Day(name) => (Cell::Day(place(name)?), Some(name)),
            Value::Clock(name) => (Cell::Clock(place(name)?), Some(name)),
        };
        let described =
            described.and_then(|name| self.list.columns().iter().find(|c| c.name == name));
        Ok(Column {
            header: target.header.to_owned(),
            description: described.map_or_else(String::new, |column| column.description.clone()),
            kind: target.kind,
            limit: target.limit,
            cell,
        })
    }

    fn place(&self, name: &str) -> Result<usize, ListError> {
        let columns = self.list.columns();
        columns
            .iter()
            .position(|column| column.name == name)
            .ok_or_else(|| ListError::Columns {
                list: self.list.name().to_owned(),
                problem: format!("there is no column `{name}`"),
            })
    }

    /// Whether the row is in the file.
    fn wants(&self, cells: &[Option<&str>]) -> bool {
        let cell = |name: &str| {
            let at = self.list.columns().iter().position(|c| c.name == name)?;
            cells[at]
        };
        match self.rows {
            Rows::Every => true,
            Rows::Invited => cell("status") == Some("invited"),
            Rows::New => cell("known") == Some("new"),
            Rows::Known => cell("known") == Some("known"),
            Rows::Dialled => {
                let number = cell("phone").and_then(country_code);
                cell("channel") == Some("call")
                    && number.is_some_and(|(_, rest)| rest.len() >= SHORTEST_NATIONAL)
            }
        }
    }

    /// The rows of each file: those wanted, parted at the importer's limits.
    /// Every cell and key has been checked when this returns.
    fn parts(&self) -> Result<Vec<Vec<u32>>, ListError> {
        let limits = self.layout.limits;
        let form = self.layout.text;
        let head: usize = self.columns.iter().map(|c| c.header.len() + 3).sum();
        let mut parts = vec![Vec::new()];
        let mut bytes = head;
        let mut seen = HashSet::new();
        let mut from = Row::default();
        let mut made = Row::default();
        for index in 0..self.list.len() {
            self.list.fill(index, &mut from)?;
            let cells: Vec<Option<&str>> = from.cells().collect();
            if !self.wants(&cells) {
                continue;
            }
            made.clear();
            self.make(&cells, &mut made);
            self.check(index, &made)?;
            if !self.key.is_empty() {
                let key = self.key_of(&made);
                if !seen.insert(key) {
                    return Err(ListError::Twice {
                        list: self.name(0),
                        columns: self.key.join(", "),
                        row: index + 1,
                    });
                }
            }
            // At most: every cell in quotes, every quote doubled.
            let size: usize = made
                .cells()
                .map(|cell| cell.map_or(0, |t| t.len() + t.matches('"').count() + 1) + 3)
                .sum::<usize>()
                + form.line_end.len();
            let full = parts.last().is_some_and(|part: &Vec<u32>| {
                !part.is_empty() && (part.len() >= limits.rows || bytes + size > limits.bytes)
            });
            if full {
                parts.push(Vec::new());
                bytes = head;
            }
            bytes += size;
            if let (Some(part), Ok(index)) = (parts.last_mut(), u32::try_from(index)) {
                part.push(index);
            }
        }
        Ok(parts)
    }

    fn key_of(&self, row: &Row) -> String {
        let cells = self.columns.iter().zip(row.cells());
        let parts = cells.filter(|(column, _)| self.key.contains(&column.header));
        let texts: Vec<&str> = parts.map(|(_, cell)| cell.unwrap_or_default()).collect();
        texts.join("\n")
    }

    /// Checks the cells that are new in this file.
    fn check(&self, index: usize, row: &Row) -> Result<(), ListError> {
        for (column, cell) in self.columns.iter().zip(row.cells()) {
            let Some(text) = cell else { continue };
            if !column.kind.accepts(text) {
                return Err(ListError::Grammar {
                    list: self.name(0),
                    column: column.header.clone(),
                    row: index + 1,
                    expected: column.kind.expected(),
                });
            }
            if column.kind != Kind::Text && text.len() > column.limit {
                return Err(ListError::Long {
                    list: self.name(0),
                    column: column.header.clone(),
                    row: index + 1,
                    limit: column.limit,
                });
            }
        }
        Ok(())
    }

    /// Makes the row of the file from the row of the list.
    fn make(&self, cells: &[Option<&str>], row: &mut Row) {
        let filled = |at: usize| cells[at].filter(|text| !text.is_empty());
        let mut text = String::new();
        for column in &self.columns {
            text.clear();
            let cell: Option<Cow<'_, str>> = match &column.cell {
                Cell::Same(at) => filled(*at).map(Cow::Borrowed),
                Cell::Either(first, second) => filled(*first)
                    .or_else(|| filled(*second))
                    .map(Cow::Borrowed),
                Cell::Joined(places) => {
                    let texts: Vec<&str> = places.iter().filter_map(|&at| filled(at)).collect();
                    (!texts.is_empty()).then(|| Cow::Owned(texts.join("; ")))
                }
                Cell::Key(word, places) => {
                    self.put_key(word, places.iter().filter_map(|&at| filled(at)), &mut text);
                    Some(Cow::Borrowed(text.as_str()))
                }
                Cell::Reference(before, at) => {
                    text.push_str(before);
                    self.put_key("", filled(*at).into_iter(), &mut text);
                    Some(Cow::Borrowed(text.as_str()))
                }
                Cell::Fixed(fixed) => Some(Cow::Borrowed(fixed.as_str())),
                Cell::Beside(at, fixed) => filled(*at).map(|_| Cow::Borrowed(*fixed)),
                Cell::Empty => None,
                Cell::CountryCode(at) => {
                    let parts = filled(*at).and_then(country_code);
                    parts.map(|(code, _)| Cow::Borrowed(code))
                }
                Cell::National(at) => {
                    let parts = filled(*at).and_then(country_code);
                    parts.map(|(_, rest)| Cow::Borrowed(rest))
                }
                Cell::Day(at) => {
                    filled(*at).map(|time| Cow::Borrowed(time.get(..10).unwrap_or(time)))
                }
                Cell::Clock(at) => filled(*at)
                    .map(|time| Cow::Owned(time.get(..19).unwrap_or(time).replacen('T', " ", 1))),
            };
            match cell {
                Some(cell) if column.kind == Kind::Text => {
                    let limit = column
                        .limit
                        .min(self.layout.limits.text)
                        .min(CELL_LIMIT - 1);
                    let fitted = fit(&cell, self.layout.refused, limit, self.layout.guard);
                    row.push(fitted);
                }
                cell => row.push_opt(cell),
            }
        }
    }

    fn put_key<'t>(&self, word: &str, ids: impl Iterator<Item = &'t str>, text: &mut String) {
        let form = self.layout.keys;
        text.push_str(&self.prefix);
        text.push_str(word);
        let mut first = word.is_empty();
        for id in ids {
            if !first {
                text.push(form.separator);
            }
            first = false;
            if form.dot == '.' {
                text.push_str(id);
            } else {
                text.extend(id.chars().map(|c| if c == '.' { form.dot } else { c }));
            }
        }
    }

    /// The file's name without its ending: parts from the second on have a
    /// number.
    fn name(&self, number: usize) -> String {
        let mut name = format!("{}{}", self.list.name(), self.ending);
        if number > 0 {
            // Writing into a String cannot fail.
            let _ = write!(name, "-{}", number + 1);
        }
        name
    }

    /// The file of those rows as a list of its own.
    fn list(&self, number: usize, rows: Vec<u32>) -> Result<List<'_>, ListError> {
        let columns = self
            .columns
            .iter()
            .map(|column| ListColumn::new(&column.header, &column.description, column.kind));
        let description = format!(
            "{}: {} of {} rows{}",
            self.list.title(),
            rows.len(),
            self.list.len(),
            match self.rows {
                Rows::Every => "",
                Rows::Invited => ", those invited now",
                Rows::Dialled => ", those to be reached by phone",
                Rows::New => ", those no earlier night has named",
                Rows::Known => ", those an earlier night has named",
            }
        );
        List::for_importer(
            self.name(number),
            self.list.title().to_owned(),
            description,
            columns.collect(),
            self.key.clone(),
            rows.len(),
            move |index, row| {
                let mut from = Row::default();
                // Every row was made and checked when the parts were found.
                if self.list.fill(rows[index] as usize, &mut from).is_ok() {
                    let cells: Vec<Option<&str>> = from.cells().collect();
                    self.make(&cells, row);
                }
            },
        )
    }
}

/// The fewest digits after the country code that diallers take.
const SHORTEST_NATIONAL: usize = 6;

#[cfg(test)]
mod tests;
