//! One input from beginning to end.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::command::Answer;
use crate::entropy::Entropy;
use crate::error::Error;
use crate::event::{Event, EventKind};
use crate::ledger::{Ledger, Stop};
use crate::record::{CredentialRecord, HOLDER, Hold, Holder};
use crate::settings::Settings;
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
}

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
    ) -> Result<Self, Stop> {
        let mut holder = Self::holder(ledger, settings, entropy)?;
        holder.undelivered.retain(|event| event.number >= emitted);
        if let Some(flight) = &mut holder.flight {
            flight.lease_until = flight.lease_until.min(now.plus(LEASE_MAX));
        }
        if let Some(hold) = &mut holder.hold {
            hold.until = hold.until.min(now.plus(2 * HOLD_MAX));
        }
        let requests = Vec::new();
        Ok(Turn { now, settings, credentials, entropy, ledger, holder, requests })
    }

    fn holder(
        ledger: &mut Ledger,
        settings: &Settings,
        entropy: &mut dyn Entropy,
    ) -> Result<Holder, Stop> {
        ledger.want([crate::ledger::REVISION, HOLDER])?;
        ledger.revision()?;
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
        if let Some(flight) = &self.holder.flight {
            // One that is over and still there waits for a newer version of the engine.
            let over = flight.lease_until <= self.now;
            let again = self.now.plus(HOLD_FIRST);
            return Ok(Some(if over { again } else { flight.lease_until }));
        }
        let first = self.ledger.scan("w/", "w0", 1)?;
        let Some(due) = first.first().and_then(|entry| due_time(&entry.key)) else {
            return Ok(None);
        };
        if !self.may_send() {
            return Ok(None);
        }
        let due = if self.is_far(due) { self.now } else { due };
        let hold = self.holder.hold.as_ref().map(|hold| hold.until);
        let pause = self
            .credentials
            .and_then(|credentials| self.silence_pause(&self.fingerprint(credentials)));
        // Never the past, so that a host which waits for it does not run hot.
        Ok([Some(self.now.plus(1)), Some(due), hold, pause].into_iter().max().flatten())
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

    /// A minute, doubled for each failure before, at most an hour; up to a quarter more by chance,
    /// so that practices do not come back all at once.
    pub(crate) fn backoff(&mut self, failures: u32) -> i64 {
        let delay = HOLD_FIRST.saturating_mul(1 << failures.min(10)).min(HOLD_MAX);
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

/// The time in a due key `w/{time}/{id}`.
pub(crate) fn due_time(key: &str) -> Option<Timestamp> {
    key.split('/').nth(1)?.parse().ok().map(Timestamp)
}

/// Whose store it is, without saying so.
fn owner_digest(salt: &str, settings: &Settings) -> String {
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
