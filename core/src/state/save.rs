//! Saving invoices, and wanting them sent.

use crate::command::{Command, QueueOutcome, Queued, Saved, Selection};
use crate::domain::invoice::Input;
use crate::domain::{CodiceFiscale, DocumentoSpesa};
use crate::error::Error;
use crate::ledger::Stop;
use crate::record::{Desired, Documento, ReasonRecord, Remote, Work, documento_key};
use crate::rules::{Judgement, Reason, ReasonRow, row};
use crate::state::Turn;
use crate::state::documento::natural_key;
use crate::wire::endpoint::Service;

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
        keys.extend(wanted.map(|documento| natural_key(&documento.id_spesa)));
        self.ledger.want(keys.iter().map(String::as_str))?;
        judgements.into_iter().map(|(id, judgement)| self.save_one(id, judgement)).collect()
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
        let mut after = before.clone().unwrap_or_else(|| Documento {
            id: id.to_owned(),
            saved_at: self.now,
            verdict: judgement.verdict,
            reasons: Vec::new(),
            desired: None,
            remote: Remote::Absent,
            work: Work::Idle,
            messaggi: Vec::new(),
            transmissions: Vec::new(),
        });
        let content = |desired: &Option<Desired>| desired.as_ref().map(|d| d.fingerprint.clone());
        let edited = content(&after.desired) != content(&desired);
        let changed = edited
            || after.verdict != judgement.verdict
            || after.reasons != reasons
            || after.desired.as_ref().map(|d| &d.public_key)
                != desired.as_ref().map(|d| &d.public_key);
        if changed || before.is_none() {
            after.saved_at = self.now;
            after.verdict = judgement.verdict;
            after.reasons = reasons;
            after.desired = desired;
            match after.work {
                // An edit is a new chance, and takes a person's word to leave.
                Work::Refused | Work::GivenUp if edited => {
                    after.work = Work::Idle;
                    after.messaggi.clear();
                }
                Work::Send { .. } if after.desired.is_none() => after.work = Work::Idle,
                // What is under way ends first; its end is compared with what is wanted then.
                _ => {}
            }
            self.put_documento(before.as_ref(), after.clone());
        }
        Ok(Saved {
            id: id.to_owned(),
            verdict: judgement.verdict,
            reasons: judgement.reasons,
            state: after.state(),
        })
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
        let rest = serde_json::to_vec(&rest).expect("documents have text keys only");
        self.keyed_digest(&[b"content", cf.as_bytes(), &rest])
    }

    /// Wants documents sent now.
    pub(crate) fn send(&mut self, what: &Selection) -> Result<Vec<Queued>, Stop> {
        self.settings.available(Service::DocumentoSpesa)?;
        let ids = match what {
            Selection::Ids(ids) => {
                limit("documents", ids.len(), Command::SEND_LIMIT)?;
                ids.clone()
            }
            Selection::Ready { limit: most } => {
                page_limit("/limit", *most, Command::SEND_LIMIT as u32)?;
                let ready = self.ledger.scan("r/", "r0", *most)?;
                let id = |key: &str| key.splitn(3, '/').nth(2).map(str::to_owned);
                ready.iter().filter_map(|entry| id(&entry.key)).collect()
            }
        };
        let keys: Vec<String> = ids.iter().map(|id| documento_key(id)).collect();
        self.ledger.want(keys.iter().map(String::as_str))?;
        // A person who presses "send" does not wait for the end of a pause after trouble.
        self.holder.hold = None;
        self.end_silence_pause();
        ids.into_iter().map(|id| Ok(Queued { outcome: self.send_one(&id)?, id })).collect()
    }

    /// Whether its request is under way for no one any more, as after the loss of the attempt's
    /// record.
    fn forsaken(&self, documento: &Documento) -> bool {
        let flight = self.holder.flight.as_ref();
        matches!(documento.work, Work::UnderWay { .. })
            && !flight.is_some_and(|flight| documento.is_under_way(&flight.attempt))
    }

    fn send_one(&mut self, id: &str) -> Result<QueueOutcome, Stop> {
        let Some(before) = self.documento(id)? else {
            return Ok(QueueOutcome::NotFound);
        };
        let outcome = match (&before.remote, &before.work, &before.desired) {
            (Remote::Unknown { .. }, _, _) => QueueOutcome::UnderWay,
            (Remote::Other { .. }, _, _) => QueueOutcome::Conflict,
            (Remote::Present { sent, .. }, _, Some(desired))
                if sent.fingerprint == desired.fingerprint =>
            {
                QueueOutcome::AlreadyAccepted
            }
            (Remote::Present { .. }, _, _) => QueueOutcome::ChangedAfterSending,
            (Remote::Absent, _, None) => QueueOutcome::NotSendable,
            (Remote::Absent, _, Some(_)) => QueueOutcome::Queued,
        };
        let not_before = self.now;
        if outcome == QueueOutcome::Queued {
            let mut after = before.clone();
            after.work = Work::Send { not_before, tries: 0 };
            after.messaggi.clear();
            self.put_documento(Some(&before), after);
        } else if self.forsaken(&before) {
            let mut after = before.clone();
            after.work = Work::Settle { not_before, tries: 0 };
            self.put_documento(Some(&before), after);
        }
        Ok(outcome)
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

fn limit(what: &'static str, count: usize, limit: usize) -> Result<(), Error> {
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
