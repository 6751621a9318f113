//! The loop that carries out the steps of an engine.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sts_core::Engine;
use sts_core::command::{Answer, Command};
use sts_core::event::Event;
use sts_core::step::{Actions, Loaded, Needs, Request, Response, Step};
use sts_core::time::Timestamp;

use crate::clock::Clock;
use crate::http::Http;
use crate::store::{Commit, Store, StoreError};

/// Takes the events, in order. After a crash, and from drivers of other processes, an event may
/// come twice with the same number; one driver delivers each once.
pub trait Events {
    /// One event.
    fn deliver(&mut self, event: &Event);
}

impl<F: FnMut(&Event)> Events for F {
    fn deliver(&mut self, event: &Event) {
        self(event);
    }
}

/// Why an input could not be carried out. Whatever was committed before stays, and its outcome
/// is found out by the next inputs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    /// The engine refused the input; nothing changed.
    #[error("{0}")]
    Engine(#[from] sts_core::Error),
    /// The store failed. Nothing was sent for the step that could not be committed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Other processes were faster every time. Nothing changed; try again later.
    #[error("other processes changed the store {0} times in a row")]
    Contention(u32),
    /// The engine keeps asking to read, which a store that answers wrongly can cause.
    #[error("the engine asked to read {0} times for one input")]
    Reading(u32),
}

/// One of the inputs of an engine.
enum Input<'a> {
    Command(&'a Command),
    Response(String, Response),
    Tick,
    Close,
}

/// Races lost to other processes before an input is given up.
const TRIES: u32 = 50;
/// Failures of the store before a response is given up.
const RESPONSE_TRIES: u32 = 5;
/// Readings for one input; an engine asks a few times, and once for each document it passes over.
const READINGS: u32 = 1_000;
/// The longest pause between two tries, in milliseconds; the first is one.
const LONGEST_PAUSE: i64 = 64;
/// How long after its step a request may still be begun, should the clock be set back meanwhile: as
/// long as an engine's `not_after` leaves it.
const PATIENCE: Duration = Duration::from_secs(30);
/// The shortest time between two ticks that an engine asked for.
const SHORTEST_WAIT: i64 = 250;

/// Drives one engine with a store, a transport, a receiver of events and a clock.
///
/// It opens an engine by calling a function, again each time one is thrown away: when another
/// process changed the store, and when the store failed.
pub struct Driver<H, S, E, C> {
    open: Box<dyn FnMut() -> Engine>,
    engine: Engine,
    http: H,
    store: S,
    events: E,
    clock: C,
    wake_at: Option<Timestamp>,
    /// The number after the last event delivered.
    next_event: u64,
}

impl<H: Http, S: Store, E: Events, C: Clock> Driver<H, S, E, C> {
    /// `open` gives a new engine with its credentials, each time with the same settings.
    pub fn new(
        mut open: impl FnMut() -> Engine + 'static,
        http: H,
        store: S,
        events: E,
        clock: C,
    ) -> Self {
        let engine = open();
        Driver {
            open: Box::new(open),
            engine,
            http,
            store,
            events,
            clock,
            wake_at: None,
            next_event: 0,
        }
    }

    /// Carries out a command with all that follows from it: the requests that may leave now, one
    /// after the other, their answers, the events.
    pub fn command(&mut self, command: &Command) -> Result<Answer, DriverError> {
        let answer = self.run(Input::Command(command))?;
        answer.ok_or(DriverError::Engine(sts_core::Error::Bug { why: "a command has no answer" }))
    }

    /// Carries out what is due, with all that follows from it.
    pub fn tick(&mut self) -> Result<(), DriverError> {
        self.run(Input::Tick).map(drop)
    }

    /// Ticks whenever the engine asks for it, until there is nothing more to do before `until`.
    /// Returns when the engine wants to be called again, if it does.
    pub fn run_to_rest(&mut self, until: Timestamp) -> Result<Option<Timestamp>, DriverError> {
        loop {
            self.tick()?;
            match self.wake_at {
                Some(at) if at <= until => {
                    let earliest = self.clock.now().plus(SHORTEST_WAIT);
                    self.clock.wait_until(at.max(earliest));
                }
                later => return Ok(later),
            }
        }
    }

    /// The transport, for what it alone can tell.
    pub fn http(&self) -> &H {
        &self.http
    }

