//! One input from beginning to end.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::command::Answer;
use crate::command::{Automation, Mode};
use crate::entropy::Entropy;
use crate::error::Error;
use crate::event::{Event, EventKind};
use crate::ledger::{Ledger, Stop};
use crate::record::{
    CredentialRecord, Documento, HOLDER, Hold, Holder, IMPORT, Queue, Trasmissione, due_time,
    protocollo_key, ready_key, sent_at_key, trasmissione_key,
};
use crate::settings::Settings;
use crate::state::Parts;
use crate::step::{Actions, Request};
use crate::time::Timestamp;
use crate::wire::Credentials;

/// The handling of one input.
pub(crate) struct Turn<'a> {
    pub(crate) now: Timestamp,
    pub(crate) settings: &'a Settings,
    pub(crate) credentials: Option<&'a Credentials>,
    pub(crate) entropy: &'a mut dyn Entropy,
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) holder: Holder,
    pub(crate) requests: Vec<Request>,
    /// Parts of an inquiry that were fetched already; kept by the engine alone.
    pub(crate) parts: Option<Parts>,
}

/// The first of everything that has a time.
const FIRSTS: [(&str, &str, u32); 4] =
    [("w/", "w0", 1), ("x/", "x0", 1), ("v/", "v0", 1), ("j/", "j0", 1)];
/// Delay after the first trouble in a row; it doubles up to [`HOLD_MAX`].
const HOLD_FIRST: i64 = 60_000;
const HOLD_MAX: i64 = 3_600_000;
/// No pause is longer than a day: a time further away was written by a clock since set back, and
/// is not waited for.
const FAR: i64 = 86_400_000;
/// No request takes longer, its lease included; what a clock since set back wrote is shortened.
const LEASE_MAX: i64 = 900_000;

impl<'a> Turn<'a> {
    /// Reads what every input needs. `emitted` is the number after the last event that this
    /// engine handed out: by coming back with an input, the host says that it delivered them.
    pub(crate) fn begin(
        now: Timestamp,
        settings: &'a Settings,
        credentials: Option<&'a Credentials>,
        entropy: &'a mut dyn Entropy,
        ledger: &'a mut Ledger,
        emitted: u64,
        parts: Option<&Parts>,
    ) -> Result<Self, Stop> {
        let mut holder = Self::holder(ledger, settings, entropy)?;
        holder.undelivered.retain(|event| event.number >= emitted);
        if let Some(flight) = &mut holder.flight {
            flight.lease_until = flight.lease_until.min(now.plus(LEASE_MAX));
        }
        if let Some(hold) = &mut holder.hold {
            hold.until = hold.until.min(now.plus(2 * HOLD_MAX));
        }
        let (requests, parts) = (Vec::new(), parts.cloned());
        let mut turn =
            Turn { now, settings, credentials, entropy, ledger, holder, requests, parts };
        turn.notice_credentials();
        Ok(turn)
    }

    fn holder(
        ledger: &mut Ledger,
        settings: &Settings,
        entropy: &mut dyn Entropy,
    ) -> Result<Holder, Stop> {
        // What every input looks at, in one reading: an idle tick needs no other.
        let keys = ledger.want([crate::ledger::REVISION, HOLDER, IMPORT]);
        ledger.want_scans(&FIRSTS)?;
        keys?;
        ledger.revision()?;
        if ledger.text(IMPORT)?.is_some() {
            return Err(Error::ImportOpen.into());
        }
        let Some(holder) = ledger.record::<Holder>(HOLDER)? else {
            let mut salt = [0; 32];
            entropy.fill(&mut salt);
            let salt = hex(&salt);
            return Ok(Holder {
                ambiente: settings.ambiente(),
                owner: owner_digest(&salt, settings),
                salt,
                next_event: 1,
                undelivered: Vec::new(),
                next_transmission: 1,
                next_attempt: 1,
                flight: None,
                hold: None,
                credentials: CredentialRecord::default(),
                public_key: None,
                automation: Automation::default(),
                paused: false,
                next_cycle: Timestamp::default(),
                cycle_after: None,
                last_cycle: None,
                last_accepted: None,
                counts: BTreeMap::new(),
                save_again: 0,
                reindexed_to: None,
                rows_to_index: None,
            });
        };
        if holder.ambiente != settings.ambiente() {
            return Err(Error::OtherEnvironment { found: holder.ambiente.as_str() }.into());
        }
        if holder.owner != owner_digest(&holder.salt, settings) {
            return Err(Error::OtherHolder.into());
        }
        let counters = [holder.next_event, holder.next_transmission, holder.next_attempt];
        if counters.iter().any(|n| !(1..=u64::MAX / 2).contains(n)) {
            return Err(Error::Record {
                key: HOLDER.to_owned(),
                why: "a counter is out of range".to_owned(),
            }
            .into());
        }
        Ok(holder)
    }

