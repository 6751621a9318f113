//! Where the engine's records are kept.

mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

pub use memory::MemoryStore;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use sqlite::SqliteStore;

use sts_core::step::{Range, Write};

/// The key whose value is the revision: a decimal number, absent counts as 0.
pub const REVISION: &str = "revision";

/// A key-value store with compare-and-swap on one key.
///
/// Keys are text compared as bytes, values are bytes. [`conformance::check`](crate::conformance)
/// tests an implementation against these rules.
pub trait Store {
    /// The values of the keys, in the order asked; `None` for a missing key. All of one call are
    /// read at one instant.
    fn get(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError>;

    /// The entries with `from` ≤ key < `to` in ascending order of key, the first `limit` of them.
    fn scan(&mut self, range: &Range) -> Result<Vec<(String, Vec<u8>)>, StoreError>;

    /// Makes all writes or none: when the revision is still `expected` at the moment they are
    /// made, in one transaction that survives the loss of power once this returns
    /// [`Commit::Done`]; otherwise nothing is changed and the answer is [`Commit::Conflict`].
    ///
    /// After an error it is not known whether the writes were made.
    fn commit(&mut self, expected: u64, writes: &[Write]) -> Result<Commit, StoreError>;
}

impl<S: Store + ?Sized> Store for &mut S {
    fn get(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        (**self).get(keys)
    }

    fn scan(&mut self, range: &Range) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        (**self).scan(range)
    }

    fn commit(&mut self, expected: u64, writes: &[Write]) -> Result<Commit, StoreError> {
        (**self).commit(expected, writes)
    }
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn get(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        (**self).get(keys)
    }

    fn scan(&mut self, range: &Range) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        (**self).scan(range)
    }

    fn commit(&mut self, expected: u64, writes: &[Write]) -> Result<Commit, StoreError> {
        (**self).commit(expected, writes)
    }
}

/// How a commit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Commit {
    /// All writes are made.
    Done,
    /// Another process was faster; nothing was changed.
    Conflict,
}

/// The store failed: disk, lock, network to a database.
#[derive(Debug, thiserror::Error)]
#[error("the store failed while {doing}")]
pub struct StoreError {
    doing: &'static str,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl StoreError {
    /// `doing` completes "the store failed while …"; neither it nor the source may show a value.
    pub fn new(
        doing: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        StoreError { doing, source: source.into() }
    }
}

/// Reads the value of [`REVISION`].
pub fn revision(value: Option<&[u8]>) -> Result<u64, StoreError> {
    let Some(bytes) = value else { return Ok(0) };
    let digits = std::str::from_utf8(bytes).ok().filter(|t| t.bytes().all(|b| b.is_ascii_digit()));
    digits
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| StoreError::new("reading the revision", "its value is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_digits_and_absent_is_zero() {
        assert_eq!(revision(None).unwrap(), 0);
        assert_eq!(revision(Some(b"18446744073709551615")).unwrap(), u64::MAX);
        for wrong in [&b""[..], b"+1", b"-1", b" 1", b"18446744073709551616", b"\xff"] {
            assert!(revision(Some(wrong)).is_err());
        }
    }
}
