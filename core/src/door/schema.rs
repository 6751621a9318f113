//! The JSON Schemas of the questions and answers (feature `schema`).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::reply::{
    Advice, Checked, CodiceFiscaleCheck, DataCheck, Deadline, Deadlines, ImportoCheck,
    PartitaIvaCheck, Preview, Reasons, Usable,
};
use super::{
    Nothing, OfCalendar, OfCode, OfCredentials, OfData, OfIdentifier, OfInvoice, OfScadenza,
    OfSettings, OfState, OfText,
};
use crate::codes::{Explanation, FileState};

/// What can be asked without an engine, under the name of the question.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum Asked {
    /// What is to be done with an invoice, and why. Nothing is kept.
    Check(OfInvoice<'static>),
    /// What would travel of an invoice, with the tax code left out.
    Preview(OfInvoice<'static>),
    /// The deadlines ahead.
    Calendar(OfCalendar<'static>),
    /// The deadline of a payment.
    Scadenza(OfScadenza<'static>),
    /// Whether an engine can be opened with settings; otherwise the question fails.
    Settings(OfSettings<'static>),
    /// Whether a text is a tax code, and of which kind.
    CodiceFiscale(OfIdentifier),
    /// Whether a text is a VAT number.
    PartitaIva(OfIdentifier),
    /// Whether a text is an amount, and which.
    Importo(OfText),
    /// Whether a text is a day, or which day an instant is in Italy.
    Data(OfData),
    /// What a code of the service means, and what to do.
    Explain(OfCode),
    /// What a fault means, by its text.
    Fault(OfText),
    /// What the state of a file means.
    FileState(OfState),
    /// Remarks on credentials as they were typed.
    Advice(OfCredentials),
    /// Every reason that a judgement can give.
    Reasons(Nothing),
}

/// What is answered, under the name of the question.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum Answered {
    /// What is to be done.
    Check(Checked<'static>),
    /// What would travel.
    Preview(Preview),
    /// The deadlines ahead.
    Calendar(Deadlines),
    /// The deadline.
    Scadenza(Deadline),
    /// Nothing: the settings are usable.
    Settings(Usable),
    /// Whether it is a tax code.
    CodiceFiscale(CodiceFiscaleCheck),
    /// Whether it is a VAT number.
    PartitaIva(PartitaIvaCheck),
    /// The amount.
    Importo(ImportoCheck),
    /// The day.
    Data(DataCheck),
    /// What the code means.
    Explain(Explanation),
    /// What the fault means.
    Fault(Explanation),
    /// What the state means.
    FileState(FileState),
    /// The remarks.
    Advice(Advice),
    /// The reasons.
    Reasons(Reasons),
}

/// The questions, for their schema alone.
#[derive(Debug)]
pub enum Question {}

/// The answers to questions, for their schema alone.
#[derive(Debug)]
pub enum Reply {}

impl JsonSchema for Question {
    fn schema_name() -> Cow<'static, str> {
        "Question".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Asked::json_schema(generator)
    }
}

impl JsonSchema for Reply {
    fn schema_name() -> Cow<'static, str> {
        "Reply".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Answered::json_schema(generator)
    }
}
