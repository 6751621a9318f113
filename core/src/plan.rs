//! The planner: from what the practice wants and what is known of the service to the least ordered
//! operations, each with its reason.
//!
//! One pure function, `plan`. Rows are tried from the top; the test of each row bears its name.
//!
//! | row | wanted | there | operations |
//! |---|---|---|---|
//! | `OUTCOME_UNKNOWN` | any | not known | query |
//! | `CONFLICT` | any | another content than ours, or cancelled by others | none: a person decides |
//! | `NOT_SENDABLE` | not decided (verdict `wait`, `fix`) | nothing | none |
//! | `HELD` | not decided | present | none, until the invoice is in order |
//! | `STEP_ASIDE` | not decided, a refund | present; its original must change first | cancel |
//! | `NOTHING_THERE` | nothing | nothing | none |
//! | `YEAR_CLOSED` | any | any, a change being wanted, in a closed year | none |
//! | `NOT_WANTED` | nothing | present | (cancel refunds,) cancel |
//! | `ORIGINAL_FIRST` | refund | nothing; its original is on the move | none yet |
//! | `ORIGINAL_MISSING` | refund | nothing; its original is not there | none |
//! | `REFUND` | refund | nothing | refund |
//! | `INSERT_AFTER_REFUSAL` | content | nothing; the last sending was refused | insert |
//! | `INSERT_AGAIN` | content | cancelled | insert |
//! | `INSERT` | content | nothing | insert |
//! | `STEP_ASIDE` | refund, same | present; its original must change first | cancel, refund again |
//! | `UP_TO_DATE` | content | present, the same | none |
//! | `KEY_CHANGED` | content, other number, date, P.IVA or device | present | (cancel refunds,) cancel, insert |
//! | `YEAR_CHANGED` | content, paid in another year | present | (cancel refunds,) cancel, insert |
//! | `REFUND_CHANGED` | refund, other | present | cancel, refund |
//! | `OPPOSITION_GIVEN` | content, now without tax code | present | (cancel refunds,) vary(, refund again) |
//! | `OPPOSITION_WITHDRAWN` | content, now with tax code | present | the same |
//! | `CONTENT_CHANGED` | content, other | present | the same |
//!
//! Sources: RULES section 8; PROTOCOL section 5.4; that a document with a linked refund cannot be
//! changed is one vendor's word (PAIN 21, C).

use serde::Serialize;

use crate::domain::{Data, IdSpesa};
use crate::registry::Operation;

/// The least ordered operations that make the service have what the practice wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Which row of the table this is: a stable code.
    pub code: &'static str,
    /// Why these, or why none: the sentence for the user, in Italian.
    pub it: &'static str,
    /// The sentence for the developer, in English.
    pub en: &'static str,
    /// What is to be done, in this order.
    pub steps: Vec<PlanStep>,
}

/// One operation of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PlanStep {
    /// What.
    pub operation: Planned,
    /// On the document of this key.
    pub id_spesa: IdSpesa,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Planned {
    /// Asks what the service has.
    Query,
    /// Stores it.
    Inserimento,
    /// Replaces its content.
    Variazione,
    /// Stores it as a refund.
    Rimborso,
    /// Takes it away.
    Cancellazione,
}

impl Planned {
    /// The operation that changes something; `None` for a query.
    pub(crate) fn operation(self) -> Option<Operation> {
        match self {
            Planned::Query => None,
            Planned::Inserimento => Some(Operation::Inserimento),
            Planned::Variazione => Some(Operation::Variazione),
            Planned::Rimborso => Some(Operation::Rimborso),
            Planned::Cancellazione => Some(Operation::Cancellazione),
        }
    }
}

/// What the planner looks at.
#[derive(Clone, Copy)]
pub(crate) struct Situation<'a> {
    pub(crate) wish: Wish<'a>,
    pub(crate) there: There<'a>,
    /// Whether the last sending was refused, and nothing has changed since.
    pub(crate) refused: bool,
    /// Keys of the refunds of this document that the service has.
    pub(crate) refunds: &'a [IdSpesa],
    /// Of a refund: its original.
    pub(crate) original: Original,
    /// Whether nothing more is sent for payments of this day.
    pub(crate) closed: &'a dyn Fn(Data) -> bool,
}

/// What the practice wants on the service.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wish<'a> {
    /// This content.
    Content(Content<'a>),
    /// Nothing.
    Nothing,
    /// That is not decided: the invoice waits for something, or must be corrected.
    Undecided,
    /// Something, in a year that is closed.
    Closed,
}

/// What is known of what the service has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum There<'a> {
    Nothing,
    /// It was cancelled by us.
    Cancelled,
    Present(Content<'a>),
    /// Another content than ours, or it was cancelled by others.
    Conflict,
    /// Not known, under this key.
    Unknown(&'a IdSpesa),
}

/// A content, as far as plans depend on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'a> {
    pub(crate) id_spesa: &'a IdSpesa,
    pub(crate) data_pagamento: Data,
    pub(crate) fingerprint: &'a str,
    /// The original, of a refund.
    pub(crate) refund_of: Option<&'a IdSpesa>,
    /// Whether it goes without tax code.
    pub(crate) opposed: bool,
}

