//! A practice's database: the engine's records, and beside them the settings of the host.
//!
//! The records lie in the table `sts_store` of the same file, or in a PostgreSQL database.
//! The settings are in the table `sts_settings` of the same file: profile (with the holder's tax
//! code), policy, environment, address, certificates, where the key of a client certificate lies.
//! No user name, password, pincode or private key.

use std::path::Path;
use std::rc::Rc;

use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use sts_core::cipher::{Certificate, KeyOrigin};
use sts_core::command::Command;
use sts_core::domain::{Accesso, Ambiente};
use sts_core::event::Event;
use sts_core::time::Timestamp;
use sts_core::wire::Credentials;
use sts_core::{Engine, Settings};
use sts_host::{
    Clock, Driver, Identity, REVISION, SqliteStore, Store, StoreError, SystemClock, SystemEntropy,
    UreqHttp, VirtualClock,
};
use zeroize::Zeroizing;

use crate::args::{Database, Init, Login};
use crate::failure::{Exit, Failure};
use crate::input;
use crate::secrets;
use crate::settings::{Described, certificate};
use crate::simulated::{Link, Simulated};
use crate::ui::Ui;

/// A driver as the command uses it.
pub(crate) type PracticeDriver<'a> =
    Driver<Link, Box<dyn Store>, Box<dyn FnMut(&Event) + 'a>, Box<dyn Clock>>;

/// What `sts init` keeps.
#[derive(Clone)]
pub(crate) struct Practice {
    pub(crate) described: Described,
    pub(crate) ambiente: Ambiente,
    pub(crate) endpoint: Option<String>,
    /// PEM.
    pub(crate) ca: Option<Vec<u8>>,
    /// PEM or DER.
    pub(crate) certificate: Option<Vec<u8>>,
    pub(crate) identity: Option<IdentityFiles>,
    /// Under which name the records lie in the PostgreSQL database of [`POSTGRES`].
    pub(crate) postgres: Option<String>,
    /// The service of a demo's database.
    pub(crate) simulated: Option<Rc<Simulated>>,
}

/// Where the client certificate and its key lie, as absolute paths; what is in them is not kept.
#[derive(Clone)]
pub(crate) struct IdentityFiles {
    certificate: String,
    key: String,
}

impl IdentityFiles {
    fn new(certificate: &Path, key: &Path) -> Result<Self, Failure> {
        let absolute = |path: &Path| {
            let absolute = std::path::absolute(path).ok();
            let text = absolute.and_then(|path| path.into_os_string().into_string().ok());
            text.ok_or_else(|| Failure::developer(Exit::Unusable, "a path that is not UTF-8"))
        };
        Ok(IdentityFiles { certificate: absolute(certificate)?, key: absolute(key)? })
    }

    fn read(&self) -> Result<Identity, Failure> {
        let key = Path::new(&self.key);
        secrets::refuse_readable_by_others(key)?;
        let key = Zeroizing::new(input::bytes(key, 1 << 20)?);
        let certificate = Path::new(&self.certificate);
        Identity::from_pem(&input::bytes(certificate, 1 << 20)?, &key)
            .map_err(|error| Failure::developer(Exit::Unusable, error).about(certificate))
    }
}

