//! Records in a table of PostgreSQL.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use postgres::config::{Host, SslMode};
use postgres::types::Type;
use postgres::{Client, Config, Error, Row};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use sts_core::step::{Range, Write};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Commit, REVISION, Store, StoreError, revision};

/// One holder's records in a PostgreSQL database (9.6 or later), shared by any number of
/// processes on any number of machines.
///
/// All holders of a database share the table `sts_store`; a store sees its own holder's rows and
/// no others. The revision's row is locked while a commit checks it, so the compare-and-swap is
/// exact; a process that stops in the middle of a commit blocks its holder for ten seconds at
/// most. Each call is complete in itself and names no prepared statement, so a pooler that lends
/// connections for one transaction each may stand between. Reads must reach the primary server.
///
/// ```no_run
/// # fn open() -> Result<(), sts_host::StoreError> {
/// use sts_host::PostgresStore;
///
/// let connection = "host=db.example user=studio password=… dbname=studio";
/// let store = PostgresStore::open(connection, "practice 17")?;
/// # Ok(())
/// # }
/// ```
///
/// # The connection
///
/// It is described as for `libpq`: `host=db.example user=studio dbname=studio` or
/// `postgresql://studio@db.example/studio`. To another machine it is encrypted and the server's
/// certificate and name are verified, whatever the description says, and `sslmode=disable` is
/// refused. To this machine (a Unix socket, `localhost`, a loopback address) it is plain, unless
/// the description says `sslmode=require`; the server is then verified just the same.
///
/// A connection that is lost is an error of the call that notices; the next call connects again.
/// Inside an asynchronous runtime a store belongs on a thread of its own, because its calls block.
///
/// # What the database has to promise
///
/// A commit asks for `synchronous_commit` when the database has it off. It cannot do anything
/// about `fsync = off`, nor about a standby that takes over without the last commits: with those
/// a document may be sent twice.
pub struct PostgresStore {
    config: Config,
    tls: MakeRustlsConnect,
    holder: String,
    /// `None` before the first call and after an error.
    client: Option<Client>,
    /// When the connection last worked.
    used: Instant,
}

/// For a connection to come about, when the description does not say.
const CONNECT: Duration = Duration::from_secs(10);
/// For the other side of a connection to show a sign of life, when the description does not say.
const SILENCE: Duration = Duration::from_secs(30);
/// The system's default before the first sign of life is asked for, which is too long here.
const SYSTEM_KEEPALIVE: Duration = Duration::from_secs(7_200);
/// A connection that rested for longer is tried before it is relied upon.
const REST: Duration = Duration::from_secs(1);
/// Bytes in one statement: what a slow line carries before it counts as standing still.
const BATCH_BYTES: usize = 4 << 20;
/// Index rows of PostgreSQL end at some 2700 bytes, of which a key takes 512.
const HOLDER_BYTES: usize = 256;

/// Whatever the database's defaults are, two commits must see each other's rows, and one that
/// stands still must be out of the way before those that wait for it give up.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SET LOCAL lock_timeout = '20s';
    SET LOCAL idle_in_transaction_session_timeout = '10s';
    SELECT set_config('synchronous_commit', 'on', true)
        WHERE current_setting('synchronous_commit') = 'off'";

/// `IF NOT EXISTS` does not make it safe to create a table twice at the same time; the lock does.
const CREATE: &str = "BEGIN;
    SELECT pg_advisory_xact_lock(hashtext('sts_store'));
    CREATE TABLE IF NOT EXISTS sts_store (
        holder text COLLATE \"C\" NOT NULL,
        key bytea NOT NULL,
        value bytea NOT NULL,
        PRIMARY KEY (holder, key)
    );
    COMMIT";

