//! What a world tells about itself. No listing shows a tax code: digests keyed with the world's
//! seed stand in their place, and [`World::digest`] computes them for comparison.

use super::World;
use crate::calendar::Date;
use crate::document::DocumentKey;
use crate::faults::{Fault, FaultRule};
use crate::http::Reaction;
use crate::operation::{Door, Operation, Service};
use crate::store::{Document, HistoryEntry, totals};
use crate::users::{Categoria, Stato};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One call, as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// Number of the call, from 0.
    pub n: u64,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Which family of endpoints.
    pub door: Door,
    /// Which service.
    pub service: Service,
    /// Which operation; `None` when the body did not say.
    pub operation: Option<Operation>,
    /// Digest of the name in the Basic header.
    pub user: Option<String>,
    /// The keys in the request, at most four; those inside a file are not listed.
    pub documents: Vec<DocumentKey>,
    /// The faults that struck.
    pub faults: Vec<Fault>,
    /// What happened, in short: `200`, `hang`, `reset`, `200 cut at 10`, …
    pub answer: String,
}

/// One stored document.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentView {
    /// The key.
    pub key: DocumentKey,
    /// Digest of the owner's user name.
    pub owner: String,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// The payment date.
    pub data_pagamento: Date,
    /// Cents per tipoSpesa.
    pub totals_cents: BTreeMap<String, u64>,
    /// Cents refunded per tipoSpesa.
    pub refunded_cents: BTreeMap<String, u64>,
    /// Whether a citizen's tax code is stored.
    pub has_cittadino: bool,
    /// Digest of that tax code.
    pub cittadino: Option<String>,
    /// `SI`, `NO` or absent.
    pub pagamento_tracciato: Option<String>,
    /// `F`, `D` or absent.
    pub tipo_documento: Option<String>,
    /// Whether the citizen opposes.
    pub flag_opposizione: bool,
    /// The protocol that wrote what is stored now.
    pub protocollo: String,
    /// `SERVIZIO SINCRONO` or the name of the file.
    pub nome_file: String,
    /// `I`, `V` or `R`.
    pub tipo_invio: char,
    /// Codes of the warnings it was stored with.
    pub warnings: Vec<String>,
    /// The document it refunds.
    pub refund_of: Option<DocumentKey>,
    /// How many insertions (or refunds) of this key took effect. More than one without a
    /// cancellation between them cannot happen; more than one at all is worth a look.
    pub times_inserted: u32,
    /// Everything that took effect, oldest first.
    pub history: Vec<HistoryEntry>,
}

/// One transmission: a file, or a call of the sync service that took effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransmissionView {
    /// The protocol number.
    pub protocollo: String,
    /// Digest of the sender's user name.
    pub sender: String,
    /// Digest of the owner's user name.
    pub owner: String,
    /// `SERVIZIO SINCRONO` or the name of the file.
    pub nome_file: String,
    /// When it was received, in milliseconds since 1970 UTC.
    pub received_ms: i64,
    /// 0, 1, 2, 3, 5 or 9.
    pub stato: u8,
    /// Sent, accepted (those with warnings included), with warnings, refused.
    pub counts: [u64; 4],
    /// Why the whole file was discarded.
    pub discarded_because: Option<String>,
}

/// One user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    /// Digest of the name.
    pub user: String,
    /// The category.
    pub categoria: Categoria,
    /// Whether the user can log in.
    pub stato: Stato,
    /// Wrong passwords since the last right one.
    pub wrong_logins_in_a_row: u32,
    /// Wrong passwords in all.
    pub wrong_logins: u32,
}

/// A reaction in a few words.
pub(super) fn describe(reaction: &Reaction) -> String {
    match reaction {
        Reaction::Answer(answer) => answer.status.to_string(),
        Reaction::Hang => "hang".into(),
        Reaction::ResetBeforeAnswer => "reset".into(),
        Reaction::ResetMidBody { bytes, .. } => format!("reset after {bytes} bytes"),
        Reaction::Truncate { bytes, .. } => format!("cut at {bytes} bytes"),
        Reaction::Oversize { bytes, .. } => format!("stretched to {bytes} bytes"),
        Reaction::Slow { ms, then } => format!("after {ms} ms: {}", describe(then)),
    }
}

