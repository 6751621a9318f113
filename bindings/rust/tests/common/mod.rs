//! A practice of `fixtures/practices` and a simulator, for tests of the driver and the command.
#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod command;
#[cfg(all(unix, feature = "postgres"))]
pub(crate) mod postgres;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;
use sts_core::cipher::Certificate;
use sts_core::command::{Answer, Command, DocumentState, DocumentView, Selection};
use sts_core::domain::Ambiente;
use sts_core::domain::invoice::{Input, JsonLimits, read_json};
use sts_core::secret::Secret;
use sts_core::step::{Request, Response};
use sts_core::time::Timestamp;
use sts_core::wire::Credentials;
use sts_core::{Engine, Settings};
use sts_host::{Clock, Driver, Events, Http, Store, SystemEntropy, VirtualClock};
use sts_simulator::{
    CERTIFICATE_DER, Clock as SimulatorClock, HttpRequest, Operation, Options, Reaction, Server,
    World,
};

/// The fixture, as it lies in the project.
pub(crate) fn fixture_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../fixtures/practices/{name}.json"))
}

/// An invented practice.
pub(crate) struct Practice {
    pub(crate) fixture: Value,
    pub(crate) now: Timestamp,
}

impl Practice {
    pub(crate) fn new(name: &str) -> Self {
        let bytes = std::fs::read(fixture_path(name)).expect("the fixture is there");
        let fixture: Value = serde_json::from_slice(&bytes).expect("JSON");
        let today = fixture["today"].as_str().expect("a day");
        let today = sts_core::domain::Data::parse(today).expect("a day");
        let now = Timestamp::midnight_utc(today).plus(9 * 3_600_000);
        Practice { fixture, now }
    }

    pub(crate) fn settings(&self, endpoint: &str) -> Settings {
        let json = |value: &Value| value.to_string();
        let profile = serde_json::from_str(&json(&self.fixture["profile"])).expect("a profile");
        let policy: Option<_> =
            serde_json::from_str(&json(&self.fixture["policy"])).expect("a policy");
        Settings::new(profile, Ambiente::Test)
            .and_then(|settings| {
                settings.with_policy(policy.unwrap_or_default()).with_endpoint(endpoint)
            })
            .expect("settings")
            .with_certificate(&Certificate::parse(CERTIFICATE_DER).expect("a certificate"))
    }

    pub(crate) fn secret(&self, name: &str) -> &str {
        self.fixture["credentials"][name].as_str().expect("a secret")
    }

    pub(crate) fn credentials(&self) -> Credentials {
        let secret = |name| Secret::new(self.secret(name));
        Credentials::new(secret("user"), secret("password"), secret("pincode"))
            .expect("well formed")
    }

    /// Opens engines with the practice's credentials.
    pub(crate) fn opener(&self, endpoint: &str) -> impl FnMut() -> Engine + Send + use<> {
        let (settings, credentials) = (self.settings(endpoint), self.credentials());
        move || {
            let mut engine = Engine::new(settings.clone(), Box::new(SystemEntropy));
            engine.set_credentials(Some(credentials.clone()));
            engine
        }
    }

    pub(crate) fn invoices(&self) -> Vec<Input> {
        let cases = self.fixture["invoices"].as_array().expect("cases");
        let read = |case: &Value| {
            let text = case["invoice"].to_string();
            let mut read = read_json(text.as_bytes(), &JsonLimits::default()).expect("JSON");
            read.remove(0).expect("an invoice")
        };
        cases.iter().map(read).collect()
    }

    /// The ids of what is expected to be accepted, in the order of the fixture. What the service
    /// would refuse as there already, the engine keeps back.
    pub(crate) fn sendable(&self) -> Vec<String> {
        let cases = self.fixture["invoices"].as_array().expect("cases");
        let accepted = |case: &&Value| {
            case["expect"]["outcome"]["result"].as_str().is_some_and(|r| r.starts_with("accepted"))
        };
        cases
            .iter()
            .filter(accepted)
            .map(|case| case["invoice"]["id"].as_str().expect("an id").to_owned())
            .collect()
    }