impl PostgresStore {
    /// Connects, trusting the public certificate authorities (the roots of Mozilla, compiled in),
    /// and creates the table `sts_store` where there is none; a role without the right to create
    /// tables can use one that is there.
    ///
    /// `holder` names whose records these are, in 1 to 256 bytes without NUL. It stands in the
    /// database in clear and may show in its logs: a number of the host's own, not a tax code.
    pub fn open(connection: &str, holder: &str) -> Result<Self, StoreError> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Self::open_with_roots(connection, roots, holder)
    }

    /// As [`open`](Self::open), trusting the authorities in a PEM file and no others: what hosted
    /// databases ask for.
    pub fn open_with_ca(connection: &str, pem: &[u8], holder: &str) -> Result<Self, StoreError> {
        const DOING: &str = "reading its certificate authority";
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|e| StoreError::new(DOING, e))?;
            roots.add(certificate).map_err(|e| StoreError::new(DOING, e))?;
        }
        if roots.is_empty() {
            return Err(StoreError::new(DOING, "no PEM certificate in it"));
        }
        Self::open_with_roots(connection, roots, holder)
    }

    /// The same connection for another holder: a process that works for many practices, one after
    /// the other, needs one. `holder` as in [`open`](Self::open).
    pub fn with_holder(mut self, holder: &str) -> Result<Self, StoreError> {
        self.holder = checked(holder)?;
        Ok(self)
    }

    fn open_with_roots(
        connection: &str,
        roots: RootCertStore,
        holder: &str,
    ) -> Result<Self, StoreError> {
        let holder = checked(holder)?;
        let config = configured(connection)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| StoreError::new("preparing TLS", e))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tls = MakeRustlsConnect::new(tls);
        let mut store = PostgresStore { config, tls, holder, client: None, used: Instant::now() };
        store.with_client(|client, _| {
            // Asking first: without the right to create tables, creating fails though it exists.
            let asked = client.query_typed_one("SELECT to_regclass('sts_store') IS NULL", &[]);
            let create =
                asked.and_then(|row| row.try_get(0)).map_err(failed("looking for its table"))?;
            if create {
                client.batch_execute(CREATE).map_err(failed("creating its table"))
            } else {
                Ok(())
            }
        })?;
        Ok(store)
    }

    /// One call with a connection, which is thrown away when the call fails: in what state it is
    /// then cannot be known, and a transaction left open ends with it.
    fn with_client<T>(
        &mut self,
        call: impl FnOnce(&mut Client, &str) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.used.elapsed() > REST {
            self.client.take_if(|client| client.is_valid(CONNECT).is_err());
        }
        let client = match &mut self.client {
            Some(client) => client,
            none => none.insert(
                self.config
                    .connect(self.tls.clone())
                    .map_err(failed("connecting to its database"))?,
            ),
        };
        let end = call(client, &self.holder);
        self.used = Instant::now();
        if end.is_err() {
            self.client = None;
        }
        end
    }
}

impl Store for PostgresStore {
    fn get(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let keys: Vec<&[u8]> = keys.iter().map(String::as_bytes).collect();
        self.with_client(|client, holder| {
            // One statement reads at one instant.
            let rows = client.query_typed(
                "SELECT found.value
                 FROM unnest($2) WITH ORDINALITY AS asked (key, place)
                 LEFT JOIN sts_store AS found ON found.holder = $1 AND found.key = asked.key
                 ORDER BY asked.place",
                &[(&holder, Type::TEXT), (&keys, Type::BYTEA_ARRAY)],
            );
            let values = rows.and_then(|rows| rows.iter().map(|row| row.try_get(0)).collect());
            values.map_err(failed("reading keys"))
        })
    }

