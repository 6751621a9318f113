//! The rows of an error archive: what the service found wrong, document by document.

use serde::Serialize;

use crate::codes::{self, Severity, Text};
use crate::domain::IdSpesa;
use crate::wire::csv::{self, CsvError, RigaErrore};
use crate::wire::zip::{self, ZipError};

/// The most rows of one archive, its files together: the file it speaks of has at most 5 MB.
const MAX_ROWS: usize = 500_000;

/// One thing the service says of a document, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReceiptRow {
    /// The document as the service names it.
    pub id_spesa: IdSpesa,
    /// The host's id of the document; `None` when the ledger has no such document, and always
    /// when the rows were read without an engine.
    pub document: Option<String>,
    /// Kind of expense of the item at fault; `None` when it is the document as a whole.
    pub tipo_spesa: Option<String>,
    /// `S…` refused, `W…` stored with a remark.
    pub codice: String,
    /// The service's words, shortened and without personal data.
    pub descrizione: String,
    /// How bad it is: with [`Errore`](Severity::Errore) the document was not stored.
    pub severity: Severity,
    /// What it means, in our reading.
    pub meaning: Text,
    /// What to do.
    pub advice: Text,
}

impl From<RigaErrore> for ReceiptRow {
    fn from(row: RigaErrore) -> Self {
        let explanation = codes::explain(&row.codice, None);
        ReceiptRow {
            id_spesa: row.id,
            document: None,
            tipo_spesa: row.tipo_spesa,
            codice: row.codice,
            descrizione: row.descrizione,
            severity: explanation.severity,
            meaning: explanation.meaning,
            advice: explanation.advice,
        }
    }
}

/// What an error archive says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// The rows of its files, one file after the other.
    pub rows: Vec<ReceiptRow>,
    /// How many lines say something that was not understood, counted up to 1000 in each file.
    /// While there is one, a document without a row is not known to be accepted.
    pub unreadable: usize,
}

/// Why an error archive says nothing at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorsError {
    /// The bytes do not begin as a ZIP archive does.
    #[error("it is not a ZIP archive")]
    NotAnArchive,
    /// An archive that cannot be read, or is not safe to read.
    #[error(transparent)]
    Archive(#[from] ZipError),
    /// None of its files has the columns of the error CSV (PROTOCOL section 6.3).
    #[error("the archive holds no CSV of errors")]
    NoCsv,
    /// Over 500 000 rows. No part of them is taken: a document whose row is missing would look
    /// accepted.
    #[error("the archive holds too many rows")]
    TooManyRows,
}

impl ErrorsError {
    /// The stable code, on which a host branches.
    pub fn code(self) -> &'static str {
        match self {
            ErrorsError::NotAnArchive => "NOT_AN_ARCHIVE",
            ErrorsError::Archive(ZipError::Format) => "ARCHIVE_DAMAGED",
            ErrorsError::Archive(ZipError::Name) => "ARCHIVE_NAME",
            ErrorsError::Archive(ZipError::TooManyFiles | ZipError::TooLarge) => {
                "ARCHIVE_TOO_LARGE"
            }
            ErrorsError::NoCsv => "NO_CSV",
            ErrorsError::TooManyRows => "TOO_MANY_ROWS",
        }
    }
}

