//! The world of one seed: time, the service, the store, the processes, and what happens when.

use std::collections::BTreeMap;

use sts_core::event::Event;
use sts_core::step::{Request, Response};
use sts_core::time::Timestamp;
use sts_core::{Engine, Settings};
use sts_simulator::{HttpRequest, Reaction, World};

use super::Statistics;
use super::chance::Chance;
use super::plan::{HOUR, MINUTE, Plan};
use super::practice::Practice;
use super::privacy::Privacy;
use super::process::{Ended, Input, Process, Stage, Style};
use super::trace::Trace;
use super::wishes::Wish;
use crate::site::{Network, Seeded, Store};
use crate::stage;

/// What is to happen at a time.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    /// A process starts.
    Start(usize),
    /// A process does its next step, if it still has this life.
    Step(usize, u32),
    /// The alarm of this number rings for a process of this life.
    Alarm(usize, u32, u64),
    /// A process ticks on its timer.
    Timer(usize),
    /// A request reaches the service.
    Arrive(u64),
    /// The end of a request reaches its process.
    Return(u64, Response),
    /// A person asks for something, or again for what a crash swallowed.
    Ask(Wish),
    /// The network comes back.
    Reconnect,
    /// A person, the service or fate makes a move.
    Move,
}

/// A request that somebody waits for.
#[derive(Debug)]
struct Awaited {
    process: usize,
    life: u32,
    id: String,
    password: String,
}

/// Whether anything bad can still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    /// Crashes, naps, lost packets.
    Storm,
    /// Nothing of it.
    Calm,
}

/// The world of one seed.
pub(super) struct Scene {
    /// What kind of world.
    pub(super) plan: Plan,
    /// Draws.
    pub(super) chance: Chance,
    /// The right time.
    pub(super) now: Timestamp,
    /// Whether anything bad can happen.
    pub(super) weather: Weather,
    /// The service.
    pub(super) world: World,
    /// Whether it can be reached.
    pub(super) network: Network,
    /// What the host keeps.
    pub(super) store: Store,
    /// The processes.
    pub(super) processes: Vec<Process>,
    /// The expected world.
    pub(super) practice: Practice,
    /// The password that the service takes.
    pub(super) password: String,
    /// Passwords invented so far.
    pub(super) passwords: u32,
    /// Events delivered, by number.
    pub(super) events: BTreeMap<u64, Event>,
    /// Watches every output.
    pub(super) privacy: Privacy,
    /// The story.
    pub(super) trace: Trace,
    /// What there was of everything.
    pub(super) statistics: Statistics,
    pub(super) settings: Settings,
    queue: BTreeMap<(Timestamp, u64), Happening>,
    awaited: BTreeMap<u64, Awaited>,
    under_way: BTreeMap<u64, (Request, String)>,
    numbers: u64,
}

impl Scene {
    /// A world before its first move.
    pub(super) fn new(
        plan: Plan,
        mut chance: Chance,
        world: World,
        settings: Settings,
        trace: Trace,
    ) -> Self {
        let password = world.user(stage::USER).expect("she is a user").password.clone();
        let processes = (0..plan.processes).map(|_| {
            let style = *chance.pick(&[Style::Blocks, Style::Overlaps]);
            Process::new(plan.skew(&mut chance), style, &password)
        });
        let processes = processes.collect();
        let mut scene = Scene {
            now: plan.start,
            weather: Weather::Storm,
            world,
            network: Network::Up,
            store: Store::default(),
            processes,
            practice: Practice::default(),
            password,
            passwords: 0,
            events: BTreeMap::new(),
            privacy: Privacy::default(),
            trace,
            statistics: Statistics::default(),
            settings,
            queue: BTreeMap::new(),
            awaited: BTreeMap::new(),
            under_way: BTreeMap::new(),
            numbers: 0,
            plan,
            chance,
        };
        for p in 0..scene.processes.len() {
            scene.after(0, Happening::Start(p));
            if let Some(every) = scene.plan.timer {
                scene.after(every, Happening::Timer(p));
            }
        }
        scene
    }

    /// A number not given before.
    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Has something happen after so many milliseconds.
    pub(super) fn after(&mut self, milliseconds: i64, what: Happening) {
        let number = self.number();
        self.queue.insert((self.now.plus(milliseconds.max(0)), number), what);
    }

    /// No move is to come any more.
    pub(super) fn drop_moves(&mut self) {
        self.queue.retain(|_, happening| !matches!(happening, Happening::Move));
    }

    /// Ends a process in good order, when it has nothing to do.
    pub(super) fn close(&mut self, p: usize) {
        let process = &mut self.processes[p];
        if process.engine.is_none() || !matches!(process.stage, Stage::Idle) || process.busy {
            return;
        }
        self.tell(|| format!("process {p} closes"));
        self.give(p, Input::Close);
    }

