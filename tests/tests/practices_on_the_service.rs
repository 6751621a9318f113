//! What the practices have to send, sent to the simulator without the engine: rules, wire and
//! simulator agree on a whole year of each.

use std::collections::BTreeMap;

use serde::Serialize;
use sts_core::cipher::Certificate;
use sts_core::codes::{self, FileStateKind, Severity};
use sts_core::domain::{Accesso, Ambiente, Cifrato, DocumentoSpesa, Profile};
use sts_core::entropy::Entropy;
use sts_core::receipts::{MissingCode, Receipts};
use sts_core::rules::{Calendar, Context, judge};
use sts_core::wire::endpoint::Endpoint;
use sts_core::wire::file::Attachment;
use sts_core::wire::precompilata::{FileWriter, FlagOperazione};
use sts_core::wire::request::{Body, FileSender};
use sts_core::wire::{self, Credentials, EsitoChiamata};
use sts_simulator::{CERTIFICATE_DER, HttpAnswer, HttpRequest, World};
use sts_tests::practice_file::{Outcome, PracticeFile};

/// A counter is chance enough for a simulator.
struct Counter(u8);

impl Entropy for Counter {
    fn fill(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            self.0 = self.0 % 251 + 1;
            *byte = self.0;
        }
    }
}

/// A practice at the counter of the service.
struct Counterpart {
    world: World,
    now_ms: i64,
    profile: Profile,
    credentials: Credentials,
    certificate: Certificate,
}

impl Counterpart {
    fn new(practice: &PracticeFile) -> Self {
        Counterpart {
            world: practice.world(),
            now_ms: practice.now().0,
            profile: practice.profile.clone(),
            credentials: practice.credentials(),
            certificate: Certificate::parse(CERTIFICATE_DER).expect("a certificate"),
        }
    }

    fn encrypted(&self, text: &str) -> Cifrato {
        let key = self.certificate.key();
        key.encrypt(text.as_bytes(), &mut Counter(0)).expect("a ciphertext")
    }

    fn perform(&mut self, body: Body) -> HttpAnswer {
        let endpoint = Endpoint::custom(Ambiente::Test, "http://127.0.0.1:1").expect("an address");
        let accesso = &self.profile.accesso;
        let request = wire::HttpRequest::new(&endpoint, accesso, &self.credentials, body)
            .expect("a service of this way in");
        let path = request.url.strip_prefix("http://127.0.0.1:1").expect("our address");
        let headers: Vec<_> = request.headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let request = HttpRequest::post(path, &headers, &request.body);
        let reaction = self.world.handle(self.now_ms, &request);
        reaction.answer().expect("no fault is set").clone()
    }

    /// One document at a time: the codes of the remarks on it, or of its refusal.
    fn send_sync(&mut self, documento: &DocumentoSpesa<Cifrato>) -> (EsitoChiamata, Vec<String>) {
        let pincode = self.pincode();
        let opzionali = wire::Opzionali::for_accesso(&self.profile.accesso);
        let proprietario = self.owner();
        let sender =
            wire::Sender { pincode: &pincode, proprietario: &proprietario, opzionali: &opzionali };
        let body = match documento.id_rimborso {
            Some(_) => wire::sync::rimborso(&sender, documento).expect("a refund"),
            None => wire::sync::inserimento(&sender, documento),
        };
        let operation = body.operation();
        let answer = self.perform(body);
        let outcome = wire::sync::parse(operation, answer.status, &answer.body).expect("an answer");
        for message in &outcome.messaggi {
            assert_explained(message, outcome.esito);
        }
        let codes = outcome.messaggi.into_iter().map(|m| m.codice);
        (outcome.esito, codes.filter(|code| code != "0").collect())
    }

