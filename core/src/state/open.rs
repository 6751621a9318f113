//! Opening attempts: the intent that is written before anything leaves.
//!
//! An attempt carries a lease; a second process leaves it alone until the lease ends, and then its
//! outcome counts as unknown.

use crate::command::Testing;
use crate::domain::{Dispositivo, IdSpesa, NumDocumento};
use crate::error::Error;
use crate::event::EventKind;
use crate::ledger::Stop;
use crate::outgoing::{Content, Outgoing};
use crate::plan::{PlanStep, Planned};
use crate::record::{
    AskedBy, Attempt, By, Cause, Desired, Documento, Flight, Purpose, Queue, Remote, Sent,
    Trasmissione, Work, attempt_key,
};
use crate::registry::{Acceptance, Channel, Counts, Operation, Transmission};
use crate::rules::row;
use crate::state::Turn;
use crate::state::credentials::Standing;
use crate::state::hear::sha256;
use crate::state::planning::Room;
use crate::state::pump::{Grouping, Turned};
use crate::state::turn::hex;
use crate::step::Request;
use crate::wire::HttpRequest;
use crate::wire::endpoint::Service;

/// Beyond a request's own time, how long its attempt is left alone.
const LEASE_MARGIN: i64 = 60_000;
/// How long a document waits for another one that must move first: a part of the time it has
/// waited since it was saved, within these.
const ROOM_DELAY: [i64; 2] = [60_000, 3_600_000];

/// What a document's turn comes to, when it is about to be sent.
pub(crate) enum Prepared {
    /// Something leaves for it.
    Sending(Box<Sending>),
    /// Nothing leaves for it now; it was written down why.
    Nothing,
}

/// A document with the operation that is next for it.
pub(crate) struct Sending {
    pub(crate) before: Documento,
    pub(crate) operation: Operation,
    pub(crate) by: By,
    pub(crate) tries: u32,
}

impl Sending {
    /// What the attempt will have made of the service.
    pub(crate) fn sent(&self, transmission: u64) -> Result<Sent, Error> {
        let missing = Error::Bug { why: "an operation without content" };
        if self.operation != Operation::Cancellazione {
            let desired = self.before.desired.as_ref().ok_or(missing)?;
            return Ok(desired.sent(self.operation, transmission, self.tries));
        }
        let Remote::Present { sent, .. } = &self.before.remote else { return Err(missing) };
        let (operation, tries) = (self.operation, self.tries);
        Ok(Sent { operation, transmission, tries, ..sent.clone() })
    }

    /// What travels.
    pub(crate) fn content(&self) -> Result<Content<'_>, Error> {
        let missing = Error::Bug { why: "an operation without content" };
        match (self.operation, &self.before.desired, &self.before.remote) {
            (Operation::Cancellazione, desired, Remote::Present { sent, .. }) => {
                // What is there, in full where it is known.
                let same = |desired: &&Desired| desired.fingerprint == sent.fingerprint;
                let same = desired.as_ref().filter(same).map(|desired| &desired.documento);
                Ok(Content::Cancelled { sent, documento: sent.documento.as_deref().or(same) })
            }
            (Operation::Cancellazione, ..) => Err(missing),
            (_, Some(desired), _) => Ok(Content::Documento(&desired.documento)),
            (_, None, _) => Err(missing),
        }
    }

    /// The document once the attempt is open: its outcome is unknown.
    pub(crate) fn opened(
        &self,
        attempt: &str,
        transmission: u64,
        work: Work,
    ) -> Result<Documento, Error> {
        let mut after = self.before.clone();
        after.remote = Remote::Unknown {
            attempt: attempt.to_owned(),
            sent: self.sent(transmission)?,
            cause: Cause::Lost,
            absences: 0,
            before: Box::new(std::mem::take(&mut after.remote)),
            by: self.by,
        };
        after.work = work;
        after.transmissions.push(transmission);
        Ok(after)
    }
}

