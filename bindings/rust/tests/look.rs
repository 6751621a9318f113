//! The commands that look at files and touch nothing: help, check.

mod common;

use std::process::Stdio;

use common::command::Desk;
use serde_json::Value;

fn check<'a>(desk: &'a Desk, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments =
        vec!["check", "--profile", "profile.json", "--policy", "policy.json", "--today"];
    arguments.push(desk.today());
    arguments.extend(more);
    arguments
}

#[test]
fn without_arguments_the_help_says_where_to_start() {
    let mut desk = Desk::new("psicologo");
    let ended = desk.sts(&[]);
    assert_eq!(ended.code, Some(0));
    for word in ["Where to start", "sts demo", "sts check", "Exit codes"] {
        assert!(ended.out.contains(word), "{word}");
    }
    assert_eq!(desk.sts(&["nonsense"]).code, Some(2));
}

#[test]
fn the_first_command_of_the_readme_finds_its_invoice_good() {
    let mut desk = Desk::new("psicologo");
    let start = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/start");
    let (profile, invoice) = (format!("{start}/profile.json"), format!("{start}/invoice.json"));
    let ended = desk.sts(&["check", "--profile", &profile, "--today", "2026-11-23", &invoice]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("1 da inviare") && ended.out.contains("83,60"), "{}", ended.out);
}

#[test]
fn check_gives_the_verdict_and_the_reasons_of_every_case() {
    for name in ["psicologo", "medico", "farmacia"] {
        let mut desk = Desk::new(name);
        let arguments: Vec<String> =
            check(&desk, &["--json", "invoices.json"]).into_iter().map(str::to_owned).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ended = desk.sts(&arguments);
        assert_eq!(ended.code, Some(1), "some are to be put right");
        let report: Value = serde_json::from_str(&ended.out).unwrap();
        let cases = desk.practice.fixture["invoices"].as_array().unwrap();
        let documents = report["documents"].as_array().unwrap();
        assert_eq!(documents.len(), cases.len());
        for (case, document) in cases.iter().zip(documents) {
            let id = &case["invoice"]["id"];
            assert_eq!(&document["id"], id);
            assert_eq!(document["verdict"], case["expect"]["verdict"], "{id}");
            let mut codes: Vec<&str> = document["reasons"]
                .as_array()
                .unwrap()
                .iter()
                .map(|reason| reason["code"].as_str().unwrap())
                .collect();
            codes.sort_unstable();
            codes.dedup();
            assert_eq!(Value::from(codes), case["expect"]["reasons"], "{id}");
        }
        desk.assert_private(None);
    }
}

#[test]
fn check_tells_the_day_on_which_a_verdict_changes_by_itself() {
    let mut desk = Desk::new("psicologo");
    let start = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/start");
    let (profile, invoice) = (format!("{start}/profile.json"), format!("{start}/invoice.json"));
    let early = ["check", "--profile", &profile, "--today", "2026-11-17", &invoice];
    let shown = desk.sts(&early).out;
    assert!(shown.contains("cambia il") && shown.contains("18/11/2026"), "{shown}");
    let json = desk.sts(&[&early[..], &["--json"]].concat()).out;
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["documents"][0]["reviewOn"], "2026-11-18");
}

