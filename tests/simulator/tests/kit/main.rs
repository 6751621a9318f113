//! The official kit as the judge: its schemas validate what the simulator says, and agree with
//! what the simulator refuses; its own sample requests are served.

#[expect(dead_code, reason = "shared with the unit tests, which use the rest")]
#[path = "../../src/testing/mod.rs"]
mod testing;

mod mutations;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use sts_simulator::*;
use testing::{Answer, Bench, Doc};

const SCHEMAS: [(&str, &[Operation]); 9] = [
    (
        "WS_SincronoSingoloDato730/DocumentoSpesa730pSchema.xsd",
        &[
            Operation::Inserimento,
            Operation::Variazione,
            Operation::Rimborso,
            Operation::Cancellazione,
        ],
    ),
    (
        "WS_AsincronoInvioDati730/InvioTelematicoSpeseSanitarie730p_schema1.xsd",
        &[Operation::InviaFileMtom],
    ),
    ("WS_Ricevute/RicevutoPDF/RicevutaPdf730Service_schema.xsd", &[Operation::RicevutaPdf]),
    (
        "WS_Ricevute/DettaglioErrori-CSV/DettaglioErrori730Service_schema.xsd",
        &[Operation::DettaglioErrori],
    ),
    ("WS_Ricevute/EsitoInvio/EsitoInvioDatiSpesa730Service_schema.xsd", &[Operation::EsitoInvii]),
    (
        "WS_Interrogazioni/InterrogazionePuntuale730Service_schema.xsd",
        &[Operation::InterrogazionePuntuale],
    ),
    ("WS_Interrogazioni/ReportMensile730Service_schema.xsd", &[Operation::ReportMensile]),
    (
        "WS_Segnalazioni_Cittadino/DettaglioSegnalazione730Service_schema.xsd",
        &[Operation::DettaglioSegnalazione],
    ),
    (
        "WS_Segnalazioni_Cittadino/ReportSegnalazioni730Service_schema.xsd",
        &[Operation::ReportSegnalazioni],
    ),
];

/// The kit, and xmllint beside it; otherwise one line saying what was skipped.
fn kit() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/kit");
    let folder = std::env::var_os("STS_KIT").map_or_else(|| beside.into(), PathBuf::from);
    if !folder.join("kit730P_ver_20201218").is_dir() {
        println!("skipped: the official kit is not here (set STS_KIT)");
        return None;
    }
    if Command::new("xmllint").arg("--version").output().is_err() {
        println!("skipped: xmllint is not installed");
        return None;
    }
    Some(folder)
}

fn schema(kit: &Path, operation: Operation) -> PathBuf {
    let row = SCHEMAS.iter().find(|(_, operations)| operations.contains(&operation));
    kit.join("kit730P_ver_20201218/TracciatiWS").join(row.unwrap().0)
}

/// What xmllint says of each document: valid or not, with its complaints.
fn verdicts(schema: &Path, documents: &[String]) -> Vec<(bool, String)> {
    let folder = tempfile::tempdir().unwrap();
    let mut found = Vec::new();
    for (c, chunk) in documents.chunks(200).enumerate() {
        let names: Vec<String> = (0..chunk.len()).map(|i| format!("{c}-{i}.xml")).collect();
        for (name, document) in names.iter().zip(chunk) {
            std::fs::write(folder.path().join(name), document).unwrap();
        }
        let output = Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .arg(schema.canonicalize().unwrap())
            .args(&names)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        for name in &names {
            let about = said.lines().filter(|line| line.starts_with(name.as_str()));
            let about: Vec<&str> = about.collect();
            let valid = about.contains(&format!("{name} validates").as_str());
            found.push((valid, about.join("\n")));
        }
    }
    found
}

/// The payload of an answer, as it stands between the tags of the body.
fn payload(text: &str) -> String {
    let start = text.find("<soapenv:Body>").expect("a normal answer") + "<soapenv:Body>".len();
    text[start..text.find("</soapenv:Body>").unwrap()].to_owned()
}

