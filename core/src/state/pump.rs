//! Whose turn it is.
//!
//! One request of a holder is under way at a time. What leaves first: a test that a person asked
//! for; what a person, an edit or a doubt waits for; files whose outcome is open; what the cycle
//! put into its queue; and then the cycle looks at what is ready. After trouble the next in this
//! order goes first, so that a service that is down does not hold up the others.

use crate::command::{ChannelChoice, Mode};
use crate::domain::Data;
use crate::event::EventKind;
use crate::ledger::Stop;
use crate::record::{
    AskedBy, By, Documento, Queue, Trasmissione, Work, documento_key, due_key, due_time,
    natural_key, ready_key, sent_at_key, trasmissione_key,
};
use crate::rules::row;
use crate::state::Turn;
use crate::state::credentials::Standing;
use crate::time::Timestamp;
use crate::wire::endpoint::Service;

/// How long a document is put off that an error keeps from its turn.
const PUT_OFF: i64 = 3_600_000;
/// Documents looked at in one input: one, since mostly it leaves, and when it does not, so many at
/// once that they are few readings.
const LOOKED_AT: [u32; 2] = [1, 49];
/// Documents that the cycle looks at in one input, and groups that it sends at most.
const CYCLE_DOCUMENTS: u32 = 500;
const CYCLE_GROUPS: u32 = 20;
/// The cycle looks every ten minutes (CHECKLIST S22).
const CYCLE: i64 = 600_000;
/// Invoices asked for again in one input.
const REVIEWS: u32 = 50;
/// Documents whose index keys are made in one input.
const REINDEXED: u32 = 200;

/// A document whose time has come, with the index key that says so.
pub(crate) struct Due {
    pub(crate) key: String,
    pub(crate) id: String,
    pub(crate) queue: Queue,
}

/// What a turn came to.
pub(crate) enum Turned {
    /// A request leaves.
    Left,
    /// Nothing leaves for it now.
    Passed,
}

