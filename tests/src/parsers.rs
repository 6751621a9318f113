//! Every parser that takes bytes of a stranger, with a valid input of each to start from.
//!
//! The ordinary tests feed them arbitrary and damaged bytes and the files of `fixtures/crashers`;
//! the fuzzer includes this file as it is, so it uses nothing of this crate.

#[path = "parsers/engine.rs"]
pub mod engine;
#[path = "parsers/json.rs"]
mod json;

use sts_core::cipher::Certificate;
use sts_core::domain::Profile;
use sts_core::domain::invoice::{JsonLimits, read_json};
use sts_core::receipts::{Fetched, Receipts, errors};
use sts_core::redact::{redact, server_text};
use sts_core::rules::Calendar;
use sts_core::wire::endpoint::{Endpoint, Operation};
use sts_core::wire::fatturapa::read_fatturapa;
use sts_core::wire::invoice_csv::read_invoice_csv;
use sts_core::wire::{
    Esito, Messaggio, WireError, csv, dettaglio_errori, dettaglio_segnalazione, esito_invii, file,
    interrogazione_puntuale, report_mensile, report_segnalazioni, ricevuta_pdf, sync, zip,
};
use sts_core::{Command, door};

/// A parser with a name, which is also that of its fuzz target and the beginning of the names of
/// its crashers.
pub struct Parser {
    /// Lower case with `_`.
    pub name: &'static str,
    /// Parses, whatever comes out, and checks what always holds.
    pub run: fn(&[u8]),
    /// A valid input.
    pub seed: fn() -> Vec<u8>,
}

