//! One process of the host: an engine, a clock of its own, and the steps between which it can be
//! cut, put to sleep or overtaken.
//!
//! | stage | what the next step does | then |
//! |---|---|---|
//! | idle | takes the next input | begin |
//! | begin | hands it to the engine | load, or commit |
//! | load | reads the store, hands it over, repeats the input | load, or commit |
//! | commit | compare and swap | deliver; begin with a new engine when another was faster |
//! | deliver | hands out one event | deliver, launch |
//! | launch | begins one request | launch, await, idle |
//! | await | nothing, until every answer is back (a host that blocks) | begin, idle |

use std::collections::VecDeque;

use sts_core::Engine;
use sts_core::step::{Actions, Needs, Response};
use sts_core::time::Timestamp;

use super::wishes::{Asked, Wish};

/// What a process is to do.
#[derive(Clone, Debug)]
pub(super) enum Input {
    /// Time passed.
    Tick,
    /// A person's wish.
    Wish(Box<Asked>),
    /// The end of a request.
    Response(Box<Ended>),
    /// The process is to end in good order.
    Close,
}

/// The end of a request.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    /// The request's id.
    pub(super) id: String,
    /// How it ended.
    pub(super) response: Response,
    /// The password it carried.
    pub(super) password: String,
}

/// Where a process stands between two steps.
#[derive(Debug)]
pub(super) enum Stage {
    /// It has nothing to do.
    Idle,
    /// It is about to hand an input to its engine.
    Begin(Input),
    /// It is about to read what the engine asked for.
    Load(Input, Needs),
    /// It is about to commit.
    Commit(Input, Box<Actions>),
    /// It is about to deliver the event of this place.
    Deliver(Box<Actions>, usize),
    /// It is about to begin the request of this place.
    Launch(Box<Actions>, usize),
    /// It waits for answers.
    Await,
}

/// How a host performs requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// One thing at a time, as in PHP: nothing else happens until the answer is there.
    Blocks,
    /// Other inputs are handled while an answer is awaited, as in JavaScript.
    Overlaps,
}

/// What an input was handed over with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// The right time.
    pub(super) now: Timestamp,
    /// The time that the engine was given.
    pub(super) clock: Timestamp,
    /// The password that the engine had.
    pub(super) password: String,
}

impl Default for Given {
    fn default() -> Self {
        Given { now: Timestamp(0), clock: Timestamp(0), password: String::new() }
    }
}

/// One process.
#[derive(Debug)]
pub(super) struct Process {
    /// `None` while it is not running.
    pub(super) engine: Option<Engine>,
    /// One more at every start, so that what was meant for an earlier life is known as such.
    pub(super) life: u32,
    /// Its clock minus the right time, in milliseconds.
    pub(super) skew: i64,
    /// How it performs requests.
    pub(super) style: Style,
    /// The password in its configuration.
    pub(super) configured: String,
    /// The password its engine was given.
    pub(super) password: String,
    /// Where it stands.
    pub(super) stage: Stage,
    /// What it is to do next.
    pub(super) inbox: VecDeque<Input>,
    /// Requests begun and not yet over.
    pub(super) awaiting: usize,
    /// Whether a step is scheduled.
    pub(super) busy: bool,
    /// Numbers its alarms: only the last one set rings.
    pub(super) alarm: u64,
    /// Whether it ends with its present input.
    pub(super) closing: bool,
    /// What was given with its present input.
    pub(super) given: Given,
    /// Readings of the present input.
    pub(super) readings: u32,
}

impl Process {
    /// A process that has not started.
    pub(super) fn new(skew: i64, style: Style, password: &str) -> Self {
        Process {
            engine: None,
            life: 0,
            skew,
            style,
            configured: password.to_owned(),
            password: password.to_owned(),
            stage: Stage::Idle,
            inbox: VecDeque::new(),
            awaiting: 0,
            busy: false,
            alarm: 0,
            closing: false,
            given: Given::default(),
            readings: 0,
        }
    }

    /// What its own clock says.
    pub(super) fn clock(&self, now: Timestamp) -> Timestamp {
        now.plus(self.skew)
    }

    /// Whether it is too late to begin a request: by its clock, or by the time that went by since
    /// the input, which a clock that was set back in between does not tell.
    pub(super) fn is_late(&self, now: Timestamp, not_after: Timestamp) -> bool {
        let passed = now.0 - self.given.now.0;
        self.clock(now) > not_after || passed > not_after.0 - self.given.clock.0
    }

    /// Ends it, and hands back the wishes of persons that it had not finished.
    pub(super) fn kill(&mut self) -> Vec<Wish> {
        self.engine = None;
        self.life += 1;
        self.awaiting = 0;
        self.busy = false;
        self.closing = false;
        let stage = std::mem::replace(&mut self.stage, Stage::Idle);
        let present = match stage {
            Stage::Begin(input) | Stage::Load(input, _) | Stage::Commit(input, ..) => Some(input),
            _ => None,
        };
        let left = present.into_iter().chain(self.inbox.drain(..));
        let wish = |input| match input {
            Input::Wish(asked) => Some(asked.wish),
            _ => None,
        };
        left.filter_map(wish).collect()
    }
}
