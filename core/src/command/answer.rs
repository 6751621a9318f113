//! The answers to commands.

use serde::Serialize;

use crate::comparison::Comparison;
use crate::domain::{Data, IdSpesa, Importo};
use crate::health::{CalendarView, Health, Status};
use crate::json::Read;
use crate::receipts::Receipts;
use crate::registry::TransmissionView;
use crate::rules::{Reason, Verdict};
use crate::time::Timestamp;
use crate::wire::Messaggio;

/// The answer to a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "answer", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Answer {
    /// It is done.
    Done,
    /// Of `Save`: one entry for each invoice, in order.
    Saved {
        /// The verdicts.
        documents: Vec<Saved>,
    },
    /// Of `Send`.
    Queued {
        /// One entry for each document.
        documents: Vec<Queued>,
    },
    /// Of `Change`: one entry for each document, in order.
    Changed {
        /// What follows.
        documents: Vec<Changed>,
    },
    /// Of `Refund`.
    Refund {
        /// Whether it leaves, or why not.
        outcome: RefundOutcome,
        /// What became of the credit note; `None` when it was not saved.
        saved: Option<Saved>,
    },
    /// Of `TestCredentials`.
    Testing {
        /// Whether a request goes out, or why not.
        outcome: Testing,
    },
    /// Of `List`.
    Registry {
        /// The transmissions, newest first.
        transmissions: Vec<TransmissionView>,
        /// For the next page; `None` at the end.
        next: Option<String>,
    },
    /// Of `Documents`.
    Documents {
        /// The documents, by id.
        documents: Vec<DocumentView>,
        /// For the next page; `None` at the end.
        next: Option<String>,
    },
    /// Of `Document`.
    Document {
        /// The document, or `None` when no invoice of this id was saved.
        document: Option<Box<DocumentView>>,
    },
    /// Of `Status`.
    Status {
        /// Everything about it, or `None` when no invoice of this id was saved.
        status: Option<Box<Status>>,
    },
    /// Of `Health`.
    Health {
        /// What needs a person.
        health: Box<Health>,
    },
    /// Of `Calendar`.
    Calendar {
        /// The deadlines.
        calendar: CalendarView,
    },
    /// Of `Receipts`, `Compare` and `Segnalazioni`, at first: whether the service is asked. The
    /// result is the answer of a later step.
    Asked {
        /// Whether a request goes out, or why not.
        outcome: Asked,
    },
    /// Of `Receipts`, in the end.
    Receipts {
        /// The archive and what it says.
        receipts: Box<Receipts>,
    },
    /// Of `Compare`, in the end.
    Comparison {
        /// What was found.
        comparison: Box<Comparison>,
    },
    /// Of `Segnalazioni`, in the end.
    Segnalazioni {
        /// Names of the columns, as the service has them: no document describes them.
        columns: Vec<String>,
        /// Rows, a cell for each column, tax codes left out.
        rows: Vec<Vec<String>>,
        /// The service's messages.
        messaggi: Vec<Messaggio>,
    },
    /// Of `Receipts`, `Compare` and `Segnalazioni`, in the end, when the service gave no usable
    /// answer; nothing has changed, ask again later.
    NoAnswer {
        /// The service's messages, if it sent any.
        messaggi: Vec<Messaggio>,
    },
    /// Of `Export`.
    Exported {
        /// Whole lines of the file.
        text: String,
        /// For the next page; `None` at the end of the file.
        next: Option<String>,
    },
    /// Of `Import`.
    Imported {
        /// Entries taken so far.
        entries: u64,
        /// Whether the file is complete and the store ready for use.
        complete: bool,
    },
}

/// What became of one saved invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Saved {
    /// The host's id.
    pub id: String,
    /// The verdict.
    pub verdict: Verdict,
    /// All reasons.
    pub reasons: Vec<Reason>,
    /// Where the document stands now.
    pub state: DocumentState,
}

/// What became of one document that was to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Queued {
    /// The host's id.
    pub id: String,
    /// Whether it leaves, or why not.
    pub outcome: QueueOutcome,
}

/// Whether a document leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum QueueOutcome {
    /// It leaves as soon as its turn comes.
    Queued,
    /// It is on its way already, or its outcome is being found out.
    UnderWay,
    /// The service has it already, with this content.
    AlreadyAccepted,
    /// The service has a different content under its key: decide with
    /// [`Update`](Change::Update), [`Resync`](Change::Resync) or [`Cancel`](Change::Cancel).
    Conflict,
    /// Its verdict is not `send`.
    NotSendable,
    /// Its tax year is closed: nothing can be sent for it any more.
    YearClosed,
    /// It refunds a document that the service does not have.
    OriginalMissing,
    /// No invoice of this id was saved, or it was deleted.
    NotFound,
}

/// One of the manual tools of a document list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// The practice deletes the invoice: if the service has it, it is cancelled there at once, in
    /// either mode. Deleting what the service has, or may have, needs a confirmation.
    Delete,
    /// «Re-invia STS»: an insertion, also of a document that counts as sent. The service is asked
    /// first, since it refuses what it still has.
    Resend,
    /// «Aggiorna su STS»: a variation of what the service has, also when nothing seems to differ;
    /// an insertion when the last sending was refused, because then nothing is there.
    Update,
    /// «Cancella su STS»: only there; the invoice stays, and is not sent again until a person
    /// sends it. Needs a confirmation.
    Cancel,
    /// «Risincronizza su STS»: the service is asked what it has, and what differs is put right.
    Resync,
}

