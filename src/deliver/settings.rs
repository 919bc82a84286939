use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Fault;
use crate::lists::{ExportSettings, Preset};

/// Where published runs are taken: one `[[destinations]]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DestinationSettings {
    /// The destination's name, for `clubcall deliver --to NAME`.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9-]{0,39}$"))]
    pub name: String,
    /// What it is.
    pub kind: DestinationKind,
    /// Patterns of files within the run, such as `lists/**`; the whole run when
    /// absent. For folder and s3.
    #[serde(default)]
    pub files: Option<Vec<String>>,
    /// The folder, from the one in which the command runs. For folder.
    #[serde(default)]
    pub path: Option<String>,
    /// The bucket. For s3; the keys come from the environment
    /// (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`) or the machine's role.
    #[serde(default)]
    pub bucket: Option<String>,
    /// What the names of objects begin with. For s3.
    #[serde(default)]
    #[schemars(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$"))]
    pub prefix: Option<String>,
    /// The region. For s3; otherwise from the environment.
    #[serde(default)]
    pub region: Option<String>,
    /// The address of a store that is not Amazon's. For s3.
    #[serde(default)]
    #[schemars(regex(pattern = "^https?://"))]
    pub endpoint: Option<String>,
    /// The service in the connection service file (`PGSERVICEFILE`,
    /// `~/.pg_service.conf`). For postgres.
    #[serde(default)]
    pub service: Option<String>,
    /// The connection as `host=… dbname=… user=…`, without a password. For
    /// postgres.
    #[serde(default)]
    pub connection: Option<String>,
    /// The environment variable that holds the password, instead of
    /// `PGPASSWORD`. For postgres.
    #[serde(default)]
    pub password_env: Option<String>,
    /// The schema, which is clubcall's alone; `clubcall` when absent. For
    /// postgres.
    #[serde(default)]
    #[schemars(regex(pattern = "^[a-z_][a-z0-9_]{0,62}$"))]
    pub schema: Option<String>,
    /// The number of nights whose rows stay in the database; 35 when absent.
    /// For postgres.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub keep: Option<u32>,
}

/// What a destination is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DestinationKind {
    /// A folder of this machine, such as a mounted share.
    Folder,
    /// S3 or a store that speaks its protocol.
    S3,
    /// A PostgreSQL database.
    Postgres,
}

impl DestinationKind {
    /// The kind as the pipeline file has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::S3 => "s3",
            Self::Postgres => "postgres",
        }
    }
}

impl DestinationSettings {
    /// The schema in a database.
    #[must_use]
    pub fn schema(&self) -> &str {
        self.schema.as_deref().unwrap_or("clubcall")
    }

    /// What is wrong with the settings, beyond what the schema says; keys are
    /// relative to the destination.
    #[must_use]
    pub fn faults(&self, exports: &[ExportSettings]) -> Vec<Fault> {
        use DestinationKind::{Folder, Postgres, S3};
        let given: [(&str, bool, &[DestinationKind]); 11] = [
            ("files", self.files.is_some(), &[Folder, S3]),
            ("path", self.path.is_some(), &[Folder]),
            ("bucket", self.bucket.is_some(), &[S3]),
            ("prefix", self.prefix.is_some(), &[S3]),
            ("region", self.region.is_some(), &[S3]),
            ("endpoint", self.endpoint.is_some(), &[S3]),
            ("service", self.service.is_some(), &[Postgres]),
            ("connection", self.connection.is_some(), &[Postgres]),
            ("password_env", self.password_env.is_some(), &[Postgres]),
            ("schema", self.schema.is_some(), &[Postgres]),
            ("keep", self.keep.is_some(), &[Postgres]),
        ];
        let kind = self.kind.as_str();
        let mut faults: Vec<Fault> = given
            .iter()
            .filter(|(_, given, kinds)| *given && !kinds.contains(&self.kind))
            .map(|(key, ..)| Fault::new(*key, format!("means nothing for the kind {kind}")))
            .collect();
        let missing = |key: &str| Fault::new(key, "is required and missing");
        match self.kind {
            Folder if self.path.is_none() => faults.push(missing("path")),
            S3 if self.bucket.is_none() => faults.push(missing("bucket")),
            Postgres => {
                if self.service.is_none() == self.connection.is_none() {
                    let fault = Fault::new("service", "or `connection` has to be there, not both");
                    faults.push(fault);
                }
                let password = |text: &String| {
                    text.to_lowercase().contains("password=") || text.contains("://")
                };
                if self.connection.as_ref().is_some_and(password) {
                    faults.push(
                        Fault::new("connection", "may hold a password, or is a URL, which may")
                            .allowed("host=… dbname=… user=…; the password from the environment or a service file"),
                    );
                }
                let loaded = |export: &&ExportSettings| {
                    export.preset == Preset::Postgres && export.folder() == export.preset.name()
                };
                if exports.iter().find(loaded).is_none() {
                    faults.push(
                        Fault::new("kind", "there is nothing to load")
                            .allowed("[[exports]] preset = \"postgres\" beside it"),
                    );
                }
            }
            _ => {}
        }
        for pattern in self.files.iter().flatten() {
            if glob::Pattern::new(pattern).is_err() {
                faults.push(Fault::new("files", format!("`{pattern}` is no pattern")));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let settings: DestinationSettings = toml::from_str(text).unwrap();
        let faults = settings.faults(&[]);
        faults.into_iter().map(|fault| fault.key).collect()
    }

    #[test]
    fn each_kind_has_its_keys() {
        assert!(faults("name = 'a'\nkind = 'folder'\npath = '/x'").is_empty());
        assert_eq!(
            faults("name = 'a'\nkind = 'folder'\nbucket = 'x'"),
            ["bucket", "path"]
        );
        assert_eq!(faults("name = 'a'\nkind = 's3'\nregion = 'x'"), ["bucket"]);
        assert_eq!(
            faults("name = 'a'\nkind = 'postgres'\npath = 'x'"),
            ["path", "service", "kind"]
        );
    }

    #[test]
    fn a_password_in_the_file_is_a_fault() {
        for bad in ["host=x PASSWORD=y", "postgresql://u:p@h/d"] {
            let text = format!("name = 'a'\nkind = 'postgres'\nconnection = '{bad}'");
            assert!(faults(&text).contains(&"connection".to_owned()), "{bad}");
        }
    }
}
