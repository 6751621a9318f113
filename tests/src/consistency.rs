//! Whether a store agrees with itself: every index key and counter is made again from the records,
//! by rules written down a second time, from the table of keys in `core/src/record`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sts_core::command::{Answer, Command, DocumentView};
use sts_core::step::Step;
use sts_core::time::Timestamp;
use sts_core::{Engine, Settings};

use crate::site::{Seeded, Store};

/// The records, and what stands beside them.
const RECORDS: [&str; 5] = ["d/", "e/", "a/", "t/", "i/"];
const INDEX: [&str; 10] = ["k/", "r/", "w/", "x/", "f/", "m/", "j/", "u/", "p/", "v/"];

/// What differs between a store and what its records say should stand in it; nothing when it is
/// sound. A store whose index keys are still being made is not.
pub fn differences(store: &Store, settings: &Settings) -> Vec<String> {
    let mut found = Found::default();
    let mut expected = BTreeMap::new();
    let mut attempts = BTreeSet::new();
    for (key, value) in &store.0 {
        let known = RECORDS.iter().chain(&INDEX).any(|prefix| key.starts_with(prefix));
        if !known && !["revision", "h"].contains(&key.as_str()) {
            found.say(format!("{key} is no key of a store"));
        }
        if !RECORDS.iter().any(|prefix| key.starts_with(prefix)) {
            continue;
        }
        let Ok(record) = serde_json::from_slice::<Value>(value) else {
            found.say(format!("{key} is not a record"));
            continue;
        };
        let body = &record["body"];
        match &key[..2] {
            "d/" => of_document(body, &mut expected, &mut attempts),
            "t/" => of_row(body, store, &mut expected, &mut found),
            "i/" => of_file(body, &mut expected, &mut attempts),
            "e/" => {
                let right = format!("e/{}", natural(&body["id_spesa"]));
                found.check(*key == right, || format!("{key} should be {right}"));
            }
            _ => {}
        }
        let own = match &key[..2] {
            "d/" => format!("d/{}", text(&body["id"])),
            "t/" => format!("t/{:020}", u64::MAX - number(&body["number"])),
            "i/" => format!("i/{:020}", number(&body["number"])),
            "a/" => format!("a/{}", text(&body["id"])),
            _ => key.clone(),
        };
        found.check(*key == own, || format!("{key} has the record of {own}"));
    }
    for (key, value) in &expected {
        match store.0.get(key) {
            None => found.say(format!("{key} is missing")),
            Some(there) if !value.is(there) => found.say(format!("{key} has another value")),
            Some(_) => {}
        }
    }
    for key in store.0.keys().filter(|key| INDEX.iter().any(|prefix| key.starts_with(prefix))) {
        found.check(expected.contains_key(key), || format!("{key} belongs to nothing"));
    }
    of_holder(store, settings, &mut attempts, &mut found);
    for key in store.0.keys().filter_map(|key| key.strip_prefix("a/")) {
        found.check(attempts.contains(key), || format!("a/{key} belongs to nothing"));
    }
    found.0
}

#[derive(Default)]
struct Found(Vec<String>);

impl Found {
    fn say(&mut self, what: String) {
        self.0.push(what);
    }

    fn check(&mut self, right: bool, what: impl FnOnce() -> String) {
        if !right {
            self.say(what());
        }
    }
}

/// The value that an index key should have.
enum Content {
    Text(String),
    Json(Value),
}

impl Content {
    fn is(&self, bytes: &[u8]) -> bool {
        match self {
            Content::Text(text) => text.as_bytes() == bytes,
            Content::Json(json) => serde_json::from_slice(bytes).is_ok_and(|v: Value| v == *json),
        }
    }
}

type Expected = BTreeMap<String, Content>;

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true)
}

fn natural(key: &Value) -> String {
    let [p_iva, data, numero] =
        ["pIva", "dataEmissione", "numDocumento"].map(|field| text(&key[field]));
    format!("{p_iva}/{data}/{}/{numero}", number(&key["dispositivo"]))
}

/// What was sent last, or is there, and what was there before that.
fn sent(remote: &Value) -> Vec<&Value> {
    let before = &remote["unknown"]["before"]["present"]["sent"];
    let places = [&remote["present"], &remote["other"], &remote["unknown"]].map(|v| &v["sent"]);
    places.into_iter().chain([before]).filter(|sent| sent.is_object()).collect()
}

