//! A holder's ledger as one file: out of a database, and into an empty one.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::path::Path;

use sts_core::command::{Answer, Command};
use sts_core::event::Event;
use sts_host::DriverError;

use crate::args::{Export, Import};
use crate::failure::{Exit, Failure};
use crate::practice::{self, PracticeDriver};
use crate::ui::Ui;

/// How often an export begins again because others changed the ledger meanwhile.
const TRIES: u32 = 10;
/// Bytes of a piece, and of the longest line, which the format limits.
const PIECE: usize = 1 << 20;
const LONGEST: usize = 8 << 20;

pub(crate) fn export(ui: &Ui, export: &Export) -> Result<Exit, Failure> {
    let (practice, clock) = practice::open(&export.database)?;
    let db = &export.database.db;
    let mut driver = practice.driver(db, None, clock, Box::new(|_: &Event| {}))?;
    let path = &export.file;
    let failed = |error: std::io::Error| Failure::developer(Exit::Unusable, error).about(path);
    // Beside its place, and put there whole: half a ledger must not look like one.
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    for _ in 0..TRIES {
        file.as_file_mut().set_len(0).map_err(failed)?;
        file.as_file_mut().rewind().map_err(failed)?;
        let Some(bytes) = write_pages(&mut driver, file.as_file_mut(), path)? else { continue };
        file.as_file_mut().sync_all().map_err(failed)?;
        file.persist_noclobber(path).map_err(|error| failed(error.error))?;
        let path = path.display();
        ui.tell(
            &format!("L'archivio è in {path} ({bytes} byte), leggibile solo da te."),
            &format!("The ledger is in {path} ({bytes} bytes), readable by you alone."),
        );
        return Ok(Exit::Done);
    }
    Err(Failure::new(
        Exit::Unfinished,
        "altri programmi continuano a modificare l'archivio: riprova tra poco",
        "other programs keep changing the ledger: try again soon",
    ))
}

/// All pages, one after the other; `None` when the ledger moved between two of them.
fn write_pages(
    driver: &mut PracticeDriver<'_>,
    file: &mut File,
    path: &Path,
) -> Result<Option<u64>, Failure> {
    let (mut after, mut bytes) = (None, 0);
    loop {
        let (text, next) = match driver
            .command(&Command::Export { after, limit: Command::PAGE_LIMIT })
        {
            Ok(Answer::Exported { text, next }) => (text, next),
            Ok(_) => return Err(Failure::developer(Exit::Internal, "no page in the answer")),
            Err(DriverError::Engine(error)) if error.code() == "TRANSFER_MOVED" => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        file.write_all(text.as_bytes())
            .map_err(|error| Failure::developer(Exit::Unusable, error).about(path))?;
        bytes += text.len() as u64;
        if next.is_none() {
            return Ok(Some(bytes));
        }
        after = next;
    }
}

pub(crate) fn import(ui: &Ui, import: &Import) -> Result<Exit, Failure> {
    let (practice, clock) = practice::open(&import.database)?;
    let path = &import.file;
    let failed = |error: std::io::Error| Failure::developer(Exit::Unusable, error).about(path);
    let mut reader = BufReader::new(File::open(path).map_err(failed)?);
    let db = &import.database.db;
    let mut driver = practice.driver(db, None, clock, Box::new(|_: &Event| {}))?;
    let mut taken = None;
    loop {
        let piece = piece(&mut reader).map_err(failed)?;
        if piece.is_empty() && taken.is_some() {
            break;
        }
        let text = String::from_utf8(piece).map_err(|_| not_whole(path))?;
        let last = text.is_empty();
        taken = match driver.command(&Command::Import { text })? {
            Answer::Imported { entries, complete } => Some((entries, complete)),
            _ => return Err(Failure::developer(Exit::Internal, "no count in the answer")),
        };
        if last {
            break;
        }
    }
    let Some((entries, true)) = taken else { return Err(not_whole(path)) };
    let db = db.display();
    ui.tell(
        &format!("{db} ha ora le {entries} voci dell'archivio esportato."),
        &format!("{db} now has the {entries} entries of the exported ledger."),
    );
    Ok(Exit::Done)
}

/// Whole lines, about a piece of them; the engine refuses a line that is too long.
fn piece(reader: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut piece = Vec::new();
    while piece.len() < PIECE {
        let before = piece.len();
        let most = LONGEST as u64 + 1;
        if reader.by_ref().take(most).read_until(b'\n', &mut piece)? == 0 {
            break;
        }
        if piece.len() - before > LONGEST {
            break;
        }
    }
    Ok(piece)
}

fn not_whole(path: &Path) -> Failure {
    let path = path.display();
    Failure::new(
        Exit::Unusable,
        format!(
            "{path} non è un archivio esportato intero; l'archivio che lo riceveva non si può \
             usare: preparane un altro con sts init"
        ),
        format!(
            "{path} is not a whole exported ledger; the database that took it cannot be used: \
             prepare another one with sts init"
        ),
    )
}
