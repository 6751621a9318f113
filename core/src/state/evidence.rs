//! What a query finds, and what that proves of an attempt.
//!
//! A query shows payment date, totals by kind of expense and the protocol of the last sending
//! (PROTOCOL section 6.4), and neither the tax code nor the other fields. So an insertion took
//! effect when what was sent is there; a variation when what was sent is there under another
//! protocol than before, or when it can be told from what was there before; a cancellation when
//! nothing is there, or it is called cancelled. Where a variation cannot be told, it is made again:
//! the same variation twice is the same as once.

use crate::event::{EventKind, Found};
use crate::ledger::Stop;
use crate::plan::Wish;
use crate::record::{Attempt, By, Cause, Documento, Remarks, Remote, Sent, Work, attempt_key};
use crate::registry::Operation;
use crate::state::Turn;
use crate::state::documento::Doubt;
use crate::state::hear::{Evidence, Heard, hear_query, same, totals_of};
use crate::step::Response;
use crate::wire::interrogazione_puntuale::DocumentoTrovato;

/// After nothing was found of it, how long until it is asked again.
const SETTLE_AGAIN: i64 = 300_000;
/// Absences after which a lost attempt did not take effect.
const ABSENCES: u32 = 2;

/// What a query proves.
enum Proof {
    /// The attempt took effect.
    Done { protocollo: Option<String> },
    /// It did not, as far as can be seen now.
    NotDone,
    /// What it was to change is not there at all.
    Gone,
    /// Something else is there.
    Other(Found),
}

impl Turn<'_> {
    pub(super) fn settle_query(
        &mut self,
        attempt: &Attempt,
        id: &str,
        about: &str,
        response: &Response,
    ) -> Result<(), Stop> {
        let heard = hear_query(response);
        self.learn(attempt, &heard);
        let Some(before) = self.documento(id)? else {
            return Ok(());
        };
        let Some(doubt) = Doubt::of(&before, about) else {
            return Ok(());
        };
        if !before.is_under_way(&attempt.id) {
            return Ok(());
        }
        let mut after = before.clone();
        match heard {
            Heard::Answer(
                evidence @ (Evidence::Found(_) | Evidence::Cancelled | Evidence::NotFound),
            ) => {
                if doubt.is_of_a_sending() {
                    self.settle_doubt(&mut after, doubt, evidence)?;
                } else {
                    self.learn_what_is_there(&mut after, doubt, evidence);
                }
            }
            Heard::Answer(Evidence::Trouble)
            | Heard::FormRefused(_)
            | Heard::CredentialsSuspected(_)
            | Heard::NotSent
            | Heard::Nothing { .. } => {
                let hold = self.trouble();
                let delay = self.backoff(doubt.tries);
                let not_before = hold.max(self.now.plus(delay));
                after.work = Work::Settle { not_before, tries: doubt.tries.saturating_add(1) };
            }
            Heard::CredentialsRefused(_) => {
                after.work = Work::Settle { not_before: self.now, tries: doubt.tries };
            }
        }
        if !matches!(after.remote, Remote::Unknown { .. }) {
            self.ledger.set(attempt_key(about), None);
        }
        self.put_documento(Some(&before), after);
        Ok(())
    }

    fn settle_doubt(
        &mut self,
        after: &mut Documento,
        doubt: Doubt,
        evidence: Evidence,
    ) -> Result<(), Stop> {
        let now = self.now;
        match proof(&doubt, evidence) {
            Proof::Done { protocollo } => self.accept(after, doubt, protocollo, Vec::new(), true),
            Proof::Other(found) => self.conflict(after, doubt, found),
            Proof::NotDone | Proof::Gone if doubt.absences.saturating_add(1) < ABSENCES => {
                let absences = doubt.absences + 1;
                after.remote = Doubt { absences, ..doubt }.remains();
                after.work = Work::Settle { not_before: now.plus(SETTLE_AGAIN), tries: 0 };
                Ok(())
            }
            Proof::NotDone => {
                self.change_trasmissione(doubt.sent.transmission, |row| row.lose(now))?;
                let not_before = now.plus(self.backoff(doubt.sent.tries));
                self.lost(after, doubt, not_before);
                Ok(())
            }
            Proof::Gone => {
                // What was to be varied is not there: it is inserted.
                self.change_trasmissione(doubt.sent.transmission, |row| row.lose(now))?;
                self.back(after, Doubt { before: Remote::Absent, ..doubt }, now, true);
                Ok(())
            }
        }
    }

    /// A person asked what is there.
    fn learn_what_is_there(&mut self, after: &mut Documento, doubt: Doubt, evidence: Evidence) {
        let Doubt { sent, cause, before, by, .. } = doubt;
        let resend = cause == Cause::Resend;
        let known = matches!(before, Remote::Present { .. } | Remote::Other { .. });
        after.work = Work::Idle;
        match evidence {
            Evidence::Found(found) => {
                let protocollo = found.protocollo.clone();
                let trusted = !matches!(before, Remote::Other { .. });
                let as_wanted =
                    after.desired.as_ref().map(|d| d.sent(sent.operation, sent.transmission, 0));
                let sent = match (known && trusted && same(&found, &sent), as_wanted) {
                    (true, _) => sent,
                    (false, Some(wanted)) if same(&found, &wanted) => wanted,
                    _ => stranger(&found, sent),
                };
                after.remote = Remote::Present { sent, protocollo, remarks: Remarks::None };
                after.messaggi.clear();
                if resend {
                    self.event(EventKind::StillThere { id: after.id.clone() });
                } else {
                    self.go_on(after, by);
                }
            }
            Evidence::Cancelled | Evidence::NotFound | Evidence::Trouble => {
                after.remote = match (evidence, &before) {
                    // Others cancelled what was never ours.
                    (Evidence::Cancelled, Remote::Absent) => Remote::Absent,
                    (Evidence::Cancelled, _) => Remote::Cancelled { id_spesa: sent.id_spesa },
                    _ => Remote::Absent,
                };
                // What counted as sent is missing: it is wanted there again.
                if (resend || known) && matches!(after.wish(), Wish::Content(_)) {
                    let by = if by == By::Cycle { By::Edit } else { by };
                    after.work = Work::Send { not_before: self.now, tries: 0, by };
                }
            }
        }
    }
}

