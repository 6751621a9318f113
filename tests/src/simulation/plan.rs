//! What kind of world a seed has.

use sts_core::domain::Data;
use sts_core::time::Timestamp;
use sts_simulator::{Calendar, Date, Settings, WrongPassword};

use super::chance::Chance;

/// A minute in milliseconds.
pub(super) const MINUTE: i64 = 60_000;
/// An hour in milliseconds.
pub(super) const HOUR: i64 = 60 * MINUTE;
/// A day in milliseconds.
pub(super) const DAY: i64 = 24 * HOUR;

/// How wrong the clocks of the processes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clocks {
    /// Within seconds of each other.
    Right,
    /// Minutes apart, and set right or wrong now and then.
    Skewed,
    /// Hours apart, jumping.
    Wild,
}

/// The kind of world.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// When it begins.
    pub(super) start: Timestamp,
    /// Processes on the one store.
    pub(super) processes: usize,
    /// Documents of the practice.
    pub(super) documents: u64,
    /// Moves before the weather clears.
    pub(super) moves: u32,
    /// A process ends at one boundary in so many; `None` for never.
    pub(super) crash_in: Option<u64>,
    /// A process falls asleep at one boundary in so many.
    pub(super) nap_in: u64,
    /// How wrong clocks are.
    pub(super) clocks: Clocks,
    /// Longest time between two moves, in milliseconds, most of the time.
    pub(super) pace: i64,
    /// How often processes also tick on a timer, in milliseconds, and not only when they are told.
    pub(super) timer: Option<i64>,
    /// Weight of faults of the service among the moves; 0 for a service without fault.
    pub(super) hostility: u64,
    /// Weight of trouble with the password among the moves.
    pub(super) passwords: u64,
    /// Weight of choices of what happens by itself; 0 for a practice that sends by hand.
    pub(super) automation: u64,
    /// The service's own ways.
    pub(super) service: Settings,
}

impl Plan {
    /// The plan of a seed.
    pub(super) fn draw(chance: &mut Chance) -> Self {
        let processes = chance.weighed(&[(3, 1), (4, 2), (2, 3), (1, 4)]);
        Plan {
            start: start(chance),
            processes,
            documents: chance.between(2, 7) as u64,
            moves: chance.between(15, 60) as u32,
            crash_in: chance.weighed(&[(3, None), (3, Some(400)), (4, Some(80)), (1, Some(20))]),
            nap_in: chance.weighed(&[(3, 1_000), (3, 60), (1, 12)]),
            clocks: chance.weighed(&[(5, Clocks::Right), (3, Clocks::Skewed), (2, Clocks::Wild)]),
            pace: chance.weighed(&[(2, 300), (3, 20_000), (3, 10 * MINUTE), (1, 8 * HOUR)]),
            timer: chance.weighed(&[(4, None), (1, Some(10 * MINUTE)), (1, Some(6 * HOUR))]),
            hostility: chance.weighed(&[(2, 0), (3, 2), (4, 5), (1, 14)]),
            passwords: chance.weighed(&[(4, 0), (3, 1), (2, 4)]),
            automation: chance.weighed(&[(3, 0), (4, 1), (2, 4)]),
            service: service(chance),
        }
    }

    /// A process's clock minus the right time, in milliseconds.
    pub(super) fn skew(&self, chance: &mut Chance) -> i64 {
        match self.clocks {
            Clocks::Right => chance.between(-2_000, 2_000),
            Clocks::Skewed if chance.one_in(2) => 0,
            Clocks::Skewed => chance.between(-20 * MINUTE, 20 * MINUTE),
            Clocks::Wild if chance.one_in(3) => 0,
            Clocks::Wild => chance.between(-20 * HOUR, 20 * HOUR),
        }
    }
}

/// Days on which something ends or begins, and ordinary ones.
fn start(chance: &mut Chance) -> Timestamp {
    let day = chance.weighed(&[
        (6, "2026-11-23"),
        (2, "2026-10-24"),
        (3, "2026-12-30"),
        (3, "2026-12-31"),
        (2, "2027-01-14"),
        (2, "2027-01-31"),
        (2, "2027-02-01"),
        (2, "2027-02-08"),
        (1, "2027-03-15"),
        (2, "2027-04-01"),
        (1, "2027-04-03"),
    ]);
    let midnight = Timestamp::midnight_utc(Data::parse(day).expect("a day of the table"));
    let hour = chance.weighed(&[(4, 8), (2, 17), (3, 22), (1, 2)]);
    midnight.plus(hour * HOUR + chance.between(0, HOUR))
}

fn service(chance: &mut Chance) -> Settings {
    let mut settings = Settings {
        processing_delay_ms: chance.weighed(&[(2, 5_000), (2, 60_000), (1, 5 * HOUR as u64)]),
        wrong_password: chance.weighed(&[(3, WrongPassword::Fault), (1, WrongPassword::Hang)]),
        reinsert_after_cancellation: !chance.one_in(4),
        ..Settings::default()
    };
    if chance.one_in(2) {
        // As late as the engine believes that it is taken.
        let day = |text| Date::iso(text).expect("a day");
        let calendar: &mut Calendar = &mut settings.calendar;
        calendar.closed_after.insert(2025, day("2026-04-03"));
        calendar.closed_after.insert(2026, day("2027-04-02"));
    }
    settings
}
