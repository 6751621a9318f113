//! One document: where it stands, and the keys under which it is found.
//!
//! `remote` is evidence, `work` is intention. In the table, rows are (remote, work); "there" stands
//! for what was there before the attempt: nothing, a cancelled document, or the present one.
//!
//! | from | input | to |
//! |---|---|---|
//! | – | save | (absent, idle): ready, waiting, to fix, out of scope |
//! | (absent, idle/refused/given up) | send; the cycle | (absent, send) |
//! | (present, any) | an edit, a deletion, update, cancel | (present, send) |
//! | (there, send) | its turn comes, the plan has an operation | (unknown, under way): the intent is written |
//! | (there, send) | its turn comes, the plan has none | (there, idle) |
//! | (there, send) | its turn comes, another document must move first | (there, send later), and that one is due |
//! | (unknown, under way) | accepted | (present or cancelled, idle); (…, send) when edited since or the plan goes on |
//! | (unknown, under way) | refused | (there, refused); (there, idle or send) when edited since |
//! | (unknown, under way) | refused, credentials | (there, send) and the holder pauses |
//! | (unknown, under way) | not sent | (there, send later) |
//! | (unknown, under way) | no answer, unreadable answer, lease over, trouble inside the service | (unknown, settle later) |
//! | (unknown, under way) | S017 on an insertion, S022 on anything else | (unknown, settle now) |
//! | (unknown, under way) | a file was received | (unknown, handed in) |
//! | (unknown, under way) | the answer to a file is lost | (unknown, sought) |
//! | (unknown, sought) | the file is found, or its answer comes late | (unknown, handed in) |
//! | (unknown, sought) | the file is nowhere | (there, send later) |
//! | (unknown, handed in) | the file's outcome | as an answer |
//! | (unknown, handed in or sought) | the file cannot be found or trusted | (unknown, settle now) |
//! | (unknown, settle) | its turn comes | (unknown, under way) with a query |
//! | (unknown, query) | the attempt took effect | as accepted, protocol recovered |
//! | (unknown, query) | something else is there | (other, idle): conflict |
//! | (unknown, query) | the attempt took no effect, first time | (unknown, settle later) |
//! | (unknown, query) | the attempt took no effect, again | (there, send) |
//! | (unknown, query) | no answer, trouble | (unknown, settle later) |
//! | (any, idle/refused/given up) | resync, resend | (unknown, settle now) |
//! | (unknown, under way), its attempt lost from the store | send | (unknown, settle now) |
//! | (unknown, any) | late answer of its own attempt | as if it had come in time |

use crate::command::{DocumentState, DocumentView};
use crate::comparison::Known;
use crate::domain::{Cifrato, DocumentoSpesa, FlagOpposizione};
use crate::ledger::Stop;
use crate::plan::{Content, There, Wish};
use crate::record::{
    By, Cause, Desired, Documento, Queue, Remarks, Remote, Sent, Trasmissione, Work, documento_key,
    due_key, natural_key, paid_key, ready_key, refund_key, review_key, trasmissione_key,
};
use crate::registry::{Operation, TransmissionView};
use crate::rules::{Reason, Verdict, row};
use crate::state::Turn;
use crate::time::Timestamp;

/// Numbers of transmissions that a document remembers.
const TRANSMISSIONS_LIMIT: usize = 100;

impl Documento {
    /// A document of which nothing is known yet.
    pub(crate) fn new(id: &str, now: Timestamp) -> Self {
        Documento {
            id: id.to_owned(),
            saved_at: now,
            verdict: Verdict::Wait,
            reasons: Vec::new(),
            desired: None,
            remote: Remote::Absent,
            work: Work::Idle,
            messaggi: Vec::new(),
            transmissions: Vec::new(),
            withheld: false,
            deleted: false,
            review_on: None,
            save_again: false,
        }
    }

