//! Opening attempts: whose turn it is, and the intent that is written before anything leaves.
//!
//! One request of a holder is under way at a time. Its attempt carries a lease; a second process
//! leaves it alone until the lease ends, and then its outcome counts as unknown.

use crate::command::Testing;
use crate::domain::{Dispositivo, IdSpesa, NumDocumento};
use crate::error::Error;
use crate::event::EventKind;
use crate::ledger::Stop;
use crate::outgoing::Outgoing;
use crate::record::{
    AskedBy, Attempt, Cause, Documento, Flight, Purpose, Remote, Trasmissione, Work, attempt_key,
    documento_key, trasmissione_key,
};
use crate::registry::{Acceptance, Channel, Counts, Operation, Transmission};
use crate::rules::row;
use crate::state::Turn;
use crate::state::credentials::Standing;
use crate::state::documento::{due_key, natural_key};
use crate::state::hear::sha256;
use crate::state::turn::{due_time, hex};
use crate::step::Request;
use crate::wire::HttpRequest;
use crate::wire::endpoint::Service;

/// Beyond a request's own time, how long its attempt is left alone.
const LEASE_MARGIN: i64 = 60_000;
/// How long a refund waits for its original that is on its way.
const REFUND_DELAY: i64 = 60_000;
/// How long a document is put off that an error keeps from its turn.
const PUT_OFF: i64 = 3_600_000;
/// Documents looked at in one input: one, since mostly it leaves, and when it does not, so many at
/// once that they are few readings.
const LOOKED_AT: [u32; 2] = [1, 49];

/// A document whose time has come, with the index key that says so.
struct Due {
    key: String,
    id: String,
}

