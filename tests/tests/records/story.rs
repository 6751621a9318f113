//! The story behind the sample of the newest format: one of everything that a store can hold.

use serde_json::{Value, json};
use sts_core::command::{
    Answer, Apply, Automation, Change, ChangeOutcome, ChannelChoice, Command, Mode, Month,
    QueueOutcome, ReceiptOf, RefundOutcome, Selection,
};
use sts_core::domain::Data;
use sts_simulator::{DocumentKey, Fault, FaultRule, Operation};
use sts_tests::site::{Cut, Input, Network, Site, Store};
use sts_tests::stage;

use crate::sample::{Story, Told};

/// A site, and what its service is told.
struct Scene {
    site: Site,
    told: Vec<Told>,
}

impl Scene {
    fn invoice(&mut self, id: &str, change: impl FnOnce(&mut Value)) {
        let invoice = stage::invoice_with(id, change);
        self.site.command(Command::Save { invoices: vec![invoice] }).unwrap();
        self.listen();
    }

    /// An invoice of the day on which the patient had no other.
    fn save(&mut self, id: &str, day: u8) {
        self.invoice(id, |json| on(json, &format!("2026-11-{day:02}")));
    }

    fn send(&mut self, ids: &[&str]) {
        let what = Selection::Ids(ids.iter().map(|id| (*id).to_owned()).collect());
        let Ok(Answer::Queued { documents }) = self.site.command(Command::Send { what }) else {
            panic!("send is answered");
        };
        assert!(documents.iter().all(|d| d.outcome == QueueOutcome::Queued), "{documents:?}");
        self.listen();
    }

    fn change(&mut self, change: Change, id: &str) {
        let command = Command::Change { change, ids: vec![id.to_owned()], confirmed: true };
        match self.site.command(command) {
            Ok(Answer::Changed { documents }) => {
                assert_eq!(documents[0].outcome, ChangeOutcome::Queued, "{change:?} {id}");
            }
            other => panic!("{other:?}"),
        }
        self.listen();
    }

    fn configure(&mut self, automation: Automation) {
        self.site.command(Command::Configure { automation }).unwrap();
        self.listen();
    }

    fn fault(&mut self, rule: FaultRule) {
        self.told.push(Told::Fault(rule.clone()));
        assert!(self.site.world.add_fault(rule));
    }

    /// Notes what reached the service and may have changed it.
    fn listen(&mut self) {
        let calls = self.site.told.replace(Vec::new()).unwrap_or_default();
        let sends = ["Inserimento", "Variazione", "Cancellazione", "Rimborso", "inviaFileMtom"];
        let calls = calls.into_iter().filter(|call| sends.contains(&call.label));
        self.told.extend(calls.map(|call| Told::call(call.at.0, &call.request)));
    }

    fn state(&mut self, id: &str) -> String {
        json!(stage::document(&mut self.site, id).state).as_str().unwrap().to_owned()
    }

    fn assert_state(&mut self, id: &str, state: &str) {
        assert_eq!(self.state(id), state, "{id}");
    }

    /// Lets minutes pass until a record of a file is in this stage.
    fn wait_for_stage(&mut self, stage: &str) {
        let stage = format!("\"stage\":\"{stage}\"");
        for _ in 0..200 {
            let files = self.site.store.0.iter().filter(|(key, _)| key.starts_with("i/"));
            if files.into_iter().any(|(_, v)| String::from_utf8_lossy(v).contains(&stage)) {
                return;
            }
            self.site.now = self.site.now.plus(60_000);
            self.site.input(Input::Tick).unwrap().unwrap();
            self.listen();
        }
        panic!("no file comes to {stage}");
    }
}

fn on(json: &mut Value, day: &str) {
    json["dataEmissione"] = json!(day);
    json["pagamenti"][0]["dataPagamento"] = json!(day);
}

fn costs(json: &mut Value, amount: &str) {
    json["dettaglioLinee"][0]["prezzoTotale"] = json!(amount);
    json["pagamenti"][0]["importo"] = json!(amount);
}

fn key(id: &str, day: u8) -> DocumentKey {
    let text = json!({
        "pIva": "99900011000", "dataEmissione": format!("2026-11-{day:02}"),
        "dispositivo": 1, "numDocumento": id,
    });
    serde_json::from_value(text).expect("a key as the simulator writes it")
}

fn code(codice: &str) -> Fault {
    Fault::Code { codice: codice.into(), descrizione: None, tipo: None }
}

fn automation(mode: Mode, channel: ChannelChoice) -> Automation {
    Automation { mode, channel, ..Automation::default() }
}

const NOVEMBER: Month = Month { anno: 2026, mese: 11 };
const FOR_EVER: u32 = 1_000_000;

