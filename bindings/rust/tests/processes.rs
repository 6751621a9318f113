//! Processes that share the store of one practice and are killed at any moment.

mod common;

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use common::{DAY, Practice, READY, documents, insertions, is_accepted, storing_calls};
use serde_json::{Value, json};
use sts_core::command::{Answer, Command};
use sts_core::domain::Ambiente;
use sts_core::entropy::Entropy;
use sts_core::event::Event;
use sts_core::registry::Transmission;
use sts_core::step::{Request, Response};
use sts_core::time::Timestamp;
use sts_host::{
    Clock, Driver, DriverError, Http, SqliteStore, Store, StoreError, SystemClock, SystemEntropy,
    UreqHttp, VirtualClock,
};
use sts_simulator::{Fault, FaultRule, Operation, Server};

/// The invented practice they all work for.
const PRACTICE: &str = "psicologo";
/// How many work at a time.
const CREW: usize = 3;
/// How often some or all of them are killed.
const ROUNDS: u32 = 30;
/// What one of the processes is told, as JSON.
const ORDER: &str = "STS_TEST_PROCESS";
/// Repeats the choices of a run, though not what the operating system made of them.
const SEED: &str = "STS_TEST_SEED";
/// In milliseconds.
const MINUTE: i64 = 60_000;

/// Time that only the test moves, in a file that all processes read. It stands still while a
/// request is under way, as long as whoever performs it lives: a request takes seconds and a lease
/// minutes, and to move the time by minutes meanwhile would be another world.
#[derive(Clone)]
struct SharedClock(PathBuf);

impl SharedClock {
    fn new(folder: &Path, now: Timestamp) -> Self {
        let clock = SharedClock(folder.join("time"));
        clock.show(now);
        clock
    }

    fn advance(&self, server: &Server, milliseconds: i64) {
        let alone = self.lock();
        alone.lock().unwrap();
        self.show(self.now().plus(milliseconds));
        server.advance(milliseconds);
    }

    fn stand_still(&self) -> File {
        let shared = self.lock();
        shared.lock_shared().unwrap();
        shared
    }

    fn lock(&self) -> File {
        let path = self.0.with_extension("lock");
        OpenOptions::new().write(true).create(true).truncate(false).open(path).unwrap()
    }

    /// In one piece, so that nobody reads half of it.
    fn show(&self, now: Timestamp) {
        let next = self.0.with_extension("next");
        std::fs::write(&next, now.0.to_string()).unwrap();
        std::fs::rename(next, &self.0).unwrap();
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        Timestamp(std::fs::read_to_string(&self.0).unwrap().parse().unwrap())
    }

    fn wait_until(&self, until: Timestamp) {
        let pause = (until.0 - self.now().0).clamp(0, 20);
        SystemClock.wait_until(SystemClock.now().plus(pause));
    }
}

struct PunctualHttp {
    inner: UreqHttp,
    clock: SharedClock,
}

impl Http for PunctualHttp {
    fn perform(&self, request: &Request) -> Response {
        let _still = self.clock.stand_still();
        // It may have moved since the driver looked.
        if self.clock.now() > request.not_after {
            return Response::NotSent;
        }
        self.inner.perform(request)
    }
}

/// Chance from a seed: splitmix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

fn open(store: &Value) -> Result<Box<dyn Store>, StoreError> {
    #[cfg(feature = "postgres")]
    if let Some(connection) = store["postgres"].as_str() {
        return Ok(Box::new(sts_host::PostgresStore::open(connection, PRACTICE)?));
    }
    let path = store["sqlite"].as_str().expect("a store");
    Ok(Box::new(SqliteStore::open(Path::new(path))?))
}

/// A driver as each of the processes has it, and the test itself.
fn driver<'a>(
    store: &'a mut dyn Store,
    url: &str,
    clock: &SharedClock,
) -> Driver<PunctualHttp, &'a mut dyn Store, fn(&Event), SharedClock> {
    let http = PunctualHttp { inner: UreqHttp::new(Ambiente::Test), clock: clock.clone() };
    let opener = Practice::new(PRACTICE).opener(url);
    Driver::new(opener, http, store, |_| {}, clock.clone())
}

