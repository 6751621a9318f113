//! Reading: pages of the registry and of the documents.

use crate::command::{Answer, Command};
use crate::error::Error;
use crate::ledger::Stop;
use crate::record::{self, Documento, Trasmissione, documento_key, trasmissione_key};
use crate::state::Turn;
use crate::state::save::{page_limit, valid_id};

impl Turn<'_> {
    /// A page of the registry, newest first.
    pub(crate) fn list(&mut self, after: Option<&str>, limit: u32) -> Result<Answer, Stop> {
        page_limit("/limit", limit, Command::PAGE_LIMIT)?;
        let from = match after {
            None => "t/".to_owned(),
            Some(cursor) => {
                let number: u64 = cursor.parse().map_err(|_| wrong_cursor())?;
                if number == 0 {
                    return Err(wrong_cursor().into());
                }
                trasmissione_key(number - 1)
            }
        };
        let page = self.ledger.scan(&from, "t0", limit)?;
        let rows = page
            .iter()
            .map(|entry| record::read::<Trasmissione>(&entry.key, &entry.value))
            .collect::<Result<Vec<_>, _>>()?;
        let full = rows.len() == limit as usize;
        let next = rows.last().filter(|last| full && last.number > 1).map(|r| r.number.to_string());
        Ok(Answer::Registry {
            transmissions: rows.into_iter().map(Trasmissione::view).collect(),
            next,
        })
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