impl Turn<'_> {
    /// Asks for a test of the present credentials.
    pub(crate) fn want_test(&mut self, again: bool) -> Result<Testing, Stop> {
        let credentials = self.credentials.ok_or(Error::CredentialsMissing)?;
        let fingerprint = self.fingerprint(credentials);
        if self.standing(&fingerprint) == Standing::Refused && !again {
            return Ok(Testing::RefusedBefore);
        }
        if self.settings.available(Service::InterrogazionePuntuale).is_err() {
            self.credentials_forgiven(&fingerprint);
            return Ok(Testing::WithNextFile);
        }
        self.holder.credentials.test = Some(fingerprint);
        let busy = self.holder.flight.as_ref().is_some_and(|flight| self.now < flight.lease_until);
        Ok(if busy { Testing::Queued } else { Testing::Started })
    }

    /// Opens what a document needs next.
    pub(crate) fn open_for(
        &mut self,
        documento: Documento,
        queue: Queue,
        fingerprint: &str,
    ) -> Result<Turned, Stop> {
        match documento.work {
            Work::Send { .. } => match self.prepare(documento)? {
                Prepared::Nothing => Ok(Turned::Passed),
                Prepared::Sending(sending) => match self.by_file(sending.by) {
                    None => self.open_sync(&sending, fingerprint),
                    Some(Grouping::Single) => self.open_file(vec![*sending], fingerprint),
                    Some(grouping) => {
                        let group = self.gather(*sending, queue)?;
                        match (grouping, &group[..]) {
                            (Grouping::FromTwo, [alone]) => self.open_sync(alone, fingerprint),
                            _ => self.open_file(group, fingerprint),
                        }
                    }
                },
            },
            Work::Settle { tries, .. } => self.open_query(documento, tries, fingerprint),
            _ => Err(Error::Bug { why: "a document without work is due" }.into()),
        }
    }

    /// What is next for a document that is to be sent. Where nothing is, that is written down.
    pub(crate) fn prepare(&mut self, before: Documento) -> Result<Prepared, Stop> {
        let Work::Send { tries, by, .. } = before.work else {
            return Err(Error::Bug { why: "a document that is not to be sent" }.into());
        };
        let mut after = before.clone();
        if by == By::Cycle && !self.cycle_wants(&before) {
            // Queued before the cycle was switched off, or its first day moved.
            after.work = Work::Idle;
            self.put_documento(Some(&before), after);
            return Ok(Prepared::Nothing);
        }
        let plan = self.plan_of(&before)?;
        let waited = (self.now.0 - before.saved_at.0) / 8;
        let not_before = self.now.plus(waited.clamp(ROOM_DELAY[0], ROOM_DELAY[1]));
        let later = Work::Send { not_before, tries, by };
        let Some(first) = plan.first() else {
            after.work = if plan.waits() { later } else { Work::Idle };
            if plan.year_is_closed() {
                self.event(EventKind::YearClosed { id: before.id.clone() });
                if matches!(before.remote, Remote::Absent | Remote::Cancelled { .. }) {
                    after.judged(&row::TAX_YEAR_CLOSED);
                }
            }
            self.put_documento(Some(&before), after);
            return Ok(Prepared::Nothing);
        };
        let there = match &before.remote {
            Remote::Present { sent, .. } => Some(&sent.id_spesa),
            _ => None,
        };
        let wanted = before.desired.as_ref().map(|desired| &desired.documento.id_spesa);
        let outdated = before
            .desired
            .as_ref()
            .is_some_and(|desired| desired.public_key != self.settings.public_key_digest());
        let stores = |step: &PlanStep| {
            step.operation != Planned::Cancellazione && Some(&step.id_spesa) == wanted
        };
        if outdated && plan.steps.iter().any(stores) {
            // Its tax code is encrypted for another key, and the clear one was never kept. Nothing
            // is cancelled that could not be stored again.
            after.judged(&row::KEY_OUTDATED);
            after.save_again = true;
            self.event(EventKind::SaveAgain { id: before.id.clone() });
            self.put_documento(Some(&before), after);
            return Ok(Prepared::Nothing);
        }
        if Some(&first.id_spesa) != there && Some(&first.id_spesa) != wanted {
            // A refund is in the way.
            let room = match there {
                Some(there) => self.make_room(&there.clone(), tries == 0)?,
                None => Room::Soon,
            };
            match room {
                Room::Soon => after.work = Work::Send { not_before, tries: tries.max(1), by },
                Room::Never { messaggi } => {
                    after.work = Work::Refused;
                    after.messaggi.clone_from(&messaggi);
                    let id = before.id.clone();
                    self.event(EventKind::DocumentRefused { id, messaggi });
                }
            }
            self.put_documento(Some(&before), after);
            return Ok(Prepared::Nothing);
        }
        let operation = first.operation.operation();
        let operation = operation.ok_or(Error::Bug { why: "a query is planned for no doubt" })?;
        Ok(Prepared::Sending(Box::new(Sending { before, operation, by, tries })))
    }

    fn open_sync(&mut self, sending: &Sending, fingerprint: &str) -> Result<Turned, Stop> {
        let operation = sending.operation;
        let call = self.outgoing()?.sending(operation, &sending.content()?)?;
        let document = sending.before.id.clone();
        let number = self.next_transmission();
        let purpose =
            Purpose::Sending { document: document.clone(), transmission: number, operation };
        let attempt = self.open(purpose, fingerprint, &call);
        let row = self.row(number, Channel::Sync, operation, &attempt, vec![document], &call);
        self.put_trasmissione(&row);
        let work = Work::UnderWay { attempt: attempt.clone(), tries: 0 };
        let after = sending.opened(&attempt, number, work)?;
        self.put_documento(Some(&sending.before), after);
        self.request(attempt, call);
        Ok(Turned::Left)
    }

    fn open_query(
        &mut self,
        before: Documento,
        tries: u32,
        fingerprint: &str,
    ) -> Result<Turned, Stop> {
        let Remote::Unknown { attempt: about, sent, .. } = &before.remote else {
            return Err(Error::Bug { why: "a document without doubt is to be settled" }.into());
        };
        let mut after = before.clone();
        if self.settings.available(Service::InterrogazionePuntuale).is_err() {
            // Nobody can be asked: a person who looked it up decides.
            after.work = Work::GivenUp;
            self.event(EventKind::SendingGivenUp { id: before.id.clone() });
            self.put_documento(Some(&before), after);
            return Ok(Turned::Passed);
        }
        let call = self.outgoing()?.query(&sent.id_spesa)?;
        let purpose = Purpose::Query { document: before.id.clone(), about: about.clone() };
        let attempt = self.open(purpose, fingerprint, &call);
        after.work = Work::UnderWay { attempt: attempt.clone(), tries };
        self.put_documento(Some(&before), after);
        self.request(attempt, call);
        Ok(Turned::Left)
    }

    /// A query for a document that cannot exist: it logs in and stores nothing.
    pub(crate) fn open_test(&mut self, fingerprint: &str, asked_by: AskedBy) -> Result<(), Stop> {
        let mut chance = [0; 6];
        self.entropy.fill(&mut chance);
        let nowhere = IdSpesa {
            p_iva: self.settings.profile().p_iva.clone(),
            data_emissione: self.now.date_in_italy(),
            dispositivo: Dispositivo::LAST,
            num_documento: NumDocumento::parse(&format!("PROVA-{}", hex(&chance)))
                .map_err(|_| Error::Bug { why: "the number of the test document" })?,
        };
        let call = self.outgoing()?.query(&nowhere)?;
        let attempt = self.open(Purpose::Test { asked_by }, fingerprint, &call);
        self.request(attempt, call);
        Ok(())
    }

    pub(crate) fn outgoing(&mut self) -> Result<Outgoing<'_>, Error> {
        let credentials = self.credentials.ok_or(Error::CredentialsMissing)?;
        Ok(Outgoing { settings: self.settings, credentials, entropy: &mut *self.entropy })
    }

    pub(crate) fn next_transmission(&mut self) -> u64 {
        let number = self.holder.next_transmission;
        self.holder.next_transmission += 1;
        number
    }

    /// A new row of the registry.
    pub(crate) fn row(
        &self,
        number: u64,
        channel: Channel,
        operation: Operation,
        attempt: &str,
        documents: Vec<String>,
        call: &HttpRequest,
    ) -> Trasmissione {
        let inviati = u32::try_from(documents.len()).unwrap_or(u32::MAX);
        Trasmissione {
            number,
            at: self.now,
            ambiente: self.settings.ambiente(),
            channel,
            operation,
            attempt: attempt.to_owned(),
            documents,
            protocollo: None,
            transmission: Transmission::Open,
            acceptance: Acceptance::Pending,
            counts: Counts { inviati, ..Counts::default() },
            messaggi: Vec::new(),
            request_digest: sha256(&call.body),
            response_digest: None,
            settled_at: None,
            file: None,
            lost: 0,
        }
    }

    /// Writes the intent and the lease.
    pub(crate) fn open(
        &mut self,
        purpose: Purpose,
        fingerprint: &str,
        call: &HttpRequest,
    ) -> String {
        let mut chance = [0; 4];
        self.entropy.fill(&mut chance);
        let id = format!("{:08}-{}", self.holder.next_attempt, hex(&chance));
        self.holder.next_attempt += 1;
        let lease_until = self.now.plus(i64::from(call.timeout_ms) + LEASE_MARGIN);
        let attempt = Attempt {
            id: id.clone(),
            opened_at: self.now,
            lease_until,
            credentials: fingerprint.to_owned(),
            purpose,
        };
        self.ledger.put(attempt_key(&id), &attempt);
        self.holder.flight = Some(Flight { attempt: id.clone(), lease_until });
        id
    }

    pub(crate) fn request(&mut self, id: String, call: HttpRequest) {
        self.requests.push(Request {
            id,
            label: call.operation.name(),
            method: "POST",
            url: call.url,
            headers: call
                .headers
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            body: call.body,
            timeout_ms: call.timeout_ms,
            // What is begun by then has ended before the lease has.
            not_after: self.now.plus(LEASE_MARGIN / 2),
        });
    }
}