    /// When it has something to do by itself.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        match self.work {
            Work::Send { not_before, .. } | Work::Settle { not_before, .. } => Some(not_before),
            Work::Idle
            | Work::UnderWay { .. }
            | Work::HandedIn { .. }
            | Work::Sought { .. }
            | Work::Refused
            | Work::GivenUp => None,
        }
    }

    /// The index key of what it has to do, when it has something.
    pub(crate) fn due_key(&self) -> Option<String> {
        let queue = match self.work {
            Work::Send { by: By::Cycle, .. } => Queue::Cycle,
            _ => Queue::Wanted,
        };
        Some(due_key(queue, self.due()?, &self.id))
    }

    /// Whether the request of this attempt is under way for it.
    pub(crate) fn is_under_way(&self, attempt: &str) -> bool {
        matches!(&self.work, Work::UnderWay { attempt: open, .. } if open == attempt)
    }

    /// What is wanted on the service.
    pub(crate) fn wish(&self) -> Wish<'_> {
        if self.deleted || self.withheld {
            return Wish::Nothing;
        }
        match (&self.desired, self.verdict) {
            (Some(desired), _) => Wish::Content(desired.content()),
            (None, Verdict::OutOfScope) => {
                let closed = self.reasons.iter().any(|r| r.code == row::TAX_YEAR_CLOSED.code);
                if closed { Wish::Closed } else { Wish::Nothing }
            }
            (None, Verdict::Send | Verdict::Wait | Verdict::Fix) => Wish::Undecided,
        }
    }

    /// What is known of the service.
    pub(crate) fn there(&self) -> There<'_> {
        match &self.remote {
            Remote::Absent => There::Nothing,
            Remote::Cancelled { .. } => There::Cancelled,
            Remote::Present { sent, .. } => There::Present(sent.content()),
            Remote::Other { .. } => There::Conflict,
            Remote::Unknown { sent, .. } => There::Unknown(&sent.id_spesa),
        }
    }

    /// Whether what is there is not what is wanted, as far as that is decided.
    pub(crate) fn differs(&self) -> bool {
        match (self.wish(), self.there()) {
            (Wish::Content(wanted), There::Present(there)) => {
                wanted.fingerprint != there.fingerprint
            }
            (Wish::Nothing, There::Present(_)) => true,
            _ => false,
        }
    }

    /// What it wants, when it can be sent and nobody asked for it yet.
    fn ready(&self) -> Option<&Desired> {
        let nothing = matches!(self.remote, Remote::Absent | Remote::Cancelled { .. });
        let ready = self.work == Work::Idle && nothing && !self.deleted && !self.withheld;
        self.desired.as_ref().filter(|_| ready)
    }

    /// Whether it refunds another document.
    pub(crate) fn is_refund(&self) -> bool {
        let desired = self.desired.as_ref();
        desired.is_some_and(|desired| desired.documento.id_rimborso.is_some())
    }

    /// What was sent last, or is there, when anything is.
    fn sent(&self) -> impl Iterator<Item = &Sent> {
        let (sent, before) = match &self.remote {
            Remote::Present { sent, .. } | Remote::Other { sent, .. } => (Some(sent), None),
            Remote::Unknown { sent, before, .. } => match &**before {
                Remote::Present { sent: before, .. } => (Some(sent), Some(before)),
                _ => (Some(sent), None),
            },
            Remote::Absent | Remote::Cancelled { .. } => (None, None),
        };
        sent.into_iter().chain(before)
    }

    /// The index keys under which it is found, with their values.
    pub(crate) fn index(&self) -> Vec<(String, Vec<u8>)> {
        let wanted = self.desired.as_ref().map(|desired| &desired.documento);
        let id = || self.id.clone().into_bytes();
        let keys = self.sent().map(|sent| &sent.id_spesa).chain(wanted.map(|w| &w.id_spesa));
        let mut index: Vec<_> = keys.map(|key| (natural_key(key), id())).collect();
        let originals = self.sent().filter_map(|sent| sent.id_rimborso.as_ref());
        let originals = originals.chain(wanted.and_then(|w| w.id_rimborso.as_ref()));
        index.extend(originals.map(|key| (refund_key(key, &self.id), Vec::new())));
        index.extend(self.due_key().map(|key| (key, Vec::new())));
        if let Some(desired) = self.ready() {
            let paid = desired.documento.data_pagamento;
            index.push((ready_key(paid, &self.id), Vec::new()));
        }
        index.extend(self.sent().next().map(|sent| {
            let known = Known::new(self, sent);
            (paid_key(sent.data_pagamento, &self.id), known.to_bytes())
        }));
        index.extend(self.review_on.map(|day| (review_key(day, &self.id), Vec::new())));
        index.sort();
        index.dedup();
        index
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> DocumentState {
        match (&self.remote, &self.work) {
            (Remote::Unknown { attempt, .. }, Work::UnderWay { attempt: open, .. })
                if attempt == open =>
            {
                DocumentState::Sending
            }
            (Remote::Unknown { .. }, Work::HandedIn { .. }) => DocumentState::HandedIn,
            (Remote::Unknown { .. }, _) => DocumentState::Unknown,
            (Remote::Other { .. }, _) => DocumentState::Conflict,
            (Remote::Present { .. }, Work::Refused) => DocumentState::ChangeRefused,
            (Remote::Present { .. }, Work::Send { .. }) => DocumentState::Changing,
            (Remote::Present { remarks, .. }, _) => match (self.wish(), remarks) {
                _ if self.differs() => DocumentState::ChangedAfterSending,
                (Wish::Undecided | Wish::Closed, _) => DocumentState::ChangedAfterSending,
                (_, Remarks::None) => DocumentState::Accepted,
                (_, Remarks::Some) => DocumentState::AcceptedWithWarnings,
            },
            (_, Work::Send { .. }) => DocumentState::Queued,
            (_, Work::Refused) => DocumentState::Refused,
            (_, Work::GivenUp) => DocumentState::GivenUp,
            _ if self.deleted => DocumentState::Deleted,
            _ if self.withheld => DocumentState::Cancelled,
            (Remote::Cancelled { .. }, _)
                if matches!(self.wish(), Wish::Nothing | Wish::Closed) =>
            {
                DocumentState::Cancelled
            }
            _ => match self.verdict {
                Verdict::Send => DocumentState::Ready,
                Verdict::Wait => DocumentState::Waiting,
                Verdict::OutOfScope => DocumentState::OutOfScope,
                Verdict::Fix => DocumentState::ToFix,
            },
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
            save_again: self.save_again,
            transmissions: self.transmissions.clone(),
        }
    }

    /// What it wanted becomes something else: what is there keeps its content, because a file
    /// cancels a document with its content.
    pub(crate) fn supersede(&mut self) {
        let Some(desired) = self.desired.take() else { return };
        let sent = match &mut self.remote {
            Remote::Present { sent, .. } | Remote::Other { sent, .. } => sent,
            Remote::Unknown { sent, .. } => sent,
            Remote::Absent | Remote::Cancelled { .. } => return,
        };
        if sent.fingerprint == desired.fingerprint {
            sent.documento = Some(Box::new(desired.documento));
        }
    }
}

