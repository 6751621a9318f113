//! One seed, one world: several processes on one store, crashes at every boundary, clocks that
//! jump, answers that come late or never, a service that errs, persons who edit, send and mistype
//! passwords at any moment. Then the weather clears, and what was wanted must be there, once.
//!
//! A discrete-event simulation: `scene` holds the world and lets things happen in the order of a
//! virtual clock, `process` and `steps` are a host's process between its boundaries, `moves` and
//! `wishes` what persons and fate do, `practice` the expected world, `watch` what is checked while
//! it happens, `verdict` what is checked after rest. A broken invariant is a panic with its
//! reason. No clock, no chance and no order of a hash map comes in from outside: a seed replays
//! exactly.

mod chance;
mod invoices;
mod look;
mod moves;
mod plan;
mod practice;
mod privacy;
mod process;
mod scene;
mod steps;
mod trace;
mod verdict;
mod watch;
mod wishes;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use sts_core::Settings;
use sts_simulator::{Setup, Stato, World};

use chance::Chance;
use plan::{DAY, HOUR, Plan};
use scene::{Happening, Scene, Weather};
pub use trace::Telling;
use trace::Trace;
use wishes::Wish;

use crate::site::Network;
use crate::stage;

/// How the world of a seed ended.
#[derive(Debug)]
pub struct Outcome {
    /// The invariant that was broken.
    pub violation: Option<String>,
    /// The story, when it was kept.
    pub trace: Vec<String>,
    /// What there was of everything.
    pub statistics: Statistics,
}

/// Declares the counters, so that adding up and naming them cannot be forgotten for one.
macro_rules! statistics {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// What there was of everything: a simulation in which something never happens proves
        /// nothing about it.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Statistics {
            $($(#[doc = $doc])+ pub $name: u64,)+
        }

        impl Statistics {
            /// Adds another world's.
            pub fn add(&mut self, other: &Statistics) {
                $(self.$name += other.$name;)+
            }

            /// Each counter with its name.
            pub fn rows(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name),)+]
            }
        }
    };
}

statistics! {
    /// Things that happened, steps of processes above all.
    happenings,
    /// Requests that were begun.
    requests,
    /// Requests that were not begun: no network, or too late.
    not_sent,
    /// Operations that took effect on the service.
    taken,
    /// Files that were to be handed in.
    files,
    /// Invoices that time alone had the host save again.
    saved_again,
    /// Answers that never came.
    lost_answers,
    /// Answers that came after their process had given up.
    late_answers,
    /// Answers to processes that were gone.
    orphans,
    /// Processes cut.
    crashes,
    /// Processes that slept between two steps.
    naps,
    /// Commits that another process was faster than.
    overtaken,
    /// Logins that the service refused.
    refused_logins,
    /// Events delivered.
    events,
    /// Documents that ended on the service as they are wanted.
    accepted,
    /// Documents that were wanted once, and ended absent as they are not wanted any more.
    taken_away,
    /// Documents of a year that is over, or that the service does not take again.
    out_of_reach,
}

/// The world of a seed.
pub fn run(seed: u64, telling: Telling) -> Outcome {
    let trace = Trace::new(telling);
    let mut scene = scene(seed, trace.clone());
    let played = catch_unwind(AssertUnwindSafe(|| play(&mut scene)));
    let violation = played.err().map(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "a panic without words".to_owned())
    });
    let taken = scene.world.documents().iter().map(|document| document.history.len() as u64).sum();
    scene.statistics.taken = taken;
    scene.statistics.events = scene.events.len() as u64;
    Outcome { violation, trace: trace.lines(), statistics: scene.statistics }
}

fn scene(seed: u64, trace: Trace) -> Scene {
    static PARTS: OnceLock<(World, Settings)> = OnceLock::new();
    // Reading keys and certificates costs more than many a seed.
    let (world, settings) = PARTS.get_or_init(|| {
        let world = World::new(Setup::default()).expect("the simulator's own setup is right");
        (world, stage::settings())
    });
    let mut chance = Chance::new(seed);
    let plan = Plan::draw(&mut chance);
    trace.tell(plan.start, || format!("seed {seed}: {plan:?}"));
    let mut world = world.clone();
    world.set_settings(plan.service.clone());
    Scene::new(plan, chance, world, settings.clone(), trace)
}

fn play(scene: &mut Scene) {
    if scene.plan.automation > 0 {
        let automation = scene.automation();
        scene.after(0, Happening::Ask(Wish::Configure(automation)));
    }
    scene.after(0, Happening::Move);
    for _ in 0..scene.plan.moves {
        let end = scene.now.plus(30 * DAY);
        scene.run(end).expect("a move is always to come");
        scene.make_move();
    }
    clear_up(scene);
    verdict::queued_work_is_done(scene);
    ask_for_the_rest(scene);
    verdict::everything_is_as_wanted(scene);
}

/// The weather clears: the network and the service work, clocks and passwords are right, no
/// process is cut any more. A person ends a pause and tests the credentials, lets the cycle work
/// for a day and then ends it; nothing else is asked for.
fn clear_up(scene: &mut Scene) {
    scene.tell(|| "the weather clears".to_owned());
    scene.weather = Weather::Calm;
    scene.network = Network::Up;
    scene.world.clear_faults();
    scene.set_account(Stato::Attivo);
    scene.drop_moves();
    let right = scene.password.clone();
    for p in 0..scene.processes.len() {
        scene.processes[p].skew = 0;
        scene.configure(p, &right, true);
        scene.start(p);
    }
    // Longer than any sleep: what was asked before is done before.
    scene.run(scene.now.plus(13 * HOUR));
    scene.ask(Wish::Resume);
    scene.run(scene.now.plus(HOUR));
    scene.ask(Wish::Test(true));
    scene.run(scene.now.plus(DAY));
    if scene.practice.send_from.is_some() {
        scene.ask(Wish::manual());
    }
    rest(scene);
}

/// A person looks at what did not end well, has the service asked, and says once more what is
/// wanted.
fn ask_for_the_rest(scene: &mut Scene) {
    let stale = verdict::to_be_judged_again(scene);
    if !stale.is_empty() {
        scene.ask(Wish::Save(stale));
        rest(scene);
    }
    for _ in 0..2 {
        for wish in verdict::to_be_put_right(scene) {
            scene.ask(wish);
            rest(scene);
        }
        let papers = scene.practice.papers.iter();
        let wanted = papers.filter(|(_, p)| !p.deleted && (!p.withheld || p.unclear));
        let ids = wanted.map(|(id, _)| id.clone()).collect();
        scene.ask(Wish::SendReady(100));
        scene.ask(Wish::Send(ids));
        rest(scene);
    }
}

/// Until nothing is to happen for longer than anything is put off.
fn rest(scene: &mut Scene) {
    scene.run_until_quiet(30 * HOUR);
    scene.tell(|| "at rest".to_owned());
}
