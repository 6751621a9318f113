//! The scenarios of `fixtures/scenarios`, and how they are played over a [`Site`].
//!
//! The folder's README is the form's definition; other languages play the same files through the
//! simulator's control interface.

mod expect;

use std::collections::BTreeSet;
use std::fs;

use serde::Deserialize;
use serde_json::Value;
use sts_core::cipher::Certificate;
use sts_core::command::{Answer, Asked, Command, DocumentView};
use sts_core::domain::{Ambiente, Profile};
use sts_core::rules::Policy;
use sts_core::secret::Secret;
use sts_core::time::Timestamp;
use sts_core::wire::Credentials;
use sts_core::{Error, Settings};
use sts_simulator::{CERTIFICATE_DER, Setup, World, instant};

pub use expect::Expect;

use crate::fixtures;
use crate::site::{Cut, Input, Network, Site};

/// One file.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The name of the file, without `.json`.
    pub name: String,
    /// For a person.
    pub description: String,
    /// The rows of the checklist that it shows.
    pub checklist: Vec<String>,
    /// Whose documents they are.
    pub profile: Profile,
    /// Choices other than the official reading.
    #[serde(default)]
    pub policy: Policy,
    /// When it begins, `YYYY-MM-DDTHH:MM:SSZ`.
    pub start: String,
    credentials: Written,
    /// What the simulator starts from.
    #[serde(default)]
    pub simulator: Setup,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    user: Secret,
    password: Secret,
    pincode: Secret,
}

impl Written {
    fn credentials(&self) -> Credentials {
        let Written { user, password, pincode } = self.clone();
        Credentials::new(user, password, pincode).expect("printable")
    }
}

/// One step: exactly one of the fields that say what happens.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// For a person.
    pub comment: Option<String>,
    command: Option<Value>,
    /// Of a command: what its answer has.
    answer: Option<Value>,
    /// Of a command: the error instead of an answer.
    error: Option<Value>,
    advance: Option<i64>,
    rest: Option<i64>,
    control: Option<Control>,
    credentials: Option<Written>,
    network: Option<Reach>,
    store: Option<Begin>,
    expect: Option<Expect>,
}

/// A request to the simulator's control interface.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Control {
    method: String,
    path: String,
    #[serde(default)]
    body: Value,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reach {
    Up,
    Down,
}

/// What a host begins with.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Begin {
    /// A store without anything: another program, or one that lost its own.
    Empty,
}

/// What a step is.
enum Does<'a> {
    Command(Command),
    Advance(i64),
    Rest(i64),
    Control(&'a Control),
    Credentials(&'a Written),
    Network(Reach),
    Store(Begin),
    Expect(&'a Expect),
}

impl Step {
    fn does(&self) -> Result<Does<'_>, String> {
        let command = match &self.command {
            Some(json) => {
                let json = serde_json::to_vec(json).map_err(|error| error.to_string())?;
                match Command::from_json(&json) {
                    Ok(command) => Some(Does::Command(command)),
                    Err(error) => return Err(format!("{} {error}", error.code())),
                }
            }
            None => None,
        };
        let mut all = [
            command,
            self.advance.map(Does::Advance),
            self.rest.map(Does::Rest),
            self.control.as_ref().map(Does::Control),
            self.credentials.as_ref().map(Does::Credentials),
            self.network.map(Does::Network),
            self.store.map(Does::Store),
            self.expect.as_ref().map(Does::Expect),
        ]
        .into_iter()
        .flatten();
        match (all.next(), all.next()) {
            (Some(does), None) => Ok(does),
            _ => Err("a step does exactly one thing".to_owned()),
        }
    }
}

/// Whether expectations are checked while a scenario is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// All of them.
    All,
    /// None: the play was cut, and only its end counts.
    None,
}

impl Scenario {
    /// All of them, by name.
    ///
    /// # Panics
    /// When a file cannot be read, or its name is not its own.
    pub fn all() -> Vec<Scenario> {
        let folder = fixtures::path("scenarios");
        let files =
            fs::read_dir(folder).expect("the scenarios").map(|entry| entry.expect("a file"));
        let files = files.map(|file| file.path());
        let mut files: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
        files.sort();
        let read = |path: std::path::PathBuf| {
            let text = fs::read_to_string(&path).expect("a scenario");
            let scenario: Scenario = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert_eq!(path.file_stem().and_then(|s| s.to_str()), Some(&*scenario.name));
            scenario
        };
        files.into_iter().map(read).collect()
    }

    /// The practice, its empty store and the simulator, before the first step.
    pub fn site(&self) -> Site {
        let world = World::new(self.simulator.clone()).expect("the simulator's own key");
        let certificate = Certificate::parse(CERTIFICATE_DER).expect("a certificate");
        let settings = Settings::new(self.profile.clone(), Ambiente::Test)
            .and_then(|settings| settings.with_endpoint("http://127.0.0.1:1"))
            .expect("its settings")
            .with_policy(self.policy.clone())
            .with_certificate(&certificate);
        let start = Timestamp(instant(&self.start).expect("a moment"));
        Site::new(world, settings, self.credentials.credentials(), start)
    }

