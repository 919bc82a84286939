use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::place::Place;
use super::{DeliverError, Delivered, DestinationSettings};
use crate::store::{Manifest, Run};

const MANIFEST: &str = "manifest.json";
const CURRENT: &str = "current.json";

/// `current.json`: which run to take. It is written last of all, so whoever
/// follows it finds a whole run.
#[derive(Debug, Serialize, Deserialize)]
struct Current {
    run_id: String,
    as_of: String,
}

/// Takes the run's files to a folder or a bucket: `runs/<run_id>/…` with the
/// manifest last, then `current.json`, unless that names a later night.
///
/// Where the same manifest is there already, only files that are missing or of
/// another size are written again; where it is another one, it is removed
/// first, so that at no moment a manifest stands beside files that it does not
/// describe.
pub(super) fn deliver(
    run: &Run,
    destination: &DestinationSettings,
) -> Result<Delivered, DeliverError> {
    let place = Place::open(destination)?;
    let patterns: Option<Vec<glob::Pattern>> = destination.files.as_ref().map(|patterns| {
        let parsed = patterns.iter().map(|pattern| glob::Pattern::new(pattern));
        parsed.filter_map(Result::ok).collect()
    });
    let wanted = |path: &str| match &patterns {
        None => true,
        Some(patterns) => patterns.iter().any(|pattern| pattern.matches(path)),
    };
    let manifest = run.manifest.of(wanted);
    if manifest.outputs.is_empty() {
        return Err(DeliverError::Nothing(format!(
            "no file of run {} matches `files`",
            run.id()
        )));
    }
    let folder = format!("runs/{}", run.id());
    let last = format!("{folder}/{MANIFEST}");
    let json = manifest.json()?;
    let same = place.read(&last)?.is_some_and(|there| there == json);
    if !same {
        place.remove(&last)?;
    }
    let mut delivered = Delivered::default();
    for (path, record) in &manifest.outputs {
        let target = format!("{folder}/{path}");
        if !same || place.size(&target)? != Some(record.bytes) {
            place.put(&target, run.open(path)?, record.bytes)?;
        }
        delivered.files += 1;
        delivered.bytes += record.bytes;
    }
    if !same {
        place.put(&last, json.as_slice(), json.len() as u64)?;
    }
    delivered.current = point(&place, &manifest, run)?;
    Ok(delivered)
}

/// Points `current.json` at the run, unless another one stands for its night or
/// a later night is there.
fn point(place: &Place, manifest: &Manifest, run: &Run) -> Result<bool, DeliverError> {
    let there: Option<Current> = place
        .read(CURRENT)?
        .and_then(|text| serde_json::from_slice(&text).ok());
    let later = there
        .as_ref()
        .and_then(|there| there.as_of.parse::<Date>().ok())
        .is_some_and(|as_of| as_of > manifest.as_of);
    if later || run.superseded {
        return Ok(false);
    }
    if there.is_some_and(|there| there.run_id == manifest.run_id) {
        return Ok(true);
    }
    let current = Current {
        run_id: manifest.run_id.clone(),
        as_of: manifest.as_of.to_string(),
    };
    let mut json = serde_json::to_vec_pretty(&current).map_err(|error| DeliverError::Form {
        file: CURRENT.to_owned(),
        problem: error.to_string(),
    })?;
    json.push(b'\n');
    place.put(CURRENT, json.as_slice(), json.len() as u64)?;
    Ok(true)
}