/// All of them.
pub const PARSERS: &[Parser] = &[
    Parser {
        name: "sync",
        run: |bytes| {
            let operations = [
                Operation::Inserimento,
                Operation::Variazione,
                Operation::Rimborso,
                Operation::Cancellazione,
            ];
            for operation in operations {
                match sync::parse(operation, 200, bytes) {
                    Ok(answer) => check_messages(&answer.messaggi),
                    Err(error) => check_error(&error),
                }
            }
        },
        seed: || {
            qualified(
                "inserimentoDocumentoSpesaResponse",
                "http://documentospesap730.sanita.finanze.it",
                &format!(
                    "<esitoChiamata>2</esitoChiamata><protocollo>99260926001866680</protocollo>\
                     <listaMessaggi>{MESSAGE}{MESSAGE}</listaMessaggi>"
                ),
            )
        },
    },
    Parser {
        name: "interrogazione_puntuale",
        run: |bytes| match interrogazione_puntuale::parse(200, bytes) {
            Ok(answer) => {
                check_messages(&answer.messaggi);
                answer.documento.iter().for_each(|d| check_messages(&d.errori));
            }
            Err(error) => check_error(&error),
        },
        seed: || {
            qualified(
                "interrogazionePuntualeResponse",
                "http://interrogazionepuntuale.p730.sanita.finanze.it",
                &format!(
                    "<esitoChiamata>0</esitoChiamata><documentoFiscale>{ID}\
                     <dataPagamento>2026-09-21</dataPagamento><totaliVociSpesa>\
                     <tipoSpesa>SP</tipoSpesa><importo>90.0</importo></totaliVociSpesa>\
                     <protocollo>99260926001866687</protocollo><nomeFile>SERVIZIO SINCRONO</nomeFile>\
                     <dataInvio>2026-09-26</dataInvio><tipoInvio>V</tipoInvio>\
                     <listaErroriDocumento><errore><codice>W003</codice><descrizione>d</descrizione>\
                     <tipo>W</tipo></errore></listaErroriDocumento></documentoFiscale>\
                     <listaMessaggi>{MESSAGE}</listaMessaggi>"
                ),
            )
        },
    },
    Parser {
        name: "file",
        run: |bytes| match file::parse(200, bytes) {
            Ok(receipt) => check_text(&receipt.descrizione_esito),
            Err(error) => check_error(&error),
        },
        // Multipart, as the service may answer what came to it as multipart.
        seed: || {
            let envelope = unqualified(
                "inviaFileMtomResponse",
                "http://ejb.invioTelematicoSS730p.sanita.finanze.it/",
                "<return><codiceEsito>000</codiceEsito>\
                 <dataAccoglienza>25-12-2026 22:24:20</dataAccoglienza>\
                 <descrizioneEsito>ricevuto</descrizioneEsito>\
                 <dimensioneFileAllegato>24922</dimensioneFileAllegato>\
                 <nomeFileAllegato>sts-001.zip</nomeFileAllegato>\
                 <protocollo>16122522242096203</protocollo><idErrore/></return>",
            );
            multipart(&envelope, b"")
        },
    },
    Parser {
        name: "ricevuta_pdf",
        run: |bytes| check_receipt(ricevuta_pdf::parse(200, bytes)),
        seed: || {
            let envelope = unqualified(
                "RicevutaPdfResponse",
                "http://ricevutapdf.p730.sanita.sogei.it/",
                "<DatiOutputRichiesta><esitoChiamata>0</esitoChiamata><esitiPositivi>\
                 <dettagliEsito><pdf><xop:Include \
                 xmlns:xop='http://www.w3.org/2004/08/xop/include' href='cid:r.pdf'/></pdf>\
                 </dettagliEsito></esitiPositivi></DatiOutputRichiesta>",
            );
            multipart(&envelope, b"%PDF-1.4")
        },
    },
    Parser {
        name: "dettaglio_errori",
        run: |bytes| check_receipt(dettaglio_errori::parse(200, bytes)),
        seed: || {
            unqualified(
                "DettaglioErroriResponse",
                "http://dettaglioerrori.p730.sanita.sogei.it/",
                "<DatiOutputRichiesta><esitoChiamata>0</esitoChiamata><esitiPositivi>\
                 <dettagliEsito><csv>UEsDBAo=</csv></dettagliEsito></esitiPositivi>\
                 </DatiOutputRichiesta>",
            )
        },
    },
    Parser {
        name: "esito_invii",
        run: |bytes| check_receipt(esito_invii::parse(200, bytes)),
        seed: || {
            unqualified(
                "EsitoInviiResponse",
                "http://esitoinvio.p730.sanita.sogei.it/",
                "<DatiOutputRichiesta><esitoChiamata>0</esitoChiamata><descrizioneEsito/>\
                 <esitiPositivi><dettagliEsito><protocollo>16122522242096203</protocollo>\
                 <dataInvio>25-12-2026</dataInvio><stato>3</stato><descrizione>d</descrizione>\
                 <nInviati>3</nInviati><nAccolti>2</nAccolti><nWarnings>1</nWarnings>\
                 <nErrori>1</nErrori></dettagliEsito></esitiPositivi></DatiOutputRichiesta>",
            )
        },
    },
    Parser {
        name: "report_mensile",
        run: |bytes| match report_mensile::parse(200, bytes) {
            Ok(report) => check_messages(&report.messaggi),
            Err(error) => check_error(&error),
        },
        seed: || {
            qualified(
                "reportMensileResponse",
                "http://reportmensile.p730.sanita.finanze.it",
                &format!(
                    "<esitoChiamata>0</esitoChiamata><fileCSV>UEsDBAo=</fileCSV>\
                     <listaMessaggi>{MESSAGE}</listaMessaggi>"
                ),
            )
        },
    },
    Parser {
        name: "report_segnalazioni",
        run: |bytes| match report_segnalazioni::parse(200, bytes) {
            Ok(report) => check_messages(&report.messaggi),
            Err(error) => check_error(&error),
        },
        seed: || {
            qualified(
                "reportSegnalazioniResponse",
                "http://reportsegnalazioni.p730.sanita.finanze.it",
                &format!(
                    "<esitoChiamata>1</esitoChiamata><listaMessaggi>{MESSAGE}</listaMessaggi>"
                ),
            )
        },
    },
    Parser {
        name: "dettaglio_segnalazione",
        run: |bytes| match dettaglio_segnalazione::parse(200, bytes) {
            Ok(answer) => {
                check_messages(&answer.messaggi);
                let reported = answer.documento.iter().flat_map(|d| &d.segnalazioni);
                reported.for_each(|text| check_text(text));
            }
            Err(error) => check_error(&error),
        },
        seed: || {
            qualified(
                "dettaglioSegnalazioneResponse",
                "http://dettagliosegnalazione.p730.sanita.finanze.it",
                &format!(
                    "<esitoChiamata>0</esitoChiamata><documentoFiscale>{ID}\
                     <dataPagamento>2026-09-21</dataPagamento><listaSegnalazioniDocumento>\
                     <segnalazione>s</segnalazione></listaSegnalazioniDocumento><listaVociSpesa>\
                     <tipoSpesa>SP</tipoSpesa><importo>90.0</importo>\
                     <segnalazioneImporto>s</segnalazioneImporto></listaVociSpesa>\
                     </documentoFiscale><listaMessaggi>{MESSAGE}</listaMessaggi>"
                ),
            )
        },
    },
    Parser {
        name: "csv_errori",
        run: |bytes| {
            if let Ok(errors) = csv::dettaglio_errori(bytes) {
                errors.rows.iter().for_each(|row| check_text(&row.descrizione));
            }
        },
        seed: || {
            b"CF PROPRIETARIO; COD REGIONE; COD ASL; COD SSA; PARTITA IVA; DATA EMISSIONE; \
              DOCUMENTO FISCALE DISPOSITIVO; DOCUMENTO FISCALE NUMERO; TIPO SPESA; CODICE ERRORE; \
              DESCRIZIONE ERRORE\r\nX;;;;00000000000;21/12/2026;1;2026/0035;SP;S011;GI\xc0 ERRATO\r\n"
                .to_vec()
        },
    },
    Parser {
        name: "csv_report",
        run: |bytes| {
            if let Ok(report) = csv::report_mensile(bytes) {
                report.rows.iter().flat_map(|row| &row.nome_file).for_each(|text| check_text(text));
            }
        },
        seed: || {
            b"CODICE REGIONE; CODICE ASL; CODICE SSA; CF PROPRIETARIO; PARTITA IVA; \
              DATA EMISSIONE; DOCUMENTO FISCALE NUMERO; DOCUMENTO FISCALE DISPOSITIVO; \
              DATA PAGAMENTO; PROTOCOLLO; NOME FILE; DATA INVIO; TIPO INVIO; TOTALE SP; \
              TOTALE SP RIMBORSATO; \n;;;X;00000000000;03/09/2026;1/2026;1;03/09/2026;\
              99260903001861939;SERVIZIO SINCRONO;03/09/2026;I;402.0;5.5;\n"
                .to_vec()
        },
    },
    Parser {
        name: "zip",
        run: |bytes| {
            if let Ok(entries) = zip::read(bytes) {
                assert!(entries.len() <= 64);
                let total: usize = entries.iter().map(|e| e.bytes.len()).sum();
                assert!(total <= 64 << 20);
                assert!(entries.iter().all(|e| !e.name.contains("..") || !e.name.starts_with('/')));
            }
            let _ = (zip::is_pdf(bytes), zip::is_zip(bytes));
        },
        seed: || {
            let entry = |name: &str, bytes: &[u8]| zip::Entry {
                name: name.to_owned(),
                bytes: bytes.to_vec(),
            };
            let inner = zip::archive(&[entry("a.csv", b"1;2;3")]).expect("an archive");
            zip::archive(&[entry("e.zip", &inner), entry("r.pdf", b"%PDF-1.4")])
                .expect("an archive")
        },
    },
    Parser {
        name: "receipts",
        run: |bytes| {
            let given = || Fetched::Answer(Esito::Positivo(bytes.to_vec()));
            let protocollo: String = String::from_utf8_lossy(bytes).chars().take(70).collect();
            let receipts = Receipts::new(&protocollo, None, given(), given());
            // Whatever came is in the archive once, whatever its form.
            let is_empty = bytes.is_empty();
            assert_eq!(
                (receipts.zip.is_empty(), receipts.entries.is_empty()),
                (is_empty, is_empty)
            );
            if !is_empty && !zip::is_zip(bytes) {
                assert_eq!((receipts.entries.len(), receipts.rows.len()), (2, 0));
            }
            let kept = receipts.entries.iter().filter(|name| name.ends_with(".bin")).count();
            assert!(kept <= 2 && serde_json::to_string(&receipts).is_ok());
        },
        // A PDF in an archive, as one report has it.
        seed: || {
            let pdf = zip::Entry { name: "r.pdf".to_owned(), bytes: b"%PDF-1.4".to_vec() };
            zip::archive(&[pdf]).expect("an archive")
        },
    },
    Parser {
        name: "receipt_errors",
        run: |bytes| match errors(bytes) {
            Ok(errors) => {
                for row in &errors.rows {
                    check_text(&row.descrizione);
                    assert!(row.document.is_none() && !row.advice.it.is_empty());
                }
            }
            Err(error) => assert!(!error.code().is_empty() && !error.to_string().is_empty()),
        },
        seed: || {
            let csv = "PARTITA IVA; DATA EMISSIONE; DOCUMENTO FISCALE DISPOSITIVO; DOCUMENTO \
                       FISCALE NUMERO; TIPO SPESA; CODICE ERRORE; DESCRIZIONE ERRORE\r\n\
                       00000000000;21/12/2026;1;2026/0035;SP;S011;ERRATO\r\n";
            let entry = |name: &str| zip::Entry { name: name.to_owned(), bytes: csv.into() };
            zip::archive(&[entry("1.csv"), entry("2.csv")]).expect("an archive")
        },
    },
    Parser {
        name: "certificate",
        run: |bytes| {
            if let Ok(certificate) = Certificate::parse(bytes) {
                assert_eq!(certificate.key().modulus()[0] & 0x80, 0x80);
                let _ = certificate.days_left(certificate.not_before());
            }
        },
        // The frame of a certificate alone; the fuzzer finds more by itself.
        seed: || b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n".to_vec(),
    },
    Parser {
        name: "redact",
        run: |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let clean = redact(&text);
            assert!(!holds_tax_code(&clean), "{clean}");
            check_text(&server_text(&text));
        },
        seed: || b"CF ABCDEF00A00A000A, Basic dXNlcg==, cf 00000000000".to_vec(),
    },
    Parser { name: "json", run: json::agree, seed: || json::SEED.to_vec() },
    Parser {
        name: "invoice_json",
        run: |bytes| {
            let _ = read_json(bytes, &JsonLimits::default());
        },
        seed: || {
            br#"[{"id":"1","stato":"emessa","dataEmissione":"2026-03-31","numDocumento":"12/2026",
                "dettaglioLinee":[{"prezzoTotale":"60.00","naturaIVA":"N2.2"}],
                "pagamenti":[{"dataPagamento":"2026-04-02","importo":"60.00"}]}]"#
                .to_vec()
        },
    },
    Parser {
        name: "fatturapa",
        run: |bytes| {
            let _ = read_fatturapa(bytes);
        },
        seed: || {
            b"<p:FatturaElettronica xmlns:p='http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2' \
              versione='FPR12'><FatturaElettronicaHeader><CedentePrestatore><DatiAnagrafici>\
              <IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>00000000000</IdCodice></IdFiscaleIVA>\
              </DatiAnagrafici></CedentePrestatore></FatturaElettronicaHeader>\
              <FatturaElettronicaBody><DatiGenerali><DatiGeneraliDocumento>\
              <TipoDocumento>TD01</TipoDocumento><Data>2026-03-31</Data><Numero>1</Numero>\
              </DatiGeneraliDocumento></DatiGenerali><DatiBeniServizi><DettaglioLinee>\
              <PrezzoTotale>60.00</PrezzoTotale><Natura>N2.2</Natura></DettaglioLinee>\
              </DatiBeniServizi></FatturaElettronicaBody></p:FatturaElettronica>"
                .to_vec()
        },
    },
    Parser {
        name: "invoice_csv",
        run: |bytes| {
            let _ = read_invoice_csv(bytes);
        },
        seed: || {
            b"id;stato;dataEmissione;numDocumento;prezzoTotale;naturaIVA\n\
              1;emessa;2026-03-31;12/2026;\"60.00\";N2.2\n"
                .to_vec()
        },
    },
    Parser {
        name: "calendar",
        run: |bytes| {
            let _ = Calendar::from_json(bytes);
        },
        seed: || b"{\"version\":1}".to_vec(),
    },
    Parser {
        name: "records",
        run: |bytes| {
            if let Some(store) = engine::sample(bytes) {
                engine::read_all(store);
            }
        },
        seed: || include_bytes!("../../fixtures/records/1.json").to_vec(),
    },
    Parser {
        name: "import",
        run: |bytes| {
            if let Ok(text) = std::str::from_utf8(bytes) {
                engine::import(text);
            }
        },
        seed: || {
            let sample = engine::sample(include_bytes!("../../fixtures/records/2.json"));
            engine::export(sample.expect("a sample")).into_bytes()
        },
    },
    Parser {
        name: "door",
        run: |bytes| {
            for name in DOORS {
                if let Err(error) = door::call(name, bytes) {
                    assert!(!error.code().is_empty() && !holds_tax_code(&error.to_string()));
                }
            }
            let _ = (door::loaded(bytes), door::headers(bytes));
            if let Err(error) = Command::from_json(bytes) {
                assert!(!error.code().is_empty() && !holds_tax_code(&error.to_string()));
            }
        },
        // One text for all of them; each finds in it what it refuses.
        seed: || {
            br#"{"settings":{"profile":{"categoria":"psicologo","cfProprietario":"PSCPRV80A01X999I",
                "pIva":"99900011000"},"ambiente":"test"},"now":1795424400000,
                "invoice":{"id":"1","stato":"emessa","dataEmissione":"2026-03-31","numDocumento":"12",
                "dettaglioLinee":[{"prezzoTotale":"60.00","naturaIVA":"N2.2"}],
                "pagamenti":[{"dataPagamento":"2026-04-02","importo":"60.00"}]}}"#
                .to_vec()
        },
    },
    Parser {
        name: "settings",
        run: |bytes| {
            let _ = serde_json::from_slice::<Profile>(bytes);
            if let Ok(text) = std::str::from_utf8(bytes) {
                let _ = Endpoint::custom(sts_core::domain::Ambiente::Test, text);
            }
        },
        seed: || {
            br#"{"categoria":"psicologo","cfProprietario":"PROVAX00X00X000Y",
                "pIva":"01201200121","strictness":"kit"}"#
                .to_vec()
        },
    },
];

