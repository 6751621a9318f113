//! The archive: documents by key, and the four operations on them.

use crate::calendar::{Date, LocalTime, Season};
use crate::codes::Messaggio;
use crate::document::{Cittadino, Contenuto, DocumentKey, Voce};
use crate::faults::Effects;
use crate::operation::Operation;
use crate::rules;
use crate::setup::Settings;
use crate::users::{Categoria, User};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One operation that took effect on a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryEntry {
    /// Inserimento, Variazione, Rimborso or Cancellazione.
    pub operation: Operation,
    /// The protocol of the call or of the file.
    pub protocollo: String,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: i64,
}

/// One document in the archive.
#[derive(Clone)]
pub(crate) struct Document {
    pub(crate) key: DocumentKey,
    /// The name of the user whose document it is.
    pub(crate) owner: String,
    pub(crate) cancelled: bool,
    pub(crate) data_pagamento: Date,
    pub(crate) cittadino: Option<String>,
    pub(crate) voci: Vec<Voce>,
    pub(crate) tracciato: Option<String>,
    pub(crate) tipo_documento: Option<String>,
    pub(crate) opposizione: bool,
    pub(crate) protocollo: String,
    pub(crate) nome_file: String,
    pub(crate) data_invio: Date,
    pub(crate) tipo_invio: char,
    pub(crate) warnings: Vec<Messaggio>,
    pub(crate) refund_of: Option<DocumentKey>,
    pub(crate) refunds: BTreeSet<DocumentKey>,
    pub(crate) times_inserted: u32,
    pub(crate) history: Vec<HistoryEntry>,
}

/// How and when a document arrives.
pub(crate) struct Arrival<'a> {
    /// When it was received; for a file, not when it is processed.
    pub(crate) received_ms: i64,
    /// When it takes effect.
    pub(crate) now_ms: i64,
    pub(crate) protocollo: &'a str,
    pub(crate) nome_file: &'a str,
}

/// What the archive says of one document.
#[derive(Clone, Default)]
pub(crate) struct Verdict {
    pub(crate) errors: Vec<Messaggio>,
    pub(crate) warnings: Vec<Messaggio>,
}

impl Verdict {
    pub(crate) fn accepted(&self) -> bool {
        self.errors.is_empty()
    }

    fn refuse(&mut self, codice: &str) {
        self.errors.push(Messaggio::of(codice));
    }
}

/// The documents, and an index for "same citizen, same day".
#[derive(Clone, Default)]
pub(crate) struct Store {
    documents: BTreeMap<DocumentKey, Document>,
    by_owner: BTreeMap<String, BTreeSet<DocumentKey>>,
    by_citizen_day: BTreeMap<(String, String, Date), BTreeSet<DocumentKey>>,
}

/// The total per tipoSpesa in cents, in order of code.
pub(crate) fn totals(voci: &[Voce]) -> BTreeMap<String, u64> {
    let mut totals = BTreeMap::new();
    for voce in voci {
        *totals.entry(voce.tipo.clone()).or_default() += voce.cents.unwrap_or(0);
    }
    totals
}

