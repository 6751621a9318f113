//! A file of documents: from the group that leaves together to the outcome of each.
//!
//! | stage | input | to |
//! |---|---|---|
//! | – | a group's turn comes | uploading: the intent is written, its documents are under way |
//! | uploading | received (`000`) | wait; its documents are handed in |
//! | uploading | refused, not sent | over; its documents are where they were before, refused or sent later |
//! | uploading | no answer, unreadable answer, lease over, trouble inside the service | search |
//! | search | the list of the days' files has some that may be it, all final; after three days, one | proof |
//! | search | it has some that may be it, not all final | search later |
//! | search | it has none, first time | search later |
//! | search | it has none, again | over: lost; its documents are sent again |
//! | wait | states 0, 1, unknown | wait longer |
//! | wait | state 2 | over: all accepted |
//! | wait | state 3 | errors |
//! | wait | states 5, 9 | over: discarded; its documents are sent again alone, or asked for |
//! | wait | the service does not know it, question after question | over: each document is asked for |
//! | proof | a document of it bears its name | wait: as if its answer had not been lost |
//! | proof | it bears another, or none is there | over: each document is asked for |
//! | errors | the error file | over: each document as its rows say |
//! | errors | it cannot be read, does not fit the counts, is never there | over: each document is asked for |
//! | search, proof | an answer to the upload, late | as if it had come in time |
//! | any | no answer, trouble | the same, later |
//!
//! A body (`enti`) can ask nothing: its files are over when they are received or lost, and a person
//! who looked at the portal says what became of the documents.

use crate::domain::{Data, IdSpesa};
use crate::event::EventKind;
use crate::ledger::Stop;
use crate::record::{
    Attempt, By, Cause, Documento, Invio, Purpose, Queue, Remote, Stage, Work, attempt_key,
    due_time, invio_due_key, invio_key, protocollo_key,
};
use crate::registry::{Channel, FileProgress, Transmission};
use crate::state::Turn;
use crate::state::documento::Doubt;
use crate::state::hear::{Evidence, Heard, Received, hear_query, hear_upload, response_digest};
use crate::state::open::{Prepared, Sending};
use crate::state::pump::{Due, Turned};
use crate::step::Response;
use crate::wire::Messaggio;
use crate::wire::endpoint::Service;

/// After a lost answer, how long the service is left before it is asked; after an absence, how long
/// until it is asked again. A file may be listed later than a document is stored.
const SEARCH_FIRST: i64 = 120_000;
const SEARCH_AGAIN: i64 = 1_800_000;
/// How long after its reception a file is asked for, question after question; from the last one on
/// at that distance. Seconds in test, hours and days near a deadline (PROTOCOL section 6.1).
const POLLS: [i64; 9] = [60, 120, 300, 600, 600, 900, 1_200, 1_800, 3_600];
/// Questions after which a file is asked for four times a day.
const SLOW_AFTER: u32 = 40;
const SLOW: i64 = 21_600;
/// Files looked at in one input.
const FILES_LOOKED_AT: u32 = 20;
/// Documents of a file that are asked for to prove that it is ours.
const PROOFS: u32 = 3;
/// A clock that differs from the service's.
const SKEW_DAYS: i64 = 1;