impl Desired {
    /// What plans depend on.
    pub(crate) fn content(&self) -> Content<'_> {
        Content {
            id_spesa: &self.documento.id_spesa,
            data_pagamento: self.documento.data_pagamento,
            fingerprint: &self.fingerprint,
            refund_of: self.documento.id_rimborso.as_ref(),
            opposed: is_opposed(&self.documento),
        }
    }

    /// What an attempt carries, as far as a query can confirm it.
    pub(crate) fn sent(&self, operation: Operation, transmission: u64, tries: u32) -> Sent {
        Sent {
            operation,
            id_spesa: self.documento.id_spesa.clone(),
            fingerprint: self.fingerprint.clone(),
            data_pagamento: self.documento.data_pagamento,
            totals: totals(&self.documento),
            transmission,
            tries,
            id_rimborso: self.documento.id_rimborso.clone(),
            opposed: is_opposed(&self.documento),
            documento: None,
        }
    }
}

impl Sent {
    /// What plans depend on.
    pub(crate) fn content(&self) -> Content<'_> {
        Content {
            id_spesa: &self.id_spesa,
            data_pagamento: self.data_pagamento,
            fingerprint: &self.fingerprint,
            refund_of: self.id_rimborso.as_ref(),
            opposed: self.opposed,
        }
    }
}

