//! Dates without a clock: civil dates, Italian local time, and which tax years are open.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A civil date of the Gregorian calendar, year 0 to 9999; ordered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// The date, if it exists.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Date> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        ((0..=9999).contains(&year) && (1..=days).contains(&day)).then_some(Date {
            year,
            month,
            day,
        })
    }

    /// Reads `YYYY-MM-DD`, exactly.
    pub fn iso(text: &str) -> Option<Date> {
        let (year, month, day) = digits(text, "YYYY-MM-DD")?;
        Date::new(year, month, day)
    }

    /// Reads `dd-mm-yyyy`, exactly, as EsitoInvii writes its ranges.
    pub fn italian(text: &str) -> Option<Date> {
        let (year, month, day) = digits(text, "DD-MM-YYYY")?;
        Date::new(year, month, day)
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// `dd/mm/yyyy`, as the CSV files write dates.
    pub fn slashes(self) -> String {
        format!("{:02}/{:02}/{:04}", self.day, self.month, self.year)
    }

    fn days_since_epoch(self) -> i64 {
        let y = i64::from(self.year) - i64::from(self.month <= 2);
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
            - 719_468
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Date::iso(&text).ok_or_else(|| serde::de::Error::custom("a date is YYYY-MM-DD"))
    }
}

fn digits(text: &str, shape: &str) -> Option<(i32, u8, u8)> {
    if text.len() != shape.len() || !text.is_ascii() {
        return None;
    }
    let (mut year, mut month, mut day) = (0i32, 0u8, 0u8);
    for (c, kind) in text.bytes().zip(shape.bytes()) {
        let value = c.wrapping_sub(b'0');
        match kind {
            b'-' if c == b'-' => {}
            b'Y' if value <= 9 => year = year * 10 + i32::from(value),
            b'M' if value <= 9 => month = month * 10 + value,
            b'D' if value <= 9 => day = day * 10 + value,
            _ => return None,
        }
    }
    Some((year, month, day))
}

/// A moment of Italian local time, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalTime {
    /// The civil date in Italy.
    pub date: Date,
    /// Hours, minutes, seconds.
    pub time: (u8, u8, u8),
}

impl LocalTime {
    /// Italian local time of a moment in milliseconds since 1970 UTC. European summer time since
    /// 1996: from the last Sunday of March to that of October, both at 01:00 UTC. Moments outside
    /// the years 0 to 9999 are moved to the nearest that has a date.
    pub fn at(now_ms: i64) -> LocalTime {
        let seconds = now_ms.div_euclid(1000).clamp(-62_167_132_800, 253_402_293_600);
        let year = civil(seconds.div_euclid(86_400)).year;
        let summer = |month, last| {
            Date::new(year, month, last).map(|end| {
                let days = end.days_since_epoch();
                // 1 January 1970 was a Thursday: (days + 4) mod 7 is 0 on Sundays.
                (days - (days + 4).rem_euclid(7)) * 86_400 + 3600
            })
        };
        let in_summer = summer(3, 31).is_some_and(|start| seconds >= start)
            && summer(10, 31).is_some_and(|end| seconds < end);
        let local = seconds + if in_summer { 7200 } else { 3600 };
        let of_day = local.rem_euclid(86_400);
        let part = |value: i64| u8::try_from(value).unwrap_or(0);
        LocalTime {
            date: civil(local.div_euclid(86_400)),
            time: (part(of_day / 3600), part(of_day / 60 % 60), part(of_day % 60)),
        }
    }

    /// `dd-MM-yyyy HH:mm:ss`, as dataAccoglienza and dataInvio write it.
    pub fn dashes(self) -> String {
        let (h, m, s) = self.time;
        let Date { year, month, day } = self.date;
        format!("{day:02}-{month:02}-{year:04} {h:02}:{m:02}:{s:02}")
    }

    /// `yyMMdd` and `HHmmss`, the parts of protocol numbers.
    pub fn compact(self) -> (String, String) {
        let (h, m, s) = self.time;
        let Date { year, month, day } = self.date;
        (format!("{:02}{month:02}{day:02}", year % 100), format!("{h:02}{m:02}{s:02}"))
    }
}

fn civil(days: i64) -> Date {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    Date {
        year: i32::try_from(year).unwrap_or(0),
        month: u8::try_from(month).unwrap_or(1),
        day: u8::try_from(doy - (153 * mp + 2) / 5 + 1).unwrap_or(1),
    }
}

/// Milliseconds since 1970 UTC of `YYYY-MM-DD` (midnight UTC) or `YYYY-MM-DDTHH:MM:SS` with an
/// optional `Z`; always read as UTC.
pub fn instant(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00"));
    let days = Date::iso(date)?.days_since_epoch();
    let mut parts = time.split(':').map(|p| {
        (p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit())).then(|| p.parse::<i64>().ok())?
    });
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
    let valid = parts.next().is_none() && h < 24 && m < 60 && s < 60;
    valid.then_some((days * 86_400 + h * 3600 + m * 60 + s) * 1000)
}

