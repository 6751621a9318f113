//! What the practice wants, as far as it was committed: the expected world, kept beside the engine
//! and without asking it.

use std::collections::{BTreeMap, BTreeSet};

use sts_core::command::{Automation, Mode};
use sts_core::domain::Data;
use sts_core::rules::Verdict;
use sts_simulator::DocumentKey;

use super::invoices::Version;

/// One document of the practice.
#[derive(Debug, Default)]
pub(super) struct Paper {
    /// Every version that was committed, oldest first.
    pub(super) saved: Vec<Version>,
    /// What the practice has now, committed to the engine or not yet.
    pub(super) draft: Option<Version>,
    /// A person has asked for its sending at some time.
    pub(super) asked: bool,
    /// A person deleted it, and did not save it since.
    pub(super) deleted: bool,
    /// A person took it off the service, and did not send it since.
    pub(super) withheld: bool,
    /// A person asked for it back, and was told to ask again later.
    pub(super) unclear: bool,
}

impl Paper {
    /// The version the engine has.
    pub(super) fn current(&self) -> Option<&Version> {
        self.saved.last()
    }

    /// Whether it ever had this key.
    pub(super) fn had(&self, key: &DocumentKey) -> bool {
        self.saved.iter().any(|version| version.key() == *key)
    }

    /// What is wanted on the service, of a version with this verdict.
    pub(super) fn wanted(&self, verdict: Verdict) -> Wanted {
        match verdict {
            _ if self.deleted || self.withheld => Wanted::Nothing,
            Verdict::Send => Wanted::Content,
            Verdict::OutOfScope => Wanted::Nothing,
            Verdict::Wait | Verdict::Fix => Wanted::Undecided,
        }
    }
}

/// What the practice wants on the service of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Its present content, once.
    Content,
    /// That it is not there.
    Nothing,
    /// What is there may stay until the invoice is in order.
    Undecided,
}

/// What is known of one password.
#[derive(Clone, Debug, Default)]
pub(super) struct Login {
    /// The attempt whose refusal was committed, and no success of a later one since.
    pub(super) refused: Option<String>,
    /// A person asked for one test of it all the same.
    pub(super) allowed: bool,
    /// The service took it once.
    pub(super) proven: bool,
    /// Refused logins since the last success of which the engine was not told.
    pub(super) blind: u32,
}

/// The expected world.
#[derive(Debug, Default)]
pub(super) struct Practice {
    /// By the host's id.
    pub(super) papers: BTreeMap<String, Paper>,
    /// Attempts that store or take away something.
    pub(super) sendings: BTreeSet<String>,
    /// Attempts to log in that a person asked for.
    pub(super) tests: BTreeSet<String>,
    /// Nothing may leave.
    pub(super) paused: bool,
    /// What was chosen to happen by itself.
    pub(super) automation: Automation,
    /// The earliest day from which documents ever were to leave by themselves.
    pub(super) send_from: Option<Data>,
    /// Most documents that a group ever was to have.
    pub(super) group: u32,
    /// By password.
    pub(super) logins: BTreeMap<String, Login>,
}

impl Practice {
    /// The document of this id.
    pub(super) fn paper(&mut self, id: &str) -> &mut Paper {
        self.papers.entry(id.to_owned()).or_default()
    }

    /// A version was committed.
    pub(super) fn saved(&mut self, version: Version) {
        let paper = self.paper(&version.id.clone());
        paper.deleted = false;
        if paper.current() != Some(&version) {
            paper.saved.push(version);
        }
    }

    /// What happens by itself was chosen.
    pub(super) fn configured(&mut self, automation: Automation) {
        self.automation = automation;
        self.group = self.group.max(automation.group);
        if let Mode::Automatic { send_from } = automation.mode {
            self.send_from = Some(self.send_from.map_or(send_from, |day| day.min(send_from)));
        }
    }

    /// The intent to store or take away documents was committed.
    pub(super) fn sending(&mut self, attempt: &str, ids: &[String]) {
        for id in ids {
            let paper = self.papers.get(id).filter(|paper| !paper.saved.is_empty());
            let paper = paper.unwrap_or_else(|| panic!("{id} was sent and never saved"));
            let paid = paper.saved.iter().map(|version| version.paid.unwrap_or(version.issued));
            let by_itself =
                self.send_from.is_some_and(|from| paid.max().is_some_and(|p| p >= from));
            assert!(paper.asked || by_itself, "nobody asked for the sending of {id}");
        }
        self.sendings.insert(attempt.to_owned());
    }

    /// Whether a document of the service belongs to this practice, and what it is there.
    pub(super) fn owner(&self, key: &DocumentKey) -> Option<&Paper> {
        self.papers.values().find(|paper| paper.had(key))
    }

    /// The standing of a password.
    pub(super) fn login(&mut self, password: &str) -> &mut Login {
        self.logins.entry(password.to_owned()).or_default()
    }

    /// A new request with this password was committed.
    pub(super) fn login_wanted(&mut self, password: &str, test_of_a_person: bool) {
        assert!(!self.paused || test_of_a_person, "a request leaves although all is paused");
        let login = self.login(password);
        assert!(
            login.refused.is_none() || (test_of_a_person && login.allowed),
            "the engine logs in with a password that it knows to be refused"
        );
        if test_of_a_person {
            login.allowed = false;
        }
    }

    /// The service refused a login of an attempt.
    pub(super) fn login_refused(&mut self, attempt: &str, password: &str) {
        if self.tests.contains(attempt) {
            return;
        }
        let login = self.login(password);
        login.blind += 1;
        assert!(login.blind <= BLIND_LIMIT, "{} logins in vain with one password", login.blind);
    }
}

/// Logins with a password whose refusals all got lost on the way; two below the eight that lock.
const BLIND_LIMIT: u32 = 6;