/// One of the processes: what a timer and several people do, without end.
#[test]
#[ignore = "one of the processes that the tests beside it start"]
fn process() {
    let Ok(order) = std::env::var(ORDER) else {
        println!("skipped: only the tests beside it can start it");
        return;
    };
    // It does not outlive the test, however that ends: then its input closes.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1);
    });
    let order: Value = serde_json::from_str(&order).unwrap();
    let mut chance = Chance(order["seed"].as_u64().unwrap());
    let clock = SharedClock(order["clock"].as_str().unwrap().into());
    // Connections to a database are cut as well, files are not.
    let may_fail = order["store"]["sqlite"].is_null();
    let mut store = loop {
        match open(&order["store"]) {
            Err(_) if may_fail => {}
            opened => break opened.unwrap(),
        }
    };
    let mut driver = driver(&mut *store, order["url"].as_str().unwrap(), &clock);
    loop {
        let done = match chance.below(20) {
            0..10 => driver.tick(),
            10..16 => driver.command(&READY).map(drop),
            16..19 => driver.command(&Command::Documents { after: None, limit: 50 }).map(drop),
            _ => driver.command(&Command::TestCredentials { again: false }).map(drop),
        };
        match done {
            // Others were faster, every time.
            Ok(()) | Err(DriverError::Contention(_)) => {}
            Err(DriverError::Store(_)) if may_fail => {}
            Err(error) => panic!("{error:?}"),
        }
        std::thread::sleep(Duration::from_micros(chance.below(3_000)));
    }
}

/// The processes at work. Those left over are killed when the test ends, also by a panic.
struct Crew {
    order: Value,
    at_work: Vec<Child>,
    killed: usize,
}

impl Crew {
    fn fill(&mut self, chance: &mut Chance) {
        while self.at_work.len() < CREW {
            self.order["seed"] = json!(chance.below(u64::MAX));
            let process = Process::new(std::env::current_exe().unwrap())
                .args(["--ignored", "--exact", "process", "--nocapture"])
                .env(ORDER, self.order.to_string())
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            self.at_work.push(process);
        }
    }

