//! What a person wants of documents: send, send again, update, cancel, delete, put right, refund.

use crate::command::{
    Change, ChangeOutcome, Changed, Command, QueueOutcome, Queued, RefundOutcome, Saved, Selection,
};
use crate::domain::invoice::Input;
use crate::domain::{IdSpesa, Importo};
use crate::ledger::Stop;
use crate::plan::Wish;
use crate::record::{
    By, Cause, Documento, Remarks, Remote, Sent, Work, documento_key, natural_key,
};
use crate::registry::Operation;
use crate::rules::Verdict;
use crate::state::Turn;
use crate::state::save::{limit, page_limit};
use crate::wire::endpoint::Service;

impl Turn<'_> {
    /// Wants documents sent now.
    pub(crate) fn send(&mut self, what: &Selection) -> Result<Vec<Queued>, Stop> {
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
        self.want_documents(ids.iter())?;
        self.impatient();
        ids.into_iter().map(|id| Ok(Queued { outcome: self.send_one(&id)?, id })).collect()
    }

    /// A person who presses a button does not wait for the end of a pause after trouble.
    fn impatient(&mut self) {
        self.holder.hold = None;
        self.end_silence_pause();
    }

    /// Whether its request is under way for no one any more, as after the loss of the attempt's
    /// record, or of the record of its file.
    fn forsaken(&mut self, documento: &Documento) -> Result<bool, Stop> {
        Ok(match &documento.work {
            Work::UnderWay { attempt, .. } => {
                let file = match &documento.remote {
                    Remote::Unknown { sent, .. } => self.file_is_open(sent.transmission)?,
                    _ => false,
                };
                let flight = self.holder.flight.as_ref();
                !file && flight.is_none_or(|flight| flight.attempt != *attempt)
            }
            Work::HandedIn { transmission } | Work::Sought { transmission } => {
                !self.file_is_open(*transmission)?
            }
            _ => false,
        })
    }

    /// Whether its outcome is open and nobody can be asked: a person who looked it up on the portal
    /// has the word.
    fn nobody_can_tell(&mut self, documento: &Documento) -> Result<bool, Stop> {
        let unknown = matches!(documento.remote, Remote::Unknown { .. });
        if !unknown || self.settings.available(Service::InterrogazionePuntuale).is_ok() {
            return Ok(false);
        }
        Ok(documento.work == Work::GivenUp || self.forsaken(documento)?)
    }

    /// A person's word that the last sending arrived, or did not, where nobody can be asked.
    fn take_word(&mut self, before: &Documento, arrived: bool) -> Result<Documento, Stop> {
        let mut after = before.clone();
        if let Remote::Unknown { sent, before, .. } = &before.remote {
            let now = self.now;
            self.change_trasmissione(sent.transmission, |row| match arrived {
                true => row.accept(Remarks::None, now),
                false => row.lose(now),
            })?;
            after.remote = match (arrived, sent.operation) {
                (true, Operation::Cancellazione) => {
                    Remote::Cancelled { id_spesa: sent.id_spesa.clone() }
                }
                (true, _) => present(sent.clone()),
                (false, _) => (**before).clone(),
            };
        }
        Ok(after)
    }

    fn file_is_open(&mut self, transmission: u64) -> Result<bool, Stop> {
        let key = crate::record::invio_key(transmission);
        match self.ledger.record::<crate::record::Invio>(&key) {
            Ok(invio) => Ok(invio.is_some()),
            Err(Stop::Error(_)) => Ok(false),
            Err(stop) => Err(stop),
        }
    }

    fn send_one(&mut self, id: &str) -> Result<QueueOutcome, Stop> {
        let Some(before) = self.documento(id)?.filter(|before| !before.deleted) else {
            return Ok(QueueOutcome::NotFound);
        };
        let mut after = before.clone();
        // A person's word puts it there again.
        after.withheld = false;
        let outcome = match (&after.remote, after.wish()) {
            (Remote::Unknown { .. }, _) => QueueOutcome::UnderWay,
            (Remote::Other { .. }, _) => QueueOutcome::Conflict,
            (Remote::Present { .. }, Wish::Content(_)) if !after.differs() => {
                QueueOutcome::AlreadyAccepted
            }
            (_, Wish::Closed) => QueueOutcome::YearClosed,
            (Remote::Present { .. }, _) if after.differs() => QueueOutcome::Queued,
            (_, Wish::Content(_)) => QueueOutcome::Queued,
            (_, Wish::Nothing | Wish::Undecided) => QueueOutcome::NotSendable,
        };
        let outcome = match outcome {
            QueueOutcome::Queued => {
                let was = std::mem::replace(&mut after.work, Work::Idle);
                let plan = self.plan_of(&after)?;
                after.work = was;
                if plan.year_is_closed() {
                    QueueOutcome::YearClosed
                } else if plan.original_is_missing() {
                    QueueOutcome::OriginalMissing
                } else {
                    QueueOutcome::Queued
                }
            }
            other => other,
        };
        let not_before = self.now;
        if outcome == QueueOutcome::Queued {
            after.work = Work::Send { not_before, tries: 0, by: By::Person };
            after.messaggi.clear();
            self.put_documento(Some(&before), after);
        } else if self.settings.available(Service::InterrogazionePuntuale).is_ok()
            && self.forsaken(&before)?
        {
            let mut after = before.clone();
            after.work = Work::Settle { not_before, tries: 0 };
            self.put_documento(Some(&before), after);
        } else if outcome == QueueOutcome::AlreadyAccepted && before.withheld {
            after.work = Work::Idle;
            self.put_documento(Some(&before), after);
        } else if outcome == QueueOutcome::UnderWay && before.withheld {
            // Once its cancellation is through, it goes there again.
            self.put_documento(Some(&before), after);
        }
        Ok(outcome)
    }

    /// One of the manual tools.
    pub(crate) fn change(
        &mut self,
        change: Change,
        ids: &[String],
        confirmed: bool,
    ) -> Result<Vec<Changed>, Stop> {
        limit("documents", ids.len(), Command::SEND_LIMIT)?;
        self.want_documents(ids.iter())?;
        self.impatient();
        let one = |id: &String| {
            // Deleted, and still there because the service refused to cancel it: again, please.
            let there = |before: &Documento| {
                !matches!(before.remote, Remote::Absent | Remote::Cancelled { .. })
            };
            let known = |before: &Documento| !before.deleted || there(before);
            let outcome = match self.documento(id)?.filter(known) {
                None => ChangeOutcome::NotFound,
                Some(before) => match change {
                    Change::Delete => self.delete(before, confirmed)?,
                    Change::Cancel => self.cancel(before, confirmed)?,
                    Change::Update => self.update(before)?,
                    Change::Resend => self.ask(before, Cause::Resend)?,
                    Change::Resync => self.ask(before, Cause::Resync)?,
                },
            };
            Ok(Changed { id: id.clone(), outcome })
        };
        ids.iter().map(one).collect()
    }

    /// The practice deletes the invoice.
    fn delete(&mut self, before: Documento, confirmed: bool) -> Result<ChangeOutcome, Stop> {
        let there = !matches!(before.remote, Remote::Absent | Remote::Cancelled { .. });
        if there && !confirmed {
            return Ok(ChangeOutcome::NeedsConfirmation);
        }
        if !there && before.transmissions.is_empty() {
            self.remove_documento(&before);
            return Ok(ChangeOutcome::Done);
        }
        let mut after = match self.nobody_can_tell(&before)? {
            true => self.take_word(&before, true)?,
            false => before.clone(),
        };
        after.deleted = true;
        (after.review_on, after.save_again) = (None, false);
        after.supersede();
        self.take_off(&before, after)
    }

    /// A person takes it off the service; the invoice stays.
    fn cancel(&mut self, before: Documento, confirmed: bool) -> Result<ChangeOutcome, Stop> {
        if matches!(before.remote, Remote::Absent | Remote::Cancelled { .. }) {
            // Not to be sent by what was queued before.
            if matches!(before.work, Work::Send { .. }) {
                let mut after = before.clone();
                after.work = Work::Idle;
                after.withheld = true;
                self.put_documento(Some(&before), after);
                return Ok(ChangeOutcome::Done);
            }
            return Ok(ChangeOutcome::NothingThere);
        }
        if !confirmed {
            return Ok(ChangeOutcome::NeedsConfirmation);
        }
        let mut after = match self.nobody_can_tell(&before)? {
            true => self.take_word(&before, true)?,
            false => before.clone(),
        };
        after.withheld = true;
        self.take_off(&before, after)
    }

    /// What is not wanted any more leaves the service, as soon as it can.
    fn take_off(
        &mut self,
        before: &Documento,
        mut after: Documento,
    ) -> Result<ChangeOutcome, Stop> {
        // What is there, even if it is not ours: a person wants it away.
        if let Remote::Other { sent, found } = &after.remote {
            after.remote = match found {
                crate::event::Found::OtherContent => present(sent.clone()),
                crate::event::Found::Cancelled => {
                    Remote::Cancelled { id_spesa: sent.id_spesa.clone() }
                }
            };
        }
        let outcome = match &after.remote {
            Remote::Absent | Remote::Cancelled { .. } => {
                after.work = Work::Idle;
                ChangeOutcome::Done
            }
            Remote::Present { sent, .. } => {
                if self.settings.year_is_closed(sent.data_pagamento, self.now) {
                    after.work = Work::Idle;
                    ChangeOutcome::YearClosed
                } else {
                    after.work = Work::Send { not_before: self.now, tries: 0, by: By::Edit };
                    ChangeOutcome::Queued
                }
            }
            // Its end is compared with what is wanted then.
            Remote::Unknown { .. } | Remote::Other { .. } => ChangeOutcome::UnderWay,
        };
        after.messaggi.clear();
        self.put_documento(Some(before), after);
        Ok(outcome)
    }

    /// A variation of what is there, or an insertion when the last one was refused.
    fn update(&mut self, before: Documento) -> Result<ChangeOutcome, Stop> {
        let mut after = match self.nobody_can_tell(&before)? {
            true => self.take_word(&before, true)?,
            false => before.clone(),
        };
        match after.wish() {
            Wish::Content(_) => {}
            Wish::Closed => return Ok(ChangeOutcome::YearClosed),
            Wish::Nothing | Wish::Undecided => return Ok(ChangeOutcome::NotSendable),
        }
        match &mut after.remote {
            Remote::Unknown { .. } => return Ok(ChangeOutcome::UnderWay),
            Remote::Present { sent, .. } => {
                // Sent also when nothing seems to differ: the service may have something else.
                sent.fingerprint.clear();
            }
            Remote::Other { sent, found: crate::event::Found::OtherContent } => {
                after.remote = present(sent.clone());
            }
            // An earlier sending was refused, perhaps before the correction that was saved since.
            Remote::Absent if !before.transmissions.is_empty() => {}
            Remote::Other { .. } | Remote::Absent | Remote::Cancelled { .. } => {
                if !matches!(before.work, Work::Refused | Work::GivenUp) {
                    return Ok(ChangeOutcome::NothingThere);
                }
            }
        }
        if self.plan_of(&after)?.year_is_closed() {
            return Ok(ChangeOutcome::YearClosed);
        }
        after.work = Work::Send { not_before: self.now, tries: 0, by: By::Person };
        after.messaggi.clear();
        self.put_documento(Some(&before), after);
        Ok(ChangeOutcome::Queued)
    }

    /// Asks the service what it has.
    pub(crate) fn ask(&mut self, before: Documento, cause: Cause) -> Result<ChangeOutcome, Stop> {
        if self.settings.available(Service::InterrogazionePuntuale).is_err() {
            return self.believe_absent(before, cause);
        }
        let forsaken = self.forsaken(&before)?;
        let mut after = before.clone();
        if cause == Cause::Resend {
            match after.wish() {
                Wish::Closed => return Ok(ChangeOutcome::YearClosed),
                Wish::Undecided => return Ok(ChangeOutcome::NotSendable),
                Wish::Nothing if !after.withheld => return Ok(ChangeOutcome::NotSendable),
                _ => after.withheld = false,
            }
        }
        let sent = match &after.remote {
            Remote::Unknown { .. } if forsaken => {
                after.work = Work::Settle { not_before: self.now, tries: 0 };
                self.put_documento(Some(&before), after);
                return Ok(ChangeOutcome::Queued);
            }
            Remote::Unknown { .. } => {
                if let Work::Settle { tries, .. } = after.work {
                    after.work = Work::Settle { not_before: self.now, tries };
                    self.put_documento(Some(&before), after);
                }
                return Ok(ChangeOutcome::UnderWay);
            }
            Remote::Present { sent, .. } | Remote::Other { sent, .. } => sent.clone(),
            Remote::Absent | Remote::Cancelled { .. } => match &after.desired {
                Some(desired) => desired.sent(Operation::first_of(&desired.documento), 0, 0),
                None => return Ok(ChangeOutcome::NotSendable),
            },
        };
        if cause == Cause::Resend && self.settings.year_is_closed(sent.data_pagamento, self.now) {
            return Ok(ChangeOutcome::YearClosed);
        }
        let queued = matches!(after.work, Work::Send { .. });
        let cause = match after.remote {
            // It was to be sent, and if it is not there, it still is.
            Remote::Absent | Remote::Cancelled { .. } if queued => Cause::Resend,
            _ => cause,
        };
        let attempt = format!("ask-{}", self.holder.next_attempt);
        self.holder.next_attempt += 1;
        after.remote = Remote::Unknown {
            attempt,
            sent,
            cause,
            absences: 0,
            before: Box::new(std::mem::take(&mut after.remote)),
            by: By::Person,
        };
        after.work = Work::Settle { not_before: self.now, tries: 0 };
        self.put_documento(Some(&before), after);
        Ok(ChangeOutcome::Queued)
    }

    /// Where the service cannot be asked, a person who looked it up has the word.
    fn believe_absent(&mut self, before: Documento, cause: Cause) -> Result<ChangeOutcome, Stop> {
        if cause != Cause::Resend {
            return Ok(ChangeOutcome::NotAvailable);
        }
        if matches!(before.remote, Remote::Unknown { .. }) && !self.nobody_can_tell(&before)? {
            return Ok(ChangeOutcome::UnderWay);
        }
        let mut after = self.take_word(&before, false)?;
        after.withheld = false;
        after.remote = Remote::Absent;
        match after.wish() {
            Wish::Content(_) => {}
            Wish::Closed => return Ok(ChangeOutcome::YearClosed),
            Wish::Nothing | Wish::Undecided => return Ok(ChangeOutcome::NotSendable),
        }
        after.work = Work::Send { not_before: self.now, tries: 0, by: By::Person };
        self.put_documento(Some(&before), after);
        Ok(ChangeOutcome::Queued)
    }

    /// Money is given back: the credit note is saved and sent as a refund.
    pub(crate) fn refund(
        &mut self,
        invoice: &Input,
        confirmed: bool,
    ) -> Result<(RefundOutcome, Option<Saved>), Stop> {
        let judgement = self.settings.judge(invoice, self.now);
        if judgement.verdict != Verdict::Send {
            let (saved, _) = self.save_invoice(invoice)?;
            return Ok((RefundOutcome::NotSendable, Some(saved)));
        }
        let refund = judgement.documento.as_ref();
        let Some(original) = refund.and_then(|documento| documento.id_rimborso.clone()) else {
            return Ok((RefundOutcome::NotARefund, None));
        };
        let amount = refund.and_then(|documento| documento.totale()).unwrap_or(Importo::ZERO);
        if let Some(outcome) = self.refund_is_wrong(invoice.id(), &original, amount)? {
            return Ok((outcome, None));
        }
        if !confirmed {
            return Ok((RefundOutcome::NeedsConfirmation, None));
        }
        let (mut saved, _) = self.save_invoice(invoice)?;
        let outcome = match self.send_one(invoice.id())? {
            QueueOutcome::Queued => RefundOutcome::Queued,
            QueueOutcome::UnderWay | QueueOutcome::AlreadyAccepted => RefundOutcome::AlreadySent,
            QueueOutcome::YearClosed => RefundOutcome::YearClosed,
            QueueOutcome::OriginalMissing => RefundOutcome::OriginalMissing,
            QueueOutcome::Conflict | QueueOutcome::NotSendable | QueueOutcome::NotFound => {
                RefundOutcome::NotSendable
            }
        };
        if let Some(documento) = self.documento(invoice.id())? {
            saved.state = documento.state();
        }
        Ok((outcome, Some(saved)))
    }

    /// Why a refund cannot be: its original is not there, or gave less than is given back.
    fn refund_is_wrong(
        &mut self,
        id: &str,
        original: &IdSpesa,
        amount: Importo,
    ) -> Result<Option<RefundOutcome>, Stop> {
        let Some(original_id) = self.ledger.text(&natural_key(original))? else {
            // Sent before this ledger began: only the service knows.
            return Ok(None);
        };
        let found = self.ledger.record::<Documento>(&documento_key(&original_id))?;
        let Some(Remote::Present { sent, .. }) = found.map(|documento| documento.remote) else {
            return Ok(Some(RefundOutcome::OriginalMissing));
        };
        let sum = |sent: &Sent| sent.totals.iter().map(|(_, importo)| importo.cents()).sum::<i64>();
        let mut refunded = amount.cents();
        for (other, _) in self.refunds_there(original)? {
            let Some(other) = self.documento(&other)?.filter(|other| other.id != id) else {
                continue;
            };
            if let Remote::Present { sent, .. } | Remote::Unknown { sent, .. } = &other.remote {
                refunded = refunded.saturating_add(sum(sent));
            }
        }
        Ok((refunded > sum(&sent)).then_some(RefundOutcome::ExceedsOriginal))
    }
}

/// Something that is there, and whose content is not ours.
fn present(sent: Sent) -> Remote {
    let sent = Sent { fingerprint: String::new(), ..sent };
    Remote::Present { sent, protocollo: None, remarks: Remarks::None }
}