impl Store {
    pub(crate) fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.values()
    }

    pub(crate) fn document(&self, key: &DocumentKey) -> Option<&Document> {
        self.documents.get(key)
    }

    /// The documents of one owner, in order of key.
    pub(crate) fn of_owner<'a>(&'a self, owner: &str) -> impl Iterator<Item = &'a Document> {
        let keys = self.by_owner.get(owner).into_iter().flatten();
        keys.filter_map(|key| self.documents.get(key))
    }

    /// Cents refunded on a document per tipoSpesa: the sum of its refunds that are not cancelled.
    /// A refund shows its own amounts here.
    pub(crate) fn refunded(&self, document: &Document) -> BTreeMap<String, u64> {
        if document.refund_of.is_some() {
            return totals(&document.voci);
        }
        let mut sum = BTreeMap::new();
        let refunds = document.refunds.iter().filter_map(|key| self.documents.get(key));
        for refund in refunds.filter(|refund| !refund.cancelled) {
            for (tipo, cents) in totals(&refund.voci) {
                *sum.entry(tipo).or_default() += cents;
            }
        }
        sum
    }

    /// Inserimento, Variazione or Rimborso: checks everything and, unless refused, takes effect.
    pub(crate) fn write(
        &mut self,
        operation: Operation,
        content: Contenuto,
        owner: &User,
        arrival: &Arrival<'_>,
        settings: &Settings,
        effects: &Effects,
    ) -> Verdict {
        let mut verdict = Verdict {
            errors: rules::check(&content, operation, owner, settings),
            warnings: Vec::new(),
        };
        self.check_season(&mut verdict, &content, owner, arrival, settings, effects);
        self.check_presence(&mut verdict, operation, &content, owner, settings);
        self.check_citizen(&mut verdict, operation, &content, owner, settings);
        for forced in effects.codes_on(&content.key) {
            let list =
                if forced.is_warning() { &mut verdict.warnings } else { &mut verdict.errors };
            list.push(forced.clone());
        }
        if verdict.accepted() {
            self.put(operation, content, owner, arrival, &verdict.warnings);
        }
        verdict
    }

    /// Cancellazione.
    pub(crate) fn cancel(
        &mut self,
        key: &DocumentKey,
        owner: &User,
        arrival: &Arrival<'_>,
        settings: &Settings,
        effects: &Effects,
    ) -> Verdict {
        let mut verdict = Verdict::default();
        match self.live(key, owner) {
            None => verdict.refuse("S022"),
            Some(_) if self.has_refund(key) => verdict.refuse("S909"),
            Some(document) => {
                let today = LocalTime::at(arrival.received_ms).date;
                let season = settings.calendar.season(
                    document.data_pagamento,
                    owner.categoria == Categoria::Veterinario,
                    today,
                );
                if season == Season::Closed || Effects::strikes(&effects.closed_year, key) {
                    verdict.refuse("S035");
                }
            }
        }
        for forced in effects.codes_on(key) {
            let list =
                if forced.is_warning() { &mut verdict.warnings } else { &mut verdict.errors };
            list.push(forced.clone());
        }
        if verdict.accepted()
            && let Some(document) = self.documents.get_mut(key)
        {
            document.cancelled = true;
            document.history.push(HistoryEntry {
                operation: Operation::Cancellazione,
                protocollo: arrival.protocollo.into(),
                at_ms: arrival.now_ms,
            });
            let document = document.clone();
            self.unindex(&document);
        }
        verdict
    }

    /// A person cancels a document on the portal; `false` when it is not there.
    pub(crate) fn cancel_by_hand(&mut self, key: &DocumentKey, now_ms: i64) -> bool {
        let Some(document) = self.documents.get_mut(key).filter(|d| !d.cancelled) else {
            return false;
        };
        document.cancelled = true;
        document.history.push(HistoryEntry {
            operation: Operation::Cancellazione,
            protocollo: "PORTALE".into(),
            at_ms: now_ms,
        });
        let document = document.clone();
        self.unindex(&document);
        true
    }

    fn live(&self, key: &DocumentKey, owner: &User) -> Option<&Document> {
        self.documents.get(key).filter(|d| d.owner == owner.user && !d.cancelled)
    }

    fn has_refund(&self, key: &DocumentKey) -> bool {
        let live = |key: &DocumentKey| self.documents.get(key).is_some_and(|d| !d.cancelled);
        self.documents.get(key).is_some_and(|d| d.refunds.iter().any(live))
    }

    fn check_season(
        &self,
        verdict: &mut Verdict,
        content: &Contenuto,
        owner: &User,
        arrival: &Arrival<'_>,
        settings: &Settings,
        effects: &Effects,
    ) {
        let today = LocalTime::at(arrival.received_ms).date;
        let season = settings.calendar.season(
            content.data_pagamento,
            owner.categoria == Categoria::Veterinario,
            today,
        );
        if season == Season::Closed || Effects::strikes(&effects.closed_year, &content.key) {
            verdict.refuse("S035");
        } else if season == Season::Late || Effects::strikes(&effects.late, &content.key) {
            verdict.warnings.push(Messaggio::of("W008"));
        }
    }

    fn check_presence(
        &self,
        verdict: &mut Verdict,
        operation: Operation,
        content: &Contenuto,
        owner: &User,
        settings: &Settings,
    ) {
        if operation == Operation::Variazione {
            if self.live(&content.key, owner).is_none() {
                verdict.refuse("S022");
            } else if self.has_refund(&content.key) {
                verdict.refuse("S909");
            }
            return;
        }
        let taken = self.documents.get(&content.key);
        if taken.is_some_and(|d| !d.cancelled || !settings.reinsert_after_cancellation) {
            verdict.refuse("S017");
        }
        if operation == Operation::Rimborso {
            let original = content.rimborso_di.as_ref().and_then(|key| self.live(key, owner));
            match original {
                None => verdict.refuse("S908"),
                // A refund of a refund, or of itself.
                Some(d) if d.refund_of.is_some() || d.key == content.key => {
                    verdict.refuse("S915");
                }
                Some(_) => {}
            }
        }
    }

    fn check_citizen(
        &self,
        verdict: &mut Verdict,
        operation: Operation,
        content: &Contenuto,
        owner: &User,
        settings: &Settings,
    ) {
        let Cittadino::Clear(cf) = &content.cittadino else {
            return;
        };
        if !settings.citizens.know(cf) {
            verdict.warnings.push(Messaggio::of("W003"));
        }
        let day = (owner.user.clone(), cf.clone(), content.key.data_emissione);
        let others = self.by_citizen_day.get(&day);
        let other = others.is_some_and(|keys| keys.iter().any(|key| *key != content.key));
        if operation == Operation::Inserimento && other {
            verdict.warnings.push(Messaggio::of("W014"));
        }
    }

    fn put(
        &mut self,
        operation: Operation,
        content: Contenuto,
        owner: &User,
        arrival: &Arrival<'_>,
        warnings: &[Messaggio],
    ) {
        let previous = self.documents.remove(&content.key);
        if let Some(previous) = &previous {
            self.unindex(previous);
            if let Some(keys) = self.by_owner.get_mut(&previous.owner) {
                keys.remove(&previous.key);
            }
            // A key taken again after a cancelled refund no longer belongs to its original.
            if operation != Operation::Variazione
                && let Some(original) = &previous.refund_of
                && let Some(original) = self.documents.get_mut(original)
            {
                original.refunds.remove(&previous.key);
            }
        }
        let (mut history, times_inserted, old_refund_of, refunds) = match previous {
            Some(d) => (d.history, d.times_inserted, d.refund_of, d.refunds),
            None => Default::default(),
        };
        history.push(HistoryEntry {
            operation,
            protocollo: arrival.protocollo.into(),
            at_ms: arrival.now_ms,
        });
        let (refund_of, tipo_invio) = match operation {
            Operation::Rimborso => (content.rimborso_di, 'R'),
            Operation::Variazione => (old_refund_of, 'V'),
            _ => (None, 'I'),
        };
        if let Some(original) = &refund_of
            && let Some(original) = self.documents.get_mut(original)
        {
            original.refunds.insert(content.key.clone());
        }
        let document = Document {
            key: content.key.clone(),
            owner: owner.user.clone(),
            cancelled: false,
            data_pagamento: content.data_pagamento,
            cittadino: match content.cittadino {
                Cittadino::Clear(cf) => Some(cf),
                _ => None,
            },
            voci: content.voci,
            tracciato: content.tracciato,
            tipo_documento: content.tipo_documento,
            opposizione: content.opposizione,
            protocollo: arrival.protocollo.into(),
            nome_file: arrival.nome_file.into(),
            data_invio: LocalTime::at(arrival.received_ms).date,
            tipo_invio,
            warnings: warnings.to_vec(),
            refund_of,
            refunds,
            times_inserted: times_inserted + u32::from(operation != Operation::Variazione),
            history,
        };
        self.by_owner.entry(owner.user.clone()).or_default().insert(content.key.clone());
        if let Some(cf) = &document.cittadino {
            let day = (owner.user.clone(), cf.clone(), content.key.data_emissione);
            self.by_citizen_day.entry(day).or_default().insert(content.key.clone());
        }
        self.documents.insert(content.key, document);
    }

    /// Takes a document out of the index of live documents by citizen and day.
    fn unindex(&mut self, document: &Document) {
        let Some(cf) = &document.cittadino else {
            return;
        };
        let day = (document.owner.clone(), cf.clone(), document.key.data_emissione);
        if let Some(keys) = self.by_citizen_day.get_mut(&day) {
            keys.remove(&document.key);
        }
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
