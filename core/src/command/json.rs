//! Commands as JSON: the form in which every language hands them over.
//!
//! `{"command": "send", "what": {"ids": ["fattura-1"]}}`: the name of the command in `command`, its
//! fields beside it. Unknown fields are refused. An invoice has the form of
//! `fixtures/schema/invoice.schema.json`, or that of `documentoSpesa.schema.json`; the whole is
//! `fixtures/schema/command.schema.json`.

use super::{Apply, Automation, Change, Command, Month, ReceiptOf, Selection};
use crate::domain::Data;
use crate::domain::invoice::{Input, InputError, JsonLimits, read_raw};
use crate::error::Error;
use crate::json::{NAME, Raw, Read};
use crate::registry::Filter;

impl Command {
    /// Longest JSON of a command, in bytes: 64 MiB.
    pub const JSON_LIMIT: usize = 64 << 20;

    /// Reads a command from its JSON form (`fixtures/schema/command.schema.json`).
    ///
    /// A command of the wrong form is refused as a whole with [`Error::Command`], whose path names
    /// the first wrong field, down into the invoices; no value of the input is in it. What is right
    /// in form and wrong in content is for the verdict of the invoice.
    pub fn from_json(json: &[u8]) -> Result<Command, Error> {
        if json.len() > Command::JSON_LIMIT {
            let expected = format!("at most {} bytes", Command::JSON_LIMIT);
            return Err(Error::Command { path: String::new(), expected });
        }
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        let object = Raw::new(json).and_then(|raw| Ok((raw, raw.fields(NAME)?)));
        let (raw, named) = object.map_err(|failure| refused(InputError::at(&failure, "")))?;
        Fields(raw).command(&named)
    }
}

/// The names of the commands.
#[derive(Clone, Copy, Read)]
#[serde(rename_all = "snake_case")]
enum Name {
    Save,
    Send,
    Change,
    Refund,
    TestCredentials,
    PasswordSetOn,
    Configure,
    Pause,
    Resume,
    List,
    Documents,
    Document,
    Status,
    Health,
    Calendar,
    Receipts,
    Compare,
    Segnalazioni,
    Export,
    Import,
}

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident$(<$life:lifetime>)? { $($(#[$attr:meta])* $field:ident: $type:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Read)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            #[cfg_attr(feature = "schema", schemars(extend("x-order" = [$(stringify!($field)),*])))]
            #[serde(rename_all = "camelCase", deny_unknown_fields)]
            pub(super) struct $name$(<$life>)? { $($(#[$attr])* $field: $type,)* }
        )+
    };
}

forms! {
    /// Judge invoices and keep what is to be sent of them, at most 500 at once.
    Save<'a> {
        /// The invoices as the practice has them.
        #[cfg_attr(feature = "schema", schemars(with = "Vec<schema::AnyInvoice>", length(max = 500), extend("x-secret" = true)))]
        invoices: Raw<'a>,
    }
    /// Send documents now («Invio STS»).
    Send {
        /// Which.
        what: Selection,
    }
    /// One of the manual tools of a document list.
    ChangeThem {
        /// What is to happen.
        change: Change,
        /// The host's ids, at most 500.
        ids: Vec<String>,
        /// The user has confirmed it; `false` when absent.
        #[serde(default)]
        confirmed: bool,
    }
    /// Give money back («Rimborsa su STS»).
    Refund<'a> {
        /// The credit note, with its own number, referring to its original.
        #[cfg_attr(feature = "schema", schemars(with = "schema::AnyInvoice", extend("x-secret" = true)))]
        invoice: Raw<'a>,
        /// The user has confirmed that it is really a refund; `false` when absent.
        #[serde(default)]
        confirmed: bool,
    }
    /// Ask the service whether the credentials are right.
    TestCredentials {
        /// Test even credentials that were refused already; `false` when absent.
        #[serde(default)]
        again: bool,
    }
    /// Say when the password was set on the portal.
    PasswordSetOn {
        /// The day.
        day: Data,
    }
    /// Choose what happens by itself.
    Configure {
        /// All choices; those before are replaced.
        automation: Automation,
    }
    /// No fields.
    Plain {}
    /// A page of the registry of transmissions, newest first.
    List {
        /// Which rows; all when absent.
        #[serde(default)]
        filter: Filter,
        /// `next` of the page before; absent for the first page.
        #[serde(default)]
        after: Option<String>,
        /// At most this many, 1 to 500.
        limit: u32,
    }
    /// A page in order.
    Page {
        /// `next` of the page before; absent for the first page.
        #[serde(default)]
        after: Option<String>,
        /// At most this many, 1 to 500.
        limit: u32,
    }
    /// One document.
    OfDocument {
        /// The host's id.
        id: String,
    }
    /// Fetch the receipts of a transmission from the service, now.
    Receipts {
        /// Of which.
        of: ReceiptOf,
    }
    /// Compare a month with what the service has.
    Compare {
        /// The month of the payments.
        month: Month,
        /// What to do with what is found.
        apply: Apply,
    }
    /// What citizens reported about documents.
    Segnalazioni {
        /// First day of the reports.
        from: Data,
        /// Last day.
        to: Data,
    }
    /// A piece of an exported ledger, of whole lines.
    Import {
        /// The lines.
        text: String,
    }
}

/// An object whose fields are not looked at yet.
struct Fields<'a>(Raw<'a>);

