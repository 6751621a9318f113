//! The practices as a test reads them back from `fixtures/practices`.

use std::collections::BTreeSet;
use std::fs;

use serde::Deserialize;
use serde_json::Value;
use sts_core::Settings;
use sts_core::cipher::Certificate;
use sts_core::domain::invoice::{Input, JsonLimits, read_json};
use sts_core::domain::{Ambiente, Data, Profile};
use sts_core::rules::Policy;
use sts_core::secret::Secret;
use sts_core::time::Timestamp;
use sts_core::wire::Credentials;
use sts_simulator::{CERTIFICATE_DER, Setup, World};

use crate::site::Site;
use crate::{fixtures, practices};

/// One file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PracticeFile {
    /// The name of the file, without `.json`.
    pub name: String,
    /// For a person.
    pub description: String,
    /// What made the file.
    pub generated: String,
    /// The day on which the practice looks at its invoices.
    pub today: Data,
    /// Whose they are.
    pub profile: Profile,
    /// Choices other than the official reading.
    #[serde(default)]
    pub policy: Policy,
    credentials: Written,
    /// What the simulator must know.
    pub simulator: Setup,
    /// The cases, in the order of their dates.
    pub invoices: Vec<Case>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    user: Secret,
    password: Secret,
    pincode: Secret,
}

/// One invoice and what must become of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The name of the case.
    pub comment: String,
    /// What must become of it.
    pub expect: Expect,
    /// The invoice as the host has it.
    pub invoice: Value,
}

/// What must become of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `send`, `wait`, `out_of_scope` or `fix`.
    pub verdict: String,
    /// Codes of all reasons, sorted.
    pub reasons: Vec<String>,
    /// What the service answers; present exactly with `send`.
    pub outcome: Option<Outcome>,
}

/// What the service answers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// `accepted`, `accepted_with_warnings` or `refused`.
    pub result: String,
    /// The codes of the remarks or of the refusal.
    #[serde(default)]
    pub codes: Vec<String>,
}

impl Case {
    /// The host's id.
    pub fn id(&self) -> &str {
        self.invoice["id"].as_str().expect("an id")
    }

    /// The invoice as the engine takes it.
    pub fn input(&self) -> Input {
        let bytes = serde_json::to_vec(&self.invoice).expect("JSON");
        let mut read = read_json(&bytes, &JsonLimits::default()).expect("JSON");
        read.remove(0).expect("an invoice of the right form")
    }
}

impl PracticeFile {
    /// All of them, as committed.
    pub fn all() -> Vec<PracticeFile> {
        let names = practices::all().into_iter().map(|p| p.file_name());
        names
            .map(|name| {
                let path = fixtures::path("practices").join(&name);
                let text = fs::read_to_string(path).expect("a practice");
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
            })
            .collect()
    }

    /// Nine in the morning of its day, in winter.
    pub fn now(&self) -> Timestamp {
        Timestamp::midnight_utc(self.today).plus(8 * 3_600_000)
    }

    /// What who sends types in.
    pub fn credentials(&self) -> Credentials {
        let Written { user, password, pincode } = self.credentials.clone();
        Credentials::new(user, password, pincode).expect("printable")
    }

    /// What must never be seen: password, pincode, the tax codes of owner and patients, those with
    /// mistakes too.
    pub fn secrets(&self) -> BTreeSet<String> {
        let written = [&self.credentials.password, &self.credentials.pincode];
        let owner = self.profile.proprietario.cf_proprietario();
        let patients = self.invoices.iter().filter_map(|case| {
            let recipient = case.invoice.get("cessionarioCommittente");
            let cf = recipient.unwrap_or(&case.invoice).get("cfCittadino");
            cf?.as_str().map(str::to_owned)
        });
        let written = written.into_iter().map(|secret| secret.expose().to_owned());
        let owner = owner.into_iter().map(|cf| cf.expose().to_owned());
        patients.chain(written).chain(owner).collect()
    }

    /// The simulator as this practice meets it.
    pub fn world(&self) -> World {
        World::new(self.simulator.clone()).expect("the simulator's own key")
    }

    /// The practice with an engine, an empty store and the simulator.
    pub fn site(&self) -> Site {
        let certificate = Certificate::parse(CERTIFICATE_DER).expect("a certificate");
        let settings = Settings::new(self.profile.clone(), Ambiente::Test)
            .and_then(|settings| settings.with_endpoint("http://127.0.0.1:1"))
            .expect("its settings")
            .with_policy(self.policy.clone())
            .with_certificate(&certificate);
        Site::new(self.world(), settings, self.credentials(), self.now())
    }
}