/// Reads the archive that DettaglioErrori gives, within the limits of [`zip::read`]: 64 files and
/// 64 MiB. Lines of a file that is no error CSV count as not understood.
pub fn errors(archive: &[u8]) -> Result<Errors, ErrorsError> {
    if !zip::is_zip(archive) {
        return Err(ErrorsError::NotAnArchive);
    }
    let mut errors = Errors::default();
    let mut found = false;
    for file in zip::read(archive)? {
        match csv::dettaglio_errori(&file.bytes) {
            Ok(csv) => {
                found = true;
                errors.unreadable += csv.unreadable.len();
                if errors.rows.len() + csv.rows.len() > MAX_ROWS {
                    return Err(ErrorsError::TooManyRows);
                }
                errors.rows.extend(csv.rows.into_iter().map(ReceiptRow::from));
            }
            Err(CsvError::TooLarge) => return Err(ErrorsError::TooManyRows),
            Err(CsvError::Column(_)) => {
                let lines = file.bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty());
                errors.unreadable += lines.take(1000).count();
            }
        }
    }
    if found { Ok(errors) } else { Err(ErrorsError::NoCsv) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::wire::zip::Entry;

    pub(in crate::receipts) const HEADER: &str = "CF PROPRIETARIO; COD REGIONE; COD ASL; COD SSA; \
        PARTITA IVA; DATA EMISSIONE; DOCUMENTO FISCALE DISPOSITIVO; DOCUMENTO FISCALE NUMERO; \
        TIPO SPESA; CODICE ERRORE; DESCRIZIONE ERRORE\r\n";
    pub(in crate::receipts) const REFUSED: &str =
        "X;;;;00000000000;21/12/2026;1;2026/0035;;S011;IL CF RISULTA ERRATO\r\n";
    pub(in crate::receipts) const REMARK: &str =
        "X;;;;00000000000;21/12/2026;1;2026/0036;SP;W003;CF NON PRESENTE\r\n";

    pub(in crate::receipts) fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let entry = |(name, text): &(&str, &str)| Entry {
            name: (*name).to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        zip::archive(&files.iter().map(entry).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_row_says_what_it_means_and_what_to_do() {
        let errors = errors(&archive(&[("1.csv", &[HEADER, REFUSED, REMARK].concat())])).unwrap();
        let [refused, remark] = &errors.rows[..] else { panic!("{errors:?}") };
        assert_eq!(refused.id_spesa.num_documento.as_str(), "2026/0035");
        assert_eq!((refused.severity, &refused.document), (Severity::Errore, &None));
        assert_eq!(refused.meaning, codes::explain("S011", None).meaning);
        assert_eq!(refused.advice, codes::explain("S011", None).advice);
        assert_eq!((remark.severity, remark.tipo_spesa.as_deref()), {
            (Severity::Segnalazione, Some("SP"))
        });
    }

    #[test]
    fn the_files_of_an_archive_follow_each_other_and_each_has_its_header() {
        let (one, two) = ([HEADER, REFUSED].concat(), [HEADER, REMARK, "???\n"].concat());
        let errors = errors(&archive(&[("1.csv", &one), ("2.csv", &two)])).unwrap();
        let codes: Vec<_> = errors.rows.iter().map(|row| row.codice.as_str()).collect();
        assert_eq!((codes, errors.unreadable), (vec!["S011", "W003"], 1));
    }

    #[test]
    fn what_is_no_error_csv_is_counted_and_never_passes_for_silence() {
        let csv = [HEADER, REFUSED].concat();
        let read = errors(&archive(&[("1.csv", &csv), ("leggimi.txt", "uno\ndue\n")])).unwrap();
        assert_eq!((read.rows.len(), read.unreadable), (1, 2));
        for (bytes, code) in [
            (archive(&[("leggimi.txt", "uno\n")]), "NO_CSV"),
            (archive(&[("vuoto.csv", "")]), "NO_CSV"),
            (csv.into_bytes(), "NOT_AN_ARCHIVE"),
            (Vec::new(), "NOT_AN_ARCHIVE"),
            (b"PK\x03\x04".to_vec(), "ARCHIVE_DAMAGED"),
            (archive(&[("1.csv", &" ".repeat(8 << 20))]), "ARCHIVE_TOO_LARGE"),
        ] {
            assert_eq!(errors(&bytes).unwrap_err().code(), code);
        }
    }

    #[test]
    fn too_many_rows_are_refused_as_a_whole() {
        // Distinct numbers, so that the archive is no bomb to look at.
        let file = |file: usize| {
            let rows = (0..=MAX_ROWS / 5).map(|row| {
                format!(";;;;00000000000;21/12/2026;1;{file}{:x};;S011;\n", row * 7919 % 1_000_003)
            });
            (format!("{file}.csv"), HEADER.to_owned() + &rows.collect::<String>())
        };
        let files: Vec<_> = (0..5).map(file).collect();
        let files: Vec<_> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        assert_eq!(errors(&archive(&files)), Err(ErrorsError::TooManyRows));
    }
}
