//! Records must stay readable for as long as a practice may have them, and damage must be told.

mod catch_up;
mod damage;
mod sample;
mod story;

use std::collections::BTreeSet;

use sample::Sample;
use serde_json::Value;
use sts_core::registry::Acceptance;
use sts_tests::stage;

/// States that a document of format 1 could be in.
const STATES_1: &[&str] = &[
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
];

/// Those that format 2 added.
const STATES_2: &[&str] =
    &["sending", "handed_in", "changing", "change_refused", "cancelled", "deleted", "given_up"];

/// What the samples of format 2 have among them: pieces of records.
const PIECES_2: &[&str] = &[
    // Every kind of record.
    r#""kind":"holder","v":2"#,
    r#""kind":"documento","v":2"#,
    r#""kind":"attempt","v":2"#,
    r#""kind":"trasmissione","v":2"#,
    r#""kind":"invio","v":2"#,
    r#""kind":"adottato","v":2"#,
    // Every purpose of an attempt, and inquiry.
    r#""purpose":{"sending""#,
    r#""purpose":{"file""#,
    r#""purpose":{"file_state""#,
    r#""purpose":{"file_search""#,
    r#""purpose":{"file_errors""#,
    r#""purpose":{"file_proof""#,
    r#""purpose":{"query""#,
    r#""purpose":{"test""#,
    r#""inquiry":{"receipts""#,
    r#""inquiry":{"comparison""#,
    r#""inquiry":{"segnalazioni""#,
    // Every stage of a file.
    r#""stage":"uploading""#,
    r#""stage":"search""#,
    r#""stage":"wait""#,
    r#""stage":"errors""#,
    r#""stage":"proof""#,
    // Every kind of evidence, cause, work and will.
    r#""remote":"absent""#,
    r#""remote":{"present""#,
    r#""remote":{"other""#,
    r#""remote":{"unknown""#,
    r#""remote":{"cancelled""#,
    r#""cause":"lost""#,
    r#""cause":"resync""#,
    r#""cause":"resend""#,
    r#""before":{"present""#,
    r#""work":{"send""#,
    r#""work":{"settle""#,
    r#""work":{"under_way""#,
    r#""work":{"handed_in""#,
    r#""work":"refused""#,
    r#""work":"given_up""#,
    r#""by":"person""#,
    r#""by":"edit""#,
    r#""by":"cycle""#,
    r#""deleted":true"#,
    r#""withheld":true"#,
    r#""save_again":true"#,
    r#""review_on":"2"#,
    r#""id_rimborso":{"#,
    r#""fingerprint":"","#,
    r#""sent":{"operation":"cancellazione""#,
    r#""mode":{"automatic""#,
    r#""channel":"file""#,
    r#""refused":[{"fingerprint""#,
    r#""said":true"#,
];

/// The store says what it said when it was written, in every fork, and goes on to its rest.
fn says_and_goes_on(sample: &Sample) {
    for (what, mut site) in sample.sites() {
        sample.assert_says(&what, &mut site);
        site.world.clear_faults();
        site.rest(40);
        for row in stage::registry(&mut site) {
            assert_ne!(row.acceptance, Acceptance::Pending, "{what}: {row:?}");
        }
        for document in sample::documents(&mut site) {
            let open = ["queued", "sending", "unknown", "handed_in", "changing"];
            let state = document["state"].as_str().unwrap().to_owned();
            assert!(!open.contains(&state.as_str()), "{what}: {document}");
        }
    }
}

fn assert_has_states(sample: &Sample, states: &[&str]) {
    let there = sample.states();
    for state in states {
        assert!(there.contains(*state), "{state} is missing in {there:?}");
    }
    for secret in stage::secrets() {
        assert!(!sample.text.contains(&secret));
    }
}

#[test]
fn a_store_of_format_1_says_what_it_said_when_it_was_written() {
    let sample = Sample::read("records/1.json");
    assert_has_states(&sample, STATES_1);
    says_and_goes_on(&sample);
}

#[test]
fn a_store_of_format_2_says_what_it_said_when_it_was_written() {
    let sample = Sample::read_or_write("records/2.json", story::told);
    assert_has_states(&sample, &[STATES_1, STATES_2].concat());
    for piece in PIECES_2 {
        assert!(sample.has(piece), "{piece} is in no record of the sample");
    }
    for (what, site) in sample.sites() {
        site.assert_consistent(&what);
    }
    says_and_goes_on(&sample);
}

/// The places of a record, with the type of what stands there.
fn places(kind: &str, value: &Value, places: &mut BTreeSet<String>) {
    let (place, here) = match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                self::places(&format!("{kind}/{field}"), value, places);
            }
            return;
        }
        Value::Array(values) => {
            values.iter().for_each(|value| self::places(&format!("{kind}[]"), value, places));
            return;
        }
        Value::Null => (kind, "null"),
        Value::Bool(_) => (kind, "bool"),
        Value::Number(_) => (kind, "number"),
        Value::String(_) => (kind, "text"),
    };
    places.insert(format!("{place}: {here}"));
}

fn places_of<'a>(records: impl Iterator<Item = &'a [u8]>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for record in records {
        let Ok(record) = serde_json::from_slice::<Value>(record) else { continue };
        if let (Some(kind), Some(v)) = (record["kind"].as_str(), record["v"].as_u64()) {
            places(&format!("{kind} {v}"), &record["body"], &mut all);
        }
    }
    all
}

/// When this fails, a record has got a form that no sample shows: raise its number, and add a
/// sample. Only while no release has written a format may its sample be made anew, by removing it
/// and running the tests once with `STS_BLESS=1`.
#[test]
fn what_is_written_now_has_the_form_of_the_newest_sample() {
    let sample = Sample::read_or_write("records/2.json", story::told);
    let stores: Vec<_> = sample.sites().into_iter().map(|(_, site)| site.store).collect();
    let then = places_of(stores.iter().flat_map(|store| store.0.values()).map(Vec::as_slice));
    let story = story::told();
    let sites = story.forks.iter().map(|(_, site)| site).chain([&story.site]);
    let now = places_of(sites.flat_map(|site| site.store.0.values()).map(Vec::as_slice));
    let new: Vec<&String> = now.difference(&then).collect();
    assert!(new.is_empty(), "{new:#?}");
    assert!(now.iter().any(|place| place.starts_with("invio 2")), "{now:?}");
}