/// One of everything.
pub(crate) fn told() -> Story {
    let mut scene = Scene { site: stage::psychologist(), told: Vec::new() };
    scene.site.told = Some(Vec::new());
    what_never_leaves(&mut scene);
    what_is_settled(&mut scene);
    files_in_every_stage(&mut scene);
    what_waits_or_is_in_doubt(&mut scene);
    let forks = forks(&scene);
    assert!(forks.iter().all(|(_, site)| site.now >= scene.site.now));
    Story { site: scene.site, told: scene.told, forks }
}

/// Another program, with a store of its own, sends invoices to the same service.
fn another_program_sends(scene: &mut Scene, invoices: &[(&str, u8, &str)]) {
    let mut other = Scene { site: stage::psychologist(), told: Vec::new() };
    std::mem::swap(&mut other.site.world, &mut scene.site.world);
    (other.site.now, other.site.told) = (scene.site.now, Some(Vec::new()));
    for (id, day, amount) in invoices {
        other.invoice(id, |json| {
            on(json, &format!("2026-11-{day:02}"));
            costs(json, amount);
        });
        other.send(&[id]);
    }
    std::mem::swap(&mut other.site.world, &mut scene.site.world);
    scene.told.extend(other.told);
}

fn what_never_leaves(scene: &mut Scene) {
    scene.invoice("waiting", |json| json["stato"] = json!("bozza"));
    scene.invoice("void", |json| json["stato"] = json!("annullata"));
    scene.invoice("to-fix", |json| json["numDocumento"] = json!("n. 1"));
    scene.invoice("review", |json| on(json, "2027-02-01"));
    scene.invoice("again", |json| on(json, "2026-11-24"));
    scene.invoice("ready", |json| on(json, "2026-09-04"));
}

fn what_is_settled(scene: &mut Scene) {
    another_program_sends(
        scene,
        &[("foreign", 1, "60.00"), ("adopted", 2, "60.00"), ("differs", 3, "99.00")],
    );
    scene.save("adopted", 2);
    scene.save("differs", 3);
    let month = Command::Compare { month: NOVEMBER, apply: Apply::Adopt };
    let Ok(Answer::Comparison { comparison }) = scene.site.command(month) else {
        panic!("a month is compared");
    };
    assert_eq!(comparison.differences.len(), 3, "{comparison:?}");
    scene.assert_state("adopted", "accepted");

    // Wrong credentials, once.
    let right = stage::credentials();
    scene.site.set_credentials(Some(stage::credentials_with_password("Sbagliata.1")));
    scene.site.command(Command::TestCredentials { again: false }).unwrap();
    scene.site.set_credentials(Some(right));
    let day = Data::parse("2026-11-02").unwrap();
    scene.site.command(Command::PasswordSetOn { day }).unwrap();

    // Sent as often as is sensible.
    let told = scene.told.clone();
    scene.save("given-up", 5);
    let lost = FaultRule::next(Fault::LostBeforeStoring).on(key("given-up", 5));
    assert!(scene.site.world.add_fault(lost.of(Operation::Inserimento).times(FOR_EVER)));
    scene.send(&["given-up"]);
    scene.site.rest(5);
    scene.site.world.clear_faults();
    // None of it has come to anything there.
    (scene.site.told, scene.told) = (Some(Vec::new()), told);
    scene.assert_state("given-up", "given_up");
    assert!(stage::document(&mut scene.site, "again").save_again);

    for (id, day) in [
        ("accepted", 6),
        ("warned", 7),
        ("refused", 8),
        ("cancelled", 9),
        ("deleted", 10),
        ("refunded", 11),
        ("change-refused", 12),
        ("undecided", 13),
        ("resync", 14),
        ("resend", 15),
        ("changing", 16),
    ] {
        scene.save(id, day);
    }
    scene.fault(FaultRule::next(code("W003")).on(key("warned", 7)));
    scene.fault(FaultRule::next(code("S011")).on(key("refused", 8)));
    scene.send(&["accepted", "warned", "refused", "cancelled", "deleted", "refunded"]);
    scene.send(&["change-refused", "undecided", "resync", "resend", "changing"]);
    another_program_sends(scene, &[("conflict", 4, "99.00")]);
    scene.save("conflict", 4);
    scene.send(&["conflict"]);
    scene.change(Change::Cancel, "cancelled");
    scene.change(Change::Delete, "deleted");
    refund(scene);
    let refused = FaultRule::next(code("S011")).of(Operation::Variazione);
    scene.fault(refused.on(key("change-refused", 12)));
    edit(scene, "change-refused", 12);
    scene.invoice("undecided", |json| {
        on(json, "2026-11-13");
        json["stato"] = json!("bozza");
    });
    for (id, state) in [
        ("accepted", "accepted"),
        ("warned", "accepted_with_warnings"),
        ("refused", "refused"),
        ("conflict", "conflict"),
        ("cancelled", "cancelled"),
        ("deleted", "deleted"),
        ("refund", "accepted"),
        ("change-refused", "change_refused"),
        ("undecided", "changed_after_sending"),
    ] {
        scene.assert_state(id, state);
    }
}

