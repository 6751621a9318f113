use super::rows::tests::{HEADER, REFUSED, REMARK, archive};
use super::*;
use crate::wire::soap::Page;

const PROTOCOLLO: &str = "16122522242096203";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n";

fn given(bytes: impl Into<Vec<u8>>) -> Fetched {
    Fetched::Answer(Esito::Positivo(bytes.into()))
}

fn refused(codice: &str) -> Fetched {
    let messaggio = Messaggio {
        codice: codice.to_owned(),
        descrizione: "TESTO".to_owned(),
        tipo: String::new(),
    };
    Fetched::Answer(Esito::Negativo(vec![messaggio]))
}

fn errors_archive() -> Vec<u8> {
    archive(&[("16122522242096203.csv", &[HEADER, REFUSED, REMARK].concat())])
}

fn entry(name: &str, bytes: &[u8]) -> Entry {
    Entry { name: name.to_owned(), bytes: bytes.to_vec() }
}

/// What is in the archive, nested archives as they are.
fn content(receipts: &Receipts) -> Vec<(String, Vec<u8>)> {
    use std::io::Read;
    let mut archive = ::zip::ZipArchive::new(std::io::Cursor::new(&receipts.zip)).unwrap();
    let content = (0..archive.len()).map(|index| {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().to_owned(), bytes)
    });
    let content: Vec<_> = content.collect();
    assert!(content.iter().map(|(name, _)| name).eq(&receipts.entries));
    content
}

fn reasons(receipts: &Receipts) -> Vec<(Part, MissingCode)> {
    receipts.missing.iter().map(|missing| (missing.what, missing.code)).collect()
}

#[test]
fn the_originals_are_in_one_archive_unchanged() {
    let new = || Receipts::new(PROTOCOLLO, None, given(PDF), given(errors_archive()));
    let receipts = new();
    assert_eq!(
        content(&receipts),
        [
            (format!("{PROTOCOLLO}.pdf"), PDF.to_vec()),
            (format!("{PROTOCOLLO}-errori.zip"), errors_archive()),
        ]
    );
    assert_eq!((receipts.rows.len(), receipts.unreadable), (2, 0));
    assert!(receipts.missing.is_empty());
    assert_eq!(receipts, new(), "the same answers give the same bytes");
}

#[test]
fn no_errors_is_no_fault_and_the_pdf_stands_alone() {
    let receipts = Receipts::new(PROTOCOLLO, None, given(PDF), refused("WS11"));
    assert_eq!(receipts.entries, [format!("{PROTOCOLLO}.pdf")]);
    let [missing] = &receipts.missing[..] else { panic!("{receipts:?}") };
    assert_eq!((missing.what, missing.code), (Part::Errori, MissingCode::NoErrors));
    assert_eq!(missing.severity, Severity::Ok);
    assert!(missing.it.starts_with(codes::explain("WS11", None).meaning.it));
    assert_eq!(missing.messaggi[0].descrizione, "TESTO");
}

#[test]
fn of_a_discarded_file_the_pdf_says_why() {
    let discarded = [(Part::Errori, MissingCode::DiscardedSeePdf)];
    let receipts = Receipts::new(PROTOCOLLO, None, given(PDF), refused("WS37"));
    assert_eq!(reasons(&receipts), discarded);
    assert!(receipts.missing[0].it.contains("ricevuta PDF"), "{receipts:?}");
    let state = Some(FileStateKind::DiscardedInProcessing);
    let receipts = Receipts::new(PROTOCOLLO, state, given(PDF), refused("WS96"));
    assert_eq!(reasons(&receipts), discarded);
}

#[test]
fn while_a_file_is_processed_there_is_nothing_yet_not_even_no_errors() {
    let state = Some(FileStateKind::InProgress);
    for code in ["WS11", "WS96", "WS777"] {
        let receipts = Receipts::new(PROTOCOLLO, state, refused(code), refused(code));
        assert_eq!(
            reasons(&receipts),
            [(Part::Pdf, MissingCode::NotYet), (Part::Errori, MissingCode::NotYet)],
            "{code}"
        );
        assert!(receipts.zip.is_empty() && receipts.entries.is_empty());
        assert!(receipts.missing.iter().all(|missing| missing.severity == Severity::Ok));
    }
}

#[test]
fn what_the_service_does_not_give_has_its_reason() {
    let fault = |page| Fetched::Failed(WireError::NotSoap { status: 503, page });
    for (answer, code) in [
        (refused("WS96"), MissingCode::NotFound),
        (refused("WS99"), MissingCode::TryLater),
        (refused("104"), MissingCode::Refused),
        (refused("WS777"), MissingCode::Refused),
        (Fetched::Answer(Esito::Negativo(Vec::new())), MissingCode::Refused),
        (fault(Page::Maintenance), MissingCode::Failed),
        (Fetched::Lost, MissingCode::NoAnswer),
        (given(""), MissingCode::Empty),
        (given(vec![0; MAX_BODY + 1]), MissingCode::TooLarge),
    ] {
        let receipts = Receipts::new(PROTOCOLLO, None, answer.clone(), answer);
        assert_eq!(reasons(&receipts), [(Part::Pdf, code), (Part::Errori, code)]);
        for missing in &receipts.missing {
            assert!(missing.it.ends_with('.') && missing.en.ends_with('.'), "{missing:?}");
        }
        assert!(receipts.zip.is_empty());
    }
    // One of the two does not cost the other.
    let receipts = Receipts::new(PROTOCOLLO, None, Fetched::Lost, given(errors_archive()));
    assert_eq!(receipts.entries, [format!("{PROTOCOLLO}-errori.zip")]);
    assert_eq!(receipts.rows.len(), 2);
}

