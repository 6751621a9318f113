//! Reading: pages of the registry and of the documents.

use crate::command::{Answer, Command};
use crate::domain::Data;
use crate::error::Error;
use crate::ledger::Stop;
use crate::record::{
    self, Documento, Trasmissione, documento_key, protocollo_key, sent_at_key, trasmissione_key,
};
use crate::registry::{Filter, TransmissionView};
use crate::state::Turn;
use crate::state::save::{page_limit, valid_id};
use crate::state::turn::is_protocollo;
use crate::time::Timestamp;

/// Rows that one page of a filtered registry looks at.
const LOOKED_AT: u32 = 500;

impl Turn<'_> {
    /// A page of the registry, newest first.
    pub(crate) fn list(
        &mut self,
        filter: &Filter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Answer, Stop> {
        page_limit("/limit", limit, Command::PAGE_LIMIT)?;
        let after = match after {
            Some(cursor) => Some(cursor.parse().ok().filter(|n| *n > 0).ok_or_else(wrong_cursor)?),
            None => None,
        };
        let fits = |row: &TransmissionView| {
            let day = row.at.date_in_italy();
            filter.document.as_ref().is_none_or(|id| row.documents.contains(id))
                && filter.protocollo.as_ref().is_none_or(|p| row.protocollo.as_ref() == Some(p))
                && filter.from.is_none_or(|from| day >= from)
                && filter.to.is_none_or(|to| day <= to)
                && filter.outcome.is_none_or(|outcome| outcome.fits(row))
        };
        let (candidates, more) = self.candidates(filter, after, limit)?;
        let (mut transmissions, mut last) = (Vec::new(), None);
        for row in candidates {
            if transmissions.len() == limit as usize {
                let next = last.map(|number: u64| number.to_string());
                return Ok(Answer::Registry { transmissions, next });
            }
            last = Some(row.number);
            transmissions.extend(Some(row.view()).filter(fits));
        }
        let next = last.filter(|number| more && *number > 1).map(|number| number.to_string());
        Ok(Answer::Registry { transmissions, next })
    }

    /// The rows that a page looks at, newest first, and whether there may be more.
    fn candidates(
        &mut self,
        filter: &Filter,
        after: Option<u64>,
        limit: u32,
    ) -> Result<(Vec<Trasmissione>, bool), Stop> {
        if let Some(protocollo) = &filter.protocollo {
            let number = match is_protocollo(protocollo) {
                true => self.ledger.text(&protocollo_key(protocollo))?,
                false => None,
            };
            let number = number.and_then(|text| text.parse().ok());
            return Ok((self.rows(number.into_iter().collect(), after)?, false));
        }
        if let Some(id) = &filter.document {
            let documento = self.documento(id)?;
            let mut numbers = documento.map(|d| d.transmissions).unwrap_or_default();
            numbers.reverse();
            return Ok((self.rows(numbers, after)?, false));
        }
        let most = match filter.outcome {
            Some(_) => LOOKED_AT,
            None => limit.saturating_add(1),
        };
        if filter.from.is_none() && filter.to.is_none() {
            let from = match after {
                None => "t/".to_owned(),
                Some(number) => trasmissione_key(number - 1),
            };
            let page = self.ledger.scan(&from, "t0", most)?;
            let full = page.len() == most as usize;
            let rows = page
                .iter()
                .map(|entry| record::read::<Trasmissione>(&entry.key, &entry.value))
                .collect::<Result<Vec<_>, _>>()?;
            return Ok((rows, full));
        }
        // By the time of sending; the clock may have been set back, so numbers may not descend.
        let midnight = |day: Data| Timestamp::midnight_utc(day);
        let newest = filter.to.and_then(|to| to.plus_days(1)).map_or(Timestamp::MAX, midnight);
        let from = match after {
            None => sent_at_key(newest, u64::MAX),
            Some(number) => match self.trasmissione(number)? {
                Some(row) => sent_at_key(row.at, number) + " ",
                None => return Err(wrong_cursor().into()),
            },
        };
        let oldest = filter.from.and_then(|from| from.plus_days(-1));
        let to = oldest.map_or("u0".to_owned(), |day| sent_at_key(midnight(day), 0));
        let page = self.ledger.scan(&from, &to, most)?;
        let full = page.len() == most as usize;
        let number = |key: &str| {
            let text = key.rsplit('/').next()?;
            Some(u64::MAX - text.parse::<u64>().ok()?)
        };
        let numbers = page.iter().filter_map(|entry| number(&entry.key)).collect();
        Ok((self.rows(numbers, None)?, full))
    }

    /// These rows, those up to the cursor left out.
    fn rows(&mut self, numbers: Vec<u64>, after: Option<u64>) -> Result<Vec<Trasmissione>, Stop> {
        let mut numbers = numbers;
        if let Some(after) = after {
            let seen = numbers.iter().position(|number| *number == after);
            numbers.drain(..seen.map_or(0, |seen| seen + 1));
        }
        let keys: Vec<String> = numbers.into_iter().map(trasmissione_key).collect();
        self.ledger.want(keys.iter().map(String::as_str))?;
        let mut rows = Vec::new();
        for key in &keys {
            rows.extend(self.ledger.record::<Trasmissione>(key)?);
        }
        Ok(rows)
    }

    /// The newest transmissions of a document; a row that cannot be read is left out.
    pub(crate) fn history(
        &mut self,
        documento: &Documento,
        most: usize,
    ) -> Result<Vec<TransmissionView>, Stop> {
        let numbers = documento.transmissions.iter().rev().take(most);
        let keys: Vec<String> = numbers.map(|number| trasmissione_key(*number)).collect();
        self.ledger.want(keys.iter().map(String::as_str))?;
        let mut rows = Vec::new();
        for key in &keys {
            match self.ledger.record::<Trasmissione>(key) {
                Ok(row) => rows.extend(row.map(Trasmissione::view)),
                Err(Stop::Error(_)) => {}
                Err(stop) => return Err(stop),
            }
        }
        Ok(rows)
    }

    /// A page of the documents, by id.
    pub(crate) fn documents(&mut self, after: Option<&str>, limit: u32) -> Result<Answer, Stop> {
        page_limit("/limit", limit, Command::PAGE_LIMIT)?;
        let from = match after {
            None => "d/".to_owned(),
            // No id has a character before the blank, so this is the first key after that of the
            // document named; a store need not take control characters.
            Some(id) => documento_key(valid_id(id, String::new).map_err(|_| wrong_cursor())?) + " ",
        };
        let page = self.ledger.scan(&from, "d0", limit)?;
        let documents = page
            .iter()
            .map(|entry| record::read::<Documento>(&entry.key, &entry.value))
            .collect::<Result<Vec<_>, _>>()?;
        let full = documents.len() == limit as usize;
        let next = documents.last().filter(|_| full).map(|last| last.id.clone());
        Ok(Answer::Documents { documents: documents.iter().map(Documento::view).collect(), next })
    }
}

fn wrong_cursor() -> Error {
    let expected = "the \"next\" of an earlier page".to_owned();
    Error::Command { path: "/after".to_owned(), expected }
}
