//! The driver from end to end: stores, transports, lost answers, events.

mod common;

use std::cell::{Cell, RefCell};

use common::{
    DAY, InProcess, Practice, READY, documents, insertions, is_accepted, one, save, storing_calls,
};
use sts_core::command::{Command, DocumentState};
use sts_core::domain::Ambiente;
use sts_core::event::{Event, EventKind};
use sts_core::step::{Range, Request, Response, Write};
use sts_host::{
    Clock, Commit, Driver, Http, MemoryStore, SqliteStore, Store, StoreError, UreqHttp,
    VirtualClock,
};
use sts_simulator::{Fault, FaultRule, Operation};

/// Saves and sends all; everything that is due must be accepted.
fn a_year(practice: &Practice, http: impl Http, store: impl Store, endpoint: &str) {
    let clock = VirtualClock::new(practice.now);
    let mut driver =
        Driver::new(practice.opener(endpoint), http, store, |_: &Event| {}, clock.clone());
    driver.command(&save(practice)).unwrap();
    driver.command(&READY).unwrap();
    let end = clock.now().plus(DAY);
    let wake_at = driver.run_to_rest(end).unwrap();
    assert!(wake_at.is_none_or(|at| at > end), "only the day when a verdict may change is left");
    let documents = documents(&mut driver);
    for id in practice.sendable() {
        assert!(is_accepted(&documents[&id]), "{id}: {:?}", documents[&id].state);
    }
    driver.close().unwrap();
}

#[test]
fn a_year_is_accepted_with_a_store_in_memory_and_a_service_in_process() {
    for name in ["psicologo", "farmacia", "medico", "veterinario"] {
        let practice = Practice::new(name);
        let http = InProcess::new(practice.world(), VirtualClock::new(practice.now));
        a_year(&practice, http.clone(), MemoryStore::new(), InProcess::ENDPOINT);
        let stored = insertions(&http.world());
        assert_eq!(stored.len(), practice.sendable().len());
        assert!(stored.values().all(|times| *times == 1), "{stored:?}");
    }
}

#[test]
fn a_year_is_accepted_with_sqlite_and_a_service_behind_tls() {
    let practice = Practice::new("psicologo");
    let folder = tempfile::tempdir().unwrap();
    let server = practice.server(true);
    let ca = server.ca_pem.clone().unwrap();
    let http = UreqHttp::with_ca(Ambiente::Test, ca.as_bytes()).unwrap();
    let store = SqliteStore::open(&folder.path().join("practice.db")).unwrap();
    a_year(&practice, http, store, &server.url);
    let world = server.world();
    assert_eq!(storing_calls(&world), practice.sendable().len());
    assert!(insertions(&world).values().all(|times| *times == 1));
}

#[test]
fn without_the_right_authority_nothing_leaves_and_nothing_is_lost() {
    let practice = Practice::new("psicologo");
    let server = practice.server(true);
    let clock = VirtualClock::new(practice.now);
    let http = UreqHttp::new(Ambiente::Test);
    let store = MemoryStore::new();
    let (id, save) = one(&practice);
    let mut driver =
        Driver::new(practice.opener(&server.url), http, store.clone(), |_: &Event| {}, &clock);
    driver.command(&save).unwrap();
    driver.command(&READY).unwrap();
    assert_eq!(documents(&mut driver)[&id].state, DocumentState::Queued);
    assert_eq!(server.world().log().len(), 0);

    let ca = server.ca_pem.clone().unwrap();
    let http = UreqHttp::with_ca(Ambiente::Test, ca.as_bytes()).unwrap();
    let mut driver = Driver::new(practice.opener(&server.url), http, store, |_: &Event| {}, &clock);
    driver.run_to_rest(clock.now().plus(DAY)).unwrap();
    assert!(is_accepted(&documents(&mut driver)[&id]));
}

#[test]
fn a_lost_answer_is_settled_by_asking_and_stored_once() {
    let practice = Practice::new("psicologo");
    let clock = VirtualClock::new(practice.now);
    let http = InProcess::new(practice.world(), clock.clone());
    let lost = FaultRule::next(Fault::LostAfterStoring).of(Operation::Inserimento);
    assert!(http.world().add_fault(lost));
    let kinds = RefCell::new(Vec::new());
    let receive = |event: &Event| kinds.borrow_mut().push(event.kind.clone());
    let (id, save) = one(&practice);
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut driver = Driver::new(opener, http.clone(), MemoryStore::new(), receive, &clock);
    driver.command(&save).unwrap();
    driver.command(&READY).unwrap();
    assert_eq!(documents(&mut driver)[&id].state, DocumentState::Unknown);
    assert!(driver.wake_at().is_some());
    driver.run_to_rest(clock.now().plus(DAY)).unwrap();
    assert_eq!(documents(&mut driver)[&id].state, DocumentState::Accepted);
    assert_eq!(storing_calls(&http.world()), 1);
    let recovered =
        |kind: &EventKind| matches!(kind, EventKind::DocumentAccepted { recovered: true, .. });
    assert!(kinds.borrow().iter().any(recovered));
}

