//! What persons ask of the engine, with what the expected world needs to know of it.

use sts_core::command::{Command, Selection};
use sts_core::registry::Filter;

use super::invoices::Version;

/// A person's wish.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    /// Keep these invoices.
    Save(Vec<Version>),
    /// Send these documents.
    Send(Vec<String>),
    /// Send what is ready, at most so many.
    SendReady(u32),
    /// Test the credentials; `true` for refused ones too.
    Test(bool),
    /// Show a page of the registry.
    List(u32),
    /// Show a page of the documents.
    Documents(u32),
    /// Show a document.
    Document(String),
}

/// A wish with the command that expresses it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The wish.
    pub(super) wish: Wish,
    /// The command.
    pub(super) command: Command,
}

impl Wish {
    /// The wish with its command.
    pub(super) fn asked(self) -> Asked {
        let command = match &self {
            Wish::Save(versions) => {
                Command::Save { invoices: versions.iter().map(Version::input).collect() }
            }
            Wish::Send(ids) => Command::Send { what: Selection::Ids(ids.clone()) },
            Wish::SendReady(limit) => Command::Send { what: Selection::Ready { limit: *limit } },
            Wish::Test(again) => Command::TestCredentials { again: *again },
            Wish::List(limit) => {
                Command::List { filter: Filter::default(), after: None, limit: *limit }
            }
            Wish::Documents(limit) => Command::Documents { after: None, limit: *limit },
            Wish::Document(id) => Command::Document { id: id.clone() },
        };
        Asked { wish: self, command }
    }
}
