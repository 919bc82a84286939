use std::collections::BTreeMap;
use std::io;

use postgres::Transaction;

use super::tables::{self, Table, quoted};
use super::{DeliverError, Delivered, DestinationSettings, service};
use crate::store::Run;

/// Nights that stay in the database unless the settings say otherwise.
const KEEP: u32 = 35;

/// Loads the run's lists into the database, in one transaction: tables are made
/// or get new columns, the run's rows take the place of those of an earlier
/// load, old nights leave, and the views `current_…` show the run, unless a
/// later night is there. Whatever fails, the database is as it was.
///
/// ```text
/// runs                  run_id, as_of, pipeline, version, loaded_at
/// current_run           the one run that the views show
/// invitations, calls, customers            run_id, list and the lists' columns
/// current_invitations, current_calls, …    those of the current run
/// ```
pub(super) fn deliver(
    run: &Run,
    destination: &DestinationSettings,
) -> Result<Delivered, DeliverError> {
    let tables = tables::of(run)?;
    let mut client = service::connect(destination)?;
    let begun = client.transaction();
    let mut load = Load {
        transaction: begun.map_err(|error| DeliverError::postgres("cannot begin", &error))?,
        schema: destination.schema().to_owned(),
    };
    load.prepare()?;
    for table in &tables {
        load.migrate(table)?;
    }
    load.register(run)?;
    let mut delivered = Delivered::default();
    for table in &tables {
        load.fill(run, table, &mut delivered)?;
    }
    delivered.current = load.point(run)?;
    load.forget(destination.keep.unwrap_or(KEEP))?;
    load.transaction
        .commit()
        .map_err(|error| DeliverError::postgres("cannot commit", &error))?;
    Ok(delivered)
}

/// A load under way.
struct Load<'c> {
    transaction: Transaction<'c>,
    schema: String,
}

