//! Deadlines, corrections and what a year still allows.
//!
//! The year of payment is the tax year. What the sources say about the end of a year disagrees:
//! the specification admits the current year, and in January the previous one (WS asincrono v2.5,
//! page 17, official); the deadlines themselves fall on 1 and 2 February, corrections a week
//! later, and those of veterinarians on 16 and 23 March (portal pages); a test user was refused
//! with S035 in October (one observation) and another got W008, stored although late (one
//! observation, of a date not known). The rows decide here and not the January rule: a year is
//! open until its deadline, in corrections until the end of the corrections window, late for sixty
//! days after the deadline, closed after. Sixty days are as long as the law rewards a late sending
//! (a third of the sanction, RULES section 5), so until then a refusal by the service costs the
//! practice nothing, and not trying may cost it 66 euro a document. Confidence: the deadlines as
//! noted in each row; the closing D, replaceable row by row with `chiusura`. In half-year regimes
//! the first half closes with the year and is late in between.

use std::sync::{Arc, LazyLock};

use serde::Serialize;

use super::holidays::working_day;
use crate::domain::invoice::InputError;
use crate::domain::{Categoria, Data, Importo};
use crate::json::{Failure, Raw, Read};

/// Which deadlines a sender has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// Everyone but veterinarians; veterinary medicines sold by pharmacies and shops too.
    Sanitarie,
    /// Veterinarians alone.
    Veterinari,
}

impl Regime {
    /// The regime of a category of sender.
    pub fn of(categoria: Categoria) -> Regime {
        if categoria == Categoria::Veterinario { Regime::Veterinari } else { Regime::Sanitarie }
    }
}

/// What a tax year still allows on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum YearState {
    /// The year has not begun.
    NotYetOpen,
    /// Within the deadline.
    Open,
    /// After the deadline, within the corrections window.
    Corrections,
    /// After the corrections window, while the year is not closed.
    Late,
    /// Nothing more is sent.
    Closed,
}

/// The dates that matter for a payment, and what they mean today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Scadenza {
    /// Tax year: the year of payment.
    pub anno: u16,
    /// Whose deadlines.
    pub regime: Regime,
    /// Last day in time, moved to a working day.
    pub scadenza: Data,
    /// Last day of the corrections window.
    pub correzioni: Data,
    /// Last day on which anything is sent for the year.
    pub chiusura: Data,
    /// What is still allowed.
    pub stato: YearState,
    /// Whether the dates are extrapolated from the last year of the table.
    pub expected: bool,
    /// What a document costs when it is sent today or later.
    pub stake: Stake,
}

/// The sanction for each document sent late, wrong or not at all (D.Lgs. 175/2014 article 3
/// paragraph 5-bis, Ris. 22/E of 2022; RULES section 5). Before voluntary settlement, which lowers
/// it further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Stake {
    /// Each document sent for the first time today; zero within the deadline.
    pub per_documento: Importo,
    /// Most for one holder and year.
    pub massimo: Importo,
    /// Last day on which a correction of what was sent in time costs nothing: five days after the
    /// deadline.
    pub senza_sanzione_fino_al: Data,
    /// Last day at one third: sixty days after the deadline.
    pub ridotta_fino_al: Data,
}

/// One row: the payments between two days of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Riga {
    /// Tax year.
    pub anno: u16,
    /// Whose deadlines.
    pub regime: Regime,
    /// First day of payment.
    pub da: Data,
    /// Last day of payment.
    pub a: Data,
    /// Last day in time as the law writes it; [`Calendar::scadenza`] moves it to a working day.
    pub scadenza: Data,
    /// Last day of the corrections window, as announced.
    pub correzioni: Data,
    /// Last day on which anything is sent for the year; when absent, sixty days after the year's
    /// last deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chiusura: Option<Data>,
    /// Where the dates come from.
    pub fonte: String,
    /// How well they are founded.
    pub confidenza: Confidenza,
    /// The day on which that was looked up.
    pub al: Data,
}

/// How well a row is founded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Confidenza {
    /// The official text was read.
    A,
    /// The official text is quoted by a third party.
    B,
    /// Professional press or a vendor says so.
    C,
    /// An inference.
    D,
}

/// A table of deadlines, in place of that of this version.
#[derive(Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Tabella {
    /// Version of the table.
    versione: u32,
    /// Years of each regime follow one another without gaps.
    righe: Vec<Riga>,
}