    /// All in one file; its protocol.
    fn send_file(&mut self, documents: &[DocumentoSpesa<Cifrato>]) -> String {
        let pincode = self.pincode();
        let opzionali = wire::Opzionali::for_accesso(&self.profile.accesso);
        let owner = self.owner();
        let mut writer = FileWriter::new("practice", &owner, &opzionali, 1000).expect("a writer");
        for documento in documents {
            let flag = match documento.id_rimborso {
                Some(_) => FlagOperazione::Rimborso,
                None => FlagOperazione::Inserimento,
            };
            assert!(writer.push(flag, documento).expect("a document").is_none());
        }
        let file = writer.finish().expect("documents");
        let owner = self.profile.proprietario.clone();
        let sender = FileSender { pincode: &pincode, proprietario: &owner, opzionali: &opzionali };
        let body = wire::file::invia_file(&sender, &file.name, &file.zip, Attachment::Mtom)
            .expect("a file");
        let answer = self.perform(body);
        let receipt = wire::file::parse(answer.status, &answer.body).expect("an answer");
        assert!(receipt.is_received(), "{}: {}", receipt.codice_esito, receipt.descrizione_esito);
        receipt.protocollo.expect("a protocol")
    }

    /// Time for a file to be processed.
    fn a_day_passes(&mut self) {
        self.now_ms += 24 * 3_600_000;
        self.world.advance(self.now_ms);
    }

    fn receipts(&mut self, protocollo: &str, stato: FileStateKind) -> Receipts {
        let pincode = self.pincode();
        let opzionali = wire::Opzionali::for_accesso(&self.profile.accesso);
        let pdf = wire::ricevuta_pdf::ricevuta_pdf(&pincode, &opzionali, protocollo);
        let pdf = self.perform(pdf.expect("a question"));
        let pdf = wire::ricevuta_pdf::parse(pdf.status, &pdf.body);
        let errors = wire::dettaglio_errori::dettaglio_errori(&pincode, &opzionali, protocollo);
        let errors = self.perform(errors.expect("a question"));
        let errors = wire::dettaglio_errori::parse(errors.status, &errors.body);
        Receipts::new(protocollo, Some(stato), pdf.into(), errors.into())
    }

    fn pincode(&self) -> wire::Pincode {
        let (accesso, key) = (&self.profile.accesso, self.certificate.key());
        let pincode = self.credentials.pincode();
        wire::Pincode::new(accesso, pincode, key, &mut Counter(7)).expect("a pincode")
    }

    fn owner(&self) -> sts_core::domain::Proprietario<Cifrato> {
        let owner = &self.profile.proprietario;
        owner.try_map(|cf| Ok::<_, ()>(self.encrypted(cf.expose()))).expect("an owner")
    }
}

/// The documents to send, in the order of the file, with what is expected of the service.
fn to_send(
    practice: &PracticeFile,
    service: &Counterpart,
) -> Vec<(DocumentoSpesa<Cifrato>, Outcome)> {
    let calendar = Calendar::builtin();
    let context = Context {
        profile: &practice.profile,
        policy: &practice.policy,
        calendar: &calendar,
        today: practice.today,
    };
    let cases = practice.invoices.iter();
    let sent = cases.filter_map(|case| Some((case, case.expect.outcome.clone()?)));
    sent.map(|(case, outcome)| {
        let documento = judge(&case.input(), &context).documento;
        let encrypted = documento
            .expect("a document to send")
            .try_map(|cf| Ok::<_, ()>(service.encrypted(cf.expose())))
            .expect("a ciphertext");
        (encrypted, outcome)
    })
    .collect()
}

/// The code table knows the message, word for word where it quotes one, and reads it as the
/// outcome of the call says.
fn assert_explained(message: &wire::Messaggio, esito: EsitoChiamata) {
    let row = codes::explain(&message.codice, Some(&message.tipo));
    assert_eq!(row.code, Some(&*message.codice));
    assert_eq!(row.text.unwrap_or(&message.descrizione), message.descrizione);
    let severity = match esito {
        EsitoChiamata::Negativo => Severity::Errore,
        _ if message.codice == "0" => Severity::Ok,
        _ => Severity::Segnalazione,
    };
    assert_eq!(row.severity, severity, "{}", message.codice);
}

