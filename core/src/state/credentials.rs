//! Guarding the credentials: eight wrong attempts disable the account, so the engine never spends
//! a second one by itself (PROTOCOL section 1.6).
//!
//! | standing of the present credentials | what leaves |
//! |---|---|
//! | none given | nothing |
//! | untested | one test, a query that stores nothing; then what waits |
//! | proven | what waits |
//! | suspect: untested and several tests unanswered | nothing, until a person asks for a test |
//! | refused | nothing, until they change or a person insists on a test |
//!
//! | input | from | to |
//! |---|---|---|
//! | a usable answer of the service | any | proven |
//! | an authentication fault, or a code about credentials | any | refused |
//! | no answer | untested | untested, or suspect at the third |
//! | other credentials given by the host | any | what is known of those |

use crate::event::EventKind;
use crate::record::{AskedBy, ProvenCredentials, RefusedCredentials, UnansweredCredentials};
use crate::state::Turn;
use crate::wire::Credentials;

/// What is known of the present credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Untested,
    Proven,
    Suspect,
    Refused,
}

/// Refused credentials remembered at most.
const REFUSED_LIMIT: usize = 16;
/// Unanswered requests with untested credentials after which they are suspect.
const UNANSWERED_LIMIT: u32 = 3;

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

    /// What is known of credentials.
    pub(crate) fn standing(&self, fingerprint: &str) -> Standing {
        let known = &self.holder.credentials;
        if known
            .refused
            .iter()
            .any(|refused| refused.fingerprint == fingerprint)
        {
            return Standing::Refused;
        }
        if known
            .proven
            .as_ref()
            .is_some_and(|proven| proven.fingerprint == fingerprint)
        {
            return Standing::Proven;
        }
        let suspect = known.unanswered.as_ref().is_some_and(|unanswered| {
            unanswered.fingerprint == fingerprint && unanswered.requests >= UNANSWERED_LIMIT
        });
        if suspect {
            Standing::Suspect
        } else {
            Standing::Untested
        }
    }

    /// Whether anything may leave with the present credentials, if only a test.
    pub(crate) fn may_send(&self) -> bool {
        let Some(credentials) = self.credentials else {
            return false;
        };
        let fingerprint = self.fingerprint(credentials);
        self.holder.credentials.test.as_ref() == Some(&fingerprint)
            || matches!(
                self.standing(&fingerprint),
                Standing::Untested | Standing::Proven
            )
    }

    /// The service gave a usable answer, to a request that somebody made to learn just this or not.
    pub(crate) fn credentials_proven(&mut self, fingerprint: &str, asked_by: AskedBy) {
        let news = self.standing(fingerprint) != Standing::Proven;
        let known = &mut self.holder.credentials;
        known
            .refused
            .retain(|refused| refused.fingerprint != fingerprint);
        known.unanswered = None;
        if news {
            // The time of the first proof is kept, so that an unchanged record is not rewritten.
            known.proven = Some(ProvenCredentials {
                fingerprint: fingerprint.to_owned(),
                at: self.now,
            });
        }
        self.holder.hold = None;
        if news || asked_by == AskedBy::Person {
            self.event(EventKind::CredentialsAccepted);
        }
    }

    /// The service refused them.
    pub(crate) fn credentials_refused(&mut self, fingerprint: &str, code: &str) {
        let known = &mut self.holder.credentials;
        known
            .refused
            .retain(|refused| refused.fingerprint != fingerprint);
        known.refused.push(RefusedCredentials {
            fingerprint: fingerprint.to_owned(),
            at: self.now,
            code: code.to_owned(),
        });
        if known.refused.len() > REFUSED_LIMIT {
            known.refused.remove(0);
        }
        known
            .proven
            .take_if(|proven| proven.fingerprint == fingerprint);
        known.unanswered = None;
        known.test.take_if(|test| test == fingerprint);
        self.event(EventKind::CredentialsRefused {
            code: code.to_owned(),
        });
    }

    /// No answer came: with wrong ones the service may stay silent.
    pub(crate) fn credentials_unanswered(&mut self, fingerprint: &str) {
        if self.standing(fingerprint) != Standing::Untested {
            return;
        }
        let known = &mut self.holder.credentials;
        let requests = match &known.unanswered {
            Some(unanswered) if unanswered.fingerprint == fingerprint => unanswered.requests + 1,
            _ => 1,
        };
        let fingerprint = fingerprint.to_owned();
        known.unanswered = Some(UnansweredCredentials {
            fingerprint,
            requests,
        });
        if requests >= UNANSWERED_LIMIT {
            self.event(EventKind::CredentialsSuspect);
        }
    }
}
