//! What a world starts from. Every part has a default, so `{}` is a valid setup file.

use crate::calendar::Calendar;
use crate::document::DocumentKey;
use crate::users::User;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a wrong password meets (PROTOCOL section 1.6: both were seen on the test host).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrongPassword {
    /// The authentication fault.
    #[default]
    Fault,
    /// No answer.
    Hang,
}

/// How the tax code of a citizen is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormalCheck {
    /// Shape and check character: S011 otherwise.
    #[default]
    Strict,
    /// Anything not empty: the kit's users do not satisfy their check digits.
    Lenient,
}

/// Which table of admitted tipoSpesa is enforced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpenseTypes {
    /// Only what was seen refused: health professions are limited to SP (and AA).
    #[default]
    Certain,
    /// The whole table of PROTOCOL section 7.1, whose rows are not all certain.
    Table,
}

/// Which citizens the registry knows; the others get W003.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Citizens {
    /// Every formally right code is known.
    #[default]
    All,
    /// Only these.
    Only(BTreeSet<String>),
    /// All but these.
    Except(BTreeSet<String>),
}

impl Citizens {
    pub(crate) fn know(&self, cf: &str) -> bool {
        match self {
            Citizens::All => true,
            Citizens::Only(known) => known.contains(cf),
            Citizens::Except(unknown) => !unknown.contains(cf),
        }
    }
}

/// How the world behaves where the real service is configurable, unknown or varies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Milliseconds from the reception of a file to its outcome.
    pub processing_delay_ms: u64,
    /// What a wrong password meets.
    pub wrong_password: WrongPassword,
    /// How many wrong passwords in a row lock the user (PROTOCOL section 1.6: eight).
    pub max_wrong_passwords: u32,
    /// The fault sentence for an expired password; the real one is unknown, probably generic.
    pub expired_password_fault: String,
    /// How tax codes of citizens are checked.
    pub formal_check: FormalCheck,
    /// Which tipoSpesa are refused.
    pub expense_types: ExpenseTypes,
    /// Which citizens are known.
    pub citizens: Citizens,
    /// Whether a cancelled key can be inserted again; not established for the real service.
    pub reinsert_after_cancellation: bool,
    /// Deadlines by tax year.
    pub calendar: Calendar,
    /// Whether a multipart request of service 2 gets a multipart answer, as servers with MTOM
    /// switched on write it; which one the real service sends was not captured.
    pub multipart_answers: bool,
    /// Calls kept in the log; older ones are dropped.
    pub log_limit: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            processing_delay_ms: 60_000,
            wrong_password: WrongPassword::default(),
            max_wrong_passwords: 8,
            expired_password_fault: "Errore generico di autenticazione".into(),
            formal_check: FormalCheck::default(),
            expense_types: ExpenseTypes::default(),
            citizens: Citizens::default(),
            reinsert_after_cancellation: true,
            calendar: Calendar::default(),
            multipart_answers: false,
            log_limit: 10_000,
        }
    }
}

/// A citizen's dispute of a document ("segnalazione"), injected from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Segnalazione {
    /// The document disputed.
    pub document: DocumentKey,
    /// The day it was made.
    pub data: crate::calendar::Date,
    /// What the citizen says about the document; no personal data, please.
    pub segnalazione: String,
    /// A remark on the amount, when there is one.
    #[serde(default)]
    pub segnalazione_importo: Option<String>,
    /// A remark on the tipoSpesa, when there is one.
    #[serde(default)]
    pub segnalazione_tipo_voce_spesa: Option<String>,
}

/// Everything a world starts from.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// Makes protocol numbers and digests; the same seed and requests give the same answers.
    pub seed: u64,
    /// Behaviour.
    pub settings: Settings,
    /// Who may call; the invented users of `data/users.json` unless given.
    pub users: Vec<User>,
    /// More users, added to `users` (same name replaces).
    pub more_users: Vec<User>,
    /// Ciphertexts made with a key nobody here has, and what they mean.
    pub published: BTreeMap<String, String>,
    /// The private key, PEM `RSA PRIVATE KEY`; the simulator's own unless given.
    pub private_key_pem: Option<String>,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Setup(seed {}, {} users, ..)", self.seed, self.users.len())
    }
}

impl Default for Setup {
    fn default() -> Self {
        Setup {
            seed: 1,
            settings: Settings::default(),
            users: User::invented(),
            more_users: Vec::new(),
            published: BTreeMap::new(),
            private_key_pem: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_object_is_a_setup_and_a_typo_is_not() {
        let setup: Setup = serde_json::from_str("{}").unwrap();
        assert_eq!(setup.users.len(), User::invented().len());
        let text = r#"{"settings": {"citizens": {"except": ["X"]}, "calendar":
            {"closed_after": {"2026": "2027-01-31"}}}, "users": []}"#;
        let setup: Setup = serde_json::from_str(text).unwrap();
        assert!(!setup.settings.citizens.know("X"));
        assert!(setup.users.is_empty());
        assert!(serde_json::from_str::<Setup>(r#"{"setings": {}}"#).is_err());
    }
}