impl World {
    /// A keyed digest of a tax code or user name, as the listings show it: 32 hexadecimal digits.
    pub fn digest(&self, text: &str) -> String {
        let key = self.seed.to_be_bytes();
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
            return String::new();
        };
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().iter().take(16).fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// Every document ever stored, cancelled ones included, in order of key.
    pub fn documents(&self) -> Vec<DocumentView> {
        self.store.documents().map(|document| self.view(document)).collect()
    }

    /// One document.
    pub fn document(&self, key: &DocumentKey) -> Option<DocumentView> {
        self.store.document(key).map(|document| self.view(document))
    }

    /// The citizen's tax code stored with a document, in clear, for in-process tests only: no
    /// listing and no control address shows it.
    pub fn cittadino_in_clear(&self, key: &DocumentKey) -> Option<&str> {
        self.store.document(key)?.cittadino.as_deref()
    }

    /// Every transmission, in order of protocol number within its kind.
    pub fn transmissions(&self, now_ms: i64) -> Vec<TransmissionView> {
        let all = self.files.all().map(|t| TransmissionView {
            protocollo: t.protocollo.clone(),
            sender: self.digest(&t.sender),
            owner: self.digest(&t.owner),
            nome_file: t.nome_file.clone(),
            received_ms: t.received_ms,
            stato: t.stato(now_ms),
            counts: t.counts(),
            discarded_because: t.discarded_because.clone(),
        });
        all.collect()
    }

    /// Every user, in order of name.
    pub fn users(&self) -> Vec<UserView> {
        let accounts = self.accounts.values();
        accounts
            .map(|account| UserView {
                user: self.digest(&account.user.user),
                categoria: account.user.categoria,
                stato: account.user.stato,
                wrong_logins_in_a_row: account.wrong_in_a_row,
                wrong_logins: account.wrong_in_all,
            })
            .collect()
    }

    /// Wrong passwords of one user since the last right one; `None` when there is no such user.
    pub fn wrong_logins(&self, user: &str) -> Option<u32> {
        self.accounts.get(user).map(|account| account.wrong_in_a_row)
    }

    /// A user as set, secrets included, for in-process tests and drivers.
    pub fn user(&self, name: &str) -> Option<&crate::users::User> {
        self.accounts.get(name).map(|account| &account.user)
    }

    /// The behaviour in force.
    pub fn settings(&self) -> &crate::setup::Settings {
        &self.settings
    }

    /// The faults that are waiting, user names replaced by digests.
    pub fn faults(&self) -> Vec<FaultRule> {
        let hide = |rule: &FaultRule| {
            let user = rule.user.as_deref().map(|user| self.digest(user));
            FaultRule { user, ..rule.clone() }
        };
        self.faults.rules().iter().map(hide).collect()
    }

    /// The calls kept in the log, oldest first.
    pub fn log(&self) -> impl ExactSizeIterator<Item = &LogEntry> {
        self.log.iter()
    }

    /// Encrypts a field for this world, as a client would (see `PrivateKey::encrypt`).
    pub fn encrypt(&self, plaintext: &str, seed: u64) -> Option<String> {
        self.cipher.key().encrypt(plaintext, seed)
    }

    pub(super) fn record(&mut self, entry: LogEntry) {
        self.log.push_back(entry);
        while self.log.len() > self.settings.log_limit {
            self.log.pop_front();
        }
    }

    fn view(&self, document: &Document) -> DocumentView {
        DocumentView {
            key: document.key.clone(),
            owner: self.digest(&document.owner),
            cancelled: document.cancelled,
            data_pagamento: document.data_pagamento,
            totals_cents: totals(&document.voci),
            refunded_cents: self.store.refunded(document),
            has_cittadino: document.cittadino.is_some(),
            cittadino: document.cittadino.as_deref().map(|cf| self.digest(cf)),
            pagamento_tracciato: document.tracciato.clone(),
            tipo_documento: document.tipo_documento.clone(),
            flag_opposizione: document.opposizione,
            protocollo: document.protocollo.clone(),
            nome_file: document.nome_file.clone(),
            tipo_invio: document.tipo_invio,
            warnings: document.warnings.iter().map(|m| m.codice.to_string()).collect(),
            refund_of: document.refund_of.clone(),
            times_inserted: document.times_inserted,
            history: document.history.clone(),
        }
    }
}
