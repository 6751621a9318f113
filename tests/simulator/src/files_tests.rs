//! The file service and its receipts (PROTOCOL sections 5.2, 5.3 and 6.1 to 6.3).

use crate::testing::{ACCREDITATA, Answer, Bench, Doc, OTHER_PATIENT};
use crate::*;

const HOUR: i64 = 3_600_000;

/// Sends a file of insertions and lets its processing pass; returns the protocol.
fn processed(bench: &mut Bench, docs: &[Doc]) -> String {
    let items: Vec<_> = docs.iter().map(|doc| ("I", doc, None)).collect();
    let protocollo = bench.send_file(&items).field("protocollo");
    bench.now_ms += HOUR;
    protocollo
}

fn counts(answer: &Answer) -> String {
    ["stato", "nInviati", "nAccolti", "nWarnings", "nErrori"]
        .map(|name| answer.field(name))
        .join(" ")
}

#[test]
fn a_received_file_has_a_protocol_and_nothing_is_stored_yet() {
    let mut bench = Bench::new("2026-03-10");
    let answer = bench.send_file(&[("I", &Doc::new("1"), None)]);
    assert_eq!(answer.field("codiceEsito"), "000");
    assert_eq!(answer.field("dataAccoglienza"), "10-03-2026 13:00:00");
    let protocollo = answer.field("protocollo");
    assert!(protocollo.len() == 17 && protocollo.starts_with("260310130000"));
    assert_eq!(answer.all("idErrore"), [""]);
    assert!(bench.world.documents().is_empty());
    assert_eq!(counts(&bench.outcome(&protocollo)), "0 0 0 0 0");
    bench.now_ms += 30_000;
    assert_eq!(counts(&bench.outcome(&protocollo)), "1 0 0 0 0");
    bench.now_ms += 30_000;
    assert_eq!(counts(&bench.outcome(&protocollo)), "2 1 1 0 0");
    assert_eq!(bench.world.documents()[0].nome_file, "prova.zip");
}

#[test]
fn a_file_does_all_four_operations_in_its_order() {
    let mut bench = Bench::new("2026-03-10");
    let (one, two, refund) = (Doc::new("1"), Doc::new("2").on("2026-03-02"), Doc::new("R"));
    let varied = one.clone().costs("SP", "10.00");
    let answer = bench.send_file(&[
        ("I", &one, None),
        ("V", &varied, None),
        ("R", &refund, Some(&one)),
        ("I", &two, None),
        ("C", &two, None),
    ]);
    bench.now_ms += HOUR;
    assert_eq!(counts(&bench.outcome(&answer.field("protocollo"))), "2 5 5 0 0");
    let view = bench.world.document(&one.key()).unwrap();
    assert_eq!((view.totals_cents["SP"], view.refunded_cents["SP"]), (1000, 9000));
    assert!(bench.world.document(&two.key()).unwrap().cancelled);
}

#[test]
fn refused_and_remarked_documents_are_in_the_csv_and_the_others_are_stored() {
    let mut bench = Bench::new("2026-03-10");
    let wrong = Doc::new("2").of("PZNPRV90E55X999A").with(|d| d.tracciato = None);
    let protocollo = processed(&mut bench, &[Doc::new("1"), wrong, Doc::new("3")]);
    assert_eq!(counts(&bench.outcome(&protocollo)), "3 3 2 1 1");
    let csv = bench.errors(&protocollo).unzipped("csv");
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(
        rows[0],
        "CF PROPRIETARIO; COD REGIONE; COD ASL; COD SSA; PARTITA IVA; DATA EMISSIONE; DOCUMENTO \
         FISCALE DISPOSITIVO; DOCUMENTO FISCALE NUMERO; TIPO SPESA; CODICE ERRORE; DESCRIZIONE ERRORE"
    );
    assert_eq!(
        rows[1],
        "PSCPRV80A01X999I;;;;99900011000;01/03/2026;1;2;;S011;IL CF DEL CITTADINO RISULTA \
         FORMALMENTE ERRATO"
    );
    let codes: Vec<&str> = rows[1..].iter().map(|row| row.split(';').nth(9).unwrap()).collect();
    assert_eq!(codes, ["S011", "S905", "W014"]);
    assert_eq!(bench.world.documents().len(), 2);
}

