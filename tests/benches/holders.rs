//! What a holder costs its host, with the store in memory and in SQLite.
//!
//!     cargo bench -p sts-tests
//!
//! Prints and judges: opening an engine and ticking it costs with 1,000,000 settled documents at
//! most 1.2 times what it costs with 1,000. Prints: holders without work that one core ticks in a
//! second; a first import of 100,000 invoices; a cycle of 25 documents by file.

#![allow(missing_docs)]

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use sts_core::command::{Automation, ChannelChoice, Command, Mode, Selection};
use sts_core::domain::Data;
use sts_core::event::{Event, EventKind};
use sts_core::step::{Range, Request, Response, Write};
use sts_core::{Engine, Settings};
use sts_host::{
    Commit, Driver, Http, MemoryStore, REVISION, SqliteStore, Store, StoreError, SystemEntropy,
    VirtualClock,
};
use sts_simulator::{HttpRequest, Reaction, Setup, World};
use sts_tests::stage;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// How much of everything.
struct Sizes {
    few: u64,
    many: u64,
    rounds: usize,
    holders: usize,
    imported: usize,
}

fn main() {
    // Anything but `cargo bench` only wants to know that this builds and runs.
    let measured = std::env::args().any(|argument| argument == "--bench");
    let sizes = if measured {
        Sizes { few: 1_000, many: 1_000_000, rounds: 2_000, holders: 2_000, imported: 100_000 }
    } else {
        Sizes { few: 10, many: 100, rounds: 3, holders: 3, imported: 1_000 }
    };
    let folder = tempfile::tempdir().expect("a folder");
    cycle();
    import(sizes.imported, folder.path());
    many_holders(sizes.holders, folder.path());
    let worst = open_and_tick(&sizes, folder.path());
    if measured && worst > 1.2 {
        std::process::exit(1);
    }
}

/// The simulator as a transport; the time it takes is not the engine's.
#[derive(Clone)]
struct Ministry {
    world: Rc<RefCell<World>>,
    clock: VirtualClock,
    took: Rc<Cell<Duration>>,
    requests: Rc<Cell<u32>>,
}

impl Ministry {
    fn new(clock: &VirtualClock) -> Self {
        let world = World::new(Setup::default()).expect("the simulator's own setup is right");
        Ministry {
            world: Rc::new(RefCell::new(world)),
            clock: clock.clone(),
            took: Rc::default(),
            requests: Rc::default(),
        }
    }
}

impl Http for Ministry {
    fn perform(&self, request: &Request) -> Response {
        use sts_host::Clock;
        let start = Instant::now();
        let path = request.url.splitn(4, '/').nth(3).expect("an absolute address");
        let headers: Vec<(&str, &str)> =
            request.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let call = HttpRequest::post(&format!("/{path}"), &headers, &request.body);
        let reaction = self.world.borrow_mut().handle(self.clock.now().0, &call);
        self.took.set(self.took.get() + start.elapsed());
        self.requests.set(self.requests.get() + 1);
        match reaction {
            Reaction::Answer(answer) => Response::Answered {
                status: answer.status,
                headers: answer.headers,
                body: answer.body,
            },
            _ => Response::Unknown,
        }
    }
}

/// A store that counts what is asked of it.
struct Counting<S> {
    store: S,
    commits: Rc<Cell<u32>>,
    readings: Rc<Cell<u32>>,
}

impl<S> Counting<S> {
    fn new(store: S) -> Self {
        Counting { store, commits: Rc::default(), readings: Rc::default() }
    }
}

impl<S: Store> Store for Counting<S> {
    fn get(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.readings.set(self.readings.get() + 1);
        self.store.get(keys)
    }

    fn scan(&mut self, range: &Range) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.store.scan(range)
    }

    fn commit(&mut self, expected: u64, writes: &[Write]) -> Result<Commit, StoreError> {
        self.commits.set(self.commits.get() + 1);
        self.store.commit(expected, writes)
    }
}

fn engine(settings: &Settings) -> Engine {
    let mut engine = Engine::new(settings.clone(), Box::new(SystemEntropy));
    engine.set_credentials(Some(stage::credentials()));
    engine
}

fn morning() -> VirtualClock {
    VirtualClock::new(stage::morning("2026-11-23"))
}

fn driver<S: Store, E: FnMut(&Event)>(
    ministry: &Ministry,
    store: S,
    events: E,
) -> Driver<Ministry, S, E, VirtualClock> {
    let settings = stage::settings();
    Driver::new(move || engine(&settings), ministry.clone(), store, events, ministry.clock.clone())
}