/// The table of deadlines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    versione: u32,
    righe: Arc<[Riga]>,
}

/// Why a table of deadlines cannot be used; the caller erred.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// Not the JSON of a table.
    #[error("the calendar is not of the form of core/src/rules/calendar.json: {0}")]
    Json(InputError),
    /// A row's dates are out of order or out of its year, or rows of one regime leave a gap.
    #[error("row {0} of the calendar (counted from 0) has dates out of order or leaves a gap")]
    Row(usize),
    /// One regime has no row.
    #[error("the calendar has no rows for one of the regimes")]
    Empty,
}

fn wrong_form(failure: &Failure) -> CalendarError {
    CalendarError::Json(InputError::at(failure, ""))
}

/// Days after the deadline in which a late sending costs a third (RULES section 5).
const REDUCED_SANCTION_DAYS: i64 = 60;

impl Calendar {
    /// The table this version was built with: expenses of 2015 to 2026.
    pub fn builtin() -> Calendar {
        // Read once: a page asks for it with every key that is pressed.
        static BUILTIN: LazyLock<Calendar> = LazyLock::new(|| {
            let read = Calendar::from_json(include_bytes!("calendar.json")).ok();
            read.expect("a test reads the same bytes")
        });
        BUILTIN.clone()
    }

    /// A newer table in the same form, from a host. Years of each regime must follow one another
    /// without gaps, so that every payment has its row.
    pub fn from_json(bytes: &[u8]) -> Result<Calendar, CalendarError> {
        let raw = Raw::new(bytes).map_err(|failure| wrong_form(&failure))?;
        Calendar::read(raw)
    }

    /// From a text known to be JSON.
    pub(crate) fn read(raw: Raw<'_>) -> Result<Calendar, CalendarError> {
        let tabella: Tabella = raw.read().map_err(|failure| wrong_form(&failure))?;
        let righe = tabella.righe;
        for regime in [Regime::Sanitarie, Regime::Veterinari] {
            let mut end: Option<Data> = None;
            for (i, riga) in righe.iter().enumerate().filter(|(_, r)| r.regime == regime) {
                let in_order = riga.da <= riga.a
                    && riga.a < riga.scadenza
                    && riga.da.anno() == riga.anno
                    && riga.a.anno() == riga.anno;
                let follows = end.map_or(riga.da.mese() == 1 && riga.da.giorno() == 1, |end| {
                    end.plus_days(1) == Some(riga.da)
                });
                let scadenza = working_day(riga.scadenza).ok_or(CalendarError::Row(i))?;
                let closes_last = riga.chiusura.is_none_or(|c| c >= riga.correzioni);
                if !in_order || !follows || riga.correzioni < scadenza || !closes_last {
                    return Err(CalendarError::Row(i));
                }
                end = Some(riga.a);
            }
            if end.is_none_or(|end| (end.mese(), end.giorno()) != (12, 31)) {
                return Err(CalendarError::Empty);
            }
        }
        Ok(Calendar { versione: tabella.versione, righe: righe.into() })
    }

    /// The version of the table.
    pub fn version(&self) -> u32 {
        self.versione
    }

    /// The rows with their sources, those of each regime in the order of their days.
    pub fn righe(&self) -> &[Riga] {
        &self.righe
    }

    /// The dates for a payment and what they mean today.
    ///
    /// Payments after the table take the dates of its last year, moved on by whole years
    /// (`expected`); `None` for payments before the table, and beyond the range of [`Data`].
    pub fn scadenza(&self, pagamento: Data, categoria: Categoria, oggi: Data) -> Option<Scadenza> {
        let regime = Regime::of(categoria);
        let rows = || self.righe.iter().filter(|r| r.regime == regime);
        let last_year = rows().map(|r| r.anno).max()?;
        let shift = pagamento.anno().saturating_sub(last_year);
        let same_day = moved(pagamento, -i32::from(shift))?;
        let riga = rows().find(|r| (r.da..=r.a).contains(&same_day))?;
        let (scadenza, correzioni) = riga.dates(shift)?;
        let chiusura = rows().filter(|r| r.anno == riga.anno).map(|r| r.closing(shift)).max()??;
        let stato = if oggi.anno() < pagamento.anno() {
            YearState::NotYetOpen
        } else if oggi <= scadenza {
            YearState::Open
        } else if oggi <= correzioni {
            YearState::Corrections
        } else if oggi <= chiusura {
            YearState::Late
        } else {
            YearState::Closed
        };
        Some(Scadenza {
            anno: pagamento.anno(),
            regime,
            scadenza,
            correzioni,
            chiusura,
            stato,
            expected: shift > 0,
            stake: Stake::of(scadenza, oggi)?,
        })
    }

