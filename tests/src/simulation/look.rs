//! What a store says when it is asked, by an engine that changes nothing.

use sts_core::Engine;
use sts_core::command::{Answer, Command, DocumentView};
use sts_core::health::Health;
use sts_core::registry::{Filter, TransmissionView};
use sts_core::step::Step;

use super::scene::Scene;
use crate::site::Seeded;

impl Scene {
    /// Asks, by an engine without credentials.
    fn look(&mut self, command: &Command) -> Answer {
        let mut engine = Engine::new(self.settings.clone(), Box::new(Seeded(self.chance.draw())));
        for _ in 0..20 {
            match engine.command(self.now, command).expect("a question is answered") {
                Step::Act(actions) => {
                    let answer = actions.answer.expect("every command is answered");
                    let shown = serde_json::to_string(&answer).expect("answers are JSON");
                    self.privacy.scan("an answer", &shown);
                    return answer;
                }
                Step::Read(needs) => {
                    let loaded = self.store.read(&needs);
                    engine.load(loaded).expect("the store answers what was asked");
                }
            }
        }
        panic!("it reads for ever");
    }

    /// One document.
    pub(super) fn view(&mut self, id: &str) -> Option<DocumentView> {
        match self.look(&Command::Document { id: id.to_owned() }) {
            Answer::Document { document } => document.map(|view| *view),
            other => panic!("another answer: {other:?}"),
        }
    }

    /// All documents, page by page.
    pub(super) fn views(&mut self) -> Vec<DocumentView> {
        let (mut views, mut after) = (Vec::new(), None);
        loop {
            match self.look(&Command::Documents { after, limit: 5 }) {
                Answer::Documents { documents, next } => {
                    views.extend(documents);
                    match next {
                        Some(_) => after = next,
                        None => return views,
                    }
                }
                other => panic!("another answer: {other:?}"),
            }
        }
    }

    /// The whole registry, newest first, page by page.
    pub(super) fn registry(&mut self) -> Vec<TransmissionView> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            match self.look(&Command::List { filter: Filter::default(), after, limit: 7 }) {
                Answer::Registry { transmissions, next } => {
                    rows.extend(transmissions);
                    match next {
                        Some(_) => after = next,
                        None => return rows,
                    }
                }
                other => panic!("another answer: {other:?}"),
            }
        }
    }

    /// What needs a person.
    pub(super) fn health(&mut self) -> Health {
        match self.look(&Command::Health) {
            Answer::Health { health } => *health,
            other => panic!("another answer: {other:?}"),
        }
    }
}
