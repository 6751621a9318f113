//! What is watched at the moment it happens: intents, logins, and what the service takes.
//!
//! The only place that knows the persisted form of an attempt, because what is on disk at the
//! moment a request leaves is the very thing under test.

use base64::Engine as _;
use serde_json::Value;
use sts_core::step::{Request, Response};
use sts_simulator::{HttpRequest, Reaction};

use super::plan::Clocks;
use super::process::{Ended, Input};
use super::scene::Scene;
use crate::stage;

/// The service's words for a refused login (PROTOCOL section 1.6).
const REFUSED_LOGIN: &[u8] = b"Errore generico di autenticazione";

/// The password in a request's Basic header.
pub(super) fn password_of(request: &Request) -> String {
    let header = request.headers.iter().find(|(name, _)| name == "Authorization");
    let (_, value) = header.expect("every request is authenticated");
    let token = value.strip_prefix("Basic ").expect("with Basic");
    let bytes = base64::engine::general_purpose::STANDARD.decode(token).expect("in base64");
    let text = String::from_utf8(bytes).expect("of printable characters");
    text.split_once(':').expect("user and password").1.to_owned()
}

fn contains(body: &[u8], words: &[u8]) -> bool {
    body.windows(words.len()).any(|window| window == words)
}

impl Scene {
    /// The purpose of an attempt, as the committed store has it at this moment.
    fn purpose(&self, attempt: &str) -> Option<Value> {
        let bytes = self.store.0.get(&format!("a/{attempt}"))?;
        let record: Value = serde_json::from_slice(bytes).expect("a record is JSON");
        Some(record["body"]["purpose"].clone())
    }

    /// Whether the attempt that an answer belongs to is still known.
    pub(super) fn knows_attempt(&self, input: &Input) -> bool {
        match input {
            Input::Response(ended) => self.store.0.contains_key(&format!("a/{}", ended.id)),
            _ => false,
        }
    }

    /// An attempt was committed: whether anybody wanted it, and whether its password may be used.
    pub(super) fn opened(&mut self, request: &Request) {
        let purpose = self.purpose(&request.id).expect("a request without intent was committed");
        if let Some(document) = purpose["sending"]["document"].as_str() {
            self.practice.sending(&request.id, &[document.to_owned()]);
        }
        if let Some(number) = purpose["file"]["transmission"].as_u64() {
            let ids = self.documents_of(number);
            assert!(ids.len() <= self.practice.group as usize, "a group of {}", ids.len());
            self.statistics.files += 1;
            self.practice.sending(&request.id, &ids);
        }
        let by_person = purpose["test"]["asked_by"] == "person";
        if by_person {
            self.practice.tests.insert(request.id.clone());
        }
        self.practice.login_wanted(&password_of(request), by_person);
    }

    /// The documents of a transmission.
    fn documents_of(&self, number: u64) -> Vec<String> {
        let key = format!("t/{:020}", u64::MAX - number);
        let bytes = self.store.0.get(&key).expect("a file has its row");
        let record: Value = serde_json::from_slice(bytes).expect("a record is JSON");
        let ids = record["body"]["documents"].as_array().expect("with its documents").iter();
        ids.map(|id| id.as_str().expect("by id").to_owned()).collect()
    }

    /// A request leaves: its intent is on disk now. A process whose clock is ahead by more than a
    /// lease may have ended the attempt of a question meanwhile; never that of a sending.
    pub(super) fn check_intent(&self, request: &Request) {
        let found = self.store.0.contains_key(&format!("a/{}", request.id));
        let question = !self.practice.sendings.contains(&request.id);
        let ended = question && self.plan.clocks != Clocks::Right;
        assert!(found || ended, "{} leaves without intent", request.id);
    }

    /// The service hears a request.
    pub(super) fn serve(&mut self, id: &str, password: &str, call: &HttpRequest) -> Reaction {
        let wrong = self.wrong_logins();
        let reaction = self.world.handle(self.now.0, call);
        if self.wrong_logins() > wrong {
            self.statistics.refused_logins += 1;
            // The engine does not take an answer of a gateway for a sign about credentials that the
            // service took before.
            let proven = self.practice.login(password).proven;
            if !proven || reaction.answer().is_none_or(|a| contains(&a.body, b"Envelope")) {
                self.practice.login_refused(id, password);
            }
        }
        reaction
    }

    fn wrong_logins(&self) -> u32 {
        let name = self.world.digest(stage::USER);
        let users = self.world.users();
        users.iter().find(|user| user.user == name).map_or(0, |user| user.wrong_logins)
    }

    /// The end of a request was committed: what the engine now knows of the password. A success
    /// that comes late says nothing against a refusal of what left after it: attempts are numbered.
    pub(super) fn learned(&mut self, ended: &Ended) {
        let Response::Answered { status, body, .. } = &ended.response else {
            return;
        };
        let login = self.practice.login(&ended.password);
        if contains(body, REFUSED_LOGIN) && std::str::from_utf8(body).is_ok() {
            login.refused = Some(ended.id.clone());
            login.allowed = false;
            login.blind = 0;
        } else if *status == 200 && contains(body, b"Envelope") {
            login.refused.take_if(|refused| *refused < ended.id);
            login.blind = 0;
            login.proven = true;
        }
    }
}
