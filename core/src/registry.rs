//! The registry: every transmission of data, with what became of it.

use serde::Serialize;

use crate::domain::{Data, DocumentoSpesa};
use crate::json::Read;
use crate::time::Timestamp;
use crate::wire::precompilata::FlagOperazione;
use crate::wire::{Messaggio, endpoint};

/// By which service a transmission left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Channel {
    /// `DocumentoSpesa730p`: one document, answered at once.
    Sync,
    /// `InvioTelematicoSS730pMtom`: a file of documents, whose outcome comes later.
    File,
}

/// What a transmission does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// Inserimento: stores a document.
    #[default]
    Inserimento,
    /// Variazione: replaces the content of a document that is there.
    Variazione,
    /// Rimborso: stores a refund of a document that is there.
    Rimborso,
    /// Cancellazione: takes a document away.
    Cancellazione,
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
            Operation::Variazione => endpoint::Operation::Variazione,
            Operation::Rimborso => endpoint::Operation::Rimborso,
            Operation::Cancellazione => endpoint::Operation::Cancellazione,
        }
    }

    /// What it is called in a file.
    pub(crate) fn in_a_file(self) -> FlagOperazione {
        match self {
            Operation::Inserimento => FlagOperazione::Inserimento,
            Operation::Variazione => FlagOperazione::Variazione,
            Operation::Rimborso => FlagOperazione::Rimborso,
            Operation::Cancellazione => FlagOperazione::Cancellazione,
        }
    }
}

/// What became of the sending itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Acceptance {
    /// Not decided or not known yet.
    Pending,
    /// Stored.
    Accepted,
    /// Stored, with remarks.
    AcceptedWithWarnings,
    /// Some documents of it were stored, others refused.
    PartlyRefused,
    /// Refused; nothing stored by it.
    Refused,
    /// It never came to a decision.
    None,
}

/// How many documents of a transmission ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// How far the service is with a file (`stato` of EsitoInvii, PROTOCOL section 6.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FileProgress {
    /// Its name, `nomeFileAllegato`.
    pub nome_file: String,
    /// `stato`; `None` before the first answer.
    pub stato: Option<i32>,
}

/// Which rows of the registry are asked for; all conditions hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Filter {
    /// Those of this document, by the host's id.
    pub document: Option<String>,
    /// The one with this protocol number.
    pub protocollo: Option<String>,
    /// Sent on this day in Italy or later.
    pub from: Option<Data>,
    /// Sent on this day in Italy or before.
    pub to: Option<Data>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
}

/// Outcomes that a page of the registry can be limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Not final yet.
    Open,
    /// Everything was stored, with or without remarks.
    Accepted,
    /// Stored, with remarks on one document at least.
    Warnings,
    /// One document at least was refused.
    Errors,
    /// It did not arrive.
    NotArrived,
}

impl Outcome {
    /// Whether a row has it.
    pub(crate) fn fits(self, row: &TransmissionView) -> bool {
        match self {
            Outcome::Open => row.acceptance == Acceptance::Pending,
            Outcome::Accepted => {
                matches!(row.acceptance, Acceptance::Accepted | Acceptance::AcceptedWithWarnings)
            }
            Outcome::Warnings => row.counts.segnalati > 0,
            Outcome::Errors => {
                matches!(row.acceptance, Acceptance::Refused | Acceptance::PartlyRefused)
            }
            Outcome::NotArrived => row.acceptance == Acceptance::None,
        }
    }
}

/// A transmission as the host sees it: one row of the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// How far the service is with it, when it is a file.
    pub file: Option<FileProgress>,
    /// The service's messages; those about single documents of a file are with the documents.
    pub messaggi: Vec<Messaggio>,
    /// SHA-256 of the request's body, hexadecimal.
    pub request_digest: String,
    /// SHA-256 of the answer's body, hexadecimal, once there is one.
    pub response_digest: Option<String>,
    /// When its outcome became final.
    pub settled_at: Option<Timestamp>,
}
