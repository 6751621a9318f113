//! The service of a demo's database: a simulator inside this process.
//!
//! The simulator is a pure state machine, so what it has been told, from the beginning, is all of
//! its state. That is kept in a file beside the database, one line for each call, and told again
//! when a command opens the database: `sts receipts` and the others find the service as the demo,
//! and the commands since, left it. Two commands at once on one demo would write over each other.

use std::cell::{Ref, RefCell};
use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use sts_core::step::{Request, Response};
use sts_core::time::Timestamp;
use sts_host::{Clock, Http, UreqHttp, VirtualClock};
use sts_simulator::{FaultRule, HttpRequest, Reaction, Segnalazione, Setup, User, World};

use crate::failure::{Exit, Failure};

/// The address of a demo's practice: of a domain that never exists (RFC 2606).
pub(crate) const ENDPOINT: &str = "https://simulatore.invalid";
/// What a call takes, in milliseconds of the demo's time.
const CALL: i64 = 800;

/// How a driver reaches the service.
pub(crate) enum Link {
    Network(Box<UreqHttp>),
    Simulated(Rc<Simulated>),
}

impl Link {
    /// Why the last request had no answer, when that is known.
    pub(crate) fn trouble(&self) -> Option<String> {
        match self {
            Link::Network(http) => http.trouble(),
            Link::Simulated(_) => None,
        }
    }
}

impl Http for Link {
    fn perform(&self, request: &Request) -> Response {
        match self {
            Link::Network(http) => http.perform(request),
            Link::Simulated(simulated) => simulated.perform(request),
        }
    }
}

/// One thing that the simulator was told.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Setup(Box<Setup>),
    Call {
        path: String,
        headers: Vec<(String, String)>,
        /// The bytes as the characters of the same numbers.
        body: String,
    },
    Fault(FaultRule),
    User(User),
    Segnalazione(Segnalazione),
    /// Nothing: time passed.
    Time,
}

#[derive(Serialize, Deserialize)]
struct Line {
    at: i64,
    told: Told,
}

/// A simulator with its clock.
pub(crate) struct Simulated {
    world: RefCell<World>,
    clock: VirtualClock,
    journal: RefCell<File>,
    /// Whether the line is cut: nothing leaves.
    offline: RefCell<bool>,
    path: PathBuf,
}

impl Simulated {
    /// Where the journal of a database lies.
    pub(crate) fn journal_of(db: &Path) -> PathBuf {
        db.with_extension("simulator")
    }

    /// Where the credentials of a demo lie.
    pub(crate) fn credentials(&self) -> PathBuf {
        self.path.with_extension("credentials.json")
    }

    /// A new one, whose journal is a new file.
    pub(crate) fn start(db: &Path, setup: Setup, now: Timestamp) -> Result<Self, Failure> {
        let path = Self::journal_of(db);
        let journal = private(&path).map_err(|error| unusable(&path, &error))?;
        let world = World::new(setup.clone()).map_err(|error| unusable(&path, &error))?;
        let simulated = Simulated {
            world: RefCell::new(world),
            clock: VirtualClock::new(now),
            journal: RefCell::new(journal),
            offline: RefCell::new(false),
            path,
        };
        simulated.write(Told::Setup(Box::new(setup)))?;
        Ok(simulated)
    }