#[test]
fn receipts_say_why_there_is_no_csv() {
    let mut bench = Bench::new("2026-03-10");
    let clean = bench.send_file(&[("I", &Doc::new("1"), None)]).field("protocollo");
    assert_eq!(bench.errors(&clean).brief(), "1 WS96");
    assert_eq!(bench.pdf(&clean).brief(), "1 WS96");
    bench.now_ms += HOUR;
    assert_eq!(bench.errors(&clean).brief(), "1 WS11");
    assert_eq!(bench.errors("16122522242096203").brief(), "1 WS96");
    let broken = bench.send_zip("prova.zip", &zip_of("prova.xml", b"<precompilata/>"));
    bench.now_ms += HOUR;
    let broken = broken.field("protocollo");
    assert_eq!(counts(&bench.outcome(&broken)), "5 0 0 0 0");
    assert_eq!(bench.errors(&broken).brief(), "1 WS37");
    assert_eq!(bench.pdf(&broken).brief(), "0");
}

#[test]
fn a_receipt_names_protocol_and_counts_and_nobody() {
    use base64::Engine as _;
    let mut bench = Bench::new("2026-03-10");
    let protocollo = processed(&mut bench, &[Doc::new("1"), Doc::new("1")]);
    let pdf = base64::engine::general_purpose::STANDARD.decode(bench.pdf(&protocollo).field("pdf"));
    let text = String::from_utf8(pdf.unwrap()).unwrap();
    assert!(text.starts_with("%PDF-1.4") && text.ends_with("%%EOF\n"));
    assert!(text.contains(&protocollo) && text.contains("(Documenti scartati: 1)"));
    assert!(!text.contains(testing::PSICOLOGO) && !text.contains(testing::PATIENT));
    let sync = bench.insert(&Doc::new("2").on("2026-03-03")).field("protocollo");
    assert_eq!(bench.pdf(&sync).brief(), "0", "receipts exist for sync calls too");
}

#[test]
fn acceptance_checks_have_their_codes() {
    let mut bench = Bench::new("2026-03-10");
    let good = zip_of("a.xml", b"<a/>");
    let mut code = |name: &str, zip: &[u8]| {
        let answer = bench.send_zip(name, zip);
        assert!(answer.field("codiceEsito") == "000" || answer.field("protocollo").is_empty());
        answer.field("codiceEsito")
    };
    assert_eq!(code("prova.xml", &good), "101");
    assert_eq!(code("prova.zip", b"<a/>"), "102");
    assert_eq!(code("prova.zip", b""), "103");
    assert_eq!(code("prova.zip", &vec![0; 5 * 1024 * 1024 + 1]), "108");
    assert_eq!(code("PROVA.ZIP", &good), "000");
    assert!(bench.send_zip("a.zip", &good).field("faultstring").starts_with("cvc-"));
    bench.pincode = Some("1".into());
    assert_eq!(bench.send_zip("prova.zip", &good).field("codiceEsito"), "104");
}

#[test]
fn the_owner_of_the_envelope_is_in_clear() {
    let mut bench = Bench::new("2026-03-10");
    bench.cf_proprietario = Some(bench.seal(testing::PSICOLOGO));
    let answer = bench.send_zip("prova.zip", &zip_of("a.xml", b"<a/>"));
    assert_eq!(answer.field("codiceEsito"), "010");
}

#[test]
fn identical_content_is_discarded_unless_the_first_was_discarded_too() {
    let mut bench = Bench::new("2026-03-10");
    let xml = bench.file_xml(&[("I", &Doc::new("1"), None)]);
    let zip = zip_of("prova.xml", xml.as_bytes());
    let state = |bench: &mut Bench| {
        let protocollo = bench.send_zip("prova.zip", &zip).field("protocollo");
        bench.now_ms += HOUR;
        bench.outcome(&protocollo).field("stato")
    };
    bench.fault(FaultRule::next(Fault::FileState { stato: 9 }));
    assert_eq!(state(&mut bench), "9");
    assert_eq!(state(&mut bench), "2");
    assert_eq!(state(&mut bench), "5");
    assert_eq!(bench.world.documents()[0].times_inserted, 1);
}