    /// The deadlines and corrections windows that end today or later, of payments up to today's
    /// year, soonest first.
    pub fn ahead(&self, categoria: Categoria, oggi: Data) -> Vec<Scadenza> {
        let mut ahead: Vec<Scadenza> = Vec::new();
        for anno in [oggi.anno().saturating_sub(1), oggi.anno()] {
            // The last day of each half tells the rows of a year apart.
            for (mese, giorno) in [(6, 30), (12, 31)] {
                let found = Data::new(anno, mese, giorno)
                    .ok()
                    .and_then(|day| self.scadenza(day, categoria, oggi))
                    .filter(|s| s.correzioni >= oggi);
                if let Some(s) = found
                    && ahead.iter().all(|known| known.scadenza != s.scadenza)
                {
                    let place =
                        ahead.iter().take_while(|known| known.scadenza < s.scadenza).count();
                    ahead.insert(place, s);
                }
            }
        }
        ahead
    }
}

impl Riga {
    /// The deadline and the end of corrections so many years later, on working days. A day that
    /// was moved to a Monday must not stay moved in another year, so the law's day is carried on
    /// and corrections keep their distance from the deadline.
    fn dates(&self, years: u16) -> Option<(Data, Data)> {
        if years == 0 {
            return Some((working_day(self.scadenza)?, self.correzioni));
        }
        let window = self.correzioni.days() - working_day(self.scadenza)?.days();
        let scadenza = working_day(moved(self.scadenza, i32::from(years))?)?;
        let correzioni = working_day(scadenza.plus_days(window)?)?;
        Some((scadenza, correzioni))
    }

    /// The last day on which anything is sent for payments of this row, so many years later.
    fn closing(&self, years: u16) -> Option<Data> {
        match self.chiusura {
            Some(day) => moved(day, i32::from(years)),
            None => self.dates(years)?.0.plus_days(REDUCED_SANCTION_DAYS),
        }
    }
}

/// The same day of another year; the 29th of February becomes the 28th.
fn moved(day: Data, years: i32) -> Option<Data> {
    if years == 0 {
        return Some(day);
    }
    let anno = u16::try_from(i32::from(day.anno()) + years).ok()?;
    Data::new(anno, day.mese(), day.giorno())
        .or_else(|_| Data::new(anno, day.mese(), day.giorno() - 1))
        .ok()
}