pub(crate) fn init(ui: &Ui, init: &Init) -> Result<Exit, Failure> {
    let file = |path: &Option<std::path::PathBuf>| {
        path.as_ref().map(|path| input::bytes(path, 1 << 20)).transpose()
    };
    let practice = Practice {
        endpoint: init.endpoint.clone(),
        ca: file(&init.ca)?,
        certificate: file(&init.certificate)?,
        identity: match (&init.client_certificate, &init.client_key) {
            (Some(certificate), Some(key)) => Some(IdentityFiles::new(certificate, key)?),
            _ => None,
        },
        postgres: init.postgres.clone(),
        ..Practice::new(Described::read(&init.holder)?, init.ambiente)
    };
    practice.identity.as_ref().map(IdentityFiles::read).transpose()?;
    practice.keep(&init.db)?;
    let given = practice.certificate.as_deref().map(certificate).transpose()?;
    announce(ui, &given.unwrap_or_else(Certificate::sanitel));
    if practice.described.parse()?.0.accesso == Accesso::Enti && practice.identity.is_none() {
        ui.tell(
            "Attenzione: con accesso enti Sistema TS chiede un certificato, da indicare con \
             --client-certificate e --client-key.",
            "Beware: with accesso enti Sistema TS asks for a certificate; name it with \
             --client-certificate and --client-key.",
        );
    }
    let db = init.db.display();
    ui.tell(
        &format!(
            "{db} è pronto (ambiente {}). Contiene il profilo con il codice fiscale del titolare, \
             ma nessuna password.\nOra: sts save {db} FATTURE.json",
            practice.ambiente.as_str()
        ),
        &format!(
            "{db} is ready (environment {}). It holds the profile with the holder's tax code, but \
             no password.\nNext: sts save {db} INVOICES.json",
            practice.ambiente.as_str()
        ),
    );
    Ok(Exit::Done)
}

/// Says how long the certificate in use is valid, and whether its key is the one known.
fn announce(ui: &Ui, certificate: &Certificate) {
    let day = ui.data(certificate.not_after().date_in_italy());
    let days = certificate.days_left(SystemClock.now());
    if days < 0 {
        ui.tell(
            &format!(
                "Attenzione: il certificato che cifra è scaduto il {day}. Si può usare finché il \
                 servizio non cambia chiave; se rifiuta il pincode, serve quello nuovo."
            ),
            &format!(
                "Beware: the certificate that encrypts expired on {day}. It serves until the \
                 service changes its key; if it refuses the pincode, get the new one."
            ),
        );
    } else {
        ui.tell(
            &format!("Il certificato che cifra vale fino al {day}: giorni {days}."),
            &format!("The certificate that encrypts is valid until {day}: {days} days."),
        );
    }
    if certificate.key_origin() == KeyOrigin::Different {
        let key = &certificate.key_fingerprint()[..16];
        ui.tell(
            &format!(
                "Attenzione: la sua chiave ({key}…) non è quella di Sistema TS nota dal 2015. Va \
                 bene per un simulatore, o se Sistema TS ne ha pubblicata una nuova."
            ),
            &format!(
                "Beware: its key ({key}…) is not the one of Sistema TS known since 2015. That is \
                 right for a simulator, or when Sistema TS has published a new one."
            ),
        );
    }
}

impl Practice {
    /// A practice at the official address.
    pub(crate) fn new(described: Described, ambiente: Ambiente) -> Self {
        Practice {
            described,
            ambiente,
            endpoint: None,
            ca: None,
            certificate: None,
            identity: None,
            postgres: None,
            simulated: None,
        }
    }