    /// Tells the story.
    pub(super) fn tell(&self, what: impl FnOnce() -> String) {
        self.trace.tell(self.now, what);
    }

    /// Lets everything happen that is due before `end`, except moves, which are handed back.
    /// `None` when nothing is left.
    pub(super) fn run(&mut self, end: Timestamp) -> Option<()> {
        while let Some(entry) = self.queue.first_entry() {
            if entry.key().0 > end {
                return None;
            }
            let ((time, _), happening) = entry.remove_entry();
            self.now = time;
            self.statistics.happenings += 1;
            assert!(self.statistics.happenings < HAPPENINGS_LIMIT, "no rest");
            match happening {
                Happening::Start(p) => self.start(p),
                Happening::Step(p, life) => {
                    if self.processes[p].life == life {
                        self.step(p);
                    }
                }
                Happening::Alarm(p, life, number) => {
                    if (self.processes[p].life, self.processes[p].alarm) == (life, number) {
                        self.give(p, Input::Tick);
                    }
                }
                Happening::Timer(p) => {
                    if let Some(every) = self.plan.timer
                        && self.weather == Weather::Storm
                    {
                        self.give(p, Input::Tick);
                        self.after(every, Happening::Timer(p));
                    }
                }
                Happening::Arrive(flight) => self.arrive(flight),
                Happening::Return(flight, response) => self.come_back(flight, response),
                Happening::Ask(wish) => self.ask(wish),
                Happening::Reconnect => self.network = Network::Up,
                Happening::Move => return Some(()),
            }
        }
        None
    }

    /// Lets everything happen until nothing is to happen for so many milliseconds.
    pub(super) fn run_until_quiet(&mut self, gap: i64) {
        while let Some(((next, _), _)) = self.queue.first_key_value() {
            if next.0 - self.now.0 > gap {
                return;
            }
            let next = *next;
            assert!(self.run(next).is_none(), "nobody moves in calm weather");
        }
    }

    /// Starts a process, unless it runs.
    pub(super) fn start(&mut self, p: usize) {
        if self.processes[p].engine.is_some() {
            return;
        }
        self.open(p);
        self.tell(|| format!("process {p} starts"));
        self.give(p, Input::Tick);
    }

    /// Gives a process a new engine.
    pub(super) fn open(&mut self, p: usize) {
        let seed = self.chance.draw();
        let mut engine = Engine::new(self.settings.clone(), Box::new(Seeded(seed)));
        let process = &mut self.processes[p];
        process.password.clone_from(&process.configured);
        let password = &process.password;
        engine.set_credentials(Some(stage::credentials_with_password(password)));
        self.processes[p].engine = Some(engine);
    }

    /// Puts an input before a process; a process that is not running loses it.
    pub(super) fn give(&mut self, p: usize, input: Input) {
        let process = &mut self.processes[p];
        if process.engine.is_none() {
            return;
        }
        let tick = |input: &Input| matches!(input, Input::Tick);
        if !(tick(&input) && process.inbox.iter().any(tick)) {
            process.inbox.push_back(input);
        }
        self.go_on(p);
    }

    /// A person asks any process that runs; when none does, the person comes back later.
    pub(super) fn ask(&mut self, wish: Wish) {
        let running: Vec<usize> =
            (0..self.processes.len()).filter(|p| self.processes[*p].engine.is_some()).collect();
        if running.is_empty() {
            self.after(MINUTE, Happening::Ask(wish));
            return;
        }
        let p = *self.chance.pick(&running);
        self.give(p, Input::Wish(Box::new(wish.asked())));
    }

    /// Schedules the next step of a process that has something to do.
    pub(super) fn go_on(&mut self, p: usize) {
        let process = &self.processes[p];
        let waits = match process.stage {
            Stage::Idle => process.inbox.is_empty(),
            // A host that blocks hears nothing but the answer.
            Stage::Await => !process.inbox.iter().any(|input| matches!(input, Input::Response(_))),
            _ => false,
        };
        if process.busy || waits {
            return;
        }
        let life = process.life;
        self.processes[p].busy = true;
        let pause = match self.weather {
            Weather::Storm if self.chance.one_in(self.plan.nap_in) => self.nap(),
            _ => self.chance.between(0, 25),
        };
        self.after(pause, Happening::Step(p, life));
    }

    fn nap(&mut self) -> i64 {
        self.statistics.naps += 1;
        let (from, to) = self.chance.weighed(&[
            (5, (100, 5_000)),
            (3, (5_000, 3 * MINUTE)),
            (1, (3 * MINUTE, 20 * MINUTE)),
            (1, (HOUR, 12 * HOUR)),
        ]);
        self.chance.between(from, to)
    }