    fn kill(&mut self, which: usize) {
        let mut process = self.at_work.swap_remove(which);
        let ended = process.try_wait().unwrap();
        assert!(ended.is_none(), "a process ended by itself: {ended:?}");
        // SIGKILL, where there are signals.
        process.kill().unwrap();
        process.wait().unwrap();
        self.killed += 1;
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for process in &mut self.at_work {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Saves a practice's invoices bit by bit while processes that come and go send them; the service
/// is slow and loses requests and answers. In the end everything was sent, and sent once. `theirs`
/// is the store as the processes open it, `disturb` something more that happens to them.
fn nothing_is_lost_and_nothing_sent_twice(
    folder: &Path,
    store: &Value,
    theirs: &Value,
    mut disturb: impl FnMut(&mut Chance),
) {
    let seed = std::env::var(SEED).ok().map(|seed| seed.parse().expect("a number"));
    let seed = seed.unwrap_or_else(|| {
        let mut bytes = [0; 8];
        SystemEntropy.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    });
    println!("{SEED}={seed}");
    let mut chance = Chance(seed);
    // How often it is drawn from depends on how fast the machine is.
    let mut mishap = Chance(chance.below(u64::MAX));
    let practice = Practice::new(PRACTICE);
    let server = practice.server(false);
    let clock = SharedClock::new(folder, practice.now);
    let order = json!({ "store": theirs, "url": server.url, "clock": clock.0 });
    let mut ours = open(store).unwrap();
    let mut office = driver(&mut *ours, &server.url, &clock);
    let mut crew = Crew { order, at_work: Vec::new(), killed: 0 };
    let mut invoices = practice.invoices().into_iter().peekable();
    for _ in 0..ROUNDS {
        crew.fill(&mut chance);
        let some: Vec<_> = invoices.by_ref().take(chance.below(4) as usize).collect();
        if !some.is_empty() {
            settled(|| office.command(&Command::Save { invoices: some.clone() }));
        }
        let fault = match chance.below(6) {
            0 => Fault::LostBeforeStoring,
            1 => Fault::LostAfterStoring,
            _ => Fault::Slow { ms: chance.below(20) },
        };
        server.world().clear_faults();
        assert!(server.world().add_fault(FaultRule::next(fault).of(Operation::Inserimento)));
        // Right after so many requests arrived, or a little later.
        let target = server.world().log().len() as u64 + 1 + chance.below(4);
        let patience = Instant::now() + Duration::from_millis(500);
        while (server.world().log().len() as u64) < target && Instant::now() < patience {
            disturb(&mut mishap);
        }
        if chance.below(2) == 0 {
            std::thread::sleep(Duration::from_micros(chance.below(10_000)));
        }
        // One of them, or all, as when a machine loses power.
        match chance.below(CREW as u64 * 2) as usize {
            one @ 0..CREW => crew.kill(one),
            _ => (0..CREW).rev().for_each(|one| crew.kill(one)),
        }
        // Often past the lease of what they left behind.
        clock.advance(&server, chance.below(8) as i64 * MINUTE);
    }
    let rest: Vec<_> = invoices.collect();
    if !rest.is_empty() {
        settled(|| office.command(&Command::Save { invoices: rest.clone() }));
    }

    // From now on nobody is killed, and time goes by.
    crew.fill(&mut chance);
    let sendable = practice.sendable();
    let patience = Instant::now() + Duration::from_secs(60);
    while !all_accepted(&mut office, &sendable) {
        assert!(Instant::now() < patience, "not everything was sent");
        std::thread::sleep(Duration::from_millis(20));
        clock.advance(&server, MINUTE);
    }
    let killed = crew.killed;
    drop((crew, office));
    let found_out = judge(&practice, &server, &mut *ours, clock.now());
    println!("{killed} processes killed, the outcome of {found_out} sendings found out afterwards");
}

/// Tries again what lost every race.
fn settled<T>(mut input: impl FnMut() -> Result<T, DriverError>) -> T {
    loop {
        match input() {
            Err(DriverError::Contention(_)) => {}
            end => return end.unwrap(),
        }
    }
}

fn all_accepted<S: Store>(
    office: &mut Driver<impl Http, S, impl sts_host::Events, impl Clock>,
    sendable: &[String],
) -> bool {
    let documents = documents(office);
    sendable.iter().all(|id| documents.get(id).is_some_and(is_accepted))
}

/// Holds what the service has against what the ledger says; returns how many sendings ended
/// without an answer.
fn judge(practice: &Practice, server: &Server, store: &mut dyn Store, now: Timestamp) -> usize {
    let opener = || practice.opener(&server.url);
    let clock = VirtualClock::new(now);
    // The last ones may have been killed in a test of the credentials, which is made good.
    let http = UreqHttp::new(Ambiente::Test);
    let mut driver = Driver::new(opener(), http, &mut *store, |_: &Event| {}, clock.clone());
    driver.run_to_rest(now.plus(DAY)).unwrap();
    drop(driver);
    let nobody = |request: &Request| -> Response { panic!("{} is left to send", request.id) };
    let mut driver = Driver::new(opener(), nobody, store, |_: &Event| {}, clock.clone());
    driver.command(&READY).unwrap();
    driver.run_to_rest(clock.now().plus(DAY)).unwrap();
    let documents = documents(&mut driver);
    assert!(documents.values().all(|document| document.due.is_none()), "nothing is left open");

    let world = server.world();
    let stored = world.documents();
    let sendable = practice.sendable();
    assert_eq!(stored.len(), sendable.len(), "everything is there, and nothing else");
    assert!(insertions(&world).values().all(|times| *times == 1), "each once");
    for id in &sendable {
        let document = &documents[id];
        let id_spesa = document.id_spesa.as_ref().expect("a key");
        let number = id_spesa.num_documento.as_str();
        let there = stored.iter().find(|there| there.key.num_documento == number);
        let there = there.expect("on the service under its number");
        assert!(!there.cancelled);
        assert_eq!(document.protocollo.as_ref(), Some(&there.protocollo), "{id}");
    }
    // The service refuses what it has. That nothing was sent twice shows in what arrived there.
    let lost = world.log().filter(|entry| entry.faults.contains(&Fault::LostBeforeStoring)).count();
    assert_eq!(storing_calls(&world) - lost, sendable.len(), "no sending found a document there");

    let Answer::Registry { transmissions, next: None } = driver
        .command(&Command::List {
            filter: sts_core::registry::Filter::default(),
            after: None,
            limit: 500,
        })
        .unwrap()
    else {
        panic!("one page of transmissions")
    };
    let open = [Transmission::Open, Transmission::Unknown];
    assert!(transmissions.iter().all(|t| !open.contains(&t.transmission)), "nothing is left open");
    let found_out = [Transmission::Recovered, Transmission::Lost];
    let found_out = transmissions.iter().filter(|t| found_out.contains(&t.transmission)).count();
    assert!(found_out >= lost, "{found_out} {lost}");
    found_out
}

#[test]
fn processes_on_one_machine_may_be_killed_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let store = json!({ "sqlite": folder.path().join("practice.db") });
    let disturb = |_: &mut Chance| std::thread::yield_now();
    nothing_is_lost_and_nothing_sent_twice(folder.path(), &store, &store, disturb);
}

#[cfg(all(unix, feature = "postgres"))]
#[test]
fn processes_on_many_machines_may_be_killed_and_cut_off_at_any_moment() {
    let Some(server) = common::postgres::Postgres::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = json!({ "postgres": server.connection() });
    let theirs = json!({ "postgres": format!("{} application_name=crew", server.connection()) });
    let mut admin = postgres::Client::connect(&server.connection(), postgres::NoTls).unwrap();
    let mut cut = 0;
    let disturb = |chance: &mut Chance| {
        std::thread::sleep(Duration::from_micros(chance.below(10_000)));
        if chance.below(3) == 0 {
            let one = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'crew' ORDER BY random() LIMIT 1";
            cut += admin.query(one, &[]).unwrap().len();
        }
    };
    nothing_is_lost_and_nothing_sent_twice(folder.path(), &store, &theirs, disturb);
    println!("{cut} connections cut");
}