    /// Opens the settings of a database.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let missing = || {
            let path = path.display();
            Failure::new(
                Exit::Unusable,
                format!("{path} non è un archivio preparato con sts init"),
                format!("{path} is not a database made by sts init"),
            )
        };
        if !path.is_file() {
            return Err(missing());
        }
        let connection = Connection::open(path).map_err(store)?;
        connection.busy_timeout(std::time::Duration::from_secs(10)).map_err(store)?;
        let value = |name: &str| -> Result<Option<Vec<u8>>, Failure> {
            let query = "SELECT value FROM sts_settings WHERE name = ?1";
            let found = connection.query_row(query, [name], |row| row.get(0)).optional();
            found.map_err(|error| match error.sqlite_error_code() {
                // No such table, or no database at all.
                Some(ErrorCode::Unknown | ErrorCode::NotADatabase) => missing(),
                _ => store(error),
            })
        };
        let text = |name: &str| -> Result<Option<String>, Failure> {
            value(name)?.map(|bytes| String::from_utf8(bytes).map_err(|_| missing())).transpose()
        };
        let ambiente = match text("ambiente")?.as_deref() {
            Some("test") => Ambiente::Test,
            Some("produzione") => Ambiente::Produzione,
            _ => return Err(missing()),
        };
        let profile = text("profile")?.ok_or_else(missing)?;
        Ok(Practice {
            described: Described { profile, policy: text("policy")? },
            ambiente,
            endpoint: text("endpoint")?,
            ca: value("ca")?,
            certificate: value("certificate")?,
            identity: match (text("client_certificate")?, text("client_key")?) {
                (Some(certificate), Some(key)) => Some(IdentityFiles { certificate, key }),
                _ => None,
            },
            postgres: text("postgres")?,
            simulated: match value("demo")? {
                Some(_) => Some(Rc::new(Simulated::open(path)?)),
                None => None,
            },
        })
    }

    /// Keeps the settings, unless the database belongs to another holder or environment.
    pub(crate) fn keep(&self, path: &Path) -> Result<(), Failure> {
        let used = self.store(path)?.get(&[REVISION.to_owned()])?[0].is_some();
        let clock = Box::new(SystemClock);
        let mut driver = self.driver(path, None, clock, Box::new(|_: &Event| {}))?;
        // Reading one document makes the engine compare the store with the settings. A new store
        // stays as new as `sts import` needs it.
        if used {
            driver.command(&Command::Documents { after: None, limit: 1 })?;
        }
        drop(driver);
        let text = |text: &Option<String>| text.clone().map(String::into_bytes);
        let file = |which: fn(&IdentityFiles) -> &String| {
            self.identity.as_ref().map(|files| which(files).clone().into_bytes())
        };
        let rows = [
            ("profile", Some(self.described.profile.clone().into_bytes())),
            ("policy", text(&self.described.policy)),
            ("ambiente", Some(self.ambiente.as_str().as_bytes().to_vec())),
            ("endpoint", text(&self.endpoint)),
            ("ca", self.ca.clone()),
            ("certificate", self.certificate.clone()),
            ("client_certificate", file(|files| &files.certificate)),
            ("client_key", file(|files| &files.key)),
            ("postgres", text(&self.postgres)),
            ("demo", self.simulated.as_ref().map(|_| b"1".to_vec())),
        ];
        // Creates the file for its owner alone, also where the records lie elsewhere.
        SqliteStore::open(path).map_err(|error| Failure::from(error).about(path))?;
        let mut connection = Connection::open(path).map_err(store)?;
        connection.busy_timeout(std::time::Duration::from_secs(10)).map_err(store)?;
        let transaction = connection.transaction().map_err(store)?;
        transaction
            .execute_batch(
                "CREATE TABLE IF NOT EXISTS sts_settings (name TEXT PRIMARY KEY, value BLOB);
                 DELETE FROM sts_settings",
            )
            .map_err(store)?;
        for (name, value) in rows.into_iter().filter(|(_, value)| value.is_some()) {
            transaction
                .execute("INSERT INTO sts_settings VALUES (?1, ?2)", params![name, value])
                .map_err(store)?;
        }
        transaction.commit().map_err(store)
    }

    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let mut settings = self.described.settings(self.ambiente)?;
        if let Some(endpoint) = &self.endpoint {
            settings = settings.with_endpoint(endpoint)?;
        }
        if let Some(bytes) = &self.certificate {
            settings = settings.with_certificate(&certificate(bytes)?);
        }
        Ok(settings)
    }

    /// A driver over the database. Without credentials nothing leaves, and no certificate is
    /// needed.
    pub(crate) fn driver<'a>(
        &self,
        path: &Path,
        credentials: Option<Credentials>,
        clock: Box<dyn Clock>,
        events: Box<dyn FnMut(&Event) + 'a>,
    ) -> Result<PracticeDriver<'a>, Failure> {
        let settings = self.settings()?;
        let link = self.link(credentials.is_some())?;
        let store = self.store(path)?;
        let open = move || {
            let mut engine = Engine::new(settings.clone(), Box::new(SystemEntropy));
            engine.set_credentials(credentials.clone());
            engine
        };
        Ok(Driver::new(open, link, store, events, clock))
    }

    fn link(&self, with_credentials: bool) -> Result<Link, Failure> {
        if let Some(simulated) = &self.simulated {
            return Ok(Link::Simulated(simulated.clone()));
        }
        let mut http = match &self.ca {
            Some(pem) => UreqHttp::with_ca(self.ambiente, pem)
                .map_err(|error| Failure::developer(Exit::Unusable, error))?,
            None => UreqHttp::new(self.ambiente),
        };
        if let (Some(files), true) = (&self.identity, with_credentials) {
            http = http.with_identity(files.read()?);
        }
        Ok(Link::Network(Box::new(http)))
    }

    fn store(&self, path: &Path) -> Result<Box<dyn Store>, Failure> {
        if let Some(holder) = &self.postgres {
            return postgres(holder);
        }
        let store = SqliteStore::open(path).map_err(|error| Failure::from(error).about(path))?;
        Ok(Box::new(store))
    }

    /// The credentials given; those of a demo need not be.
    pub(crate) fn credentials(&self, ui: &Ui, login: &Login) -> Result<Credentials, Failure> {
        match self.given(login)? {
            Some(credentials) => Ok(credentials),
            None => secrets::read(ui, login),
        }
    }

    /// The same without asking anybody.
    pub(crate) fn given(&self, login: &Login) -> Result<Option<Credentials>, Failure> {
        let given = secrets::unasked(login.credentials.as_deref())?;
        match (&self.simulated, given) {
            (Some(simulated), None) => secrets::unasked(Some(&simulated.credentials())),
            (_, given) => Ok(given),
        }
    }
}

