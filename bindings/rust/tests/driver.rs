//! The driver with stores, transports and rivals that behave and misbehave.

mod common;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Barrier;

use common::{InProcess, Practice, insertions, storing_calls};
use sts_core::Engine;
use sts_core::command::{Answer, Command, DocumentState, DocumentView, Selection};
use sts_core::domain::Ambiente;
use sts_core::event::{Event, EventKind};
use sts_core::step::{Range, Request, Response, Write};
use sts_host::{
    Clock, Commit, Driver, DriverError, Events, Http, MemoryStore, SqliteStore, Store, StoreError,
    SystemClock, UreqHttp, VirtualClock,
};
use sts_simulator::{Fault, FaultRule, Operation};

const DAY: i64 = 86_400_000;
const READY: Command = Command::Send {
    what: Selection::Ready { limit: 500 },
};

fn save(practice: &Practice) -> Command {
    Command::Save {
        invoices: practice.invoices(),
    }
}

/// The first of the invoices that can be sent.
fn one(practice: &Practice) -> (String, Command) {
    let id = practice.sendable().remove(0);
    let invoices = practice
        .invoices()
        .into_iter()
        .filter(|i| i.id() == id)
        .collect();
    (id, Command::Save { invoices })
}

fn documents<H: Http, S: Store, E: Events, C: Clock>(
    driver: &mut Driver<H, S, E, C>,
) -> BTreeMap<String, DocumentView> {
    let Answer::Documents {
        documents,
        next: None,
    } = driver
        .command(&Command::Documents {
            after: None,
            limit: 500,
        })
        .unwrap()
    else {
        panic!("one page of documents")
    };
    documents
        .into_iter()
        .map(|document| (document.id.clone(), document))
        .collect()
}

fn is_accepted(document: &DocumentView) -> bool {
    matches!(
        document.state,
        DocumentState::Accepted | DocumentState::AcceptedWithWarnings
    )
}

/// Saves and sends all; everything that is due must be accepted.
fn a_year(practice: &Practice, http: impl Http, store: impl Store, endpoint: &str) {
    let clock = VirtualClock::new(practice.now);
    let mut driver = Driver::new(
        practice.opener(endpoint),
        http,
        store,
        |_: &Event| {},
        clock.clone(),
    );
    driver.command(&save(practice)).unwrap();
    driver.command(&READY).unwrap();
    assert_eq!(driver.run_to_rest(clock.now().plus(DAY)).unwrap(), None);
    let documents = documents(&mut driver);
    for id in practice.sendable() {
        assert!(
            is_accepted(&documents[&id]),
            "{id}: {:?}",
            documents[&id].state
        );
    }
    driver.close().unwrap();
}

#[test]
fn a_year_is_accepted_with_a_store_in_memory_and_a_service_in_process() {
    for name in ["psicologo", "farmacia", "medico", "veterinario"] {
        let practice = Practice::new(name);
        let http = InProcess::new(practice.world(), VirtualClock::new(practice.now));
        a_year(
            &practice,
            http.clone(),
            MemoryStore::new(),
            InProcess::ENDPOINT,
        );
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
    let mut driver = Driver::new(
        practice.opener(&server.url),
        http,
        store.clone(),
        |_: &Event| {},
        &clock,
    );
    driver.command(&save).unwrap();
    driver.command(&READY).unwrap();
    assert_eq!(documents(&mut driver)[&id].state, DocumentState::Queued);
    assert_eq!(server.world().log().len(), 0);

    let ca = server.ca_pem.clone().unwrap();
    let http = UreqHttp::with_ca(Ambiente::Test, ca.as_bytes()).unwrap();
    let mut driver = Driver::new(
        practice.opener(&server.url),
        http,
        store,
        |_: &Event| {},
        &clock,
    );
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
    let recovered = |kind: &EventKind| {
        matches!(
            kind,
            EventKind::DocumentAccepted {
                recovered: true,
                ..
            }
        )
    };
    assert!(kinds.borrow().iter().any(recovered));
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
    assert!(
        (1..=50).contains(&calls.get()),
        "{} calls in a day",
        calls.get()
    );
}

/// Performs a request only when its attempt is in the store.
struct OnlyWhatIsCommitted {
    inner: InProcess,
    store: MemoryStore,
}

impl Http for OnlyWhatIsCommitted {
    fn perform(&self, request: &Request) -> Response {
        let committed = self
            .store
            .clone()
            .get(&[format!("a/{}", request.id)])
            .unwrap();
        assert!(
            committed[0].is_some(),
            "a request left before its attempt was committed"
        );
        self.inner.perform(request)
    }
}

/// A store whose commit of this number fails, before or after the writes are made.
struct Failing {
    inner: MemoryStore,
    at: usize,
    commits: Rc<Cell<usize>>,
    when: When,
}

#[derive(Clone, Copy, PartialEq)]
enum When {
    Before,
    After,
}

impl Store for Failing {
    fn get(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.inner.get(keys)
    }

    fn scan(&mut self, range: &Range) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.inner.scan(range)
    }

    fn commit(&mut self, expected: u64, writes: &[Write]) -> Result<Commit, StoreError> {
        let number = self.commits.get();
        self.commits.set(number + 1);
        if number == self.at && self.when == When::Before {
            return Err(StoreError::new("committing", "disk full"));
        }
        let done = self.inner.commit(expected, writes);
        if number == self.at && self.when == When::After {
            return Err(StoreError::new(
                "committing",
                "connection to the database lost",
            ));
        }
        done
    }
}