impl Turn<'_> {
    /// Collects what goes together with a document whose turn has come: due documents of the same
    /// queue with the same operation.
    pub(crate) fn gather(&mut self, first: Sending, queue: Queue) -> Result<Vec<Sending>, Stop> {
        let most = self.holder.automation.group.max(1);
        let due = self.due(queue, most)?;
        self.want_all(&due)?;
        let operation = first.operation;
        let mut group = vec![first];
        for entry in due {
            if group.len() >= most as usize {
                break;
            }
            if entry.id == group[0].before.id {
                continue;
            }
            match self.join(&entry, operation) {
                Ok(sending) => group.extend(sending),
                Err(Stop::Error(error)) => self.put_off(&entry, error.code()),
                Err(stop) => return Err(stop),
            }
        }
        Ok(group)
    }

    fn join(
        &mut self,
        due: &Due,
        operation: crate::registry::Operation,
    ) -> Result<Option<Sending>, Stop> {
        let Some(documento) = self.due_document(due)? else { return Ok(None) };
        let Work::Send { by: By::Person | By::Cycle, .. } = documento.work else {
            return Ok(None);
        };
        Ok(match self.prepare(documento)? {
            Prepared::Sending(sending) if sending.operation == operation => Some(*sending),
            Prepared::Sending(_) | Prepared::Nothing => None,
        })
    }

    /// Hands in a file; what does not fit into it keeps its turn.
    pub(crate) fn open_file(
        &mut self,
        group: Vec<Sending>,
        fingerprint: &str,
    ) -> Result<Turned, Stop> {
        let Some(operation) = group.first().map(|sending| sending.operation) else {
            return Ok(Turned::Passed);
        };
        let number = self.next_transmission();
        let contents = group.iter().map(Sending::content).collect::<Result<Vec<_>, _>>()?;
        let day = self.now.date_in_italy();
        let (name, fitting, call) = self.outgoing()?.group(number, day, operation, &contents)?;
        let group = &group[..fitting];
        let attempt = self.open(Purpose::File { transmission: number }, fingerprint, &call);
        let ids = group.iter().map(|sending| sending.before.id.clone()).collect();
        let mut row = self.row(number, Channel::File, operation, &attempt, ids, &call);
        row.file = Some(FileProgress { nome_file: name, stato: None });
        self.put_trasmissione(&row);
        let invio = Invio {
            number,
            attempt: attempt.clone(),
            opened_at: self.now,
            stage: Stage::Uploading,
            not_before: self.now,
            asked: 0,
            protocollo: None,
            // Alone it goes after a discarded file, of which nothing is stored.
            after_loss: group.iter().any(|s| s.tries > 0 && s.by != By::Alone),
            refused: 0,
        };
        self.ledger.put(invio_key(number), &invio);
        for sending in group {
            let work = Work::UnderWay { attempt: attempt.clone(), tries: 0 };
            let after = sending.opened(&attempt, number, work)?;
            self.put_documento(Some(&sending.before), after);
        }
        self.request(attempt, call);
        Ok(Turned::Left)
    }

    /// Gives files whose outcome is open their turns, until a request leaves.
    pub(crate) fn work_off_files(
        &mut self,
        untested: bool,
        fingerprint: &str,
    ) -> Result<Turned, Stop> {
        let is_due = |turn: &Self, key: &str| {
            due_time(key).is_some_and(|at| at <= turn.now || turn.is_far(at))
        };
        let first = self.ledger.scan("v/", "v0", 1)?;
        if !first.first().is_some_and(|first| is_due(self, &first.key)) {
            return Ok(Turned::Passed);
        }
        for entry in self.ledger.scan("v/", "v0", FILES_LOOKED_AT)? {
            if !is_due(self, &entry.key) {
                break;
            }
            if untested {
                self.open_test(fingerprint, crate::record::AskedBy::Engine)?;
                return Ok(Turned::Left);
            }
            let number = entry.key.splitn(3, '/').nth(2).and_then(|text| text.parse().ok());
            let opened = match number {
                Some(number) => self.open_question(number, &entry.key, fingerprint),
                None => Ok(Turned::Passed),
            };
            match opened {
                Ok(Turned::Left) => return Ok(Turned::Left),
                Ok(Turned::Passed) => {}
                // A damaged record stops no other; its documents are asked for by a person.
                Err(Stop::Error(_)) => self.ledger.set(entry.key, None),
                Err(Stop::Read) => return Err(Stop::Read),
            }
        }
        Ok(Turned::Passed)
    }

    fn open_question(&mut self, number: u64, key: &str, fingerprint: &str) -> Result<Turned, Stop> {
        let Some(invio) = self.ledger.record::<Invio>(&invio_key(number))? else {
            self.ledger.set(key.to_owned(), None);
            return Ok(Turned::Passed);
        };
        if self.settings.available(Service::EsitoInvii).is_err() {
            match invio.stage {
                Stage::Search => self.ask_for_each(invio)?,
                // What was received stays handed in: its outcome is on the portal alone.
                _ => self.remove_invio(&invio),
            }
            return Ok(Turned::Passed);
        }
        let transmission = number;
        let (purpose, call) = match (invio.stage, &invio.protocollo) {
            (Stage::Search, _) => {
                let day = |at: crate::time::Timestamp, days| {
                    at.date_in_italy().plus_days(days).unwrap_or(at.date_in_italy())
                };
                let from = day(invio.opened_at, -SKEW_DAYS);
                // Not before a moment that any process has seen.
                let latest = self.now.max(invio.opened_at).max(invio.not_before);
                let to = day(latest, 0).max(from);
                (Purpose::FileSearch { transmission }, self.outgoing()?.files(from, to)?)
            }
            (Stage::Wait, Some(protocollo)) => {
                let call = self.outgoing()?.file_state(protocollo)?;
                (Purpose::FileState { transmission }, call)
            }
            (Stage::Errors, Some(protocollo)) => {
                (Purpose::FileErrors { transmission }, self.outgoing()?.errors(protocollo)?)
            }
            (Stage::Proof, _) => match self.witness(&invio)? {
                Some(key) => (Purpose::FileProof { transmission }, self.outgoing()?.query(&key)?),
                None => {
                    self.ask_for_each(invio)?;
                    return Ok(Turned::Passed);
                }
            },
            (Stage::Uploading, _) | (_, None) => {
                self.ledger.set(key.to_owned(), None);
                return Ok(Turned::Passed);
            }
        };
        let attempt = self.open(purpose, fingerprint, &call);
        self.request(attempt, call);
        Ok(Turned::Left)
    }

    /// A document of a file that is asked for next, to prove that the file is ours.
    fn witness(&mut self, invio: &Invio) -> Result<Option<IdSpesa>, Stop> {
        let documents = self.documents_of(invio)?;
        let witness = documents.get(invio.asked as usize).filter(|_| invio.asked < PROOFS);
        Ok(witness.and_then(|documento| match &documento.remote {
            Remote::Unknown { sent, .. } => Some(sent.id_spesa.clone()),
            _ => None,
        }))
    }

    /// The documents of a file that its outcome still decides.
    fn documents_of(&mut self, invio: &Invio) -> Result<Vec<Documento>, Stop> {
        let row = self.trasmissione(invio.number)?;
        let ids = row.map(|row| row.documents).unwrap_or_default();
        self.want_documents(ids.iter())?;
        let mut documents = Vec::new();
        for id in ids {
            let open = |documento: &Documento| Doubt::of(documento, &invio.attempt).is_some();
            // One that is damaged stays as it is, and stops no other.
            match self.documento(&id) {
                Ok(documento) => documents.extend(documento.filter(open)),
                Err(Stop::Error(_)) => {}
                Err(stop) => return Err(stop),
            }
        }
        Ok(documents)
    }

    fn move_documents(&mut self, invio: &Invio, work: &Work) -> Result<(), Stop> {
        for before in self.documents_of(invio)? {
            let after = Documento { work: work.clone(), ..before.clone() };
            self.put_documento(Some(&before), after);
        }
        Ok(())
    }

    fn put_invio(&mut self, before: Option<&Invio>, after: &Invio) {
        if let Some(before) = before {
            self.ledger.set(invio_due_key(before.not_before, before.number), None);
        }
        if after.stage != Stage::Uploading {
            let due = invio_due_key(after.not_before, after.number);
            self.ledger.set(due, Some(Vec::new()));
        }
        self.ledger.put(invio_key(after.number), after);
    }

    /// Nothing more is asked about the file itself.
    fn remove_invio(&mut self, invio: &Invio) {
        self.ledger.set(invio_due_key(invio.not_before, invio.number), None);
        self.ledger.set(invio_key(invio.number), None);
        self.ledger.set(attempt_key(&invio.attempt), None);
    }

    fn invio(&mut self, number: u64) -> Result<Option<Invio>, Stop> {
        self.ledger.record(&invio_key(number))
    }

    /// The same question again, unless the service never knew what is asked.
    fn ask_again(&mut self, invio: Invio) -> Result<(), Stop> {
        match invio.asked < SLOW_AFTER {
            true => self.ask_later(&invio),
            false => self.ask_for_each(invio),
        }
    }

    /// The same question again, later each time.
    fn ask_later(&mut self, invio: &Invio) -> Result<(), Stop> {
        let asked = invio.asked.saturating_add(1);
        let distance = match POLLS.get(asked as usize) {
            Some(&seconds) => seconds,
            None if asked < SLOW_AFTER => POLLS[POLLS.len() - 1],
            None => SLOW,
        };
        let not_before = self.now.plus(self.jitter(distance * 1_000));
        let after = Invio { asked, not_before, ..invio.clone() };
        self.put_invio(Some(invio), &after);
        Ok(())
    }

    /// The end of handing in a file.
    pub(super) fn settle_upload(
        &mut self,
        attempt: &Attempt,
        number: u64,
        response: &Response,
    ) -> Result<(), Stop> {
        let heard = hear_upload(response);
        self.learn(attempt, &heard);
        let Some(invio) = self.invio(number)? else {
            self.ledger.set(attempt_key(&attempt.id), None);
            return Ok(());
        };
        // A late silence says nothing new; a late answer does, unless it was found out meanwhile.
        let open = match invio.stage {
            Stage::Uploading => true,
            Stage::Search | Stage::Proof => !matches!(heard, Heard::Nothing { .. }),
            Stage::Wait | Stage::Errors => false,
        };
        if !open {
            return Ok(());
        }
        let digest = response_digest(response);
        self.change_trasmissione(number, |row| {
            row.response_digest = digest.or(row.response_digest.take());
        })?;
        let now = self.now;
        match heard {
            Heard::Answer(Received::Protocollo(protocollo)) => {
                self.change_trasmissione(number, |row| {
                    row.transmission = Transmission::Answered;
                    row.protocollo = Some(protocollo.clone());
                })?;
                let after = Invio {
                    stage: Stage::Wait,
                    not_before: now.plus(POLLS[0] * 1_000),
                    asked: 0,
                    protocollo: Some(protocollo.clone()),
                    ..invio.clone()
                };
                self.move_documents(&invio, &Work::HandedIn { transmission: number })?;
                self.ledger.set(attempt_key(&attempt.id), None);
                self.put_invio(Some(&invio), &after);
                self.event(EventKind::FileReceived { transmission: number, protocollo });
                Ok(())
            }
            Heard::Answer(Received::Refused(messaggio)) | Heard::FormRefused(messaggio) => {
                self.note(number, Transmission::Answered, vec![messaggio.clone()])?;
                self.turned_away(&invio, &messaggio)
            }
            Heard::CredentialsRefused(messaggio) => {
                self.note(number, Transmission::Answered, vec![messaggio])?;
                self.conclude(&invio, |turn, after, doubt| {
                    turn.change_trasmissione(number, |row| row.refuse(now))?;
                    turn.back(after, doubt, now, false);
                    Ok(())
                })
            }
            Heard::NotSent => {
                let not_before = self.trouble();
                self.note(number, Transmission::NotSent, Vec::new())?;
                self.conclude(&invio, |turn, after, doubt| {
                    turn.change_trasmissione(number, |row| row.lose(now))?;
                    turn.back(after, doubt, not_before, false);
                    Ok(())
                })
            }
            Heard::Answer(Received::Trouble)
            | Heard::CredentialsSuspected(_)
            | Heard::Nothing { .. } => {
                self.trouble();
                self.note(number, Transmission::Unknown, Vec::new())?;
                let ask_at = now.plus(SEARCH_FIRST);
                let after =
                    Invio { stage: Stage::Search, not_before: ask_at, asked: 0, ..invio.clone() };
                self.move_documents(&invio, &Work::Sought { transmission: number })?;
                self.put_invio(Some(&invio), &after);
                self.event(EventKind::FileUnknown { transmission: number, ask_at });
                Ok(())
            }
        }
    }

    /// Nothing of a file is stored. One bad document must not cost the others, nor too many of them
    /// all, so each goes alone; what was alone already is refused.
    pub(super) fn turned_away(&mut self, invio: &Invio, why: &Messaggio) -> Result<(), Stop> {
        let (number, now) = (invio.number, self.now);
        let alone = self.sent_with(invio)? == 1;
        self.conclude(invio, |turn, after, doubt| {
            if alone {
                return turn.refuse(after, doubt, vec![why.clone()]);
            }
            turn.change_trasmissione(number, |row| row.refuse(now))?;
            turn.back(after, Doubt { by: By::Alone, ..doubt }, now, true);
            Ok(())
        })
    }

    pub(super) fn note(
        &mut self,
        number: u64,
        transmission: Transmission,
        messaggi: Vec<Messaggio>,
    ) -> Result<(), Stop> {
        self.change_trasmissione(number, |row| {
            row.transmission = transmission;
            row.messaggi = messaggi;
        })
    }

    /// Ends a file: what becomes of each of its documents.
    pub(super) fn conclude(
        &mut self,
        invio: &Invio,
        mut each: impl FnMut(&mut Self, &mut Documento, Doubt) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        for before in self.documents_of(invio)? {
            let Some(doubt) = Doubt::of(&before, &invio.attempt) else { continue };
            let mut after = before.clone();
            each(self, &mut after, doubt)?;
            self.put_documento(Some(&before), after);
        }
        self.remove_invio(invio);
        Ok(())
    }

    /// The file tells nothing that can be relied on: each document is asked for by its key.
    pub(super) fn ask_for_each(&mut self, invio: Invio) -> Result<(), Stop> {
        self.ask_for_each_then(invio, None)
    }

    /// The same; what proves absent is sent again as this one wants it.
    fn ask_for_each_then(&mut self, invio: Invio, by: Option<By>) -> Result<(), Stop> {
        let now = self.now;
        self.conclude(&invio, |_, after, doubt| {
            let by = by.unwrap_or(doubt.by);
            after.remote = Doubt { absences: 0, cause: Cause::Lost, by, ..doubt }.remains();
            after.work = Work::Settle { not_before: now, tries: 0 };
            Ok(())
        })
    }
}

#[path = "file_outcome.rs"]
mod outcome;

#[path = "file_search.rs"]
mod search;
