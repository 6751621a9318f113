//! Guarding the credentials: eight wrong attempts disable the account, so the engine never spends
//! a second one by itself (PROTOCOL section 1.6).
//!
//! | standing of the present credentials | what leaves |
//! |---|---|
//! | none given | nothing |
//! | untested | one test, a query that stores nothing; then what waits |
//! | proven | what waits; after silences in a row less and less often |
//! | suspect: too many silences in a row | nothing, until a person asks for a test |
//! | refused | nothing, until they change or a person insists on a test |
//!
//! | input | from | to |
//! |---|---|---|
//! | a usable answer of the service | any; refused only when the request left after the refused one | proven |
//! | an authentication fault, or a code about credentials | any | refused |
//! | no answer, none of the service's own, or a fault that wrong credentials cause too | untested | untested, or suspect at the third in a row |
//! | no answer, or a fault that wrong credentials cause too | proven | proven, or suspect at the sixth in a row |
//! | a person asks for a test, and this access has no service for it | any | untested, or proven: the next file tests them |
//! | other credentials given by the host | any | what is known of those |

use crate::domain::Data;
use crate::error::Error;
use crate::event::EventKind;
use crate::ledger::Stop;
use crate::record::{
    AskedBy, Attempt, PresentCredentials, ProvenCredentials, RefusedCredentials,
    UnansweredCredentials,
};
use crate::state::Turn;
use crate::time::Timestamp;
use crate::wire::Credentials;

/// What is known of the present credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Untested,
    Proven,
    Suspect,
    Refused,
}

/// Refused credentials remembered at most, and unanswered ones.
const REMEMBERED_LIMIT: usize = 16;
/// Silences in a row after which untested credentials are suspect.
const UNTESTED_LIMIT: u32 = 3;
/// The same for proven ones: passwords expire, and an expired one may meet silence as an outage
/// does. Below eight, so that the account survives, with room for a person's own mistake.
const PROVEN_LIMIT: u32 = 6;
const HOUR: i64 = 3_600_000;
/// How long proven credentials rest after so many silences in a row, in milliseconds, so that an
/// outage of two days still ends by itself.
const REST: [i64; 6] = [0, 0, HOUR, 6 * HOUR, 24 * HOUR, 24 * HOUR];