#[test]
fn check_ends_with_0_when_nothing_is_to_be_put_right() {
    let mut desk = Desk::new("psicologo");
    let good = desk.practice.fixture["invoices"][3]["invoice"].to_string();
    desk.write("good.json", good.as_bytes());
    let today = desk.today().to_owned();
    let ended = desk.sts(&["check", "--profile", "profile.json", "--today", &today, "good.json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.contains("1 da inviare"), "{}", ended.out);
    let ended = desk.sts(&[
        "check",
        "--lang",
        "en",
        "--profile",
        "profile.json",
        "--today",
        &today,
        "good.json",
    ]);
    assert!(ended.out.contains("1 to send"), "{}", ended.out);
}

#[test]
fn a_wrong_element_is_a_row_and_loses_no_other() {
    let mut desk = Desk::new("psicologo");
    desk.write(
        "mixed.json",
        br#"[{"id":"a","stato":"emessa"},{"id":7},{"id":"c","stato":"bozza"}]"#,
    );
    let arguments: Vec<String> =
        check(&desk, &["mixed.json"]).into_iter().map(str::to_owned).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = desk.sts(&arguments);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("JSON_TYPE") && ended.out.contains("/1/id"), "{}", ended.out);
    assert!(ended.out.contains("3 documenti"));
}

#[test]
fn a_file_that_cannot_be_used_loses_no_other() {
    let mut desk = Desk::new("psicologo");
    desk.write("signed.p7m", b"0\x82\x10\x00\x06\x09*\x86H");
    desk.write("draft.json", br#"{"id":"c","stato":"bozza"}"#);
    let arguments: Vec<String> = check(&desk, &["signed.p7m", "draft.json", "none.json"])
        .into_iter()
        .map(str::to_owned)
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = desk.sts(&arguments);
    assert_eq!(ended.code, Some(3), "{}", ended.err);
    assert!(ended.out.contains("1 documento: "), "{}", ended.out);
    assert!(ended.err.contains("signed.p7m") && ended.err.contains("none.json"));
}

#[test]
fn spreadsheets_and_electronic_invoices_are_judged_like_json() {
    let mut desk = Desk::new("psicologo");
    let patient =
        desk.practice.fixture["invoices"][3]["invoice"]["cessionarioCommittente"]["cfCittadino"]
            .as_str()
            .unwrap()
            .to_owned();
    let csv = format!(
        "id;stato;dataEmissione;numDocumento;personaFisica;cfCittadino;prezzoTotale;naturaIVA;\
         dataPagamento;importo;modalitaPagamento\n\
         7;emessa;12/03/2026;7/2026;sì;{patient};60,00;N2.2;12/03/2026;60,00;MP08\n"
    );
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <p:FatturaElettronica versione=\"FPR12\" \
         xmlns:p=\"http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2\">\
         <FatturaElettronicaHeader><CedentePrestatore><DatiAnagrafici><IdFiscaleIVA>\
         <IdPaese>IT</IdPaese><IdCodice>99904019991</IdCodice></IdFiscaleIVA></DatiAnagrafici>\
         </CedentePrestatore><CessionarioCommittente><DatiAnagrafici>\
         <CodiceFiscale>{patient}</CodiceFiscale></DatiAnagrafici></CessionarioCommittente>\
         </FatturaElettronicaHeader><FatturaElettronicaBody><DatiGenerali>\
         <DatiGeneraliDocumento><TipoDocumento>TD01</TipoDocumento><Data>2026-03-12</Data>\
         <Numero>8/2026</Numero></DatiGeneraliDocumento></DatiGenerali><DatiBeniServizi>\
         <DettaglioLinee><NumeroLinea>1</NumeroLinea><PrezzoTotale>60.00</PrezzoTotale>\
         <AliquotaIVA>0.00</AliquotaIVA><Natura>N2.2</Natura></DettaglioLinee>\
         </DatiBeniServizi></FatturaElettronicaBody></p:FatturaElettronica>"
    );
    desk.write("invoices.csv", csv.as_bytes());
    desk.write("invoice.xml", xml.as_bytes());
    let today = desk.today().to_owned();
    let ended = desk.sts(&[
        "check",
        "--json",
        "--profile",
        "profile.json",
        "--today",
        &today,
        "invoices.csv",
        "invoice.xml",
    ]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    let verdicts: Vec<&str> = report["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|document| document["verdict"].as_str().unwrap())
        .collect();
    // Such a file does not tell when it was paid.
    assert_eq!(verdicts, ["send", "wait"], "{}", ended.out);
    desk.assert_private(None);
}

#[test]
fn files_and_profiles_that_cannot_be_used_end_with_3_and_show_no_tax_code() {
    let mut desk = Desk::new("psicologo");
    let holder = desk.practice.fixture["profile"]["cfProprietario"].as_str().unwrap().to_owned();
    desk.write("broken.json", format!("{{\"id\": {holder}").as_bytes());
    for profile in [
        format!(r#"{{"categoria":"{holder}","pIva":"99904019991","cfProprietario":"{holder}"}}"#),
        format!(r#"{{"categoria":"medico","pIva":"{holder}","cfProprietario":"{holder}"}}"#),
        format!(r#"{{"categoria":"medico","pIva":"99904019991","{holder}":1}}"#),
        r#"{"categoria":"medico","pIva":"99904019991"}"#.to_owned(),
        format!("[{holder}]"),
    ] {
        desk.write("wrong.json", profile.as_bytes());
        let ended = desk.sts(&["check", "--profile", "wrong.json", "invoices.json"]);
        assert_eq!(ended.code, Some(3), "{}", ended.err);
    }
    for (profile, file) in [
        ("profile.json", "broken.json"),
        ("profile.json", "none.json"),
        ("none.json", "broken.json"),
    ] {
        assert_eq!(desk.sts(&["check", "--profile", profile, file]).code, Some(3));
    }
    assert_eq!(desk.sts(&["check", "invoices.json"]).code, Some(3), "no profile at all");
    assert_eq!(desk.sts(&["check", "--today", "2026-02-30", "invoices.json"]).code, Some(2));
    desk.assert_private(None);
}

#[test]
fn simple_flags_and_the_environment_make_a_profile_without_a_tax_code_in_the_arguments() {
    let mut desk = Desk::new("psicologo");
    let good = desk.practice.fixture["invoices"][3]["invoice"].to_string();
    desk.write("good.json", good.as_bytes());
    let today = desk.today().to_owned();
    let mut command = desk.command(&[
        "check",
        "--categoria",
        "psicologo",
        "--piva",
        "99904019991",
        "--today",
        &today,
        "good.json",
    ]);
    let holder = desk.practice.fixture["profile"]["cfProprietario"].as_str().unwrap();
    command.env("STS_CF_PROPRIETARIO", holder);
    let ended = desk.run(command);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
}

#[test]
fn a_reader_that_goes_away_is_no_error_of_ours() {
    let desk = Desk::new("psicologo");
    let arguments = check(&desk, &["invoices.json"]);
    let mut command = desk.command(&arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
