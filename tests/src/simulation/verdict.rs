//! What must hold once a world is at rest.

use std::collections::BTreeSet;

use sts_core::Engine;
use sts_core::command::{Answer, Command, DocumentState, DocumentView, QueueOutcome};
use sts_core::registry::{Acceptance, Filter, Transmission, TransmissionView};
use sts_core::rules::Verdict;
use sts_core::step::Step;
use sts_simulator::{LocalTime, Season};

use super::invoices::Version;
use super::scene::Scene;
use crate::site::Seeded;

impl Scene {
    /// Asks the store, by an engine without credentials that changes nothing.
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

    fn view(&mut self, id: &str) -> Option<DocumentView> {
        match self.look(&Command::Document { id: id.to_owned() }) {
            Answer::Document { document } => document.map(|view| *view),
            other => panic!("another answer: {other:?}"),
        }
    }

    fn registry(&mut self) -> Vec<TransmissionView> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let Answer::Registry { transmissions, next } =
                self.look(&Command::List { filter: Filter::default(), after, limit: 7 })
            else {
                panic!("another answer");
            };
            rows.extend(transmissions);
            match next {
                Some(_) => after = next,
                None => return rows,
            }
        }
    }

    fn year_is_over(&self, version: &Version) -> bool {
        let paid = sts_simulator::Date::iso(&version.paid.unwrap_or(version.issued).to_string());
        let today = LocalTime::at(self.now.0).date;
        let paid = paid.expect("both write dates alike");
        self.world.settings().calendar.season(paid, false, today) == Season::Closed
    }
}

/// After the weather has cleared, and without any further wish than a test of the credentials,
/// nothing is under way or waiting any more.
pub(super) fn queued_work_is_done(scene: &mut Scene) {
    let ids: Vec<String> = scene.practice.papers.keys().cloned().collect();
    for id in ids {
        let Some(view) = scene.view(&id) else { continue };
        let open = [DocumentState::Queued, DocumentState::Sending, DocumentState::Unknown];
        assert!(!open.contains(&view.state), "{id} is not at rest: {view:?}");
        let queued = scene.practice.papers[&id].queued == Some(QueueOutcome::Queued);
        scene.tell(|| format!("{id}: {:?}, last queued: {queued}", view.state));
    }
    no_story_is_open(scene);
}

/// Every transmission has its end, and the store holds nothing that is waited for.
fn no_story_is_open(scene: &mut Scene) {
    let rows = scene.registry();
    for pair in rows.windows(2) {
        assert_eq!(pair[0].number, pair[1].number + 1, "the registry has a gap");
    }
    for row in &rows {
        let open = row.transmission == Transmission::Open
            || row.transmission == Transmission::Unknown
            || row.acceptance == Acceptance::Pending
            || row.settled_at.is_none();
        assert!(!open, "a transmission without an end: {row:?}");
    }
    let waits = |key: &&String| key.starts_with("a/") || key.starts_with("w/");
    let left: Vec<&String> = scene.store.0.keys().filter(waits).collect();
    assert!(left.is_empty(), "left in the store: {left:?}");
}

/// Documents that the engine judged under another date than today's, in their present version.
pub(super) fn to_be_judged_again(scene: &mut Scene) -> Vec<Version> {
    let current = scene.practice.papers.values().filter_map(|paper| paper.current().cloned());
    let current: Vec<Version> = current.collect();
    let stale = current.into_iter().filter(|version| {
        let view = scene.view(&version.id);
        let judged = scene.settings.judge(&version.input(), scene.now);
        view.is_none_or(|view| view.verdict != judged.verdict)
    });
    stale.collect()
}

/// The end: each wanted document is there once with equal content, the others are not, and the
/// engine says so.
pub(super) fn everything_is_as_wanted(scene: &mut Scene) {
    no_story_is_open(scene);
    stored_documents_are_what_was_sent(scene);
    let ids: Vec<String> = scene.practice.papers.keys().cloned().collect();
    for id in ids {
        match scene.practice.papers[&id].current().cloned() {
            Some(version) => document_is_as_wanted(scene, &version),
            None => assert!(scene.view(&id).is_none(), "{id} was never saved"),
        }
    }
    every_event_was_delivered(scene);
    for (key, value) in &scene.store.0 {
        scene.privacy.scan("the store", key);
        scene.privacy.scan("the store", &String::from_utf8_lossy(value));
    }
    assert!(!scene.practice.logins.values().any(|login| login.blind > 6), "too many logins");
}

fn stored_documents_are_what_was_sent(scene: &Scene) {
    for stored in scene.world.documents() {
        let carried = scene.practice.taken.get(&stored.key);
        let carried = carried.unwrap_or_else(|| panic!("stored and not sent: {:?}", stored.key));
        let version = scene.practice.version(carried);
        if let Some(what) = version.differs(&stored, &scene.world) {
            panic!("{what} arrived otherwise than it was sent: {version:?}, {stored:?}");
        }
        assert_eq!(stored.times_inserted, 1, "{:?}", stored.key);
    }
}

fn document_is_as_wanted(scene: &mut Scene, version: &Version) {
    let view = scene.view(&version.id).expect("what was committed is not lost");
    let stored = scene.world.document(&version.key()).filter(|stored| !stored.cancelled);
    let wanted = scene.settings.judge(&version.input(), scene.now).verdict;
    let equal = stored.as_ref().is_some_and(|s| version.differs(s, &scene.world).is_none());
    let state = view.state;
    let right = match (&stored, wanted) {
        (Some(_), Verdict::Send) if equal => {
            scene.statistics.accepted += 1;
            matches!(state, DocumentState::Accepted | DocumentState::AcceptedWithWarnings)
        }
        // Until edits are passed on.
        (Some(_), _) => {
            matches!(state, DocumentState::ChangedAfterSending | DocumentState::Conflict)
        }
        (None, Verdict::Send) => {
            scene.statistics.refused += 1;
            let original_missing = version.refunds.is_some();
            state == DocumentState::Refused && (scene.year_is_over(version) || original_missing)
        }
        (None, Verdict::Wait) => state == DocumentState::Waiting,
        (None, Verdict::Fix) => state == DocumentState::ToFix,
        (None, Verdict::OutOfScope) => state == DocumentState::OutOfScope,
    };
    assert!(
        right,
        "{state:?}, wanted {wanted:?}, equal {equal}: {view:?}, {version:?}, {stored:?}"
    );
    if let (Some(stored), true) = (stored, equal) {
        assert_eq!(view.protocollo, Some(stored.protocollo), "{}", version.id);
    }
}

fn every_event_was_delivered(scene: &Scene) {
    let delivered: BTreeSet<u64> = scene.events.keys().copied().collect();
    let last = delivered.last().copied().unwrap_or(0);
    assert_eq!(delivered.len() as u64, last, "an event is missing before number {last}");
    let holder = scene.store.0.get("h").expect("the holder's record is there");
    let holder: serde_json::Value = serde_json::from_slice(holder).expect("a record is JSON");
    assert_eq!(holder["body"]["next_event"], last + 1, "events were never delivered");
}