#[test]
fn credentials_refused_while_a_file_is_processed_are_said() {
    let state = Some(FileStateKind::InProgress);
    let receipts = Receipts::new(PROTOCOLLO, state, refused("104"), refused("104"));
    let refused = [(Part::Pdf, MissingCode::Refused), (Part::Errori, MissingCode::Refused)];
    assert_eq!(reasons(&receipts), refused);
    assert!(receipts.missing[0].it.starts_with(codes::explain("104", None).meaning.it));
}

#[test]
fn a_pdf_wrapped_in_an_archive_is_taken_out() {
    let wrapped = zip::archive(&[entry("r.pdf", PDF)]).unwrap();
    let receipts = Receipts::new(PROTOCOLLO, None, given(wrapped), refused("WS11"));
    assert_eq!(content(&receipts), [(format!("{PROTOCOLLO}.pdf"), PDF.to_vec())]);

    // Uncompressed, its bytes show through those of the archive.
    let mut stored = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = ::zip::write::SimpleFileOptions::default()
        .compression_method(::zip::CompressionMethod::Stored);
    stored.start_file("r.pdf", options).unwrap();
    std::io::Write::write_all(&mut stored, PDF).unwrap();
    let stored = stored.finish().unwrap().into_inner();
    assert!(zip::is_pdf(&stored), "which is why the form of an archive is looked at first");
    let receipts = Receipts::new(PROTOCOLLO, None, given(stored), refused("WS11"));
    assert_eq!(content(&receipts), [(format!("{PROTOCOLLO}.pdf"), PDF.to_vec())]);

    // What was beside it is not lost.
    let wrapped = zip::archive(&[entry("r.pdf", PDF), entry("nota.txt", b"x")]).unwrap();
    let receipts = Receipts::new(PROTOCOLLO, None, given(wrapped.clone()), refused("WS11"));
    assert_eq!(
        content(&receipts),
        [
            (format!("{PROTOCOLLO}.pdf"), PDF.to_vec()),
            (format!("{PROTOCOLLO}-ricevuta.bin"), wrapped),
        ]
    );
    assert_eq!(reasons(&receipts), [(Part::Errori, MissingCode::NoErrors)]);
}

#[test]
fn what_has_another_form_gets_no_false_name_and_is_not_lost() {
    let two = zip::archive(&[entry("1.pdf", PDF), entry("2.pdf", PDF)]).unwrap();
    let none = zip::archive(&[entry("1.pdf", b"<html>")]).unwrap();
    for bytes in [b"<html>".to_vec(), b"PK\x03\x04".to_vec(), two, none] {
        let receipts = Receipts::new(PROTOCOLLO, None, given(bytes.clone()), given(bytes.clone()));
        assert_eq!(
            content(&receipts),
            [
                (format!("{PROTOCOLLO}-ricevuta.bin"), bytes.clone()),
                (format!("{PROTOCOLLO}-errori.bin"), bytes),
            ]
        );
        let unreadable = MissingCode::Unreadable;
        assert_eq!(reasons(&receipts), [(Part::Pdf, unreadable), (Part::Errori, unreadable)]);
        assert!(receipts.missing[0].it.contains("-ricevuta.bin"), "{receipts:?}");
    }
}

#[test]
fn a_protocol_that_is_no_name_of_a_file_lends_none() {
    let long = "1".repeat(65);
    for protocollo in ["../1", "1/2", "", ".1", "-rf", "CON", "1\u{0}", "1\\2", "1:2", "à", &long]
    {
        let receipts = Receipts::new(protocollo, None, given(PDF), given(errors_archive()));
        assert_eq!(receipts.entries, ["sts.pdf", "sts-errori.zip"], "{protocollo:?}");
        assert_eq!(receipts.protocollo, protocollo);
    }
}

#[test]
fn neither_json_nor_debug_show_the_bytes() {
    let receipts = Receipts::new(PROTOCOLLO, None, given(PDF), given(errors_archive()));
    let json = serde_json::to_value(&receipts).unwrap();
    assert_eq!(json.get("zip"), None);
    assert_eq!(json["rows"][0]["idSpesa"]["numDocumento"], "2026/0035");
    assert_eq!(json["rows"][0]["severity"], "errore");
    assert!(json["rows"][0]["advice"]["it"].is_string());
    let missing = Receipts::new(PROTOCOLLO, None, Fetched::Lost, refused("WS11")).missing;
    let json = serde_json::to_value(missing).unwrap();
    assert_eq!((&json[0]["what"], &json[0]["code"]), (&"pdf".into(), &"NO_ANSWER".into()));
    assert_eq!(json[1]["severity"], "ok");
    for debug in [format!("{receipts:?}"), format!("{:?}", given(PDF))] {
        assert!(!debug.contains("%PDF") && !debug.contains("37, 80, 68"), "{debug}");
    }
}
