//! Writing everything a night has made into a staged run, and publishing it.

use super::{Job, NightError, Outcome, Report};
use crate::artifacts::{self, Night};
use crate::lists::{self, ExportSettings, List, Source};
use crate::outputs::{DataPackage, Resource, write_parquet};
use crate::previous::CONDITIONS;
use crate::report;
use crate::store::{
    ActivityCounts, CheckRecord, InputRecord, MANIFEST_FORMAT, Manifest, Run, StageCount, Staging,
};
use crate::watch::Watch;

/// What the manifest calls people's decisions about names; no table has a dot
/// in its name.
const NAMES: &str = "names.json";

/// Publishes the night, or only sums it up when nothing is to be published.
pub(super) fn publish(
    job: &Job<'_>,
    night: &Night<'_>,
    previous: Option<&Run>,
    watch: &mut Watch,
) -> Result<Report, NightError> {
    let summary = artifacts::summary(night);
    let Some(lock) = job.lock else {
        return Ok(Report {
            run_id: night.run_id.to_owned(),
            summary,
            outcome: Outcome::DryRun,
        });
    };
    let published = watch.stage("publish", |stage| {
        let mut staging = Staging::create(lock, night.run_id)?;
        let (package, reconciliation) = write(job, night, &mut staging)?;
        staging.write_bytes("summary.txt", summary.as_bytes())?;
        staging.write_bytes("datapackage.json", &package)?;
        let manifest = manifest(job, night, previous, reconciliation);
        let report = report::render(staging.folder(), &manifest, staging.outputs())?;
        staging.write_bytes("report.html", report.as_bytes())?;
        stage.rows(staging.outputs().len() as u64);
        Ok::<_, NightError>(staging.publish(manifest)?)
    })?;
    lock.write_timings(night.run_id, &watch.times)?;
    // Retention only after the new run is safe.
    lock.prune(job.plan.file.retention.runs as usize)?;
    Ok(Report {
        run_id: night.run_id.to_owned(),
        summary,
        outcome: Outcome::Published(Box::new(published)),
    })
}

/// Writes tables, model and lists; gives the package descriptor, and for each
/// activity what became of its candidates.
fn write(
    job: &Job<'_>,
    night: &Night<'_>,
    staging: &mut Staging<'_>,
) -> Result<(Vec<u8>, Vec<ActivityCounts>), NightError> {
    let mut resources = Vec::new();
    for table in artifacts::tables(night)? {
        let path = format!("{}.parquet", table.name);
        let record = staging.write(&path, Some(table.rows as u64), |out| {
            write_parquet(&table, out)
        })?;
        resources.push(Resource::of_table(
            &table,
            &path,
            record.bytes,
            &record.sha256,
        ));
    }
    staging.write_bytes("model.json", &json(&night.segmentation.model)?)?;
    staging.write_bytes("registry.json", &json(&night.segmentation.registry)?)?;
    let lists = artifacts::lists(night)?;
    let rows = lists
        .iter()
        .map(|list| (list.name().to_owned(), list.len() as u64));
    let reconciliation = artifacts::reconciliation(night, &rows.collect::<Vec<_>>())?;
    for (index, export) in job.plan.file.exports.iter().enumerate() {
        let wanted = lists.iter().filter(|list| export.wants(list.name()));
        for list in wanted {
            resources.extend(write_list(list, export, staging)?);
        }
        if export.wants(Source::Customers.name()) {
            let list = artifacts::customers(night, index)?;
            resources.extend(write_list(&list, export, staging)?);
        }
    }
    let package = DataPackage {
        name: format!("clubcall-{}", night.run_id),
        title: format!(
            "{}, {}",
            job.plan.file.pipeline.name, night.tables.night.as_of
        ),
        description:
            "What a night published: tables for analysts, lists for the CRM and the call centre."
                .to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        resources,
    };
    Ok((package.to_json().into_bytes(), reconciliation))
}