/// A store after whose first commit of a sending the process sleeps for an hour.
struct Sleepy {
    store: MemoryStore,
    clock: VirtualClock,
    slept: bool,
}

impl Store for Sleepy {
    fn get(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.store.get(keys)
    }

    fn scan(&mut self, range: &Range) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.store.scan(range)
    }

    fn commit(&mut self, expected: u64, writes: &[Write]) -> Result<Commit, StoreError> {
        let end = self.store.commit(expected, writes)?;
        let sending = writes.iter().any(|write| write.key.starts_with("t/"));
        if sending && !std::mem::replace(&mut self.slept, true) {
            self.clock.advance(3_600_000);
        }
        Ok(end)
    }
}

#[test]
fn a_process_that_slept_before_its_request_does_not_begin_it() {
    let practice = Practice::new("psicologo");
    let clock = VirtualClock::new(practice.now);
    let http = InProcess::new(practice.world(), clock.clone());
    let store = Sleepy { store: MemoryStore::new(), clock: clock.clone(), slept: false };
    let (id, save) = one(&practice);
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut driver = Driver::new(opener, http.clone(), store, |_: &Event| {}, &clock);
    driver.command(&save).unwrap();
    driver.command(&READY).unwrap();
    assert_eq!(storing_calls(&http.world()), 0, "it was too late");
    driver.run_to_rest(clock.now().plus(DAY)).unwrap();
    assert!(is_accepted(&documents(&mut driver)[&id]));
    assert_eq!(storing_calls(&http.world()), 1);
}

#[test]
fn a_dead_service_is_not_asked_in_a_hot_loop() {
    let practice = Practice::new("psicologo");
    let clock = VirtualClock::new(practice.now);
    let calls = Cell::new(0);
    let dead = |_: &Request| {
        calls.set(calls.get() + 1);
        Response::NotSent
    };
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut driver = Driver::new(opener, dead, MemoryStore::new(), |_: &Event| {}, &clock);
    driver.command(&save(&practice)).unwrap();
    driver.command(&READY).unwrap();
    driver.run_to_rest(clock.now().plus(DAY)).unwrap();
    assert!((1..=50).contains(&calls.get()), "{} calls in a day", calls.get());
}

#[test]
fn events_come_in_order_and_after_closing_not_again() {
    let practice = Practice::new("psicologo");
    let clock = VirtualClock::new(practice.now);
    let http = InProcess::new(practice.world(), clock.clone());
    let (store, seen) = (MemoryStore::new(), RefCell::new(Vec::new()));
    let run = |commands: &[Command], close: bool| {
        let receive = |event: &Event| seen.borrow_mut().push(event.number);
        let opener = practice.opener(InProcess::ENDPOINT);
        let mut driver = Driver::new(opener, http.clone(), store.clone(), receive, &clock);
        for command in commands {
            driver.command(command).unwrap();
        }
        driver.tick().unwrap();
        if close {
            driver.close().unwrap();
        }
    };
    run(&[save(&practice), READY], true);
    let expected = practice.sendable().len() as u64 + 1;
    let numbers: Vec<u64> = (1..=expected).collect();
    assert_eq!(*seen.borrow(), numbers, "one for the credentials, one for each document");
    run(&[], true);
    assert_eq!(*seen.borrow(), numbers, "they were closed away");
}

#[test]
fn events_of_a_step_that_was_not_followed_come_again_with_their_numbers() {
    let practice = Practice::new("psicologo");
    let clock = VirtualClock::new(practice.now);
    let http = InProcess::new(practice.world(), clock.clone());
    let store = MemoryStore::new();
    let (_, save) = one(&practice);
    let mut first = Vec::new();
    let receive = |event: &Event| first.push(event.clone());
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut driver = Driver::new(opener, http.clone(), store.clone(), receive, &clock);
    driver.command(&save).unwrap();
    driver.command(&READY).unwrap();
    drop(driver);
    let mut again = Vec::new();
    let receive = |event: &Event| again.push(event.clone());
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut driver = Driver::new(opener, http, store, receive, &clock);
    driver.tick().unwrap();
    drop(driver);
    assert_eq!(first.last(), again.first(), "delivered again, the same");
    assert_eq!(again.len(), 1);
}