/// Where the original of a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Original {
    /// The service has it, or this ledger does not know it.
    There,
    /// It is on its way.
    Moving,
    /// It is about to be changed or cancelled, and its refunds are in the way.
    NeedsRoom,
    /// The service does not have it, or not under the key that the refund names.
    Missing,
}

/// A row of the table.
struct Row {
    code: &'static str,
    it: &'static str,
    en: &'static str,
}

macro_rules! rows {
    ($($code:ident: $it:literal, $en:literal;)+) => {
        $(const $code: Row = Row { code: stringify!($code), it: $it, en: $en };)+
        #[cfg(test)]
        const ROWS: &[&str] = &[$(stringify!($code)),+];
    };
}

rows! {
    OUTCOME_UNKNOWN:
        "Non si sa ancora se Sistema TS ha ricevuto l'ultimo invio: prima lo si chiede.",
        "Whether the service has the last sending is not known: it is asked first.";
    CONFLICT:
        "Su Sistema TS, con questo numero, c'è un documento diverso o annullato: decidi tu (aggiorna, risincronizza o cancella).",
        "The service has another content, or a cancelled document, under this key: a person decides.";
    NOT_SENDABLE:
        "Il documento non è ancora da inviare: vedi i motivi.",
        "The document is not to be sent as it is: see the reasons.";
    HELD:
        "Sistema TS ha la versione di prima: la modifica parte quando il documento è completo e corretto.",
        "The service has the content before the edit; the change waits until the invoice is in order.";
    NOTHING_THERE:
        "Non c'è nulla su Sistema TS e nulla da inviare.",
        "Nothing is there and nothing is wanted there.";
    YEAR_CLOSED:
        "L'anno del pagamento è chiuso: la modifica resta solo nel programma, a Sistema TS non si invia nulla.",
        "The tax year is closed: the change stays local, nothing is sent.";
    NOT_WANTED:
        "Il documento non deve stare su Sistema TS: viene cancellato.",
        "The document is not wanted there: it is cancelled.";
    ORIGINAL_FIRST:
        "Il rimborso parte quando la spesa a cui si riferisce è arrivata.",
        "The refund follows its original, which is on its way.";
    ORIGINAL_MISSING:
        "Il rimborso si riferisce a una spesa che su Sistema TS non c'è.",
        "The refund refers to a document that the service does not have.";
    REFUND:
        "Il rimborso viene inviato.",
        "The refund is sent.";
    INSERT_AFTER_REFUSAL:
        "L'invio precedente è stato scartato, quindi su Sistema TS non c'è nulla: si inserisce di nuovo.",
        "The earlier sending was refused, so nothing is there: it is inserted, never varied.";
    INSERT_AGAIN:
        "Il documento era stato cancellato da Sistema TS: si inserisce di nuovo.",
        "It was cancelled there: it is inserted again.";
    INSERT:
        "Il documento viene inserito.",
        "The document is inserted.";
    STEP_ASIDE:
        "La spesa rimborsata cambia: il rimborso viene prima cancellato e poi inviato di nuovo.",
        "Its original is about to change: the refund is cancelled first and sent again after.";
    UP_TO_DATE:
        "Sistema TS ha già il documento così com'è.",
        "The service has the document as it is.";
    KEY_CHANGED:
        "Sono cambiati numero, data, partita IVA o dispositivo: si cancella il documento e lo si inserisce con i nuovi.",
        "The key has changed, which no variation can do: cancel, then insert.";
    YEAR_CHANGED:
        "Il pagamento è passato a un altro anno: si cancella il documento e lo si inserisce di nuovo.",
        "The payment has moved to another tax year: cancel, then insert.";
    REFUND_CHANGED:
        "Il rimborso è cambiato: si cancella e si invia di nuovo.",
        "The refund has changed: cancel, then refund again.";
    OPPOSITION_GIVEN:
        "Il paziente si è opposto: il documento viene aggiornato senza il suo codice fiscale.",
        "The patient opposes now: the document is varied without tax code.";
    OPPOSITION_WITHDRAWN:
        "Il paziente non si oppone più: il documento viene aggiornato con il suo codice fiscale.",
        "The patient opposes no more: the document is varied with the tax code.";
    CONTENT_CHANGED:
        "Il documento è cambiato dopo l'invio: viene aggiornato.",
        "The content has changed: it is varied.";
}