/// Writes the files that an export makes of a list.
fn write_list(
    list: &List<'_>,
    export: &ExportSettings,
    staging: &mut Staging<'_>,
) -> Result<Vec<Resource>, NightError> {
    let mut resources = Vec::new();
    lists::for_each_file(list, export, |file| {
        let path = export.path(file.name());
        let scratch = staging.folder().to_path_buf();
        let record = staging.write(&path, Some(file.len() as u64), |out| {
            lists::write(file, export.preset, &scratch, out)
        })?;
        let preset = export.preset;
        resources.push(preset.resource(file, &path, record.bytes, &record.sha256));
        Ok::<_, NightError>(())
    })?;
    Ok(resources)
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, NightError> {
    let mut text =
        serde_json::to_vec_pretty(value).map_err(|error| NightError::Json(error.to_string()))?;
    text.push(b'\n');
    Ok(text)
}

/// What the run is made of and what it counted.
fn manifest(
    job: &Job<'_>,
    night: &Night<'_>,
    previous: Option<&Run>,
    reconciliation: Vec<ActivityCounts>,
) -> Manifest {
    let file = &job.plan.file;
    let as_of = night.tables.night.as_of;
    let sources = |table: &str| {
        let settings = file.tables.get(table);
        let from = settings.and_then(|settings| settings.from.clone());
        from.map_or_else(|| vec!["query".to_owned()], |from| vec![from])
    };
    let inputs = night.tables.tables.iter().map(|(name, table)| {
        let record = InputRecord {
            rows: table.rows,
            content_digest: table.digest.clone(),
            sources: sources(name),
        };
        (name.clone(), record)
    });
    // Without an earlier run nobody has seen a name: see `identify`.
    let names = (previous.is_some() && !job.names.is_empty()).then(|| {
        let record = InputRecord {
            rows: job.names.len() as u64,
            content_digest: job.names.digest(),
            sources: vec![NAMES.to_owned()],
        };
        (NAMES.to_owned(), record)
    });
    let checks = night.tables.checks.iter().map(|check| CheckRecord {
        table: check.table.clone(),
        column: Some(check.column.clone()).filter(|column| !column.is_empty()),
        rule: check.rule.clone(),
        severity: check.severity.as_str().to_owned(),
        violations: check.violations,
    });
    Manifest {
        format: MANIFEST_FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        run_id: night.run_id.to_owned(),
        pipeline: file.pipeline.name.clone(),
        pipeline_digest: job.plan.digest.clone(),
        as_of,
        seed: file.pipeline.seed,
        language: file.report.language.unwrap_or(file.pipeline.language),
        previous_run: previous.map(|run| run.id().to_owned()),
        supersedes: job
            .runs
            .superseded_by(as_of, night.run_id)
            .map(|run| run.id().to_owned()),
        inputs: inputs.chain(names).collect(),
        stages: stages(night),
        checks: checks.collect(),
        alerts: night.alerts.clone(),
        reconciliation,
        outputs: Default::default(),
    }
}

fn stages(night: &Night<'_>) -> Vec<StageCount> {
    let stage = |name: &str, rows: &[(&str, usize)]| StageCount {
        stage: name.to_owned(),
        rows: rows
            .iter()
            .map(|&(name, count)| (name.to_owned(), count as u64))
            .collect(),
    };
    let invited = night
        .campaign
        .invitations
        .iter()
        .filter(|i| i.status == crate::campaign::InvitationStatus::Invited)
        .count();
    let reasons = night.plan.file.calls.iter().zip(&night.conditions);
    let conditions = reasons.filter_map(|(reason, &count)| Some((reason.id.clone(), count?)));
    vec![
        stage("tables", &[("rejects", night.tables.rejects.len())]),
        stage(
            "view",
            &[
                ("customers", night.view.people.len()),
                ("columns", night.view.frame.width()),
            ],
        ),
        stage(
            "segments",
            &[
                ("segments", night.segmentation.segments.len()),
                ("fitted", usize::from(night.segmentation.refitted)),
            ],
        ),
        stage(
            "campaign",
            &[
                ("candidates", night.campaign.candidates.len()),
                ("invited", invited),
                ("waitlist", night.campaign.invitations.len() - invited),
                ("controls", night.campaign.controls.len()),
            ],
        ),
        stage("calls", &[("calls", night.calls.calls.len())]),
        StageCount {
            stage: CONDITIONS.to_owned(),
            rows: conditions.collect(),
        },
    ]
}