fn of_document(body: &Value, expected: &mut Expected, attempts: &mut BTreeSet<String>) {
    let (id, remote, work) = (text(&body["id"]), &body["remote"], &body["work"]);
    let empty = || Content::Text(String::new());
    let sent = sent(remote);
    let wanted = &body["desired"]["documento"];
    let keys = sent.iter().map(|sent| (&sent["id_spesa"], &sent["id_rimborso"]));
    for (key, original) in keys.chain([(&wanted["idSpesa"], &wanted["idRimborso"])]) {
        if key.is_object() {
            expected.insert(format!("k/{}", natural(key)), Content::Text(id.to_owned()));
        }
        if original.is_object() {
            expected.insert(format!("f/{}|{id}", natural(original)), empty());
        }
    }
    let due = [&work["send"], &work["settle"]].map(|work| work["not_before"].as_i64());
    if let Some(due) = due.into_iter().flatten().next() {
        let queue = if work["send"]["by"] == "cycle" { "x" } else { "w" };
        expected.insert(format!("{queue}/{:013}/{id}", due.max(0)), empty());
    }
    let nothing_there = remote == "absent" || remote["cancelled"].is_object();
    let off = is_true(&body["deleted"]) || is_true(&body["withheld"]);
    if wanted.is_object() && nothing_there && work == "idle" && !off {
        expected.insert(format!("r/{}/{id}", text(&wanted["dataPagamento"])), empty());
    }
    if let Some(sent) = sent.first() {
        let known = json!({
            "id": id, "id_spesa": sent["id_spesa"], "data_pagamento": sent["data_pagamento"],
            "totals": sent["totals"], "protocollo": remote["present"]["protocollo"],
            "refund_of": sent["id_rimborso"], "present": remote["present"].is_object(),
        });
        let key = format!("m/{}/{id}", text(&sent["data_pagamento"]));
        expected.insert(key, Content::Json(known));
    }
    if let Some(day) = body["review_on"].as_str() {
        expected.insert(format!("j/{day}/{id}"), empty());
    }
    let waits_for = [&remote["unknown"]["attempt"], &work["under_way"]["attempt"]];
    attempts.extend(waits_for.into_iter().filter_map(Value::as_str).map(str::to_owned));
}

fn of_row(body: &Value, store: &Store, expected: &mut Expected, found: &mut Found) {
    let (row, at) = (number(&body["number"]), body["at"].as_i64().unwrap_or(0));
    let key = format!("u/{:013}/{:020}", Timestamp::MAX.0 - at, u64::MAX - row);
    expected.insert(key, Content::Text(String::new()));
    let Some(protocollo) = body["protocollo"].as_str() else { return };
    let key = format!("p/{protocollo}");
    let value = store.0.get(&key).map(|value| String::from_utf8_lossy(value).into_owned());
    let other = value.as_ref().and_then(|n| n.parse::<u64>().ok()).filter(|n| *n != row);
    // Two rows of one protocol: either may be the one that is found.
    let shared = other.is_some_and(|other| {
        let there = store.0.get(&format!("t/{:020}", u64::MAX - other));
        let there = there.and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok());
        there.is_some_and(|there| there["body"]["protocollo"] == protocollo)
    });
    if !shared {
        found.check(value.is_some(), || format!("{key} is missing for row {row}"));
        expected.insert(key, Content::Text(row.to_string()));
    }
}

fn of_file(body: &Value, expected: &mut Expected, attempts: &mut BTreeSet<String>) {
    attempts.insert(text(&body["attempt"]).to_owned());
    if body["stage"] != "uploading" {
        let due = body["not_before"].as_i64().unwrap_or(0).max(0);
        let key = format!("v/{due:013}/{:020}", number(&body["number"]));
        expected.insert(key, Content::Text(String::new()));
    }
}

fn of_holder(
    store: &Store,
    settings: &Settings,
    attempts: &mut BTreeSet<String>,
    found: &mut Found,
) {
    let Some(holder) = store.0.get("h") else { return };
    let Ok(holder) = serde_json::from_slice::<Value>(holder) else {
        found.say("h is not a record".to_owned());
        return;
    };
    let holder = &holder["body"];
    if let Some(flight) = holder["flight"]["attempt"].as_str() {
        let there = store.0.contains_key(&format!("a/{flight}"));
        found.check(there, || format!("the attempt under way, {flight}, has no record"));
        attempts.insert(flight.to_owned());
    }
    let done = |field| holder.get(field).is_some_and(Value::is_null);
    let made = done("reindexed_to") && done("rows_to_index");
    found.check(made, || "index keys are still being made".to_owned());
    let documents = match documents(store, settings) {
        Ok(documents) => documents,
        Err(error) => return found.say(format!("the documents cannot be listed: {error}")),
    };
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for document in &documents {
        *counts.entry(text(&json!(document.state)).to_owned()).or_default() += 1;
    }
    let right = holder["counts"] == json!(counts);
    found.check(right, || format!("counted {}, and there are {counts:?}", holder["counts"]));
    let again = documents.iter().filter(|document| document.save_again).count();
    let right = holder["save_again"] == again;
    found.check(right, || format!("{again} invoices to save again, not {}", holder["save_again"]));
}

/// All documents as the engine shows them; nothing is written.
fn documents(store: &Store, settings: &Settings) -> Result<Vec<DocumentView>, sts_core::Error> {
    let mut engine = Engine::new(settings.clone(), Box::new(Seeded(0)));
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let limit = Command::PAGE_LIMIT;
        match engine.command(Timestamp::MIN, &Command::Documents { after: after.clone(), limit })? {
            Step::Read(needs) => engine.load(store.read(&needs))?,
            Step::Act(actions) => match actions.answer {
                Some(Answer::Documents { documents, next }) => {
                    all.extend(documents);
                    match next {
                        Some(_) => after = next,
                        None => return Ok(all),
                    }
                }
                other => panic!("another answer: {other:?}"),
            },
        }
    }
}
