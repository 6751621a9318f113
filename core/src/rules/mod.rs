//! From what a practice has to what may go: eligibility, amounts, field rules, deadlines.
//!
//! [`judge`] is a pure function of a document and its context. It reports everything it finds at
//! once, as coded reasons with a place and two sentences, none of which shows a value of the
//! document. Tables are data with their source: [`REASONS`], [`admission`], the deadlines in
//! `calendar.json`, the means of payment in `payments.rs`, the hints on credentials,
//! [`CREDENTIAL_HINTS`].

mod amounts;
mod calendar;
mod categories;
mod credentials;
mod documento;
mod fields;
mod groups;
mod holidays;
mod invoice;
mod payments;
mod policy;
mod reason;

#[cfg(feature = "schema")]
pub(crate) use calendar::Tabella;
pub use calendar::{Calendar, CalendarError, Confidenza, Regime, Riga, Scadenza, Stake, YearState};
pub use categories::{Admission, admission};
pub use credentials::{CREDENTIAL_HINTS, password_advice, pincode_advice, username_advice};
pub use holidays::{is_holiday, working_day};
pub use policy::{NonHealth, Policy, Share};
pub(crate) use reason::row;
pub use reason::{REASONS, Reason, ReasonRow, Severity, Verdict};

use serde::Serialize;

use crate::domain::invoice::Input;
use crate::domain::{CodiceFiscale, Data, DocumentoSpesa, Importo, Profile};

/// What a judgement depends on besides the document.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Whose document it is.
    pub profile: &'a Profile,
    /// The practice's choices.
    pub policy: &'a Policy,
    /// Deadlines.
    pub calendar: &'a Calendar,
    /// The day it is in Italy.
    pub today: Data,
}

/// What is to be done with a document, and why.
///
/// It can be serialised for a page or a log: the document itself, which holds a tax code in clear,
/// is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
    /// What is to be done.
    pub verdict: Verdict,
    /// The first day in Italy on which the same document, judged again, has another verdict,
    /// because a date in the future has come or the year of a part payment is over. `None` when
    /// only an edit changes the verdict, and for `send`, whose content depends on no day. That a
    /// tax year closes one day is not counted: what then can still be done depends on what is on
    /// Sistema TS.
    pub review_on: Option<Data>,
    /// Everything found, in the order of the document's fields.
    pub reasons: Vec<Reason>,
    /// The official document; `Some` exactly when the verdict is `send`.
    #[serde(skip)]
    pub documento: Option<DocumentoSpesa<CodiceFiscale>>,
    /// Total of the document, when its amounts can be read: the sum of the items and of what is
    /// excluded, to the cent.
    pub totale: Option<Importo>,
    /// What of the total does not go, by name.
    pub esclusi: Vec<Escluso>,
    /// Deadline of the payment's year, when there is a payment date the calendar knows.
    pub scadenza: Option<Scadenza>,
}

/// A part of the total that does not go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Escluso {
    /// What it is.
    pub what: Exclusion,
    /// Its amount with VAT.
    pub importo: Importo,
}

/// What can be excluded from a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// Stamp duty charged to the patient.
    Bollo,
    /// Contribution to the pension fund.
    CassaPrevidenziale,
    /// Lines that are no health expense.
    NonSanitaria,
}

/// Judges one document. Never fails: what cannot be read is a reason.
pub fn judge(input: &Input, context: &Context<'_>) -> Judgement {
    match input {
        Input::Invoice(invoice) => invoice::judge(invoice, context),
        Input::Documento(documento) => documento::judge(documento, context),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::invoice::{JsonLimits, read_json};

    /// Judges JSON for a psychologist of the official kit on 23/11/2026.
    fn judged(json: &str) -> Judgement {
        let profile: Profile = serde_json::from_str(
            r#"{"categoria":"psicologo","cfProprietario":"PROVAX00X00X000Y",
                "pIva":"01201200121","strictness":"kit"}"#,
        )
        .unwrap();
        let input = read_json(json.as_bytes(), &JsonLimits::default()).unwrap().remove(0).unwrap();
        judge(
            &input,
            &Context {
                profile: &profile,
                policy: &Policy::default(),
                calendar: &Calendar::builtin(),
                today: Data::parse("2026-11-23").unwrap(),
            },
        )
    }

    const PAID: &str = r#"{"id":"1","stato":"emessa","dataEmissione":"2026-03-31",
        "numDocumento":"12/2026","cessionarioCommittente":{"cfCittadino":"XXAYYB01A01A000S"},
        "dettaglioLinee":[{"prezzoTotale":"60.00","naturaIVA":"N2.2"}],
        "datiCassaPrevidenziale":[{"importoContributoCassa":"1.20"}],
        "datiBollo":{"importoBollo":"2.00","addebitato":true},
        "importoTotaleDocumento":"63.20",
        "pagamenti":[{"dataPagamento":"2026-04-02","importo":"63.20","modalitaPagamento":"MP08"}]}"#;

    #[test]
    fn a_plain_paid_invoice_is_sent_as_one_item_with_contribution_and_stamp_duty() {
        let judgement = judged(PAID);
        assert_eq!(judgement.verdict, Verdict::Send);
        let documento = judgement.documento.unwrap();
        assert_eq!(documento.voci_spesa.len(), 1);
        assert_eq!(documento.totale().unwrap().to_string(), "63.20");
        assert_eq!(documento.data_pagamento.to_string(), "2026-04-02");
    }

    #[test]
    fn a_judgement_as_json_holds_no_tax_code() {
        let json = serde_json::to_string(&judged(PAID)).unwrap();
        assert!(json.contains("TIPO_SPESA_DEFAULTED") && !json.contains("XXAYY"));
    }

    #[test]
    fn half_typed_documents_give_all_their_reasons_at_once() {
        let judgement = judged(r#"{"id":"1","stato":"emessa"}"#);
        let codes: Vec<_> = judgement.reasons.iter().map(|r| r.code).collect();
        assert_eq!(
            codes,
            ["DATA_EMISSIONE_MISSING", "NUM_DOCUMENTO_MISSING", "NO_CF", "NO_LINES", "UNPAID"]
        );
        assert_eq!(judgement.verdict, Verdict::Fix);
        assert_eq!(judgement.documento, None);
    }

    #[test]
    fn a_thousand_lines_are_judged_and_more_are_refused() {
        let line = r#"{"prezzoTotale":"0.10","naturaIVA":"N4"}"#;
        let with = |n: usize| {
            judged(&format!(
                r#"{{"id":"1","stato":"emessa","dettaglioLinee":[{}]}}"#,
                vec![line; n].join(",")
            ))
        };
        assert_eq!(with(1000).totale.unwrap().to_string(), "100.00");
        assert!(with(1001).reasons.iter().any(|r| r.code == "TOO_MANY_LINES"));
    }
}
