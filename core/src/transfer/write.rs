//! Writing the file.

use super::{Head, Place, Progress, TransferError};

/// An export under way. Between two pages it is only its [cursor](Self::cursor).
pub(crate) struct Export(Progress);

impl Export {
    /// Begins, and writes the head to `out`.
    pub(crate) fn begin(head: Head, out: &mut Vec<u8>) -> Self {
        let (progress, line) = Progress::begin(head);
        out.extend_from_slice(&line);
        Export(progress)
    }

    /// Goes on where a cursor of an export says. `head` is the ledger's now: when it has changed
    /// in between, the pages would be of different ledgers.
    pub(crate) fn resume(cursor: &str, head: Head) -> Result<Self, TransferError> {
        match Place::of(cursor)? {
            Place::Export(progress) if progress.head == head => Ok(Export(progress)),
            Place::Export(_) => Err(TransferError::Moved),
            _ => Err(TransferError::Cursor),
        }
    }

    /// Writes an entry to `out`; its key must be above the one before. On an error nothing has
    /// changed.
    pub(crate) fn entry(
        &mut self,
        key: &str,
        value: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), TransferError> {
        out.extend_from_slice(&self.0.entry(key, value)?);
        Ok(())
    }

    /// Writes the tail to `out`: the file is complete.
    pub(crate) fn end(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.tail());
    }

    /// The last key that was written: the next page begins after it.
    pub(crate) fn last(&self) -> Option<&str> {
        self.0.last.as_deref()
    }

    /// What it takes to go on, as an opaque text of letters, digits, `-` and `_`.
    pub(crate) fn cursor(&self) -> String {
        Place::Export(self.0.clone()).cursor()
    }
}
