//! What the practices have to send, sent to the simulator without the engine: rules, wire and
//! simulator agree on a whole year of each.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};
use sts_core::cipher::Certificate;
use sts_core::domain::invoice::{JsonLimits, read_json};
use sts_core::domain::{Accesso, Ambiente, Cifrato, Data, DocumentoSpesa, Profile};
use sts_core::entropy::Entropy;
use sts_core::rules::{Calendar, Context, Policy, judge};
use sts_core::secret::Secret;
use sts_core::time::Timestamp;
use sts_core::wire::endpoint::Endpoint;
use sts_core::wire::file::Attachment;
use sts_core::wire::precompilata::{FileWriter, FlagOperazione};
use sts_core::wire::request::{Body, FileSender};
use sts_core::wire::{self, Credentials, EsitoChiamata};
use sts_simulator::{CERTIFICATE_DER, HttpAnswer, HttpRequest, Setup, World};
use sts_tests::practices;

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
    fn new(practice: &Value) -> Self {
        let setup: Setup = serde_json::from_value(practice["simulator"].clone()).expect("a setup");
        let secret = |field: &str| {
            Secret::new(
                practice["credentials"][field]
                    .as_str()
                    .expect("a credential"),
            )
        };
        let (user, password, pincode) = (secret("user"), secret("password"), secret("pincode"));
        Counterpart {
            world: World::new(setup).expect("the simulator's own key"),
            now_ms: Timestamp::midnight_utc(today(practice))
                .plus(9 * 3_600_000)
                .0,
            profile: serde_json::from_value(practice["profile"].clone()).expect("a profile"),
            credentials: Credentials::new(user, password, pincode).expect("credentials"),
            certificate: Certificate::parse(CERTIFICATE_DER).expect("a certificate"),
        }
    }

    fn encrypted(&self, text: &str) -> Cifrato {
        let key = self.certificate.key();
        key.encrypt(text.as_bytes(), &mut Counter(0))
            .expect("a ciphertext")
    }

    fn perform(&mut self, body: Body) -> HttpAnswer {
        let endpoint = Endpoint::custom(Ambiente::Test, "http://127.0.0.1:1").expect("an address");
        let accesso = &self.profile.accesso;
        let request = wire::HttpRequest::new(&endpoint, accesso, &self.credentials, body)
            .expect("a service of this way in");
        let path = request
            .url
            .strip_prefix("http://127.0.0.1:1")
            .expect("our address");
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|(n, v)| (*n, v.as_str()))
            .collect();
        let request = HttpRequest::post(path, &headers, &request.body);
        let reaction = self.world.handle(self.now_ms, &request);
        reaction.answer().expect("no fault is set").clone()
    }

    /// One document at a time: the codes of the remarks on it, or of its refusal.
    fn send_sync(&mut self, documento: &DocumentoSpesa<Cifrato>) -> (EsitoChiamata, Vec<String>) {
        let pincode = self.pincode();
        let opzionali = wire::Opzionali::for_accesso(&self.profile.accesso);
        let proprietario = self.owner();
        let sender = wire::Sender {
            pincode: &pincode,
            proprietario: &proprietario,
            opzionali: &opzionali,
        };
        let body = match documento.id_rimborso {
            Some(_) => wire::sync::rimborso(&sender, documento).expect("a refund"),
            None => wire::sync::inserimento(&sender, documento),
        };
        let operation = body.operation();
        let answer = self.perform(body);
        let outcome = wire::sync::parse(operation, answer.status, &answer.body).expect("an answer");
        let codes = outcome.messaggi.into_iter().map(|m| m.codice);
        (outcome.esito, codes.filter(|code| code != "0").collect())
    }

    /// All in one file, then time for it to be processed.
    fn send_file(&mut self, documents: &[DocumentoSpesa<Cifrato>]) {
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
        let sender = FileSender {
            pincode: &pincode,
            proprietario: &owner,
            opzionali: &opzionali,
        };
        let body = wire::file::invia_file(&sender, &file.name, &file.zip, Attachment::Mtom)
            .expect("a file");
        let answer = self.perform(body);
        let receipt = wire::file::parse(answer.status, &answer.body).expect("an answer");
        assert!(
            receipt.is_received(),
            "{}: {}",
            receipt.codice_esito,
            receipt.descrizione_esito
        );
        self.now_ms += 24 * 3_600_000;
        self.world.advance(self.now_ms);
    }

    fn pincode(&self) -> wire::Pincode {
        let (accesso, key) = (&self.profile.accesso, self.certificate.key());
        let pincode = self.credentials.pincode();
        wire::Pincode::new(accesso, pincode, key, &mut Counter(7)).expect("a pincode")
    }

    fn owner(&self) -> sts_core::domain::Proprietario<Cifrato> {
        let owner = &self.profile.proprietario;
        owner
            .try_map(|cf| Ok::<_, ()>(self.encrypted(cf.expose())))
            .expect("an owner")
    }
}

