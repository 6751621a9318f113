//! Instants, and the civil date they have in Italy.

use serde::Serialize;

use crate::domain::Data;
use crate::json::Read;

/// Milliseconds since 1970-01-01T00:00:00Z.
///
/// The core has no clock: every input carries the host's `now`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

impl Timestamp {
    /// The earliest instant the engine accepts, 2015-01-01T00:00:00Z, before which Sistema TS took
    /// no expenses: a smaller number is one of seconds, or a clock that was never set.
    pub const MIN: Timestamp = Timestamp(1_420_070_400_000);
    /// The largest instant the engine accepts, 2199-12-30T00:00:00Z, so that sums of times and the
    /// civil date in Italy always exist.
    pub const MAX: Timestamp = Timestamp(7_258_032_000_000);

    /// The instant at midnight UTC of a day.
    pub const fn midnight_utc(day: Data) -> Timestamp {
        Timestamp(day.days() * DAY)
    }

    /// The instant this many milliseconds later, never beyond [`Timestamp::MAX`].
    pub fn plus(self, milliseconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(milliseconds)).min(Timestamp::MAX)
    }

    /// The day it is in Italy at this instant: UTC+1, or UTC+2 between the last Sundays of March
    /// and October, both at 01:00 UTC (directive 2000/84/EC, in force since 2002; earlier years
    /// are not asked for). Instants outside 1970 to 2199 are taken as the nearest one inside.
    pub fn date_in_italy(self) -> Data {
        let instant = self.0.clamp(0, Timestamp::MAX.0);
        let offset = if summer_time(instant) { 2 * HOUR } else { HOUR };
        Data::from_days((instant + offset).div_euclid(DAY)).expect("clamped to the range of Data")
    }

    /// Hours and minutes of the clock in Italy at this instant, with the date.
    pub fn clock_in_italy(self) -> (Data, u8, u8) {
        let instant = self.0.clamp(0, Timestamp::MAX.0);
        let local = instant + if summer_time(instant) { 2 * HOUR } else { HOUR };
        let minutes = local.rem_euclid(DAY) / 60_000;
        (self.date_in_italy(), (minutes / 60) as u8, (minutes % 60) as u8)
    }
}

fn summer_time(instant: i64) -> bool {
    let utc_day = Data::from_days(instant.div_euclid(DAY)).expect("clamped to the range of Data");
    let change = |mese| {
        // March and October have 31 days: it is never the day itself.
        let last = Data::new(utc_day.anno(), mese, 31).unwrap_or(utc_day);
        let sunday = last.days() - i64::from((last.weekday() + 1) % 7);
        sunday * DAY + HOUR
    };
    (change(3)..change(10)).contains(&instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str, hour: i64, minute: i64) -> Timestamp {
        Timestamp::midnight_utc(Data::parse(day).unwrap()).plus(hour * HOUR + minute * 60_000)
    }

    #[test]
    fn the_day_in_italy_begins_one_or_two_hours_before_the_utc_day() {
        assert_eq!(at("2026-12-31", 22, 59).date_in_italy().to_string(), "2026-12-31");
        assert_eq!(at("2026-12-31", 23, 0).date_in_italy().to_string(), "2027-01-01");
        assert_eq!(at("2026-07-01", 21, 59).date_in_italy().to_string(), "2026-07-01");
        assert_eq!(at("2026-07-01", 22, 0).date_in_italy().to_string(), "2026-07-02");
    }

    #[test]
    fn summer_time_changes_on_the_last_sundays_at_one_utc() {
        assert_eq!(at("2026-03-29", 0, 59).clock_in_italy().1, 1);
        assert_eq!(at("2026-03-29", 1, 0).clock_in_italy().1, 3);
        assert_eq!(at("2026-10-25", 0, 59).clock_in_italy().1, 2);
        assert_eq!(at("2026-10-25", 1, 0).clock_in_italy().1, 2);
        assert_eq!(at("2026-10-25", 0, 30).clock_in_italy().1, 2);
    }

    #[test]
    fn instants_beyond_the_range_do_not_panic() {
        for t in [i64::MIN, -1, i64::MAX] {
            let _ = Timestamp(t).date_in_italy();
            let _ = Timestamp(t).plus(i64::MAX).clock_in_italy();
        }
    }
}