    /// The one that a journal tells of.
    pub(crate) fn open(db: &Path) -> Result<Self, Failure> {
        let path = Self::journal_of(db);
        let failed = |error: &dyn std::fmt::Display| unusable(&path, error);
        let file = File::open(&path).map_err(|error| failed(&error))?;
        let mut world = None;
        let mut now = 0;
        for line in BufReader::new(file).lines() {
            let line = line.map_err(|error| failed(&error))?;
            let Line { at, told } = serde_json::from_str(&line).map_err(|error| failed(&error))?;
            now = at;
            match (&mut world, told) {
                (None, Told::Setup(setup)) => {
                    world = Some(World::new(*setup).map_err(|error| failed(&error))?);
                }
                (Some(world), told) => tell(world, at, told),
                (None, _) => return Err(failed(&"it has no beginning")),
            }
        }
        let world = world.ok_or_else(|| failed(&"it is empty"))?;
        let journal = File::options().append(true).open(&path).map_err(|error| failed(&error))?;
        Ok(Simulated {
            world: RefCell::new(world),
            clock: VirtualClock::new(Timestamp(now)),
            journal: RefCell::new(journal),
            offline: RefCell::new(false),
            path,
        })
    }

    /// The clock of the simulator and of whoever works with it.
    pub(crate) fn clock(&self) -> VirtualClock {
        self.clock.clone()
    }

    /// What the service has.
    pub(crate) fn world(&self) -> Ref<'_, World> {
        self.world.borrow()
    }

    pub(crate) fn add_fault(&self, rule: FaultRule) -> Result<(), Failure> {
        self.hear(Told::Fault(rule))
    }

    pub(crate) fn set_user(&self, user: User) -> Result<(), Failure> {
        self.hear(Told::User(user))
    }

    pub(crate) fn add_segnalazione(&self, segnalazione: Segnalazione) -> Result<(), Failure> {
        self.hear(Told::Segnalazione(segnalazione))
    }

    /// Lets files be processed until now, and keeps the time for those who open the journal.
    pub(crate) fn pass_time(&self) -> Result<(), Failure> {
        self.hear(Told::Time)
    }

    /// Cuts the line, or mends it.
    pub(crate) fn set_offline(&self, offline: bool) {
        self.offline.replace(offline);
    }

    fn hear(&self, told: Told) -> Result<(), Failure> {
        let line = self.write(told)?;
        tell(&mut self.world.borrow_mut(), line.at, line.told);
        Ok(())
    }

    fn write(&self, told: Told) -> Result<Line, Failure> {
        let line = Line { at: self.clock.now().0, told };
        let text = serde_json::to_string(&line)
            .map_err(|error| Failure::developer(Exit::Internal, error))?;
        let written = writeln!(self.journal.borrow_mut(), "{text}");
        written.map_err(|error| unusable(&self.path, &error))?;
        Ok(line)
    }

    fn perform(&self, request: &Request) -> Response {
        if *self.offline.borrow() {
            return Response::NotSent;
        }
        self.clock.advance(CALL);
        let told = Told::Call {
            path: request.url.strip_prefix(ENDPOINT).unwrap_or(&request.url).to_owned(),
            headers: request.headers.clone(),
            body: request.body.iter().map(|byte| char::from(*byte)).collect(),
        };
        // Written first: what the simulator did and no journal tells of would be lost to the next.
        let Ok(Line { at, told: Told::Call { path, headers, body } }) = self.write(told) else {
            return Response::NotSent;
        };
        let reaction = call(&mut self.world.borrow_mut(), at, path, headers, &body);
        self.end(reaction, u64::from(request.timeout_ms))
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

fn tell(world: &mut World, at: i64, told: Told) {
    match told {
        Told::Call { path, headers, body } => _ = call(world, at, path, headers, &body),
        Told::Fault(rule) => _ = world.add_fault(rule),
        Told::User(user) => world.set_user(user),
        Told::Segnalazione(segnalazione) => _ = world.add_segnalazione(segnalazione),
        Told::Time | Told::Setup(_) => world.advance(at),
    }
}

fn call(
    world: &mut World,
    at: i64,
    path: String,
    headers: Vec<(String, String)>,
    body: &str,
) -> Reaction {
    let body = body.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    world.handle(at, &HttpRequest { method: "POST".to_owned(), path, headers, body })
}

/// A new file that nobody else reads: the calls have the invented credentials in their headers.
pub(crate) fn private(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::developer(Exit::Unusable, error).about(path)
}