/// Runs one parser, by name.
///
/// # Panics
/// When there is none of this name, or when the parser has a bug.
pub fn run(name: &str, bytes: &[u8]) {
    let parser = PARSERS.iter().find(|parser| parser.name == name);
    (parser.expect("a parser of this name").run)(bytes);
}

/// The questions of `door`.
const DOORS: [&str; 9] = [
    "check",
    "preview",
    "calendar",
    "settings",
    "codice_fiscale",
    "partita_iva",
    "explain",
    "advice",
    "reasons",
];

const MESSAGE: &str = "<messaggio><codice>W003</codice><descrizione>d</descrizione>\
    <tipo>W</tipo></messaggio>";
const ID: &str = "<idDocumentoFiscale><pIva>00000000000</pIva>\
    <dataEmissione>2026-09-20</dataEmissione><numDocumentoFiscale><dispositivo>1</dispositivo>\
    <numDocumento>1</numDocumento></numDocumentoFiscale></idDocumentoFiscale>";

fn envelope(payload: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>{payload}\
         </soapenv:Body></soapenv:Envelope>"
    )
    .into_bytes()
}

fn qualified(element: &str, namespace: &str, content: &str) -> Vec<u8> {
    envelope(&format!("<{element} xmlns=\"{namespace}\">{content}</{element}>"))
}

