//! A practice, its store, its clock and a simulator, in one process and without waiting.
//!
//! A [`Site`] plays the host's part of the contract (DESIGN section 3) and can be cut at every
//! boundary of it: before a commit, after it, after a request left, before its end is reported.
//! After a cut the engine is gone and a new one goes on from the store.

use std::collections::BTreeMap;

use sts_core::command::{Answer, Command};
use sts_core::entropy::Entropy;
use sts_core::event::Event;
use sts_core::step::{Actions, Loaded, Needs, Request, Response, Step};
use sts_core::time::Timestamp;
use sts_core::wire::Credentials;
use sts_core::{Engine, Error, Settings};
use sts_simulator::{HttpRequest, Reaction, World};

/// The same bytes for the same seed: splitmix64.
#[derive(Clone, Debug)]
pub struct Seeded(pub u64);

impl Seeded {
    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Entropy for Seeded {
    fn fill(&mut self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            chunk.copy_from_slice(&self.draw().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A store in memory, with the compare-and-swap of the contract.
#[derive(Clone, Debug, Default)]
pub struct Store(pub BTreeMap<String, Vec<u8>>);

impl Store {
    /// The value of the key `revision`.
    pub fn revision(&self) -> u64 {
        let text = self.0.get("revision").map(|v| String::from_utf8_lossy(v).into_owned());
        text.map_or(0, |text| text.parse().expect("the engine writes a number"))
    }

    /// What was asked for.
    pub fn read(&self, needs: &Needs) -> Loaded {
        let keys = needs.keys.iter().map(|key| (key.clone(), self.0.get(key).cloned())).collect();
        let ranges = needs.ranges.iter().map(|range| {
            let found = self.0.range(range.from.clone()..range.to.clone());
            let entries = found.take(range.limit as usize).map(|(k, v)| (k.clone(), v.clone()));
            (range.clone(), entries.collect())
        });
        Loaded { keys, ranges: ranges.collect() }
    }

    /// Commits the writes of a step; `false`, and nothing is written, when the revision has moved.
    pub fn commit(&mut self, actions: &Actions) -> bool {
        if actions.revision != self.revision() {
            return false;
        }
        for write in &actions.writes {
            match &write.value {
                Some(value) => self.0.insert(write.key.clone(), value.clone()),
                None => self.0.remove(&write.key),
            };
        }
        true
    }
}

/// A request that reached the service.
#[derive(Clone, Debug)]
pub struct Call {
    /// When.
    pub at: Timestamp,
    /// Its operation.
    pub label: &'static str,
    /// What it was.
    pub request: HttpRequest,
    /// What the host heard of it.
    pub response: Response,
}

/// The process was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut;

/// An input to the engine, as a host repeats it.
#[derive(Clone, Debug)]
pub enum Input {
    /// Time passed.
    Tick,
    /// A wish.
    Command(Command),
    /// The end of a request.
    Response(String, Response),
}

/// Whether requests can leave at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// They reach the simulator.
    Up,
    /// They certainly do not leave.
    Down,
}

/// The whole scene.
pub struct Site {
    /// What the host keeps.
    pub store: Store,
    /// Virtual time.
    pub now: Timestamp,
    /// The remote service.
    pub world: World,
    /// Whether it can be reached.
    pub network: Network,
    /// SHA-256 of the client certificate that the connection shows, hexadecimal.
    pub client_certificate: Option<String>,
    /// How long the process sleeps between a commit and its request, in milliseconds.
    pub nap: i64,
    /// Events delivered, by number; a second delivery must be equal to the first.
    pub events: BTreeMap<u64, Event>,
    /// Labels of the requests that left, in order.
    pub sent: Vec<&'static str>,
    /// Everything that was printed or could be: for privacy scans.
    pub seen: String,
    /// Answers by operation, given in place of the service's: a parrot is much faster.
    pub parrot: BTreeMap<&'static str, Response>,
    /// What reached the service, once somebody wants to know.
    pub told: Option<Vec<Call>>,
    /// Boundaries passed since the last [`Site::cut_at`].
    pub boundaries: u32,
    /// The test damaged the store, which then need not agree with itself at rest.
    pub damaged: bool,
    settings: Settings,
    credentials: Option<Credentials>,
    chance: Seeded,
    /// Two processes: the one at work, and a rival that wakes at the worst moments.
    engines: [Engine; 2],
    rivalry: Rivalry,
    cut: Option<u32>,
    cut_when: Option<fn(&Store) -> bool>,
    wake_at: Option<Timestamp>,
}

/// Whether a second process ticks between the steps of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rivalry {
    /// There is one process.
    None,
    /// The second ticks at one boundary in so many, by chance.
    OneIn(u32),
}

impl Site {
    /// A scene with an empty store.
    pub fn new(world: World, settings: Settings, credentials: Credentials, now: Timestamp) -> Self {
        let mut chance = Seeded(1);
        let engines =
            [(); 2].map(|()| Engine::new(settings.clone(), Box::new(Seeded(chance.draw()))));
        let mut site = Site {
            store: Store::default(),
            now,
            world,
            network: Network::Up,
            client_certificate: None,
            nap: 0,
            events: BTreeMap::new(),
            sent: Vec::new(),
            seen: String::new(),
            parrot: BTreeMap::new(),
            told: None,
            boundaries: 0,
            damaged: false,
            settings,
            credentials: Some(credentials),
            chance,
            engines,
            rivalry: Rivalry::None,
            cut: None,
            cut_when: None,
            wake_at: None,
        };
        site.reopen();
        site
    }

    /// Drops the engine and opens another one on the same store, as a new process does.
    pub fn reopen(&mut self) {
        let mut engine = Engine::new(self.settings.clone(), Box::new(Seeded(self.chance.draw())));
        engine.set_credentials(self.credentials.clone());
        self.engines[0] = engine;
    }

    /// Goes on with an empty store, as another program does, or one that lost its own.
    pub fn begin_again(&mut self) {
        self.store = Store::default();
        self.events.clear();
        self.wake_at = None;
        self.reopen();
    }

    /// Opens another engine over other settings, as after an update of the program.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
        self.reopen();
    }

    /// Lets a second process tick between the steps of the first.
    pub fn rivalry(&mut self, rivalry: Rivalry) {
        self.rivalry = rivalry;
        self.engines[1].set_credentials(self.credentials.clone());
    }

    /// A rival's tick, with all that follows from it, when chance wants it.
    fn rival(&mut self) {
        let Rivalry::OneIn(odds) = self.rivalry else {
            return;
        };
        if !self.chance.draw().is_multiple_of(u64::from(odds)) {
            return;
        }
        let cut = self.cut.take();
        self.rivalry = Rivalry::None;
        self.engines.swap(0, 1);
        self.input(Input::Tick).expect("no cut is set").expect("a tick is never refused");
        self.engines.swap(0, 1);
        self.rivalry = Rivalry::OneIn(odds);
        self.cut = cut;
    }

    /// Gives the engine, and all later ones, other credentials.
    pub fn set_credentials(&mut self, credentials: Option<Credentials>) {
        self.credentials = credentials;
        for engine in &mut self.engines {
            engine.set_credentials(self.credentials.clone());
        }
    }

    /// Cuts the process at the boundary of this number, counted from now; `None` for never.
    pub fn cut_at(&mut self, boundary: Option<u32>) {
        self.cut = boundary;
        self.boundaries = 0;
    }

    /// Cuts the process at the first boundary where the store is like this.
    pub fn cut_when(&mut self, when: Option<fn(&Store) -> bool>) {
        self.cut_when = when;
    }

    /// Every index key and counter of the store is what its records say.
    pub fn assert_consistent(&self, story: &str) {
        let differences = crate::consistency::differences(&self.store, &self.settings);
        assert!(differences.is_empty(), "{story}: {differences:#?}");
    }

    fn boundary(&mut self) -> Result<(), Cut> {
        let here = self.boundaries;
        self.boundaries += 1;
        if self.cut == Some(here) || self.cut_when.is_some_and(|when| when(&self.store)) {
            (self.cut, self.cut_when) = (None, None);
            self.reopen();
            return Err(Cut);
        }
        Ok(())
    }

    /// A command and all requests that follow from it at once; an error of the engine panics.
    pub fn command(&mut self, command: Command) -> Result<Answer, Cut> {
        let answer = self.input(Input::Command(command))?.expect("the engine refused the command");
        Ok(answer.expect("every command is answered"))
    }

    /// One input and all requests that follow from it at once.
    pub fn input(&mut self, input: Input) -> Result<Result<Option<Answer>, Error>, Cut> {
        let mut answer = None;
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let actions = match self.step(&input) {
                Ok(actions) => actions,
                Err(error) => return Ok(Err(error)),
            };
            self.rival();
            self.boundary()?;
            if !actions.writes.is_empty() && !self.store.commit(&actions) {
                // Another process was faster: throw the engine away and repeat the input.
                self.reopen();
                inputs.push(input);
                continue;
            }
            self.boundary()?;
            self.wake_at = actions.wake_at;
            for event in actions.events {
                self.boundary()?;
                self.seen += &format!("{event:?}\n");
                if let Some(before) = self.events.insert(event.number, event.clone()) {
                    assert_eq!(before, event, "one number, two events");
                }
            }
            for request in &actions.requests {
                self.rival();
                let response = self.perform(request);
                self.rival();
                self.boundary()?;
                inputs.push(Input::Response(request.id.clone(), response));
            }
            self.seen += &format!("{:?}\n", actions.answer);
            // The last answer is the one that counts.
            answer = actions.answer.or(answer);
        }
        Ok(Ok(answer))
    }