/// One of every kind of answer the simulator gives.
fn every_answer() -> Vec<(Operation, String)> {
    let mut answers = Vec::new();
    let mut note = |operation, answer: Answer| answers.push((operation, payload(&answer.text)));
    let mut bench = Bench::new("2026-03-10");
    let (one, two, refund) = (Doc::new("1"), Doc::new("2"), Doc::new("R").costs("SP", "5.50"));
    note(Operation::Inserimento, bench.insert(&one));
    note(Operation::Inserimento, bench.insert(&one));
    note(Operation::Inserimento, bench.insert(&two));
    note(Operation::Variazione, bench.vary(&one));
    note(Operation::Variazione, bench.vary(&Doc::new("9")));
    note(Operation::Rimborso, bench.refund(&one, &refund));
    note(Operation::Rimborso, bench.refund(&one, &refund));
    note(Operation::InterrogazionePuntuale, bench.query(&one));
    note(Operation::InterrogazionePuntuale, bench.query(&two));
    note(Operation::InterrogazionePuntuale, bench.query(&refund));
    note(Operation::InterrogazionePuntuale, bench.query(&Doc::new("9")));
    note(Operation::Cancellazione, bench.cancel(&one));
    note(Operation::Cancellazione, bench.cancel(&two));
    note(Operation::InterrogazionePuntuale, bench.query(&two));
    note(Operation::ReportMensile, bench.report("202603", "I"));
    note(Operation::ReportMensile, bench.report("202001", "P"));
    let wrong = Doc::new("3").of("X");
    for name in ["prova.zip", "prova.xml"] {
        note(Operation::InviaFileMtom, bench.send_zip(name, &zip_of("a.xml", b"<a/>")));
    }
    let sent = bench.send_file(&[("I", &wrong, None), ("I", &Doc::new("4"), None)]);
    let protocollo = sent.field("protocollo");
    note(Operation::InviaFileMtom, sent);
    for _ in 0..2 {
        note(Operation::EsitoInvii, bench.outcome(&protocollo));
        note(Operation::EsitoInvii, bench.outcomes_between("10-03-2026", "10-03-2026"));
        note(Operation::RicevutaPdf, bench.pdf(&protocollo));
        note(Operation::DettaglioErrori, bench.errors(&protocollo));
        bench.now_ms += 3_600_000;
    }
    note(Operation::EsitoInvii, bench.outcome("0"));
    note(Operation::EsitoInvii, bench.outcomes_between("x", "y"));
    bench.world.add_segnalazione(Segnalazione {
        document: Doc::new("4").key(),
        data: Date::iso("2026-03-05").unwrap(),
        segnalazione: "prova <&>".into(),
        segnalazione_importo: None,
        segnalazione_tipo_voce_spesa: Some("prova".into()),
    });
    note(Operation::DettaglioSegnalazione, bench.disputes(&Doc::new("4")));
    note(Operation::DettaglioSegnalazione, bench.disputes(&Doc::new("9")));
    note(Operation::ReportSegnalazioni, bench.disputes_between("2026-03-01", "2026-03-31"));
    note(Operation::ReportSegnalazioni, bench.disputes_between("2025-03-01", "2025-03-31"));
    bench.pincode = Some("1".into());
    note(Operation::Inserimento, bench.insert(&one));
    note(Operation::ReportMensile, bench.report("202603", "I"));
    note(Operation::RicevutaPdf, bench.pdf(&protocollo));
    note(Operation::InviaFileMtom, bench.send_file(&[("I", &one, None)]));
    answers
}

#[test]
fn every_kind_of_answer_satisfies_the_official_schema() {
    let Some(kit) = kit() else { return };
    let mut by_operation: BTreeMap<Operation, Vec<String>> = BTreeMap::new();
    for (operation, answer) in every_answer() {
        by_operation.entry(operation).or_default().push(answer);
    }
    assert_eq!(by_operation.len(), Operation::ALL.len(), "an operation was never answered");
    for (operation, answers) in by_operation {
        for ((valid, said), answer) in
            verdicts(&schema(&kit, operation), &answers).iter().zip(&answers)
        {
            assert!(valid, "{operation:?}: {said}\n{answer}");
        }
    }
}

/// A sample request of the kit: who sends it, where, and its text.
struct Sample {
    operation: Operation,
    request: HttpRequest,
    payload: String,
}

