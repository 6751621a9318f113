//! A holder's ledger as text, and back.

use crate::command::{Answer, Command};
use crate::domain::Ambiente;
use crate::error::Error;
use crate::ledger::{Ledger, REVISION, Stop};
use crate::record::{HOLDER, Holder, IMPORT};
use crate::settings::Settings;
use crate::state::Turn;
use crate::state::save::page_limit;
use crate::state::turn::owner_digest;
use crate::step::Actions;
use crate::transfer::{Export, Head, Import, TransferError};

/// The key after all others.
const END: &str = "\u{10ffff}";

impl Turn<'_> {
    /// A page of the export.
    pub(crate) fn export(&mut self, after: Option<&str>, limit: u32) -> Result<Answer, Stop> {
        page_limit("/limit", limit, Command::PAGE_LIMIT)?;
        let revision = self.ledger.revision()?;
        let head = Head { environment: self.settings.ambiente(), revision };
        let mut text = Vec::new();
        let mut export = match after {
            None => Export::begin(head, &mut text),
            Some(cursor) => Export::resume(cursor, head).map_err(Error::from)?,
        };
        // No key has a character before the blank.
        let from = export.last().map(|last| format!("{last} ")).unwrap_or_default();
        // One more than a page, because the revision is no part of it, and a page moves on.
        let page = self.ledger.scan(&from, END, limit + 1)?;
        let full = page.len() > limit as usize;
        for entry in page.iter().filter(|entry| entry.key != REVISION).take(limit as usize) {
            export.entry(&entry.key, &entry.value, &mut text).map_err(Error::from)?;
        }
        let next = full.then(|| export.cursor());
        if !full {
            export.end(&mut text);
        }
        let text = String::from_utf8(text).map_err(|_| Error::Bug { why: "an export of bytes" })?;
        Ok(Answer::Exported { text, next })
    }
}

/// Takes a piece of an exported ledger. The store belongs to nobody until the last piece is in, so
/// this is no turn of a holder.
pub(crate) fn import(
    ledger: &mut Ledger,
    settings: &Settings,
    text: &str,
) -> Result<Actions, Stop> {
    ledger.want([REVISION, HOLDER, IMPORT])?;
    let cursor = ledger.text(IMPORT)?;
    let mut import = match &cursor {
        Some(cursor) => Import::resume(cursor).map_err(Error::from)?,
        None if ledger.revision()? == 0 => Import::begin(),
        None => return Err(Error::NotEmpty.into()),
    };
    let entries = import.read(text.as_bytes()).map_err(Error::from)?;
    if let Some(head) = import.head()
        && head.environment != settings.ambiente()
    {
        return Err(Error::OtherEnvironment { found: name(head.environment) }.into());
    }
    for (key, value) in entries {
        if key == IMPORT {
            return Err(Error::from(TransferError::NotALedger).into());
        }
        if key == HOLDER {
            let holder: Holder = crate::record::read(&key, &value)?;
            if holder.owner != owner_digest(&holder.salt, settings) {
                return Err(Error::OtherHolder.into());
            }
        }
        ledger.set(key, Some(value));
    }
    let complete = import.end();
    let entries = match &complete {
        Ok(entries) => *entries,
        Err(TransferError::Truncated { .. }) => 0,
        Err(error) => return Err(Error::from(error.clone()).into()),
    };
    let cursor = complete.is_err().then(|| import.cursor().into_bytes());
    ledger.set(IMPORT.to_owned(), cursor);
    let (revision, writes) = ledger.take_writes()?;
    Ok(Actions {
        revision,
        writes,
        events: Vec::new(),
        requests: Vec::new(),
        answer: Some(Answer::Imported { entries, complete: complete.is_ok() }),
        wake_at: None,
    })
}

fn name(ambiente: Ambiente) -> &'static str {
    ambiente.as_str()
}