#[test]
fn a_failing_commit_at_any_point_loses_nothing_and_sends_nothing_twice() {
    let practice = Practice::new("psicologo");
    let (id, save) = one(&practice);
    for when in [When::Before, When::After] {
        let mut at = 0;
        loop {
            let clock = VirtualClock::new(practice.now);
            let (store, commits) = (MemoryStore::new(), Rc::new(Cell::new(0)));
            let inner = InProcess::new(practice.world(), clock.clone());
            let http = OnlyWhatIsCommitted {
                inner: inner.clone(),
                store: store.clone(),
            };
            let failing = Failing {
                inner: store.clone(),
                at,
                commits: commits.clone(),
                when,
            };
            let opener = practice.opener(InProcess::ENDPOINT);
            let mut driver = Driver::new(opener, http, failing, |_: &Event| {}, &clock);
            // What a host does: it tells the user, who tries again.
            for command in [&save, &READY] {
                if let Err(error) = driver.command(command) {
                    assert!(matches!(error, DriverError::Store(_)), "{error}");
                    driver.command(command).unwrap();
                }
            }
            if let Err(error) = driver.run_to_rest(clock.now().plus(DAY)) {
                assert!(matches!(error, DriverError::Store(_)), "{error}");
                driver.run_to_rest(clock.now().plus(DAY)).unwrap();
            }
            let Ok(Answer::Document {
                document: Some(document),
            }) = driver.command(&Command::Document { id: id.clone() })
            else {
                panic!("commit {at}: the document is gone")
            };
            assert!(is_accepted(&document), "commit {at}: {:?}", document.state);
            assert_eq!(storing_calls(&inner.world()), 1, "commit {at}");
            if commits.get() <= at {
                break;
            }
            at += 1;
        }
        assert!(at >= 4, "saving, testing, sending, accepting: {at} commits");
    }
}

#[test]
fn a_store_that_cannot_commit_sends_nothing() {
    let practice = Practice::new("psicologo");
    let clock = VirtualClock::new(practice.now);
    let http = InProcess::new(practice.world(), clock.clone());
    let store = MemoryStore::new();
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut driver = Driver::new(opener, http.clone(), store.clone(), |_: &Event| {}, &clock);
    driver.command(&save(&practice)).unwrap();
    drop(driver);
    let before = store.dump();
    let full = Failing {
        inner: store.clone(),
        at: 0,
        commits: Rc::default(),
        when: When::Before,
    };
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut driver = Driver::new(opener, http.clone(), full, |_: &Event| {}, &clock);
    assert!(matches!(driver.command(&READY), Err(DriverError::Store(_))));
    assert!(http.requests().is_empty(), "nothing left");
    assert_eq!(store.dump(), before, "nothing changed");
}

/// A store where another process is faster, so many times.
struct Contended {
    inner: MemoryStore,
    rivals: usize,
    practice: Practice,
}

impl Store for Contended {
    fn get(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.inner.get(keys)
    }

    fn scan(&mut self, range: &Range) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.inner.scan(range)
    }

    fn commit(&mut self, expected: u64, writes: &[Write]) -> Result<Commit, StoreError> {
        if self.rivals > 0 {
            self.rivals -= 1;
            let settings = self.practice.settings(InProcess::ENDPOINT);
            let open = move || Engine::new(settings.clone(), Box::new(sts_host::SystemEntropy));
            let nowhere = |_: &Request| panic!("the rival has no credentials");
            let clock = VirtualClock::new(self.practice.now);
            let mut rival = Driver::new(open, nowhere, &mut self.inner, |_: &Event| {}, clock);
            let mut invoice = self.practice.invoices().remove(self.rivals % 20);
            if let sts_core::domain::invoice::Input::Invoice(invoice) = &mut invoice {
                invoice.id = format!("rival-{}", self.rivals);
                invoice.num_documento = Some(format!("R{}", self.rivals));
            }
            rival
                .command(&Command::Save {
                    invoices: vec![invoice],
                })
                .unwrap();
        }
        self.inner.commit(expected, writes)
    }
}

