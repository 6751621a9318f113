//! One document: where it stands, and the keys under which it is found.
//!
//! `remote` is evidence, `work` is intention. In the table, rows are (remote, work).
//!
//! | from | input | to |
//! |---|---|---|
//! | – | save, verdict `send` | (absent, idle): ready |
//! | – | save, other verdict | (absent, idle): waiting, to fix, out of scope |
//! | (absent, idle/refused/given up) | send | (absent, send) |
//! | (absent, send) | its turn comes | (unknown, under way): the intent is written |
//! | (unknown, under way) | accepted, esito 0 or 2 | (present, idle) |
//! | (unknown, under way) | refused, esito 1 | (absent, refused); (absent, idle) when edited since |
//! | (unknown, under way) | refused, credentials | (absent, send) and the holder pauses |
//! | (unknown, under way) | not sent | (absent, send later) |
//! | (unknown, under way) | no answer, unreadable answer, lease over, trouble inside the service | (unknown, settle later) |
//! | (unknown, under way) | S017: already there | (unknown, settle now) |
//! | (unknown, settle) | its turn comes | (unknown, under way) with a query |
//! | (unknown, query) | found, same content | (present, idle), protocol recovered |
//! | (unknown, query) | found, other content or cancelled | (other, idle): conflict |
//! | (unknown, query) | nothing found, first time | (unknown, settle later) |
//! | (unknown, query) | nothing found, again | (absent, send) |
//! | (unknown, query) | no answer, trouble | (unknown, settle later) |
//! | (unknown, under way), its attempt lost from the store | send | (unknown, settle now) |
//! | (unknown, any) | late answer of its own attempt | as if it had come in time |

use crate::command::{DocumentState, DocumentView};
use crate::domain::IdSpesa;
use crate::ledger::Stop;
use crate::record::{
    Desired, Documento, Remarks, Remote, Sent, Trasmissione, Work, documento_key, trasmissione_key,
};
use crate::registry::{Operation, TransmissionView};
use crate::rules::{Reason, Verdict};
use crate::state::Turn;
use crate::time::Timestamp;

/// Numbers of transmissions that a document remembers.
const TRANSMISSIONS_LIMIT: usize = 100;

impl Documento {
    /// When it has something to do by itself.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        match self.work {
            Work::Send { not_before, .. } | Work::Settle { not_before, .. } => Some(not_before),
            Work::Idle | Work::UnderWay { .. } | Work::Refused | Work::GivenUp => None,
        }
    }

    /// Whether the request of this attempt is under way for it.
    pub(crate) fn is_under_way(&self, attempt: &str) -> bool {
        matches!(&self.work, Work::UnderWay { attempt: open, .. } if open == attempt)
    }

    /// What it wants, when it can be sent and nobody asked for it yet.
    fn ready(&self) -> Option<&Desired> {
        let idle = self.work == Work::Idle && self.remote == Remote::Absent;
        self.desired.as_ref().filter(|_| idle)
    }

    /// Whether it refunds another document.
    pub(crate) fn is_refund(&self) -> bool {
        let desired = self.desired.as_ref();
        desired.is_some_and(|desired| desired.documento.id_rimborso.is_some())
    }

    /// The keys on Sistema TS that belong to it: what it wants, and what was sent.
    fn natural_keys(&self) -> impl Iterator<Item = &IdSpesa> {
        let sent = match &self.remote {
            Remote::Present { sent, .. }
            | Remote::Other { sent, .. }
            | Remote::Unknown { sent, .. } => Some(&sent.id_spesa),
            Remote::Absent => None,
        };
        self.desired.iter().map(|desired| &desired.documento.id_spesa).chain(sent)
    }

    /// The index keys under which it is found, with their values.
    fn index(&self) -> Vec<(String, Vec<u8>)> {
        let mut keys: Vec<_> = self
            .natural_keys()
            .map(|key| (natural_key(key), self.id.clone().into_bytes()))
            .collect();
        keys.dedup();
        if let Some(due) = self.due() {
            keys.push((due_key(due, &self.id), Vec::new()));
        }
        if let Some(desired) = self.ready() {
            let paid = desired.documento.data_pagamento;
            keys.push((format!("r/{paid}/{}", self.id), Vec::new()));
        }
        keys
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> DocumentState {
        match (&self.remote, &self.work) {
            (Remote::Unknown { attempt, .. }, Work::UnderWay { attempt: open, .. })
                if attempt == open =>
            {
                DocumentState::Sending
            }
            (Remote::Unknown { .. }, _) => DocumentState::Unknown,
            (Remote::Other { .. }, _) => DocumentState::Conflict,
            (Remote::Present { sent, remarks, .. }, _) => match (&self.desired, remarks) {
                (Some(desired), _) if desired.fingerprint != sent.fingerprint => {
                    DocumentState::ChangedAfterSending
                }
                (None, _) => DocumentState::ChangedAfterSending,
                (Some(_), Remarks::None) => DocumentState::Accepted,
                (Some(_), Remarks::Some) => DocumentState::AcceptedWithWarnings,
            },
            (Remote::Absent, Work::Send { .. }) => DocumentState::Queued,
            (Remote::Absent, Work::Refused) => DocumentState::Refused,
            (Remote::Absent, Work::GivenUp) => DocumentState::GivenUp,
            (Remote::Absent, Work::Idle | Work::UnderWay { .. } | Work::Settle { .. }) => {
                match self.verdict {
                    Verdict::Send => DocumentState::Ready,
                    Verdict::Wait => DocumentState::Waiting,
                    Verdict::OutOfScope => DocumentState::OutOfScope,
                    Verdict::Fix => DocumentState::ToFix,
                }
            }
        }
    }

    /// Its view for the host.
    pub(crate) fn view(&self) -> DocumentView {
        let documento = self.desired.as_ref().map(|desired| &desired.documento);
        let protocollo = match &self.remote {
            Remote::Present { protocollo, .. } => protocollo.clone(),
            _ => None,
        };
        DocumentView {
            id: self.id.clone(),
            state: self.state(),
            verdict: self.verdict,
            reasons: self.reasons.iter().map(|r| Reason::restored(&r.code, &r.path)).collect(),
            id_spesa: documento.map(|d| d.id_spesa.clone()),
            data_pagamento: documento.map(|d| d.data_pagamento),
            totale: documento.and_then(|d| d.totale()),
            protocollo,
            messaggi: self.messaggi.clone(),
            due: self.due(),
            transmissions: self.transmissions.clone(),
        }
    }
}