/// What follows from a change of one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// The host's id.
    pub id: String,
    /// Whether something leaves, or why not.
    pub outcome: ChangeOutcome,
}

/// Whether a change leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeOutcome {
    /// It leaves as soon as its turn comes.
    Queued,
    /// It is done: there was nothing to send.
    Done,
    /// The service has the document, or may have it: the change needs the user's confirmation.
    NeedsConfirmation,
    /// Another request of it is under way, or its outcome is being found out. The wish is kept
    /// where it can be (delete, cancel), otherwise ask again later.
    UnderWay,
    /// The service has nothing of it.
    NothingThere,
    /// Its verdict is not `send`.
    NotSendable,
    /// Its tax year is closed: what the service has cannot be changed any more. A deleted invoice
    /// stays known here for as long as it is there.
    YearClosed,
    /// This access has no service to ask for single documents. A person who looked at the portal
    /// says with `Resend` that a document is not there, with `Update` or `Cancel` that it is.
    NotAvailable,
    /// No invoice of this id was saved, or it was deleted.
    NotFound,
}

/// Whether a refund leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefundOutcome {
    /// It leaves as soon as its turn comes.
    Queued,
    /// It is on its way already, or sent.
    AlreadySent,
    /// A refund cannot be taken for a correction: it needs the user's confirmation.
    NeedsConfirmation,
    /// The document is no credit note that refers to an original.
    NotARefund,
    /// Its verdict is not `send`; the reasons say why.
    NotSendable,
    /// The service does not have the original, as far as is known.
    OriginalMissing,
    /// The refunds of the original would exceed it.
    ExceedsOriginal,
    /// The tax year is closed.
    YearClosed,
}

/// Whether a test of credentials goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Testing {
    /// A request goes out; the result comes as an event.
    Started,
    /// Another request is under way; the test follows it.
    Queued,
    /// The service refused these very credentials before; see `again`.
    RefusedBefore,
    /// This access has no service to test them with: nothing goes out now, and they may be used
    /// again; the next file tests them.
    WithNextFile,
}

/// Whether the service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase", tag = "asked")]
#[non_exhaustive]
pub enum Asked {
    /// A request goes out.
    Started,
    /// Another request of this holder is under way: ask again then.
    Busy {
        /// When it is over at the latest.
        until: Timestamp,
    },
    /// The credentials were refused, or are suspect: nothing leaves with them but a test.
    CredentialsNotUsable,
    /// Nothing leaves: the holder is paused.
    Paused,
    /// There is nothing to ask for: the transmission has no protocol number.
    NoProtocollo,
}

/// Where a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DocumentState {
    /// Verdict `wait`: something must happen first.
    Waiting,
    /// Verdict `fix`: a person must correct it.
    ToFix,
    /// Verdict `out_of_scope`: it does not belong on Sistema TS.
    OutOfScope,
    /// It can be sent.
    Ready,
    /// It is wanted and waits for its turn.
    Queued,
    /// A request is under way.
    Sending,
    /// It was handed in with a file; what the service decides of it is not known yet.
    HandedIn,
    /// Whether the service has it is not known; the engine will find out.
    Unknown,
    /// The service has it.
    Accepted,
    /// The service has it and made remarks.
    AcceptedWithWarnings,
    /// The service refused it; nothing is stored there.
    Refused,
    /// The service has another content under its key.
    Conflict,
    /// The service has it as it was before an edit; the change is about to leave.
    Changing,
    /// The service has it as it was before an edit, and the change cannot leave: the reasons or
    /// the plan say why.
    ChangedAfterSending,
    /// The service has it as it was before an edit, and refused the change.
    ChangeRefused,
    /// It was taken off the service, and stays off until a person sends it.
    Cancelled,
    /// The invoice was deleted, and the service does not have it.
    Deleted,
    /// Sending was tried as often as is sensible.
    GivenUp,
}

/// A document as the host sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DocumentView {
    /// The host's id.
    pub id: String,
    /// Where it stands.
    pub state: DocumentState,
    /// The verdict of the last save.
    pub verdict: Verdict,
    /// The reasons of the last save.
    pub reasons: Vec<Reason>,
    /// The key on Sistema TS that is wanted; `None` when the verdict is not `send`.
    pub id_spesa: Option<IdSpesa>,
    /// When it was paid.
    pub data_pagamento: Option<Data>,
    /// The sum of the items.
    pub totale: Option<Importo>,
    /// The protocol number, once accepted.
    pub protocollo: Option<String>,
    /// The service's messages of the last outcome.
    pub messaggi: Vec<Messaggio>,
    /// When something happens next by itself.
    pub due: Option<Timestamp>,
    /// Whether the host is asked to save the invoice again, because time alone may have changed
    /// its verdict, or the key that encrypts has changed.
    pub save_again: bool,
    /// The numbers of its transmissions, oldest first.
    pub transmissions: Vec<u64>,
}
