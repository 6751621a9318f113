//! What a `check` and an idle `tick` cost in Rust, for `tests/bench` to compare with other languages.
//!
//! Prints `check NANOSECONDS` and `tick NANOSECONDS`, and beside them `door NANOSECONDS`: a check
//! as the other languages ask for it, JSON in and JSON out. `tests/bench` says what is measured.

#![allow(missing_docs)]

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use sts_core::command::Command;
use sts_core::domain::Ambiente;
use sts_core::domain::invoice::{JsonLimits, read_json};
use sts_core::event::Event;
use sts_core::step::{Request, Response};
use sts_core::time::Timestamp;
use sts_core::{Engine, Settings, door};
use sts_host::{Driver, MemoryStore, SystemEntropy, VirtualClock};
use sts_tests::fixtures;

const NOW: Timestamp = Timestamp(1_795_424_400_000);

fn main() {
    // Anything but `cargo bench` only wants to know that this builds and runs.
    let batches = if std::env::args().any(|argument| argument == "--bench") { 51 } else { 1 };
    let read = |name: &str| fs::read_to_string(fixtures::path(name)).expect("a fixture");
    let (profile, invoice) = (read("start/profile.json"), read("start/invoice.json"));
    let json = format!(r#"{{"ambiente": "test", "profile": {profile}}}"#);

    let settings = Settings::from_json(json.as_bytes()).expect("settings");
    let check = median(batches, || {
        let mut read = read_json(invoice.as_bytes(), &JsonLimits::default()).expect("JSON");
        let input = read.remove(0).expect("an invoice");
        let judgement = settings.judge(&input, NOW);
        assert!(judgement.documento.is_some());
        judgement
    });
    println!("check {check}");

    let question =
        format!(r#"{{"settings": {json}, "invoice": {invoice}, "now": {}}}"#, NOW.0).into_bytes();
    let door = median(batches, || door::call("check", &question).expect("an answer").to_string());
    println!("door {door}");

    let profile = serde_json::from_str(&profile).expect("a profile");
    let settings = Settings::new(profile, Ambiente::Test).expect("settings");
    let open = move || Engine::new(settings.clone(), Box::new(SystemEntropy));
    let http = |_: &Request| Response::NotSent;
    let clock = VirtualClock::new(NOW);
    let mut driver = Driver::new(open, http, MemoryStore::new(), |_: &Event| {}, clock);
    let save = format!(r#"{{"command": "save", "invoices": [{invoice}]}}"#);
    driver.command(&Command::from_json(save.as_bytes()).expect("a command")).expect("saved");
    println!("tick {}", median(batches, || driver.tick().expect("a tick")));
}

/// Nanoseconds of a call: the median of batches, after a tenth of them to warm up.
fn median<T>(batches: usize, mut call: impl FnMut() -> T) -> u128 {
    const CALLS: u32 = 200;
    let mut measured: Vec<u128> = Vec::with_capacity(batches);
    for batch in 0..batches + batches / 10 {
        let began = Instant::now();
        for _ in 0..CALLS {
            black_box(call());
        }
        if batch >= batches / 10 {
            measured.push(began.elapsed().as_nanos() / u128::from(CALLS));
        }
    }
    measured.sort_unstable();
    measured[batches / 2]
}
