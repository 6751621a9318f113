//! Working days in Italy.

use crate::domain::Data;

/// The first working day from this one on: deadlines that fall on a Saturday or a holiday move
/// there (DL 70/2011, article 7, letter h). `None` only at the end of the range of [`Data`].
pub fn working_day(day: Data) -> Option<Data> {
    let mut day = day;
    while day.weekday() >= 5 || is_holiday(day) {
        day = day.plus_days(1)?;
    }
    Some(day)
}

/// Whether a day is a national holiday (L. 260/1949, L. 54/1977, DPR 792/1985, L. 336/2000;
/// 4 October from 2026, L. 151/2025). Feasts of patron saints are local and do not count.
pub fn is_holiday(day: Data) -> bool {
    matches!(
        (day.mese(), day.giorno()),
        (1, 1 | 6) | (4, 25) | (5, 1) | (6, 2) | (8, 15) | (11, 1) | (12, 8 | 25 | 26)
    ) || (day.anno() >= 2026 && (day.mese(), day.giorno()) == (10, 4))
        || easter(day.anno()).is_some_and(|sunday| matches!(day.days() - sunday.days(), 0 | 1))
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876).
fn easter(anno: u16) -> Option<Data> {
    let y = i32::from(anno);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Data::new(anno, (n / 31) as u8, (n % 31 + 1) as u8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Data {
        Data::parse(text).unwrap()
    }

    #[test]
    fn easter_falls_on_the_published_sundays() {
        for text in [
            "1943-04-25",
            "2008-03-23",
            "2018-04-01",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2038-04-25",
        ] {
            assert_eq!(easter(day(text).anno()), Some(day(text)));
        }
    }

    #[test]
    fn easter_is_a_sunday_between_22_march_and_25_april_in_every_year() {
        for anno in 1900..=2199 {
            let sunday = easter(anno).unwrap();
            assert_eq!(sunday.weekday(), 6);
            assert!(
                (322..=425)
                    .contains(&(u32::from(sunday.mese()) * 100 + u32::from(sunday.giorno())))
            );
        }
    }

    #[test]
    fn saturdays_sundays_and_holidays_move_to_the_next_working_day() {
        for (from, to) in [
            ("2026-01-31", "2026-02-02"),
            ("2027-01-31", "2027-02-01"),
            ("2023-09-30", "2023-10-02"),
            ("2025-01-31", "2025-01-31"),
            ("2026-04-04", "2026-04-07"),
            ("2026-12-25", "2026-12-28"),
            ("2027-01-01", "2027-01-04"),
        ] {
            assert_eq!(working_day(day(from)), Some(day(to)), "{from}");
        }
        assert!(is_holiday(day("2026-10-04")) && !is_holiday(day("2025-10-04")));
    }
}
