//! The registry, the files on their way, and what others put on the service.

use serde::Serialize;

use super::{Record, Remarks};
use crate::domain::{Ambiente, Data, IdSpesa, Importo, TipoSpesa};
use crate::json::Read;
use crate::registry::{Acceptance, Channel, Counts, FileProgress, Operation, Transmission};
use crate::time::Timestamp;
use crate::wire::Messaggio;

/// One row of the registry.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct Trasmissione {
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) ambiente: Ambiente,
    pub(crate) channel: Channel,
    pub(crate) operation: Operation,
    pub(crate) attempt: String,
    pub(crate) documents: Vec<String>,
    pub(crate) protocollo: Option<String>,
    pub(crate) transmission: Transmission,
    pub(crate) acceptance: Acceptance,
    pub(crate) counts: Counts,
    pub(crate) messaggi: Vec<Messaggio>,
    pub(crate) request_digest: String,
    pub(crate) response_digest: Option<String>,
    pub(crate) settled_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<FileProgress>,
    /// Documents of it that did not arrive.
    #[serde(default)]
    pub(crate) lost: u32,
}

impl Record for Trasmissione {
    const KIND: &'static str = "trasmissione";
    const VERSION: u32 = 2;
}

/// A file whose outcome is not final.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct Invio {
    pub(crate) number: u64,
    /// The attempt that handed it in.
    pub(crate) attempt: String,
    pub(crate) opened_at: Timestamp,
    pub(crate) stage: Stage,
    pub(crate) not_before: Timestamp,
    /// Questions of this stage so far.
    pub(crate) asked: u32,
    /// Its protocol, once it is known.
    pub(crate) protocollo: Option<String>,
    /// An earlier sending of these documents may have arrived all the same.
    pub(crate) after_loss: bool,
    /// How many of its documents the service says it refused.
    pub(crate) refused: u64,
}

impl Record for Invio {
    const KIND: &'static str = "invio";
    const VERSION: u32 = 2;
}

/// What is to be done next for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// It is being handed in.
    Uploading,
    /// Its answer was lost: look for it among the files of the last days.
    Search,
    /// It was received: ask how far the service is.
    Wait,
    /// The service has worked on it and refused, or remarked on, some: fetch the errors.
    Errors,
    /// A file was found that may be it, and is final: whose file is a document of it in?
    Proof,
}

/// A document that the service has and no invoice of the host is known for.
#[derive(Clone, Debug, Serialize, Read)]
pub(crate) struct Adottato {
    pub(crate) id_spesa: IdSpesa,
    pub(crate) data_pagamento: Option<Data>,
    pub(crate) totals: Vec<(TipoSpesa, Importo)>,
    pub(crate) protocollo: Option<String>,
    pub(crate) at: Timestamp,
}

impl Record for Adottato {
    const KIND: &'static str = "adottato";
    const VERSION: u32 = 2;
}

impl Trasmissione {
    /// One of its documents was stored.
    pub(crate) fn accept(&mut self, remarks: Remarks, now: Timestamp) {
        self.counts.accolti += 1;
        self.counts.segnalati += u32::from(remarks == Remarks::Some);
        self.conclude(now);
    }

    /// One of its documents was refused.
    pub(crate) fn refuse(&mut self, now: Timestamp) {
        self.counts.scartati += 1;
        self.conclude(now);
    }

    /// One of its documents is not there by it.
    pub(crate) fn lose(&mut self, now: Timestamp) {
        self.lost += 1;
        self.conclude(now);
    }

    /// What the documents' outcomes come to, once all have one.
    fn conclude(&mut self, now: Timestamp) {
        let Counts { inviati, accolti, segnalati, scartati } = self.counts;
        if accolti + scartati + self.lost < inviati {
            return;
        }
        if self.lost == inviati && self.transmission == Transmission::Unknown {
            self.transmission = Transmission::Lost;
        }
        self.acceptance = match (accolti, segnalati, scartati) {
            (0, _, 0) => Acceptance::None,
            (0, _, _) => Acceptance::Refused,
            (_, 0, 0) => Acceptance::Accepted,
            (_, _, 0) => Acceptance::AcceptedWithWarnings,
            _ => Acceptance::PartlyRefused,
        };
        self.settled_at = Some(now);
    }
}
