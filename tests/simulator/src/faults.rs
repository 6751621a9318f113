//! Faults set from outside: what goes wrong, for which calls, how many times.

use crate::codes::Messaggio;
use crate::document::DocumentKey;
use crate::operation::{Operation, Service};
use serde::{Deserialize, Serialize};

/// What goes wrong. In JSON: `{"kind": "slow", "ms": 2000}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The connection is reset and nothing was stored.
    LostBeforeStoring,
    /// The call took effect, then the connection is reset without an answer.
    LostAfterStoring,
    /// No answer, ever; `after_storing` says whether the call took effect.
    Hang {
        /// Whether the call takes effect first.
        #[serde(default)]
        after_storing: bool,
    },
    /// The call took effect; its answer is cut by a reset after so many bytes of body.
    ResetMidBody {
        /// Bytes of body that leave.
        bytes: usize,
    },
    /// The answer comes late.
    Slow {
        /// Milliseconds of silence before it.
        ms: u64,
    },
    /// A status of a gateway (500, 503, …) with a short plain text.
    Http {
        /// The status code.
        status: u16,
        /// Whether the call takes effect first.
        #[serde(default)]
        after_storing: bool,
    },
    /// The portal's maintenance page: HTML under status 200.
    Maintenance,
    /// The authentication fault, though the credentials are right.
    AuthenticationFault,
    /// The user's password expires now, and stays so.
    ExpirePassword,
    /// The user is locked now, and stays so.
    LockUser,
    /// The transient code WS99.
    Ws99 {
        /// Whether the call takes effect first.
        #[serde(default)]
        after_storing: bool,
    },
    /// The application error 200.
    Code200 {
        /// Whether the call takes effect first.
        #[serde(default)]
        after_storing: bool,
    },
    /// The document's tax year is closed: S035.
    ClosedYear,
    /// The document is late: W008.
    Late,
    /// Any code: `W…` is a remark on a stored document, anything else refuses.
    Code {
        /// The code.
        codice: String,
        /// The sentence; the table's or a neutral one when absent.
        #[serde(default)]
        descrizione: Option<String>,
        /// `E`, `W`, `S` or empty; by the code's letter when absent.
        #[serde(default)]
        tipo: Option<String>,
    },
    /// The whole length is announced, so many bytes of body leave, the connection closes in
    /// order. The call took effect.
    Truncated {
        /// Bytes of body that leave.
        bytes: usize,
    },
    /// The answer is followed by white space up to this length. The call took effect.
    Oversized {
        /// Length of the body.
        bytes: u64,
    },
    /// The answer is in Latin-1 though UTF-8 is declared, with an accent in a sentence. The call
    /// took effect.
    WrongCharset,
    /// SOAP fault "Internal Error".
    InternalError,
    /// The file is processed after this time instead of the setting's.
    ProcessingDelay {
        /// Milliseconds from reception.
        ms: u64,
    },
    /// The file ends in this state: 0 and 1 stay for ever, 5 and 9 store nothing.
    FileState {
        /// 0, 1, 2, 3, 5 or 9.
        stato: u8,
    },
}

impl Fault {
    /// Whether the fault means anything to this operation; otherwise it waits for one to which
    /// it does.
    fn concerns(&self, operation: Option<Operation>) -> bool {
        match self {
            Fault::ProcessingDelay { .. } | Fault::FileState { .. } => {
                operation == Some(Operation::InviaFileMtom)
            }
            Fault::ClosedYear | Fault::Late => operation.is_some_and(Operation::sends),
            _ => true,
        }
    }
}

/// Which calls a fault strikes, and how often. An absent field matches everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// What goes wrong.
    pub fault: Fault,
    /// Only calls to this service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    /// Only calls of this operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// Only calls that carry this document; for a file the codes strike this document alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentKey>,
    /// Only calls with this name in the Basic header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// How many matching calls are left in peace first.
    #[serde(default)]
    pub skip: u32,
    /// How many matching calls are struck.
    #[serde(default = "once")]
    pub times: u32,
}

fn once() -> u32 {
    1
}

impl FaultRule {
    /// Strikes the next call, whatever it is.
    pub fn next(fault: Fault) -> Self {
        FaultRule {
            fault,
            service: None,
            operation: None,
            document: None,
            user: None,
            skip: 0,
            times: 1,
        }
    }

    /// Limits the rule to an operation.
    #[must_use]
    pub fn of(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Limits the rule to calls that carry a document.
    #[must_use]
    pub fn on(mut self, document: DocumentKey) -> Self {
        self.document = Some(document);
        self
    }

    /// Strikes so many matching calls.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }
}

/// A call as the rules see it.
pub(crate) struct Call<'a> {
    pub(crate) service: Service,
    pub(crate) operation: Option<Operation>,
    pub(crate) user: Option<&'a str>,
}

/// The rules in force.
#[derive(Clone, Default)]
pub(crate) struct Faults {
    rules: Vec<FaultRule>,
}

/// The most rules kept at once.
pub(crate) const RULES_LIMIT: usize = 10_000;

