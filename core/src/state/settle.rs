//! What the end of a request means for its document, its row of the registry, and the credentials.
//!
//! The transitions of a document are the table of [`documento`](super::documento).

use crate::error::Error;
use crate::event::{EventKind, Found};
use crate::ledger::Stop;
use crate::record::{
    AskedBy, Attempt, Cause, Documento, Flight, Purpose, Remarks, Remote, Sent, Work, attempt_key,
};
use crate::registry::{Acceptance, Transmission};
use crate::state::Turn;
use crate::state::hear::{Decision, Evidence, Heard, hear_query, hear_sending};
use crate::state::hear::{response_digest, same};
use crate::step::Response;
use crate::time::Timestamp;
use crate::wire::Messaggio;

/// Failed sendings, after which it waits for a person.
const TRIES_LIMIT: u32 = 20;
/// After a lost answer, how long the service is left to finish storing before it is asked.
const SETTLE_FIRST: i64 = 60_000;
/// After it was not found, how long until it is asked again.
const SETTLE_AGAIN: i64 = 300_000;
/// Absences after which a lost sending did not take place.
const ABSENCES: u32 = 2;

impl Turn<'_> {
    /// Takes the end of a request. One that is not known any more was settled already.
    pub(crate) fn settle(&mut self, id: &str, response: &Response) -> Result<(), Stop> {
        let key = attempt_key(id);
        let Some(attempt) = self.ledger.record::<Attempt>(&key)? else {
            return Ok(());
        };
        // First of all, so that a document that cannot be read leaves everything as it is.
        match &attempt.purpose {
            Purpose::Sending { document, .. } | Purpose::Query { document, .. } => {
                self.documento(document)?;
            }
            Purpose::Test { .. } => {}
        }
        if self.holder.flight.as_ref().is_some_and(|flight| flight.attempt == id) {
            self.holder.flight = None;
        }
        match &attempt.purpose {
            Purpose::Sending { document, transmission, operation } => {
                let heard = hear_sending(operation.on_the_wire(), response);
                self.learn(&attempt.credentials, &heard);
                self.note_outcome(*transmission, &heard, response)?;
                self.settle_sending(&attempt, document, heard)
            }
            Purpose::Query { document, about } => {
                self.ledger.set(key, None);
                self.settle_query(&attempt, document, about, response)
            }
            Purpose::Test { asked_by } => {
                self.ledger.set(key, None);
                self.settle_test(&attempt.credentials, *asked_by, response);
                Ok(())
            }
        }
    }

    /// The lease of a request is over: whoever sent it is gone, or will come too late. `false` when
    /// its record is of a newer version of the engine, which alone can settle it.
    pub(crate) fn lease_over(&mut self, flight: &Flight) -> Result<bool, Stop> {
        match self.settle(&flight.attempt, &Response::Unknown) {
            Err(Stop::Read) => return Err(Stop::Read),
            Err(Stop::Error(Error::RecordTooNew { .. })) => return Ok(false),
            // Nobody can settle what is damaged, and the others must not wait for it.
            Ok(()) | Err(Stop::Error(_)) => {}
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
        match heard {
            Heard::Answer(Decision::Accepted { protocollo, remarks }) => {
                self.accept(&mut after, doubt.sent, protocollo, remarks, false);
            }
            Heard::Answer(Decision::AlreadyThere { .. }) => {
                let (sent, absences) = (doubt.sent, 0);
                let (attempt, cause) = (attempt.id.clone(), Cause::AlreadyThere);
                after.remote = Remote::Unknown { attempt, sent, cause, absences };
                after.work = Work::Settle { not_before: self.now, tries: 0 };
            }
            Heard::NotSent => {
                // It says nothing of the document, so it costs none of its tries.
                let not_before = self.trouble();
                self.send_later(&mut after, doubt.sent.tries, not_before);
            }
            Heard::Answer(Decision::Refused { messaggi }) => {
                self.refuse(&mut after, &doubt.sent, messaggi);
            }
            Heard::FormRefused(messaggio) => {
                self.refuse(&mut after, &doubt.sent, vec![messaggio]);
            }
            // It keeps its place in the queue, and the holder pauses.
            Heard::CredentialsRefused(_) if after.desired.is_some() => {
                after.remote = Remote::Absent;
                after.work = Work::Send { not_before: self.now, tries: doubt.sent.tries };
            }
            Heard::CredentialsRefused(_) => {
                after.remote = Remote::Absent;
                after.work = Work::Idle;
            }
            Heard::Answer(Decision::Trouble { .. })
            | Heard::CredentialsSuspected(_)
            | Heard::Nothing { .. } => {
                // A late silence about what is being found out already says nothing new.
                if !before.is_under_way(&attempt.id) {
                    return Ok(());
                }
                self.trouble();
                let ask_at = self.now.plus(SETTLE_FIRST);
                after.work = Work::Settle { not_before: ask_at, tries: 0 };
                self.event(EventKind::OutcomeUnknown { id: id.to_owned(), ask_at });
            }
        }
        self.put_documento(Some(&before), after);
        Ok(())
    }

    /// What the registry learns from the end of a sending.
    fn note_outcome(
        &mut self,
        number: u64,
        heard: &Heard<Decision>,
        response: &Response,
    ) -> Result<(), Stop> {
        let now = self.now;
        self.change_trasmissione(number, |row| {
            row.response_digest = response_digest(response).or(row.response_digest.take());
            row.settled_at = Some(now);
            row.transmission = Transmission::Answered;
            match heard {
                Heard::Answer(Decision::Accepted { protocollo, remarks }) => {
                    row.protocollo.clone_from(protocollo);
                    row.messaggi.clone_from(remarks);
                    row.accept(Remarks::of(remarks));
                }
                Heard::Answer(Decision::AlreadyThere { messaggi }) => {
                    // Perhaps by this very transmission: the query decides.
                    row.messaggi.clone_from(messaggi);
                    row.settled_at = None;
                }
                Heard::Answer(Decision::Trouble { messaggi }) => {
                    row.messaggi.clone_from(messaggi);
                    row.transmission = Transmission::Unknown;
                    row.settled_at = None;
                }
                Heard::Answer(Decision::Refused { messaggi }) => {
                    row.messaggi.clone_from(messaggi);
                    row.refuse();
                }
                Heard::CredentialsRefused(messaggio) | Heard::FormRefused(messaggio) => {
                    row.messaggi = vec![messaggio.clone()];
                    row.refuse();
                }
                Heard::NotSent => {
                    row.transmission = Transmission::NotSent;
                    row.acceptance = Acceptance::None;
                }
                Heard::CredentialsSuspected(_) | Heard::Nothing { .. } => {
                    row.transmission = Transmission::Unknown;
                    row.settled_at = None;
                }
            }
        })
    }

    fn settle_query(
        &mut self,
        attempt: &Attempt,
        id: &str,
        about: &str,
        response: &Response,
    ) -> Result<(), Stop> {
        let heard = hear_query(response);
        self.learn(&attempt.credentials, &heard);
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
        let mut settled = true;
        match heard {
            Heard::Answer(Evidence::Found(found)) if same(&found, &doubt.sent) => {
                let (row, now) = (doubt.sent.transmission, self.now);
                let protocollo = found.protocollo;
                self.accept(&mut after, doubt.sent, protocollo.clone(), Vec::new(), true);
                self.change_trasmissione(row, |row| {
                    row.transmission = Transmission::Recovered;
                    row.protocollo = protocollo;
                    row.accept(Remarks::None);
                    row.settled_at = Some(now);
                })?;
            }
            Heard::Answer(Evidence::Found(_)) => {
                self.conflict(&mut after, doubt.sent, Found::OtherContent)?;
            }
            Heard::Answer(Evidence::Cancelled) if doubt.cause == Cause::AlreadyThere => {
                self.conflict(&mut after, doubt.sent, Found::Cancelled)?;
            }
            Heard::Answer(Evidence::NotFound | Evidence::Cancelled)
                if doubt.absences.saturating_add(1) < ABSENCES =>
            {
                settled = false;
                let Doubt { sent, cause, absences, .. } = doubt;
                let (attempt, absences) = (about.to_owned(), absences + 1);
                after.remote = Remote::Unknown { attempt, sent, cause, absences };
                after.work = Work::Settle { not_before: self.now.plus(SETTLE_AGAIN), tries: 0 };
            }
            Heard::Answer(Evidence::NotFound | Evidence::Cancelled) => {
                let now = self.now;
                self.change_trasmissione(doubt.sent.transmission, |row| {
                    row.lost();
                    row.acceptance = Acceptance::None;
                    row.settled_at = Some(now);
                })?;
                self.postpone(&mut after, doubt.sent.tries);
            }
            Heard::Answer(Evidence::Trouble)
            | Heard::FormRefused(_)
            | Heard::CredentialsSuspected(_)
            | Heard::NotSent
            | Heard::Nothing { .. } => {
                settled = false;
                let hold = self.trouble();
                let delay = self.backoff(doubt.tries);
                let not_before = hold.max(self.now.plus(delay));
                after.work = Work::Settle { not_before, tries: doubt.tries.saturating_add(1) };
            }
            Heard::CredentialsRefused(_) => {
                settled = false;
                after.work = Work::Settle { not_before: self.now, tries: doubt.tries };
            }
        }
        if settled {
            self.ledger.set(attempt_key(about), None);
        }
        self.put_documento(Some(&before), after);
        Ok(())
    }

    fn settle_test(&mut self, fingerprint: &str, asked_by: AskedBy, response: &Response) {
        match hear_query(response) {
            Heard::Answer(Evidence::Found(_) | Evidence::Cancelled | Evidence::NotFound) => {
                self.credentials_proven(fingerprint, asked_by);
            }
            // A test has nothing to lose by caution, and the account has.
            Heard::CredentialsRefused(message) | Heard::CredentialsSuspected(message) => {
                self.credentials_refused(fingerprint, &message.codice);
            }
            // An answer that the service was in trouble proves nothing either.
            heard @ (Heard::Answer(Evidence::Trouble)
            | Heard::FormRefused(_)
            | Heard::NotSent
            | Heard::Nothing { .. }) => {
                if !matches!(heard, Heard::Answer(_)) {
                    self.learn(fingerprint, &heard);
                }
                self.trouble();
                if asked_by == AskedBy::Person {
                    self.event(EventKind::CredentialsUnclear);
                }
            }
        }
    }

    /// What the end of any request says of the credentials it left with.
    fn learn<T>(&mut self, fingerprint: &str, heard: &Heard<T>) {
        match heard {
            Heard::Answer(_) => self.credentials_proven(fingerprint, AskedBy::Engine),
            Heard::CredentialsRefused(message) => {
                self.credentials_refused(fingerprint, &message.codice);
            }
            Heard::Nothing { answered: false } | Heard::CredentialsSuspected(_) => {
                self.credentials_unanswered(fingerprint);
            }
            Heard::Nothing { answered: true } | Heard::FormRefused(_) | Heard::NotSent => {}
        }
    }

    fn accept(
        &mut self,
        after: &mut Documento,
        sent: Sent,
        protocollo: Option<String>,
        messaggi: Vec<Messaggio>,
        recovered: bool,
    ) {
        let remarks = Remarks::of(&messaggi);
        after.remote = Remote::Present { sent, protocollo: protocollo.clone(), remarks };
        after.work = Work::Idle;
        after.messaggi.clone_from(&messaggi);
        let id = after.id.clone();
        self.event(EventKind::DocumentAccepted { id, protocollo, messaggi, recovered });
    }

    fn refuse(&mut self, after: &mut Documento, sent: &Sent, messaggi: Vec<Messaggio>) {
        after.remote = Remote::Absent;
        let wanted = after.desired.as_ref().map(|desired| &desired.fingerprint);
        if wanted == Some(&sent.fingerprint) {
            after.work = Work::Refused;
            after.messaggi.clone_from(&messaggi);
        } else {
            // Edited since: nobody has refused what is wanted now.
            after.work = Work::Idle;
            after.messaggi.clear();
        }
        self.event(EventKind::DocumentRefused { id: after.id.clone(), messaggi });
    }

    fn conflict(&mut self, after: &mut Documento, sent: Sent, found: Found) -> Result<(), Stop> {
        let (row, now) = (sent.transmission, self.now);
        after.remote = Remote::Other { sent, found };
        after.work = Work::Idle;
        self.event(EventKind::DocumentConflict { id: after.id.clone(), found });
        self.change_trasmissione(row, |row| {
            row.lost();
            row.refuse();
            row.settled_at = Some(now);
        })
    }

    /// Nothing is there: it is sent again later, unless that was tried often enough.
    fn postpone(&mut self, after: &mut Documento, tries: u32) {
        let failed = tries.saturating_add(1);
        if after.desired.is_some() && failed >= TRIES_LIMIT {
            after.remote = Remote::Absent;
            after.work = Work::GivenUp;
            self.event(EventKind::SendingGivenUp { id: after.id.clone() });
        } else {
            let not_before = self.now.plus(self.backoff(tries));
            self.send_later(after, failed, not_before);
        }
    }

    /// Nothing is there: it is sent again, if it is still wanted.
    fn send_later(&mut self, after: &mut Documento, tries: u32, not_before: Timestamp) {
        after.remote = Remote::Absent;
        if after.desired.is_none() {
            after.work = Work::Idle;
            return;
        }
        after.work = Work::Send { not_before, tries };
        let id = after.id.clone();
        self.event(EventKind::SendingPostponed { id, not_before });
    }
}

/// The doubt about a document since an attempt.
struct Doubt {
    sent: Sent,
    cause: Cause,
    absences: u32,
    /// Queries that failed.
    tries: u32,
}

impl Doubt {
    /// The doubt since this very attempt, if it is still open.
    fn of(documento: &Documento, about: &str) -> Option<Doubt> {
        let Remote::Unknown { attempt, sent, cause, absences } = &documento.remote else {
            return None;
        };
        let tries = match documento.work {
            Work::UnderWay { tries, .. } | Work::Settle { tries, .. } => tries,
            _ => 0,
        };
        (attempt == about).then(|| Doubt {
            sent: sent.clone(),
            cause: *cause,
            absences: *absences,
            tries,
        })
    }
}