/// The same text for the simulator's key and ours.
fn key(id: &impl Serialize) -> String {
    serde_json::to_value(id).expect("a key").to_string()
}

#[test]
fn the_service_answers_every_document_as_expected() {
    for practice in PracticeFile::all() {
        let name = &practice.name;
        let mut service = Counterpart::new(&practice);
        let documents = to_send(&practice, &service);
        assert!(documents.len() > 20, "{name}");

        if service.profile.accesso == Accesso::Proprio {
            for (documento, expected) in &documents {
                let (esito, codes) = service.send_sync(documento);
                let result = match esito {
                    EsitoChiamata::Positivo => "accepted",
                    EsitoChiamata::PositivoConAvvisi => "accepted_with_warnings",
                    EsitoChiamata::Negativo => "refused",
                };
                let result = result.to_owned();
                let got = Outcome { result, codes };
                assert_eq!(got, *expected, "{name}: {:?}", documento.id_spesa);
            }
        } else {
            let all: Vec<_> = documents.iter().map(|(d, _)| d.clone()).collect();
            service.send_file(&all);
            service.a_day_passes();
        }

        // Whatever the channel, the archive holds each document once, with its remarks.
        let stored: BTreeMap<_, _> =
            service.world.documents().into_iter().map(|view| (key(&view.key), view)).collect();
        let accepted = || documents.iter().filter(|(_, o)| o.result != "refused");
        assert_eq!(stored.len(), accepted().count(), "{name}");
        for (documento, expected) in accepted() {
            let key = key(&documento.id_spesa);
            let view = stored.get(&key).unwrap_or_else(|| panic!("{name}: {key} is not stored"));
            assert_eq!(view.warnings, expected.codes, "{name}: {key}");
            assert_eq!(view.times_inserted, 1, "{name}: {key}");
            assert_eq!(view.refund_of.is_some(), documento.id_rimborso.is_some());
        }
    }
}

#[test]
fn the_receipts_of_a_file_name_each_refused_or_remarked_document_and_no_other() {
    let mut read = 0;
    for practice in PracticeFile::all() {
        let name = &practice.name;
        let mut service = Counterpart::new(&practice);
        let documents = to_send(&practice, &service);
        let all: Vec<_> = documents.iter().map(|(d, _)| d.clone()).collect();
        let protocollo = service.send_file(&all);

        let early = service.receipts(&protocollo, FileStateKind::InProgress);
        assert!(early.zip.is_empty(), "{name}: {early:?}");
        let reasons: Vec<_> = early.missing.iter().map(|missing| missing.code).collect();
        assert_eq!(reasons, [MissingCode::NotYet, MissingCode::NotYet], "{name}");

        service.a_day_passes();
        let receipts = service.receipts(&protocollo, FileStateKind::ProcessedWithErrors);
        let mut expected: Vec<_> = documents
            .iter()
            .flat_map(|(d, outcome)| outcome.codes.iter().map(|code| (key(&d.id_spesa), code)))
            .collect();
        let mut rows: Vec<_> =
            receipts.rows.iter().map(|row| (key(&row.id_spesa), &row.codice)).collect();
        expected.sort();
        rows.sort();
        assert_eq!(rows, expected, "{name}");
        assert_eq!(receipts.unreadable, 0, "{name}");
        read += rows.len();
        let (pdf, errors) = (format!("{protocollo}.pdf"), format!("{protocollo}-errori.zip"));
        if expected.is_empty() {
            assert_eq!(receipts.entries, [pdf], "{name}");
            assert_eq!(receipts.missing[0].code, MissingCode::NoErrors, "{name}");
        } else {
            assert_eq!(receipts.entries, [pdf, errors], "{name}");
            assert!(receipts.missing.is_empty(), "{name}: {receipts:?}");
        }
        let json = serde_json::to_string(&receipts).expect("JSON");
        for secret in practice.secrets() {
            assert!(!json.contains(&secret) && !format!("{receipts:?}").contains(&secret));
        }
    }
    assert_ne!(read, 0, "the practices have mistakes in them");
}
