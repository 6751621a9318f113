//! What an engine is built with.

use crate::cipher::{Certificate, PublicKey};
use crate::domain::invoice::{Input, InputError};
use crate::domain::{Ambiente, Cifrato, CodiceFiscale, Data, Profile, Strictness};
use crate::entropy::Entropy;
use crate::error::Error;
use crate::json::{self, Raw, Read};
use crate::rules::{self, Calendar, Context, Judgement, Policy, Scadenza, YearState};
use crate::time::Timestamp;
use crate::wire::endpoint::{Endpoint, EndpointError, Service};

/// The holder, the environment and the rules an engine works by. The host gives them anew with
/// every engine; the store keeps only a digest of the owner and the environment.
#[derive(Clone, Debug)]
pub struct Settings {
    judge: Judge,
    ambiente: Ambiente,
    endpoint: Endpoint,
    certificate: Certificate,
    public_key_digest: String,
}

/// What of the settings decides about invoices: all that a page needs, which sends nothing.
#[derive(Clone, Debug)]
pub(crate) struct Judge {
    profile: Profile,
    policy: Policy,
    calendar: Calendar,
}

impl Settings {
    /// The official address and key, the official policy, the calendar of this version.
    ///
    /// Fails when the profile reads identifiers as the test users need it and the environment is
    /// the real one.
    pub fn new(profile: Profile, ambiente: Ambiente) -> Result<Self, Error> {
        let judge = Judge::new(profile, ambiente, Policy::default(), Calendar::builtin())?;
        Ok(Settings::sending(judge, ambiente))
    }

    /// The official address and key.
    fn sending(judge: Judge, ambiente: Ambiente) -> Self {
        let certificate = Certificate::sanitel();
        Settings {
            judge,
            ambiente,
            endpoint: Endpoint::official(ambiente),
            public_key_digest: digest(&certificate),
            certificate,
        }
    }

    /// From JSON: `{"profile": …, "ambiente": "test" | "produzione"}` and, where they are to be
    /// others than the official ones, `endpoint`, `certificate` (PEM), `policy` and `calendar`.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        Raw::new(json).map_err(|failure| wrong_form(&failure)).and_then(Settings::read)
    }

    /// From a text known to be JSON.
    pub(crate) fn read(raw: Raw<'_>) -> Result<Self, Error> {
        let mut described: Described<'_> = raw.read().map_err(|failure| wrong_form(&failure))?;
        let (endpoint, certificate) = (described.endpoint.take(), described.certificate.take());
        let ambiente = described.ambiente;
        let mut settings = Settings::sending(Judge::of(described)?, ambiente);
        if let Some(base) = endpoint {
            settings = settings.with_endpoint(&base)?;
        }
        if let Some(pem) = certificate {
            let certificate = Certificate::parse(pem.as_bytes())
                .map_err(|error| wrong("/certificate", &error))?;
            settings = settings.with_certificate(&certificate);
        }
        Ok(settings)
    }

    /// Another address than the official one: `https`, or `http` on this machine; with
    /// [`Ambiente::Test`] only.
    pub fn with_endpoint(mut self, base: &str) -> Result<Self, Error> {
        self.endpoint = Endpoint::custom(self.ambiente, base).map_err(|error: EndpointError| {
            Error::Settings { path: "/endpoint".to_owned(), expected: error.to_string() }
        })?;
        Ok(self)
    }

    /// The certificate whose key encrypts, in place of the built-in key.
    pub fn with_certificate(mut self, certificate: &Certificate) -> Self {
        self.public_key_digest = digest(certificate);
        self.certificate = certificate.clone();
        self
    }

    /// Another policy than the official default.
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.judge.policy = policy;
        self
    }

    /// Another calendar than that of this version.
    pub fn with_calendar(mut self, calendar: Calendar) -> Self {
        self.judge.calendar = calendar;
        self
    }

    /// The holder.
    pub fn profile(&self) -> &Profile {
        &self.judge.profile
    }

    /// The environment.
    pub fn ambiente(&self) -> Ambiente {
        self.ambiente
    }

    /// The certificate of the key that encrypts: how long it is valid, and whether its key is the
    /// one built in.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The key that encrypts.
    pub fn public_key(&self) -> &PublicKey {
        self.certificate.key()
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Refuses a service that this way in does not have.
    pub(crate) fn available(&self, service: Service) -> Result<(), Error> {
        if service.available(&self.judge.profile.accesso) {
            return Ok(());
        }
        Err(Error::ServiceNotAvailable { service: service.name() })
    }

    /// A tax code as it travels. Fails when the host's source of entropy yields only zeros.
    pub(crate) fn encrypt(
        &self,
        cf: &CodiceFiscale,
        entropy: &mut dyn Entropy,
    ) -> Result<Cifrato, Error> {
        let encrypted = self.public_key().encrypt(cf.expose().as_bytes(), entropy);
        encrypted.map_err(|_| Error::BROKEN_ENTROPY)
    }

    pub(crate) fn public_key_digest(&self) -> &str {
        &self.public_key_digest
    }

    /// Judges an invoice as of now, without an engine and without keeping anything.
    pub fn judge(&self, input: &Input, now: Timestamp) -> Judgement {
        self.judge.judge(input, now)
    }

    /// Whether the tax year of a payment is closed for this holder, so that the service would
    /// refuse it.
    pub(crate) fn year_is_closed(&self, data_pagamento: Data, now: Timestamp) -> bool {
        self.scadenza(data_pagamento, now)
            .is_some_and(|scadenza| scadenza.stato == YearState::Closed)
    }

    /// The dates of a payment.
    pub(crate) fn scadenza(&self, data_pagamento: Data, now: Timestamp) -> Option<Scadenza> {
        self.judge.scadenza(data_pagamento, now)
    }

    /// The deadlines that are not over.
    pub(crate) fn deadlines_ahead(&self, now: Timestamp) -> Vec<Scadenza> {
        self.judge.deadlines_ahead(now)
    }
}