    /// Ends a process at once; persons repeat what it was asked for, most of the time.
    pub(super) fn crash(&mut self, p: usize) {
        self.statistics.crashes += 1;
        self.tell(|| format!("process {p} is cut"));
        self.end(p);
    }

    /// Ends a process, and has it start again some time.
    pub(super) fn end(&mut self, p: usize) {
        for wish in self.processes[p].kill() {
            if !self.chance.one_in(4) {
                let pause = self.chance.between(100, 2 * MINUTE);
                self.after(pause, Happening::Ask(wish));
            }
        }
        let pause = self.chance.weighed(&[(4, 200), (3, 30_000), (2, 10 * MINUTE), (1, 5 * HOUR)]);
        let pause = self.chance.between(0, pause);
        self.after(pause, Happening::Start(p));
    }

    /// Begins a request of a process, or reports at once that it was not begun.
    pub(super) fn launch(&mut self, p: usize, request: Request) {
        let process = &mut self.processes[p];
        process.awaiting += 1;
        let (life, late) = (process.life, process.is_late(self.now, request.not_after));
        let begun = !late && self.network == Network::Up;
        let (id, label) = (request.id.clone(), request.label);
        let password = super::watch::password_of(&request);
        let number = self.number();
        let timeout = i64::from(request.timeout_ms);
        self.tell(|| {
            let begins = if begun { "begins" } else { "does not begin" };
            format!("process {p} {begins} {id} {label}")
        });
        let awaited = Awaited { process: p, life, id, password: password.clone() };
        self.awaited.insert(number, awaited);
        if !begun {
            self.statistics.not_sent += 1;
            self.after(1, Happening::Return(number, Response::NotSent));
            return;
        }
        self.statistics.requests += 1;
        self.check_intent(&request);
        let way = match self.weather {
            // What a gateway holds back arrives even after its sender gave up.
            Weather::Storm if self.chance.one_in(40) => {
                self.chance.between(1_000, timeout + MINUTE)
            }
            _ => self.chance.between(5, 300),
        };
        self.under_way.insert(number, (request, password));
        self.after(way, Happening::Arrive(number));
        self.after(timeout, Happening::Return(number, Response::Unknown));
    }

    fn arrive(&mut self, number: u64) {
        let Some((request, password)) = self.under_way.remove(&number) else {
            return;
        };
        let path = request.url.splitn(4, '/').nth(3).expect("an absolute address");
        let headers: Vec<(&str, &str)> =
            request.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let call = HttpRequest::post(&format!("/{path}"), &headers, &request.body);
        let reaction = self.serve(&request.id, &password, &call);
        self.tell(|| format!("the service hears {}: {reaction:?}", request.id));
        let (pause, response) = travel(reaction);
        if matches!(response, Response::Unknown) {
            self.statistics.lost_answers += 1;
        }
        if pause < FOREVER {
            let pause = pause + self.chance.between(5, 300);
            self.after(pause, Happening::Return(number, response));
        }
    }

    /// The end of a request reaches its process, once: an answer, or the end of its patience.
    fn come_back(&mut self, number: u64, response: Response) {
        let Some(Awaited { process: p, life, id, password }) = self.awaited.remove(&number) else {
            self.statistics.late_answers += u64::from(!matches!(response, Response::Unknown));
            return;
        };
        if self.processes[p].life != life {
            self.statistics.orphans += 1;
            return;
        }
        let cut_off = self.network == Network::Down && !matches!(response, Response::NotSent);
        let response = if cut_off { Response::Unknown } else { response };
        self.tell(|| format!("{id} comes back to process {p}: {response:?}"));
        self.give(p, Input::Response(Box::new(Ended { id, response, password })));
    }
}

/// No answer will ever come.
const FOREVER: i64 = i64::MAX / 4;
/// A world that is not at rest by then never will be.
const HAPPENINGS_LIMIT: u64 = 150_000;

/// How a reaction of the service ends for the client, and after how many milliseconds.
fn travel(reaction: Reaction) -> (i64, Response) {
    match reaction {
        Reaction::Answer(answer) => {
            let (status, headers, body) = (answer.status, answer.headers, answer.body);
            (0, Response::Answered { status, headers, body })
        }
        Reaction::Oversize { answer, bytes } => {
            let (status, headers, mut body) = (answer.status, answer.headers, answer.body);
            body.resize((bytes as usize).min(Response::MAX_BODY + 1), b' ');
            (0, Response::Answered { status, headers, body })
        }
        Reaction::Slow { ms, then } => {
            let (pause, response) = travel(*then);
            (pause.saturating_add(ms as i64), response)
        }
        Reaction::Hang => (FOREVER, Response::Unknown),
        Reaction::ResetBeforeAnswer | Reaction::ResetMidBody { .. } | Reaction::Truncate { .. } => {
            (0, Response::Unknown)
        }
    }
}