fn refund(scene: &mut Scene) {
    let invoice = stage::invoice_with("refund", |json| {
        on(json, "2026-11-19");
        json["tipoDocumento"] = json!("TD04");
        json["fatturaCollegata"] =
            json!({ "dataEmissione": "2026-11-11", "numDocumento": "refunded" });
    });
    let command = Command::Refund { invoice: Box::new(invoice), confirmed: true };
    match scene.site.command(command) {
        Ok(Answer::Refund { outcome: RefundOutcome::Queued, .. }) => scene.listen(),
        other => panic!("{other:?}"),
    }
}

fn edit(scene: &mut Scene, id: &str, day: u8) {
    scene.invoice(id, |json| {
        on(json, &format!("2026-11-{day:02}"));
        costs(json, "61.00");
    });
}

fn files_in_every_stage(scene: &mut Scene) {
    scene.configure(automation(Mode::Manual, ChannelChoice::File));
    for (id, day) in [
        ("errors-1", 17),
        ("errors-2", 18),
        ("proof-1", 20),
        ("proof-2", 21),
        ("handed-in-1", 22),
        ("handed-in-2", 23),
    ] {
        scene.save(id, day);
    }
    for (id, day) in [("search-1", "2026-10-24"), ("search-2", "2026-10-25")] {
        scene.invoice(id, |json| on(json, day));
    }
    let file = Operation::InviaFileMtom;
    // One of its documents is refused, and the errors cannot be fetched.
    scene.fault(FaultRule::next(code("S011")).of(file).on(key("errors-1", 17)));
    let down = Fault::Http { status: 503, after_storing: false };
    scene.fault(FaultRule::next(down.clone()).of(Operation::DettaglioErrori).times(FOR_EVER));
    scene.send(&["errors-1", "errors-2"]);
    scene.wait_for_stage("errors");
    // Its answer is lost; it is found, and cannot be proven to be ours.
    scene.fault(FaultRule::next(Fault::LostAfterStoring).of(file));
    scene.fault(FaultRule::next(down).of(Operation::InterrogazionePuntuale).times(FOR_EVER));
    scene.send(&["proof-1", "proof-2"]);
    scene.wait_for_stage("proof");
    // One that takes ten days.
    scene.fault(FaultRule::next(Fault::ProcessingDelay { ms: 864_000_000 }).of(file));
    scene.send(&["handed-in-1", "handed-in-2"]);
    scene.assert_state("handed-in-1", "handed_in");
}

/// Whether no document and no file has its turn, and there is no pause.
fn is_quiet(site: &Site) -> bool {
    let due = |range: &str| site.store.0.range(range.to_owned()..).next();
    let time = |key: &str| key.split('/').nth(1).and_then(|time| time.parse::<i64>().ok());
    let first = |range| due(range).filter(|(key, _)| key.starts_with(range));
    let quiet = |range| first(range).and_then(|(key, _)| time(key)).is_none_or(|t| t > site.now.0);
    let holder: Value = serde_json::from_slice(&site.store.0["h"]).unwrap();
    let hold = holder["body"]["hold"]["until"].as_i64().unwrap_or(0);
    quiet("v/") && quiet("w/") && hold <= site.now.0
}

fn what_waits_or_is_in_doubt(scene: &mut Scene) {
    for (id, day) in [("unknown", "2026-10-26"), ("queued", "2026-10-27"), ("cycle", "2026-10-28")]
    {
        scene.invoice(id, |json| on(json, day));
    }
    // The cycle takes one when nothing else is due, and cannot reach the service.
    while !is_quiet(&scene.site) {
        scene.site.now = scene.site.now.plus(60_000);
        scene.site.input(Input::Tick).unwrap().unwrap();
    }
    scene.site.network = Network::Down;
    let send_from = Data::parse("2026-10-28").unwrap();
    scene.configure(automation(Mode::Automatic { send_from }, ChannelChoice::Auto));
    scene.site.network = Network::Up;
    // The answers to a file and to a document are lost just now.
    scene.configure(automation(Mode::Manual, ChannelChoice::File));
    scene.fault(FaultRule::next(Fault::LostAfterStoring).of(Operation::InviaFileMtom));
    scene.send(&["search-1", "search-2"]);
    scene.wait_for_stage("search");
    scene.configure(automation(Mode::Manual, ChannelChoice::Sync));
    scene.fault(FaultRule::next(Fault::LostAfterStoring).of(Operation::Inserimento));
    scene.send(&["unknown"]);
    scene.site.network = Network::Down;
    edit(scene, "changing", 16);
    scene.change(Change::Resync, "resync");
    scene.change(Change::Resend, "resend");
    scene.send(&["queued"]);
    let send_from = Data::parse("2026-10-28").unwrap();
    scene.configure(automation(Mode::Automatic { send_from }, ChannelChoice::Auto));
    scene.site.network = Network::Up;
    for (id, state) in [
        ("unknown", "unknown"),
        ("changing", "changing"),
        ("queued", "queued"),
        ("cycle", "queued"),
    ] {
        scene.assert_state(id, state);
    }
}

