//! From a pipeline file to a plan over tables that exist.

use std::path::Path;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Exit, Failure};
use crate::domain::{Fault, date_from_days};
use crate::pipeline::{Loaded, Plan};
use crate::tables::{Catalog, Night, TableError};

/// A pipeline ready to be run or checked.
pub(super) struct Ready {
    pub(super) plan: Plan,
    pub(super) catalog: Catalog,
}

/// Reads, opens and checks everything; all faults come together.
pub(super) fn pipeline(path: &Path, as_of: Option<&str>) -> Result<Ready, Failure> {
    if !path.is_file() {
        return Err(Failure::new(
            Exit::NoInput,
            format!("there is no pipeline file {}", path.display()),
        ));
    }
    let loaded = Loaded::read(path)?;
    let asked = as_of.unwrap_or(&loaded.file.pipeline.as_of);
    let timezone = loaded.file.pipeline.timezone.clone();
    // Every row is known when the newest one is looked for.
    let night = Night {
        as_of: known_date(asked).unwrap_or(Date::MAX),
        timezone: timezone.clone(),
    };
    let catalog = match Catalog::open(
        &loaded.file.sources,
        &loaded.file.tables,
        &loaded.folder,
        night,
    ) {
        Ok(catalog) => catalog,
        Err(TableError::Faults(mut faults)) => {
            faults.extend(loaded.references());
            return Err(loaded.placed(faults).into());
        }
        Err(other) => {
            // A missing file must not hide what is wrong with the pipeline.
            let faults = loaded.placed(loaded.references());
            return Err(if faults.is_empty() {
                other.into()
            } else {
                faults.into()
            });
        }
    };
    let plan = Plan::compile(&loaded, &catalog.schemas())?;
    let as_of = match known_date(asked) {
        Some(date) => date,
        None => resolved(asked, &timezone, &catalog)?,
    };
    let catalog = catalog
        .on(Night { as_of, timezone })
        .map_err(|error| match error {
            TableError::Faults(faults) => loaded.placed(faults).into(),
            other => Failure::from(other),
        })?;
    Ok(Ready { plan, catalog })
}

fn known_date(text: &str) -> Option<Date> {
    Date::from_str(text).ok()
}

/// `today` and `data` as dates.
fn resolved(text: &str, timezone: &str, catalog: &Catalog) -> Result<Date, Failure> {
    match text {
        "today" => {
            let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
            Ok(zone.to_datetime(Timestamp::now()).date())
        }
        "data" => match catalog.newest("usage", "date")? {
            Some(day) => Ok(date_from_days(day + 1)),
            None => Err(Failure::new(
                Exit::Usage,
                "`as_of = \"data\"` needs a usage table with dates\n  next: give --as-of YYYY-MM-DD",
            )),
        },
        other => {
            let fault = Fault::new("--as-of", format!("`{other}` is no date"))
                .allowed("today, data, or YYYY-MM-DD");
            Err(Failure::new(Exit::Usage, fault.to_string()))
        }
    }
}