    fn step(&mut self, input: &Input) -> Result<Actions, Error> {
        for _ in 0..20 {
            let step = match input {
                Input::Tick => self.engines[0].tick(self.now),
                Input::Command(command) => self.engines[0].command(self.now, command),
                Input::Response(id, response) => self.engines[0].response(self.now, id, response),
            }?;
            match step {
                Step::Act(actions) => return Ok(actions),
                Step::Read(needs) => {
                    assert!(!needs.is_empty(), "asked to read nothing");
                    // Between two readings the store may move under the engine's feet.
                    self.rival();
                    let loaded = self.store.read(&needs);
                    self.engines[0].load(loaded)?;
                }
            }
        }
        panic!("the engine reads for ever");
    }

    fn perform(&mut self, request: &Request) -> Response {
        self.seen += &format!("{request:?}\n");
        self.now = self.now.plus(self.nap);
        if self.network == Network::Down || self.now > request.not_after {
            return Response::NotSent;
        }
        self.sent.push(request.label);
        if let Some(response) = self.parrot.get(request.label) {
            return response.clone();
        }
        let path = request.url.splitn(4, '/').nth(3).expect("an absolute address");
        let mut headers: Vec<(&str, &str)> =
            request.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        // What the simulator's server adds once it has verified the certificate.
        let certificate = self.client_certificate.as_deref();
        headers.extend(certificate.map(|sha| ("x-simulator-client-certificate-sha256", sha)));
        let call = HttpRequest::post(&format!("/{path}"), &headers, &request.body);
        let at = self.now;
        let reaction = self.world.handle(self.now.0, &call);
        let response = self.end_of(reaction, i64::from(request.timeout_ms));
        if let Some(told) = &mut self.told {
            let (label, response) = (request.label, response.clone());
            told.push(Call { at, label, request: call, response });
        }
        response
    }

