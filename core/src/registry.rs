//! The registry: every transmission of data, with what became of it.

use serde::{Deserialize, Serialize};

use crate::domain::DocumentoSpesa;
use crate::time::Timestamp;
use crate::wire::{Messaggio, endpoint};

/// By which service a transmission left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Channel {
    /// `DocumentoSpesa730p`: one document, answered at once.
    Sync,
}

/// What a transmission does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// Inserimento.
    Inserimento,
    /// Rimborso.
    Rimborso,
}

impl Operation {
    /// What stores a document that is not there yet.
    pub(crate) fn first_of<C>(documento: &DocumentoSpesa<C>) -> Self {
        match documento.id_rimborso {
            Some(_) => Operation::Rimborso,
            None => Operation::Inserimento,
        }
    }

    /// The operation of the service.
    pub(crate) fn on_the_wire(self) -> endpoint::Operation {
        match self {
            Operation::Inserimento => endpoint::Operation::Inserimento,
            Operation::Rimborso => endpoint::Operation::Rimborso,
        }
    }
}

/// What became of the sending itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Transmission {
    /// Under way.
    Open,
    /// The service answered.
    Answered,
    /// It certainly did not leave.
    NotSent,
    /// Whether it arrived is not known yet.
    Unknown,
    /// Its answer was lost; a query found the document there.
    Recovered,
    /// Its answer was lost; queries found nothing there.
    Lost,
}

/// What the service decided of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Acceptance {
    /// Not decided or not known yet.
    Pending,
    /// Stored.
    Accepted,
    /// Stored, with remarks.
    AcceptedWithWarnings,
    /// Refused; nothing stored by it.
    Refused,
    /// It never came to a decision.
    None,
}

/// How many documents of a transmission ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Sent.
    pub inviati: u32,
    /// Accepted, with or without remarks.
    pub accolti: u32,
    /// Accepted with remarks.
    pub segnalati: u32,
    /// Refused.
    pub scartati: u32,
}

/// A transmission as the host sees it: one row of the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransmissionView {
    /// Its number, ascending within one store.
    pub number: u64,
    /// When it was sent.
    pub at: Timestamp,
    /// By which service.
    pub channel: Channel,
    /// To do what.
    pub operation: Operation,
    /// The host's ids of its documents.
    pub documents: Vec<String>,
    /// The service's protocol number.
    pub protocollo: Option<String>,
    /// What became of the sending itself.
    pub transmission: Transmission,
    /// What the service decided of the data.
    pub acceptance: Acceptance,
    /// How many documents ended how.
    pub counts: Counts,
    /// The service's messages.
    pub messaggi: Vec<Messaggio>,
    /// SHA-256 of the request's body, hexadecimal.
    pub request_digest: String,
    /// SHA-256 of the answer's body, hexadecimal, once there is one.
    pub response_digest: Option<String>,
    /// When its outcome became final.
    pub settled_at: Option<Timestamp>,
}
