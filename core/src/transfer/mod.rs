//! A holder's ledger as one file, to move it to another store or to keep a copy of it.
//!
//! # The format
//! JSON Lines: UTF-8, one JSON object a line, every line ended by one line feed, no blanks outside
//! texts. The first line is the head, the last one the tail, between them stands one line for
//! each entry of the store, in ascending order of the bytes of the keys:
//!
//! ```text
//! {"libsts":"ledger","format":1,"environment":"test","revision":42}
//! {"k":"d/1","v":"{\"kind\":\"documento\",\"v\":1,\"body\":…}"}
//! {"k":"x/1","b64":"/wA="}
//! {"entries":2,"sha256":"…"}
//! ```
//!
//! - `environment` is `test` or `produzione`, `revision` the store's at the time. The entry
//!   `revision` itself is not among the entries.
//! - `k` is the key: 1 to 512 bytes, no control characters. `v` is the value as text; a value that
//!   is not UTF-8 has `b64` in its place, base64 with padding.
//! - `entries` is the number of entries. `sha256` is a chain over all lines before the tail:
//!   dₙ = SHA-256(dₙ₋₁ ‖ line n with its line feed), where d₀ is 32 zero bytes; the last d in
//!   lower-case hexadecimal.
//! - A line has at most 8 MiB.
//!
//! A ledger has exactly one such file, byte for byte, and only that one is read.
//!
//! The digest is a chain so that an export or import can stop after any line and go on later, in
//! another process: all that must be remembered fits into a short text, the cursor. It protects
//! from damage, not from forgery. **Entries are handed out before the tail is seen**: whoever
//! imports either reads the file twice, the first time to the tail for its own sake, or keeps what
//! was imported apart until [`Import::end`] agrees.

mod error;
mod read;
mod write;

pub use error::TransferError;
pub(crate) use read::Import;
pub(crate) use write::Export;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::domain::Ambiente;
use crate::json::{self, Read};
use crate::ledger::REVISION;

/// The newest format, and the only one so far.
const FORMAT: u32 = 1;
/// The longest line, with its line feed.
const MAX_LINE: usize = 8 << 20;
const MAX_KEY: usize = 512;
/// What the head says the file is.
const LEDGER: &str = "ledger";

/// What a file says of the ledger as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
pub(crate) struct Head {
    /// The environment of the ledger: what is exported from one is never imported into the other.
    pub(crate) environment: Ambiente,
    /// The revision of the store when it was exported.
    pub(crate) revision: u64,
}

/// How far an export or import has come: the head and some entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
struct Progress {
    head: Head,
    entries: u64,
    /// Key of the last entry.
    last: Option<String>,
    digest: [u8; 32],
}

impl Progress {
    /// The progress after the head, and its line.
    fn begin(head: Head) -> (Self, Vec<u8>) {
        let line = json_line(&HeadLine {
            libsts: LEDGER.to_owned(),
            format: FORMAT,
            environment: head.environment,
            revision: head.revision,
        });
        let digest = chain([0; 32], &line);
        (Progress { head, entries: 0, last: None, digest }, line)
    }

    /// Goes on by one entry. Gives its line; on an error nothing has changed.
    fn entry(&mut self, key: &str, value: &[u8]) -> Result<Vec<u8>, TransferError> {
        let line = self.line();
        if !is_key(key) {
            return Err(TransferError::Key { line });
        }
        if self.last.as_deref().is_some_and(|last| last >= key) {
            return Err(TransferError::Order { line });
        }
        let bytes = entry_line(key, value).ok_or(TransferError::TooLong { line })?;
        self.entries = self.entries.saturating_add(1);
        self.last = Some(key.to_owned());
        self.digest = chain(self.digest, &bytes);
        Ok(bytes)
    }

    fn tail(&self) -> Vec<u8> {
        json_line(&TailLine { entries: self.entries, sha256: self.sha256() })
    }

    /// The number of the next line, from 1 for the head.
    fn line(&self) -> u64 {
        self.entries.saturating_add(2)
    }

    fn sha256(&self) -> String {
        self.digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn chain(digest: [u8; 32], line: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(digest).chain_update(line).finalize().into()
}

fn is_key(key: &str) -> bool {
    (1..=MAX_KEY).contains(&key.len()) && !key.contains(char::is_control) && key != REVISION
}

#[derive(Serialize, Read)]
#[serde(deny_unknown_fields)]
struct HeadLine {
    libsts: String,
    format: u32,
    environment: Ambiente,
    revision: u64,
}

#[derive(Serialize, Read)]
#[serde(deny_unknown_fields)]
struct TailLine {
    entries: u64,
    sha256: String,
}

/// The one line that an entry has; `None` when it would be too long.
fn entry_line(key: &str, value: &[u8]) -> Option<Vec<u8>> {
    #[derive(Serialize)]
    struct Text<'a> {
        k: &'a str,
        v: &'a str,
    }
    #[derive(Serialize)]
    struct Bytes<'a> {
        k: &'a str,
        b64: String,
    }
    // A value only grows on its way into a line.
    if value.len() > MAX_LINE {
        return None;
    }
    let line = match std::str::from_utf8(value) {
        Ok(v) => json_line(&Text { k: key, v }),
        Err(_) => json_line(&Bytes { k: key, b64: BASE64_STANDARD.encode(value) }),
    };
    (line.len() <= MAX_LINE).then_some(line)
}

fn json_line<T: Serialize>(object: &T) -> Vec<u8> {
    let line = json::write(object).expect("texts and numbers");
    (line + "\n").into_bytes()
}

/// What a cursor says. It comes back from the host, so every field of it may be wrong; then the
/// digest does not agree in the end.
#[derive(Serialize, Read)]
#[serde(rename_all = "snake_case")]
enum Place {
    Export(Progress),
    ImportBegin,
    Import(Progress),
    ImportEnd(Progress),
}

impl Place {
    fn cursor(&self) -> String {
        let json = json::write(self).expect("texts and numbers");
        BASE64_URL_SAFE_NO_PAD.encode(json)
    }

    fn of(cursor: &str) -> Result<Self, TransferError> {
        let json = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
        json.and_then(|json| json::read(&json).ok()).ok_or(TransferError::Cursor)
    }
}

#[cfg(test)]
mod tests;
