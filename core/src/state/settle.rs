//! What the end of a request means for its document, its row of the registry, and the credentials.
//!
//! The transitions of a document are the table of [`documento`](super::documento), those of a file
//! the table of [`file`](super::file).

use crate::command::Answer;
use crate::error::Error;
use crate::event::{EventKind, Found};
use crate::ledger::Stop;
use crate::record::{
    AskedBy, Attempt, By, Cause, Documento, Flight, Purpose, Remarks, Remote, Sent, Work,
    attempt_key,
};
use crate::registry::{Operation, Transmission};
use crate::state::Turn;
use crate::state::credentials::Standing;
use crate::state::documento::Doubt;
use crate::state::hear::{Decision, Evidence, Heard, hear_query, hear_sending, response_digest};
use crate::step::Response;
use crate::time::Timestamp;
use crate::wire::Messaggio;

/// Failed sendings, after which it waits for a person.
const TRIES_LIMIT: u32 = 20;
/// After a lost answer, how long the service is left to finish storing before it is asked.
const SETTLE_FIRST: i64 = 60_000;

impl Turn<'_> {
    /// Takes the end of a request, and gives what a person has waited for. One that is not known
    /// any more was settled already.
    pub(crate) fn settle(&mut self, id: &str, response: &Response) -> Result<Option<Answer>, Stop> {
        let key = attempt_key(id);
        let Some(attempt) = self.ledger.record::<Attempt>(&key)? else {
            return Ok(None);
        };
        // First of all, so that a document that cannot be read leaves everything as it is.
        match &attempt.purpose {
            Purpose::Sending { document, .. } | Purpose::Query { document, .. } => {
                self.documento(document)?;
            }
            _ => {}
        }
        if self.holder.flight.as_ref().is_some_and(|flight| flight.attempt == id) {
            self.holder.flight = None;
        }
        // The attempt of a sending stays until there is evidence; a question is over.
        if !matches!(attempt.purpose, Purpose::Sending { .. } | Purpose::File { .. }) {
            self.ledger.set(key, None);
        }
        match &attempt.purpose {
            Purpose::Sending { document, transmission, operation } => {
                let heard = hear_sending(operation.on_the_wire(), response);
                self.learn(&attempt, &heard);
                self.note_outcome(*transmission, &heard, response)?;
                self.settle_sending(&attempt, document, heard)?;
            }
            Purpose::Query { document, about } => {
                self.settle_query(&attempt, document, about, response)?;
            }
            Purpose::Test { asked_by } => {
                self.settle_test(&attempt, *asked_by, response);
            }
            Purpose::File { transmission } => {
                self.settle_upload(&attempt, *transmission, response)?;
            }
            Purpose::FileState { transmission } => {
                self.settle_file_state(&attempt, *transmission, response)?;
            }
            Purpose::FileSearch { transmission } => {
                self.settle_search(&attempt, *transmission, response)?;
            }
            Purpose::FileErrors { transmission } => {
                self.settle_errors(&attempt, *transmission, response)?;
            }
            Purpose::FileProof { transmission } => {
                self.settle_proof(&attempt, *transmission, response)?;
            }
            Purpose::Inquiry { inquiry, part } => {
                return self.settle_inquiry(&attempt, inquiry, *part, response);
            }
        }
        Ok(None)
    }

    /// The lease of a request is over: whoever sent it is gone, or will come too late. `false` when
    /// its record is of a newer version of the engine, which alone can settle it.
    pub(crate) fn lease_over(&mut self, flight: &Flight) -> Result<bool, Stop> {
        let key = attempt_key(&flight.attempt);
        if let Ok(Some(Attempt { purpose: Purpose::Inquiry { .. }, credentials, .. })) =
            self.ledger.record::<Attempt>(&key)
        {
            // Whoever waited for it is gone: nothing more is fetched.
            self.ledger.set(key, None);
            self.credentials_unanswered(&credentials);
            self.holder.flight = None;
            return Ok(true);
        }
        match self.settle(&flight.attempt, &Response::Unknown) {
            Err(Stop::Read) => return Err(Stop::Read),
            Err(Stop::Error(Error::RecordTooNew { .. })) => return Ok(false),
            // Nobody can settle what is damaged, and the others must not wait for it.
            Ok(_) | Err(Stop::Error(_)) => {}
        }
        // Also when the attempt is not there any more.
        self.holder.flight = None;
        Ok(true)
    }

    fn settle_sending(
        &mut self,
        attempt: &Attempt,
        id: &str,
        heard: Heard<Decision>,
    ) -> Result<(), Stop> {
        let before = self.documento(id)?;
        let nothing = matches!(heard, Heard::Nothing { .. } | Heard::CredentialsSuspected(_));
        let moves = before.as_ref().and_then(|before| Doubt::of(before, &attempt.id));
        if !nothing {
            // It has had its answer; a second one would say nothing new.
            self.ledger.set(attempt_key(&attempt.id), None);
        }
        // Only the document's own last attempt moves it.
        let (Some(before), Some(doubt)) = (before, moves) else {
            return Ok(());
        };
        let mut after = before.clone();
        let now = self.now;
        match heard {
            Heard::Answer(Decision::Accepted { protocollo, remarks }) => {
                self.accept(&mut after, doubt, protocollo, remarks, false)?;
            }
            Heard::Answer(Decision::AlreadyThere { messaggi }) => match doubt.sent.operation {
                Operation::Inserimento | Operation::Rimborso => {
                    after.remote =
                        Doubt { cause: Cause::AlreadyThere, absences: 0, ..doubt }.remains();
                    after.work = Work::Settle { not_before: now, tries: 0 };
                }
                Operation::Variazione | Operation::Cancellazione => {
                    self.refuse(&mut after, doubt, messaggi)?;
                }
            },
            Heard::Answer(Decision::NotThere { messaggi }) => match doubt.sent.operation {
                Operation::Variazione | Operation::Cancellazione => {
                    after.remote = Doubt { cause: Cause::NotThere, absences: 0, ..doubt }.remains();
                    after.work = Work::Settle { not_before: now, tries: 0 };
                }
                Operation::Inserimento | Operation::Rimborso => {
                    self.refuse(&mut after, doubt, messaggi)?;
                }
            },
            Heard::NotSent => {
                let not_before = self.trouble();
                let row = doubt.sent.transmission;
                self.change_trasmissione(row, |row| row.lose(now))?;
                // It says nothing of the document, so it costs none of its tries.
                self.back(&mut after, doubt, not_before, false);
            }
            Heard::Answer(Decision::Refused { messaggi }) => {
                self.refuse(&mut after, doubt, messaggi)?;
            }
            Heard::FormRefused(messaggio) => {
                self.refuse(&mut after, doubt, vec![messaggio])?;
            }
            // It keeps its place in the queue, and the holder pauses.
            Heard::CredentialsRefused(_) => {
                self.change_trasmissione(doubt.sent.transmission, |row| row.refuse(now))?;
                self.back(&mut after, doubt, now, false);
            }
            Heard::Answer(Decision::Trouble { .. })
            | Heard::CredentialsSuspected(_)
            | Heard::Nothing { .. } => {
                // A late silence about what is being found out already says nothing new.
                if !before.is_under_way(&attempt.id) {
                    return Ok(());
                }
                self.trouble();
                let ask_at = now.plus(SETTLE_FIRST);
                after.work = Work::Settle { not_before: ask_at, tries: 0 };
                self.event(EventKind::OutcomeUnknown { id: id.to_owned(), ask_at });
            }
        }
        self.put_documento(Some(&before), after);
        Ok(())
    }

    /// What the registry learns from the end of a sending; what became of the document itself comes
    /// with the document.
    fn note_outcome(
        &mut self,
        number: u64,
        heard: &Heard<Decision>,
        response: &Response,
    ) -> Result<(), Stop> {
        self.change_trasmissione(number, |row| {
            row.response_digest = response_digest(response).or(row.response_digest.take());
            row.transmission = Transmission::Answered;
            match heard {
                Heard::Answer(Decision::Accepted { protocollo, remarks }) => {
                    row.protocollo.clone_from(protocollo);
                    row.messaggi.clone_from(remarks);
                }
                Heard::Answer(
                    Decision::AlreadyThere { messaggi }
                    | Decision::NotThere { messaggi }
                    | Decision::Refused { messaggi },
                ) => row.messaggi.clone_from(messaggi),
                Heard::Answer(Decision::Trouble { messaggi }) => {
                    row.messaggi.clone_from(messaggi);
                    row.transmission = Transmission::Unknown;
                }
                Heard::CredentialsRefused(messaggio) | Heard::FormRefused(messaggio) => {
                    row.messaggi = vec![messaggio.clone()];
                }
                Heard::NotSent => row.transmission = Transmission::NotSent,
                Heard::CredentialsSuspected(_) | Heard::Nothing { .. } => {
                    row.transmission = Transmission::Unknown;
                }
            }
        })
    }

    fn settle_test(&mut self, attempt: &Attempt, asked_by: AskedBy, response: &Response) {
        match hear_query(response) {
            Heard::Answer(Evidence::Found(_) | Evidence::Cancelled | Evidence::NotFound) => {
                self.credentials_proven(attempt, asked_by);
            }
            // A test has nothing to lose by caution, and the account has.
            Heard::CredentialsRefused(message) | Heard::CredentialsSuspected(message) => {
                self.credentials_refused(attempt, &message.codice);
            }
            // An answer that the service was in trouble proves nothing either.
            heard @ (Heard::Answer(Evidence::Trouble)
            | Heard::FormRefused(_)
            | Heard::NotSent
            | Heard::Nothing { .. }) => {
                if !matches!(heard, Heard::Answer(_)) {
                    self.learn(attempt, &heard);
                }
                self.trouble();
                if asked_by == AskedBy::Person {
                    self.event(EventKind::CredentialsUnclear);
                }
            }
        }
    }

    /// What the end of any request says of the credentials it left with.
    pub(super) fn learn<T>(&mut self, attempt: &Attempt, heard: &Heard<T>) {
        match heard {
            Heard::Answer(_) => self.credentials_proven(attempt, AskedBy::Engine),
            Heard::CredentialsRefused(message) => {
                self.credentials_refused(attempt, &message.codice);
            }
            Heard::Nothing { answered: false } | Heard::CredentialsSuspected(_) => {
                self.credentials_unanswered(&attempt.credentials);
            }
            // Behind a gateway that fails, the service may have counted a wrong password.
            Heard::Nothing { answered: true }
                if self.standing(&attempt.credentials) == Standing::Untested =>
            {
                self.credentials_unanswered(&attempt.credentials);
            }
            Heard::Nothing { answered: true } | Heard::FormRefused(_) | Heard::NotSent => {}
        }
    }

    /// The attempt took effect.
    pub(super) fn accept(
        &mut self,
        after: &mut Documento,
        doubt: Doubt,
        protocollo: Option<String>,
        messaggi: Vec<Messaggio>,
        recovered: bool,
    ) -> Result<(), Stop> {
        let (now, remarks, by) = (self.now, Remarks::of(&messaggi), doubt.by);
        if doubt.is_of_a_sending() {
            let number = protocollo.clone();
            self.change_trasmissione(doubt.sent.transmission, |row| {
                if recovered {
                    row.transmission = Transmission::Recovered;
                }
                row.protocollo = row.protocollo.take().or(number);
                match doubt.cause {
                    // Gone by other hands: this one was refused, and what it was for is there.
                    Cause::NotThere => row.refuse(now),
                    _ => row.accept(remarks, now),
                }
            })?;
        }
        self.holder.last_accepted = Some(now);
        let sent = doubt.sent;
        let (id, operation) = (after.id.clone(), sent.operation);
        after.messaggi.clone_from(&messaggi);
        after.work = Work::Idle;
        if operation == Operation::Cancellazione {
            after.remote = Remote::Cancelled { id_spesa: sent.id_spesa };
            self.event(EventKind::DocumentCancelled { id, protocollo });
            if let Some(original) = &sent.id_rimborso {
                self.hurry(original)?;
            }
        } else {
            after.remote = Remote::Present { sent, protocollo: protocollo.clone(), remarks };
            self.event(EventKind::DocumentAccepted {
                id,
                operation,
                protocollo,
                messaggi,
                recovered,
            });
        }
        self.go_on(after, by);
        Ok(())
    }

    /// What is there now may not be what is wanted: a plan of several operations goes on, and so
    /// does what was edited in the meantime.
    pub(super) fn go_on(&mut self, after: &mut Documento, by: By) {
        let cancelled = matches!(after.remote, Remote::Cancelled { .. });
        let wanted = matches!(after.wish(), crate::plan::Wish::Content(_));
        if after.work == Work::Idle && (after.differs() || cancelled && wanted) {
            let by = if by == By::Person { By::Person } else { By::Edit };
            after.work = Work::Send { not_before: self.now, tries: 0, by };
        }
    }

    /// The service refused the attempt: what was there before is there still.
    pub(super) fn refuse(
        &mut self,
        after: &mut Documento,
        doubt: Doubt,
        messaggi: Vec<Messaggio>,
    ) -> Result<(), Stop> {
        let now = self.now;
        self.change_trasmissione(doubt.sent.transmission, |row| row.refuse(now))?;
        let edited = !after.wants(&doubt.sent);
        after.remote = doubt.before;
        if edited {
            // Nobody has refused what is wanted now.
            after.work = Work::Idle;
            after.messaggi.clear();
            self.go_on(after, By::Edit);
        } else {
            after.work = Work::Refused;
            after.messaggi.clone_from(&messaggi);
        }
        self.event(EventKind::DocumentRefused { id: after.id.clone(), messaggi });
        Ok(())
    }

    /// The service has something else under its key. A person decides.
    pub(super) fn conflict(
        &mut self,
        after: &mut Documento,
        doubt: Doubt,
        found: Found,
    ) -> Result<(), Stop> {
        let now = self.now;
        if doubt.is_of_a_sending() {
            self.change_trasmissione(doubt.sent.transmission, |row| {
                if row.transmission == Transmission::Unknown {
                    row.transmission = Transmission::Lost;
                }
                row.refuse(now);
            })?;
        }
        after.remote = Remote::Other { sent: doubt.sent, found };
        after.work = Work::Idle;
        self.event(EventKind::DocumentConflict { id: after.id.clone(), found });
        Ok(())
    }

    /// The attempt took no effect: it is made again then, unless that was tried often enough.
    pub(super) fn lost(&mut self, after: &mut Documento, doubt: Doubt, not_before: Timestamp) {
        let failed = doubt.sent.tries.saturating_add(1);
        if failed >= TRIES_LIMIT {
            after.remote = doubt.before;
            after.work = Work::GivenUp;
            self.event(EventKind::SendingGivenUp { id: after.id.clone() });
            return;
        }
        self.back(after, doubt, not_before, true);
    }

    /// What was there before the attempt is there still: it is made again, if it is still wanted.
    /// Whether that costs one of its tries.
    pub(super) fn back(
        &mut self,
        after: &mut Documento,
        doubt: Doubt,
        not_before: Timestamp,
        counts: bool,
    ) {
        let tries = doubt.sent.tries.saturating_add(u32::from(counts));
        after.remote = doubt.before;
        let content = matches!(after.wish(), crate::plan::Wish::Content(_));
        let missing = content && !matches!(after.remote, Remote::Present { .. });
        if !missing && !after.differs() {
            after.work = Work::Idle;
            return;
        }
        after.work = Work::Send { not_before, tries, by: doubt.by };
        if not_before > self.now {
            let id = after.id.clone();
            self.event(EventKind::SendingPostponed { id, not_before });
        }
    }
}

impl Documento {
    /// Whether what an attempt carried is still what is wanted.
    fn wants(&self, sent: &Sent) -> bool {
        match (sent.operation, self.wish()) {
            // A cancellation serves a plan that may go on with an insertion.
            (Operation::Cancellazione, crate::plan::Wish::Nothing) => true,
            (Operation::Cancellazione, crate::plan::Wish::Content(wanted)) => {
                wanted.fingerprint != sent.fingerprint || wanted.refund_of.is_some()
            }
            (_, crate::plan::Wish::Content(wanted)) => wanted.fingerprint == sent.fingerprint,
            _ => false,
        }
    }
}