    /// Ends the input: what is written, what is asked of the host.
    pub(crate) fn finish(&mut self, answer: Option<Answer>) -> Result<Actions, Stop> {
        let wake_at = self.wake_at()?;
        let key = self.settings.public_key_digest();
        if self.holder.public_key.as_deref() != Some(key)
            && self.holder.public_key.replace(key.to_owned()).is_some()
        {
            self.event(EventKind::KeyChanged);
        }
        let holder = self.holder.clone();
        self.ledger.put(HOLDER.to_owned(), &holder);
        let (revision, writes) = self.ledger.take_writes()?;
        Ok(Actions {
            revision,
            writes,
            requests: std::mem::take(&mut self.requests),
            events: holder.undelivered,
            answer,
            wake_at,
        })
    }

    /// When there is something to do by itself.
    fn wake_at(&mut self) -> Result<Option<Timestamp>, Stop> {
        let review = self.next_review()?;
        // Never the past, so that a host which waits for it does not run hot.
        let soon = self.now.plus(1);
        let work = if self.holder.is_catching_up() {
            Some(soon)
        } else if let Some(flight) = &self.holder.flight {
            // One that is over and still there waits for a newer version of the engine.
            let over = flight.lease_until <= self.now;
            Some(if over { self.now.plus(HOLD_FIRST) } else { flight.lease_until })
        } else if self.may_send() {
            let hold = self.holder.hold.as_ref().map(|hold| hold.until);
            let pause = self
                .credentials
                .and_then(|credentials| self.silence_pause(&self.fingerprint(credentials)));
            let work = self.next_work()?;
            work.map(|due| {
                [Some(due), hold, pause].into_iter().flatten().fold(soon, Timestamp::max)
            })
        } else {
            None
        };
        Ok([work, review].into_iter().flatten().min().map(|at| at.max(soon)))
    }

    /// When the first document or file, or the cycle, has something to do.
    fn next_work(&mut self) -> Result<Option<Timestamp>, Stop> {
        let mut next: Option<Timestamp> = None;
        for (from, to) in [Queue::Wanted.range(), ("v/", "v0"), Queue::Cycle.range()] {
            let first = self.ledger.scan(from, to, 1)?;
            let due = first.first().and_then(|entry| due_time(&entry.key));
            let due = due.map(|due| if self.is_far(due) { self.now } else { due });
            next = next.into_iter().chain(due).min();
        }
        if let Mode::Automatic { send_from } = self.holder.automation.mode
            && !self.ledger.scan(&ready_key(send_from, ""), "r0", 1)?.is_empty()
        {
            let cycle = self.holder.next_cycle;
            let cycle = if self.is_far(cycle) { self.now } else { cycle };
            next = next.into_iter().chain([cycle]).min();
        }
        Ok(next)
    }

    /// Whether a time is further away than anything is put off.
    pub(crate) fn is_far(&self, time: Timestamp) -> bool {
        time > self.now.plus(FAR)
    }

    /// Notes an event.
    pub(crate) fn event(&mut self, kind: EventKind) {
        let number = self.holder.next_event;
        self.holder.next_event += 1;
        self.holder.undelivered.push(Event { number, at: self.now, kind });
    }