fn today(practice: &Value) -> Data {
    Data::parse(practice["today"].as_str().expect("a day")).expect("a day")
}

/// The documents to send, in the order of the file, with what is expected of the service.
fn to_send(practice: &Value, service: &Counterpart) -> Vec<(DocumentoSpesa<Cifrato>, Value)> {
    let policy: Policy = match practice.get("policy") {
        Some(policy) => serde_json::from_value(policy.clone()).expect("a policy"),
        None => Policy::default(),
    };
    let calendar = Calendar::builtin();
    let context = Context {
        profile: &service.profile,
        policy: &policy,
        calendar: &calendar,
        today: today(practice),
    };
    let mut documents = Vec::new();
    for case in practice["invoices"].as_array().expect("invoices") {
        let Some(outcome) = case["expect"].get("outcome") else {
            continue;
        };
        let bytes = serde_json::to_vec(&case["invoice"]).expect("JSON");
        let mut inputs = read_json(&bytes, &JsonLimits::default()).expect("JSON");
        let judgement = judge(&inputs.remove(0).expect("an invoice"), &context);
        let documento = judgement.documento.expect("a document to send");
        let encrypted = documento
            .try_map(|cf| Ok::<_, ()>(service.encrypted(cf.expose())))
            .expect("a ciphertext");
        documents.push((encrypted, outcome.clone()));
    }
    documents
}

#[test]
fn the_service_answers_every_document_as_expected() {
    for practice in practices::all() {
        let name = practice.file_name();
        let path = sts_tests::fixtures::path("practices").join(&name);
        let text = fs::read_to_string(path).expect("a practice");
        let practice: Value = serde_json::from_str(&text).expect("JSON");
        let mut service = Counterpart::new(&practice);
        let documents = to_send(&practice, &service);
        assert!(documents.len() > 20, "{name}");

        if service.profile.accesso == Accesso::Proprio {
            for (documento, expected) in &documents {
                let (esito, codes) = service.send_sync(documento);
                let got = match esito {
                    EsitoChiamata::Positivo => json!({ "result": "accepted" }),
                    EsitoChiamata::PositivoConAvvisi => {
                        json!({ "result": "accepted_with_warnings", "codes": codes })
                    }
                    EsitoChiamata::Negativo => json!({ "result": "refused", "codes": codes }),
                };
                assert_eq!(got, *expected, "{name}: {:?}", documento.id_spesa);
            }
        } else {
            let all: Vec<_> = documents
                .iter()
                .map(|(documento, _)| documento.clone())
                .collect();
            service.send_file(&all);
        }

        // Whatever the channel, the archive holds each document once, with its remarks.
        let stored: BTreeMap<_, _> = service
            .world
            .documents()
            .into_iter()
            .map(|view| {
                (
                    serde_json::to_value(&view.key).expect("a key").to_string(),
                    view,
                )
            })
            .collect();
        assert_eq!(stored.len(), documents.len(), "{name}");
        for (documento, expected) in &documents {
            let key = serde_json::to_value(&documento.id_spesa)
                .expect("a key")
                .to_string();
            let view = stored
                .get(&key)
                .unwrap_or_else(|| panic!("{name}: {key} is not stored"));
            let codes = expected.get("codes").cloned().unwrap_or_else(|| json!([]));
            assert_eq!(json!(view.warnings), codes, "{name}: {key}");
            assert_eq!(view.times_inserted, 1, "{name}: {key}");
            assert_eq!(view.refund_of.is_some(), documento.id_rimborso.is_some());
        }
    }
}
