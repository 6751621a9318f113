//! The usual scene: an invented psychologist, her invoices, and the simulator's invented users.

use serde_json::Value;
use sts_core::Settings;
use sts_core::cipher::Certificate;
use sts_core::command::{Answer, Command, DocumentView};
use sts_core::domain::invoice::{Input, JsonLimits, read_json};
use sts_core::domain::{Ambiente, Data};
use sts_core::registry::TransmissionView;
use sts_core::secret::Secret;
use sts_core::time::Timestamp;
use sts_core::wire::Credentials;
use sts_simulator::{CERTIFICATE_DER, Setup, World};

use crate::site::Site;

/// The psychologist's user name, which is her tax code; it belongs to nobody.
pub const USER: &str = "PSCPRV80A01X999I";
const PASSWORD: &str = "Prova.0000";
/// Her pincode.
pub const PINCODE: &str = "9000000001";
/// A patient's tax code; it belongs to nobody.
pub const PATIENT: &str = "PZNPRV80A01X999E";

/// A psychologist on 23 November 2026 at nine in the morning, with nothing saved yet.
pub fn psychologist() -> Site {
    let world = World::new(Setup::default()).expect("the simulator's own setup is right");
    Site::new(world, settings(), credentials(), morning("2026-11-23"))
}

/// Nine in the morning of a winter's day in Italy.
pub fn morning(day: &str) -> Timestamp {
    Timestamp::midnight_utc(Data::parse(day).expect("a day")).plus(8 * 3_600_000)
}

/// Her settings, with the simulator's key.
pub fn settings() -> Settings {
    let profile = serde_json::from_value(serde_json::json!({
        "categoria": "psicologo", "cfProprietario": USER, "pIva": "99900011000",
    }));
    let certificate = Certificate::parse(CERTIFICATE_DER).expect("the simulator's certificate");
    Settings::new(profile.expect("her profile"), Ambiente::Test)
        .and_then(|settings| settings.with_endpoint("http://127.0.0.1:1"))
        .expect("her settings")
        .with_certificate(&certificate)
}

/// Her credentials.
pub fn credentials() -> Credentials {
    credentials_with_password(PASSWORD)
}

/// Her credentials with another password.
pub fn credentials_with_password(password: &str) -> Credentials {
    let [user, password, pincode] = [USER, password, PINCODE].map(Secret::new);
    Credentials::new(user, password, pincode).expect("printable")
}

/// Everything that must never be seen: plain, and as a Basic header would carry it.
pub fn secrets() -> Vec<String> {
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}"));
    [USER, PASSWORD, PINCODE, PATIENT].map(str::to_owned).into_iter().chain([basic]).collect()
}

/// A paid invoice of 60 euro, flat-rate scheme, with this id and number.
pub fn invoice(id: &str, number: &str) -> Input {
    invoice_of(id, number, "60.00")
}

/// The same over another amount.
pub fn invoice_of(id: &str, number: &str, amount: &str) -> Input {
    read(invoice_json(id, number, amount))
}

/// The usual invoice with a change in its JSON.
pub fn invoice_with(id: &str, change: impl FnOnce(&mut Value)) -> Input {
    let mut json = invoice_json(id, id, "60.00");
    change(&mut json);
    read(json)
}

fn invoice_json(id: &str, number: &str, amount: &str) -> Value {
    serde_json::json!({
        "id": id, "stato": "emessa", "dataEmissione": "2026-11-20", "numDocumento": number,
        "cessionarioCommittente": { "personaFisica": true, "cfCittadino": PATIENT },
        "dettaglioLinee": [
            { "prezzoTotale": amount, "naturaIVA": "N2.2", "tipoSpesa": "SP" }
        ],
        "pagamenti": [
            { "dataPagamento": "2026-11-20", "importo": amount, "modalitaPagamento": "MP08" }
        ],
    })
}

fn read(json: Value) -> Input {
    let text = json.to_string();
    let mut read = read_json(text.as_bytes(), &JsonLimits::default()).expect("JSON");
    read.remove(0).expect("an invoice")
}

/// One document as the host sees it.
pub fn document(site: &mut Site, id: &str) -> DocumentView {
    match site.command(Command::Document { id: id.to_owned() }) {
        Ok(Answer::Document { document: Some(document) }) => *document,
        other => panic!("{other:?}"),
    }
}

/// The whole registry, newest first, read in pages.
pub fn registry(site: &mut Site) -> Vec<TransmissionView> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        match site.command(Command::List {
            filter: sts_core::registry::Filter::default(),
            after,
            limit: 3,
        }) {
            Ok(Answer::Registry { transmissions, next }) => {
                rows.extend(transmissions);
                match next {
                    Some(next) => after = Some(next),
                    None => return rows,
                }
            }
            other => panic!("{other:?}"),
        }
    }
}
