//! A request whose outcome is not settled.

use serde::Serialize;

use super::Record;
use crate::command::{Apply, Month};
use crate::domain::Data;
use crate::json::Read;
use crate::registry::Operation;
use crate::time::Timestamp;

/// A request whose outcome is not settled: the intent, written before it leaves.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct Attempt {
    pub(crate) id: String,
    pub(crate) opened_at: Timestamp,
    pub(crate) lease_until: Timestamp,
    /// Fingerprint of the credentials it leaves with.
    pub(crate) credentials: String,
    pub(crate) purpose: Purpose,
}

impl Attempt {
    /// Its number within the store, with which its id begins.
    pub(crate) fn number(&self) -> u64 {
        self.id.split('-').next().and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}

impl Record for Attempt {
    const KIND: &'static str = "attempt";
    const VERSION: u32 = 2;
}

/// What an attempt is for.
#[derive(Clone, Debug, Serialize, Read)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// Send a document by the sync service.
    Sending { document: String, transmission: u64, operation: Operation },
    /// Hand in a file.
    File { transmission: u64 },
    /// Ask what became of a file.
    FileState { transmission: u64 },
    /// Look for a file whose answer was lost among those of the last days.
    FileSearch { transmission: u64 },
    /// Fetch the errors of a file.
    FileErrors { transmission: u64 },
    /// Ask about a document of a file that was found, to be sure that it is ours.
    FileProof { transmission: u64 },
    /// Fetch something that a person waits for.
    Inquiry { inquiry: Inquiry, part: u32 },
    /// Ask what became of the attempt named.
    Query { document: String, about: String },
    /// Test the credentials.
    Test { asked_by: AskedBy },
}

/// Something that a person waits for, fetched in one or several parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Inquiry {
    /// Both receipts of a protocol: first the PDF, then the errors.
    Receipts { protocollo: String, transmission: Option<u64> },
    /// The report of a month.
    Comparison { month: Month, apply: Apply },
    /// What citizens reported.
    Segnalazioni { from: Data, to: Data },
}

/// Who wanted a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AskedBy {
    /// The engine, before the first use of credentials.
    Engine,
    /// A person, who is told the result in any case.
    Person,
}