fn unqualified(element: &str, namespace: &str, content: &str) -> Vec<u8> {
    envelope(&format!("<n:{element} xmlns:n=\"{namespace}\">{content}</n:{element}>"))
}

fn multipart(envelope: &[u8], attachment: &[u8]) -> Vec<u8> {
    let head = b"--b\r\nContent-ID: <root>\r\n\r\n";
    let next = b"\r\n--b\r\nContent-ID: <r.pdf>\r\n\r\n";
    [head, envelope, next, attachment, b"\r\n--b--\r\n"].concat()
}

fn check_text(text: &str) {
    assert!(text.chars().count() <= 500);
    assert!(!text.contains(char::is_control));
}

/// Looks for the plain shape of a tax code, with digits in the places of digits.
fn holds_tax_code(text: &str) -> bool {
    text.as_bytes().windows(16).any(|code| {
        code.iter().enumerate().all(|(i, b)| match i {
            6 | 7 | 9 | 10 | 12..=14 => b.is_ascii_digit(),
            _ => b.is_ascii_alphabetic(),
        })
    })
}

fn check_messages(messages: &[Messaggio]) {
    assert!(messages.len() <= 500);
    for message in messages {
        check_text(&message.descrizione);
        assert!(message.codice.len() <= 64 && message.tipo.len() <= 64);
    }
}

fn check_error(error: &WireError) {
    assert!(!error.code().is_empty() && !error.italian().is_empty());
    let text = error.to_string();
    assert!(text.len() < 4000);
    assert!(!holds_tax_code(&text), "errors show no tax code");
}

fn check_receipt<T>(answer: Result<Esito<T>, WireError>) {
    match answer {
        Ok(Esito::Negativo(messages)) => check_messages(&messages),
        Ok(Esito::Positivo(_)) => {}
        Err(error) => check_error(&error),
    }
}