/// What the evidence proves of an attempt.
fn proof(doubt: &Doubt, evidence: Evidence) -> Proof {
    let Doubt { sent, cause, before, .. } = doubt;
    let (was, old_protocollo) = match before {
        Remote::Present { sent, protocollo, .. } => (Some(sent), protocollo.as_ref()),
        _ => (None, None),
    };
    match (sent.operation, evidence) {
        (Operation::Inserimento | Operation::Rimborso, Evidence::Found(found)) => {
            if same(&found, sent) {
                Proof::Done { protocollo: found.protocollo }
            } else {
                Proof::Other(Found::OtherContent)
            }
        }
        (Operation::Inserimento | Operation::Rimborso, Evidence::Cancelled)
            if *cause == Cause::AlreadyThere =>
        {
            Proof::Other(Found::Cancelled)
        }
        (Operation::Inserimento | Operation::Rimborso, _) => Proof::NotDone,
        (Operation::Variazione, Evidence::Found(found)) => {
            let moved = old_protocollo.is_some() && found.protocollo.as_ref() != old_protocollo;
            let told_apart = was.is_some_and(|was| !same(&found, was));
            match (same(&found, sent), was.is_some_and(|was| same(&found, was))) {
                (true, _) if moved || told_apart => Proof::Done { protocollo: found.protocollo },
                (true, _) | (false, true) => Proof::NotDone,
                // What was there was not known well enough to be told apart.
                (false, false) if was.is_none_or(|was| was.fingerprint.is_empty()) => {
                    Proof::NotDone
                }
                (false, false) => Proof::Other(Found::OtherContent),
            }
        }
        (Operation::Variazione, Evidence::Cancelled) => Proof::Other(Found::Cancelled),
        (Operation::Variazione, _) => Proof::Gone,
        (Operation::Cancellazione, Evidence::Found(_)) => Proof::NotDone,
        (Operation::Cancellazione, _) => Proof::Done { protocollo: None },
    }
}

/// What was found where something else was believed: its fingerprint is nobody's, so that a plan
/// takes it for different.
pub(super) fn stranger(found: &DocumentoTrovato, sent: Sent) -> Sent {
    Sent {
        fingerprint: String::new(),
        data_pagamento: found.data_pagamento.unwrap_or(sent.data_pagamento),
        totals: totals_of(&found.totali),
        documento: None,
        ..sent
    }
}
