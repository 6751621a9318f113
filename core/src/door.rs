//! What a page or a server asks without an engine, by name and as JSON: the same for every language,
//! so that no binding knows more than names.
//!
//! | name | question | answer |
//! |---|---|---|
//! | `check` | `settings`, `invoice`, `now` | `id` and the judgement |
//! | `preview` | `settings`, `invoice`, `now` | `documento`: what would travel, with the tax code left out; `null` when the verdict is not `send` |
//! | `calendar` | `settings`, `now` | `oggi` and `scadenze`, those ahead, the soonest first |
//! | `settings` | `settings` | `{}` when an engine can be opened with them |
//! | `codice_fiscale` | `text` | `valid`; the kind, or `message` |
//! | `partita_iva` | `text` | `valid`, or `message` |
//! | `explain` | `code`, `tipo` | what a code of the service means, and what to do |
//! | `advice` | any of `username`, `password`, `pincode` | `reasons`: remarks on what was typed |
//! | `reasons` | – | `reasons`: every reason a judgement can give |
//!
//! Here are also the [steps](Output::step) of an engine as JSON, for the doors that hand them to
//! other languages.
//!
//! `settings` are those of [`Settings::from_json`], `invoice` is one document in the form of
//! `fixtures/schema/invoice.schema.json`, `now` a [`Timestamp`]. Unknown fields are refused.

mod steps;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::codes;
use crate::domain::invoice::{Input, InputError, JsonLimits, read_json};
use crate::domain::{Accesso, CodiceFiscale, PartitaIva, Strictness};
use crate::error::Error;
use crate::rules::{self, REASONS};
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Timestamp;

pub use steps::{Output, Status, answer_json, headers, loaded};

/// The version of what passes through a door as JSON, and of the C ABI: a binding compares it with
/// its own and goes no further when they differ.
pub const ABI: u32 = 1;

