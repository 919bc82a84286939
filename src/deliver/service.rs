use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{DeliverError, DestinationSettings};

/// How long a server may take to answer before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to the destination's database.
///
/// Over the network it is encrypted and the server's certificate is checked
/// against the machine's authorities (`SSL_CERT_FILE` for an own one), unless
/// the settings say `sslmode=disable`.
///
/// # Errors
/// When the settings cannot be used or there is no connection.
pub(super) fn connect(destination: &DestinationSettings) -> Result<Client, DeliverError> {
    let config = config(destination)?;
    let doing = "cannot connect";
    match config.get_ssl_mode() {
        SslMode::Disable => config.connect(NoTls),
        _ => {
            let (tls, _) = MakeRustlsConnect::with_native_certs().map_err(|_| {
                DeliverError::Settings(
                    "no certificate authorities are known; set SSL_CERT_FILE".to_owned(),
                )
            })?;
            config.connect(tls)
        }
    }
    .map_err(|error| DeliverError::postgres(doing, &error))
}

fn config(destination: &DestinationSettings) -> Result<Config, DeliverError> {
    let settings = match (&destination.connection, &destination.service) {
        (Some(text), _) => text.clone(),
        (None, Some(service)) => {
            let (file, text) = service_file()?;
            service_settings(&file, &text, service)?
        }
        (None, None) => return Err(DeliverError::Settings("no connection is given".to_owned())),
    };
    let mut config: Config = settings.parse().map_err(|error: postgres::Error| {
        DeliverError::Settings(format!("the connection settings cannot be read: {error}"))
    })?;
    let variable = destination.password_env.as_deref().unwrap_or("PGPASSWORD");
    match std::env::var(variable) {
        Ok(password) => {
            config.password(password);
        }
        Err(_) if destination.password_env.is_some() => {
            return Err(DeliverError::Settings(format!(
                "the environment variable `{variable}` is not set"
            )));
        }
        Err(_) => {}
    }
    let local = config
        .get_hosts()
        .iter()
        .all(|host| matches!(host, Host::Unix(_)));
    if local {
        // A socket of this machine; PostgreSQL does not encrypt there.
        config.ssl_mode(SslMode::Disable);
    } else if config.get_ssl_mode() == SslMode::Prefer {
        // Never in the clear because someone in between asked for it.
        config.ssl_mode(SslMode::Require);
    }
    config
        .application_name("clubcall")
        .keepalives_idle(PATIENCE)
        .tcp_user_timeout(PATIENCE * 2);
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    Ok(config)
}

/// The connection service file, where PostgreSQL's own tools look for it:
/// PostgreSQL documentation, "The Connection Service File".
fn service_file() -> Result<(PathBuf, String), DeliverError> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let system = std::env::var_os("PGSYSCONFDIR").map(PathBuf::from);
    let mut places = Vec::new();
    match std::env::var_os("PGSERVICEFILE") {
        Some(file) => places.push(PathBuf::from(file)),
        None => places.extend(home.map(|home| home.join(".pg_service.conf"))),
    }
    places.extend(system.map(|folder| folder.join("pg_service.conf")));
    for place in &places {
        if let Ok(text) = fs::read_to_string(place) {
            return Ok((place.clone(), text));
        }
    }
    let places: Vec<String> = places.iter().map(|p| p.display().to_string()).collect();
    Err(DeliverError::Settings(format!(
        "there is no service file; looked for {}",
        places.join(", ")
    )))
}

/// The settings of a service as a connection string.
fn service_settings(file: &Path, text: &str, service: &str) -> Result<String, DeliverError> {
    let fault = |problem: String| DeliverError::Settings(format!("{}: {problem}", file.display()));
    let mut settings = String::new();
    let mut inside = false;
    let mut found = false;
    let mut secret = false;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[') {
            inside = name.strip_suffix(']') == Some(service);
            found |= inside;
            continue;
        }
        if !inside || line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            return Err(fault(format!("a line of [{service}] is not key=value")));
        };
        let (key, value) = (key.trim(), value.trim());
        secret |= key == "password";
        let value = match (key, value) {
            // Ours checks the chain and the name whenever it encrypts.
            ("sslmode", "verify-full" | "verify-ca") => "require",
            ("sslrootcert", _) => {
                return Err(fault(format!(
                    "[{service}] has sslrootcert; set SSL_CERT_FILE to that file instead"
                )));
            }
            (_, value) => value,
        };
        let quoted = value.replace('\\', "\\\\").replace('\'', "\\'");
        settings.push_str(&format!("{key}='{quoted}' "));
    }
    if !found {
        return Err(fault(format!("there is no service [{service}]")));
    }
    let open = file
        .metadata()
        .is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
    if secret && open {
        return Err(fault(
            "others can read it and it has a password; chmod 600".to_owned(),
        ));
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# ours\n[other]\nhost=elsewhere\n\n[crm]\nhost = db.example\nport=6432\n\
                        dbname=crm\nuser=clubcall\npassword=it's \\ secret\nsslmode=verify-full\n";

    fn settings(text: &str, service: &str) -> Result<String, DeliverError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pg_service.conf");
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        service_settings(&file, text, service)
    }

    #[test]
    fn a_service_is_read_as_postgresql_reads_it() {
        let config: Config = settings(FILE, "crm").unwrap().parse().unwrap();
        assert_eq!(config.get_hosts(), [Host::Tcp("db.example".to_owned())]);
        assert_eq!(config.get_ports(), [6432]);
        assert_eq!(config.get_password(), Some(&b"it's \\ secret"[..]));
        assert_eq!(config.get_ssl_mode(), SslMode::Require);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        let missing = settings(FILE, "nothing").unwrap_err().to_string();
        assert!(
            missing.ends_with("there is no service [nothing]"),
            "{missing}"
        );
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("open");
        fs::write(&file, FILE).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let open = service_settings(&file, FILE, "crm")
            .unwrap_err()
            .to_string();
        assert!(
            open.contains("chmod 600") && !open.contains("secret\\"),
            "{open}"
        );
    }

    #[test]
    fn the_network_is_encrypted_unless_it_is_said_otherwise() {
        let mode = |connection: &str| {
            let text = format!("name = 'a'\nkind = 'postgres'\nconnection = '{connection}'");
            let settings: DestinationSettings = toml::from_str(&text).unwrap();
            config(&settings).unwrap().get_ssl_mode()
        };
        assert_eq!(mode("host=db.example"), SslMode::Require);
        assert_eq!(mode("host=db.example sslmode=prefer"), SslMode::Require);
        assert_eq!(mode("host=db.example sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("host=/run/postgresql"), SslMode::Disable);
    }
}
