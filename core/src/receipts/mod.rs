//! The receipts of a protocol as a person takes them: one ZIP with the originals, and the errors
//! in rows (PROTOCOL sections 6.2, 6.3 and 8.3).
//!
//! The service has two files for a protocol, the PDF receipt and the archive of errors, and may
//! have one of them, none, or something else than it promises. Everything that came is in the
//! ZIP, unchanged, and under a name that does not lie about its form; everything that did not come
//! is in [`Receipts::missing`], with the reason.

mod rows;

pub use rows::{Errors, ErrorsError, ReceiptRow, errors};

use std::fmt;

use serde::Serialize;

use crate::codes::{self, Explanation, FileStateKind, Kind, Severity};
use crate::wire::soap::MAX_BODY;
use crate::wire::zip::{self, Entry};
use crate::wire::{Esito, Messaggio, WireError};

/// How asking for one of the two files ended.
#[derive(Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The service answered: the bytes of the file, or why there is none.
    Answer(Esito<Vec<u8>>),
    /// The service failed, or its answer cannot be read.
    Failed(WireError),
    /// No answer came.
    Lost,
}

impl From<Result<Esito<Vec<u8>>, WireError>> for Fetched {
    fn from(answer: Result<Esito<Vec<u8>>, WireError>) -> Self {
        answer.map_or_else(Fetched::Failed, Fetched::Answer)
    }
}

impl fmt::Debug for Fetched {
    /// Not the file: receipts name people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fetched::Answer(Esito::Positivo(bytes)) => write!(f, "Positivo({} bytes)", bytes.len()),
            Fetched::Answer(Esito::Negativo(messaggi)) => write!(f, "Negativo({messaggi:?})"),
            Fetched::Failed(error) => write!(f, "Failed({error:?})"),
            Fetched::Lost => f.write_str("Lost"),
        }
    }
}

/// The receipts of one protocol.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("x-beside" = { "zip":
    "A ZIP archive with the PDF receipt and, when there are errors, the archive of errors, as the \
     service has them; no bytes at all when nothing came. The same answers give the same bytes." })))]
#[serde(rename_all = "camelCase")]
pub struct Receipts {
    /// The protocol number, as it was asked for.
    pub protocollo: String,
    /// A ZIP archive with `<protocollo>.pdf` and, when there are errors, `<protocollo>-errori.zip`;
    /// no bytes at all when nothing came. The same answers give the same bytes.
    ///
    /// What has not the form it should have is called `<protocollo>-ricevuta.bin` or
    /// `<protocollo>-errori.bin`. A protocol that does not begin with a digit, or has other
    /// characters than letters, digits, `.`, `_` and `-`, is no name of a file: then `sts` stands
    /// in its place.
    ///
    /// Not in the JSON: bytes travel beside it.
    #[serde(skip)]
    pub zip: Vec<u8>,
    /// The names in the archive, in its order.
    pub entries: Vec<String>,
    /// What the error archive says of the documents.
    pub rows: Vec<ReceiptRow>,
    /// How many lines of the error archive were not understood.
    pub unreadable: usize,
    /// What is not there, or not in its form.
    pub missing: Vec<Missing>,
}

impl fmt::Debug for Receipts {
    /// Not the archive: receipts name people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipts")
            .field("protocollo", &self.protocollo)
            .field("zip", &format_args!("{} bytes", self.zip.len()))
            .field("entries", &self.entries)
            .field("rows", &self.rows)
            .field("unreadable", &self.unreadable)
            .field("missing", &self.missing)
            .finish()
    }
}

/// One of the two files of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The PDF receipt.
    Pdf,
    /// The archive of errors.
    Errori,
}

/// Why a file is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum MissingCode {
    /// The service is still processing the file: ask again later.
    NotYet,
    /// There is no archive of errors because there are no errors (`WS11`). All is well.
    NoErrors,
    /// The whole file was discarded, so there are no errors of single documents; the PDF says why
    /// (`WS37`).
    DiscardedSeePdf,
    /// The service knows nothing of this protocol.
    NotFound,
    /// Passing trouble of the service: ask again later.
    TryLater,
    /// The service gives it not, for the reason in the messages.
    Refused,
    /// Instead of an answer there was a fault, or what cannot be read as one.
    Failed,
    /// No answer came: ask again.
    NoAnswer,
    /// The service gave a file without content.
    Empty,
    /// It came, and has not the form it should have; it is in the archive as `.bin`.
    Unreadable,
    /// It came, and is larger than any answer of the service can be; it is not in the archive.
    TooLarge,
}

impl MissingCode {
    /// How bad it is. [`Severity::Ok`] is as it should be: there were no errors, or it is too
    /// early.
    pub fn severity(self) -> Severity {
        match self {
            MissingCode::NotYet | MissingCode::NoErrors => Severity::Ok,
            MissingCode::TryLater | MissingCode::NoAnswer | MissingCode::Failed => {
                Severity::Segnalazione
            }
            MissingCode::DiscardedSeePdf
            | MissingCode::NotFound
            | MissingCode::Refused
            | MissingCode::Empty
            | MissingCode::Unreadable
            | MissingCode::TooLarge => Severity::Errore,
        }
    }
}

