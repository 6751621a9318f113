//! Corners of the engine that a quiet year never reaches: damaged stores, clocks set wrong,
//! passwords that die in silence, edits at the worst moment.

mod clocks;
mod cycle;
mod damage;
mod documents;
mod edits;
mod files;
mod manual;
mod months;
mod passwords;

use sts_core::command::{
    Answer, Automation, Change, ChangeOutcome, ChannelChoice, Command, DocumentState, Mode,
    QueueOutcome, Selection,
};
use sts_core::domain::invoice::{Input, JsonLimits, read_json};
use sts_core::event::EventKind;
use sts_core::registry::Acceptance;
use sts_simulator::{DocumentView, Fault, FaultRule, Operation};
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

fn configure(site: &mut Site, mode: Mode, channel: ChannelChoice) {
    let automation = Automation { mode, channel, ..Automation::default() };
    site.command(Command::Configure { automation }).unwrap();
}

fn change(site: &mut Site, change: Change, id: &str) -> ChangeOutcome {
    let ids = vec![id.to_owned()];
    match site.command(Command::Change { change, ids, confirmed: true }) {
        Ok(Answer::Changed { documents }) => documents[0].outcome,
        other => panic!("{other:?}"),
    }
}

/// Saves documents with these ids and numbers and sends them at once.
fn send_all(site: &mut Site, ids: &[&str]) {
    let invoices = ids.iter().map(|id| stage::invoice(id, id)).collect();
    site.command(Command::Save { invoices }).unwrap();
    let what = Selection::Ids(ids.iter().map(|id| (*id).to_owned()).collect());
    site.command(Command::Send { what }).unwrap();
}

/// A refund of 10 euro that names the document of this number as its original.
fn refund(id: &str, number: &str, original: &str) -> Input {
    let json = serde_json::json!({
        "id": id,
        "dataEmissione": "2026-11-20", "numDocumento": number,
        "idRimborso": { "dataEmissione": "2026-11-20", "numDocumento": original },
        "dataPagamento": "2026-11-20", "cfCittadino": stage::PATIENT,
        "pagamentoTracciato": "SI", "tipoDocumento": "F", "flagOpposizione": "0",
        "vociSpesa": [{ "tipoSpesa": "SP", "importo": "10.00", "naturaIVA": "N2.2" }],
    });
    let text = json.to_string();
    let mut read = read_json(text.as_bytes(), &JsonLimits::default()).expect("JSON");
    read.remove(0).expect("a document")
}

/// The document of this number as the service has it, when it was not cancelled.
fn stored(site: &Site, number: &str) -> Option<DocumentView> {
    let mut all = site.world.documents().into_iter();
    all.find(|document| document.key.num_documento == number && !document.cancelled)
}

/// Every transmission has its end.
fn all_settled(site: &mut Site) {
    for row in stage::registry(site) {
        assert!(row.settled_at.is_some(), "{row:?}");
        assert_ne!(row.acceptance, Acceptance::Pending, "{row:?}");
    }
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