#[test]
fn forced_states_and_delays_are_obeyed() {
    for stato in [0, 1, 2, 3, 5, 9] {
        let mut bench = Bench::new("2026-03-10");
        bench.fault(FaultRule::next(Fault::FileState { stato }).of(Operation::InviaFileMtom));
        let protocollo = processed(&mut bench, &[Doc::new("1")]);
        assert_eq!(bench.outcome(&protocollo).field("stato"), stato.to_string());
        assert_eq!(bench.world.documents().len(), usize::from(matches!(stato, 2 | 3)));
    }
    let mut bench = Bench::new("2026-03-10");
    bench.fault(FaultRule::next(Fault::ProcessingDelay { ms: 5 * HOUR as u64 }));
    let protocollo = processed(&mut bench, &[Doc::new("1")]);
    assert_eq!(bench.outcome(&protocollo).field("stato"), "0");
    bench.now_ms += 4 * HOUR;
    assert_eq!(bench.outcome(&protocollo).field("stato"), "2");
}

#[test]
fn codes_forced_on_a_file_strike_one_document_when_it_is_processed() {
    let mut bench = Bench::new("2026-03-10");
    let fault =
        Fault::Code { codice: "S003".into(), descrizione: Some("PROVA".into()), tipo: None };
    bench.fault(FaultRule::next(fault).on(Doc::new("2").key()));
    let two = Doc::new("2").of(OTHER_PATIENT);
    let protocollo = processed(&mut bench, &[Doc::new("1"), two]);
    assert_eq!(counts(&bench.outcome(&protocollo)), "3 2 1 0 1");
    assert!(bench.errors(&protocollo).unzipped("csv").contains(";2;;S003;PROVA\n"));
    let fault = Fault::Code { codice: "108".into(), descrizione: None, tipo: None };
    bench.fault(FaultRule::next(fault));
    assert_eq!(bench.send_file(&[("I", &Doc::new("3"), None)]).field("codiceEsito"), "108");
}

#[test]
fn lateness_counts_from_reception_and_not_from_processing() {
    let mut setup = Setup::default();
    setup.settings.processing_delay_ms = 48 * HOUR as u64;
    let mut bench = Bench::from(setup, "2027-02-08");
    let sent = bench.send_file(&[("I", &Doc::new("1").on("2026-05-05"), None)]);
    bench.now_ms += 72 * HOUR;
    assert_eq!(counts(&bench.outcome(&sent.field("protocollo"))), "3 1 1 1 0");
    assert_eq!(bench.world.documents()[0].warnings, ["W008"]);
}

#[test]
fn outcomes_are_asked_by_protocol_or_by_dates_and_only_by_the_sender() {
    let mut bench = Bench::new("2026-03-10");
    let first = processed(&mut bench, &[Doc::new("1")]);
    bench.now_ms += 24 * HOUR;
    let second = processed(&mut bench, &[Doc::new("2")]);
    let found = bench.outcomes_between("10-03-2026", "11-03-2026").all("protocollo");
    assert_eq!(found, [first.clone(), second]);
    assert_eq!(
        bench.outcomes_between("10-03-2026", "10-03-2026").all("protocollo"),
        std::slice::from_ref(&first)
    );
    assert_eq!(bench.outcomes_between("12-03-2026", "13-03-2026").brief(), "1 WS96");
    assert_eq!(bench.outcomes_between("2026-03-10", "11-03-2026").brief(), "1 WS903");
    assert_eq!(bench.outcomes_between("", "").brief(), "1 WS902");
    let mut other = bench.called_by(ACCREDITATA);
    assert_eq!(other.outcome(&first).brief(), "1 WS96");
    assert_eq!(other.errors(&first).brief(), "1 WS96");
}