impl Load<'_> {
    fn run(&mut self, doing: &str, sql: &str) -> Result<(), DeliverError> {
        self.transaction
            .batch_execute(sql)
            .map_err(|error| DeliverError::postgres(doing, &error))
    }

    /// One load at a time, and the tables that stand for runs.
    fn prepare(&mut self) -> Result<(), DeliverError> {
        let doing = "cannot make the schema";
        let name = self.schema.clone();
        let failed = |error: postgres::Error| DeliverError::postgres(doing, &error);
        self.run(
            doing,
            "SET LOCAL lock_timeout = '60s'; SET LOCAL timezone = 'UTC'",
        )?;
        self.transaction
            .execute(
                "SELECT pg_advisory_xact_lock(hashtext('clubcall'), hashtext($1))",
                &[&name],
            )
            .map_err(failed)?;
        let row = self
            .transaction
            .query_one("SELECT to_regnamespace($1)::text", &[&quoted(&name)])
            .map_err(failed)?;
        if row.get::<_, Option<String>>(0).is_none() {
            self.run(doing, &format!("CREATE SCHEMA {}", quoted(&name)))?;
        }
        let schema = quoted(&name);
        self.run(
            doing,
            &format!(
                "CREATE TABLE IF NOT EXISTS {schema}.runs (run_id text PRIMARY KEY, \
                 as_of date NOT NULL, pipeline text NOT NULL, version text NOT NULL, \
                 loaded_at timestamp with time zone NOT NULL); \
                 CREATE TABLE IF NOT EXISTS {schema}.current_run (one boolean PRIMARY KEY \
                 DEFAULT true CHECK (one), run_id text NOT NULL REFERENCES {schema}.runs)"
            ),
        )
    }

    /// Makes the table, or adds the columns that it does not have yet. Columns
    /// that lists no longer have stay, and are empty from now on.
    fn migrate(&mut self, table: &Table) -> Result<(), DeliverError> {
        let doing = format!("cannot make the table {}", table.name);
        let there = self.columns(table.name)?;
        let full = format!("{}.{}", quoted(&self.schema), quoted(table.name));
        let mut changed = false;
        if there.is_empty() {
            let create = table.create(&self.schema);
            self.run(&doing, &create)?;
            changed = true;
        } else {
            for (column, kind) in &table.columns {
                match there.get(column) {
                    None => {
                        let sql =
                            format!("ALTER TABLE {full} ADD COLUMN {} {kind}", quoted(column));
                        self.run(&doing, &sql)?;
                        changed = true;
                    }
                    Some(found) if found != kind => {
                        return Err(DeliverError::Settings(format!(
                            "{doing}: its column {column} is {found}, the lists have {kind}; \
                             next: another `schema`, or change the column"
                        )));
                    }
                    Some(_) => {}
                }
            }
        }
        let view = format!("current_{}", table.name);
        if changed || self.columns(&view)?.is_empty() {
            let sql = format!(
                "CREATE OR REPLACE VIEW {}.{} AS SELECT rows.* FROM {full} AS rows \
                 JOIN {}.current_run AS the ON the.run_id = rows.run_id",
                quoted(&self.schema),
                quoted(&view),
                quoted(&self.schema),
            );
            self.run(&doing, &sql)?;
        }
        Ok(())
    }

    /// Columns and types of a table or view of the schema; none if it is not
    /// there.
    fn columns(&mut self, name: &str) -> Result<BTreeMap<String, String>, DeliverError> {
        let rows = self.transaction.query(
            "SELECT column_name::text, data_type::text FROM information_schema.columns \
             WHERE table_schema = $1 AND table_name = $2",
            &[&self.schema, &name],
        );
        let rows =
            rows.map_err(|error| DeliverError::postgres("cannot look at the schema", &error))?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    fn register(&mut self, run: &Run) -> Result<(), DeliverError> {
        let manifest = &run.manifest;
        let sql = format!(
            "INSERT INTO {}.runs (run_id, as_of, pipeline, version, loaded_at) \
             VALUES ($1, $2::text::date, $3, $4, now()) \
             ON CONFLICT (run_id) DO UPDATE SET loaded_at = excluded.loaded_at",
            quoted(&self.schema)
        );
        let as_of = manifest.as_of.to_string();
        self.transaction
            .execute(
                &sql,
                &[
                    &manifest.run_id,
                    &as_of,
                    &manifest.pipeline,
                    &manifest.version,
                ],
            )
            .map_err(|error| DeliverError::postgres("cannot note the run", &error))?;
        Ok(())
    }

    /// Puts the rows of the run's lists in the place of what the table has of
    /// that run. COPY cannot add the columns run_id and list, so it goes
    /// through a table of this transaction alone.
    fn fill(
        &mut self,
        run: &Run,
        table: &Table,
        delivered: &mut Delivered,
    ) -> Result<(), DeliverError> {
        let full = format!("{}.{}", quoted(&self.schema), quoted(table.name));
        let stage = quoted(&format!("clubcall_stage_{}", table.name));
        let columns = table.column_list();
        let doing = format!("cannot load {}", table.name);
        let failed = |error: &postgres::Error| DeliverError::postgres(doing.clone(), error);
        let id = &run.manifest.run_id;
        self.transaction
            .execute(&format!("DELETE FROM {full} WHERE run_id = $1"), &[id])
            .map_err(|error| failed(&error))?;
        self.run(
            &doing,
            &format!(
                "CREATE TEMPORARY TABLE {stage} ON COMMIT DROP AS \
                 SELECT {columns} FROM {full} WITH NO DATA"
            ),
        )?;
        for (list, path) in &table.lists {
            let copy = format!("COPY {stage} ({columns}) FROM STDIN (FORMAT csv, HEADER true)");
            let mut writer = self.transaction.copy_in(&copy).map_err(|e| failed(&e))?;
            let bytes = io::copy(&mut run.open(path)?, &mut writer).map_err(|error| match error
                .get_ref()
                .and_then(|e| e.downcast_ref::<postgres::Error>())
            {
                Some(refused) => failed(refused),
                None => DeliverError::Connection {
                    doing: doing.clone(),
                    problem: error.to_string(),
                },
            })?;
            writer.finish().map_err(|error| failed(&error))?;
            let insert = format!(
                "INSERT INTO {full} (run_id, list, {columns}) SELECT $1, $2, {columns} FROM {stage}"
            );
            let rows = self
                .transaction
                .execute(&insert, &[id, list])
                .map_err(|error| failed(&error))?;
            self.run(&doing, &format!("TRUNCATE {stage}"))?;
            delivered.files += 1;
            delivered.bytes += bytes;
            delivered.rows += rows;
        }
        Ok(())
    }

    /// Points the views at the run, unless another one stands for its night or
    /// a later night is there.
    fn point(&mut self, run: &Run) -> Result<bool, DeliverError> {
        let doing = "cannot switch the views";
        let schema = quoted(&self.schema);
        let failed = |error: postgres::Error| DeliverError::postgres(doing, &error);
        let there = self
            .transaction
            .query_opt(
                &format!(
                    "SELECT runs.as_of > $1::text::date FROM {schema}.current_run \
                     JOIN {schema}.runs USING (run_id)"
                ),
                &[&run.manifest.as_of.to_string()],
            )
            .map_err(failed)?;
        if run.superseded || there.is_some_and(|row| row.get::<_, bool>(0)) {
            return Ok(false);
        }
        self.transaction
            .execute(
                &format!(
                    "INSERT INTO {schema}.current_run (run_id) VALUES ($1) \
                     ON CONFLICT (one) DO UPDATE SET run_id = excluded.run_id"
                ),
                &[&run.manifest.run_id],
            )
            .map_err(failed)?;
        Ok(true)
    }

    /// Removes the rows of all but the newest nights; those of the current run
    /// stay.
    fn forget(&mut self, keep: u32) -> Result<(), DeliverError> {
        let schema = quoted(&self.schema);
        let sql = format!(
            "DELETE FROM {schema}.runs WHERE as_of NOT IN (SELECT DISTINCT as_of FROM \
             {schema}.runs ORDER BY as_of DESC LIMIT {keep}) AND run_id NOT IN \
             (SELECT run_id FROM {schema}.current_run)"
        );
        self.run("cannot remove old nights", &sql)
    }
}
