//! Records must stay readable for as long as a practice may have them, and damage must be told.

use serde_json::{Value, json};
use sts_core::command::{Command, Selection};
use sts_core::registry::Acceptance;
use sts_core::{Answer, Error};
use sts_simulator::{Fault, FaultRule, Operation, Setup, World};
use sts_tests::fixtures;
use sts_tests::site::{Input, Network, Site, Store};
use sts_tests::stage;

/// The store of format 1, with what the engine said of it when it was written.
const FORMAT_1: &str = "records/1.json";

fn fault(site: &mut Site, fault: Fault, id: &str) {
    let mut rule = FaultRule::next(fault).of(Operation::Inserimento);
    let documents = site.world.documents();
    let same_day = documents.iter().find(|d| d.key.num_documento == "conflict/2026");
    rule.document = same_day.map(|document| {
        let mut key = document.key.clone();
        key.num_documento = format!("{id}/2026");
        key
    });
    assert!(rule.document.is_some() && site.world.add_fault(rule));
}

fn save(site: &mut Site, id: &str, amount: &str) {
    let invoices = vec![stage::invoice_of(id, &format!("{id}/2026"), amount)];
    site.command(Command::Save { invoices }).unwrap();
}

fn send(site: &mut Site, ids: &[&str]) {
    let what = Selection::Ids(ids.iter().map(|id| (*id).to_owned()).collect());
    site.command(Command::Send { what }).unwrap();
}

/// A store with a document in every state that a document can be in.
fn one_of_each() -> Site {
    let mut site = stage::psychologist();
    for id in ["warned", "refused", "changed", "conflict", "unknown", "ready"] {
        save(&mut site, id, "60.00");
    }
    for id in ["queued", "late"] {
        save(&mut site, id, "70.00");
    }
    for (id, change) in [("waiting", "bozza"), ("void", "annullata")] {
        let invoice = stage::invoice_with(id, |json| json["stato"] = json!(change));
        site.command(Command::Save { invoices: vec![invoice] }).unwrap();
    }
    // On a day of its own: two documents of a patient on one day meet a remark.
    let invoice = stage::invoice_with("accepted", |json| {
        json["dataEmissione"] = json!("2026-11-18");
        json["pagamenti"][0]["dataPagamento"] = json!("2026-11-18");
    });
    site.command(Command::Save { invoices: vec![invoice] }).unwrap();
    let invoice = stage::invoice_with("to-fix", |json| json["numDocumento"] = json!("n. 1"));
    site.command(Command::Save { invoices: vec![invoice] }).unwrap();
    // What another program stored under the key of ours.
    let mut other = stage::psychologist();
    save(&mut other, "conflict", "99.00");
    send(&mut other, &["conflict"]);
    site.world = other.world;

    send(&mut site, &["accepted"]);
    fault(
        &mut site,
        Fault::Code { codice: "W003".into(), descrizione: None, tipo: None },
        "warned",
    );
    fault(
        &mut site,
        Fault::Code { codice: "S011".into(), descrizione: None, tipo: None },
        "refused",
    );
    send(&mut site, &["warned", "refused", "changed", "conflict"]);
    save(&mut site, "changed", "61.00");
    fault(&mut site, Fault::LostAfterStoring, "unknown");
    send(&mut site, &["unknown"]);
    site.network = Network::Down;
    send(&mut site, &["queued"]);
    site.network = Network::Up;
    site
}

fn all_documents(site: &mut Site) -> Value {
    match site.command(Command::Documents { after: None, limit: 100 }).unwrap() {
        Answer::Documents { documents, next: None } => json!(documents),
        other => panic!("{other:?}"),
    }
}

fn snapshot(site: &mut Site) -> Value {
    let store: serde_json::Map<String, Value> = site
        .store
        .0
        .iter()
        .map(|(key, value)| (key.clone(), json!(String::from_utf8(value.clone()).unwrap())))
        .collect();
    let now = site.now.0;
    let documents = all_documents(site);
    let registry = json!(stage::registry(site));
    json!({ "now": now, "store": store, "documents": documents, "registry": registry })
}

/// Everything that was said then is said now; newer versions may say more.
fn assert_says(now: &Value, then: &Value) {
    match (now, then) {
        (Value::Array(now), Value::Array(then)) => {
            assert_eq!(now.len(), then.len());
            now.iter().zip(then).for_each(|(now, then)| assert_says(now, then));
        }
        (Value::Object(now), Value::Object(then)) => {
            then.iter().for_each(|(field, then)| assert_says(&now[field], then));
        }
        _ => assert_eq!(now, then),
    }
}