    /// After trouble with the service: nothing leaves for a while, longer each time.
    pub(crate) fn trouble(&mut self) -> Timestamp {
        let troubles = self.holder.hold.as_ref().map_or(0, |hold| hold.troubles);
        let until = self.now.plus(self.backoff(troubles));
        self.holder.hold = Some(Hold { until, troubles: troubles.saturating_add(1) });
        until
    }

    /// Counts a document where it stands now and not where it stood before.
    pub(crate) fn count(&mut self, before: Option<&Documento>, after: Option<&Documento>) {
        let id = before.or(after).map_or("", |documento| documento.id.as_str());
        if self.holder.reindexed_to.as_deref().is_some_and(|done| id > done) {
            // Its turn to be counted will come.
            return;
        }
        if let Some(before) = before {
            let state = before.state();
            let count = self.holder.counts.entry(state).or_default();
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.holder.counts.remove(&state);
            }
            let again = u64::from(before.save_again);
            self.holder.save_again = self.holder.save_again.saturating_sub(again);
        }
        if let Some(after) = after {
            *self.holder.counts.entry(after.state()).or_default() += 1;
            self.holder.save_again += u64::from(after.save_again);
        }
    }

    /// Writes a new row of the registry.
    pub(crate) fn put_trasmissione(&mut self, row: &Trasmissione) {
        self.ledger.set(sent_at_key(row.at, row.number), Some(Vec::new()));
        self.ledger.put(trasmissione_key(row.number), row);
    }

    /// Makes a row findable by its protocol.
    pub(crate) fn index_protocollo(&mut self, before: Option<&str>, row: &Trasmissione) {
        let after = row.protocollo.as_deref();
        if before == after {
            return;
        }
        if let Some(before) = before.filter(|text| is_protocollo(text)) {
            self.ledger.set(protocollo_key(before), None);
        }
        if let Some(after) = after.filter(|text| is_protocollo(text)) {
            let number = row.number.to_string().into_bytes();
            self.ledger.set(protocollo_key(after), Some(number));
        }
    }

    /// A minute, doubled for each failure before, at most an hour, with some chance.
    pub(crate) fn backoff(&mut self, failures: u32) -> i64 {
        let delay = HOLD_FIRST.saturating_mul(1 << failures.min(10)).min(HOLD_MAX);
        self.jitter(delay)
    }

    /// A delay with up to a quarter more by chance, so that practices do not come back all at once.
    pub(crate) fn jitter(&mut self, delay: i64) -> i64 {
        let mut chance = [0; 2];
        self.entropy.fill(&mut chance);
        delay + delay / 4 * i64::from(u16::from_le_bytes(chance)) / i64::from(u16::MAX)
    }

    /// A digest keyed with the store's own salt, 32 hexadecimal characters: who has not the store
    /// cannot test guesses against it.
    pub(crate) fn keyed_digest(&self, parts: &[&[u8]]) -> String {
        keyed_digest(&self.holder.salt, parts)
    }
}

/// Whether a text is a protocol number that can be asked for and indexed.
pub(crate) fn is_protocollo(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// Whose store it is, without saying so.
pub(crate) fn owner_digest(salt: &str, settings: &Settings) -> String {
    let proprietario = &settings.profile().proprietario;
    let cf = proprietario.cf_proprietario().map_or("", |cf| cf.expose());
    let codes = match proprietario {
        crate::domain::Proprietario::Professionista { .. } => String::new(),
        crate::domain::Proprietario::Struttura {
            codice_regione, codice_asl, codice_ssa, ..
        } => {
            let (regione, asl) = (codice_regione.as_str(), codice_asl.as_str());
            format!("{regione}-{asl}-{}", codice_ssa.as_str())
        }
    };
    keyed_digest(salt, &[b"owner", cf.as_bytes(), codes.as_bytes()])
}

fn keyed_digest(salt: &str, parts: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(salt.as_bytes()).expect("any key length is taken");
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    hex(&mac.finalize().into_bytes()[..16])
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        text
    })
}