    fn scan(&mut self, range: &Range) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let (from, to) = (range.from.as_bytes(), range.to.as_bytes());
        let limit = i64::from(range.limit);
        self.with_client(|client, holder| {
            let rows = client.query_typed(
                "SELECT key, value FROM sts_store
                 WHERE holder = $1 AND key >= $2 AND key < $3 ORDER BY key LIMIT $4",
                &[
                    (&holder, Type::TEXT),
                    (&from, Type::BYTEA),
                    (&to, Type::BYTEA),
                    (&limit, Type::INT8),
                ],
            );
            let entry = |row: &Row| {
                let key: Vec<u8> = row.try_get(0).map_err(failed("reading a range"))?;
                let key = String::from_utf8(key)
                    .map_err(|_| StoreError::new("reading a range", "a key is not text"))?;
                Ok((key, row.try_get(1).map_err(failed("reading a range"))?))
            };
            rows.map_err(failed("reading a range"))?.iter().map(entry).collect()
        })
    }

    fn commit(&mut self, expected: u64, writes: &[Write]) -> Result<Commit, StoreError> {
        self.with_client(|client, holder| {
            client.batch_execute(BEGIN).map_err(failed("committing"))?;
            let found = locked_revision(client, holder).map_err(failed("committing"))?;
            let mut last: BTreeMap<&str, Option<&[u8]>> =
                writes.iter().map(|write| (write.key.as_str(), write.value.as_deref())).collect();
            let free = match &found {
                Some(value) => revision(Some(value))? == expected,
                // Its row is there from now on, unless the writes say otherwise.
                None => {
                    last.entry(REVISION).or_insert(None);
                    expected == 0 && is_first(client, holder).map_err(failed("committing"))?
                }
            };
            let end = if free { write(client, holder, &last) } else { Ok(()) };
            end.map_err(failed("committing"))?;
            let (word, commit) =
                if free { ("COMMIT", Commit::Done) } else { ("ROLLBACK", Commit::Conflict) };
            client.batch_execute(word).map_err(failed("committing"))?;
            Ok(commit)
        })
    }
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

/// The value of the revision, its row locked until the transaction ends; waits while another
/// transaction has it.
fn locked_revision(client: &mut Client, holder: &str) -> Result<Option<Vec<u8>>, Error> {
    let rows = client.query_typed(
        "SELECT value FROM sts_store WHERE holder = $1 AND key = $2 FOR UPDATE",
        &[(&holder, Type::TEXT), (&REVISION.as_bytes(), Type::BYTEA)],
    )?;
    rows.first().map(|row| row.try_get(0)).transpose()
}

/// Makes the row of the revision, because a row that is not there cannot be locked; waits while
/// another transaction does so too, and is `false` when that one commits.
fn is_first(client: &mut Client, holder: &str) -> Result<bool, Error> {
    let made = client.execute_typed(
        "INSERT INTO sts_store (holder, key, value) VALUES ($1, $2, '0') ON CONFLICT DO NOTHING",
        &[(&holder, Type::TEXT), (&REVISION.as_bytes(), Type::BYTEA)],
    )?;
    Ok(made == 1)
}

/// What each key is to hold in the end, in few statements.
fn write(
    client: &mut Client,
    holder: &str,
    last: &BTreeMap<&str, Option<&[u8]>>,
) -> Result<(), Error> {
    let gone: Vec<&[u8]> =
        last.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| key.as_bytes()).collect();
    if !gone.is_empty() {
        client.execute_typed(
            "DELETE FROM sts_store WHERE holder = $1 AND key = ANY($2)",
            &[(&holder, Type::TEXT), (&gone, Type::BYTEA_ARRAY)],
        )?;
    }
    let mut kept = last.iter().filter_map(|(key, value)| value.map(|v| (key.as_bytes(), v)));
    loop {
        let (mut keys, mut values, mut bytes) = (Vec::new(), Vec::new(), 0);
        while bytes < BATCH_BYTES
            && let Some((key, value)) = kept.next()
        {
            bytes += key.len() + value.len();
            keys.push(key);
            values.push(value);
        }
        if keys.is_empty() {
            return Ok(());
        }
        client.execute_typed(
            "INSERT INTO sts_store (holder, key, value)
             SELECT $1, key, value FROM unnest($2, $3) AS kept (key, value)
             ON CONFLICT (holder, key) DO UPDATE SET value = excluded.value",
            &[(&holder, Type::TEXT), (&keys, Type::BYTEA_ARRAY), (&values, Type::BYTEA_ARRAY)],
        )?;
    }
}

fn checked(holder: &str) -> Result<String, StoreError> {
    if holder.is_empty() || holder.len() > HOLDER_BYTES || holder.contains('\0') {
        let why = "a holder is named in 1 to 256 bytes without NUL";
        return Err(StoreError::new("choosing its holder", why));
    }
    Ok(holder.to_owned())
}