    /// Plays it. What does not hold is an error that names the step; a cut is survived as a host
    /// survives it, by doing the same again.
    pub fn play(&self, site: &mut Site, checks: Checks) -> Result<(), String> {
        for (n, step) in self.steps.iter().enumerate() {
            let comment = step.comment.as_deref().unwrap_or("");
            let at = |why: String| format!("{}, step {n} {comment}\n  {why}", self.name);
            self.play_step(site, step, checks).map_err(at)?;
        }
        Ok(())
    }

    fn play_step(&self, site: &mut Site, step: &Step, checks: Checks) -> Result<(), String> {
        match step.does() {
            Err(why) => match (&step.error, why.split_once(' ')) {
                // Refused by its form alone.
                (Some(error), Some((code, _))) if error["code"] == code => return Ok(()),
                _ => return Err(why),
            },
            Ok(Does::Command(command)) => {
                let mut result = survive(|| site.input(Input::Command(command.clone())));
                // The request of the process that was cut is left alone for a while.
                while let Ok(Some(Answer::Asked { outcome: Asked::Busy { until } })) = result {
                    site.now = until.max(site.now.plus(1));
                    result = survive(|| site.input(Input::Command(command.clone())));
                }
                return step.judge(result, checks);
            }
            Ok(Does::Advance(ms)) => {
                site.now = site.now.plus(ms);
                survive(|| site.input(Input::Tick)).map_err(|error| error.to_string())?;
            }
            Ok(Does::Rest(days)) => {
                site.rest(days);
            }
            Ok(Does::Control(Control { method, path, body })) => {
                let body = serde_json::to_vec(body).map_err(|error| error.to_string())?;
                site.world
                    .control(site.now.0, method, path, &body)
                    .map_err(|error| format!("{method} {path}: {error}"))?;
            }
            Ok(Does::Credentials(written)) => site.set_credentials(Some(written.credentials())),
            Ok(Does::Network(Reach::Up)) => site.network = Network::Up,
            Ok(Does::Network(Reach::Down)) => site.network = Network::Down,
            Ok(Does::Store(Begin::Empty)) => site.begin_again(),
            Ok(Does::Expect(expect)) if checks == Checks::All => {
                return expect.hold(site, &self.user());
            }
            Ok(Does::Expect(_)) => {}
        }
        Ok(())
    }

    fn user(&self) -> String {
        self.credentials.user.expose().to_owned()
    }

    /// What must never be seen: user, passwords, pincodes, the tax codes of owner and patients.
    pub fn secrets(&self) -> BTreeSet<String> {
        let mut secrets = BTreeSet::new();
        let later = self.steps.iter().filter_map(|step| step.credentials.as_ref());
        for written in std::iter::once(&self.credentials).chain(later) {
            for secret in [&written.password, &written.pincode] {
                secrets.insert(secret.expose().to_owned());
            }
        }
        let owner = self.profile.proprietario.cf_proprietario();
        secrets.extend(owner.map(|cf| cf.expose().to_owned()));
        for command in self.steps.iter().filter_map(|step| step.command.as_ref()) {
            tax_codes(command, &mut secrets);
        }
        secrets
    }
}

impl Step {
    fn judge(&self, result: Result<Option<Answer>, Error>, checks: Checks) -> Result<(), String> {
        match (result, &self.error) {
            (Err(error), Some(wanted)) => {
                let found = serde_json::json!({ "code": error.code(), "path": error.path() });
                expect::part_of(wanted, &found, "/error")
            }
            (Err(error), None) => Err(format!("{}: {error}", error.code())),
            (Ok(_), Some(_)) => Err("there is no error".to_owned()),
            (Ok(_), None) if checks == Checks::None => Ok(()),
            (Ok(None), None) => Err("a command without an answer".to_owned()),
            (Ok(Some(answer)), None) => {
                if let Answer::Receipts { receipts } = &answer
                    && !receipts.zip.is_empty()
                {
                    // What is inside an archive of the archive has its name before a slash.
                    let files = sts_core::wire::zip::read(&receipts.zip);
                    let files = files.map_err(|error| error.to_string())?;
                    let outer = |name: &str| name.split('/').next().unwrap_or(name).to_owned();
                    let mut names: Vec<_> = files.iter().map(|file| outer(&file.name)).collect();
                    names.dedup();
                    if names != receipts.entries {
                        return Err("the archive has other entries than it says".to_owned());
                    }
                }
                let found = serde_json::to_value(&answer).map_err(|error| error.to_string())?;
                self.answer
                    .as_ref()
                    .map_or(Ok(()), |wanted| expect::part_of(wanted, &found, "/answer"))
            }
        }
    }
}

/// A host that was cut does the same again.
fn survive<T>(mut input: impl FnMut() -> Result<T, Cut>) -> T {
    loop {
        match input() {
            Ok(done) => return done,
            Err(Cut) => continue,
        }
    }
}

fn tax_codes(json: &Value, found: &mut BTreeSet<String>) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(cf) if name == "cfCittadino" => _ = found.insert(cf.to_owned()),
                    _ => tax_codes(value, found),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|value| tax_codes(value, found)),
        _ => {}
    }
}

/// Every document of the ledger, by id.
pub fn documents(site: &mut Site) -> Vec<DocumentView> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        match survive(|| site.command(Command::Documents { after: after.clone(), limit: 100 })) {
            Answer::Documents { documents, next } => {
                all.extend(documents);
                match next {
                    Some(next) => after = Some(next),
                    None => return all,
                }
            }
            other => panic!("{other:?}"),
        }
    }
}
