//! Records that are damaged, one at a time, under everything that a host may ask for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sts_core::Error;
use sts_core::command::{
    Apply, Automation, Change, ChannelChoice, Command, Mode, Month, ReceiptOf, Selection,
};
use sts_core::domain::Data;
use sts_core::registry::Filter;
use sts_core::step::Response;
use sts_tests::site::{Input, Site, Store};
use sts_tests::stage::{self, credentials};

use crate::sample::Sample;

#[test]
fn damage_of_any_record_is_told_by_its_code_and_never_panics() {
    let sample = Sample::read("records/2.json");
    // One store with no request under way, and those with an attempt of each kind.
    let mut parrot = BTreeMap::new();
    for (what, mut site) in sample.sites() {
        let whole = site.store.clone();
        if parrot.is_empty() {
            parrot = answers(&mut site);
        }
        site.parrot = parrot.clone();
        let now = site.now;
        let mut seen = BTreeSet::new();
        let first = what == "at first";
        let open = |key: &&String| first || key.starts_with("a/");
        for key in whole.0.keys().filter(open) {
            // Of records alike in everything but their values, one.
            if !seen.insert(form(key, &whole.0[key])) {
                continue;
            }
            for (n, damage) in damages(&whole.0[key]).into_iter().enumerate() {
                // All damages are under what the host asks for, and one is also under what goes on
                // by itself, which costs encryption.
                let inputs = [everything(), if n == 0 { by_itself() } else { Vec::new() }];
                for (inputs, credentials) in inputs.into_iter().zip([None, Some(credentials())]) {
                    site.store = Store(whole.0.clone());
                    site.store.0.insert(key.clone(), damage.clone());
                    (site.now, site.damaged) = (now, true);
                    (site.events, site.seen) = (BTreeMap::new(), String::new());
                    site.set_credentials(credentials);
                    site.reopen();
                    try_all(&mut site, key, inputs);
                }
            }
        }
    }
}

/// The kind of a key, and the fields and words of its record.
fn form(key: &str, value: &[u8]) -> String {
    let kind = key.split('/').next().unwrap_or_default();
    let record: Value = serde_json::from_slice(value).unwrap_or_default();
    let [work, remote, stage, purpose] =
        ["work", "remote", "stage", "purpose"].map(|field| name(&record["body"][field]));
    let transmission = &record["body"]["transmission"];
    format!("{kind} {work} {remote} {stage} {purpose} {transmission}")
}

/// The word of a variant.
fn name(value: &Value) -> String {
    match value {
        Value::Object(fields) => fields.keys().next().cloned().unwrap_or_default(),
        other => other.to_string(),
    }
}

fn damages(value: &[u8]) -> Vec<Vec<u8>> {
    let half = value[..value.len() / 2].to_vec();
    let text = String::from_utf8(value.to_vec()).unwrap();
    let other = text.replace("\"kind\":\"", "\"kind\":\"x");
    let newer = text.replacen("\"v\":2", "\"v\":99", 1);
    let nested = "[".repeat(100_000);
    let bytes = [b"".to_vec(), half, b"\xff\xfe".to_vec(), b"{}".to_vec(), b"null".to_vec()];
    let texts = [other, newer, nested].map(String::into_bytes);
    let mut damages: Vec<Vec<u8>> = bytes.into_iter().chain(texts).collect();
    damages.rotate_left(1);
    // What changes nothing is no damage, and nobody reads the value of an empty key.
    damages.retain(|damage| damage != value);
    damages.truncate(if value.is_empty() { 1 } else { damages.len() });
    damages
}

/// How the simulator answers each operation while everything is whole: to hear that again costs
/// no decryption.
fn answers(site: &mut Site) -> BTreeMap<&'static str, Response> {
    site.told = Some(Vec::new());
    site.world.clear_faults();
    let (store, now) = (site.store.clone(), site.now);
    for input in by_itself() {
        site.now = site.now.plus(600_000);
        site.input(input).unwrap().unwrap();
    }
    (site.store, site.now) = (store, now);
    let told = site.told.take().unwrap();
    let answers: BTreeMap<_, _> =
        told.into_iter().map(|call| (call.label, call.response)).collect();
    assert!(answers.len() >= 6, "{:?}", answers.keys());
    answers
}

fn everything() -> Vec<Input> {
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let day = |text| Some(Data::parse(text).unwrap());
    let list = |filter| Command::List { filter, after: None, limit: 100 };
    let document = |id: &str| Filter { document: Some(id.to_owned()), ..Filter::default() };
    let period = Filter { from: day("2026-11-01"), to: day("2026-12-31"), ..Filter::default() };
    let change = |change, id: &str| {
        let ids = vec![id.to_owned()];
        Input::Command(Command::Change { change, ids, confirmed: true })
    };
    let refund = stage::invoice_with("refund-2", |json| {
        json["tipoDocumento"] = json!("TD04");
        json["fatturaCollegata"] =
            json!({ "dataEmissione": "2026-11-11", "numDocumento": "refunded" });
    });
    let automation = |channel| {
        let mode = Mode::Automatic { send_from: Data::parse("2026-01-01").unwrap() };
        Input::Command(Command::Configure {
            automation: Automation { mode, channel, ..Automation::default() },
        })
    };
    vec![
        Input::Tick,
        Input::Command(Command::Documents { after: None, limit: 100 }),
        Input::Command(list(Filter::default())),
        Input::Command(list(document("accepted"))),
        Input::Command(list(period)),
        Input::Command(Command::Document { id: "unknown".into() }),
        Input::Command(Command::Status { id: "refunded".into() }),
        Input::Command(Command::Health),
        Input::Command(Command::Calendar),
        Input::Command(Command::Export { after: None, limit: Command::PAGE_LIMIT }),
        Input::Command(Command::Save {
            invoices: vec![stage::invoice("accepted", "accepted/2026")],
        }),
        Input::Command(Command::Send {
            what: Selection::Ids(ids(&["queued", "unknown", "refused", "handed-in-1"])),
        }),
        automation(ChannelChoice::File),
        Input::Command(Command::Send { what: Selection::Ready { limit: 10 } }),
        automation(ChannelChoice::Sync),
        change(Change::Update, "change-refused"),
        change(Change::Resync, "warned"),
        change(Change::Resend, "cancelled"),
        change(Change::Delete, "refunded"),
        Input::Command(Command::Refund { invoice: Box::new(refund), confirmed: true }),
    ]
}

/// What lets requests leave.
fn by_itself() -> Vec<Input> {
    let month = Month { anno: 2026, mese: 11 };
    let of = ReceiptOf::Transmission(30);
    vec![
        Input::Command(Command::Compare { month, apply: Apply::Realign }),
        Input::Command(Command::Receipts { of }),
        Input::Tick,
        Input::Tick,
        Input::Tick,
    ]
}

fn try_all(site: &mut Site, key: &str, inputs: Vec<Input>) {
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