impl Judge {
    /// Fails when the profile reads identifiers as the test users need it and the environment is
    /// the real one.
    fn new(
        profile: Profile,
        ambiente: Ambiente,
        policy: Policy,
        calendar: Calendar,
    ) -> Result<Self, Error> {
        if profile.strictness == Strictness::Kit && ambiente == Ambiente::Produzione {
            return Err(wrong(
                "/profile/strictness",
                &"\"full\", unless the environment is \"test\"",
            ));
        }
        Ok(Judge { profile, policy, calendar })
    }

    /// From the JSON of settings. Address and certificate, which decide nothing here, are not
    /// looked at.
    pub(crate) fn read(raw: Raw<'_>) -> Result<Self, Error> {
        Judge::of(raw.read().map_err(|failure| wrong_form(&failure))?)
    }

    fn of(described: Described<'_>) -> Result<Self, Error> {
        let Described { profile, ambiente, policy, calendar, .. } = described;
        let calendar = match calendar {
            None => Calendar::builtin(),
            Some(raw) => Calendar::read(raw).map_err(|error| wrong("/calendar", &error))?,
        };
        Judge::new(profile, ambiente, policy.unwrap_or_default(), calendar)
    }

    /// Judges an invoice as of now.
    pub(crate) fn judge(&self, input: &Input, now: Timestamp) -> Judgement {
        let Judge { profile, policy, calendar } = self;
        rules::judge(input, &Context { profile, policy, calendar, today: now.date_in_italy() })
    }

    /// The dates of a payment.
    pub(crate) fn scadenza(&self, data_pagamento: Data, now: Timestamp) -> Option<Scadenza> {
        self.calendar.scadenza(data_pagamento, self.profile.categoria, now.date_in_italy())
    }

    /// The deadlines that are not over.
    pub(crate) fn deadlines_ahead(&self, now: Timestamp) -> Vec<Scadenza> {
        self.calendar.ahead(self.profile.categoria, now.date_in_italy())
    }
}

fn wrong(path: &str, expected: &dyn std::fmt::Display) -> Error {
    Error::Settings { path: path.to_owned(), expected: expected.to_string() }
}

fn wrong_form(failure: &json::Failure) -> Error {
    let InputError { path, en, .. } = InputError::at(failure, "");
    Error::Settings { path, expected: en }
}

/// What an engine is built with.
#[derive(Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Settings", extend("x-order" =
    ["profile", "ambiente", "endpoint", "certificate", "policy", "calendar"])))]
#[serde(deny_unknown_fields)]
pub(crate) struct Described<'a> {
    /// The holder, and how the service is entered for it.
    profile: Profile,
    /// The environment.
    ambiente: Ambiente,
    /// Another address than the official one: `https`, or `http` on this machine; with `test`
    /// only.
    #[serde(default)]
    endpoint: Option<String>,
    /// The certificate whose key encrypts, PEM, in place of the built-in key.
    #[serde(default)]
    certificate: Option<String>,
    /// Another policy than the official default.
    #[serde(default)]
    policy: Option<Policy>,
    /// Another table of deadlines than that of this version.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<rules::Tabella>"))]
    calendar: Option<Raw<'a>>,
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Settings {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Settings".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Described::<'_>::json_schema(generator)
    }
}

/// What tells one public key from another in records: the beginning of the SHA-256 of its
/// SubjectPublicKeyInfo, so that a renewed certificate changes nothing.
fn digest(certificate: &Certificate) -> String {
    let mut digest = certificate.key_fingerprint();
    digest.truncate(16);
    digest
}