impl Faults {
    /// Adds a rule; refused beyond [`RULES_LIMIT`].
    pub(crate) fn add(&mut self, rule: FaultRule) -> bool {
        let room = self.rules.len() < RULES_LIMIT;
        if room {
            self.rules.push(rule);
        }
        room
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn rules(&self) -> &[FaultRule] {
        &self.rules
    }

    /// The rules that strike this call, each counted down. `documents` is asked only when a rule
    /// names one, because reading a file's keys is dear.
    pub(crate) fn strike(
        &mut self,
        call: &Call<'_>,
        documents: impl FnOnce() -> Vec<DocumentKey>,
    ) -> Vec<FaultRule> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        let named = self.rules.iter().any(|rule| rule.document.is_some());
        let documents = if named { documents() } else { Vec::new() };
        let mut struck = Vec::new();
        for rule in &mut self.rules {
            let matches = rule.fault.concerns(call.operation)
                && rule.service.is_none_or(|s| s == call.service)
                && rule.operation.is_none_or(|o| Some(o) == call.operation)
                && rule.user.as_deref().is_none_or(|u| Some(u) == call.user)
                && rule.document.as_ref().is_none_or(|d| documents.contains(d));
            if !matches {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if rule.times > 0 {
                rule.times -= 1;
                struck.push(rule.clone());
            }
        }
        self.rules.retain(|rule| rule.times > 0);
        struck
    }
}

/// A code forced on documents: all of a call's, or one.
#[derive(Clone)]
pub(crate) struct Forced {
    pub(crate) message: Messaggio,
    pub(crate) document: Option<DocumentKey>,
}

/// The struck rules that change what a service says or does, taken apart from those that change
/// how the answer travels.
#[derive(Clone, Default)]
pub(crate) struct Effects {
    pub(crate) codes: Vec<Forced>,
    /// A code that replaces the answer, and whether the call takes effect first.
    pub(crate) instead: Option<(Messaggio, bool)>,
    pub(crate) closed_year: Vec<Option<DocumentKey>>,
    pub(crate) late: Vec<Option<DocumentKey>>,
    pub(crate) processing_delay: Option<u64>,
    pub(crate) file_state: Option<u8>,
}

impl Effects {
    pub(crate) fn of(rules: &[FaultRule]) -> Self {
        let mut effects = Effects::default();
        for rule in rules {
            let document = rule.document.clone();
            match &rule.fault {
                Fault::Ws99 { after_storing } => {
                    effects.instead = Some((Messaggio::of("WS99"), *after_storing));
                }
                Fault::Code200 { after_storing } => {
                    effects.instead = Some((Messaggio::of("200"), *after_storing));
                }
                Fault::ClosedYear => effects.closed_year.push(document),
                Fault::Late => effects.late.push(document),
                Fault::Code { codice, descrizione, tipo } => {
                    let mut message = Messaggio::of(codice);
                    if let Some(text) = descrizione {
                        message.descrizione = text.clone().into();
                    }
                    if let Some(tipo) = tipo {
                        message.tipo = tipo.clone().into();
                    }
                    effects.codes.push(Forced { message, document });
                }
                Fault::ProcessingDelay { ms } => effects.processing_delay = Some(*ms),
                Fault::FileState { stato } => effects.file_state = Some(*stato),
                _ => {}
            }
        }
        effects
    }

    /// Codes forced on this document.
    pub(crate) fn codes_on<'a>(
        &'a self,
        key: &'a DocumentKey,
    ) -> impl Iterator<Item = &'a Messaggio> {
        let on = move |forced: &&Forced| forced.document.as_ref().is_none_or(|d| d == key);
        self.codes.iter().filter(on).map(|forced| &forced.message)
    }

    pub(crate) fn strikes(list: &[Option<DocumentKey>], key: &DocumentKey) -> bool {
        list.iter().any(|document| document.as_ref().is_none_or(|d| d == key))
    }

    /// The first forced code that refuses: reading services answer with it.
    pub(crate) fn refusal(&self) -> Option<Messaggio> {
        self.codes.iter().map(|f| &f.message).find(|m| !m.is_warning()).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(operation: Operation) -> Call<'static> {
        Call { service: operation.service(), operation: Some(operation), user: Some("U") }
    }

    #[test]
    fn a_rule_strikes_as_often_as_it_says_after_what_it_skips() {
        let mut faults = Faults::default();
        let mut rule = FaultRule::next(Fault::LostBeforeStoring).of(Operation::Inserimento);
        rule.skip = 1;
        rule.times = 2;
        faults.add(rule);
        let mut struck = |op| faults.strike(&call(op), Vec::new).len();
        assert_eq!(struck(Operation::Inserimento), 0);
        assert_eq!(struck(Operation::Variazione), 0);
        assert_eq!(struck(Operation::Inserimento), 1);
        assert_eq!(struck(Operation::Inserimento), 1);
        assert_eq!(struck(Operation::Inserimento), 0);
    }

    #[test]
    fn a_fault_waits_for_an_operation_it_concerns() {
        let mut faults = Faults::default();
        faults.add(FaultRule::next(Fault::FileState { stato: 5 }));
        faults.add(FaultRule::next(Fault::Late));
        let mut struck = |op| faults.strike(&call(op), Vec::new).len();
        assert_eq!(struck(Operation::EsitoInvii), 0);
        assert_eq!(struck(Operation::Inserimento), 1);
        assert_eq!(struck(Operation::InviaFileMtom), 1);
    }

    #[test]
    fn a_rule_reads_from_json_with_official_names() {
        let rule: FaultRule = serde_json::from_str(
            r#"{"fault":{"kind":"code","codice":"S011"},"operation":"inviaFileMtom","document":
            {"pIva":"99900011000","dataEmissione":"2026-01-02","dispositivo":1,"numDocumento":"7"}}"#,
        )
        .unwrap();
        assert_eq!(rule.times, 1);
        assert_eq!(rule.operation, Some(Operation::InviaFileMtom));
        assert!(
            serde_json::from_str::<FaultRule>(r#"{"fault":{"kind":"hang"},"typo":1}"#).is_err()
        );
    }
}
