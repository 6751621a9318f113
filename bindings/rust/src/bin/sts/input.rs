//! Files of invoices, recognised by their content.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sts_core::domain::InputError;
use sts_core::domain::invoice::{Input, JsonLimits, read_json};
use sts_core::wire::fatturapa::read_fatturapa;
use sts_core::wire::invoice_csv::read_invoice_csv;

use crate::failure::{Exit, Failure};
use crate::ui::Ui;

/// The documents of a file, in order; one of a wrong form does not lose the others.
pub(crate) type Documents = Vec<Result<Input, InputError>>;

/// Reads a file of at most `limit` bytes.
pub(crate) fn bytes(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: std::io::Error| {
        let path = path.display();
        Failure::new(
            Exit::Unusable,
            format!("non riesco a leggere {path}: {error}"),
            format!("cannot read {path}: {error}"),
        )
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > limit {
        let (path, limit) = (path.display(), limit >> 20);
        return Err(Failure::new(
            Exit::Unusable,
            format!("{path} supera {limit} MiB: dividilo in più file"),
            format!("{path} is over {limit} MiB: split it"),
        ));
    }
    Ok(bytes)
}

/// Reads the invoices of one of several files. A file that cannot be used does not lose the
/// others: it is named, the command goes on and ends with that exit code.
pub(crate) fn or_next(
    ui: &Ui,
    path: &Path,
    files: &[PathBuf],
    unusable: &mut Option<Exit>,
) -> Result<Documents, Failure> {
    match documents(path) {
        Err(failure) if files.len() > 1 => {
            eprintln!("sts: {}", failure.message(ui.lang));
            *unusable = Some(failure.exit);
            Ok(Documents::new())
        }
        read => read,
    }
}

/// Reads the invoices of a file: JSON, FatturaPA's XML or CSV, whichever it looks like.
pub(crate) fn documents(path: &Path) -> Result<Documents, Failure> {
    let limits = JsonLimits::default();
    let bytes = bytes(path, limits.bytes)?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let documents = match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        // No text of any encoding that is read has a NUL: archives, PDF, spreadsheets, UTF-16.
        // Signatures have some, and are named below.
        first if first != Some(&0x30) && text.contains(&0) => {
            let path = path.display();
            return Err(Failure::new(
                Exit::Unusable,
                format!(
                    "{path} non è un file di testo in UTF-8: servono fatture in JSON, in CSV o in \
                     XML FatturaPA"
                ),
                format!(
                    "{path} is not text in UTF-8: expected invoices as JSON, CSV or FatturaPA XML"
                ),
            ));
        }
        Some(b'{' | b'[') => read_json(&bytes, &limits),
        // A signed file begins with the tag of its ASN.1; the reader of XML names it.
        Some(b'<' | 0x30) if is_markup(text) => read_fatturapa(&bytes).map(|invoices| {
            invoices.into_iter().map(|i| i.map(|i| Input::Invoice(Box::new(i)))).collect()
        }),
        _ => read_invoice_csv(&bytes),
    };
    documents.map_err(|error| {
        let path = path.display();
        Failure::new(
            Exit::Unusable,
            format!("{path}: {} ({})", error.it, error.code),
            format!("{path}: {} ({})", error.en, error.code),
        )
    })
}

/// Whether the bytes are XML in any encoding, or XML inside a signature.
fn is_markup(text: &[u8]) -> bool {
    !text.starts_with(b"0") || text.get(1).is_some_and(|length| *length >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Documents, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("invoices");
        std::fs::write(&path, bytes).unwrap();
        documents(&path)
    }

    fn message(bytes: &[u8]) -> String {
        read(bytes).unwrap_err().message(crate::ui::Lang::En).to_owned()
    }

    #[test]
    fn a_file_is_recognised_by_its_content() {
        let json = b"\xef\xbb\xbf  [{\"id\":\"a\"},{\"id\":\"b\"}]";
        let csv = b"id;stato;numDocumento\n1;emessa;1\n2;emessa;2\n";
        for bytes in [&json[..], csv] {
            let documents = read(bytes).unwrap();
            assert_eq!(documents.iter().filter(|document| document.is_ok()).count(), 2);
        }
        assert!(message(b"{\"id\"").contains("JSON_SYNTAX"));
        assert!(message(b"<?xml version=\"1.0\"?><a/>").contains("FATTURAPA_FORM"));
        assert!(message(b"").contains("CSV_EMPTY"));
        for binary in
            [&b"PK\x03\x04\x14\0\0\0"[..], b"\xff\xfe{\0\"\0", b"{\0\"\0", b"%PDF-1.7\n\0"]
        {
            assert!(message(binary).contains("UTF-8"));
        }
    }

    #[test]
    fn a_signed_file_is_named_and_a_column_that_begins_with_a_digit_is_not_one() {
        assert!(message(b"0\x82\x10\x00\x06\x09*\x86H").contains("p7m"));
        assert!(message(b"0;id\n").contains("CSV_"));
    }
}