#[test]
fn the_file_says_who_owns_it_and_must_agree_with_the_envelope() {
    let mut bench = Bench::new("2026-03-10");
    bench.cf_proprietario = Some(testing::PATIENT.into());
    let xml = bench.file_xml(&[("I", &Doc::new("1"), None)]);
    bench.cf_proprietario = None;
    let answer = bench.send_zip("prova.zip", &zip_of("prova.xml", xml.as_bytes()));
    bench.now_ms += HOUR;
    assert_eq!(bench.outcome(&answer.field("protocollo")).field("stato"), "5");
}

#[test]
fn a_refund_in_a_file_needs_its_reference_and_only_a_refund_has_one() {
    let mut bench = Bench::new("2026-03-10");
    let (one, refund) = (Doc::new("1"), Doc::new("R"));
    let sent = bench.send_file(&[("R", &refund, None), ("I", &one, Some(&refund))]);
    bench.now_ms += HOUR;
    assert_eq!(counts(&bench.outcome(&sent.field("protocollo"))), "3 2 0 0 2");
}

#[test]
fn an_attachment_by_reference_is_the_same_as_one_inline() {
    let mut bench = Bench::new("2026-03-10");
    let xml = bench.file_xml(&[("I", &Doc::new("1"), None)]);
    let zip = zip_of("prova.xml", xml.as_bytes());
    let include = "<documento><i:Include xmlns:i=\"http://www.w3.org/2004/08/xop/include\" \
                   href=\"cid:prova%2Ezip\"/></documento>";
    let mut request = bench.inline_request("prova.zip", b"");
    let root = String::from_utf8(request.body).unwrap();
    let root = root.replace("<documento></documento>", include);
    let mut body = format!(
        "--b\r\nContent-Type: application/xop+xml\r\nContent-ID: <root>\r\n\r\n{root}\r\n--b\r\n\
         Content-Type: application/zip\r\nContent-Transfer-Encoding: binary\r\n\
         Content-ID: <prova.zip>\r\n\r\n"
    )
    .into_bytes();
    body.extend(&zip);
    body.extend(b"\r\n--b--\r\n");
    request.body = body;
    request.headers.retain(|(name, _)| name != "Content-Type");
    request.headers.push((
        "Content-Type".into(),
        "multipart/related; type=\"application/xop+xml\"; start=\"<root>\"; boundary=\"b\"".into(),
    ));
    let settings =
        Settings { multipart_answers: true, processing_delay_ms: 1, ..Settings::default() };
    let mut wrapping = bench.clone();
    wrapping.world.set_settings(settings);
    let reaction = wrapping.world.handle(bench.now_ms, &request);
    let answer = reaction.answer().unwrap();
    assert!(answer.text().starts_with("--uuid:") && answer.text().contains(">000<"));
    assert!(answer.headers[0].1.starts_with("multipart/related;"));
    let reaction = bench.world.handle(bench.now_ms, &request);
    assert!(reaction.answer().unwrap().text().contains("<codiceEsito>000</codiceEsito>"));
    bench.now_ms += HOUR;
    bench.world.advance(bench.now_ms);
    assert_eq!(bench.world.documents().len(), 1);
}

#[test]
fn protocol_numbers_are_never_given_twice() {
    let mut bench = Bench::new("2026-03-10");
    let mut given = std::collections::BTreeSet::new();
    let operations = [Operation::InviaFileMtom, Operation::Inserimento];
    for operation in operations.into_iter().cycle().take(50) {
        let protocollo = bench.world.next_protocol(operation, bench.now_ms);
        assert_eq!(protocollo.len(), 17);
        assert!(given.insert(protocollo));
    }
    let first = bench.send_file(&[("I", &Doc::new("1"), None)]).field("protocollo");
    let mut again = Bench::new("2026-03-10");
    again.world.files = bench.world.files.clone();
    (0..60).for_each(|_| {
        assert_ne!(again.world.next_protocol(Operation::InviaFileMtom, again.now_ms), first)
    });
}
