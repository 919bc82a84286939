use std::path::Path;

use super::*;
use crate::lists::{Preset, write};
use crate::outputs::Encoding;

/// Names that break what is not careful: formulas, quotes, separators, breaks.
const NAMES: [&str; 8] = [
    "张伟",
    "=HYPERLINK(\"http://x\")",
    "O'Neil; \"Al\" | x\\y",
    "+1\tx\r\ny",
    "-张",
    "@a,b",
    "'=1",
    "\u{feff}＝1",
];

fn row(source: Source, index: usize, row: &mut Row) {
    let phones = ["+999105550123", "+8613812345678", "+2901234"];
    let channels = ["call", "sms", "call", "app"];
    for column in source.columns() {
        match column.name {
            "customer_id" => row.push(format_args!("C{index}")),
            "call_id" => row.push(format_args!("open-complaint:C{index}:2026-10-30")),
            "phone" if channels[index % 4] == "app" => row.empty(),
            "phone" => row.push(phones[index % 3]),
            "channel" => row.push(channels[index % 4]),
            "status" => row.push(if index % 5 == 4 {
                "waitlist"
            } else {
                "invited"
            }),
            "known" => row.push(if index.is_multiple_of(2) {
                "new"
            } else {
                "known"
            }),
            "activity_id" => row.push("film-night"),
            _ => match column.kind {
                Kind::Text => row.push(NAMES[index % NAMES.len()]),
                Kind::DateTime => row.push("2026-11-02T09:00:00+08:00"),
                Kind::Integer => row.push(index + 1),
                _ => row.push("x"),
            },
        }
    }
}

fn list(source: Source, rows: usize) -> List<'static> {
    let name = match source {
        Source::Customers => "customers",
        Source::Invitations => "invitations-film-night",
        Source::Calls => "calls-call",
    };
    let make = move |index: usize, cells: &mut Row| row(source, index, cells);
    List::new(name, "A list", source.list_columns(), rows, make).unwrap()
}

fn export(text: &str) -> ExportSettings {
    let export: ExportSettings = toml::from_str(text).unwrap();
    assert!(export.faults().is_empty(), "{text}");
    export
}

/// Names and bytes of the files that an export makes of a list.
fn files(list: &List<'_>, export: &ExportSettings) -> Vec<(String, Vec<u8>)> {
    let scratch = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for_each_file(list, export, |file| {
        let mut bytes = Vec::new();
        write(file, export.preset, Path::new(scratch.path()), &mut bytes)?;
        files.push((file.name().to_owned(), bytes));
        Ok::<_, ListError>(())
    })
    .unwrap();
    files
}

/// The records of a delimited file, the header first where there is one.
fn records(preset: Preset, bytes: &[u8]) -> Vec<Vec<String>> {
    let form = preset.layout().text;
    assert_eq!(form.encoding, Encoding::Utf8);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(form.delimiter as u8)
        .quoting(form.delimiter == ',')
        .from_reader(bytes);
    let text = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    reader
        .records()
        .map(|record| text(record.unwrap()))
        .collect()
}

fn one(preset: &str, source: Source, rows: usize) -> Vec<Vec<String>> {
    let export = export(&format!("preset = \"{preset}\""));
    let made = files(&list(source, rows), &export);
    assert_eq!(made.len(), 1, "{preset}");
    records(export.preset, &made[0].1)
}

#[test]
fn the_dialler_gets_digits_in_25_fields_and_only_whom_it_is_to_dial() {
    let rows = one("vicidial", Source::Calls, 12);
    // Of 12 rows 6 are calls, of which two have a number too short to dial.
    let ids: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(ids, ["C0", "C4", "C6", "C10"]);
    for row in &rows {
        assert_eq!(row.len(), 25);
        let number = format!("+{}{}", row[3], row[4]);
        assert!(["+999105550123", "+8613812345678"].contains(&number.as_str()));
        let hostile = |c: char| c.is_control() || "'\"`\\;|".contains(c);
        for cell in row {
            assert!(!cell.contains(hostile), "{cell:?}");
            assert!(!cell.starts_with(['=', '+', '-', '@', '＝']), "{cell:?}");
        }
        assert!(row[6].chars().count() <= 30 && row[22].chars().count() <= 255);
    }
}

#[test]
fn an_id_longer_than_the_importer_takes_is_an_error_and_never_cut() {
    let long = List::new(
        "calls-call",
        "",
        Source::Calls.list_columns(),
        1,
        |_, cells: &mut Row| {
            let mut made = Row::default();
            row(Source::Calls, 0, &mut made);
            for (column, cell) in Source::Calls.columns().iter().zip(made.cells()) {
                match column.name {
                    "customer_id" => cells.push("C".repeat(21)),
                    _ => cells.push_opt(cell),
                }
            }
        },
    );
    let ended = for_each_file(&long.unwrap(), &export("preset = \"vicidial\""), |_| {
        Ok::<_, ListError>(())
    });
    assert!(matches!(ended, Err(ListError::Long { limit: 20, .. })));
}

#[test]
fn two_rows_with_one_external_id_are_an_error() {
    let twice = List::new(
        "customers",
        "",
        Source::Customers.list_columns(),
        2,
        |_, cells: &mut Row| row(Source::Customers, 0, cells),
    );
    let ended = for_each_file(&twice.unwrap(), &export("preset = \"hubspot\""), |_| {
        Ok::<_, ListError>(())
    });
    let error = ended.unwrap_err().to_string();
    assert!(
        error.contains("row 2: Clubcall ID is that of an earlier row"),
        "{error}"
    );
}

