//! The command line.

mod ask;
mod change;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sts_core::domain::{Ambiente, Data};
use sts_core::time::Timestamp;

pub(crate) use ask::{Calendar, Diff, Health, List, Receipts, Registry, Segnalazioni, Status};
pub(crate) use change::{Automatic, Export, Import, Manual, PasswordSetOn, Pause, Refund, Tool};

use crate::ui::Lang;

const START: &str = "\
Where to start:
  sts demo                                   a simulator, an invented practice, everything sent
  sts check --profile P.json INVOICES.json   what becomes of your invoices; no network
  sts preview --profile P.json --channel sync --out DIR INVOICES.json
                                             the exact bytes that would leave; no network
  sts init practice.db --profile P.json --ambiente test
  sts save practice.db INVOICES.json && sts send practice.db --all && sts list practice.db
  sts automatic practice.db --from 2026-01-01 && sts run practice.db --forever
                                             every ten minutes what is due, by itself
  sts demo --week                            a week of a practice, with all that goes wrong

Credentials come from STS_USERNAME, STS_PASSWORD and STS_PINCODE, from --credentials FILE (JSON with
username, password, pincode; readable by its owner alone), or are asked for; never from arguments.

Exit codes:
  0  done        1  a person must put something right (or the demo differs)
  2  wrong command line          3  a file, setting or credential cannot be used
  4  not finished: run again     5  the database failed, or an error of ours";

/// Health expenses to Sistema Tessera Sanitaria: judge, preview, send, look up.
#[derive(Parser)]
#[command(name = "sts", version, after_help = START, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Language of the sentences for the user; errors for developers are English.
    #[arg(long, global = true, value_enum, default_value_t = Lang::It)]
    pub(crate) lang: Lang,
    #[command(subcommand)]
    pub(crate) task: Option<Task>,
}

#[derive(Subcommand)]
pub(crate) enum Task {
    /// Start a simulator, save and send the invoices of an invented practice, show what happened.
    Demo(Demo),
    /// Judge invoices: what would be sent, what must be put right, and why.
    Check(Check),
    /// Write the exact bytes that would leave, one file for each request; no network.
    Preview(Preview),
    /// Prepare a database for a practice, or change its settings.
    Init(Init),
    /// Judge invoices and keep them in the database.
    Save(Save),
    /// Send documents now.
    Send(Send),
    /// Do what is due: the automatic cycle, retries, outcomes to find out. For a timer, or forever.
    Run(Run),
    /// The registry of transmissions, newest first.
    List(Registry),
    /// The documents and where they stand.
    Documents(List),
    /// One document with all that is known of it.
    Status(Status),
    /// What would happen next to one document, in which order, and why.
    Plan(Status),
    /// What needs a person, and how things stand.
    Health(Health),
    /// The deadlines ahead, what waits for them and what is at stake.
    Calendar(Calendar),
    /// Fetch the receipts of a transmission from the service: one ZIP, and what it says.
    Receipts(Receipts),
    /// Compare a month or a year with what the service has; adopt, or put right what differs.
    Diff(Diff),
    /// What citizens reported about documents.
    Segnalazioni(Segnalazioni),
    /// The practice deletes invoices; those on Sistema TS are cancelled there at once.
    Delete(Tool),
    /// «Re-invia STS»: insert again, also what counts as sent; refused while it is still there.
    Resend(Tool),
    /// «Aggiorna su STS»: vary what is there; insert when the last sending was refused.
    Update(Tool),
    /// «Cancella su STS»: take documents off Sistema TS alone; the invoices stay.
    Cancel(Tool),
    /// «Risincronizza su STS»: ask what is there, and put right what differs.
    Resync(Tool),
    /// «Rimborsa su STS»: save a credit note and send it as the refund of its original.
    Refund(Refund),
    /// Let ready documents leave by themselves, every ten minutes.
    Automatic(Automatic),
    /// Let nothing leave by itself but the edits of what Sistema TS has.
    Manual(Manual),
    /// Let nothing leave at all.
    Pause(Pause),
    /// End a pause.
    Resume(Pause),
    /// Say when the password was set on the portal, for the countdown to its expiry.
    PasswordSetOn(PasswordSetOn),
    /// Write the whole ledger into one file.
    Export(Export),
    /// Read such a file into a database that `sts init` has just made.
    Import(Import),
    /// Ask the service whether the credentials are right; stores nothing there.
    TestCredentials(TestCredentials),
    /// The engine for a program at the other end of a pipe, which does HTTP and keeps the records:
    /// for languages that cannot load a library. The README of bindings/rust has the protocol.
    Worker,
}

#[derive(Args)]
pub(crate) struct Demo {
    /// Where the database is kept; without it, in a new folder among the temporary files.
    #[arg(long)]
    pub(crate) dir: Option<PathBuf>,
    /// Which invented practice: the names of fixtures/practices.
    #[arg(long, default_value = "psicologo", conflicts_with = "week")]
    pub(crate) practice: String,
    /// Play a week of a practice instead, in automatic mode, with all that goes wrong in one.
    #[arg(long)]
    pub(crate) week: bool,
}

/// Whose invoices they are.
#[derive(Args)]
pub(crate) struct Holder {
    /// The profile (JSON): categoria, pIva, cfProprietario, …
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    /// The practice's choices (JSON): bollo, cassaPrevidenziale, nonSanitaria, tipoSpesa.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Category of the holder, in place of the profile's: psicologo, medico, farmacia, …
    #[arg(long)]
    pub(crate) categoria: Option<String>,
    /// VAT number of the holder, in place of the profile's.
    #[arg(long, value_name = "P.IVA")]
    pub(crate) piva: Option<String>,
}