impl Turn<'_> {
    /// Opens the next attempt, when one may leave.
    pub(crate) fn pump(&mut self) -> Result<(), Stop> {
        if let Some(flight) = self.holder.flight.clone() {
            if self.now < flight.lease_until {
                return Ok(());
            }
            if !self.lease_over(&flight)? {
                return Ok(());
            }
        }
        let Some(credentials) = self.credentials else {
            return Ok(());
        };
        // With this access nothing that is sent here can leave.
        if self.settings.available(Service::InterrogazionePuntuale).is_err() {
            return Ok(());
        }
        let fingerprint = self.fingerprint(credentials);
        if self.holder.credentials.test.take_if(|test| *test == fingerprint).is_some() {
            return self.open_test(&fingerprint, AskedBy::Person);
        }
        let standing = self.standing(&fingerprint);
        let blocked = matches!(standing, Standing::Refused | Standing::Suspect);
        let hold = self.holder.hold.as_ref();
        if blocked
            || hold.is_some_and(|hold| self.now < hold.until)
            || self.silence_pause(&fingerprint).is_some()
        {
            return Ok(());
        }
        for most in LOOKED_AT {
            let due = self.due(most)?;
            if due.is_empty() {
                return Ok(());
            }
            if standing == Standing::Untested {
                return self.open_test(&fingerprint, AskedBy::Engine);
            }
            self.want_all(&due)?;
            for entry in &due {
                if self.take_turn(entry, &fingerprint)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The first documents whose time has come.
    fn due(&mut self, most: u32) -> Result<Vec<Due>, Stop> {
        let entries = self.ledger.scan("w/", "w0", most)?;
        let due = entries.into_iter().filter_map(|entry| {
            let time = due_time(&entry.key)?;
            let id = entry.key.splitn(3, '/').nth(2)?.to_owned();
            let key = entry.key;
            (time <= self.now || self.is_far(time)).then_some(Due { key, id })
        });
        Ok(due.collect())
    }

    /// Reads at once what the turns of these documents need: themselves, and the originals of
    /// refunds.
    fn want_all(&mut self, due: &[Due]) -> Result<(), Stop> {
        let keys: Vec<String> = due.iter().map(|due| documento_key(&due.id)).collect();
        self.ledger.want(keys.iter().map(String::as_str))?;
        let mut originals = Vec::new();
        for due in due {
            // One that cannot be read is dealt with at its turn.
            if let Ok(Some(documento)) = self.documento(&due.id)
                && let Some(desired) = documento.desired
                && let Some(original) = desired.documento.id_rimborso
            {
                originals.push(natural_key(&original));
            }
        }
        self.ledger.want(originals.iter().map(String::as_str))?;
        let ids = originals.iter().filter_map(|key| self.ledger.text(key).ok()?);
        let keys: Vec<String> = ids.map(|id| documento_key(&id)).collect();
        self.ledger.want(keys.iter().map(String::as_str))
    }

    /// Gives a document its turn; `false` when nothing leaves for it now. What is wrong with it is
    /// told and stops no other.
    fn take_turn(&mut self, due: &Due, fingerprint: &str) -> Result<bool, Stop> {
        match self.open_due(due, fingerprint) {
            Err(Stop::Error(error)) => {
                let not_before = self.now.plus(PUT_OFF);
                self.ledger.set(due.key.clone(), None);
                self.ledger.set(due_key(not_before, &due.id), Some(Vec::new()));
                let (id, code) = (due.id.clone(), error.code().to_owned());
                self.event(EventKind::DocumentPutOff { id, code, not_before });
                Ok(false)
            }
            opened => opened,
        }
    }

    fn open_due(&mut self, due: &Due, fingerprint: &str) -> Result<bool, Stop> {
        let documento = self.documento(&due.id)?;
        let right = documento.as_ref().and_then(Documento::due).map(|time| due_key(time, &due.id));
        match documento {
            Some(documento) if right.as_ref() == Some(&due.key) => {
                self.open_for(documento, fingerprint)
            }
            // Put off, or read while another process moved it: then this step is never committed.
            _ => {
                self.ledger.set(due.key.clone(), None);
                if let Some(right) = right {
                    self.ledger.set(right, Some(Vec::new()));
                }
                Ok(false)
            }
        }
    }

    /// Asks for a test of the present credentials.
    pub(crate) fn want_test(&mut self, again: bool) -> Result<Testing, Stop> {
        let credentials = self.credentials.ok_or(Error::CredentialsMissing)?;
        self.settings.available(Service::InterrogazionePuntuale)?;
        let fingerprint = self.fingerprint(credentials);
        if self.standing(&fingerprint) == Standing::Refused && !again {
            return Ok(Testing::RefusedBefore);
        }
        self.holder.credentials.test = Some(fingerprint);
        let busy = self.holder.flight.as_ref().is_some_and(|flight| self.now < flight.lease_until);
        Ok(if busy { Testing::Queued } else { Testing::Started })
    }

    /// Opens what a document needs next; `false` when nothing leaves for it now.
    fn open_for(&mut self, documento: Documento, fingerprint: &str) -> Result<bool, Stop> {
        match documento.work {
            Work::Send { tries, .. } => self.open_insert(documento, tries, fingerprint),
            Work::Settle { tries, .. } => self.open_query(documento, tries, fingerprint),
            _ => Err(Error::Bug { why: "a document without work is due" }.into()),
        }
    }

    fn open_insert(
        &mut self,
        before: Documento,
        tries: u32,
        fingerprint: &str,
    ) -> Result<bool, Stop> {
        let mut after = before.clone();
        let Some(desired) = before.desired.as_ref() else {
            return Err(Error::Bug { why: "a document without content is to be sent" }.into());
        };
        if desired.public_key != self.settings.public_key_digest() {
            // Its tax code is encrypted for another key, and the clear one was never kept.
            after.judged(&row::KEY_OUTDATED);
            self.put_documento(Some(&before), after);
            return Ok(false);
        }
        if self.settings.year_is_closed(desired.documento.data_pagamento, self.now) {
            after.judged(&row::TAX_YEAR_CLOSED);
            self.event(EventKind::YearClosed { id: before.id.clone() });
            self.put_documento(Some(&before), after);
            return Ok(false);
        }
        if let Some(original) = &desired.documento.id_rimborso {
            let key = natural_key(original);
            if let Some(id) = self.ledger.text(&key)?
                && let Some(original) = self.documento(&id)?
                // Refunds that name each other would wait for ever; the service refuses them.
                && !original.is_refund()
                && (original.due().is_some() || matches!(original.work, Work::UnderWay { .. }))
            {
                after.work = Work::Send { not_before: self.now.plus(REFUND_DELAY), tries };
                self.put_documento(Some(&before), after);
                return Ok(false);
            }
        }
        let operation = Operation::first_of(&desired.documento);
        let call = self.outgoing()?.sending(operation, &desired.documento)?;
        let number = self.holder.next_transmission;
        self.holder.next_transmission += 1;
        let document = before.id.clone();
        let purpose = Purpose::Sending { document, transmission: number, operation };
        let attempt = self.open(purpose, fingerprint, &call);
        let trasmissione = Trasmissione {
            number,
            at: self.now,
            ambiente: self.settings.ambiente(),
            channel: Channel::Sync,
            operation,
            attempt: attempt.clone(),
            documents: vec![before.id.clone()],
            protocollo: None,
            transmission: Transmission::Open,
            acceptance: Acceptance::Pending,
            counts: Counts { inviati: 1, ..Counts::default() },
            messaggi: Vec::new(),
            request_digest: sha256(&call.body),
            response_digest: None,
            settled_at: None,
        };
        self.ledger.put(trasmissione_key(number), &trasmissione);
        after.remote = Remote::Unknown {
            attempt: attempt.clone(),
            sent: desired.sent(number, tries),
            cause: Cause::Lost,
            absences: 0,
        };
        after.work = Work::UnderWay { attempt: attempt.clone(), tries: 0 };
        after.transmissions.push(number);
        self.put_documento(Some(&before), after);
        self.request(attempt, call);
        Ok(true)
    }

    fn open_query(
        &mut self,
        before: Documento,
        tries: u32,
        fingerprint: &str,
    ) -> Result<bool, Stop> {
        let Remote::Unknown { attempt: about, sent, .. } = &before.remote else {
            return Err(Error::Bug { why: "a document without doubt is to be settled" }.into());
        };
        let call = self.outgoing()?.query(&sent.id_spesa)?;
        let purpose = Purpose::Query { document: before.id.clone(), about: about.clone() };
        let attempt = self.open(purpose, fingerprint, &call);
        let mut after = before.clone();
        after.work = Work::UnderWay { attempt: attempt.clone(), tries };
        self.put_documento(Some(&before), after);
        self.request(attempt, call);
        Ok(true)
    }

    /// A query for a document that cannot exist: it logs in and stores nothing.
    fn open_test(&mut self, fingerprint: &str, asked_by: AskedBy) -> Result<(), Stop> {
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

    fn outgoing(&mut self) -> Result<Outgoing<'_>, Error> {
        let credentials = self.credentials.ok_or(Error::CredentialsMissing)?;
        Ok(Outgoing { settings: self.settings, credentials, entropy: &mut *self.entropy })
    }

    /// Writes the intent and the lease.
    fn open(&mut self, purpose: Purpose, fingerprint: &str, call: &HttpRequest) -> String {
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

    fn request(&mut self, id: String, call: HttpRequest) {
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