impl Stake {
    fn of(scadenza: Data, oggi: Data) -> Option<Stake> {
        // Cents: 100 euro up to 50 000, a third up to 20 000.
        const FULL: (i64, i64) = (10_000, 5_000_000);
        const THIRD: (i64, i64) = (3_333, 2_000_000);
        let senza_sanzione_fino_al = scadenza.plus_days(5)?;
        let ridotta_fino_al = scadenza.plus_days(REDUCED_SANCTION_DAYS)?;
        let (each, cap) = if oggi <= scadenza {
            (0, 0)
        } else if oggi <= ridotta_fino_al {
            THIRD
        } else {
            FULL
        };
        Some(Stake {
            per_documento: Importo::from_cents(each).ok()?,
            massimo: Importo::from_cents(cap).ok()?,
            senza_sanzione_fino_al,
            ridotta_fino_al,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Data {
        Data::parse(text).unwrap()
    }

    fn state(pagamento: &str, categoria: Categoria, oggi: &str) -> YearState {
        let found = Calendar::builtin().scadenza(day(pagamento), categoria, day(oggi));
        found.unwrap().stato
    }

    #[test]
    fn the_year_goes_from_not_yet_open_to_closed() {
        for (oggi, expected) in [
            ("2025-12-31", YearState::NotYetOpen),
            ("2026-01-01", YearState::Open),
            ("2027-02-01", YearState::Open),
            ("2027-02-02", YearState::Corrections),
            ("2027-02-08", YearState::Corrections),
            ("2027-02-09", YearState::Late),
            ("2027-04-02", YearState::Late),
            ("2027-04-03", YearState::Closed),
        ] {
            assert_eq!(state("2026-05-04", Categoria::Psicologo, oggi), expected, "{oggi}");
        }
    }

    #[test]
    fn veterinarians_have_their_own_deadline_and_pharmacies_have_not() {
        assert_eq!(state("2025-05-04", Categoria::Veterinario, "2026-03-16"), YearState::Open);
        assert_eq!(
            state("2025-05-04", Categoria::Veterinario, "2026-03-23"),
            YearState::Corrections
        );
        assert_eq!(state("2025-05-04", Categoria::Farmacia, "2026-03-16"), YearState::Late);
    }

    #[test]
    fn a_first_half_is_late_until_its_year_closes() {
        for (oggi, expected) in [
            ("2024-09-30", YearState::Open),
            ("2024-10-07", YearState::Corrections),
            ("2024-10-08", YearState::Late),
            ("2025-02-07", YearState::Late),
            ("2025-04-01", YearState::Late),
            ("2025-04-02", YearState::Closed),
        ] {
            assert_eq!(state("2024-06-30", Categoria::Medico, oggi), expected, "{oggi}");
        }
        assert_eq!(state("2024-07-01", Categoria::Medico, "2024-10-08"), YearState::Open);
    }

    #[test]
    fn years_after_the_table_are_expected_and_on_working_days() {
        let calendar = Calendar::builtin();
        let s = calendar.scadenza(day("2028-02-29"), Categoria::Medico, day("2028-03-01"));
        let s = s.unwrap();
        assert!(s.expected && s.anno == 2028 && s.stato == YearState::Open);
        assert_eq!(working_day(s.scadenza), Some(s.scadenza));
        // 31 January 2027, the last of the table, is a Sunday; that of 2029 is a Wednesday.
        assert_eq!((s.scadenza, s.correzioni), (day("2029-01-31"), day("2029-02-07")));
        let before = calendar.scadenza(day("2014-12-31"), Categoria::Medico, day("2028-03-01"));
        assert_eq!(before, None);
    }

    #[test]
    fn the_stake_grows_with_the_delay() {
        let stake = |oggi| {
            Calendar::builtin()
                .scadenza(day("2025-05-04"), Categoria::Medico, day(oggi))
                .unwrap()
                .stake
                .per_documento
                .to_string()
        };
        assert_eq!(stake("2026-02-02"), "0.00");
        assert_eq!(stake("2026-02-03"), "33.33");
        assert_eq!(stake("2026-04-03"), "33.33");
        assert_eq!(stake("2026-04-04"), "100.00");
    }

    #[test]
    fn deadlines_ahead_are_listed_soonest_first() {
        let ahead = |categoria, oggi| -> Vec<String> {
            let calendar = Calendar::builtin();
            let list = calendar.ahead(categoria, day(oggi));
            list.iter().map(|s| s.scadenza.to_string()).collect()
        };
        assert_eq!(ahead(Categoria::Medico, "2026-11-23"), ["2027-02-01"]);
        assert_eq!(ahead(Categoria::Medico, "2026-01-10"), ["2026-02-02", "2027-02-01"]);
        assert_eq!(ahead(Categoria::Medico, "2024-08-10"), ["2024-09-30", "2025-01-31"]);
        assert_eq!(ahead(Categoria::Veterinario, "2026-02-20"), ["2026-03-16", "2027-03-16"]);
    }

    #[test]
    fn a_table_with_a_gap_or_wrong_order_is_refused() {
        let text = include_str!("calendar.json");
        assert!(Calendar::from_json(text.as_bytes()).is_ok());
        let gap = text.replace("\"da\": \"2021-07-01\"", "\"da\": \"2021-07-02\"");
        assert!(matches!(Calendar::from_json(gap.as_bytes()), Err(CalendarError::Row(_))));
        let early = text.replace("2026-01-31", "2025-01-31");
        assert!(matches!(Calendar::from_json(early.as_bytes()), Err(CalendarError::Row(_))));
        let empty = br#"{"versione":1,"righe":[]}"#;
        assert!(matches!(Calendar::from_json(empty), Err(CalendarError::Empty)));
    }
}