#[test]
fn tryton_creates_with_a_number_and_updates_without_any_child() {
    let export = export("preset = \"tryton\"\ncolumns = { \"addresses/city\" = \"district\" }");
    let made = files(&list(Source::Customers, 8), &export);
    let names: Vec<&str> = made.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["customers-create", "customers-update"]);
    let create = records(Preset::Tryton, &made[0].1);
    assert_eq!(
        create[0],
        [
            "code",
            "name",
            "contact_mechanisms/type",
            "contact_mechanisms/value",
            "addresses/city"
        ]
    );
    assert_eq!(create[1][0], "clubcall-C0");
    for row in &create[1..] {
        assert_eq!(
            row[2].is_empty(),
            row[3].is_empty(),
            "a kind without a number"
        );
    }
    let update = records(Preset::Tryton, &made[1].1);
    assert_eq!(
        update[0],
        ["id", "name"],
        "not even the site's child columns"
    );
    assert_eq!(create.len() + update.len(), 8 + 2);
    let invited = one("tryton", Source::Invitations, 5);
    assert_eq!(invited[0], ["scenario", "record"]);
    assert_eq!(invited[1], ["film-night", "party.party,clubcall-C0"]);
    assert_eq!(invited.len(), 1 + 4, "whoever waits is no record yet");
}

#[test]
fn odoo_ids_have_no_dot_and_an_update_empties_no_phone() {
    let made = files(&list(Source::Customers, 4), &export("preset = \"odoo\""));
    let [create, update] = [0, 1].map(|at: usize| records(Preset::Odoo, &made[at].1));
    assert_eq!(create[1][0], "clubcall_customer_C0");
    assert!(create[0].contains(&"phone".to_owned()));
    assert!(!update[0].contains(&"phone".to_owned()));
    let invited = one("odoo", Source::Invitations, 2);
    assert_eq!(invited[1][0], "clubcall_invitation_film-night_C0");
    assert_eq!(invited[1][3], "clubcall_customer_C0");
}

#[test]
fn lists_are_parted_at_rows_and_bytes_and_no_row_is_lost() {
    let made = files(&list(Source::Calls, 12_001), &export("preset = \"mautic\""));
    let names: Vec<&str> = made.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["calls-call", "calls-call-2", "calls-call-3"]);
    let parts: Vec<usize> = made
        .iter()
        .map(|(_, bytes)| records(Preset::Mautic, bytes).len() - 1)
        .collect();
    assert_eq!(parts, [5_000, 5_000, 2_001]);

    let list = list(Source::Calls, 50);
    let export = export("preset = \"salesforce\"");
    let whole = files(&list, &export);
    static SMALL: Layout = Layout {
        limits: crate::lists::layout::Limits {
            bytes: 2_000,
            ..Preset::Salesforce.layout().limits
        },
        ..*Preset::Salesforce.layout()
    };
    let file = &SMALL.files[1];
    let shape = Shape::new(&list, &SMALL, file, &export).unwrap();
    let mut rows = 0;
    for (number, part) in shape.parts().unwrap().into_iter().enumerate() {
        let list = shape.list(number, part).unwrap();
        let mut bytes = Vec::new();
        write(&list, Preset::Salesforce, Path::new("/"), &mut bytes).unwrap();
        assert!(bytes.len() <= 2_000, "{} bytes", bytes.len());
        rows += records(Preset::Salesforce, &bytes).len() - 1;
    }
    assert_eq!(rows, records(Preset::Salesforce, &whole[0].1).len() - 1);
}

#[test]
fn a_site_has_its_own_fields() {
    let export = export(
        "preset = \"salesforce\"\n\
         columns = { Status = { value = \"Geplant\" }, Description = false, Team__c = \"team\", Note__c = \"message\" }",
    );
    let made = files(&list(Source::Calls, 1), &export);
    let rows = records(Preset::Salesforce, &made[0].1);
    assert_eq!(
        rows[0],
        [
            "Clubcall_Id__c",
            "Contact:Who.Clubcall_Id__c",
            "Subject",
            "ActivityDate",
            "Status",
            "Team__c"
        ],
        "calls have no message"
    );
    assert_eq!(rows[1][4], "Geplant");
    let plain = crate::lists::settings::ExportSettings {
        preset: Preset::Csv,
        ..export
    };
    let made = files(&list(Source::Calls, 1), &plain);
    let header = &records(Preset::Csv, &made[0].1)[0];
    assert!(header.contains(&"Team__c".to_owned()) && header.contains(&"call_id".to_owned()));
}

#[test]
fn every_preset_takes_hostile_names_and_the_same_night_gives_the_same_bytes() {
    for preset in Preset::ALL {
        for source in Source::ALL {
            let export = export(&format!("preset = \"{}\"", preset.name()));
            let first = files(&list(source, 40), &export);
            assert_eq!(
                first,
                files(&list(source, 40), &export),
                "{}",
                preset.name()
            );
            let layout = preset.layout();
            let texts = layout.format == crate::outputs::FileFormat::Csv
                && layout.text.encoding == Encoding::Utf8;
            for (name, bytes) in first.iter().filter(|_| texts) {
                let text = std::str::from_utf8(bytes).unwrap();
                let lines = text.matches('\n').count();
                assert_eq!(
                    lines,
                    records(preset, bytes).len(),
                    "{name}: a cell has a break"
                );
                if layout.guard == crate::lists::layout::Guard::Typed {
                    continue;
                }
                for cell in records(preset, bytes).concat() {
                    let number = cell
                        .strip_prefix(['+', '-'])
                        .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
                    assert!(
                        number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']),
                        "{name}: {cell:?}"
                    );
                }
            }
        }
    }
}
