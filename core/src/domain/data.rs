//! Civil dates.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::json::{Failure, Node, Read};

/// A day of the Gregorian calendar between 1900-01-01 and 2199-12-31; text form `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Data {
    anno: u16,
    mese: u8,
    giorno: u8,
}

/// Why a text or three numbers are not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// Not of the form asked for; the caller's fault.
    #[error("a date is written YYYY-MM-DD")]
    Format,
    /// The calendar has no such day, or it lies outside 1900 to 2199; the caller's fault.
    #[error("there is no such day between 1900-01-01 and 2199-12-31")]
    NoSuchDay,
}

impl DataError {
    /// A stable code for it, the same in every language.
    pub fn code(self) -> &'static str {
        match self {
            DataError::Format => "DATA_FORMAT",
            DataError::NoSuchDay => "DATA_NO_SUCH_DAY",
        }
    }
}

impl Data {
    /// The day of this year, month (1 to 12) and day of the month.
    pub const fn new(anno: u16, mese: u8, giorno: u8) -> Result<Self, DataError> {
        if anno < 1900 || anno > 2199 || mese < 1 || mese > 12 {
            return Err(DataError::NoSuchDay);
        }
        if giorno < 1 || giorno > days_in_month(anno, mese) {
            return Err(DataError::NoSuchDay);
        }
        Ok(Data { anno, mese, giorno })
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        Self::from_parts(text, '-', [0, 1, 2])
    }

    /// Reads the service's other forms: `dd-mm-yyyy` or `dd/mm/yyyy`, with the separator named.
    pub fn parse_day_first(text: &str, separator: char) -> Result<Self, DataError> {
        Self::from_parts(text, separator, [2, 1, 0])
    }

    fn from_parts(text: &str, separator: char, order: [usize; 3]) -> Result<Self, DataError> {
        let mut parts = [""; 3];
        let mut pieces = text.split(separator);
        for part in &mut parts {
            *part = pieces.next().ok_or(DataError::Format)?;
        }
        let [year, month, day] = order.map(|i| parts[i]);
        let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
        if pieces.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return Err(DataError::Format);
        }
        let number = |s: &str| s.bytes().fold(0u16, |n, b| n * 10 + u16::from(b - b'0'));
        Self::new(number(year), number(month) as u8, number(day) as u8)
    }

    /// The year.
    pub const fn anno(self) -> u16 {
        self.anno
    }

    /// The month, 1 to 12.
    pub const fn mese(self) -> u8 {
        self.mese
    }

    /// The day of the month, 1 to 31.
    pub const fn giorno(self) -> u8 {
        self.giorno
    }

    /// Days since 1970-01-01, negative before.
    pub const fn days(self) -> i64 {
        // Days from civil, with years that begin in March.
        let y = self.anno as i64 - (self.mese <= 2) as i64;
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let month = (self.mese as i64 + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + self.giorno as i64 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The day this many days after 1970-01-01.
    pub fn from_days(days: i64) -> Result<Self, DataError> {
        let limits =
            (Data { anno: 1900, mese: 1, giorno: 1 }, Data { anno: 2199, mese: 12, giorno: 31 });
        if days < limits.0.days() || days > limits.1.days() {
            return Err(DataError::NoSuchDay);
        }
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let giorno = (day_of_year - (153 * month + 2) / 5 + 1) as u8;
        let mese = if month < 10 { month + 3 } else { month - 9 } as u8;
        let anno = (year_of_era + era * 400 + i64::from(mese <= 2)) as u16;
        Data::new(anno, mese, giorno)
    }

    /// The day `days` later (earlier when negative), or `None` outside the range of this type.
    pub fn plus_days(self, days: i64) -> Option<Data> {
        Data::from_days(self.days().checked_add(days)?).ok()
    }

    /// 0 for Monday to 6 for Sunday.
    pub const fn weekday(self) -> u8 {
        (self.days() + 3).rem_euclid(7) as u8
    }

    /// `dd-mm-yyyy`, the form in which EsitoInvii takes its dates.
    pub fn day_first(self) -> String {
        format!("{:02}-{:02}-{:04}", self.giorno, self.mese, self.anno)
    }
}

/// The number of days of a month, 28 to 31.
pub const fn days_in_month(anno: u16, mese: u8) -> u8 {
    match mese {
        4 | 6 | 9 | 11 => 30,
        2 if anno.is_multiple_of(4) && (!anno.is_multiple_of(100) || anno.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.anno, self.mese, self.giorno)
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'a> Read<'a> for Data {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        node.parse("a date such as \"2026-03-31\"", Data::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_the_range_survives_the_round_trip_and_follows_its_eve() {
        let first = Data::new(1900, 1, 1).unwrap().days();
        let last = Data::new(2199, 12, 31).unwrap().days();
        let mut eve = None;
        for n in first..=last {
            let day = Data::from_days(n).unwrap();
            assert_eq!(day.days(), n);
            assert_eq!(Data::parse(&day.to_string()), Ok(day));
            assert!(eve < Some(day));
            eve = Some(day);
        }
        assert_eq!(Data::from_days(last + 1), Err(DataError::NoSuchDay));
        assert_eq!(Data::new(1970, 1, 1).unwrap().days(), 0);
    }

    #[test]
    fn weekdays_are_those_of_known_days() {
        assert_eq!(Data::new(2027, 1, 31).unwrap().weekday(), 6);
        assert_eq!(Data::new(2026, 2, 2).unwrap().weekday(), 0);
    }

    #[test]
    fn days_that_do_not_exist_are_told_from_wrong_text() {
        assert_eq!(Data::parse("2026-02-29"), Err(DataError::NoSuchDay));
        assert!(Data::parse("2028-02-29").is_ok());
        for text in ["2026-2-28", "28/02/2026", "2026-02-28T00:00", "2026-02-28-", "", "²026-01-01"]
        {
            assert_eq!(Data::parse(text), Err(DataError::Format), "{text}");
        }
        assert_eq!(Data::parse_day_first("28/02/2026", '/'), Data::parse("2026-02-28"));
    }
}