    /// Everything no output may show: tax codes, password, pincode, the Basic header.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let mut secrets = Vec::new();
        collect(&self.fixture, &mut secrets);
        let text = |name: &str| self.secret(name).to_owned();
        secrets.extend([text("password"), text("pincode")]);
        secrets.sort();
        secrets.dedup();
        secrets
    }

    pub(crate) fn world(&self) -> World {
        let setup = serde_json::from_value(self.fixture["simulator"].clone()).expect("a setup");
        World::new(setup).expect("a world")
    }

    /// The simulator behind real sockets, at the practice's own time.
    pub(crate) fn server(&self, tls: bool) -> Server {
        let clock = SimulatorClock::fixed(self.now.0);
        Server::start(self.world(), Options { tls, clock, ..Options::default() }).expect("a server")
    }
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name.starts_with("cf") => found.push(text.clone()),
                    value => collect(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// The simulator in the same process, answering at the time of the clock.
#[derive(Clone)]
pub(crate) struct InProcess {
    world: Arc<Mutex<World>>,
    clock: VirtualClock,
    requests: Arc<Mutex<Vec<String>>>,
}

impl InProcess {
    pub(crate) const ENDPOINT: &'static str = "http://127.0.0.1:9";

    pub(crate) fn new(world: World, clock: VirtualClock) -> Self {
        InProcess { world: Arc::new(Mutex::new(world)), clock, requests: Arc::default() }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("not poisoned")
    }

    /// The ids of the requests performed.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }

    fn end(&self, reaction: Reaction, patience: u64) -> Response {
        match reaction {
            Reaction::Answer(answer) => Response::Answered {
                status: answer.status,
                headers: answer.headers,
                body: answer.body,
            },
            Reaction::Slow { ms, then } if ms < patience => {
                self.clock.advance(ms as i64);
                self.end(*then, patience - ms)
            }
            Reaction::Hang | Reaction::Slow { .. } => {
                self.clock.advance(patience as i64);
                Response::Unknown
            }
            _ => Response::Unknown,
        }
    }
}

impl Http for InProcess {
    fn perform(&self, request: &Request) -> Response {
        self.requests.lock().expect("not poisoned").push(request.id.clone());
        let path = request.url.strip_prefix(Self::ENDPOINT).expect("the address given");
        let headers: Vec<(&str, &str)> =
            request.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let call = HttpRequest::post(path, &headers, &request.body);
        let reaction = self.world().handle(self.clock.now().0, &call);
        self.end(reaction, u64::from(request.timeout_ms))
    }
}

/// How often each document was inserted or refunded, by its number.
pub(crate) fn insertions(world: &World) -> BTreeMap<String, u32> {
    let documents = world.documents();
    documents.into_iter().map(|d| (format!("{:?}", d.key), d.times_inserted)).collect()
}

/// How many calls asked the service to store something.
pub(crate) fn storing_calls(world: &World) -> usize {
    let stores =
        |o: Option<Operation>| matches!(o, Some(Operation::Inserimento | Operation::Rimborso));
    world.log().filter(|entry| stores(entry.operation)).count()
}

/// In milliseconds.
pub(crate) const DAY: i64 = 86_400_000;
/// Everything that can be sent.
pub(crate) const READY: Command = Command::Send { what: Selection::Ready { limit: 500 } };

pub(crate) fn save(practice: &Practice) -> Command {
    Command::Save { invoices: practice.invoices() }
}

/// The first of the invoices that can be sent.
pub(crate) fn one(practice: &Practice) -> (String, Command) {
    let id = practice.sendable().remove(0);
    let invoices = practice.invoices().into_iter().filter(|i| i.id() == id).collect();
    (id, Command::Save { invoices })
}

pub(crate) fn documents<H: Http, S: Store, E: Events, C: Clock>(
    driver: &mut Driver<H, S, E, C>,
) -> BTreeMap<String, DocumentView> {
    let Answer::Documents { documents, next: None } =
        driver.command(&Command::Documents { after: None, limit: 500 }).unwrap()
    else {
        panic!("one page of documents")
    };
    documents.into_iter().map(|document| (document.id.clone(), document)).collect()
}

pub(crate) fn is_accepted(document: &DocumentView) -> bool {
    matches!(document.state, DocumentState::Accepted | DocumentState::AcceptedWithWarnings)
}