#[derive(Args)]
pub(crate) struct Check {
    /// Invoices: JSON, CSV or FatturaPA XML, recognised by their content.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) holder: Holder,
    /// Judge as on this day (YYYY-MM-DD).
    #[arg(long, value_parser = day)]
    pub(crate) today: Option<Data>,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Channel {
    /// One request for each document, answered at once.
    Sync,
    /// Files of many documents, answered later.
    File,
}

#[derive(Args)]
pub(crate) struct Preview {
    /// Invoices: JSON, CSV or FatturaPA XML, recognised by their content.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) holder: Holder,
    /// By which service.
    #[arg(long, value_enum)]
    pub(crate) channel: Channel,
    /// A new or empty folder for the files.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Environment whose address is in the headers.
    #[arg(long, default_value = "test", value_parser = ambiente)]
    pub(crate) ambiente: Ambiente,
    /// Certificate (PEM or DER) whose key encrypts, in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Real credentials (JSON); without them and without STS_… the pincode is 0000000000.
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
    /// Judge as on this day (YYYY-MM-DD).
    #[arg(long, value_parser = day)]
    pub(crate) today: Option<Data>,
    /// Most documents in one file of the file service.
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) group: u32,
}

#[derive(Args)]
pub(crate) struct Init {
    /// The database; created for its owner alone. It will hold the profile with the holder's tax
    /// code, but no password and no pincode.
    pub(crate) db: PathBuf,
    #[command(flatten)]
    pub(crate) holder: Holder,
    /// test or produzione.
    #[arg(long, value_parser = ambiente)]
    pub(crate) ambiente: Ambiente,
    /// Another address than the official one; test only.
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// PEM of the certificate authority to trust in place of the public ones; test only.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Certificate (PEM or DER) whose key encrypts, in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// PEM of the certificate with which a body (accesso enti) shows who it is, and its chain.
    /// Where it lies is kept, and every command reads it anew.
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub(crate) client_certificate: Option<PathBuf>,
    /// PEM of its private key without passphrase, readable by its owner alone; kept likewise.
    #[arg(long, value_name = "FILE", requires = "client_certificate")]
    pub(crate) client_key: Option<PathBuf>,
    /// Keep the engine's records in the PostgreSQL database that STS_POSTGRES describes, under this
    /// name, which is no tax code; the settings stay in the file. Needs the feature `postgres`.
    #[arg(long, value_name = "NAME")]
    pub(crate) postgres: Option<String>,
}

/// The database and the time.
#[derive(Args)]
pub(crate) struct Database {
    /// The database made by `sts init`.
    pub(crate) db: PathBuf,
    /// Take this moment for now (YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ); test environments only.
    #[arg(long, value_parser = instant)]
    pub(crate) now: Option<Timestamp>,
}

/// Where the credentials come from.
#[derive(Args)]
pub(crate) struct Login {
    /// JSON with username, password and pincode, readable by its owner alone.
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Save {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Invoices: JSON, CSV or FatturaPA XML, recognised by their content.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Send {
    #[command(flatten)]
    pub(crate) database: Database,
    /// The ids of the documents, unless --all.
    #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) ids: Vec<String>,
    /// All that are ready and were never refused.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) login: Login,
    /// JSON for machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Go on for so many seconds instead of doing only what is due now.
    #[arg(long = "for", value_name = "SECONDS", default_value_t = 0)]
    pub(crate) seconds: u32,
    /// Go on until it is stopped, which may be at any moment: a look at least every ten minutes.
    #[arg(long, conflicts_with_all = ["seconds", "now"])]
    pub(crate) forever: bool,
    #[command(flatten)]
    pub(crate) login: Login,
}

#[derive(Args)]
pub(crate) struct TestCredentials {
    #[command(flatten)]
    pub(crate) database: Database,
    #[command(flatten)]
    pub(crate) login: Login,
    /// Try even credentials that were refused before. Eight wrong attempts disable the account.
    #[arg(long)]
    pub(crate) again: bool,
}

pub(super) fn day(text: &str) -> Result<Data, String> {
    Data::parse(text).map_err(|error| error.to_string())
}

fn ambiente(text: &str) -> Result<Ambiente, String> {
    match text {
        "test" => Ok(Ambiente::Test),
        "produzione" => Ok(Ambiente::Produzione),
        _ => Err("test or produzione".to_owned()),
    }
}

fn instant(text: &str) -> Result<Timestamp, String> {
    let wrong = || "YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ".to_owned();
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let date = Data::parse(date).map_err(|_| wrong())?;
    let time = time.strip_suffix('Z').ok_or_else(wrong)?;
    let parts: Vec<i64> = time
        .split(':')
        .filter(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
        .filter_map(|part| part.parse().ok())
        .collect();
    let [hours @ 0..24, minutes @ 0..60, seconds @ 0..60] = parts[..] else {
        return Err(wrong());
    };
    Ok(Timestamp::midnight_utc(date).plus(((hours * 60 + minutes) * 60 + seconds) * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_moment_is_a_day_or_a_second_of_utc() {
        let midnight = instant("2026-11-23").unwrap();
        assert_eq!(instant("2026-11-23T00:00:00Z").unwrap(), midnight);
        assert_eq!(instant("2026-11-23T01:02:03Z").unwrap(), midnight.plus(3_723_000));
        for wrong in ["2026-11-23T01:02:03", "2026-11-23T24:00:00Z", "2026-11-23T1:2:3Z", "x", ""] {
            assert!(instant(wrong).is_err(), "{wrong}");
        }
    }
}