fn is_opposed<C>(documento: &DocumentoSpesa<C>) -> bool {
    documento.flag_opposizione == Some(FlagOpposizione::Presente)
}

/// Sum of the items for each kind of expense, in the order of the kinds.
fn totals(
    documento: &DocumentoSpesa<Cifrato>,
) -> Vec<(crate::domain::TipoSpesa, crate::domain::Importo)> {
    let mut totals: Vec<(crate::domain::TipoSpesa, crate::domain::Importo)> = Vec::new();
    let mut items: Vec<_> =
        documento.voci_spesa.iter().map(|v| (v.tipo_spesa, v.importo)).collect();
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
    totals
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
            file: self.file,
            messaggi: self.messaggi,
            request_digest: self.request_digest,
            response_digest: self.response_digest,
            settled_at: self.settled_at,
        }
    }
}

/// The doubt about a document since an attempt.
pub(crate) struct Doubt {
    pub(crate) attempt: String,
    pub(crate) sent: Sent,
    pub(crate) cause: Cause,
    pub(crate) absences: u32,
    pub(crate) before: Remote,
    pub(crate) by: By,
    /// Queries that failed.
    pub(crate) tries: u32,
}

impl Doubt {
    /// The doubt since this very attempt, if it is still open.
    pub(crate) fn of(documento: &Documento, about: &str) -> Option<Doubt> {
        let Remote::Unknown { attempt, sent, cause, absences, before, by } = &documento.remote
        else {
            return None;
        };
        let tries = match documento.work {
            Work::UnderWay { tries, .. } | Work::Settle { tries, .. } => tries,
            _ => 0,
        };
        (attempt == about).then(|| Doubt {
            attempt: attempt.clone(),
            sent: sent.clone(),
            cause: *cause,
            absences: *absences,
            before: (**before).clone(),
            by: *by,
            tries,
        })
    }

    /// The doubt goes on.
    pub(crate) fn remains(self) -> Remote {
        let Doubt { attempt, sent, cause, absences, before, by, .. } = self;
        Remote::Unknown { attempt, sent, cause, absences, before: Box::new(before), by }
    }

    /// Whether a sending is in doubt, and not only what is there.
    pub(crate) fn is_of_a_sending(&self) -> bool {
        matches!(self.cause, Cause::Lost | Cause::AlreadyThere | Cause::NotThere)
    }
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
        self.reindex(before, Some(&after));
        self.ledger.put(documento_key(&after.id), &after);
    }

    /// Forgets a document.
    pub(crate) fn remove_documento(&mut self, before: &Documento) {
        self.reindex(Some(before), None);
        self.ledger.set(documento_key(&before.id), None);
    }

    fn reindex(&mut self, before: Option<&Documento>, after: Option<&Documento>) {
        let old = before.map(Documento::index).unwrap_or_default();
        let new = after.map(Documento::index).unwrap_or_default();
        for (key, _) in old.iter().filter(|entry| !new.contains(entry)) {
            self.ledger.set(key.clone(), None);
        }
        for (key, value) in new.into_iter().filter(|entry| !old.contains(entry)) {
            self.ledger.set(key, Some(value));
        }
        self.count(before, after);
    }

    /// One row of the registry.
    pub(crate) fn trasmissione(&mut self, number: u64) -> Result<Option<Trasmissione>, Stop> {
        self.ledger.record(&trasmissione_key(number))
    }

    /// Changes one row of the registry. A row that cannot be read stays as it is: the registry
    /// reports, and must not stand in the way of an outcome.
    pub(crate) fn change_trasmissione(
        &mut self,
        number: u64,
        change: impl FnOnce(&mut Trasmissione),
    ) -> Result<(), Stop> {
        let found = match self.trasmissione(number) {
            Err(Stop::Error(_)) => None,
            found => found?,
        };
        if let Some(mut trasmissione) = found {
            let before = trasmissione.protocollo.clone();
            change(&mut trasmissione);
            self.index_protocollo(before.as_deref(), &trasmissione);
            self.ledger.put(trasmissione_key(number), &trasmissione);
        }
        Ok(())
    }
}
