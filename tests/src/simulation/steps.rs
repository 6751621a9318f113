//! What a process does, step by step; the table is in [`process`](super::process).

use sts_core::event::EventKind;
use sts_core::step::{Actions, Needs, Step};
use sts_core::time::Timestamp;
use sts_core::{Engine, Error};

use super::process::{Given, Input, Stage, Style};
use super::scene::{Happening, Scene, Weather};
use super::wishes::Wish;

/// Readings of one input, other processes committing in between, after which it reads for ever.
const READINGS_LIMIT: u32 = 200;

impl Scene {
    /// The next step of a process; before it, it may be cut.
    pub(super) fn step(&mut self, p: usize) {
        self.processes[p].busy = false;
        let cut = self.weather == Weather::Storm
            && self.plan.crash_in.is_some_and(|odds| self.chance.one_in(odds));
        if cut {
            self.crash(p);
            return;
        }
        let stage = std::mem::replace(&mut self.processes[p].stage, Stage::Idle);
        self.processes[p].stage = match stage {
            Stage::Idle => match self.processes[p].inbox.pop_front() {
                Some(input) => {
                    self.processes[p].readings = 0;
                    Stage::Begin(input)
                }
                None => Stage::Idle,
            },
            Stage::Await => {
                let inbox = &mut self.processes[p].inbox;
                let answer = inbox.iter().position(|input| matches!(input, Input::Response(_)));
                match answer.and_then(|at| inbox.remove(at)) {
                    Some(input) => {
                        self.processes[p].readings = 0;
                        Stage::Begin(input)
                    }
                    None => Stage::Await,
                }
            }
            Stage::Begin(input) => self.hand_over(p, input),
            Stage::Load(input, needs) => self.load(p, input, &needs),
            Stage::Commit(input, actions) => self.commit(p, input, actions),
            Stage::Deliver(actions, at) => self.deliver(actions, at),
            Stage::Launch(actions, at) => self.launch_one(p, actions, at),
        };
        self.go_on(p);
    }

    fn engine(&mut self, p: usize) -> &mut Engine {
        self.processes[p].engine.as_mut().expect("a process at work has an engine")
    }

    /// Hands an input to the engine, with the time as this process has it.
    fn hand_over(&mut self, p: usize, input: Input) -> Stage {
        let now = self.processes[p].clock(self.now);
        let process = &mut self.processes[p];
        process.given = Given { now: self.now, clock: now, password: process.password.clone() };
        let engine = self.engine(p);
        let step = match &input {
            Input::Tick => engine.tick(now),
            Input::Wish(asked) => engine.command(now, &asked.command),
            Input::Response(ended) => engine.response(now, &ended.id, &ended.response),
            Input::Close => engine.close(now),
        };
        match step {
            Err(error) => self.refused(p, &input, &error),
            Ok(Step::Read(needs)) => {
                self.processes[p].readings += 1;
                assert!(self.processes[p].readings < READINGS_LIMIT, "it reads for ever");
                assert!(!needs.is_empty(), "it asks to read nothing");
                Stage::Load(input, needs)
            }
            Ok(Step::Act(actions)) => {
                self.saw(p, &input, &actions, now);
                if actions.writes.is_empty() {
                    // Nothing will be compared: it happened when it was read.
                    self.note_wish(p, &input, &actions);
                }
                Stage::Commit(input, Box::new(actions))
            }
        }
    }

    /// No input of these worlds deserves an error, but for a day that the clock has not seen yet.
    fn refused(&mut self, p: usize, input: &Input, error: &Error) -> Stage {
        self.privacy.scan("an error", &format!("{error} {error:?}"));
        if let Input::Wish(asked) = input
            && matches!(asked.wish, Wish::Configure(_) | Wish::Segnalazioni(..) | Wish::Compare(..))
            && error.code() == "COMMAND"
        {
            return Stage::Idle;
        }
        panic!("process {p} gets an error for {input:?}: {error}");
    }

    fn load(&mut self, p: usize, input: Input, needs: &Needs) -> Stage {
        let loaded = self.store.read(needs);
        self.engine(p).load(loaded).expect("the store answers what was asked");
        self.hand_over(p, input)
    }

