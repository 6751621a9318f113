//! Corners of the engine that a quiet year never reaches: damaged stores, clocks set wrong,
//! passwords that die in silence, edits at the worst moment.

mod clocks;
mod damage;
mod documents;
mod passwords;

use sts_core::command::{Answer, Command, DocumentState, QueueOutcome, Selection};
use sts_core::domain::invoice::Input;
use sts_core::event::EventKind;
use sts_simulator::{Fault, FaultRule, Operation};
use sts_tests::site::Site;
use sts_tests::stage;

const DAY: i64 = 86_400_000;

fn save(site: &mut Site, invoice: Input) -> DocumentState {
    let invoices = vec![invoice];
    match site.command(Command::Save { invoices }) {
        Ok(Answer::Saved { documents }) => documents[0].state,
        other => panic!("{other:?}"),
    }
}

fn send(site: &mut Site, id: &str) -> QueueOutcome {
    let what = Selection::Ids(vec![id.to_owned()]);
    match site.command(Command::Send { what }) {
        Ok(Answer::Queued { documents }) => documents[0].outcome,
        other => panic!("{other:?}"),
    }
}

fn save_and_send(site: &mut Site, id: &str) {
    save(site, stage::invoice(id, id));
    send(site, id);
}

fn state(site: &mut Site, id: &str) -> DocumentState {
    stage::document(site, id).state
}

/// Whether the service has it, with remarks (two of one day and one patient) or without.
fn is_there(site: &mut Site, id: &str) -> bool {
    let state = state(site, id);
    matches!(state, DocumentState::Accepted | DocumentState::AcceptedWithWarnings)
}

fn count(site: &Site, wanted: impl Fn(&EventKind) -> bool) -> usize {
    let events = site.events.values();
    events.filter(|event| wanted(&event.kind)).count()
}

fn fault(site: &mut Site, fault: Fault, of: Operation, times: u32) {
    assert!(site.world.add_fault(FaultRule::next(fault).of(of).times(times)));
}

/// Sends a document and dies when its intent is committed, before anything is reported.
fn open_in_flight(site: &mut Site, id: &str) -> u32 {
    for boundary in 0..10 {
        let store = site.store.clone();
        let world = site.world.clone();
        site.cut_at(Some(boundary));
        let what = Selection::Ids(vec![id.to_owned()]);
        let _ = site.command(Command::Send { what });
        site.cut_at(None);
        if site.store.0.keys().any(|key| key.starts_with("a/")) {
            return boundary;
        }
        site.store = store;
        site.world = world;
    }
    panic!("no boundary leaves an attempt open");
}