impl Desired {
    /// What an attempt carries, as far as a query can confirm it.
    pub(crate) fn sent(&self, transmission: u64, tries: u32) -> Sent {
        let mut totals: Vec<(crate::domain::TipoSpesa, crate::domain::Importo)> = Vec::new();
        let mut items: Vec<_> =
            self.documento.voci_spesa.iter().map(|v| (v.tipo_spesa, v.importo)).collect();
        items.sort();
        for (tipo, importo) in items {
            match totals.last_mut() {
                Some((last, total)) if *last == tipo => {
                    // Items are below 100 000 euro and a request is below 5 MB: no overflow.
                    *total = total.plus(importo).unwrap_or(*total);
                }
                _ => totals.push((tipo, importo)),
            }
        }
        Sent {
            operation: Operation::first_of(&self.documento),
            id_spesa: self.documento.id_spesa.clone(),
            fingerprint: self.fingerprint.clone(),
            data_pagamento: self.documento.data_pagamento,
            totals,
            transmission,
            tries,
        }
    }
}

impl Trasmissione {
    /// Its view for the host.
    pub(crate) fn view(self) -> TransmissionView {
        TransmissionView {
            number: self.number,
            at: self.at,
            channel: self.channel,
            operation: self.operation,
            documents: self.documents,
            protocollo: self.protocollo,
            transmission: self.transmission,
            acceptance: self.acceptance,
            counts: self.counts,
            messaggi: self.messaggi,
            request_digest: self.request_digest,
            response_digest: self.response_digest,
            settled_at: self.settled_at,
        }
    }
}

/// The index key of a document's key on Sistema TS.
pub(crate) fn natural_key(key: &IdSpesa) -> String {
    let IdSpesa { p_iva, data_emissione, dispositivo, num_documento } = key;
    format!("k/{p_iva}/{data_emissione}/{}/{}", dispositivo.number(), num_documento.as_str())
}

/// The index key of a time at which a document has something to do.
pub(crate) fn due_key(due: Timestamp, id: &str) -> String {
    format!("w/{:013}/{id}", due.0.max(0))
}

impl Turn<'_> {
    /// One document.
    pub(crate) fn documento(&mut self, id: &str) -> Result<Option<Documento>, Stop> {
        self.ledger.record(&documento_key(id))
    }

    /// Writes a document, and its index keys where they differ from before.
    pub(crate) fn put_documento(&mut self, before: Option<&Documento>, mut after: Documento) {
        let excess = after.transmissions.len().saturating_sub(TRANSMISSIONS_LIMIT);
        after.transmissions.drain(..excess);
        let (old, new) = (before.map(Documento::index).unwrap_or_default(), after.index());
        for (key, _) in old.iter().filter(|entry| !new.contains(entry)) {
            self.ledger.set(key.clone(), None);
        }
        for (key, value) in new.into_iter().filter(|entry| !old.contains(entry)) {
            self.ledger.set(key, Some(value));
        }
        self.ledger.put(documento_key(&after.id), &after);
    }

    /// Changes one row of the registry. A row that cannot be read stays as it is: the registry
    /// reports, and must not stand in the way of an outcome.
    pub(crate) fn change_trasmissione(
        &mut self,
        number: u64,
        change: impl FnOnce(&mut Trasmissione),
    ) -> Result<(), Stop> {
        let key = trasmissione_key(number);
        let found = match self.ledger.record::<Trasmissione>(&key) {
            Err(Stop::Error(_)) => None,
            found => found?,
        };
        if let Some(mut trasmissione) = found {
            change(&mut trasmissione);
            self.ledger.put(key, &trasmissione);
        }
        Ok(())
    }
}