fn invoices(from: usize, count: usize) -> Command {
    let invoice = |n: usize| stage::invoice(&format!("id-{n}"), &format!("{n}/2026"));
    Command::Save { invoices: (from..from + count).map(invoice).collect() }
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// Saves 25 invoices, hands them in with one file, and asks until its outcome is final.
fn cycle() {
    let clock = morning();
    let ministry = Ministry::new(&clock);
    let accepted = Rc::new(Cell::new(0));
    let seen = accepted.clone();
    let count = move |event: &Event| {
        let accepts = matches!(event.kind, EventKind::DocumentAccepted { .. });
        seen.set(seen.get() + u32::from(accepts));
    };
    let store = Counting::new(MemoryStore::new());
    let (commits, readings) = (store.commits.clone(), store.readings.clone());
    let mut driver = driver(&ministry, store, count);
    driver.command(&invoices(0, 25)).expect("saved");
    let send_from = Data::parse("2026-01-01").expect("a day");
    let mode = Mode::Automatic { send_from };
    let automation = Automation { mode, channel: ChannelChoice::File, ..Automation::default() };
    let start = Instant::now();
    ministry.took.set(Duration::ZERO);
    let before = (commits.get(), readings.get());
    driver.command(&Command::Configure { automation }).expect("the cycle begins");
    driver.run_to_rest(stage::morning("2026-11-24")).expect("it ends");
    let engine = start.elapsed() - ministry.took.get();
    assert_eq!(accepted.get(), 25);
    println!(
        "a cycle of 25 documents by file: {:.1} ms in engine, driver and memory store, {} requests, \
         {} commits, {} readings",
        micros(engine) / 1e3,
        ministry.requests.get(),
        commits.get() - before.0,
        readings.get() - before.1,
    );
}

/// A first import, in commands of 500.
fn import(count: usize, folder: &Path) {
    let run = |name: &str, store: &mut dyn Store| {
        let ministry = Ministry::new(&morning());
        let store = Counting::new(store);
        let commits = store.commits.clone();
        let commands: Vec<Command> = (0..count).step_by(500).map(|n| invoices(n, 500)).collect();
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        let start = Instant::now();
        let mut driver = driver(&ministry, store, |_: &Event| ());
        for command in &commands {
            driver.command(command).expect("saved");
        }
        let took = start.elapsed();
        let kept = ALLOCATOR.current_usage().saturating_sub(before) as f64 / f64::from(1 << 20);
        let peak = ALLOCATOR.peak_usage().saturating_sub(before) as f64 / f64::from(1 << 20);
        println!(
            "a first import of {count} invoices, {name}: {:.1} s, {:.1} µs each, {} commits, \
             {:.1} MiB at the peak besides the store's {kept:.1}",
            took.as_secs_f64(),
            micros(took) / count as f64,
            commits.get(),
            peak - kept,
        );
    };
    run("memory", &mut MemoryStore::new());
    let path = folder.join("import.db");
    run("SQLite", &mut SqliteStore::open(&path).expect("a file"));
    std::fs::remove_file(path).expect("it is there");
}

/// A store of one holder whose documents were all accepted, written record by record as the engine
/// wrote the first: only ids, numbers and protocols differ.
struct Settled {
    entries: Vec<(String, String)>,
}

const ID: &str = "id-of-the-template";
const NUMBER: &str = "number-1";

impl Settled {
    fn new() -> Self {
        let ministry = Ministry::new(&morning());
        let store = MemoryStore::new();
        let mut driver = driver(&ministry, store.clone(), |_: &Event| ());
        let invoices = vec![stage::invoice(ID, NUMBER)];
        driver.command(&Command::Save { invoices }).expect("saved");
        let what = Selection::Ids(vec![ID.to_owned()]);
        driver.command(&Command::Send { what }).expect("sent");
        driver.close().expect("closed");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("records are text");
        let entries = store.dump().into_iter().map(|(key, value)| (key, text(value))).collect();
        Settled { entries }
    }

    fn protocollo(&self) -> &str {
        let protocollo = self.entries.iter().find_map(|(key, _)| key.strip_prefix("p/"));
        protocollo.expect("it was accepted")
    }

    /// The records of the document of this number, from 1.
    fn document(&self, n: u64) -> impl Iterator<Item = Write> {
        let (id, number) = (format!("id-of-document-{n:07}"), format!("n-{n:07}"));
        let row = format!("{:020}", u64::MAX - n);
        let row_1 = format!("{:020}", u64::MAX - 1);
        let protocollo = format!("9926112300{n:07}");
        let alike = move |text: &str| {
            text.replace(ID, &id).replace(NUMBER, &number).replace(self.protocollo(), &protocollo)
        };
        self.entries.iter().filter(|(key, _)| key.len() > 1 && key != REVISION).map(
            move |(key, value)| {
                let key = alike(key).replace(&row_1, &row);
                let value = match &key[..2] {
                    "p/" => n.to_string(),
                    "t/" => alike(value).replace("\"number\":1,", &format!("\"number\":{n},")),
                    _ => alike(value)
                        .replace("\"transmission\":1,", &format!("\"transmission\":{n},"))
                        .replace("\"transmissions\":[1]", &format!("\"transmissions\":[{n}]")),
                };
                Write { key, value: Some(value.into_bytes()) }
            },
        )
    }

    /// Fills an empty store with so many documents.
    fn fill(&self, store: &mut dyn Store, documents: u64) {
        let holder = self.entries.iter().find(|(key, _)| key == "h").expect("a holder");
        let holder = holder
            .1
            .replace("\"next_transmission\":2", &format!("\"next_transmission\":{}", documents + 1))
            .replace("{\"accepted\":1}", &format!("{{\"accepted\":{documents}}}"));
        assert!(documents == 1 || holder != self.entries.iter().find(|(k, _)| k == "h").unwrap().1);
        let mut revision = 0;
        let mut commit = |mut writes: Vec<Write>| {
            let next = (revision + 1).to_string().into_bytes();
            writes.push(Write { key: REVISION.to_owned(), value: Some(next) });
            assert_eq!(store.commit(revision, &writes).expect("written"), Commit::Done);
            revision += 1;
        };
        commit(vec![Write { key: "h".to_owned(), value: Some(holder.into_bytes()) }]);
        let numbers: Vec<u64> = (1..=documents).collect();
        for some in numbers.chunks(50_000) {
            commit(some.iter().flat_map(|n| self.document(*n)).collect());
        }
    }
}

/// Opens an engine and ticks it.
fn tick(ministry: &Ministry, settings: &Settings, store: &mut dyn Store) {
    let settings = settings.clone();
    let open = move || engine(&settings);
    let clock = ministry.clock.clone();
    let mut driver = Driver::new(open, ministry.clone(), store, |_: &Event| (), clock);
    driver.tick().expect("ticked");
}

/// Holders without work, each with a store of its own and ten settled documents.
fn many_holders(holders: usize, folder: &Path) {
    let (ministry, settings, settled) =
        (Ministry::new(&morning()), stage::settings(), Settled::new());
    let mut stores: Vec<MemoryStore> = Vec::new();
    for _ in 0..holders {
        let mut store = MemoryStore::new();
        settled.fill(&mut store, 10);
        tick(&ministry, &settings, &mut store);
        stores.push(store);
    }
    let measure = |name: &str, tick: &mut dyn FnMut(usize)| {
        let start = Instant::now();
        (0..holders).for_each(&mut *tick);
        let took = start.elapsed();
        println!(
            "holders without work, {name}: {:.0} opened and ticked per second on one core",
            holders as f64 / took.as_secs_f64()
        );
    };
    measure("memory", &mut |n| tick(&ministry, &settings, &mut stores[n]));
    let path = |n: usize| folder.join(format!("{n}.db"));
    let open = |n: usize| SqliteStore::open(&path(n)).expect("a file");
    let kept = holders.min(500);
    let mut connections: Vec<SqliteStore> = (0..kept).map(open).collect();
    for store in &mut connections {
        settled.fill(store, 10);
        tick(&ministry, &settings, store);
    }
    measure("SQLite, connections kept open", &mut |n| {
        tick(&ministry, &settings, &mut connections[n % kept]);
    });
    drop(connections);
    measure("SQLite, a connection for each tick", &mut |n| {
        tick(&ministry, &settings, &mut open(n % kept));
    });
    assert_eq!(ministry.requests.get(), 0, "nothing left");
    (0..kept).for_each(|n| std::fs::remove_file(path(n)).expect("it is there"));
}

/// The worst ratio of many documents to few.
fn open_and_tick(sizes: &Sizes, folder: &Path) -> f64 {
    let (ministry, settings, settled) =
        (Ministry::new(&morning()), stage::settings(), Settled::new());
    let compare = |name: &str, few: &mut dyn FnMut(), many: &mut dyn FnMut()| {
        let mut times = [Vec::new(), Vec::new()];
        for round in 0..sizes.rounds + 10 {
            for (which, times) in times.iter_mut().enumerate() {
                let start = Instant::now();
                if which == 0 {
                    few()
                } else {
                    many()
                }
                // The first rounds fill caches.
                if round >= 10 {
                    times.push(start.elapsed());
                }
            }
        }
        let [few, many] = times.map(|mut times| {
            times.sort();
            times[times.len() / 2]
        });
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        println!(
            "open and tick, {name}: {:.1} µs with {} settled documents, {:.1} µs with {}: {ratio:.2} \
             times, at most 1.2: {}",
            micros(few),
            sizes.few,
            micros(many),
            sizes.many,
            if ratio > 1.2 { "NOT KEPT" } else { "kept" },
        );
        ratio
    };
    let mut stores = [MemoryStore::new(), MemoryStore::new()];
    settled.fill(&mut stores[0], sizes.few);
    settled.fill(&mut stores[1], sizes.many);
    let [few, many] = &mut stores;
    let memory = compare("memory", &mut || tick(&ministry, &settings, few), &mut || {
        tick(&ministry, &settings, many);
    });
    drop(stores);
    let paths = ["few.db", "many.db"].map(|name| folder.join(name));
    for (path, documents) in paths.iter().zip([sizes.few, sizes.many]) {
        settled.fill(&mut SqliteStore::open(path).expect("a file"), documents);
    }
    let open = |path: &Path| SqliteStore::open(path).expect("a file");
    let sqlite = compare(
        "SQLite, a connection for each tick",
        &mut || tick(&ministry, &settings, &mut open(&paths[0])),
        &mut || tick(&ministry, &settings, &mut open(&paths[1])),
    );
    assert_eq!(ministry.requests.get(), 0, "nothing left");
    memory.max(sqlite)
}
