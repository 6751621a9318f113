//! Commands that look, here or at the service.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sts_core::command::Month;
use sts_core::domain::Data;
use sts_core::registry::Outcome;

use super::{Database, Login, day};

#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) database: Database,
    #[command(flatten)]
    pub(crate) page: Page,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which part of a long list.
#[derive(Args)]
pub(crate) struct Page {
    /// Most rows.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) limit: u32,
    /// Go on after this: the `next` of an earlier page.
    #[arg(long)]
    pub(crate) after: Option<String>,
}

#[derive(Args)]
pub(crate) struct Registry {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Only those of this document.
    #[arg(long, value_name = "ID")]
    pub(crate) document: Option<String>,
    /// Only the one with this protocol number.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) protocollo: Option<String>,
    /// Only those sent on this day or later (YYYY-MM-DD, in Italy).
    #[arg(long, value_parser = day)]
    pub(crate) from: Option<Data>,
    /// Only those sent on this day or before.
    #[arg(long, value_parser = day)]
    pub(crate) to: Option<Data>,
    /// Only those that ended like this.
    #[arg(long, value_enum)]
    pub(crate) outcome: Option<OutcomeName>,
    #[command(flatten)]
    pub(crate) page: Page,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum OutcomeName {
    /// Not final yet.
    Open,
    /// Everything stored, with or without remarks.
    Accepted,
    /// Stored, with remarks.
    Warnings,
    /// One document at least was refused.
    Errors,
    /// It did not arrive.
    NotArrived,
}

impl From<OutcomeName> for Outcome {
    fn from(name: OutcomeName) -> Self {
        match name {
            OutcomeName::Open => Outcome::Open,
            OutcomeName::Accepted => Outcome::Accepted,
            OutcomeName::Warnings => Outcome::Warnings,
            OutcomeName::Errors => Outcome::Errors,
            OutcomeName::NotArrived => Outcome::NotArrived,
        }
    }
}

#[derive(Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) database: Database,
    /// The id of the document.
    pub(crate) id: String,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Health {
    #[command(flatten)]
    pub(crate) database: Database,
    #[command(flatten)]
    pub(crate) login: Login,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Calendar {
    #[command(flatten)]
    pub(crate) database: Database,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Receipts {
    #[command(flatten)]
    pub(crate) database: Database,
    /// The number of the transmission in the registry, unless --protocollo.
    #[arg(required_unless_present = "protocollo", conflicts_with = "protocollo")]
    pub(crate) number: Option<u64>,
    /// The protocol number, also of a transmission that this database does not know.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) protocollo: Option<String>,
    /// Where to write the archive; otherwise `PROTOCOL-ricevute.zip` in this folder. A file that
    /// exists is not replaced.
    #[arg(short, long, value_name = "FILE.zip")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) login: Login,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Diff {
    #[command(flatten)]
    pub(crate) database: Database,
    /// A month (YYYY-MM) or a year (YYYY) of payments.
    #[arg(value_name = "PERIOD", value_parser = period)]
    pub(crate) period: Period,
    /// Take over what Sistema TS has and this database does not know; nothing is sent.
    #[arg(long)]
    pub(crate) adopt: bool,
    /// The same, and put right what differs or is missing there: it is sent again.
    #[arg(long, conflicts_with = "adopt")]
    pub(crate) realign: bool,
    #[command(flatten)]
    pub(crate) login: Login,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A month, or the months of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    anno: u16,
    mese: Option<u8>,
}

impl Period {
    /// Its months up to the one of this day: nothing is paid in the future. One that lies in the
    /// future altogether is asked for as it is.
    pub(crate) fn months(self, today: Data) -> Vec<Month> {
        let month = |mese| Month { anno: self.anno, mese };
        match self.mese {
            Some(mese) => vec![month(mese)],
            None if self.anno == today.anno() => (1..=today.mese()).map(month).collect(),
            None => (1..=12).map(month).collect(),
        }
    }
}

fn period(text: &str) -> Result<Period, String> {
    let wrong = || "YYYY-MM or YYYY, from 2015".to_owned();
    let digits = |text: &str, length: usize| {
        let right = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        right.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (anno, mese) = match text.split_once('-') {
        Some((anno, mese)) => (anno, Some(digits(mese, 2).ok_or_else(wrong)?)),
        None => (text, None),
    };
    let anno = digits(anno, 4).filter(|anno| (2015..=2199).contains(anno)).ok_or_else(wrong)?;
    let mese = match mese {
        Some(mese @ 1..=12) => Some(mese as u8),
        Some(_) => return Err(wrong()),
        None => None,
    };
    Ok(Period { anno, mese })
}

#[derive(Args)]
pub(crate) struct Segnalazioni {
    #[command(flatten)]
    pub(crate) database: Database,
    /// First day (YYYY-MM-DD).
    #[arg(long, value_parser = day)]
    pub(crate) from: Data,
    /// Last day.
    #[arg(long, value_parser = day)]
    pub(crate) to: Data,
    #[command(flatten)]
    pub(crate) login: Login,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_the_months_that_have_come() {
        let today = Data::parse("2026-03-31").unwrap();
        let months = |text| {
            let months = period(text).unwrap().months(today);
            months.iter().map(|month| month.mese).collect::<Vec<_>>()
        };
        assert_eq!(months("2026"), [1, 2, 3]);
        assert_eq!(months("2025").len(), 12);
        assert_eq!(months("2026-07"), [7]);
        for wrong in ["2026-13", "2026-00", "2026-1", "26", "2014", "2200-01", "+026", "", "2026-"]
        {
            assert!(period(wrong).is_err(), "{wrong}");
        }
    }
}