    fn end_of(&mut self, reaction: Reaction, patience: i64) -> Response {
        match reaction {
            Reaction::Answer(answer) => {
                self.now = self.now.plus(200);
                Response::Answered {
                    status: answer.status,
                    headers: answer.headers,
                    body: answer.body,
                }
            }
            Reaction::Slow { ms, then } if (ms as i64) < patience => {
                self.now = self.now.plus(ms as i64);
                self.end_of(*then, patience - ms as i64)
            }
            Reaction::Oversize { answer, bytes } => {
                let mut body = answer.body;
                body.resize((bytes as usize).min(Response::MAX_BODY + 1), b' ');
                Response::Answered { status: answer.status, headers: answer.headers, body }
            }
            Reaction::Hang | Reaction::Slow { .. } => {
                self.now = self.now.plus(patience);
                Response::Unknown
            }
            Reaction::ResetBeforeAnswer
            | Reaction::ResetMidBody { .. }
            | Reaction::Truncate { .. } => Response::Unknown,
        }
    }

    /// Lets time pass from one wake time to the next until nothing is left to do, at most for
    /// `days`. Cuts are survived, and the store agrees with itself in the end. Returns how many
    /// times it woke.
    pub fn rest(&mut self, days: i64) -> u32 {
        let end = self.now.plus(days * 86_400_000);
        for round in 0..10_000 {
            match self.input(Input::Tick) {
                Err(Cut) => continue,
                Ok(Err(error)) => panic!("{error}"),
                Ok(Ok(_)) => {}
            }
            match self.wake_at {
                Some(wake) if wake <= end => {
                    assert!(wake > self.now, "the engine wakes in the past: a hot loop");
                    self.now = wake;
                }
                _ => {
                    if !self.damaged {
                        self.assert_consistent("at rest");
                    }
                    return round;
                }
            }
        }
        panic!("no rest within 10 000 rounds");
    }

    /// Closes the engine on purpose, and opens the next.
    pub fn close(&mut self) {
        for _ in 0..4 {
            match self.engines[0].close(self.now).expect("closing works") {
                Step::Act(actions) => {
                    assert!(self.store.commit(&actions));
                    self.reopen();
                    return;
                }
                Step::Read(needs) => {
                    let loaded = self.store.read(&needs);
                    self.engines[0].load(loaded).expect("the store answers what was asked");
                }
            }
        }
        panic!("closing never ends");
    }
}