fn restored(sample: &Value) -> Site {
    let mut site = stage::psychologist();
    let text = |value: &Value| value.as_str().unwrap().as_bytes().to_vec();
    let store = sample["store"].as_object().unwrap();
    site.store = Store(store.iter().map(|(key, value)| (key.clone(), text(value))).collect());
    site.now.0 = sample["now"].as_i64().unwrap();
    site
}

#[test]
fn a_store_of_format_1_says_what_it_said_when_it_was_written() {
    let path = fixtures::path(FORMAT_1);
    if !path.exists() && std::env::var_os("STS_BLESS").is_some() {
        let sample = snapshot(&mut one_of_each());
        std::fs::write(&path, serde_json::to_string_pretty(&sample).unwrap() + "\n").unwrap();
    }
    let text = std::fs::read_to_string(&path).expect("a sample is never removed");
    let sample: Value = serde_json::from_str(&text).unwrap();
    let mut site = restored(&sample);
    assert_says(&all_documents(&mut site), &sample["documents"]);
    assert_says(&json!(stage::registry(&mut site)), &sample["registry"]);
    let states: Vec<_> =
        sample["documents"].as_array().unwrap().iter().map(|d| &d["state"]).collect();
    for state in [
        "waiting",
        "to_fix",
        "out_of_scope",
        "ready",
        "queued",
        "unknown",
        "accepted",
        "accepted_with_warnings",
        "refused",
        "conflict",
        "changed_after_sending",
    ] {
        assert!(states.contains(&&json!(state)), "{state} is missing in {states:?}");
    }
    for secret in stage::secrets() {
        assert!(!text.contains(&secret));
    }
    // And it goes on from there: what is in doubt or waits finds its end.
    site.world = World::new(Setup::default()).unwrap();
    site.rest(30);
    for row in stage::registry(&mut site) {
        assert_ne!(row.acceptance, Acceptance::Pending, "{row:?}");
    }
}

#[test]
fn damage_of_any_record_is_told_by_its_code_and_never_panics() {
    let whole = one_of_each().store;
    let keys: Vec<String> = whole.0.keys().cloned().collect();
    for key in &keys {
        let value = whole.0[key].clone();
        let half = value[..value.len() / 2].to_vec();
        let text = String::from_utf8(value).unwrap();
        let other = text.replace("\"kind\":\"", "\"kind\":\"x");
        let newer = text.replacen("\"v\":1", "\"v\":99", 1);
        let nested = "[".repeat(100_000);
        let damages = [b"".to_vec(), half, b"\xff\xfe".to_vec(), b"{}".to_vec(), b"null".to_vec()];
        let texts = [other, newer, nested].map(String::into_bytes);
        for damage in damages.into_iter().chain(texts) {
            let mut site = stage::psychologist();
            site.store = Store(whole.0.clone());
            site.store.0.insert(key.clone(), damage);
            try_everything(&mut site, key);
        }
    }
}

fn try_everything(site: &mut Site, key: &str) {
    let ids = ["accepted", "queued", "unknown", "refused", "ready"].map(str::to_owned).to_vec();
    let inputs = [
        Input::Tick,
        Input::Command(Command::Documents { after: None, limit: 100 }),
        Input::Command(Command::List {
            filter: sts_core::registry::Filter::default(),
            after: None,
            limit: 100,
        }),
        Input::Command(Command::Document { id: "unknown".into() }),
        Input::Command(Command::Save {
            invoices: vec![stage::invoice("accepted", "accepted/2026")],
        }),
        Input::Command(Command::Send { what: Selection::Ids(ids) }),
        Input::Command(Command::Send { what: Selection::Ready { limit: 10 } }),
        Input::Command(Command::TestCredentials { again: false }),
        Input::Tick,
    ];
    for input in inputs {
        site.now = site.now.plus(600_000);
        match site.input(input).unwrap() {
            Ok(_) => {}
            Err(Error::Record { key: told, .. } | Error::RecordTooNew { key: told, .. }) => {
                assert_eq!(told, key);
            }
            // Another owner's or environment's store, as far as the engine can see.
            Err(Error::OtherHolder | Error::OtherEnvironment { .. }) => assert_eq!(key, "h"),
            Err(other) => panic!("{key}: {other}"),
        }
    }
}