/// The description read, with TLS demanded beyond this machine and no wait without an end.
fn configured(connection: &str) -> Result<Config, StoreError> {
    const DOING: &str = "reading the description of its connection";
    let mut config: Config = connection.parse().map_err(failed(DOING))?;
    match (is_here(&config), config.get_ssl_mode()) {
        (true, SslMode::Require) => {}
        // Debian's server has a certificate that nobody signed; what stays here needs none.
        (true, _) => _ = config.ssl_mode(SslMode::Disable),
        (false, SslMode::Disable) => {
            let why = "sslmode=disable is for a database on this machine";
            return Err(StoreError::new(DOING, why));
        }
        (false, _) => _ = config.ssl_mode(SslMode::Require),
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    if config.get_keepalives_idle() == SYSTEM_KEEPALIVE {
        config.keepalives_idle(SILENCE);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(SILENCE / 3);
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(3);
    }
    if config.get_application_name().is_none() {
        config.application_name("libsts");
    }
    Ok(config)
}

/// Whether no host of the description is on another machine. An address given beside a name is
/// the one that is dialled.
fn is_here(config: &Config) -> bool {
    let (hosts, addresses) = (config.get_hosts(), config.get_hostaddrs());
    let host = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    addresses.iter().all(IpAddr::is_loopback) && (!addresses.is_empty() || hosts.iter().all(host))
}

/// An error without what the database says about rows: its details show keys and values.
fn failed(doing: &'static str) -> impl Fn(Error) -> StoreError + Copy {
    move |error| {
        let words = match error.as_db_error() {
            Some(db) => format!("{} (SQLSTATE {})", db.message(), db.code().code()),
            None => match error.source() {
                Some(source) => format!("{error}: {source}"),
                None => error.to_string(),
            },
        };
        StoreError::new(doing, words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(connection: &str) -> Option<SslMode> {
        configured(connection).ok().map(|config| config.get_ssl_mode())
    }

    #[test]
    fn beyond_this_machine_there_is_tls_or_nothing() {
        for far in [
            "host=db.example",
            "host=db.example sslmode=prefer",
            "postgresql://studio@192.0.2.7/studio",
            "host=localhost,db.example",
            "host=/run/postgresql,db.example",
            "host=localhost hostaddr=192.0.2.7",
            "hostaddr=192.0.2.7",
            "host=localhost.example",
        ] {
            assert_eq!(mode(far), Some(SslMode::Require), "{far}");
            if !far.contains("sslmode") && !far.contains("://") {
                assert_eq!(mode(&format!("{far} sslmode=disable")), None, "{far}");
            }
        }
        assert_eq!(mode("postgresql://studio@db.example/studio?sslmode=disable"), None);
    }

    #[test]
    fn on_this_machine_it_is_plain_unless_tls_is_asked_for() {
        for here in [
            "host=localhost",
            "host=127.0.0.1",
            "host=::1",
            "host=/run/postgresql",
            "host=db.example hostaddr=127.0.0.1",
            "postgresql://studio@localhost/studio",
        ] {
            assert_eq!(mode(here), Some(SslMode::Disable), "{here}");
        }
        assert_eq!(mode("host=localhost sslmode=require"), Some(SslMode::Require));
    }

    #[test]
    fn no_wait_is_without_an_end() {
        let config = configured("host=db.example").unwrap();
        assert_eq!(config.get_connect_timeout(), Some(&CONNECT));
        assert_eq!(config.get_tcp_user_timeout(), Some(&SILENCE));
        assert_eq!(config.get_keepalives_idle(), SILENCE);
        let config = configured("host=db.example connect_timeout=3 keepalives_idle=60").unwrap();
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(3)));
        assert_eq!(config.get_keepalives_idle(), Duration::from_secs(60));
    }

    #[test]
    fn a_description_that_cannot_be_read_is_not_repeated() {
        for wrong in ["password=geheim what=ever", "postgresql://studio:geheim@", "geheim", "host"]
        {
            let shown = format!(
                "{:?}",
                configured(wrong)
                    .and_then(|c| {
                        c.connect(postgres::NoTls).map(drop).map_err(failed("connecting"))
                    })
                    .unwrap_err()
            );
            assert!(!shown.contains("geheim"), "{shown}");
        }
    }
}