    fn commit(&mut self, p: usize, input: Input, actions: Box<Actions>) -> Stage {
        let known = self.knows_attempt(&input);
        if !actions.writes.is_empty() {
            if actions.revision != self.store.revision() {
                self.statistics.overtaken += 1;
                self.tell(|| format!("process {p} was overtaken, and begins again"));
                self.open(p);
                self.processes[p].readings = 0;
                return Stage::Begin(input);
            }
            let committed = self.store.commit(&actions);
            assert!(committed, "the revision was compared");
        }
        self.committed(p, &input, &actions, known);
        self.set_alarm(p, &actions);
        self.processes[p].closing = matches!(input, Input::Close);
        Stage::Deliver(actions, 0)
    }

    fn set_alarm(&mut self, p: usize, actions: &Actions) {
        let process = &mut self.processes[p];
        process.alarm += 1;
        let (life, alarm, clock) = (process.life, process.alarm, process.clock(self.now));
        if let Some(wake) = actions.wake_at {
            assert!(wake > process.given.clock, "it wakes in the past: a hot loop");
            self.after(wake.0 - clock.0, Happening::Alarm(p, life, alarm));
        }
    }

    fn deliver(&mut self, actions: Box<Actions>, at: usize) -> Stage {
        let Some(event) = actions.events.get(at) else {
            return Stage::Launch(actions, 0);
        };
        self.tell(|| format!("event {}: {:?}", event.number, event.kind));
        if let Some(before) = self.events.insert(event.number, event.clone()) {
            assert_eq!(before, *event, "one number, two events");
        }
        // A host that is told to saves again what it has.
        if let EventKind::SaveAgain { id } = &event.kind
            && let Some(paper) = self.practice.papers.get(id)
            && let Some(draft) = paper.draft.clone().filter(|_| !paper.deleted)
        {
            self.statistics.saved_again += 1;
            self.ask(Wish::Save(vec![draft]));
        }
        Stage::Deliver(actions, at + 1)
    }

    fn launch_one(&mut self, p: usize, mut actions: Box<Actions>, at: usize) -> Stage {
        if let Some(request) = actions.requests.get_mut(at) {
            let request = request.clone();
            self.launch(p, request);
            return Stage::Launch(actions, at + 1);
        }
        let process = &self.processes[p];
        if process.closing {
            self.end(p);
            return Stage::Idle;
        }
        match process.style {
            Style::Blocks if process.awaiting > 0 => Stage::Await,
            _ => Stage::Idle,
        }
    }

    /// Everything a step says, before anything of it is done.
    fn saw(&mut self, p: usize, input: &Input, actions: &Actions, now: Timestamp) {
        self.tell(|| {
            let input = match input {
                Input::Wish(asked) => format!("{:?}", asked.wish),
                Input::Response(ended) => format!("end of {}", ended.id),
                other => format!("{other:?}"),
            };
            let writes: Vec<&str> = actions.writes.iter().map(|w| w.key.as_str()).collect();
            let wake = actions.wake_at.map(|wake| wake.0 - now.0);
            format!(
                "process {p}: {input} -> {writes:?}, {} requests, wakes in {wake:?} ms, {:?}",
                actions.requests.len(),
                actions.answer
            )
        });
        self.privacy.scan("the debug output of a step", &format!("{actions:?}"));
        let answer = serde_json::to_string(&actions.answer).expect("answers are JSON");
        self.privacy.scan("an answer", &answer);
        for event in &actions.events {
            let event = serde_json::to_string(event).expect("events are JSON");
            self.privacy.scan("an event", &event);
        }
        for write in &actions.writes {
            self.privacy.scan("a key", &write.key);
            let value = write.value.as_deref().unwrap_or_default();
            self.privacy.scan("a record", &String::from_utf8_lossy(value));
        }
    }

    fn note_wish(&mut self, p: usize, input: &Input, actions: &Actions) {
        if let Input::Wish(asked) = input {
            let answer = actions.answer.as_ref().expect("every command is answered");
            self.granted(p, &asked.wish, answer);
        }
    }

    /// What follows from a commit for the expected world.
    fn committed(&mut self, p: usize, input: &Input, actions: &Actions, known: bool) {
        if !actions.writes.is_empty() {
            self.note_wish(p, input, actions);
        }
        if let Input::Response(ended) = input {
            let process = &mut self.processes[p];
            process.awaiting = process.awaiting.saturating_sub(1);
            if known {
                self.learned(ended);
            }
        }
        for request in &actions.requests {
            self.opened(request);
        }
    }
}
