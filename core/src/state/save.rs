//! Saving invoices.

use crate::command::{Command, DocumentState, Saved};
use crate::domain::Data;
use crate::domain::invoice::Input;
use crate::domain::{CodiceFiscale, DocumentoSpesa};
use crate::error::Error;
use crate::json;
use crate::ledger::Stop;
use crate::record::{
    Adottato, By, Desired, Documento, ReasonRecord, Remarks, Remote, Sent, Work, adottato_key,
    documento_key, natural_key,
};
use crate::registry::Operation;
use crate::rules::{Judgement, Reason, ReasonRow, row};
use crate::state::Turn;

impl Turn<'_> {
    /// Judges and keeps invoices.
    pub(crate) fn save<'a>(&mut self, invoices: &'a [Input]) -> Result<Vec<Saved>, Stop> {
        limit("invoices", invoices.len(), Command::SAVE_LIMIT)?;
        let judge = |(n, input): (usize, &'a Input)| {
            let id = valid_id(input.id(), || format!("/invoices/{n}/id"))?;
            Ok((id, self.settings.judge(input, self.now)))
        };
        let judgements: Vec<(&str, Judgement)> =
            invoices.iter().enumerate().map(judge).collect::<Result<_, Error>>()?;
        // One reading for all: the documents, and who has their keys.
        let mut keys: Vec<String> = judgements.iter().map(|(id, _)| documento_key(id)).collect();
        let wanted = judgements.iter().filter_map(|(_, judgement)| judgement.documento.as_ref());
        for documento in wanted {
            keys.push(natural_key(&documento.id_spesa));
            keys.push(adottato_key(&documento.id_spesa));
        }
        self.ledger.want(keys.iter().map(String::as_str))?;
        let idle = self.cycle_is_idle()?;
        let saved: Result<Vec<Saved>, Stop> =
            judgements.into_iter().map(|(id, judgement)| self.save_one(id, judgement)).collect();
        let saved = saved?;
        if idle && saved.iter().any(|saved| saved.state == DocumentState::Ready) {
            // The first of a morning is not sent while the second is typed.
            self.cycle_later();
        }
        Ok(saved)
    }

    /// Judges and keeps one invoice.
    pub(crate) fn save_invoice(&mut self, invoice: &Input) -> Result<(Saved, Judgement), Stop> {
        let id = valid_id(invoice.id(), || "/invoice/id".to_owned())?;
        let judgement = self.settings.judge(invoice, self.now);
        Ok((self.save_one(id, judgement.clone())?, judgement))
    }

    fn save_one(&mut self, id: &str, mut judgement: Judgement) -> Result<Saved, Stop> {
        let before = self.documento(id)?;
        if let Some(documento) = &judgement.documento {
            let holder = self.ledger.text(&natural_key(&documento.id_spesa))?;
            if holder.is_some_and(|other| other != id) {
                judgement.documento = None;
                judgement.verdict = row::KEY_TAKEN.verdict();
                judgement.reasons.push(Reason::new(&row::KEY_TAKEN, "/numDocumento"));
            }
        }
        let same = before.as_ref().and_then(|before| before.desired.clone());
        let desired = match judgement.documento.take() {
            Some(documento) => Some(self.desired(documento, same)?),
            None => None,
        };
        let reasons: Vec<ReasonRecord> = judgement.reasons.iter().map(ReasonRecord::from).collect();
        let mut after = before.clone().unwrap_or_else(|| Documento::new(id, self.now));
        let content = |desired: &Option<Desired>| desired.as_ref().map(|d| d.fingerprint.clone());
        let edited = content(&after.desired) != content(&desired);
        let review_on = judgement.review_on;
        let changed = edited
            || after.verdict != judgement.verdict
            || after.reasons != reasons
            || after.review_on != review_on
            || after.save_again
            || after.deleted
            || after.desired.as_ref().map(|d| &d.public_key)
                != desired.as_ref().map(|d| &d.public_key);
        if changed || before.is_none() {
            after.saved_at = self.now;
            after.verdict = judgement.verdict;
            after.reasons = reasons;
            (after.review_on, after.save_again) = (review_on, false);
            // What is saved exists again.
            after.deleted = false;
            if edited {
                after.supersede();
            }
            after.desired = desired;
            // A first acquaintance with what others put there is no edit of it.
            let recognised = self.recognise(&mut after)?;
            self.follow(&mut after, edited && !recognised);
            self.put_documento(before.as_ref(), after.clone());
        }
        Ok(Saved {
            id: id.to_owned(),
            verdict: judgement.verdict,
            reasons: judgement.reasons,
            state: after.state(),
        })
    }

    /// What others put on the service under this key is this document. Whether there is any.
    fn recognise(&mut self, after: &mut Documento) -> Result<bool, Stop> {
        let (Remote::Absent, Some(desired)) = (&after.remote, &after.desired) else {
            return Ok(false);
        };
        let key = adottato_key(&desired.documento.id_spesa);
        let Some(found) = self.ledger.record::<Adottato>(&key)? else { return Ok(false) };
        after.remote = found.remote(desired);
        self.ledger.set(key, None);
        Ok(true)
    }

    /// What an edit means for the work of a document.
    fn follow(&self, after: &mut Documento, edited: bool) {
        match (&after.remote, &after.work) {
            // What is under way ends first; its end is compared with what is wanted then.
            (
                _,
                Work::UnderWay { .. }
                | Work::Settle { .. }
                | Work::HandedIn { .. }
                | Work::Sought { .. },
            ) => {}
            // An edit of what the service has leaves at once, alone, in either mode.
            (Remote::Present { .. }, Work::Idle | Work::Refused | Work::GivenUp)
                if edited && after.differs() =>
            {
                after.work = Work::Send { not_before: self.now, tries: 0, by: By::Edit };
                after.messaggi.clear();
            }
            (Remote::Present { .. }, Work::Send { .. }) if edited && !after.differs() => {
                after.work = Work::Idle;
            }
            (Remote::Present { .. }, Work::Send { .. }) if edited => {
                after.work = Work::Send { not_before: self.now, tries: 0, by: By::Edit };
            }
            (Remote::Present { .. }, Work::Refused | Work::GivenUp) if !after.differs() => {
                after.work = Work::Idle;
            }
            (Remote::Present { .. }, _) => {}
            // An edit is a new chance, and takes a person's word, or the cycle, to leave.
            (_, Work::Refused | Work::GivenUp) if edited => {
                after.work = Work::Idle;
                after.messaggi.clear();
            }
            (_, Work::Send { .. }) if after.desired.is_none() => after.work = Work::Idle,
            _ => {}
        }
    }

    /// What is wanted, with the tax code encrypted; unchanged content keeps its ciphertext.
    fn desired(
        &mut self,
        documento: DocumentoSpesa<CodiceFiscale>,
        before: Option<Desired>,
    ) -> Result<Desired, Stop> {
        let fingerprint = self.content_fingerprint(&documento);
        let public_key = self.settings.public_key_digest().to_owned();
        if let Some(before) = before
            && before.fingerprint == fingerprint
            && before.public_key == public_key
        {
            return Ok(before);
        }
        let documento = documento.try_map(|cf| self.settings.encrypt(&cf, self.entropy))?;
        Ok(Desired { documento, fingerprint, public_key })
    }

    /// A keyed digest of everything that travels.
    fn content_fingerprint(&self, documento: &DocumentoSpesa<CodiceFiscale>) -> String {
        let cf = documento.cf_cittadino.as_ref().map_or("", |cf| cf.expose());
        let rest: DocumentoSpesa<()> = documento
            .clone()
            .try_map(|_| Ok::<(), std::convert::Infallible>(()))
            .unwrap_or_else(|never| match never {});
        let rest = json::write(&rest).expect("documents have text keys only");
        self.keyed_digest(&[b"content", cf.as_bytes(), rest.as_bytes()])
    }
}