/// Where the connection to PostgreSQL is described; it may have a password, so it is not kept.
const POSTGRES: &str = "STS_POSTGRES";

#[cfg(feature = "postgres")]
fn postgres(holder: &str) -> Result<Box<dyn Store>, Failure> {
    let Ok(connection) = std::env::var(POSTGRES) else {
        return Err(Failure::new(
            Exit::Unusable,
            format!(
                "i dati stanno in PostgreSQL: indica il collegamento nella variabile {POSTGRES}"
            ),
            format!("the records lie in PostgreSQL: describe the connection in {POSTGRES}"),
        ));
    };
    Ok(Box::new(sts_host::PostgresStore::open(&connection, holder)?))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &str) -> Result<Box<dyn Store>, Failure> {
    Err(Failure::new(
        Exit::Unusable,
        format!("questo sts è stato compilato senza PostgreSQL ({POSTGRES})"),
        format!("this sts was built without the feature postgres ({POSTGRES})"),
    ))
}

/// The practice of a command, and the clock it runs by.
pub(crate) fn open(database: &Database) -> Result<(Practice, Box<dyn Clock>), Failure> {
    let practice = Practice::open(&database.db)?;
    if let Some(simulated) = &practice.simulated {
        // A demo's time stands where it was left, and does not run backwards.
        let clock = simulated.clock();
        clock.wait_until(database.now.unwrap_or_default());
        return Ok((practice, Box::new(clock)));
    }
    let clock: Box<dyn Clock> = match database.now {
        None => Box::new(SystemClock),
        Some(now) if practice.ambiente == Ambiente::Test => Box::new(VirtualClock::new(now)),
        Some(_) => {
            return Err(Failure::new(
                Exit::Unusable,
                "--now vale solo nell'ambiente di test",
                "--now goes with the test environment only",
            ));
        }
    };
    Ok((practice, clock))
}

/// This moment by the clock, and so many seconds later.
pub(crate) fn later(clock: &dyn Clock, seconds: u32) -> Timestamp {
    clock.now().plus(i64::from(seconds) * 1000)
}

fn store(error: rusqlite::Error) -> Failure {
    StoreError::new("reading or writing its settings", error).into()
}
