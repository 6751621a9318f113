//! Many small worlds, each from one seed: edits, cuts, faults, rival processes, jumps of the clock
//! and changes of password in any order. After rest, what was wanted is stored once.

use sts_core::command::{Command, DocumentState, Selection};
use sts_core::registry::{Acceptance, Transmission};
use sts_simulator::{Fault, FaultRule, Operation};
use sts_tests::site::{Cut, Input, Network, Rivalry, Seeded, Site};
use sts_tests::stage;

const AMOUNTS: [&str; 3] = ["60.00", "70.00", "85.50"];

struct Storm {
    site: Site,
    chance: Seeded,
}

impl Storm {
    fn below(&mut self, n: u64) -> u64 {
        self.chance.draw() % n
    }

    /// A command, repeated after a cut as a person repeats it.
    fn insist(&mut self, command: &Command) {
        while self.site.command(command.clone()) == Err(Cut) {}
    }

    fn fault(&mut self) -> Fault {
        let after_storing = self.below(2) == 0;
        match self.below(12) {
            0 => Fault::LostBeforeStoring,
            1 => Fault::LostAfterStoring,
            2 => Fault::Hang { after_storing },
            3 => Fault::ResetMidBody { bytes: 120 },
            4 => Fault::Slow { ms: 200_000 },
            5 => Fault::Http { status: 503, after_storing },
            6 => Fault::Maintenance,
            7 => Fault::Ws99 { after_storing },
            8 => Fault::Truncated { bytes: 200 },
            9 => Fault::WrongCharset,
            10 => Fault::InternalError,
            _ => Fault::Code200 { after_storing },
        }
    }

    fn move_once(&mut self) {
        let n = self.below(6);
        let id = format!("fattura-{n}");
        match self.below(12) {
            0..=2 => {
                let amount = AMOUNTS[self.below(3) as usize];
                let invoices = vec![stage::invoice_of(&id, &format!("{n}/2026"), amount)];
                self.insist(&Command::Save { invoices });
            }
            3..=5 => self.insist(&Command::Send { what: Selection::Ids(vec![id]) }),
            6 => self.insist(&Command::Send { what: Selection::Ready { limit: 10 } }),
            7 => {
                let times = 1 + self.below(3) as u32;
                let mut rule = FaultRule::next(self.fault()).times(times);
                if self.below(2) == 0 {
                    rule = rule.of(Operation::Inserimento);
                }
                assert!(self.site.world.add_fault(rule));
            }
            8 => {
                let ahead = self.below(3_600_000) as i64;
                self.site.now = self.site.now.plus(ahead);
                let _ = self.site.input(Input::Tick);
            }
            9 => {
                // A clock that is set back.
                self.site.now.0 -= self.below(600_000) as i64;
                let _ = self.site.input(Input::Tick);
            }
            10 => {
                let cut = self.below(12) as u32;
                self.site.cut_at(Some(cut));
            }
            _ => {
                self.site.network =
                    if self.site.network == Network::Up { Network::Down } else { Network::Up };
            }
        }
    }
}

fn storm(seed: u64) {
    let mut storm = Storm { site: stage::psychologist(), chance: Seeded(seed) };
    if seed.is_multiple_of(2) {
        storm.site.rivalry(Rivalry::OneIn(4));
    }
    for _ in 0..40 {
        storm.move_once();
    }
    // The weather clears, and everything wanted is asked for once more.
    storm.site.cut_at(None);
    storm.site.network = Network::Up;
    storm.site.world.clear_faults();
    storm.insist(&Command::TestCredentials { again: true });
    storm.site.rest(60);
    storm.insist(&Command::Send { what: Selection::Ready { limit: 100 } });
    for n in 0..6 {
        let what = Selection::Ids(vec![format!("fattura-{n}")]);
        storm.insist(&Command::Send { what });
    }
    storm.site.rest(60);
    storm.site.rivalry(Rivalry::None);

    let site = &mut storm.site;
    let mut stored = site.world.documents();
    for document in &stored {
        assert_eq!(document.times_inserted, 1, "seed {seed}: {:?}", document.key);
    }
    for n in 0..6 {
        let id = format!("fattura-{n}");
        let Ok(sts_core::command::Answer::Document { document }) =
            site.command(Command::Document { id })
        else {
            panic!("answered");
        };
        let Some(view) = document else { continue };
        let there = stored.iter().position(|d| d.key.num_documento == format!("{n}/2026"));
        let there = there.unwrap_or_else(|| panic!("seed {seed}: {view:?} is not stored"));
        let there = stored.swap_remove(there);
        let cents = there.totals_cents["SP"] as i64;
        match view.state {
            DocumentState::Accepted | DocumentState::AcceptedWithWarnings => {
                assert_eq!(view.totale.unwrap().cents(), cents, "seed {seed}");
                assert_eq!(view.protocollo.as_ref(), Some(&there.protocollo), "seed {seed}");
            }
            // An edit of a document already sent waits for what comes with variations.
            DocumentState::ChangedAfterSending => {
                assert_ne!(view.totale.unwrap().cents(), cents, "seed {seed}");
            }
            // Lost, edited in the meantime, found: the service has what was sent first.
            other => panic!("seed {seed}: {other:?} {view:?}"),
        }
    }
    assert!(stored.is_empty(), "seed {seed}: stored and not known");
    for row in stage::registry(site) {
        assert_ne!(row.transmission, Transmission::Open, "seed {seed}: {row:?}");
        assert_ne!(row.acceptance, Acceptance::Pending, "seed {seed}: {row:?}");
    }
    assert!(!site.store.0.keys().any(|key| key.starts_with("a/")), "seed {seed}: attempts left");
    let kept: String =
        site.store.0.values().map(|value| String::from_utf8_lossy(value).into_owned()).collect();
    for secret in stage::secrets() {
        assert!(!site.seen.contains(&secret) && !kept.contains(&secret), "seed {seed}: privacy");
    }
}

#[test]
fn after_every_storm_what_was_wanted_is_stored_once() {
    let seeds = std::env::var("STS_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(150);
    for seed in 0..seeds {
        storm(seed);
    }
}
