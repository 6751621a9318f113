//! What belongs to the store as a whole.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Record;
use crate::command::{Automation, DocumentState};
use crate::domain::{Ambiente, Data};
use crate::event::Event;
use crate::json::Read;
use crate::time::Timestamp;

/// What belongs to the store as a whole.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct Holder {
    /// The environment of every record here.
    pub(crate) ambiente: Ambiente,
    /// Keyed digest of the owner, to notice a store handed to the wrong engine.
    pub(crate) owner: String,
    /// Key of all keyed digests here, 32 random bytes in hexadecimal.
    pub(crate) salt: String,
    pub(crate) next_event: u64,
    /// Events of the last step, until it is known that they were delivered.
    pub(crate) undelivered: Vec<Event>,
    pub(crate) next_transmission: u64,
    pub(crate) next_attempt: u64,
    /// The one request under way: requests of a holder follow each other.
    pub(crate) flight: Option<Flight>,
    /// After trouble with the service, nothing leaves before this.
    pub(crate) hold: Option<Hold>,
    pub(crate) credentials: CredentialRecord,
    /// Digest of the public key that encrypted last.
    pub(crate) public_key: Option<String>,
    /// What happens by itself.
    #[serde(default)]
    pub(crate) automation: Automation,
    /// Nothing leaves.
    #[serde(default)]
    pub(crate) paused: bool,
    /// When the cycle looks at what is ready again.
    #[serde(default)]
    pub(crate) next_cycle: Timestamp,
    /// The index key of the ready document at which it stopped, when there were more.
    #[serde(default)]
    pub(crate) cycle_after: Option<String>,
    /// When the cycle last looked.
    #[serde(default)]
    pub(crate) last_cycle: Option<Timestamp>,
    /// When a document was last accepted.
    #[serde(default)]
    pub(crate) last_accepted: Option<Timestamp>,
    /// How many documents are in each state.
    #[serde(default)]
    pub(crate) counts: BTreeMap<DocumentState, u64>,
    /// How many invoices the host is asked to save again.
    #[serde(default)]
    pub(crate) save_again: u64,
    /// Index keys are being made: those of the documents up to this id are done.
    #[serde(default = "Holder::from_the_beginning")]
    pub(crate) reindexed_to: Option<String>,
    /// The same for the rows of the registry: those of this number and below are not done.
    #[serde(default = "Holder::from_the_newest")]
    pub(crate) rows_to_index: Option<u64>,
}

// Format 1 lacked keys that are needed now.
#[expect(clippy::unnecessary_wraps, reason = "defaults of optional fields")]
impl Holder {
    fn from_the_beginning() -> Option<String> {
        Some(String::new())
    }

    fn from_the_newest() -> Option<u64> {
        Some(u64::MAX)
    }

    /// Whether index keys are still being made.
    pub(crate) fn is_catching_up(&self) -> bool {
        self.reindexed_to.is_some() || self.rows_to_index.is_some()
    }
}

impl Record for Holder {
    const KIND: &'static str = "holder";
    const VERSION: u32 = 2;
}

/// The request under way.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct Flight {
    pub(crate) attempt: String,
    /// Until then another process leaves it alone; afterwards its outcome counts as unknown.
    pub(crate) lease_until: Timestamp,
}

/// A pause after trouble.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct Hold {
    pub(crate) until: Timestamp,
    /// Troubles in a row.
    pub(crate) troubles: u32,
}

/// What is known of the credentials, by keyed fingerprint; never the credentials.
#[derive(Clone, Debug, Default, Serialize, Read)]
pub(crate) struct CredentialRecord {
    /// Refused ones, newest last; the oldest are forgotten beyond a few.
    pub(crate) refused: Vec<RefusedCredentials>,
    /// The ones the service took last.
    pub(crate) proven: Option<ProvenCredentials>,
    /// Requests in a row without a usable answer, newest last; the oldest are forgotten beyond a
    /// few.
    pub(crate) unanswered: Vec<UnansweredCredentials>,
    /// A person asked for a test of these.
    pub(crate) test: Option<String>,
    /// The ones in use, and since when.
    #[serde(default)]
    pub(crate) present: Option<PresentCredentials>,
}

/// The credentials in use.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct PresentCredentials {
    /// Of the password alone: a new pincode does not make it younger.
    pub(crate) password: String,
    /// When it was set, as the host says, or first seen.
    pub(crate) since: Data,
    /// Whether the host said so.
    pub(crate) said: bool,
}

/// Credentials that the service refused.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct RefusedCredentials {
    pub(crate) fingerprint: String,
    pub(crate) at: Timestamp,
    pub(crate) code: String,
    /// Number of the attempt that was refused.
    #[serde(default)]
    pub(crate) attempt: u64,
}

/// Credentials that the service took.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct ProvenCredentials {
    pub(crate) fingerprint: String,
    pub(crate) at: Timestamp,
}

/// Credentials whose last requests met silence, or faults that wrong ones cause too.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct UnansweredCredentials {
    pub(crate) fingerprint: String,
    pub(crate) requests: u32,
    /// Nothing leaves with them before this.
    pub(crate) not_before: Timestamp,
}