fn samples(kit: &Path) -> (World, Vec<Sample>) {
    let mut setup = Setup::default();
    kit::add(&mut setup, kit).unwrap();
    let world = World::new(setup).unwrap();
    let table = std::fs::read_to_string(kit.join("samples/test_credentials.csv")).unwrap();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(kit.join("soapui_requests_20201218"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let parts: Vec<&str> = name.split("__").collect();
        let operation = Operation::ALL
            .into_iter()
            .find(|operation| serde_json::to_value(operation).unwrap().as_str() == Some(parts[2]));
        let Some(operation) = operation else { panic!("{name}: no such operation") };
        let subject = match &parts[0][3..] {
            "AssociazioneCategoria" => "DelegatoAssociazioneCategoria",
            subject => subject,
        };
        let row = table.lines().find(|line| line.starts_with(&format!("{subject},"))).unwrap();
        let user = world.user(row.split(',').nth(2).unwrap()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        // SoapUI puts the attachment in the place of its reference; any bytes will do here.
        let start = text.find("<documento>").map(|at| at + "<documento>".len());
        let text = match start {
            None => text,
            Some(start) => {
                let end = text.find("</documento>").unwrap();
                format!("{}UEs={}", &text[..start], &text[end..])
            }
        };
        let prefix = if subject == "DelegatoFiscale" { "/entrate" } else { "" };
        found.push(Sample {
            operation,
            request: HttpRequest::post(
                &format!("{prefix}{}", operation.service().path()),
                &[("Authorization", &basic(user)), ("Content-Type", "text/xml")],
                text.as_bytes(),
            ),
            payload: body(&text),
        });
    }
    (world, found)
}

fn basic(user: &User) -> String {
    use base64::Engine as _;
    let token = format!("{}:{}", user.user, user.password);
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(token))
}

/// The element in the body of a request, with the namespaces of its envelope.
fn body(text: &str) -> String {
    let document = roxmltree::Document::parse(text).unwrap();
    let body = document.descendants().find(|n| n.tag_name().name() == "Body").unwrap();
    let payload = body.children().find(roxmltree::Node::is_element).unwrap();
    let mut spaces = String::new();
    for space in payload.namespaces() {
        let prefix = space.name().map_or("xmlns".into(), |name| format!("xmlns:{name}"));
        if space.name() != Some("xml") {
            let _ = write!(spaces, " {prefix}=\"{}\"", space.uri());
        }
    }
    let source = &text[payload.range()];
    let end = source.find(['>', ' ', '/']).unwrap();
    format!("{}{spaces}{}", &source[..end], &source[end..])
}

#[test]
fn every_sample_request_of_the_kit_is_read_and_recognised() {
    let Some(kit) = kit() else { return };
    let (mut world, samples) = samples(&kit);
    assert!(samples.len() >= 100, "{} samples", samples.len());
    let now_ms = instant("2020-12-28T12:00:00").unwrap();
    for sample in &samples {
        let reaction = world.handle(now_ms, &sample.request);
        let answer = reaction.answer().unwrap();
        let text = answer.text();
        assert_eq!(answer.status, 200, "{:?}: {text}", sample.operation);
        // Whoever sends it, its pincode and owner are recognised; 102 is the attachment that
        // this test made up.
        // One sample names the SSA code of nobody in the table of users.
        if sample.payload.contains("codiceSSA>888888<") {
            continue;
        }
        for code in ["002", "003", "004", "005", "010", "104", "105", "109", "110", "113", "114"] {
            assert!(!text.contains(&format!(">{code}<")), "{:?}: {text}", sample.request);
        }
    }
    let stored = world.documents().len();
    assert!(stored > 5, "the samples dated 2020 are stored: {stored}");
}

#[test]
fn the_attachments_of_the_kit_are_processed() {
    let Some(kit) = kit() else { return };
    let (mut world, samples) = samples(&kit);
    let mut seen = 0;
    for sample in samples.iter().filter(|s| s.operation == Operation::InviaFileMtom) {
        let text = String::from_utf8(sample.request.body.clone()).unwrap();
        let name = text.split("nomeFileAllegato>").nth(1).unwrap().trim_end_matches("</");
        let folder = kit.join("soapui_attachments_20201218");
        let found = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).find(|path| {
            path.file_name().unwrap().to_str().unwrap().ends_with(&format!("__{name}"))
        });
        let Some(path) = found else { continue };
        use base64::Engine as _;
        let zip = std::fs::read(path).unwrap();
        let inline = base64::engine::general_purpose::STANDARD.encode(zip);
        let mut request = sample.request.clone();
        request.body = text.replace("UEs=", &inline).into_bytes();
        let now_ms = instant("2020-12-28T12:00:00").unwrap() + seen * 1000;
        let answer = world.handle(now_ms, &request);
        let text = answer.answer().unwrap().text();
        assert!(text.contains("<codiceEsito>000</codiceEsito>"), "{name}: {text}");
        seen += 1;
    }
    assert!(seen >= 6, "{seen}");
    let now_ms = instant("2020-12-30").unwrap();
    world.advance(now_ms);
    for transmission in world.transmissions(now_ms) {
        // Psicologo and AltriProfessionisti send the same content: the second is discarded.
        let twin =
            transmission.discarded_because.as_deref().is_none_or(|why| why.contains("identico"));
        assert!(twin, "{transmission:?}");
    }
}
