//! What the practice wants, what was committed of it, and what the service took: the expected
//! world, kept beside the engine and without asking it.

use std::collections::BTreeMap;

use sts_core::command::QueueOutcome;
use sts_simulator::DocumentKey;

use super::invoices::Version;

/// One document of the practice.
#[derive(Debug, Default)]
pub(super) struct Paper {
    /// Every version that was committed, oldest first.
    pub(super) saved: Vec<Version>,
    /// What the practice has now, committed to the engine or not yet.
    pub(super) draft: Option<Version>,
    /// The answer to the last sending that was committed.
    pub(super) queued: Option<QueueOutcome>,
}

impl Paper {
    /// The version the engine has.
    pub(super) fn current(&self) -> Option<&Version> {
        self.saved.last()
    }
}

/// A sending on its way: the version it carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Carried {
    /// The document's id.
    pub(super) id: String,
    /// Its version, by place in [`Paper::saved`].
    pub(super) version: usize,
}

/// What is known of one password.
#[derive(Clone, Debug, Default)]
pub(super) struct Login {
    /// A refusal of it was committed, and no success since.
    pub(super) refused: bool,
    /// A person asked for one test of it all the same.
    pub(super) allowed: bool,
    /// Refused logins since the last success of which the engine was not told.
    pub(super) blind: u32,
}

/// The expected world.
#[derive(Debug, Default)]
pub(super) struct Practice {
    /// By the host's id.
    pub(super) papers: BTreeMap<String, Paper>,
    /// What each attempt to send carries.
    pub(super) carried: BTreeMap<String, Carried>,
    /// What the service has taken under each key.
    pub(super) taken: BTreeMap<DocumentKey, Carried>,
    /// By password.
    pub(super) logins: BTreeMap<String, Login>,
}

impl Practice {
    /// A version was committed.
    pub(super) fn committed(&mut self, version: Version) {
        let paper = self.papers.entry(version.id.clone()).or_default();
        if paper.current() != Some(&version) {
            paper.saved.push(version);
        }
    }

    /// An attempt to send a document was committed with the version saved last.
    pub(super) fn attempted(&mut self, attempt: &str, id: &str) {
        let saved = self.papers.get(id).map_or(0, |paper| paper.saved.len());
        assert!(saved > 0, "a document was sent that was never saved: {id}");
        let carried = Carried { id: id.to_owned(), version: saved - 1 };
        self.carried.insert(attempt.to_owned(), carried);
    }

    /// The version that was carried.
    pub(super) fn version(&self, carried: &Carried) -> &Version {
        &self.papers[&carried.id].saved[carried.version]
    }

    /// The standing of a password.
    pub(super) fn login(&mut self, password: &str) -> &mut Login {
        self.logins.entry(password.to_owned()).or_default()
    }

    /// A new request with this password was committed.
    pub(super) fn login_wanted(&mut self, password: &str, test_of_a_person: bool) {
        let login = self.login(password);
        assert!(
            !login.refused || (test_of_a_person && login.allowed),
            "the engine logs in with a password that it knows to be refused"
        );
        if test_of_a_person {
            login.allowed = false;
        }
    }

    /// The service refused a login.
    pub(super) fn login_refused(&mut self, password: &str) {
        let login = self.login(password);
        login.blind += 1;
        assert!(login.blind <= BLIND_LIMIT, "{} logins in vain with one password", login.blind);
    }
}

/// Logins with a password whose refusals all got lost on the way; two below the eight that lock.
const BLIND_LIMIT: u32 = 6;