    /// When the engine wants a tick next, as the last input left it; `None` when only a command
    /// changes anything.
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.wake_at
    }

    /// Ends on purpose: events already delivered do not come again. Leaving it out is harmless.
    pub fn close(mut self) -> Result<S, DriverError> {
        self.run(Input::Close)?;
        Ok(self.store)
    }

    fn run(&mut self, input: Input<'_>) -> Result<Option<Answer>, DriverError> {
        let first = self.settle(&input)?;
        let (mut answer, mut failure) = (None, None);
        let mut steps = VecDeque::from([first]);
        while let Some(step) = steps.pop_front() {
            self.wake_at = step.wake_at;
            let began = Instant::now();
            // What was asked of the service is the answer of a later step.
            answer = step.answer.or(answer);
            // Before the next input, because with that the engine takes them as delivered.
            self.deliver(&step.events);
            let perform = |request: &Request| {
                let late = self.clock.now() > request.not_after || began.elapsed() > PATIENCE;
                let end = if late { Response::NotSent } else { self.http.perform(request) };
                Input::Response(request.id.clone(), end)
            };
            let responses: Vec<_> = step.requests.iter().map(perform).collect();
            for response in responses {
                match self.settle(&response) {
                    Ok(step) => steps.push_back(step),
                    // The others are reported all the same.
                    Err(error) => failure = failure.or(Some(error)),
                }
            }
        }
        match failure {
            Some(error) => Err(error),
            None => Ok(answer),
        }
    }

    /// A new engine does not know what the one before it handed out, and hands it out again: that
    /// was delivered already. Numbers ascend within a store, and a step has all that are open.
    fn deliver(&mut self, events: &[Event]) {
        for event in events {
            if event.number >= self.next_event {
                self.events.deliver(event);
                self.next_event = event.number + 1;
            }
        }
    }

    /// One input, until its writes are committed. When another process was faster, the engine is
    /// thrown away and the same input repeated. So it is, a few times, when the store fails to
    /// take a response, which cannot be had again; anything else can, and is reported.
    fn settle(&mut self, input: &Input<'_>) -> Result<Actions, DriverError> {
        let mut patience = match input {
            Input::Response(..) => RESPONSE_TRIES,
            Input::Command(_) | Input::Tick | Input::Close => 1,
        };
        for tries in 0..TRIES {
            match self.attempt(input) {
                Ok(Some(actions)) => return Ok(actions),
                Ok(None) => self.engine = (self.open)(),
                Err(DriverError::Store(error)) => {
                    self.engine = (self.open)();
                    patience -= 1;
                    if patience == 0 {
                        return Err(error.into());
                    }
                }
                Err(error) => return Err(error),
            }
            let pause = (1 << tries.min(10)).min(LONGEST_PAUSE);
            self.clock.wait_until(self.clock.now().plus(pause));
        }
        Err(DriverError::Contention(TRIES))
    }

    /// One try: reads what the engine asks for, commits what it writes. `None` is a lost race.
    fn attempt(&mut self, input: &Input<'_>) -> Result<Option<Actions>, DriverError> {
        // The same time for every repetition, or the engine would never stop asking.
        let now = self.clock.now();
        for _ in 0..READINGS {
            let step = match input {
                Input::Command(command) => self.engine.command(now, command)?,
                Input::Response(id, response) => self.engine.response(now, id, response)?,
                Input::Tick => self.engine.tick(now)?,
                Input::Close => self.engine.close(now)?,
            };
            match step {
                Step::Read(needs) => {
                    let loaded = self.read(needs)?;
                    self.engine.load(loaded)?;
                }
                Step::Act(actions) if actions.writes.is_empty() => return Ok(Some(actions)),
                Step::Act(actions) => {
                    return match self.store.commit(actions.revision, &actions.writes)? {
                        Commit::Done => Ok(Some(actions)),
                        Commit::Conflict => Ok(None),
                    };
                }
            }
        }
        self.engine = (self.open)();
        Err(DriverError::Reading(READINGS))
    }

    /// What was asked for, the keys before the ranges.
    fn read(&mut self, needs: Needs) -> Result<Loaded, StoreError> {
        let values = self.store.get(&needs.keys)?;
        let scan = |range| self.store.scan(&range).map(|entries| (range, entries));
        let ranges = needs.ranges.into_iter().map(scan).collect::<Result<_, _>>()?;
        let keys = needs.keys.into_iter().zip(values).collect();
        Ok(Loaded { keys, ranges })
    }
}