/// The same store, some moments later: one for every kind of request, when its intent is written
/// and nothing has left.
fn forks(scene: &Scene) -> Vec<(String, Site)> {
    let day = |text| Data::parse(text).unwrap();
    let send = || Command::Send { what: Selection::Ids(vec!["ready".to_owned()]) };
    let month = Command::Compare { month: NOVEMBER, apply: Apply::Realign };
    let citizens = Command::Segnalazioni { from: day("2026-11-01"), to: day("2026-11-20") };
    let known = scene.site.store.0.keys().find_map(|key| key.strip_prefix("p/"));
    let of = ReceiptOf::Protocollo(known.expect("some were accepted").to_owned());
    let receipts = Command::Receipts { of };
    let (change, ids) = (Change::Cancel, vec!["adopted".to_owned()]);
    let cancel = Command::Change { change, ids, confirmed: true };
    use ChannelChoice::{File, Sync};
    vec![
        fork(scene, "a document leaves", Sync, Some(send()), |s| under_way(s, "sending")),
        fork(scene, "a cancellation leaves", Sync, Some(cancel), |s| under_way(s, "sending")),
        fork(scene, "a file leaves", File, Some(send()), |s| under_way(s, "file")),
        fork(scene, "receipts are fetched", Sync, Some(receipts), |s| under_way(s, "receipts")),
        fork(scene, "a month is fetched", Sync, Some(month), |s| under_way(s, "comparison")),
        fork(scene, "reports are fetched", Sync, Some(citizens), |s| under_way(s, "segnalazioni")),
        fork(scene, "a test leaves", Sync, Some(Command::TestCredentials { again: true }), |s| {
            under_way(s, "test")
        }),
        fork(scene, "a query leaves", Sync, None, |s| under_way(s, "query")),
        fork(scene, "a state is asked for", Sync, None, |s| under_way(s, "file_state")),
        fork(scene, "a file is looked for", Sync, None, |s| under_way(s, "file_search")),
        fork(scene, "errors are fetched", Sync, None, |s| under_way(s, "file_errors")),
        fork(scene, "a file is proven", Sync, None, |s| under_way(s, "file_proof")),
    ]
}

/// Whether an attempt for this is under way.
fn under_way(store: &Store, purpose: &str) -> bool {
    let record = |key: &str| serde_json::from_slice::<Value>(store.0.get(key)?).ok();
    let flight =
        record("h").and_then(|h| Some(h["body"]["flight"]["attempt"].as_str()?.to_owned()));
    let attempt = flight.and_then(|attempt| record(&format!("a/{attempt}")));
    let purposes = attempt.map(|attempt| attempt["body"]["purpose"].clone());
    purposes
        .is_some_and(|p| p.get(purpose).is_some() || p["inquiry"]["inquiry"].get(purpose).is_some())
}

fn fork(
    scene: &Scene,
    what: &str,
    channel: ChannelChoice,
    command: Option<Command>,
    when: fn(&Store) -> bool,
) -> (String, Site) {
    let mut site = stage::psychologist();
    site.store = scene.site.store.clone();
    site.world = scene.site.world.clone();
    site.world.clear_faults();
    site.now = scene.site.now;
    site.cut_when(Some(when));
    let automation = automation(Mode::Manual, channel);
    let configure = Command::Configure { automation };
    for input in [configure].into_iter().chain(command).map(Input::Command) {
        match site.input(input) {
            Err(Cut) => return (what.to_owned(), site),
            Ok(answered) => assert!(answered.is_ok(), "{what}"),
        }
    }
    for _ in 0..1_000 {
        site.now = site.now.plus(60_000);
        if site.input(Input::Tick) == Err(Cut) {
            return (what.to_owned(), site);
        }
    }
    panic!("never: {what}");
}