#[test]
fn a_lost_race_repeats_the_same_input_commands_and_responses_alike() {
    let practice = Practice::new("psicologo");
    let (id, save) = one(&practice);
    let clock = VirtualClock::new(practice.now);
    let http = InProcess::new(practice.world(), clock.clone());
    let store = MemoryStore::new();
    let contended = Contended {
        inner: store.clone(),
        rivals: 12,
        practice: Practice::new("psicologo"),
    };
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut driver = Driver::new(opener, http.clone(), contended, |_: &Event| {}, &clock);
    driver.command(&save).unwrap();
    driver
        .command(&Command::Send {
            what: Selection::Ids(vec![id.clone()]),
        })
        .unwrap();
    let documents = documents(&mut driver);
    assert!(is_accepted(&documents[&id]), "{:?}", documents[&id].state);
    assert_eq!(documents.len(), 13, "no rival lost a write either");
    assert_eq!(storing_calls(&http.world()), 1);
}

#[test]
fn endless_contention_ends_with_an_error_and_nothing_sent() {
    struct Always(MemoryStore);
    impl Store for Always {
        fn get(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
            self.0.get(keys)
        }
        fn scan(&mut self, range: &Range) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
            self.0.scan(range)
        }
        fn commit(&mut self, _: u64, _: &[Write]) -> Result<Commit, StoreError> {
            Ok(Commit::Conflict)
        }
    }
    let practice = Practice::new("psicologo");
    let clock = VirtualClock::new(practice.now);
    let http = InProcess::new(practice.world(), clock.clone());
    let store = Always(MemoryStore::new());
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut driver = Driver::new(opener, http.clone(), store, |_: &Event| {}, &clock);
    let error = driver.command(&save(&practice)).unwrap_err();
    assert!(matches!(error, DriverError::Contention(_)), "{error}");
    assert!(http.requests().is_empty());
    assert!(clock.now() > practice.now, "it paused between the tries");
}

#[test]
fn two_threads_on_one_file_send_each_document_once() {
    let practice = Practice::new("psicologo");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shared.db");
    let server = practice.server(false);
    let store = SqliteStore::open(&path).unwrap();
    let http = UreqHttp::new(Ambiente::Test);
    let opener = practice.opener(&server.url);
    let clock = VirtualClock::new(practice.now);
    let mut driver = Driver::new(opener, http.clone(), store, |_: &Event| {}, clock);
    driver.command(&save(&practice)).unwrap();
    drop(driver);

    /// The practice's day, and real pauses between two tries.
    struct Day(VirtualClock);
    impl Clock for Day {
        fn now(&self) -> sts_core::time::Timestamp {
            self.0.now()
        }
        fn wait_until(&self, until: sts_core::time::Timestamp) {
            let pause = (until.0 - self.now().0).clamp(0, 20);
            SystemClock.wait_until(SystemClock.now().plus(pause));
        }
    }

    let start = Barrier::new(2);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (opener, url) = (practice.opener(&server.url), http.clone());
            let (start, path, now) = (&start, &path, practice.now);
            scope.spawn(move || {
                let clock = Day(VirtualClock::new(now));
                let store = SqliteStore::open(path).unwrap();
                let mut driver = Driver::new(opener, url, store, |_: &Event| {}, clock);
                start.wait();
                driver.command(&READY).unwrap();
            });
        }
    });
    // Whoever was left out while the other had a request under way finishes here.
    let store = SqliteStore::open(&path).unwrap();
    let clock = VirtualClock::new(practice.now);
    let opener = practice.opener(&server.url);
    let mut driver = Driver::new(opener, http, store, |_: &Event| {}, clock.clone());
    driver.run_to_rest(clock.now().plus(DAY)).unwrap();
    let documents = documents(&mut driver);
    assert!(
        practice
            .sendable()
            .iter()
            .all(|id| is_accepted(&documents[id]))
    );
    let world = server.world();
    assert_eq!(storing_calls(&world), practice.sendable().len());
    assert!(insertions(&world).values().all(|times| *times == 1));
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
    assert_eq!(
        *seen.borrow(),
        numbers,
        "one for the credentials, one for each document"
    );
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
