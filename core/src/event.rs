//! What the host is told.

use serde::Serialize;

use crate::json::Read;
use crate::registry::{Counts, Operation};
use crate::time::Timestamp;
use crate::wire::Messaggio;

/// Something that happened. After a crash it may come twice with the same number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// Ascending within one store, without gaps.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "event", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum EventKind {
    /// The service has the document as it was sent; it is done.
    DocumentAccepted {
        /// The host's id of the document.
        id: String,
        /// By what.
        #[serde(default)]
        operation: Operation,
        /// The service's protocol number, opaque.
        protocollo: Option<String>,
        /// Remarks of the service; the document is stored all the same.
        messaggi: Vec<Messaggio>,
        /// Whether a query recovered the outcome of an attempt whose answer was lost.
        recovered: bool,
    },
    /// The document is not on the service any more, because the practice wants it so.
    DocumentCancelled {
        /// The host's id of the document.
        id: String,
        /// The protocol number of the cancellation, opaque; `None` when it was gone already.
        protocollo: Option<String>,
    },
    /// The service refused what was sent; nothing was stored by it. A person must act.
    DocumentRefused {
        /// The host's id of the document.
        id: String,
        /// Why, in the service's words.
        messaggi: Vec<Messaggio>,
    },
    /// The service holds another content under this document's key. A person must act.
    DocumentConflict {
        /// The host's id of the document.
        id: String,
        /// What was found.
        found: Found,
    },
    /// No answer came: whether the service has the document is not known; the engine will find out.
    OutcomeUnknown {
        /// The host's id of the document.
        id: String,
        /// When the engine asks the service.
        ask_at: Timestamp,
    },
    /// A document that was to be inserted again is still there: it can be updated, or cancelled
    /// first.
    StillThere {
        /// The host's id of the document.
        id: String,
    },
    /// A file was received; its outcome is asked for until it is final.
    FileReceived {
        /// Its row of the registry.
        transmission: u64,
        /// The protocol number, which certifies the reception alone.
        protocollo: String,
    },
    /// No answer came to a file: whether it arrived is not known; the engine will find out.
    FileUnknown {
        /// Its row of the registry.
        transmission: u64,
        /// When the engine asks the service.
        ask_at: Timestamp,
    },
    /// The service has worked on a file; each document of it has an event of its own.
    FileSettled {
        /// Its row of the registry.
        transmission: u64,
        /// How many documents ended how.
        counts: Counts,
    },
    /// The service discarded a whole file: nothing of it is stored.
    FileDiscarded {
        /// Its row of the registry.
        transmission: u64,
    },
    /// Time alone may have changed the verdict of an invoice, and the engine keeps no invoices:
    /// save it again.
    SaveAgain {
        /// The host's id of the document.
        id: String,
    },
    /// The sending did not take place and will be tried again.
    SendingPostponed {
        /// The host's id of the document.
        id: String,
        /// Not before this time.
        not_before: Timestamp,
    },
    /// The sending was tried as often as is sensible; it waits for a new command.
    SendingGivenUp {
        /// The host's id of the document.
        id: String,
    },
    /// The document cannot be sent any more, because its tax year has closed since it was saved.
    YearClosed {
        /// The host's id of the document.
        id: String,
    },
    /// An error of the engine keeps the document from its turn, such as a record that is damaged
    /// or was written by a newer version. The others go on.
    DocumentPutOff {
        /// The host's id of the document.
        id: String,
        /// The stable code of the [`Error`](crate::Error).
        code: String,
        /// When it is tried again.
        not_before: Timestamp,
    },
    /// The service refused the credentials. Nothing is sent until they change.
    CredentialsRefused {
        /// The service's code or fault; see [`codes`](crate::codes).
        code: String,
    },
    /// The service accepted the credentials.
    CredentialsAccepted,
    /// The test of the credentials came to no result; they may be right or wrong.
    CredentialsUnclear,
    /// Several requests in a row met silence, or faults that wrong credentials cause too (PROTOCOL
    /// section 8.4). Nothing is sent until they are tested.
    CredentialsSuspect,
    /// The key that encrypts is not the one used before in this store. Documents that wait to be
    /// sent were encrypted with the old one: save their invoices again, and send them.
    KeyChanged,
}

/// What a query found under the key of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// A document with another payment date or other totals.
    OtherContent,
    /// A document that was cancelled, whose key the service does not take again.
    Cancelled,
}