/// The plan for one document.
pub(crate) fn plan(situation: &Situation<'_>) -> Plan {
    use Planned::{Cancellazione, Inserimento, Query, Rimborso, Variazione};
    let closed = situation.closed;
    let (wanted, present) = match (situation.wish, situation.there) {
        (_, There::Unknown(key)) => return OUTCOME_UNKNOWN.with(&[(Query, key)]),
        (_, There::Conflict) => return CONFLICT.with(&[]),
        (Wish::Undecided, There::Nothing | There::Cancelled) => return NOT_SENDABLE.with(&[]),
        (Wish::Undecided, There::Present(present)) => {
            let aside =
                situation.original == Original::NeedsRoom && !closed(present.data_pagamento);
            // Sent again when it is in order.
            let steps = [(Cancellazione, present.id_spesa)];
            return if aside { STEP_ASIDE.with(&steps) } else { HELD.with(&[]) };
        }
        (Wish::Closed, _) => return YEAR_CLOSED.with(&[]),
        (Wish::Nothing, There::Nothing | There::Cancelled) => return NOTHING_THERE.with(&[]),
        (Wish::Nothing, There::Present(present)) => {
            if closed(present.data_pagamento) {
                return YEAR_CLOSED.with(&[]);
            }
            return NOT_WANTED.around(situation.refunds, &[(Cancellazione, present.id_spesa)], &[]);
        }
        (Wish::Content(wanted), There::Present(present)) => (wanted, present),
        (Wish::Content(wanted), There::Nothing | There::Cancelled) => {
            return insert(situation, wanted);
        }
    };
    let key = wanted.id_spesa;
    if wanted.fingerprint == present.fingerprint {
        if situation.original != Original::NeedsRoom {
            return UP_TO_DATE.with(&[]);
        }
        if closed(present.data_pagamento) {
            return YEAR_CLOSED.with(&[]);
        }
        return STEP_ASIDE.with(&[(Cancellazione, key), (Rimborso, key)]);
    }
    if closed(present.data_pagamento) || closed(wanted.data_pagamento) {
        return YEAR_CLOSED.with(&[]);
    }
    if wanted.refund_of.is_some() || present.refund_of.is_some() {
        let again = if wanted.refund_of.is_some() { Rimborso } else { Inserimento };
        return REFUND_CHANGED.with(&[(Cancellazione, present.id_spesa), (again, key)]);
    }
    let anew = [(Cancellazione, present.id_spesa), (Inserimento, key)];
    if present.id_spesa != key {
        return KEY_CHANGED.around(situation.refunds, &anew, &[]);
    }
    if present.data_pagamento.anno() != wanted.data_pagamento.anno() {
        return YEAR_CHANGED.around(situation.refunds, &anew, situation.refunds);
    }
    let row = match (present.opposed, wanted.opposed) {
        (false, true) => OPPOSITION_GIVEN,
        (true, false) => OPPOSITION_WITHDRAWN,
        _ => CONTENT_CHANGED,
    };
    row.around(situation.refunds, &[(Variazione, key)], situation.refunds)
}

/// The plan for a content of which nothing is there.
fn insert(situation: &Situation<'_>, wanted: Content<'_>) -> Plan {
    let key = wanted.id_spesa;
    if (situation.closed)(wanted.data_pagamento) {
        return YEAR_CLOSED.with(&[]);
    }
    if wanted.refund_of.is_some() {
        return match situation.original {
            Original::There => REFUND.with(&[(Planned::Rimborso, key)]),
            Original::Moving | Original::NeedsRoom => ORIGINAL_FIRST.with(&[]),
            Original::Missing => ORIGINAL_MISSING.with(&[]),
        };
    }
    let row = match situation.there {
        _ if situation.refused => INSERT_AFTER_REFUSAL,
        There::Cancelled => INSERT_AGAIN,
        _ => INSERT,
    };
    row.with(&[(Planned::Inserimento, key)])
}

impl Plan {
    /// The first thing to do.
    pub(crate) fn first(&self) -> Option<&PlanStep> {
        self.steps.first()
    }

    /// Whether it waits for another document, and for nothing that a person does.
    pub(crate) fn waits(&self) -> bool {
        self.code == ORIGINAL_FIRST.code
    }

    /// Whether only the closing of a year stands in the way.
    pub(crate) fn year_is_closed(&self) -> bool {
        self.code == YEAR_CLOSED.code
    }

    /// Whether it is a refund of nothing.
    pub(crate) fn original_is_missing(&self) -> bool {
        self.code == ORIGINAL_MISSING.code
    }
}

impl Row {
    fn with(self, steps: &[(Planned, &IdSpesa)]) -> Plan {
        self.around(&[], steps, &[])
    }

    /// Refunds that are in the way are cancelled before, and those that still have an original
    /// sent again after.
    fn around(self, refunds: &[IdSpesa], steps: &[(Planned, &IdSpesa)], again: &[IdSpesa]) -> Plan {
        let before = refunds.iter().map(|key| (Planned::Cancellazione, key));
        let after = again.iter().map(|key| (Planned::Rimborso, key));
        let steps = before.chain(steps.iter().copied()).chain(after);
        Plan {
            code: self.code,
            it: self.it,
            en: self.en,
            steps: steps
                .map(|(operation, id_spesa)| PlanStep { operation, id_spesa: id_spesa.clone() })
                .collect(),
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
