//! The answers, as they are written.

use serde::Serialize;

use crate::domain::{
    Breakdown, CodiceFiscale, CodiceFiscaleError, CodiceFiscaleKind, Data, DataError,
    DocumentoSpesa, Importo, ImportoError, PartitaIva, PartitaIvaError, Sesso,
};
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

/// The deadline of a payment.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Deadline {
    /// The dates, and what they mean today; `None` for a year that has none.
    pub(super) scadenza: Option<Scadenza>,
}

/// Whether a text is a tax code, and what a page may show of it.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct CodiceFiscaleCheck {
    /// Whether it is one.
    valid: bool,
    /// Person, provisional or body.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<CodiceFiscaleKind>,
    /// Whether digits were replaced by letters because two people shared a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    omocodia: Option<bool>,
    /// Sex; absent when the code has 11 digits or an impossible day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-secret" = true)))]
    sesso: Option<Sesso>,
    /// Day of birth, 1 to 31; absent as `sesso` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-secret" = true)))]
    giorno: Option<u8>,
    /// Month of birth, 1 to 12; absent as `sesso` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-secret" = true)))]
    mese: Option<u8>,
    /// Whether the place of birth is a foreign state; absent as `sesso` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-secret" = true)))]
    nato_estero: Option<bool>,
    /// What is wrong: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// The same in English; no part of the text is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl From<Result<CodiceFiscale, CodiceFiscaleError>> for CodiceFiscaleCheck {
    fn from(read: Result<CodiceFiscale, CodiceFiscaleError>) -> Self {
        match read {
            Ok(cf) => {
                let Breakdown { kind, omocodia, sesso, giorno, mese, nato_estero } = cf.breakdown();
                CodiceFiscaleCheck {
                    valid: true,
                    kind: Some(kind),
                    omocodia: Some(omocodia),
                    sesso,
                    giorno,
                    mese,
                    nato_estero,
                    ..CodiceFiscaleCheck::default()
                }
            }
            Err(error) => CodiceFiscaleCheck {
                code: Some(error.code()),
                message: Some(error.to_string()),
                ..CodiceFiscaleCheck::default()
            },
        }
    }
}

/// Whether a text is a VAT number.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct PartitaIvaCheck {
    /// Whether it is one.
    valid: bool,
    /// Its eleven digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    p_iva: Option<PartitaIva>,
    /// Whether the office that gave it is known (digits 8 to 10).
    #[serde(skip_serializing_if = "Option::is_none")]
    office_known: Option<bool>,
    /// What is wrong: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// The same in English; no part of the text is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl From<Result<PartitaIva, PartitaIvaError>> for PartitaIvaCheck {
    fn from(read: Result<PartitaIva, PartitaIvaError>) -> Self {
        match read {
            Ok(p_iva) => {
                let office_known = Some(p_iva.has_known_office());
                let p_iva = Some(p_iva);
                PartitaIvaCheck { valid: true, p_iva, office_known, ..PartitaIvaCheck::default() }
            }
            Err(error) => PartitaIvaCheck {
                code: Some(error.code()),
                message: Some(error.to_string()),
                ..PartitaIvaCheck::default()
            },
        }
    }
}

/// Whether a text is an amount.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct ImportoCheck {
    /// Whether it is one.
    valid: bool,
    /// In cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    cents: Option<i64>,
    /// As it travels.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Importo>,
    /// What is wrong: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// The same in English; no part of the text is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl From<Result<Importo, ImportoError>> for ImportoCheck {
    fn from(read: Result<Importo, ImportoError>) -> Self {
        match read {
            Ok(importo) => ImportoCheck {
                valid: true,
                cents: Some(importo.cents()),
                text: Some(importo),
                ..ImportoCheck::default()
            },
            Err(error) => ImportoCheck {
                code: Some(error.code()),
                message: Some(error.to_string()),
                ..ImportoCheck::default()
            },
        }
    }
}

/// Whether a text is a day.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct DataCheck {
    /// Whether it is one.
    valid: bool,
    /// The day.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data>,
    /// What is wrong: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// The same in English; no part of the text is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl From<Result<Data, DataError>> for DataCheck {
    fn from(read: Result<Data, DataError>) -> Self {
        match read {
            Ok(data) => DataCheck { valid: true, data: Some(data), ..DataCheck::default() },
            Err(error) => DataCheck {
                code: Some(error.code()),
                message: Some(error.to_string()),
                ..DataCheck::default()
            },
        }
    }
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