/// Until when the documents of a tax year are taken; the year is that of dataPagamento.
///
/// A year without a row follows WS-Asincrono v2.5 page 17: open during the year itself and the
/// January after it, never late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calendar {
    /// The last day in time, by tax year; afterwards documents are stored with W008.
    pub late_after: BTreeMap<i32, Date>,
    /// The last day a document is taken at all, by tax year; afterwards S035.
    pub closed_after: BTreeMap<i32, Date>,
    /// The same two for veterinarians; pharmacies and shops that sell FV are not among them.
    pub veterinary_late_after: BTreeMap<i32, Date>,
    /// See `veterinary_late_after`.
    pub veterinary_closed_after: BTreeMap<i32, Date>,
}

impl Default for Calendar {
    /// The rows of RULES section 4: DM 29/10/2025 and the notices of the portal.
    fn default() -> Self {
        let rows = |list: &[(i32, i32, u8, u8)]| {
            list.iter().filter_map(|&(tax, y, m, d)| Some((tax, Date::new(y, m, d)?))).collect()
        };
        Calendar {
            late_after: rows(&[(2025, 2026, 2, 2), (2026, 2027, 2, 1)]),
            closed_after: rows(&[(2025, 2026, 2, 9), (2026, 2027, 2, 8)]),
            veterinary_late_after: rows(&[(2025, 2026, 3, 16), (2026, 2027, 3, 16)]),
            veterinary_closed_after: rows(&[(2025, 2026, 3, 23), (2026, 2027, 3, 23)]),
        }
    }
}

/// Whether a document of some tax year can still be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Season {
    /// In time.
    Open,
    /// Taken, with W008.
    Late,
    /// Not taken: S035.
    Closed,
}

impl Calendar {
    /// The season of a payment date as seen on `today`.
    pub fn season(&self, payment: Date, veterinary: bool, today: Date) -> Season {
        let tax = payment.year;
        if tax > today.year {
            return Season::Closed;
        }
        let (late, closed) = if veterinary {
            (&self.veterinary_late_after, &self.veterinary_closed_after)
        } else {
            (&self.late_after, &self.closed_after)
        };
        let january = Date { year: tax + 1, month: 1, day: 31 };
        let closes = closed.get(&tax).copied().unwrap_or(january);
        if today > closes {
            return Season::Closed;
        }
        if today > late.get(&tax).copied().unwrap_or(closes) { Season::Late } else { Season::Open }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::iso(text).unwrap()
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "2026-01-01Z", ""] {
            assert_eq!(Date::iso(text), None, "{text}");
        }
        assert_eq!(Date::italian("29-02-2024"), Date::new(2024, 2, 29));
    }

    #[test]
    fn local_time_follows_italian_summer_time() {
        let at = |text| LocalTime::at(instant(text).unwrap()).dashes();
        assert_eq!(at("2026-12-31T23:30:00"), "01-01-2027 00:30:00");
        assert_eq!(at("2026-03-29T00:59:59"), "29-03-2026 01:59:59");
        assert_eq!(at("2026-03-29T01:00:00"), "29-03-2026 03:00:00");
        assert_eq!(at("2026-10-25T00:59:59"), "25-10-2026 02:59:59");
        assert_eq!(at("2026-10-25T01:00:00"), "25-10-2026 02:00:00");
    }

    #[test]
    fn days_and_dates_are_inverse() {
        for days in (-700_000..2_900_000).step_by(997) {
            assert_eq!(civil(days).days_since_epoch(), days);
        }
        LocalTime::at(i64::MAX);
        LocalTime::at(i64::MIN);
    }

    #[test]
    fn a_tax_year_is_open_then_late_then_closed() {
        let calendar = Calendar::default();
        let season = |today| calendar.season(day("2025-06-01"), false, day(today));
        assert_eq!(season("2025-06-01"), Season::Open);
        assert_eq!(season("2026-02-02"), Season::Open);
        assert_eq!(season("2026-02-03"), Season::Late);
        assert_eq!(season("2026-02-09"), Season::Late);
        assert_eq!(season("2026-02-10"), Season::Closed);
        assert_eq!(season("2024-12-31"), Season::Closed, "a future year is not open");
        assert_eq!(calendar.season(day("2025-06-01"), true, day("2026-03-16")), Season::Open);
    }

    #[test]
    fn a_year_without_a_row_closes_with_january() {
        let calendar = Calendar::default();
        let season = |today| calendar.season(day("2020-12-23"), false, day(today));
        assert_eq!(season("2021-01-31"), Season::Open);
        assert_eq!(season("2021-02-01"), Season::Closed);
    }
}
