//! What a practice is told about itself: one document in one answer, what needs a person, the
//! deadlines ahead.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::command::{Automation, DocumentState, DocumentView};
use crate::domain::{Data, Importo};
use crate::plan::Plan;
use crate::registry::TransmissionView;
use crate::rules::{Scadenza, Severity};
use crate::time::Timestamp;

/// Everything about one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Where it stands.
    pub document: DocumentView,
    /// The sentence for the user, in Italian.
    pub it: String,
    /// The same for the developer, in English.
    pub en: String,
    /// What would happen next, and why.
    pub plan: Plan,
    /// The deadline of its payment, when there is a payment date.
    pub scadenza: Option<Scadenza>,
    /// Its transmissions, newest first, at most twenty.
    pub history: Vec<TransmissionView>,
}

/// What needs a person, and how things stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// What needs attention, the gravest first.
    pub notices: Vec<Notice>,
    /// How many documents are in each state; none means 0.
    pub counts: BTreeMap<DocumentState, u64>,
    /// What happens by itself.
    pub automation: Automation,
    /// Whether nothing leaves, by a person's word.
    pub paused: bool,
    /// When the cycle last sent something.
    pub last_cycle: Option<Timestamp>,
    /// When a document was last accepted.
    pub last_accepted: Option<Timestamp>,
    /// The credentials in use.
    pub credentials: CredentialsView,
    /// Last day of validity of the certificate that encrypts.
    pub certificate_until: Timestamp,
}

/// One thing that needs attention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Stable code.
    pub code: &'static str,
    /// Gravity.
    pub severity: Severity,
    /// How many documents, days or files it is about; the sentence has the number.
    pub count: u64,
    /// The sentence for the user, in Italian.
    pub it: String,
    /// The sentence for the developer, in English.
    pub en: String,
}

/// The credentials in use, without showing anything of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CredentialsView {
    /// How they stand.
    pub standing: CredentialsStanding,
    /// The day the password was set, as the host said, or first seen here.
    pub password_since: Option<Data>,
    /// Age of the password in days.
    pub password_days: Option<i64>,
    /// Days until it probably expires: passwords last about sixty days (PROTOCOL section 2, S);
    /// negative when that is past.
    pub password_days_left: Option<i64>,
}

/// How the credentials stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CredentialsStanding {
    /// The engine was given none.
    Missing,
    /// Never used with success, and never refused.
    Untested,
    /// The service took them.
    Proven,
    /// Too many requests in a row met silence; a test by a person decides.
    Suspect,
    /// The service refused them: nothing leaves until they change.
    Refused,
}

/// The deadlines ahead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CalendarView {
    /// Today in Italy.
    pub oggi: Data,
    /// Deadlines and corrections windows that are not over, soonest first.
    pub scadenze: Vec<DeadlineView>,
    /// Documents that are ready and whose deadline is past, at most a thousand counted.
    pub in_ritardo: u64,
    /// What those cost if they are sent today, before voluntary settlement.
    pub sanzione: Importo,
}

/// A deadline and what waits for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeadlineView {
    /// The dates.
    #[serde(flatten)]
    pub scadenza: Scadenza,
    /// Days from today to the deadline; negative within the corrections window.
    pub giorni: i64,
    /// Documents that are ready and must leave by then, at most a thousand counted.
    pub pronti: u64,
}

/// Days after which a password has probably expired (PROTOCOL section 2, S).
pub(crate) const PASSWORD_DAYS: i64 = 60;
/// Age of a password, in days, at which its owner is told.
pub(crate) const PASSWORD_WARN: i64 = 50;
/// Days without an acceptance, with documents waiting, that are noticed.
pub(crate) const SILENT_DAYS: i64 = 15;
/// Days before a deadline at which ready documents are noticed.
pub(crate) const DEADLINE_DAYS: i64 = 15;
/// Days before the end of the certificate at which that is noticed.
pub(crate) const CERTIFICATE_DAYS: i64 = 30;

/// The sentence for a document whose outcome is open where the service can be asked nothing.
pub(crate) const NOBODY_CAN_TELL: (&str, &str) = (
    "È stato consegnato, ma con questo accesso Sistema TS non dice con quale esito: verifica sul portale. Se non c'è, re-invialo; se c'è, puoi aggiornarlo o cancellarlo.",
    "It was handed in, and this access has no service that tells outcomes: a person who looks at the portal resends it, updates it or cancels it.",
);

/// The sentence for a state, Italian and English.
pub(crate) fn sentence(state: DocumentState) -> (&'static str, &'static str) {
    match state {
        DocumentState::Waiting => (
            "Non è ancora da inviare: manca qualcosa che deve ancora avvenire.",
            "Not to be sent yet: something must happen first.",
        ),
        DocumentState::ToFix => {
            ("Va corretto prima di poterlo inviare.", "It must be corrected before it can be sent.")
        }
        DocumentState::OutOfScope => {
            ("Non riguarda Sistema TS: non va inviato.", "It does not belong on Sistema TS.")
        }
        DocumentState::Ready => ("È pronto per l'invio.", "It is ready to be sent."),
        DocumentState::Queued => {
            ("È in coda: parte appena tocca a lui.", "It leaves as soon as its turn comes.")
        }
        DocumentState::Sending => ("L'invio è in corso.", "It is being sent."),
        DocumentState::HandedIn => (
            "È stato consegnato con un file: Sistema TS deve ancora elaborarlo.",
            "It was handed in with a file that the service has not worked on yet.",
        ),
        DocumentState::Unknown => (
            "La risposta di Sistema TS non è arrivata: si sta verificando se il documento è stato registrato. Non inviarlo di nuovo.",
            "The answer was lost; the engine finds out whether it is there.",
        ),
        DocumentState::Accepted => ("Sistema TS l'ha accolto.", "The service has it."),
        DocumentState::AcceptedWithWarnings => (
            "Sistema TS l'ha accolto con segnalazioni: non va inviato di nuovo.",
            "The service has it and made remarks; it is not sent again.",
        ),
        DocumentState::Refused => (
            "Sistema TS l'ha scartato: correggilo e invialo di nuovo.",
            "The service refused it; nothing is there.",
        ),
        DocumentState::Conflict => (
            "Su Sistema TS con questo numero risulta altro: scegli se aggiornare, risincronizzare o cancellare.",
            "The service has something else under its key; a person decides.",
        ),
        DocumentState::Changing => {
            ("La modifica sta per essere inviata.", "The change is about to leave.")
        }
        DocumentState::ChangedAfterSending => (
            "Sistema TS ha ancora la versione precedente.",
            "The service still has what it was sent before.",
        ),
        DocumentState::ChangeRefused => (
            "Sistema TS ha scartato la modifica e conserva la versione precedente: correggi e aggiorna.",
            "The service refused the change and keeps what it had.",
        ),
        DocumentState::Cancelled => (
            "È stato cancellato da Sistema TS; nel programma resta.",
            "It was taken off the service; the invoice stays.",
        ),
        DocumentState::Deleted => (
            "La fattura è stata eliminata e su Sistema TS non c'è più.",
            "The invoice was deleted and is not on the service.",
        ),
        DocumentState::GivenUp => (
            "Gli invii sono falliti troppe volte: verifica la connessione e invialo di nuovo.",
            "Sending failed too often; it waits for a person.",
        ),
    }
}
