//! Seeded simulation of whole worlds; see `sts_tests::simulation`.
//!
//! `cargo run --release -p sts-tests --bin simulate -- --seeds 10000` runs seeds 0 to 9999 on all
//! cores. A seed that fails prints its number, what was violated and its story; `--seed N` runs it
//! again, exactly so. The last line is `N seeds, N failed, T s`.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clap::Parser;
use sts_tests::simulation::{Outcome, Statistics, Telling, run};

/// Plays worlds, one for each seed, and checks what must hold in all of them.
#[derive(Parser)]
struct Options {
    /// How many seeds.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// This seed alone.
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// Prints the story of every seed, not only of those that fail.
    #[arg(long)]
    trace: bool,
    /// Stops after so many failing seeds.
    #[arg(long, default_value_t = 5)]
    failures: usize,
}

/// So many seeds leave no counter at zero.
const ENOUGH_FOR_EVERYTHING: u64 = 1_000;

/// What all threads have found.
#[derive(Default)]
struct Findings {
    seeds: u64,
    failed: Vec<u64>,
    statistics: Statistics,
}

fn main() -> ExitCode {
    let options = Options::parse();
    // A broken invariant is a panic that is caught and told in full below.
    std::panic::set_hook(Box::new(|_| {}));
    let started = Instant::now();
    let (from, seeds) = match options.seed {
        Some(seed) => (seed, 1),
        None => (options.from, options.seeds),
    };
    let findings = play(&options, from, seeds);

    for (name, count) in findings.statistics.rows() {
        println!("{count:>12} {name}");
    }
    let never: Vec<&str> =
        findings.statistics.rows().iter().filter(|(_, n)| *n == 0).map(|(name, _)| *name).collect();
    let hollow = findings.seeds >= ENOUGH_FOR_EVERYTHING && !never.is_empty();
    if hollow {
        println!("never happened: {never:?}");
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{} seeds, {} failed, {seconds:.1} s", findings.seeds, findings.failed.len());
    if findings.failed.is_empty() && !hollow { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn play(options: &Options, from: u64, seeds: u64) -> Findings {
    let next = AtomicU64::new(0);
    let findings = Mutex::new(Findings::default());
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= seeds {
                        return;
                    }
                    let seed = from.saturating_add(n);
                    let telling = if options.trace { Telling::Yes } else { Telling::No };
                    let mut outcome = run(seed, telling);
                    if outcome.violation.is_some() && !options.trace {
                        // Once more for the story: a seed replays exactly.
                        outcome = run(seed, Telling::Yes);
                    }
                    let mut findings = findings.lock().expect("no thread panics holding it");
                    if findings.failed.len() >= options.failures {
                        return;
                    }
                    findings.note(seed, &outcome);
                }
            });
        }
    });
    findings.into_inner().expect("no thread panics holding it")
}

impl Findings {
    fn note(&mut self, seed: u64, outcome: &Outcome) {
        self.seeds += 1;
        self.statistics.add(&outcome.statistics);
        for line in &outcome.trace {
            println!("{line}");
        }
        if let Some(violation) = &outcome.violation {
            self.failed.push(seed);
            println!("seed {seed}: violated: {violation}");
            println!("again: cargo run --release -p sts-tests --bin simulate -- --seed {seed}");
        }
    }
}
