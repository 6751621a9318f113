//! The driver over stores that fail, and beside others who use the same store.

mod common;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Barrier;

use common::{
    DAY, InProcess, Practice, READY, documents, insertions, is_accepted, one, save, storing_calls,
};
use sts_core::Engine;
use sts_core::command::{Answer, Command, Selection};
use sts_core::domain::Ambiente;
use sts_core::event::Event;
use sts_core::step::{Range, Request, Response, Write};
use sts_host::{
    Clock, Commit, Driver, DriverError, Http, MemoryStore, SqliteStore, Store, StoreError,
    SystemClock, UreqHttp, VirtualClock,
};

/// Performs a request only when its attempt is in the store.
struct OnlyWhatIsCommitted {
    inner: InProcess,
    store: MemoryStore,
}

impl Http for OnlyWhatIsCommitted {
    fn perform(&self, request: &Request) -> Response {
        let committed = self.store.clone().get(&[format!("a/{}", request.id)]).unwrap();
        assert!(committed[0].is_some(), "a request left before its attempt was committed");
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
            return Err(StoreError::new("committing", "connection to the database lost"));
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
            let http = OnlyWhatIsCommitted { inner: inner.clone(), store: store.clone() };
            let failing = Failing { inner: store.clone(), at, commits: commits.clone(), when };
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
            let Ok(Answer::Document { document: Some(document) }) =
                driver.command(&Command::Document { id: id.clone() })
            else {
                panic!("commit {at}: the document is gone")
            };
            assert!(is_accepted(&document), "commit {at}: {:?}", document.state);
            assert_eq!(storing_calls(&inner.world()), 1, "commit {at}");
            if when == When::Before {
                // One to test the credentials, one to send: an answer that could not be written
                // at once was kept until it could, and nothing had to be asked again.
                assert_eq!(inner.requests().len(), 2, "commit {at}");
            }
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
    let full = Failing { inner: store.clone(), at: 0, commits: Rc::default(), when: When::Before };
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut driver = Driver::new(opener, http.clone(), full, |_: &Event| {}, &clock);
    assert!(matches!(driver.command(&READY), Err(DriverError::Store(_))));
    assert!(http.requests().is_empty(), "nothing left");
    assert_eq!(store.dump(), before, "nothing changed");
}

/// A store where another process is faster at every other commit.
struct Contended {
    inner: MemoryStore,
    commits: usize,
    rivals: Rc<Cell<usize>>,
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
        self.commits += 1;
        if self.commits % 2 == 1 {
            let number = self.rivals.get();
            self.rivals.set(number + 1);
            let settings = self.practice.settings(InProcess::ENDPOINT);
            let open = move || Engine::new(settings.clone(), Box::new(sts_host::SystemEntropy));
            let nowhere = |_: &Request| panic!("the rival has no credentials");
            let clock = VirtualClock::new(self.practice.now);
            let mut rival = Driver::new(open, nowhere, &mut self.inner, |_: &Event| {}, clock);
            let mut invoice = self.practice.invoices().remove(3);
            if let sts_core::domain::invoice::Input::Invoice(invoice) = &mut invoice {
                invoice.id = format!("rival-{number}");
                invoice.num_documento = Some(format!("R{number}"));
            }
            let invoices = vec![invoice];
            rival.command(&Command::Save { invoices }).unwrap();
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
    let rivals = Rc::new(Cell::new(0));
    let contended = Contended {
        inner: MemoryStore::new(),
        commits: 0,
        rivals: rivals.clone(),
        practice: Practice::new("psicologo"),
    };
    let mut numbers = Vec::new();
    let receive = |event: &Event| numbers.push(event.number);
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut driver = Driver::new(opener, http.clone(), contended, receive, &clock);
    driver.command(&save).unwrap();
    let send = Selection::Ids(vec![id.clone()]);
    driver.command(&Command::Send { what: send }).unwrap();
    let documents = documents(&mut driver);
    drop(driver);
    assert!(is_accepted(&documents[&id]), "{:?}", documents[&id].state);
    // Saving, opening the test, its answer, the answer of the sending: each lost a race.
    assert!(rivals.get() >= 4, "{}", rivals.get());
    assert_eq!(documents.len(), 1 + rivals.get(), "no rival lost a write either");
    assert_eq!(storing_calls(&http.world()), 1);
    assert_eq!(numbers, [1, 2], "each event once, though engines came and went");
}

/// A store where something happens right after the first range with an entry was read.
struct Moving<F: FnMut()> {
    inner: MemoryStore,
    happens: Option<F>,
}

impl<F: FnMut()> Store for Moving<F> {
    fn get(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.inner.get(keys)
    }

    fn scan(&mut self, range: &Range) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let found = self.inner.scan(range)?;
        if !found.is_empty()
            && let Some(mut happens) = self.happens.take()
        {
            happens();
        }
        Ok(found)
    }

    fn commit(&mut self, expected: u64, writes: &[Write]) -> Result<Commit, StoreError> {
        self.inner.commit(expected, writes)
    }
}

#[test]
fn a_store_that_moves_between_two_readings_is_never_seen_half_old_and_half_new() {
    let practice = Practice::new("psicologo");
    let (id, save) = one(&practice);
    let clock = VirtualClock::new(practice.now);
    let http = InProcess::new(practice.world(), clock.clone());
    let store = MemoryStore::new();
    let driver = |http| {
        let opener = practice.opener(InProcess::ENDPOINT);
        Driver::new(opener, http, store.clone(), |_: &Event| {}, clock.clone())
    };
    let test = Command::TestCredentials { again: false };
    driver(http.clone()).command(&test).unwrap();
    // It is wanted, and waits: the network is down.
    let down = |_: &Request| Response::NotSent;
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut first = Driver::new(opener, down, store.clone(), |_: &Event| {}, &clock);
    first.command(&save).unwrap();
    first.command(&READY).unwrap();
    clock.advance(DAY);
    // Between the list of what is due and the document itself, another process sends it.
    let happens = || driver(http.clone()).tick().unwrap();
    let moving = Moving { inner: store.clone(), happens: Some(happens) };
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut second = Driver::new(opener, http.clone(), moving, |_: &Event| {}, &clock);
    second.tick().unwrap();
    assert!(is_accepted(&documents(&mut second)[&id]));
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
    assert!(practice.sendable().iter().all(|id| is_accepted(&documents[id])));
    let world = server.world();
    assert_eq!(storing_calls(&world), practice.sendable().len());
    assert!(insertions(&world).values().all(|times| *times == 1));
}
