//! One document: what is wanted, what there is evidence of, what is to be done.

use serde::Serialize;

use super::Record;
use crate::domain::{Cifrato, Data, DocumentoSpesa, IdSpesa, Importo, TipoSpesa};
use crate::event::Found;
use crate::json::Read;
use crate::registry::Operation;
use crate::rules::Verdict;
use crate::time::Timestamp;
use crate::wire::Messaggio;

/// One document.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct Documento {
    pub(crate) id: String,
    pub(crate) saved_at: Timestamp,
    pub(crate) verdict: Verdict,
    pub(crate) reasons: Vec<ReasonRecord>,
    /// What the practice wants on Sistema TS; `None` when the verdict is not `send`.
    pub(crate) desired: Option<Desired>,
    /// What there is evidence of.
    pub(crate) remote: Remote,
    /// What is to be done.
    pub(crate) work: Work,
    /// The service's messages of the last outcome.
    pub(crate) messaggi: Vec<Messaggio>,
    /// Numbers of its transmissions, oldest first.
    pub(crate) transmissions: Vec<u64>,
    /// A person took it off the service: it stays off until a person sends it.
    #[serde(default)]
    pub(crate) withheld: bool,
    /// The practice deleted the invoice.
    #[serde(default)]
    pub(crate) deleted: bool,
    /// From this day time alone may change its verdict.
    #[serde(default)]
    pub(crate) review_on: Option<Data>,
    /// The host is asked to save the invoice again.
    #[serde(default)]
    pub(crate) save_again: bool,
}

impl Record for Documento {
    const KIND: &'static str = "documento";
    const VERSION: u32 = 2;
}

/// A reason as it is kept: its sentences are looked up again by the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
pub(crate) struct ReasonRecord {
    pub(crate) code: String,
    pub(crate) path: String,
}

/// The wanted content.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct Desired {
    pub(crate) documento: DocumentoSpesa<Cifrato>,
    /// Keyed digest of the whole content with the tax code.
    pub(crate) fingerprint: String,
    /// Digest of the public key of its ciphertext.
    pub(crate) public_key: String,
}

/// Evidence of what the service has under the document's key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Remote {
    /// Nothing of ours.
    #[default]
    Absent,
    /// What was sent last.
    Present { sent: Sent, protocollo: Option<String>, remarks: Remarks },
    /// Another content than what was sent, or a cancelled document.
    Other { sent: Sent, found: Found },
    /// Not known: from the moment an attempt is opened until there is evidence.
    Unknown {
        attempt: String,
        sent: Sent,
        cause: Cause,
        absences: u32,
        /// What was there before the attempt.
        #[serde(default)]
        before: Box<Remote>,
        /// Who wanted it.
        #[serde(default)]
        by: By,
    },
    /// It was there, under this key, and was cancelled as the practice wanted.
    Cancelled { id_spesa: IdSpesa },
}

/// Whether the service made remarks when it accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Remarks {
    None,
    Some,
}

impl Remarks {
    /// Whether there are any.
    pub(crate) fn of(messaggi: &[Messaggio]) -> Self {
        if messaggi.is_empty() { Remarks::None } else { Remarks::Some }
    }
}

/// Why an outcome is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cause {
    /// No answer yet, none at all, or one that cannot be read.
    Lost,
    /// The service says that it has a document of this key already.
    AlreadyThere,
    /// The service says that it has no document of this key.
    NotThere,
    /// A person wants to know what is there, and what differs put right.
    Resync,
    /// A person wants it inserted again, if it is not there any more.
    Resend,
}

/// Who wants work done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    /// A person: in real time where possible.
    #[default]
    Person,
    /// An edit or deletion of what the service has: at once, alone.
    Edit,
    /// The cycle: in groups.
    Cycle,
    /// The engine, after a file was discarded as a whole: alone, so that one bad document does not
    /// cost the others.
    Alone,
}

/// What is to be done for a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Work {
    /// Nothing.
    Idle,
    /// Carry out its plan, not before this time; `tries` attempts failed already.
    Send {
        not_before: Timestamp,
        tries: u32,
        #[serde(default)]
        by: By,
    },
    /// Ask what became of it, not before this time; `tries` queries failed already.
    Settle { not_before: Timestamp, tries: u32 },
    /// The request of this attempt is under way; `tries` queries failed already.
    UnderWay { attempt: String, tries: u32 },
    /// It was handed in with the file of this transmission, whose outcome decides.
    HandedIn { transmission: u64 },
    /// The answer to the file of this transmission was lost: the file is looked for.
    Sought { transmission: u64 },
    /// Nothing until a person sends it again: it was refused.
    Refused,
    /// Nothing until a person sends it again: it was tried as often as is sensible.
    GivenUp,
}

/// What an attempt carried, as far as a query can confirm it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
pub(crate) struct Sent {
    pub(crate) operation: Operation,
    pub(crate) id_spesa: IdSpesa,
    pub(crate) fingerprint: String,
    pub(crate) data_pagamento: Data,
    /// Sum of the items for each kind of expense, in the order of the kinds.
    pub(crate) totals: Vec<(TipoSpesa, Importo)>,
    /// Its row of the registry.
    pub(crate) transmission: u64,
    /// Failed sendings before it.
    pub(crate) tries: u32,
    /// The original, of a refund.
    #[serde(default)]
    pub(crate) id_rimborso: Option<IdSpesa>,
    /// Whether it went without tax code.
    #[serde(default)]
    pub(crate) opposed: bool,
    /// The whole content, kept when what is wanted has become something else: a file cancels a
    /// document with its content and not with its key alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) documento: Option<Box<DocumentoSpesa<Cifrato>>>,
}