impl Turn<'_> {
    /// Opens the next attempt, when one may leave.
    pub(crate) fn pump(&mut self) -> Result<(), Stop> {
        self.catch_up()?;
        self.review()?;
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
        let fingerprint = self.fingerprint(credentials);
        let testable = self.settings.available(Service::InterrogazionePuntuale).is_ok();
        if testable && self.holder.credentials.test.take_if(|test| *test == fingerprint).is_some() {
            return self.open_test(&fingerprint, AskedBy::Person);
        }
        let standing = self.standing(&fingerprint);
        let blocked = matches!(standing, Standing::Refused | Standing::Suspect);
        let hold = self.holder.hold.as_ref();
        if blocked
            || self.holder.paused
            || self.holder.is_catching_up()
            || hold.is_some_and(|hold| self.now < hold.until)
            || self.silence_pause(&fingerprint).is_some()
        {
            return Ok(());
        }
        // Without a service to test them, the first file tests them.
        let untested = testable && standing == Standing::Untested;
        let troubles = self.holder.hold.as_ref().map_or(0, |hold| hold.troubles);
        for line in 0..3 {
            let turned = match (troubles % 3 + line) % 3 {
                0 => self.work_off(Queue::Wanted, untested, &fingerprint)?,
                1 => self.work_off_files(untested, &fingerprint)?,
                _ => self.work_off_cycle(untested, &fingerprint)?,
            };
            if let Turned::Left = turned {
                return Ok(());
            }
        }
        Ok(())
    }

    fn work_off_cycle(&mut self, untested: bool, fingerprint: &str) -> Result<Turned, Stop> {
        if let Turned::Left = self.work_off(Queue::Cycle, untested, fingerprint)? {
            return Ok(Turned::Left);
        }
        match self.cycle()? {
            true => self.work_off(Queue::Cycle, untested, fingerprint),
            false => Ok(Turned::Passed),
        }
    }

    /// Whether the cycle would take at once what becomes ready now, with nothing else waiting.
    pub(crate) fn cycle_is_idle(&mut self) -> Result<bool, Stop> {
        let Mode::Automatic { send_from } = self.holder.automation.mode else {
            return Ok(false);
        };
        Ok(self.now >= self.holder.next_cycle
            && self.ledger.scan(&ready_key(send_from, ""), "r0", 1)?.is_empty())
    }

    /// The cycle looks again after its usual time.
    pub(crate) fn cycle_later(&mut self) {
        let until = self.jitter(CYCLE);
        self.holder.next_cycle = self.now.plus(until - until / 8);
    }

    /// Whether the cycle would send this document.
    pub(crate) fn cycle_wants(&self, documento: &Documento) -> bool {
        let Mode::Automatic { send_from } = self.holder.automation.mode else { return false };
        let paid = documento.desired.as_ref().map(|desired| desired.documento.data_pagamento);
        paid.is_some_and(|paid| paid >= send_from)
    }

    /// Gives the documents of a queue their turns, until a request leaves.
    fn work_off(
        &mut self,
        queue: Queue,
        untested: bool,
        fingerprint: &str,
    ) -> Result<Turned, Stop> {
        for most in LOOKED_AT {
            let due = self.due(queue, most)?;
            if due.is_empty() {
                break;
            }
            if untested {
                self.open_test(fingerprint, AskedBy::Engine)?;
                return Ok(Turned::Left);
            }
            self.want_all(&due)?;
            for entry in &due {
                if let Turned::Left = self.take_turn(entry, fingerprint)? {
                    return Ok(Turned::Left);
                }
            }
        }
        Ok(Turned::Passed)
    }

    /// The first documents whose time has come.
    pub(crate) fn due(&mut self, queue: Queue, most: u32) -> Result<Vec<Due>, Stop> {
        let (from, to) = queue.range();
        let entries = self.ledger.scan(from, to, most)?;
        let due = entries.into_iter().filter_map(|entry| {
            let time = due_time(&entry.key)?;
            let id = entry.key.splitn(3, '/').nth(2)?.to_owned();
            let key = entry.key;
            (time <= self.now || self.is_far(time)).then_some(Due { key, id, queue })
        });
        Ok(due.collect())
    }

    /// Reads these documents at once.
    pub(crate) fn want_documents<'d>(
        &mut self,
        ids: impl Iterator<Item = &'d String>,
    ) -> Result<(), Stop> {
        let keys: Vec<String> = ids.map(|id| documento_key(id)).collect();
        self.ledger.want(keys.iter().map(String::as_str))
    }

    /// Reads at once what the turns of these documents need: themselves, and the originals of
    /// refunds.
    pub(crate) fn want_all(&mut self, due: &[Due]) -> Result<(), Stop> {
        self.want_documents(due.iter().map(|due| &due.id))?;
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
        let ids: Vec<String> = ids.collect();
        self.want_documents(ids.iter())
    }

    /// Gives a document its turn. What is wrong with it is told and stops no other.
    fn take_turn(&mut self, due: &Due, fingerprint: &str) -> Result<Turned, Stop> {
        match self.open_due(due, fingerprint) {
            Err(Stop::Error(error)) => {
                self.put_off(due, error.code());
                Ok(Turned::Passed)
            }
            opened => opened,
        }
    }

    /// Leaves a document alone for a while that an error keeps from its turn.
    pub(crate) fn put_off(&mut self, due: &Due, code: &str) {
        let not_before = self.now.plus(PUT_OFF);
        self.ledger.set(due.key.clone(), None);
        self.ledger.set(due_key(due.queue, not_before, &due.id), Some(Vec::new()));
        let (id, code) = (due.id.clone(), code.to_owned());
        self.event(EventKind::DocumentPutOff { id, code, not_before });
    }

    fn open_due(&mut self, due: &Due, fingerprint: &str) -> Result<Turned, Stop> {
        match self.due_document(due)? {
            Some(documento) => self.open_for(documento, due.queue, fingerprint),
            None => Ok(Turned::Passed),
        }
    }

    /// The document of an index key, when the key is right.
    pub(crate) fn due_document(&mut self, due: &Due) -> Result<Option<Documento>, Stop> {
        let documento = self.documento(&due.id)?;
        let right = documento.as_ref().and_then(Documento::due_key);
        if right.as_ref() == Some(&due.key) {
            return Ok(documento);
        }
        // Put off, or read while another process moved it: then this step is never committed.
        self.ledger.set(due.key.clone(), None);
        if let Some(right) = right {
            self.ledger.set(right, Some(Vec::new()));
        }
        Ok(None)
    }

    /// The automatic cycle: what is ready, paid from the chosen day on, is put into the queue, the
    /// oldest payment first, which is the nearest deadline. Whether anything was.
    fn cycle(&mut self) -> Result<bool, Stop> {
        let Mode::Automatic { send_from } = self.holder.automation.mode else {
            return Ok(false);
        };
        if self.now < self.holder.next_cycle && !self.is_far(self.holder.next_cycle) {
            return Ok(false);
        }
        if self.ledger.scan(&ready_key(send_from, ""), "r0", 1)?.is_empty() {
            return Ok(false);
        }
        let most = self.holder.automation.group.saturating_mul(CYCLE_GROUPS).min(CYCLE_DOCUMENTS);
        // Where the last cycle stopped, so that documents which cannot leave hold up no others.
        let from = self.holder.cycle_after.take().map(|last| last + " ");
        let from = from.unwrap_or_default().max(ready_key(send_from, ""));
        let ready = self.ledger.scan(&from, "r0", most)?;
        if ready.len() == most as usize {
            self.holder.cycle_after = ready.last().map(|entry| entry.key.clone());
        }
        let due = ready.into_iter().filter_map(|entry| {
            let id = entry.key.splitn(3, '/').nth(2)?.to_owned();
            Some(Due { key: entry.key, id, queue: Queue::Cycle })
        });
        let due: Vec<Due> = due.collect();
        self.want_all(&due)?;
        let mut any = false;
        for entry in &due {
            match self.queue_for_cycle(entry) {
                Ok(queued) => any |= queued,
                Err(Stop::Error(error)) => self.put_off(entry, error.code()),
                Err(stop) => return Err(stop),
            }
        }
        if any || self.holder.cycle_after.is_none() {
            self.cycle_later();
        }
        if any {
            self.holder.last_cycle = Some(self.now);
        }
        Ok(any)
    }

    fn queue_for_cycle(&mut self, due: &Due) -> Result<bool, Stop> {
        let before = self.documento(&due.id)?;
        let right = before
            .as_ref()
            .is_some_and(|before| before.index().iter().any(|(key, _)| *key == due.key));
        let Some(before) = before.filter(|_| right) else {
            self.ledger.set(due.key.clone(), None);
            return Ok(false);
        };
        let plan = self.plan_of(&before)?;
        let mut after = before.clone();
        if plan.first().is_none() {
            // A refund whose original is not there waits for that, and comes with a later cycle.
            if plan.year_is_closed() {
                after.judged(&row::TAX_YEAR_CLOSED);
                self.event(EventKind::YearClosed { id: before.id.clone() });
                self.put_documento(Some(&before), after);
            }
            return Ok(false);
        }
        after.work = Work::Send { not_before: self.now, tries: 0, by: By::Cycle };
        self.put_documento(Some(&before), after);
        Ok(true)
    }

    /// Whether a document that such a will sends goes by file, and whether others may go with it.
    pub(crate) fn by_file(&self, by: By) -> Option<Grouping> {
        let sync = self.settings.available(Service::DocumentoSpesa).is_ok();
        let grouping = match by {
            By::Person | By::Cycle => Grouping::WithOthers,
            By::Edit | By::Alone => Grouping::Single,
        };
        match (self.holder.automation.channel, by) {
            _ if !sync => Some(grouping),
            (ChannelChoice::Sync, _) | (_, By::Alone) => None,
            (ChannelChoice::File, _) => Some(grouping),
            (ChannelChoice::Auto, By::Cycle) => Some(Grouping::FromTwo),
            (ChannelChoice::Auto, By::Person | By::Edit) => None,
        }
    }

    /// Asks the host for invoices whose verdict time alone may have changed.
    fn review(&mut self) -> Result<(), Stop> {
        let today = self.now.date_in_italy();
        let Some(tomorrow) = today.plus_days(1) else { return Ok(()) };
        let first = self.ledger.scan("j/", "j0", 1)?;
        if first.first().is_none_or(|first| first.key >= format!("j/{tomorrow}")) {
            return Ok(());
        }
        let entries = self.ledger.scan("j/", &format!("j/{tomorrow}"), REVIEWS)?;
        let entries: Vec<(String, String)> = entries
            .into_iter()
            .filter_map(|entry| {
                let id = entry.key.splitn(3, '/').nth(2)?.to_owned();
                Some((entry.key, id))
            })
            .collect();
        self.want_documents(entries.iter().map(|(_, id)| id))?;
        for (key, id) in entries {
            self.ledger.set(key, None);
            match self.documento(&id) {
                Ok(Some(before)) if before.review_on.is_some_and(|day| day <= today) => {
                    let mut after = before.clone();
                    after.review_on = None;
                    after.save_again = true;
                    self.put_documento(Some(&before), after);
                    self.event(EventKind::SaveAgain { id });
                }
                Ok(_) => {}
                Err(Stop::Error(_)) => self.event(EventKind::SaveAgain { id }),
                Err(stop) => return Err(stop),
            }
        }
        Ok(())
    }

    /// When the first invoice is to be asked for again.
    pub(crate) fn next_review(&mut self) -> Result<Option<Timestamp>, Stop> {
        let first = self.ledger.scan("j/", "j0", 1)?;
        let day = first.first().and_then(|entry| entry.key.split('/').nth(1));
        // Midnight in Italy is at most two hours before midnight UTC.
        let at = |day: Data| Timestamp::midnight_utc(day);
        Ok(day.and_then(|day| Data::parse(day).ok()).map(at))
    }

    /// Makes the index keys and counts that records of format 1 lack, some documents at a time.
    fn catch_up(&mut self) -> Result<(), Stop> {
        let Some(done) = self.holder.reindexed_to.clone() else {
            return self.catch_up_rows();
        };
        let from = if done.is_empty() { "d/".to_owned() } else { documento_key(&done) + " " };
        let page = self.ledger.scan(&from, "d0", REINDEXED)?;
        let full = page.len() == REINDEXED as usize;
        for entry in page {
            let id = entry.key["d/".len()..].to_owned();
            self.holder.reindexed_to = Some(id.clone());
            // One that is damaged stays as it is, and stops no other.
            let Ok(before) = crate::record::read::<Documento>(&entry.key, &entry.value) else {
                continue;
            };
            for (key, value) in before.index() {
                self.ledger.set(key, Some(value));
            }
            self.count(None, Some(&before));
            // Edits of what the service has were kept, and leave now.
            let mut after = before.clone();
            self.go_on(&mut after, By::Edit);
            if after.work != before.work {
                self.put_documento(Some(&before), after);
            }
        }
        if !full {
            self.holder.reindexed_to = None;
        }
        Ok(())
    }

    /// The same for the rows of the registry, newest first.
    fn catch_up_rows(&mut self) -> Result<(), Stop> {
        let Some(newest) = self.holder.rows_to_index else {
            return Ok(());
        };
        let page = self.ledger.scan(&trasmissione_key(newest), "t0", REINDEXED)?;
        let full = page.len() == REINDEXED as usize;
        self.holder.rows_to_index = None;
        for entry in page {
            let number = entry.key["t/".len()..].parse().map_or(0, |n: u64| u64::MAX - n);
            self.holder.rows_to_index = number.checked_sub(1).filter(|_| full);
            if let Ok(row) = crate::record::read::<Trasmissione>(&entry.key, &entry.value) {
                self.ledger.set(sent_at_key(row.at, row.number), Some(Vec::new()));
                self.index_protocollo(None, &row);
            }
        }
        Ok(())
    }
}

/// How documents go by file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// With others of the same queue.
    WithOthers,
    /// With others; alone it goes by the sync service.
    FromTwo,
    /// Alone.
    Single,
}
