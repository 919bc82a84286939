//! What an importer takes, as data: a preset is a [`Layout`], and one writer
//! per file format does the rest.

use super::{Kind, Source};
use crate::outputs::{Encoding, FileFormat, TextForm};

/// A preset as data.
#[derive(Debug)]
pub struct Layout {
    /// The format of its files.
    pub format: FileFormat,
    /// Their ending, without the dot.
    pub extension: &'static str,
    /// How their text is written.
    pub text: TextForm,
    /// What is done to free text that a spreadsheet would run as a formula.
    pub guard: Guard,
    /// Characters that the importer gives a meaning of its own; they leave free
    /// text.
    pub refused: &'static [char],
    /// The most that a file may hold.
    pub limits: Limits,
    /// What external ids begin with, unless the site says otherwise.
    pub prefix: &'static str,
    /// How external ids are put together.
    pub keys: KeyForm,
    /// The files, per source; none stands for every list as it is.
    pub files: &'static [FileLayout],
}

/// What is done to free text that a spreadsheet would take for a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// An apostrophe before it.
    Apostrophe,
    /// Its first characters go, for importers that refuse apostrophes.
    Drop,
    /// Nothing: the format has types, and no spreadsheet runs its text.
    Typed,
}

/// The most that a file may hold. Rows and bytes part a list into several
/// files; more columns, or a longer header, are a fault.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows without the header.
    pub rows: usize,
    /// Bytes.
    pub bytes: usize,
    /// Columns.
    pub columns: usize,
    /// Characters of a free text; longer ones are cut.
    pub text: usize,
    /// Characters of a header.
    pub header: usize,
}

impl Limits {
    /// None that an importer states.
    pub const NONE: Self = Self {
        rows: usize::MAX,
        bytes: usize::MAX,
        columns: usize::MAX,
        text: usize::MAX,
        header: 255,
    };
}

/// How an external id is made of several ids.
#[derive(Debug, Clone, Copy)]
pub struct KeyForm {
    /// Between two of them.
    pub separator: char,
    /// What stands for a dot, where a dot means something else.
    pub dot: char,
}

impl KeyForm {
    /// Ids as they are, with a colon between two.
    pub const PLAIN: Self = Self {
        separator: ':',
        dot: '.',
    };
}

/// One kind of file of a preset.
#[derive(Debug)]
pub struct FileLayout {
    /// The lists it is made of.
    pub source: Source,
    /// What its name ends with: create and update apart.
    pub ending: &'static str,
    /// Which rows are in it.
    pub rows: Rows,
    /// Its columns.
    pub columns: &'static [Target],
    /// The headers by which the importer tells rows apart; no two rows have
    /// the same.
    pub key: &'static [&'static str],
    /// Whether a header with `/`, a column of a child record, may be added.
    pub children: bool,
}

/// Which rows of a list are in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// All.
    Every,
    /// Those that are invited now, not those waiting.
    Invited,
    /// Those to be reached by phone, with a number that a dialler takes.
    Dialled,
    /// Customers whom no earlier night has named.
    New,
    /// Customers whom an earlier night has named.
    Known,
}

/// A column of a file.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name in the header.
    pub header: &'static str,
    /// Where its cells come from.
    pub value: Value,
    /// What its cells hold.
    pub kind: Kind,
    /// The most characters of a cell: a longer text is cut, a longer id is an
    /// error, since a cut id is another one.
    pub limit: usize,
}

/// Where a cell comes from.
#[derive(Debug, Clone, Copy)]
pub enum Value {
    /// The column of that name.
    Column(&'static str),
    /// The first column, or the second where the first is empty.
    Either(&'static str, &'static str),
    /// The columns' texts one after the other, `; ` between two.
    Joined(&'static [&'static str]),
    /// An external id: the prefix, a word (unless it is empty), the columns.
    Key(&'static str, &'static [&'static str]),
    /// The external id of a column's record behind the record's kind:
    /// `party.party,C1`.
    Reference(&'static str, &'static str),
    /// The same text in every row.
    Fixed(&'static str),
    /// The same text in every row where the column has a value.
    Beside(&'static str, &'static str),
    /// Nothing: the importer expects the column and we have no value.
    Empty,
    /// The digits of a phone number's country code.
    CountryCode(&'static str),
    /// The digits of a phone number after the country code.
    National(&'static str),
    /// The day of a time.
    Day(&'static str),
    /// What a clock shows where the customer is.
    Clock(&'static str),
}

impl Target {
    /// A column that takes another one as it is, with its kind.
    #[must_use]
    pub const fn new(header: &'static str, value: Value, kind: Kind) -> Self {
        Self {
            header,
            value,
            kind,
            limit: usize::MAX,
        }
    }

    /// The column with a limit of characters.
    #[must_use]
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

impl FileLayout {
    /// A file of all rows of a source.
    #[must_use]
    pub const fn new(
        source: Source,
        columns: &'static [Target],
        key: &'static [&'static str],
    ) -> Self {
        Self {
            source,
            ending: "",
            rows: Rows::Every,
            columns,
            key,
            children: true,
        }
    }

    /// The file with only some rows.
    #[must_use]
    pub const fn rows(mut self, rows: Rows) -> Self {
        self.rows = rows;
        self
    }

    /// The file under a name that ends so.
    #[must_use]
    pub const fn ending(mut self, ending: &'static str) -> Self {
        self.ending = ending;
        self
    }

    /// The file with no column of a child record, not even by the site.
    #[must_use]
    pub const fn childless(mut self) -> Self {
        self.children = false;
        self
    }
}

impl Layout {
    /// RFC 4180 in UTF-8, free text guarded, no limits, lists as they are:
    /// what other layouts differ from.
    pub const CSV: Self = Self {
        format: FileFormat::Csv,
        extension: FileFormat::Csv.extension(),
        text: TextForm::RFC4180,
        guard: Guard::Apostrophe,
        refused: &[],
        limits: Limits::NONE,
        prefix: "",
        keys: KeyForm::PLAIN,
        files: &[],
    };

    /// [`Layout::CSV`] in another encoding.
    #[must_use]
    pub const fn encoded(mut self, encoding: Encoding) -> Self {
        self.text.encoding = encoding;
        self
    }

    /// [`Layout::CSV`] in a format that has types.
    #[must_use]
    pub const fn typed(format: FileFormat) -> Self {
        Self {
            format,
            extension: format.extension(),
            guard: Guard::Typed,
            ..Self::CSV
        }
    }
}

/// The country code and the rest of an E.164 number, without the `+`.
///
/// ITU-T E.164, list of assigned country codes: zones 1 and 7 have one digit,
/// the pairs below two, everything else three.
pub(super) fn country_code(phone: &str) -> Option<(&str, &str)> {
    const PAIRS: [&str; 44] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
        "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
        "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    let digits = phone.strip_prefix('+')?;
    let length = match digits.get(..2)? {
        pair if pair.starts_with(['1', '7']) => 1,
        pair if PAIRS.contains(&pair) => 2,
        _ => 3,
    };
    digits.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn country_codes_are_told_from_what_follows() {
        for (phone, code, rest) in [
            ("+12125550123", "1", "2125550123"),
            ("+79165550123", "7", "9165550123"),
            ("+8613812345678", "86", "13812345678"),
            ("+4930123456", "49", "30123456"),
            ("+85212345678", "852", "12345678"),
            ("+999105550123", "999", "105550123"),
        ] {
            assert_eq!(country_code(phone), Some((code, rest)), "{phone}");
        }
        assert_eq!(country_code("86138"), None);
    }
}