impl<'a> Fields<'a> {
    /// The command that the fields of this name say.
    fn command(self, named: &[Raw<'_>]) -> Result<Command, Error> {
        let at = format!("/{NAME}");
        let [name] = named else {
            let wrong = if named.is_empty() { "missing" } else { "there twice" };
            return Err(Error::Command { path: at, expected: format!("the field is {wrong}") });
        };
        let name = name.read().map_err(|failure| refused(InputError::at(&failure, &at)))?;
        Ok(match name {
            Name::Save => {
                let Save { invoices } = self.read()?;
                Command::Save { invoices: read_invoices(invoices)? }
            }
            Name::Send => {
                let Send { what } = self.read()?;
                Command::Send { what }
            }
            Name::Change => {
                let ChangeThem { change, ids, confirmed } = self.read()?;
                Command::Change { change, ids, confirmed }
            }
            Name::Refund => {
                let Refund { invoice, confirmed } = self.read()?;
                Command::Refund { invoice: Box::new(read_invoice(invoice)?), confirmed }
            }
            Name::TestCredentials => {
                let TestCredentials { again } = self.read()?;
                Command::TestCredentials { again }
            }
            Name::PasswordSetOn => {
                let PasswordSetOn { day } = self.read()?;
                Command::PasswordSetOn { day }
            }
            Name::Configure => {
                let Configure { automation } = self.read()?;
                Command::Configure { automation }
            }
            Name::Pause => self.read().map(|Plain {}| Command::Pause)?,
            Name::Resume => self.read().map(|Plain {}| Command::Resume)?,
            Name::List => {
                let List { filter, after, limit } = self.read()?;
                Command::List { filter, after, limit }
            }
            Name::Documents => {
                let Page { after, limit } = self.read()?;
                Command::Documents { after, limit }
            }
            Name::Document => {
                let OfDocument { id } = self.read()?;
                Command::Document { id }
            }
            Name::Status => {
                let OfDocument { id } = self.read()?;
                Command::Status { id }
            }
            Name::Health => self.read().map(|Plain {}| Command::Health)?,
            Name::Calendar => self.read().map(|Plain {}| Command::Calendar)?,
            Name::Receipts => {
                let Receipts { of } = self.read()?;
                Command::Receipts { of }
            }
            Name::Compare => {
                let Compare { month, apply } = self.read()?;
                Command::Compare { month, apply }
            }
            Name::Segnalazioni => {
                let Segnalazioni { from, to } = self.read()?;
                Command::Segnalazioni { from, to }
            }
            Name::Export => {
                let Page { after, limit } = self.read()?;
                Command::Export { after, limit }
            }
            Name::Import => {
                let Import { text } = self.read()?;
                Command::Import { text }
            }
        })
    }

    /// The fields beside the name, as those of one command.
    fn read<T: Read<'a>>(self) -> Result<T, Error> {
        self.0.read_beside_name().map_err(|failure| refused(InputError::at(&failure, "")))
    }
}

fn limits() -> JsonLimits {
    JsonLimits { documents: Command::SAVE_LIMIT, ..JsonLimits::default() }
}

fn read_invoices(raw: Raw<'_>) -> Result<Vec<Input>, Error> {
    if !raw.text().starts_with('[') {
        let expected = "a list of invoices".to_owned();
        return Err(Error::Command { path: "/invoices".to_owned(), expected });
    }
    let read = read_raw(raw, &limits()).map_err(|error| match error.code {
        "JSON_TOO_MANY" => Error::TooMany { what: "invoices", limit: Command::SAVE_LIMIT },
        _ => within("/invoices", error),
    })?;
    read.into_iter().map(|input| input.map_err(|error| within("/invoices", error))).collect()
}

fn read_invoice(raw: Raw<'_>) -> Result<Input, Error> {
    let wrong = || {
        let expected = "one invoice".to_owned();
        Error::Command { path: "/invoice".to_owned(), expected }
    };
    if !raw.text().starts_with('{') {
        return Err(wrong());
    }
    let read = read_raw(raw, &limits());
    let read = read.map_err(|error| within("/invoice", error))?.pop().ok_or_else(wrong)?;
    read.map_err(|error| within("/invoice", error))
}

fn within(at: &str, error: InputError) -> Error {
    let path = format!("{at}{}", error.path);
    refused(InputError { path, ..error })
}

fn refused(error: InputError) -> Error {
    Error::Command { path: error.path, expected: error.en }
}

#[cfg(feature = "schema")]
pub(crate) mod schema;

#[cfg(test)]
mod tests;
