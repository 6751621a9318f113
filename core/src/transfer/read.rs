//! Reading the file.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::{
    FORMAT, Head, HeadLine, LEDGER, MAX_LINE, Place, Progress, TailLine, TransferError, json_line,
};
use crate::json::{self, Read};

/// An import under way. Between two chunks it is only its [cursor](Self::cursor).
pub(crate) struct Import(Stage);

#[derive(Clone)]
enum Stage {
    Begin,
    Entries(Progress),
    End(Progress),
}

impl Import {
    /// Begins before the head.
    pub(crate) fn begin() -> Self {
        Import(Stage::Begin)
    }

    /// Goes on where a cursor of an import says.
    pub(crate) fn resume(cursor: &str) -> Result<Self, TransferError> {
        match Place::of(cursor)? {
            Place::ImportBegin => Ok(Import(Stage::Begin)),
            Place::Import(progress) => Ok(Import(Stage::Entries(progress))),
            Place::ImportEnd(progress) => Ok(Import(Stage::End(progress))),
            Place::Export(_) => Err(TransferError::Cursor),
        }
    }

    /// Reads the next part of the file, cut anywhere between two lines, and gives its entries in
    /// ascending order of key. They are certain only when [`end`](Self::end) agrees. On an error
    /// nothing has changed.
    pub(crate) fn read(&mut self, chunk: &[u8]) -> Result<Vec<(String, Vec<u8>)>, TransferError> {
        let mut stage = self.0.clone();
        let mut entries = Vec::new();
        for line in chunk.split_inclusive(|byte| *byte == b'\n') {
            stage = match stage {
                Stage::Begin => Stage::Entries(read_head(line)?),
                Stage::Entries(mut progress) => {
                    check_end(line, progress.line())?;
                    if line.starts_with(b"{\"entries\":") {
                        read_tail(line, &progress)?;
                        Stage::End(progress)
                    } else {
                        entries.push(read_entry(line, &mut progress)?);
                        Stage::Entries(progress)
                    }
                }
                Stage::End(progress) => {
                    return Err(TransferError::AfterEnd {
                        line: progress.line().saturating_add(1),
                    });
                }
            };
        }
        self.0 = stage;
        Ok(entries)
    }

    /// What the head says; `None` before it is read.
    pub(crate) fn head(&self) -> Option<Head> {
        match &self.0 {
            Stage::Begin => None,
            Stage::Entries(progress) | Stage::End(progress) => Some(progress.head),
        }
    }

    /// Whether the file was read to its tail, which agrees with all before it; the number of its
    /// entries.
    pub(crate) fn end(&self) -> Result<u64, TransferError> {
        match &self.0 {
            Stage::Begin => Err(TransferError::Truncated { line: 1 }),
            Stage::Entries(progress) => Err(TransferError::Truncated { line: progress.line() }),
            Stage::End(progress) => Ok(progress.entries),
        }
    }

    /// What it takes to go on, as an opaque text of letters, digits, `-` and `_`.
    pub(crate) fn cursor(&self) -> String {
        let place = match &self.0 {
            Stage::Begin => Place::ImportBegin,
            Stage::Entries(progress) => Place::Import(progress.clone()),
            Stage::End(progress) => Place::ImportEnd(progress.clone()),
        };
        place.cursor()
    }
}

fn check_end(bytes: &[u8], line: u64) -> Result<(), TransferError> {
    if bytes.len() > MAX_LINE {
        return Err(TransferError::TooLong { line });
    }
    if bytes.ends_with(b"\n") { Ok(()) } else { Err(TransferError::Truncated { line }) }
}

fn read_head(bytes: &[u8]) -> Result<Progress, TransferError> {
    /// What the head of every format has.
    #[derive(Read)]
    struct AnyFormat {
        libsts: String,
        format: u32,
    }
    if !bytes.starts_with(b"{\"libsts\":") {
        return Err(TransferError::NotALedger);
    }
    check_end(bytes, 1)?;
    let any: AnyFormat = json::read(bytes).map_err(|_| TransferError::NotALedger)?;
    if any.libsts != LEDGER {
        return Err(TransferError::NotALedger);
    }
    if any.format > FORMAT {
        return Err(TransferError::TooNew { found: any.format });
    }
    let form = TransferError::Form { line: 1 };
    let Ok(line) = json::read::<HeadLine>(bytes) else {
        return Err(form);
    };
    let head = Head { environment: line.environment, revision: line.revision };
    let (progress, canonical) = Progress::begin(head);
    if canonical == bytes { Ok(progress) } else { Err(form) }
}

fn read_entry(bytes: &[u8], progress: &mut Progress) -> Result<(String, Vec<u8>), TransferError> {
    #[derive(Read)]
    struct EntryLine {
        k: String,
        v: Option<String>,
        b64: Option<String>,
    }
    let form = TransferError::Form { line: progress.line() };
    let Ok(line) = json::read::<EntryLine>(bytes) else {
        return Err(form);
    };
    let value = match (line.v, line.b64) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(base64)) => BASE64_STANDARD.decode(base64).map_err(|_| form.clone())?,
        _ => return Err(form),
    };
    // Only the line that the writer would write: what is allowed in JSON or base64 beside it
    // means that someone had his hands in the file.
    let canonical = progress.entry(&line.k, &value)?;
    if canonical == bytes { Ok((line.k, value)) } else { Err(form) }
}

fn read_tail(bytes: &[u8], progress: &Progress) -> Result<(), TransferError> {
    let line = progress.line();
    let tail: TailLine = json::read(bytes).map_err(|_| TransferError::Form { line })?;
    if tail.entries != progress.entries {
        return Err(TransferError::Count { line });
    }
    if tail.sha256 != progress.sha256() {
        return Err(TransferError::Digest { line });
    }
    if json_line(&tail) == bytes { Ok(()) } else { Err(TransferError::Form { line }) }
}
