//! From files and flags to the settings of an engine.

use serde_json::{Map, Value};
use sts_core::cipher::Certificate;
use sts_core::domain::{Ambiente, Profile};
use sts_core::rules::Policy;
use sts_core::time::Timestamp;
use sts_core::{Settings, domain::Data};
use sts_host::{Clock, SystemClock};

use crate::args::Holder;
use crate::failure::{Exit, Failure};
use crate::input;

const SMALL: usize = 1 << 20;
/// Where the holder's tax code may come from when the profile has none: never from an argument.
const CF_PROPRIETARIO: &str = "STS_CF_PROPRIETARIO";

/// What tells whose invoices they are, as text, so that it can be kept.
#[derive(Clone)]
pub(crate) struct Described {
    /// JSON of the profile; it holds the holder's tax code.
    pub(crate) profile: String,
    /// JSON of the policy, when there is one.
    pub(crate) policy: Option<String>,
}

impl Described {
    /// From the command line.
    pub(crate) fn read(holder: &Holder) -> Result<Self, Failure> {
        let mut profile = match &holder.profile {
            Some(path) => {
                let bytes = input::bytes(path, SMALL)?;
                serde_json::from_slice::<Map<String, Value>>(&bytes)
                    .map_err(|error| not_json(&path.display().to_string(), &error))?
            }
            None => Map::new(),
        };
        let flags = [("categoria", &holder.categoria), ("pIva", &holder.piva)];
        for (name, value) in flags {
            if let Some(value) = value {
                profile.insert(name.to_owned(), Value::String(value.clone()));
            }
        }
        if let Ok(cf) = std::env::var(CF_PROPRIETARIO) {
            profile.entry("cfProprietario").or_insert(Value::String(cf));
        }
        if let Some(name) = ["categoria", "pIva"].iter().find(|name| !profile.contains_key(**name))
        {
            return Err(Failure::new(
                Exit::Unusable,
                format!("manca {name}: indica il profilo con --profile, o usa --{}", flag(name)),
                format!(
                    "{name} is missing: name a profile with --profile, or use --{}",
                    flag(name)
                ),
            ));
        }
        let policy = match &holder.policy {
            Some(path) => {
                let text = String::from_utf8(input::bytes(path, SMALL)?);
                Some(text.map_err(|error| Failure::developer(Exit::Unusable, error.utf8_error()))?)
            }
            None => None,
        };
        let described = Described { profile: Value::Object(profile).to_string(), policy };
        described.parse()?;
        Ok(described)
    }

    /// The profile and the policy.
    pub(crate) fn parse(&self) -> Result<(Profile, Policy), Failure> {
        let profile = serde_json::from_str(&self.profile).map_err(|e| wrong("profile", &e))?;
        let policy = match &self.policy {
            Some(text) => serde_json::from_str(text).map_err(|e| wrong("policy", &e))?,
            None => Policy::default(),
        };
        Ok((profile, policy))
    }

    /// The settings of an engine with the built-in key.
    pub(crate) fn settings(&self, ambiente: Ambiente) -> Result<Settings, Failure> {
        let (profile, policy) = self.parse()?;
        Ok(Settings::new(profile, ambiente)?.with_policy(policy))
    }
}

/// A certificate whose key encrypts.
pub(crate) fn certificate(bytes: &[u8]) -> Result<Certificate, Failure> {
    Certificate::parse(bytes).map_err(|error| {
        Failure::new(
            Exit::Unusable,
            format!("il certificato che cifra non si può usare: {error}"),
            format!("the certificate that encrypts cannot be used: {error}"),
        )
    })
}

/// The day it is in Italy, unless the person says otherwise.
pub(crate) fn today(given: Option<Data>) -> Data {
    given.unwrap_or_else(|| SystemClock.now().date_in_italy())
}

/// Noon in UTC of a day, which is the same day in Italy.
pub(crate) fn noon(day: Data) -> Timestamp {
    Timestamp::midnight_utc(day).plus(12 * 3_600_000)
}

fn flag(field: &str) -> &'static str {
    if field == "pIva" { "piva" } else { "categoria" }
}

fn not_json(what: &str, error: &serde_json::Error) -> Failure {
    let (line, column) = (error.line(), error.column());
    Failure::new(
        Exit::Unusable,
        format!("{what}: non è un oggetto JSON (riga {line}, colonna {column})"),
        format!("{what}: not a JSON object (line {line}, column {column})"),
    )
}

/// A profile or policy of the wrong form. The texts of serde quote names and values of the input,
/// so what could be a tax code is taken out.
fn wrong(what: &str, error: &serde_json::Error) -> Failure {
    let text = crate::ui::clean(&error.to_string());
    Failure::developer(Exit::Unusable, format_args!("{what}: {text}"))
}
