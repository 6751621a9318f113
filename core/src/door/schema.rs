//! The JSON Schemas of the questions and answers (feature `schema`).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::reply::{
    Advice, Checked, CodiceFiscaleCheck, Deadlines, PartitaIvaCheck, Preview, Reasons, Usable,
};
use super::{Nothing, OfCalendar, OfCode, OfCredentials, OfInvoice, OfSettings, OfText};
use crate::codes::Explanation;

/// What can be asked without an engine, under the name of the question.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum Asked {
    /// What is to be done with an invoice, and why. Nothing is kept.
    Check(OfInvoice),
    /// What would travel of an invoice, with the tax code left out.
    Preview(OfInvoice),
    /// The deadlines ahead.
    Calendar(OfCalendar),
    /// Whether an engine can be opened with settings; otherwise the question fails.
    Settings(OfSettings),
    /// Whether a text is a tax code, and of which kind.
    CodiceFiscale(OfText),
    /// Whether a text is a VAT number.
    PartitaIva(OfText),
    /// What a code of the service means, and what to do.
    Explain(OfCode),
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
    /// Nothing: the settings are usable.
    Settings(Usable),
    /// Whether it is a tax code.
    CodiceFiscale(CodiceFiscaleCheck),
    /// Whether it is a VAT number.
    PartitaIva(PartitaIvaCheck),
    /// What the code means.
    Explain(Explanation),
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
