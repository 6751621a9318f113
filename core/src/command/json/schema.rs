//! The JSON Schema of the commands (feature `schema`), from the forms that are read.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::*;
use crate::domain::{DocumentoInput, Invoice};

/// A document in either form.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum AnyInvoice {
    /// As the practice has it.
    Invoice(Invoice),
    /// In the official words, recognised by `vociSpesa`.
    Documento(DocumentoInput),
}

/// A wish of the host.
#[derive(JsonSchema)]
#[schemars(tag = "command", rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum Form {
    /// Judge invoices and keep what is to be sent of them. Answered `saved`.
    Save(Save),
    /// Send documents now («Invio STS»). Answered `queued`.
    Send(Send),
    /// One of the manual tools of a document list. Answered `changed`.
    Change(ChangeThem),
    /// Give money back («Rimborsa su STS»). Answered `refund`.
    Refund(Refund),
    /// Ask the service whether the credentials are right. Answered `testing`.
    TestCredentials(TestCredentials),
    /// Say when the password was set on the portal. Answered `done`.
    PasswordSetOn(PasswordSetOn),
    /// Choose what happens by itself. Answered `done`.
    Configure(Configure),
    /// Let nothing leave any more, until `resume`. Answered `done`.
    Pause(Plain),
    /// End a pause. Answered `done`.
    Resume(Plain),
    /// A page of the registry of transmissions, newest first. Answered `registry`.
    List(List),
    /// A page of the documents, by id. Answered `documents`.
    Documents(Page),
    /// One document. Answered `document`.
    Document(OfDocument),
    /// Everything about one document. Answered `status`.
    Status(OfDocument),
    /// What needs a person, and what will. Answered `health`.
    Health(Plain),
    /// The deadlines ahead and what is at stake. Answered `calendar`.
    Calendar(Plain),
    /// Fetch receipts from the service, now. Answered `asked`, in the end `receipts`.
    Receipts(Receipts),
    /// Compare a month with what the service has. Answered `asked`, in the end `comparison`.
    Compare(Compare),
    /// What citizens reported. Answered `asked`, in the end `segnalazioni`.
    Segnalazioni(Segnalazioni),
    /// A page of the holder's ledger as text. Answered `exported`.
    Export(Page),
    /// A piece of an exported ledger. Answered `imported`.
    Import(Import),
}

impl JsonSchema for Command {
    fn schema_name() -> Cow<'static, str> {
        "Command".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Form::json_schema(generator)
    }
}
