//! What a host asks for, and the answers.

use serde::{Deserialize, Serialize};

use crate::domain::invoice::Input;
use crate::domain::{Data, IdSpesa, Importo};
use crate::registry::TransmissionView;
use crate::rules::{Reason, Verdict};
use crate::time::Timestamp;
use crate::wire::Messaggio;

/// A wish of the host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Command {
    /// Judge invoices and keep what is to be sent of them; at most [`Command::SAVE_LIMIT`] at
    /// once. Saving the same invoice again changes nothing; saving a changed one replaces what was
    /// not sent yet. Answered with [`Answer::Saved`].
    Save {
        /// The invoices as the practice has them.
        invoices: Vec<Input>,
    },
    /// Send documents now, by the sync service, one after the other. Answered with
    /// [`Answer::Queued`].
    Send {
        /// Which.
        what: Selection,
    },
    /// Ask the service, without storing anything there, whether the credentials are right. The
    /// result comes as an event. Answered with [`Answer::Testing`].
    TestCredentials {
        /// Test even credentials that were refused already. Eight wrong attempts disable the
        /// account, so only a person decides this.
        again: bool,
    },
    /// A page of the registry of transmissions, newest first. Answered with [`Answer::Registry`].
    List {
        /// `next` of the page before; `None` for the first page.
        after: Option<String>,
        /// At most this many, 1 to [`Command::PAGE_LIMIT`].
        limit: u32,
    },
    /// A page of the documents, by id. Answered with [`Answer::Documents`].
    Documents {
        /// `next` of the page before; `None` for the first page.
        after: Option<String>,
        /// At most this many, 1 to [`Command::PAGE_LIMIT`].
        limit: u32,
    },
    /// One document. Answered with [`Answer::Document`].
    Document {
        /// The host's id.
        id: String,
    },
}

impl Command {
    /// Most invoices in one `Save`.
    pub const SAVE_LIMIT: usize = 500;
    /// Most documents in one `Send`.
    pub const SEND_LIMIT: usize = 500;
    /// Most entries in one page.
    pub const PAGE_LIMIT: u32 = 500;
}

/// Which documents to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// These, by the host's ids. One that was refused before is sent again.
    Ids(Vec<String>),
    /// All that are ready and were never refused, oldest payment first, at most `limit`
    /// (1 to [`Command::SEND_LIMIT`]).
    Ready {
        /// At most this many.
        limit: u32,
    },
}

/// The answer to a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Answer {
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
}

/// What became of one saved invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[serde(rename_all = "camelCase")]
pub struct Queued {
    /// The host's id.
    pub id: String,
    /// Whether it leaves, or why not.
    pub outcome: QueueOutcome,
}

/// Whether a document leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum QueueOutcome {
    /// It leaves as soon as its turn comes.
    Queued,
    /// It is on its way already, or its outcome is being found out.
    UnderWay,
    /// The service has it already, with this content.
    AlreadyAccepted,
    /// The service has a different content under its key.
    Conflict,
    /// It was accepted and edited since; propagating an edit is not a sending.
    ChangedAfterSending,
    /// Its verdict is not `send`.
    NotSendable,
    /// No invoice of this id was saved.
    NotFound,
}

/// Whether a test of credentials goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Testing {
    /// A request goes out; the result comes as an event.
    Started,
    /// Another request is under way; the test follows it.
    Queued,
    /// The service refused these very credentials before; see `again`.
    RefusedBefore,
}

/// Where a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// The service has it as it was before an edit.
    ChangedAfterSending,
    /// Sending was tried as often as is sensible.
    GivenUp,
}

/// A document as the host sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    /// The key on Sistema TS; `None` when the verdict is not `send`.
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
    /// The numbers of its transmissions, oldest first.
    pub transmissions: Vec<u64>,
}