/// A file that is not there, or not in its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// Which file.
    pub what: Part,
    /// Why, for a host to branch on.
    pub code: MissingCode,
    /// How bad it is.
    pub severity: Severity,
    /// What the service said, if anything.
    pub messaggi: Vec<Messaggio>,
    /// What it means and what to do, for the user.
    pub it: String,
    /// The same in English.
    pub en: String,
}

impl Receipts {
    /// Makes the receipts of what the two services gave. `stato` is what is known of the file
    /// that has this protocol; `None` for the protocol of a single document, or when nothing is
    /// known.
    pub fn new(
        protocollo: &str,
        stato: Option<FileStateKind>,
        pdf: Fetched,
        errori: Fetched,
    ) -> Receipts {
        let stem = if is_file_name(protocollo) { protocollo } else { "sts" };
        let mut files = Vec::new();
        let mut missing = Vec::new();
        let mut errors = Errors::default();
        match bytes_of(pdf, Part::Pdf, stato) {
            Ok(bytes) => take_pdf(stem, bytes, &mut files, &mut missing),
            Err(absent) => missing.push(*absent),
        }
        match bytes_of(errori, Part::Errori, stato) {
            Ok(bytes) => errors = take_errors(stem, bytes, &mut files, &mut missing),
            Err(absent) => missing.push(*absent),
        }
        let zip = match &files[..] {
            [] => Vec::new(),
            files => zip::archive(files).expect("few files, none too large, with distinct names"),
        };
        Receipts {
            protocollo: protocollo.to_owned(),
            zip,
            entries: files.into_iter().map(|file| file.name).collect(),
            rows: errors.rows,
            unreadable: errors.unreadable,
            missing,
        }
    }
}