impl Documento {
    /// A reason that arose after it was saved, and takes it out of what is sent.
    pub(crate) fn judged(&mut self, row: &'static ReasonRow) {
        self.work = Work::Idle;
        self.verdict = row.verdict();
        self.desired = None;
        self.reasons.push(ReasonRecord::from(&Reason::new(row, "")));
    }
}

impl From<&Reason> for ReasonRecord {
    fn from(reason: &Reason) -> Self {
        ReasonRecord { code: reason.code.to_owned(), path: reason.path.to_string() }
    }
}

impl Adottato {
    /// The evidence of a document that others put on the service. Where payment date and totals are
    /// those that are wanted, it counts as the same: the service shows no more.
    pub(crate) fn remote(&self, desired: &Desired) -> Remote {
        let wanted = desired.sent(Operation::first_of(&desired.documento), 0, 0);
        let known = |data: Option<Data>| data.is_none_or(|data| data == wanted.data_pagamento);
        let sent = if known(self.data_pagamento) && self.totals == wanted.totals {
            wanted
        } else {
            Sent {
                fingerprint: String::new(),
                data_pagamento: self.data_pagamento.unwrap_or(wanted.data_pagamento),
                totals: self.totals.clone(),
                ..wanted
            }
        };
        let (protocollo, remarks) = (self.protocollo.clone(), Remarks::None);
        Remote::Present { sent, protocollo, remarks }
    }
}

pub(super) fn limit(what: &'static str, count: usize, limit: usize) -> Result<(), Error> {
    if count > limit { Err(Error::TooMany { what, limit }) } else { Ok(()) }
}

/// Refuses a page size outside 1 to `most`.
pub(super) fn page_limit(path: &str, limit: u32, most: u32) -> Result<(), Error> {
    if (1..=most).contains(&limit) {
        return Ok(());
    }
    Err(Error::Command { path: path.to_owned(), expected: format!("a number from 1 to {most}") })
}

/// The host's ids: 1 to 64 characters without control characters.
pub(super) fn valid_id(id: &str, path: impl FnOnce() -> String) -> Result<&str, Error> {
    if (1..=64).contains(&id.chars().count()) && !id.chars().any(char::is_control) {
        return Ok(id);
    }
    let expected = "an id of 1 to 64 characters without control characters".to_owned();
    Err(Error::Command { path: path(), expected })
}
