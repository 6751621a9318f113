//! What a host asks for, and the answers.

mod answer;
mod json;

#[cfg(feature = "schema")]
pub(crate) use json::schema::AnyInvoice;

pub use answer::{
    Answer, Asked, Change, ChangeOutcome, Changed, DocumentState, DocumentView, QueueOutcome,
    Queued, RefundOutcome, Saved, Testing,
};

use serde::Serialize;

use crate::domain::Data;
use crate::domain::invoice::Input;
use crate::json::Read;
use crate::registry::Filter;

/// A wish of the host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Command {
    /// Judge invoices and keep what is to be sent of them; at most [`Command::SAVE_LIMIT`] at
    /// once. Saving the same invoice again changes nothing. A changed one replaces what was not
    /// sent yet; when the service has the document, the change leaves at once, alone, in either
    /// mode. Answered with [`Answer::Saved`].
    Save {
        /// The invoices as the practice has them.
        invoices: Vec<Input>,
    },
    /// Send documents now («Invio STS»): by the sync service, one after the other, unless the
    /// holder's channel is the file. Answered with [`Answer::Queued`].
    Send {
        /// Which.
        what: Selection,
    },
    /// One of the manual tools of a document list. Answered with [`Answer::Changed`].
    Change {
        /// What is to happen.
        change: Change,
        /// The host's ids; at most [`Command::SEND_LIMIT`].
        ids: Vec<String>,
        /// The user has confirmed it. Without, whatever needs a confirmation changes nothing and
        /// is answered [`ChangeOutcome::NeedsConfirmation`].
        confirmed: bool,
    },
    /// Give money back («Rimborsa su STS»): save the credit note and send it as the refund of the
    /// document it refers to. Answered with [`Answer::Refund`].
    Refund {
        /// The credit note, with its own number, referring to its original.
        invoice: Box<Input>,
        /// The user has confirmed that it is really a refund and not a correction.
        confirmed: bool,
    },
    /// Ask the service, without storing anything there, whether the credentials are right. The
    /// result comes as an event. Answered with [`Answer::Testing`].
    TestCredentials {
        /// Test even credentials that were refused already. Eight wrong attempts disable the
        /// account, so only a person decides this.
        again: bool,
    },
    /// Say when the password was set on the portal, for the countdown to its expiry; when nobody
    /// says so, it counts from the first use. Answered with [`Answer::Done`].
    PasswordSetOn {
        /// The day.
        day: Data,
    },
    /// Choose what happens by itself. Answered with [`Answer::Done`].
    Configure {
        /// All choices; those before are replaced.
        automation: Automation,
    },
    /// Let nothing leave any more, edits and questions about outcomes included, until
    /// [`Command::Resume`]. Only a test of the credentials that a person asks for still leaves.
    /// Answered with [`Answer::Done`].
    Pause,
    /// End a pause. Answered with [`Answer::Done`].
    Resume,
    /// A page of the registry of transmissions, newest first. Answered with [`Answer::Registry`].
    List {
        /// Which rows.
        filter: Filter,
        /// `next` of the page before; `None` for the first page.
        after: Option<String>,
        /// At most this many, 1 to [`Command::PAGE_LIMIT`]. A page may be shorter and still have a
        /// next one: a page looks at a bounded number of rows.
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
    /// Everything about one document: where it stands, its history, the plan, the deadline, and a
    /// sentence for the user. Answered with [`Answer::Status`].
    Status {
        /// The host's id.
        id: String,
    },
    /// What needs a person, and what will. Answered with [`Answer::Health`].
    Health,
    /// The deadlines ahead and what is at stake. Answered with [`Answer::Calendar`].
    Calendar,
    /// Fetch the receipts of a transmission from the service, now. Answered with
    /// [`Answer::Asked`], and when the service has answered with [`Answer::Receipts`].
    Receipts {
        /// Of which.
        of: ReceiptOf,
    },
    /// Compare a month with what the service has, by its monthly report. Answered with
    /// [`Answer::Asked`], and when the service has answered with [`Answer::Comparison`].
    Compare {
        /// The month of the payments.
        month: Month,
        /// What to do with what is found.
        apply: Apply,
    },
    /// What citizens reported about documents. Answered with [`Answer::Asked`], and when the
    /// service has answered with [`Answer::Segnalazioni`].
    Segnalazioni {
        /// First day of the reports.
        from: Data,
        /// Last day.
        to: Data,
    },
    /// A page of the holder's ledger as text, for a copy of everything in one file: the texts of
    /// all pages one after the other. Answered with [`Answer::Exported`].
    Export {
        /// `next` of the page before; `None` for the first page.
        after: Option<String>,
        /// At most this many entries, 1 to [`Command::PAGE_LIMIT`].
        limit: u32,
    },
    /// A piece of such a file, of whole lines, into a store that is empty but for the pieces
    /// before. Until the last piece is in, nothing else is done with the store. Answered with
    /// [`Answer::Imported`].
    Import {
        /// The lines.
        text: String,
    },
}

impl Command {
    /// Most invoices in one `Save`.
    pub const SAVE_LIMIT: usize = 500;
    /// Most documents in one `Send` or `Change`.
    pub const SEND_LIMIT: usize = 500;
    /// Most entries in one page.
    pub const PAGE_LIMIT: u32 = 500;
    /// Most documents in one group of the cycle.
    pub const GROUP_LIMIT: u32 = 1_000;
}

/// Which documents to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Selection {
    /// These, by the host's ids. One that was refused before is sent again.
    Ids(Vec<String>),
    /// All that are ready and were never refused, oldest payment first.
    Ready {
        /// At most this many, 1 to 500.
        limit: u32,
    },
}

/// What happens by itself. By default nothing but the edits of documents that the service has
/// (CHECKLIST S17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Automation {
    /// Whether ready documents leave by themselves.
    pub mode: Mode,
    /// By which service documents leave; `auto` when absent.
    #[serde(default)]
    pub channel: ChannelChoice,
    /// Most documents in one group of the cycle, 1 to 1000; 25 when absent.
    #[serde(default = "Automation::group")]
    pub group: u32,
}

impl Automation {
    const fn group() -> u32 {
        25
    }
}

impl Default for Automation {
    fn default() -> Self {
        let (mode, channel) = (Mode::Manual, ChannelChoice::default());
        Automation { mode, channel, group: Automation::group() }
    }
}

/// Whether ready documents leave by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Mode {
    /// Only when asked to.
    Manual,
    /// Every ten minutes.
    Automatic {
        /// Only documents paid on this day or later, so that what was keyed by hand or sent by
        /// another program before is left alone.
        send_from: Data,
    },
}

/// By which service documents leave, where both are available.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChannelChoice {
    /// What a person sends and what is alone by the sync service, the groups of the cycle by file.
    #[default]
    Auto,
    /// Everything by the sync service, one after the other.
    Sync,
    /// Everything by file.
    File,
}

/// A transmission whose receipts are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReceiptOf {
    /// The row of the registry with this number.
    Transmission(u64),
    /// The protocol number, also of a transmission that this ledger does not know.
    Protocollo(String),
}

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Month {
    /// Year, from 2015.
    pub anno: u16,
    /// Month, 1 to 12.
    pub mese: u8,
}

/// What follows from a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Apply {
    /// Nothing: it is only shown.
    Nothing,
    /// What the service has and the ledger does not know to be there becomes known («adotta»).
    /// Nothing is sent.
    Adopt,
    /// The same, and what differs or is missing there is sent again, as the practice has it now
    /// («Risincronizza»). What is missing there is asked for one by one before.
    Realign,
}