/// Longest question, in bytes: 16 MiB.
const LIMIT: usize = 16 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfInvoice {
    settings: Box<RawValue>,
    invoice: Box<RawValue>,
    now: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfCalendar {
    settings: Box<RawValue>,
    now: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfSettings {
    settings: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfText {
    text: Secret,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfCode {
    code: String,
    #[serde(default)]
    tipo: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct OfCredentials {
    username: Option<Secret>,
    password: Option<Secret>,
    pincode: Option<Secret>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Answers a question. Fails with [`Error::Command`] when the name is unknown or a field of the
/// question is wrong, and with [`Error::Settings`] when the settings are.
pub fn call(name: &str, question: &[u8]) -> Result<Value, Error> {
    if question.len() > LIMIT {
        return Err(wrong("", "at most 16 MiB"));
    }
    match name {
        "check" => {
            let (settings, input, now) = invoice(question)?;
            let mut answer = json!(settings.judge(&input, now));
            answer["id"] = json!(input.id());
            Ok(answer)
        }
        "preview" => {
            let (settings, input, now) = invoice(question)?;
            let documento = settings.judge(&input, now).documento;
            let documento = documento
                .map(|documento| documento.try_map(|_| Ok::<_, std::convert::Infallible>("[…]")));
            Ok(json!({ "documento": documento.map(|Ok(documento)| documento) }))
        }
        "calendar" => {
            let OfCalendar { settings, now } = read(question)?;
            let (settings, now) = (Settings::from_json(settings.get().as_bytes())?, clock(now)?);
            let (oggi, scadenze) = (now.date_in_italy(), settings.deadlines_ahead(now));
            Ok(json!({ "oggi": oggi, "scadenze": scadenze }))
        }
        "settings" => {
            let OfSettings { settings } = read(question)?;
            Settings::from_json(settings.get().as_bytes())?;
            Ok(json!({}))
        }
        "codice_fiscale" => {
            let OfText { text } = read(question)?;
            Ok(match CodiceFiscale::parse(text.expose(), Strictness::Full) {
                Ok(cf) => json!({ "valid": true, "kind": cf.kind() }),
                Err(error) => json!({ "valid": false, "message": error.to_string() }),
            })
        }
        "partita_iva" => {
            let OfText { text } = read(question)?;
            Ok(match PartitaIva::parse(text.expose(), Strictness::Full) {
                Ok(_) => json!({ "valid": true }),
                Err(error) => json!({ "valid": false, "message": error.to_string() }),
            })
        }
        "explain" => {
            let OfCode { code, tipo } = read(question)?;
            Ok(json!(codes::explain(&code, tipo.as_deref())))
        }
        "advice" => {
            let OfCredentials { username, password, pincode } = read(question)?;
            let username = username.iter().flat_map(rules::username_advice);
            let password = password.iter().flat_map(rules::password_advice);
            let accesso = Accesso::Proprio;
            let pincode = pincode.iter().flat_map(|p| rules::pincode_advice(p, &accesso));
            let reasons: Vec<_> = username.chain(password).chain(pincode).collect();
            Ok(json!({ "reasons": reasons }))
        }
        "reasons" => {
            let Nothing {} = read(question)?;
            let reasons = REASONS.iter().map(|row| {
                let (code, severity) = (row.code, row.severity);
                json!({ "code": code, "severity": severity, "it": row.it, "en": row.en,
                        "source": row.source, "verdict": row.verdict() })
            });
            Ok(json!({ "reasons": reasons.collect::<Vec<_>>() }))
        }
        _ => Err(wrong("", "the name of a question, such as \"check\"")),
    }
}

fn invoice(question: &[u8]) -> Result<(Settings, Input, Timestamp), Error> {
    let OfInvoice { settings, invoice, now } = read(question)?;
    let settings = Settings::from_json(settings.get().as_bytes())?;
    let of = |error: InputError| Error::Command {
        path: format!("/invoice{}", error.path),
        expected: error.en,
    };
    let mut read = read_json(invoice.get().as_bytes(), &JsonLimits::default()).map_err(of)?;
    if read.len() != 1 {
        return Err(wrong("/invoice", "one invoice"));
    }
    let input = read.remove(0).map_err(of)?;
    Ok((settings, input, clock(now)?))
}

fn clock(now: Timestamp) -> Result<Timestamp, Error> {
    if (Timestamp::MIN..=Timestamp::MAX).contains(&now) { Ok(now) } else { Err(Error::Clock) }
}

fn read<T: DeserializeOwned>(question: &[u8]) -> Result<T, Error> {
    let read =
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(question));
    read.map_err(|error| {
        let InputError { path, en, .. } = InputError::at(&error, "");
        Error::Command { path, expected: en }
    })
}

fn wrong(path: &str, expected: &str) -> Error {
    Error::Command { path: path.to_owned(), expected: expected.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = r#"{"ambiente": "test", "profile": {"categoria": "psicologo",
        "cfProprietario": "PSCPRV80A01X999I", "pIva": "99900011000"}}"#;

    fn ask(name: &str, question: &str) -> Result<Value, Error> {
        call(name, question.as_bytes())
    }

    fn invoice(name: &str, invoice: &str) -> Result<Value, Error> {
        let question =
            format!(r#"{{"settings": {SETTINGS}, "invoice": {invoice}, "now": 1795424400000}}"#);
        ask(name, &question)
    }

    const PAID: &str = r#"{"id": "1", "stato": "emessa", "dataEmissione": "2026-11-20",
        "numDocumento": "12/2026",
        "cessionarioCommittente": {"personaFisica": true, "cfCittadino": "PZNPRV80A01X999E"},
        "dettaglioLinee": [{"prezzoTotale": "60.00", "naturaIVA": "N2.2", "tipoSpesa": "SP"}],
        "pagamenti": [{"dataPagamento": "2026-11-20", "importo": "60.00",
                       "modalitaPagamento": "MP08"}]}"#;

    #[test]
    fn an_invoice_is_judged_and_shown_without_its_tax_code() {
        let judged = invoice("check", PAID).unwrap();
        assert_eq!((&judged["id"], &judged["verdict"]), (&json!("1"), &json!("send")));
        let shown = invoice("preview", PAID).unwrap();
        assert_eq!(shown["documento"]["idSpesa"]["numDocumento"], "12/2026");
        assert_eq!(shown["documento"]["cfCittadino"], "[…]");
        assert!(!format!("{judged}{shown}").contains("PZNPRV"));
        let draft = PAID.replace("emessa", "bozza");
        assert_eq!(invoice("preview", &draft).unwrap()["documento"], Value::Null);
    }

    #[test]
    fn what_is_wrong_is_named_by_its_path_and_not_shown() {
        let error = invoice("check", r#"{"id": 7}"#).unwrap_err();
        assert_eq!((error.code(), error.path()), ("COMMAND", Some("/invoice/id")));
        let error = ask("check", "{}").unwrap_err();
        assert_eq!(error.path(), Some("/settings"));
        let error = ask("settings", r#"{"settings": {"ambiente": "test"}}"#).unwrap_err();
        assert_eq!((error.code(), error.path()), ("SETTINGS", Some("/profile")));
        let error = ask("codice_fiscale", r#"{"testo": "PZNPRV80A01X999E"}"#).unwrap_err();
        assert!(!error.to_string().contains("PZNPRV"), "{error}");
        assert_eq!(ask("nothing", "{}").unwrap_err().code(), "COMMAND");
        assert!(invoice("check", "[]").is_err());
    }

    #[test]
    fn small_questions_have_small_answers() {
        let valid = |name, text: &str| {
            ask(name, &json!({ "text": text }).to_string()).unwrap()["valid"].clone()
        };
        assert_eq!(valid("codice_fiscale", "PZNPRV80A01X999E"), true);
        assert_eq!(valid("codice_fiscale", "PZNPRV80A01X999F"), false);
        assert_eq!(valid("partita_iva", "99900011000"), true);
        assert_eq!(valid("partita_iva", "99900011001"), false);
        let explained = ask("explain", r#"{"code": "S017"}"#).unwrap();
        assert_eq!(explained["kind"], "already_present");
        let advice = ask("advice", r#"{"password": "è scaduta", "pincode": "1"}"#).unwrap();
        assert_eq!(advice["reasons"].as_array().unwrap().len(), 2, "{advice}");
        assert!(ask("reasons", "{}").unwrap()["reasons"].as_array().unwrap().len() > 80);
        let question = format!(r#"{{"settings": {SETTINGS}, "now": 1795424400000}}"#);
        let calendar = ask("calendar", &question).unwrap();
        assert_eq!(calendar["scadenze"][0]["scadenza"], "2027-02-01");
        assert_eq!(ask("calendar", &question.replace("000}", "}")).unwrap_err().code(), "CLOCK");
    }
}