impl Turn<'_> {
    /// The fingerprint of credentials in this store.
    pub(crate) fn fingerprint(&self, credentials: &Credentials) -> String {
        self.keyed_digest(&[
            b"credentials",
            credentials.username().expose().as_bytes(),
            credentials.password().expose().as_bytes(),
            credentials.pincode().expose().as_bytes(),
        ])
    }

    /// Notes since when the present password is in use.
    pub(crate) fn notice_credentials(&mut self) {
        let Some(credentials) = self.credentials else { return };
        let password =
            self.keyed_digest(&[b"password", credentials.password().expose().as_bytes()]);
        let known = &mut self.holder.credentials.present;
        if known.as_ref().is_none_or(|known| known.password != password) {
            let since = self.now.date_in_italy();
            *known = Some(PresentCredentials { password, since, said: false });
        }
    }

    /// The host says when the present password was set.
    pub(crate) fn password_set_on(&mut self, day: Data) -> Result<(), Stop> {
        if day > self.now.date_in_italy() {
            let expected = "a day that is not in the future".to_owned();
            return Err(Error::Command { path: "/day".to_owned(), expected }.into());
        }
        match &mut self.holder.credentials.present {
            Some(present) if self.credentials.is_some() => {
                present.since = day;
                present.said = true;
                Ok(())
            }
            _ => Err(Error::CredentialsMissing.into()),
        }
    }

    /// What is known of credentials.
    pub(crate) fn standing(&self, fingerprint: &str) -> Standing {
        let known = &self.holder.credentials;
        if known.refused.iter().any(|refused| refused.fingerprint == fingerprint) {
            return Standing::Refused;
        }
        let proven = known.proven.as_ref();
        let (standing, limit) = if proven.is_some_and(|proven| proven.fingerprint == fingerprint) {
            (Standing::Proven, PROVEN_LIMIT)
        } else {
            (Standing::Untested, UNTESTED_LIMIT)
        };
        match self.unanswered(fingerprint) {
            Some(unanswered) if unanswered.requests >= limit => Standing::Suspect,
            _ => standing,
        }
    }

    fn unanswered(&self, fingerprint: &str) -> Option<&UnansweredCredentials> {
        let mut all = self.holder.credentials.unanswered.iter();
        all.find(|unanswered| unanswered.fingerprint == fingerprint)
    }

    /// Until when credentials rest after silences.
    pub(crate) fn silence_pause(&self, fingerprint: &str) -> Option<Timestamp> {
        let not_before = self.unanswered(fingerprint)?.not_before;
        // Later than any pause lasts: the clock was set back since.
        Some(not_before).filter(|not_before| self.now < *not_before && !self.is_far(*not_before))
    }

    /// Ends the rest of the present credentials, not the count of their silences.
    pub(crate) fn end_silence_pause(&mut self) {
        let (now, fingerprint) = (self.now, self.credentials.map(|c| self.fingerprint(c)));
        for unanswered in &mut self.holder.credentials.unanswered {
            if Some(&unanswered.fingerprint) == fingerprint.as_ref() {
                unanswered.not_before = unanswered.not_before.min(now);
            }
        }
    }

    /// Whether anything may leave with the present credentials, if only a test.
    pub(crate) fn may_send(&self) -> bool {
        let Some(credentials) = self.credentials else {
            return false;
        };
        let fingerprint = self.fingerprint(credentials);
        if self.holder.credentials.test.as_ref() == Some(&fingerprint) {
            return true;
        }
        !self.holder.paused
            && matches!(self.standing(&fingerprint), Standing::Untested | Standing::Proven)
    }

    /// The service gave a usable answer, to a request that somebody made to learn just this or not.
    pub(crate) fn credentials_proven(&mut self, attempt: &Attempt, asked_by: AskedBy) {
        let fingerprint = attempt.credentials.as_str();
        let refused_since = self.holder.credentials.refused.iter().any(|refused| {
            refused.fingerprint == fingerprint && refused.attempt > attempt.number()
        });
        if refused_since {
            // A late answer to what left before they were refused.
            return;
        }
        let news = self.standing(fingerprint) != Standing::Proven;
        let known = &mut self.holder.credentials;
        known.refused.retain(|refused| refused.fingerprint != fingerprint);
        known.unanswered.retain(|u| u.fingerprint != fingerprint);
        if news {
            // The time of the first proof is kept, so that an unchanged record is not rewritten.
            known.proven =
                Some(ProvenCredentials { fingerprint: fingerprint.to_owned(), at: self.now });
        }
        self.holder.hold = None;
        if news || asked_by == AskedBy::Person {
            self.event(EventKind::CredentialsAccepted);
        }
    }

    /// A person insists on them, and there is no service to test them: what leaves next does.
    pub(crate) fn credentials_forgiven(&mut self, fingerprint: &str) {
        let known = &mut self.holder.credentials;
        known.refused.retain(|refused| refused.fingerprint != fingerprint);
        known.unanswered.retain(|unanswered| unanswered.fingerprint != fingerprint);
    }

    /// The service refused them.
    pub(crate) fn credentials_refused(&mut self, attempt: &Attempt, code: &str) {
        let fingerprint = attempt.credentials.as_str();
        let known = &mut self.holder.credentials;
        known.refused.retain(|refused| refused.fingerprint != fingerprint);
        known.refused.push(RefusedCredentials {
            fingerprint: fingerprint.to_owned(),
            at: self.now,
            code: code.to_owned(),
            attempt: attempt.number(),
        });
        if known.refused.len() > REMEMBERED_LIMIT {
            known.refused.remove(0);
        }
        known.proven.take_if(|proven| proven.fingerprint == fingerprint);
        known.unanswered.retain(|u| u.fingerprint != fingerprint);
        known.test.take_if(|test| test == fingerprint);
        self.event(EventKind::CredentialsRefused { code: code.to_owned() });
    }

    /// No answer came, or a fault that says nothing sure: with wrong ones the service may do so.
    pub(crate) fn credentials_unanswered(&mut self, fingerprint: &str) {
        let standing = self.standing(fingerprint);
        if matches!(standing, Standing::Refused | Standing::Suspect) {
            return;
        }
        let requests = self.unanswered(fingerprint).map_or(0, |u| u.requests) + 1;
        let rest = match standing {
            Standing::Proven => REST[(requests as usize).min(REST.len() - 1)],
            _ => 0,
        };
        let not_before = self.now.plus(rest);
        let all = &mut self.holder.credentials.unanswered;
        all.retain(|unanswered| unanswered.fingerprint != fingerprint);
        if all.len() >= REMEMBERED_LIMIT {
            all.remove(0);
        }
        all.push(UnansweredCredentials {
            fingerprint: fingerprint.to_owned(),
            requests,
            not_before,
        });
        if self.standing(fingerprint) == Standing::Suspect {
            self.event(EventKind::CredentialsSuspect);
        }
    }
}
