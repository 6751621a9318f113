//! The answers, as they are written.

use serde::Serialize;

use crate::domain::{CodiceFiscaleKind, Data, DocumentoSpesa};
use crate::rules::{Judgement, Reason, ReasonRow, Scadenza, Severity, Verdict};

/// What is to be done with an invoice, and why.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Judgement"))]
pub(super) struct Checked<'a> {
    /// The host's id of the invoice.
    pub(super) id: &'a str,
    #[serde(flatten)]
    pub(super) judgement: Judgement,
}

/// What would travel.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Preview {
    /// The document, with the tax code left out; `None` when the verdict is not `send`.
    pub(super) documento: Option<DocumentoSpesa<&'static str>>,
}

/// The deadlines ahead.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Deadlines {
    /// Today, in Italy.
    pub(super) oggi: Data,
    /// Those that are not over, the soonest first.
    pub(super) scadenze: Vec<Scadenza>,
}

/// The settings are usable: nothing is to be said of them.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Usable {}

/// Whether a text is a tax code.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct CodiceFiscaleCheck {
    /// Whether it is one.
    pub(super) valid: bool,
    /// Which kind, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<CodiceFiscaleKind>,
    /// Why it is none, in English; no part of the text is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
}

/// Whether a text is a VAT number.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct PartitaIvaCheck {
    /// Whether it is one.
    pub(super) valid: bool,
    /// Why it is none, in English; no part of the text is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
}

/// Remarks on credentials as they were typed.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Advice {
    /// The remarks; none when nothing is odd.
    pub(super) reasons: Vec<Reason>,
}

/// Every reason that a judgement can give.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Reasons {
    /// The table.
    pub(super) reasons: Vec<ReasonKind>,
}

/// A reason that a judgement can give.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ReasonKind {
    /// Stable code, never used again for something else.
    code: &'static str,
    /// Gravity.
    severity: Severity,
    /// The sentence for the user, in Italian.
    it: &'static str,
    /// The sentence for the developer, in English.
    en: &'static str,
    /// Where the rule comes from.
    source: &'static str,
    /// The verdict to which this reason alone leads.
    verdict: Verdict,
}

impl From<&ReasonRow> for ReasonKind {
    fn from(row: &ReasonRow) -> Self {
        let (code, severity, verdict) = (row.code, row.severity, row.verdict());
        ReasonKind { code, severity, it: row.it, en: row.en, source: row.source, verdict }
    }
}
