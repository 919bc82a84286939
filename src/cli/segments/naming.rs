use super::Failure;
use super::published::Named;
use crate::segments::{NameError, Names, Registry};
use crate::store::OutDir;

/// Gives a segment a name, which the program never changes then.
pub(super) fn rename(out: &OutDir, id: &str, name: &str) -> Result<String, Failure> {
    let named = decide(out, |names, registry| names.rename(registry, id, name))?;
    Ok(format!(
        "{id} is called \"{}\" from the next night on, and the name is locked: \
         it stays whatever happens to the segment (`clubcall segments unlock {id}` undoes that)",
        named.name(id, name)
    ))
}

/// Fixes a segment's present name.
pub(super) fn lock(out: &OutDir, id: &str) -> Result<String, Failure> {
    let named = decide(out, |names, registry| names.lock(registry, id))?;
    Ok(format!(
        "{id} is called \"{}\" for good: the name is locked",
        named.name(id, id)
    ))
}

/// Lets the program change a segment's name again.
pub(super) fn unlock(out: &OutDir, id: &str) -> Result<String, Failure> {
    let named = decide(out, |names, registry| names.unlock(registry, id))?;
    Ok(match named.now.get(id) {
        Some(entry) => format!(
            "{id} is unlocked: it is called \"{}\" until it merges with another segment",
            entry.name
        ),
        None => format!("{id} gets its own name back on the next night"),
    })
}

/// Enters a decision about a segment of the current run into the file of names.
fn decide(
    out: &OutDir,
    change: impl FnOnce(&mut Names, &Registry) -> Result<(), NameError>,
) -> Result<Named, Failure> {
    // Looked up first, so that a mistyped folder is not created.
    out.runs()?.find("current")?;
    let lock = out.lock()?;
    let runs = out.runs()?;
    let mut named = Named::read(out, runs.find("current")?)?;
    change(&mut named.names, &named.published)?;
    lock.write_names(&named.names.to_json()?)?;
    named.now = named.published.clone();
    named.names.apply(&mut named.now);
    Ok(named)
}
