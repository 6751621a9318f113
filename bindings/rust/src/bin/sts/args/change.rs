//! Commands that change something, here or at the service.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sts_core::command::{ChannelChoice, Command};
use sts_core::domain::Data;

use super::{Database, Login, day};

/// One of the manual tools, on some documents.
#[derive(Args)]
pub(crate) struct Tool {
    #[command(flatten)]
    pub(crate) database: Database,
    /// The ids of the documents.
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Confirm what needs a confirmation, instead of being asked.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) login: Login,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Refund {
    #[command(flatten)]
    pub(crate) database: Database,
    /// One credit note: JSON, CSV or FatturaPA XML, with its own number, referring to its original.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Confirm that money is given back and nothing is merely corrected, instead of being asked.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) login: Login,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ChannelName {
    /// What a person sends and what is alone by the sync service, groups by file.
    Auto,
    /// Everything by the sync service, one after the other.
    Sync,
    /// Everything by file.
    File,
}

impl From<ChannelName> for ChannelChoice {
    fn from(name: ChannelName) -> Self {
        match name {
            ChannelName::Auto => ChannelChoice::Auto,
            ChannelName::Sync => ChannelChoice::Sync,
            ChannelName::File => ChannelChoice::File,
        }
    }
}

#[derive(Args)]
pub(crate) struct Automatic {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Only documents paid on this day or later (YYYY-MM-DD), so that what was keyed by hand or
    /// sent by another program before is left alone.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) from: Data,
    /// Most documents in one group; otherwise as before, 25 at first.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(Command::GROUP_LIMIT)))]
    pub(crate) group: Option<u32>,
    /// By which service; otherwise as before, `auto` at first.
    #[arg(long, value_enum)]
    pub(crate) channel: Option<ChannelName>,
}

#[derive(Args)]
pub(crate) struct Manual {
    #[command(flatten)]
    pub(crate) database: Database,
    /// By which service; otherwise as before, `auto` at first.
    #[arg(long, value_enum)]
    pub(crate) channel: Option<ChannelName>,
}

#[derive(Args)]
pub(crate) struct Pause {
    #[command(flatten)]
    pub(crate) database: Database,
}

#[derive(Args)]
pub(crate) struct PasswordSetOn {
    #[command(flatten)]
    pub(crate) database: Database,
    /// The day (YYYY-MM-DD).
    #[arg(value_name = "DATE", value_parser = day)]
    pub(crate) day: Data,
    #[command(flatten)]
    pub(crate) login: Login,
}

#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) database: Database,
    /// A new file; - for standard output.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Args)]
pub(crate) struct Import {
    #[command(flatten)]
    pub(crate) database: Database,
    /// What `sts export` wrote.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}
