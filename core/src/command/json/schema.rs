//! The JSON Schema of the commands (feature `schema`), from the forms that are read.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::*;
use crate::domain::{DocumentoInput, Invoice};

/// A document in either form.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum AnyInvoice {
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
    #[schemars(extend("x-answered" = ["saved"]))]
    Save(Save<'static>),
    /// Send documents now («Invio STS»). Answered `queued`.
    #[schemars(extend("x-answered" = ["queued"]))]
    Send(Send),
    /// One of the manual tools of a document list. Answered `changed`.
    #[schemars(extend("x-answered" = ["changed"]))]
    Change(ChangeThem),
    /// Give money back («Rimborsa su STS»). Answered `refund`.
    #[schemars(extend("x-answered" = ["refund"]))]
    Refund(Refund<'static>),
    /// Ask the service whether the credentials are right. Answered `testing`.
    #[schemars(extend("x-answered" = ["testing"]))]
    TestCredentials(TestCredentials),
    /// Say when the password was set on the portal. Answered `done`.
    #[schemars(extend("x-answered" = ["done"]))]
    PasswordSetOn(PasswordSetOn),
    /// Choose what happens by itself. Answered `done`.
    #[schemars(extend("x-answered" = ["done"]))]
    Configure(Configure),
    /// Let nothing leave any more, until `resume`. Answered `done`.
    #[schemars(extend("x-answered" = ["done"]))]
    Pause(Plain),
    /// End a pause. Answered `done`.
    #[schemars(extend("x-answered" = ["done"]))]
    Resume(Plain),
    /// A page of the registry of transmissions, newest first. Answered `registry`.
    #[schemars(extend("x-answered" = ["registry"]))]
    List(List),
    /// A page of the documents, by id. Answered `documents`.
    #[schemars(extend("x-answered" = ["documents"]))]
    Documents(Page),
    /// One document. Answered `document`.
    #[schemars(extend("x-answered" = ["document"]))]
    Document(OfDocument),
    /// Everything about one document. Answered `status`.
    #[schemars(extend("x-answered" = ["status"]))]
    Status(OfDocument),
    /// What needs a person, and what will. Answered `health`.
    #[schemars(extend("x-answered" = ["health"]))]
    Health(Plain),
    /// The deadlines ahead and what is at stake. Answered `calendar`.
    #[schemars(extend("x-answered" = ["calendar"]))]
    Calendar(Plain),
    /// Fetch receipts from the service, now. Answered `asked`, in the end `receipts`.
    #[schemars(extend("x-answered" = ["asked", "receipts", "no_answer"]))]
    Receipts(Receipts),
    /// Compare a month with what the service has. Answered `asked`, in the end `comparison`.
    #[schemars(extend("x-answered" = ["asked", "comparison", "no_answer"]))]
    Compare(Compare),
    /// What citizens reported. Answered `asked`, in the end `segnalazioni`.
    #[schemars(extend("x-answered" = ["asked", "segnalazioni", "no_answer"]))]
    Segnalazioni(Segnalazioni),
    /// A page of the holder's ledger as text. Answered `exported`.
    #[schemars(extend("x-answered" = ["exported"]))]
    Export(Page),
    /// A piece of an exported ledger. Answered `imported`.
    #[schemars(extend("x-answered" = ["imported"]))]
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