/// Whether a protocol can stand in the name of a file. It comes from a record or a person. Names
/// that mean something to a system (`.hidden`, `-option`, `CON`) begin with no digit; the numbers
/// of the service do (PROTOCOL section 6.7).
fn is_file_name(protocollo: &str) -> bool {
    protocollo.len() <= 64
        && protocollo.starts_with(|c: char| c.is_ascii_digit())
        && protocollo.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// The bytes that came, or why there are none.
fn bytes_of(
    fetched: Fetched,
    what: Part,
    stato: Option<FileStateKind>,
) -> Result<Vec<u8>, Box<Missing>> {
    let absent = match fetched {
        Fetched::Answer(Esito::Positivo(bytes)) if bytes.is_empty() => own(
            what,
            MissingCode::Empty,
            "Sistema TS ha dato un file vuoto: richiedi le ricevute più tardi.",
            "Sistema TS gave an empty file: ask for the receipts later.",
        ),
        Fetched::Answer(Esito::Positivo(bytes)) if bytes.len() > MAX_BODY => own(
            what,
            MissingCode::TooLarge,
            "Il file dato da Sistema TS è troppo grande e non è stato preso.",
            "The file given by Sistema TS is too large and was not taken.",
        ),
        Fetched::Answer(Esito::Positivo(bytes)) => return Ok(bytes),
        Fetched::Answer(Esito::Negativo(messaggi)) => refusal(what, messaggi, stato),
        Fetched::Failed(error @ WireError::Authentication { .. }) => {
            own(what, MissingCode::Failed, error.italian(), &sentence(&error))
        }
        Fetched::Failed(error) => own(
            what,
            MissingCode::Failed,
            "Sistema TS non ha risposto correttamente: richiedi le ricevute più tardi.",
            &sentence(&error),
        ),
        Fetched::Lost => own(
            what,
            MissingCode::NoAnswer,
            "La risposta di Sistema TS non è arrivata: richiedi le ricevute.",
            "The answer of Sistema TS did not arrive: ask for the receipts again.",
        ),
    };
    Err(Box::new(absent))
}

/// Puts the PDF in, out of the archive it may come in.
fn take_pdf(stem: &str, bytes: Vec<u8>, files: &mut Vec<Entry>, missing: &mut Vec<Missing>) {
    // An archive first: one that stores its PDF uncompressed also has the mark of a PDF near its
    // beginning.
    let problem = if zip::is_zip(&bytes) {
        match zip::read(&bytes) {
            Ok(inside) => {
                let alone = inside.len() == 1;
                let mut pdfs = inside.into_iter().filter(|file| zip::is_pdf(&file.bytes));
                match (pdfs.next(), pdfs.next()) {
                    (Some(pdf), None) => {
                        files.push(Entry { name: format!("{stem}.pdf"), bytes: pdf.bytes });
                        // What came beside the PDF is not for us to drop.
                        if !alone {
                            files.push(Entry { name: format!("{stem}-ricevuta.bin"), bytes });
                        }
                        return;
                    }
                    (None, _) => "an archive without a PDF".to_owned(),
                    (Some(_), Some(_)) => "an archive with several PDFs".to_owned(),
                }
            }
            Err(error) => error.to_string(),
        }
    } else if zip::is_pdf(&bytes) {
        files.push(Entry { name: format!("{stem}.pdf"), bytes });
        return;
    } else {
        "it is not a PDF".to_owned()
    };
    let name = format!("{stem}-ricevuta.bin");
    missing.push(own(
        Part::Pdf,
        MissingCode::Unreadable,
        &format!(
            "Sistema TS ha dato una ricevuta che non è un PDF leggibile: è nell'archivio così \
             com'è, con il nome {name}."
        ),
        &format!("The receipt is no readable PDF ({problem}): it is in the archive as {name}."),
    ));
    files.push(Entry { name, bytes });
}

/// Puts the archive of errors in, and reads it.
fn take_errors(
    stem: &str,
    bytes: Vec<u8>,
    files: &mut Vec<Entry>,
    missing: &mut Vec<Missing>,
) -> Errors {
    match errors(&bytes) {
        Ok(errors) => {
            files.push(Entry { name: format!("{stem}-errori.zip"), bytes });
            errors
        }
        Err(problem) => {
            let name = format!("{stem}-errori.bin");
            missing.push(own(
                Part::Errori,
                MissingCode::Unreadable,
                &format!(
                    "Sistema TS ha dato un archivio degli errori che non si riesce a leggere: è \
                     nell'archivio così com'è, con il nome {name}. Cerca gli errori nella \
                     ricevuta PDF."
                ),
                &format!(
                    "The archive of errors cannot be read ({problem}): it is in the archive as \
                     {name}. Look for the errors in the PDF receipt."
                ),
            ));
            files.push(Entry { name, bytes });
            Errors::default()
        }
    }
}

/// What a negative answer means for this file.
fn refusal(what: Part, messaggi: Vec<Messaggio>, stato: Option<FileStateKind>) -> Missing {
    let explained = |m: &Messaggio| codes::explain(&m.codice, Some(&m.tipo));
    let known = messaggi.iter().map(explained).find(|e| e.kind != Kind::Unknown);
    let explanation = known.or_else(|| messaggi.first().map(explained));
    let kind = explanation.map_or(Kind::Unknown, |explanation| explanation.kind);
    let is_discarded = matches!(
        stato,
        Some(FileStateKind::DiscardedInProcessing | FileStateKind::DiscardedAtAcceptance)
    );
    let missing = match (kind, what) {
        (Kind::FileDiscarded, Part::Errori) => {
            by_table(what, MissingCode::DiscardedSeePdf, explanation)
        }
        (Kind::Transient, _) => by_table(what, MissingCode::TryLater, explanation),
        // Also when it says that there are no errors: none yet.
        (Kind::NoErrorFile | Kind::NothingFound | Kind::Unknown, _)
            if stato == Some(FileStateKind::InProgress) =>
        {
            own(
                what,
                MissingCode::NotYet,
                "Sistema TS sta ancora elaborando il file: richiedi le ricevute più tardi.",
                "Sistema TS is still processing the file: ask for the receipts later.",
            )
        }
        (Kind::NoErrorFile, Part::Errori) => by_table(what, MissingCode::NoErrors, explanation),
        (Kind::NothingFound | Kind::Unknown, Part::Errori) if is_discarded => {
            let discarded = codes::explain("WS37", None);
            by_table(what, MissingCode::DiscardedSeePdf, Some(discarded))
        }
        (Kind::NothingFound, Part::Pdf) => own(
            what,
            MissingCode::NotFound,
            "Sistema TS non trova la ricevuta di questo protocollo: se l'invio è recente riprova \
             più tardi, altrimenti controlla il numero di protocollo.",
            "Sistema TS finds no receipt of this protocol: if it was sent recently try later, \
             otherwise check the protocol number.",
        ),
        (Kind::NothingFound, Part::Errori) => own(
            what,
            MissingCode::NotFound,
            "Sistema TS non trova errori di questo protocollo, e non dice che non ce ne sono.",
            "Sistema TS finds no errors of this protocol, and does not say that there are none.",
        ),
        _ => by_table(what, MissingCode::Refused, explanation),
    };
    Missing { messaggi, ..missing }
}

fn by_table(what: Part, code: MissingCode, explanation: Option<Explanation>) -> Missing {
    match explanation {
        Some(Explanation { meaning, advice, .. }) => own(
            what,
            code,
            &format!("{} {}", meaning.it, advice.it),
            &format!("{} {}", meaning.en, advice.en),
        ),
        None => own(
            what,
            code,
            "Sistema TS non ha dato il file e non dice perché: riprova più tardi.",
            "Sistema TS did not give the file and does not say why: try later.",
        ),
    }
}

fn own(what: Part, code: MissingCode, it: &str, en: &str) -> Missing {
    Missing {
        what,
        code,
        severity: code.severity(),
        messaggi: Vec::new(),
        it: it.to_owned(),
        en: en.to_owned(),
    }
}

fn sentence(error: &WireError) -> String {
    format!("The receipt was not given: {error}.")
}

#[cfg(test)]
mod tests;
