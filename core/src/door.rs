//! What a page or a server asks without an engine, by name and as JSON: the same for every language,
//! so that no binding knows more than names.
//!
//! | name | question | answer |
//! |---|---|---|
//! | `check` | `settings`, `invoice`, `now` | `id` and the judgement |
//! | `preview` | `settings`, `invoice`, `now` | `documento`: what would travel, with the tax code left out; `null` when the verdict is not `send` |
//! | `calendar` | `settings`, `now` | `oggi` and `scadenze`, those ahead, the soonest first |
//! | `scadenza` | `settings`, `dataPagamento`, `now` | `scadenza`: the dates for a payment and what they mean today; `null` for a year that has none |
//! | `settings` | `settings` | `{}` when an engine can be opened with them |
//! | `codice_fiscale` | `text`, `strictness` | `valid`, with the breakdown of the code |
//! | `partita_iva` | `text`, `strictness` | `valid`, with `pIva` and whether its office is known (`officeKnown`) |
//! | `importo` | `text` | `valid`, with `cents` and the `text` as it travels |
//! | `data` | `text`, or `timestamp` | `valid`, with `data`; of an instant, the day it is in Italy |
//! | `explain` | `code`, `tipo` | what a code of the service means, and what to do |
//! | `fault` | `text` | the same of a fault, by its text |
//! | `file_state` | `stato` | the same of the state of a file |
//! | `advice` | any of `username`, `password`, `pincode` | `reasons`: remarks on what was typed |
//! | `reasons` | – | `reasons`: every reason a judgement can give |
//!
//! Here are also the [steps](Output::step) of an engine as JSON, for the doors that hand them to
//! other languages.
//!
//! `settings` are those of [`Settings::from_json`], `invoice` is one document in the form of
//! `fixtures/schema/invoice.schema.json`, `now` a [`Timestamp`]. Unknown fields are refused. The
//! whole is `fixtures/schema/question.schema.json` and `reply.schema.json`, by the names of the
//! questions. Where `valid` is false there are `code` and `message` instead. `fixtures/vectors` has
//! questions with their answers.

mod reply;
#[cfg(feature = "schema")]
mod schema;

#[cfg(feature = "schema")]
pub use schema::{Question, Reply};

mod steps;

use serde::Serialize;

use self::reply::{
    Advice, Checked, CodiceFiscaleCheck, DataCheck, Deadline, Deadlines, ImportoCheck,
    PartitaIvaCheck, Preview, ReasonKind, Reasons, Usable,
};
use crate::codes;
use crate::domain::invoice::{Input, InputError, JsonLimits, read_raw};
use crate::domain::{Accesso, CodiceFiscale, Data, Importo, PartitaIva, Strictness};
use crate::error::Error;
use crate::json::{self, Failure, Raw, Read};
use crate::rules::{self, REASONS};
use crate::secret::Secret;
use crate::settings::{Judge, Settings};
use crate::time::Timestamp;

pub use steps::{Output, Status, answer_json, headers, loaded};

/// The version of what passes through a door as JSON, and of the C ABI: a binding compares it with
/// its own and goes no further when they differ.
pub const ABI: u32 = 1;

/// Longest question, in bytes: 16 MiB.
const LIMIT: usize = 16 << 20;

macro_rules! questions {
    ($($(#[$doc:meta])* $name:ident$(<$life:lifetime>)? { $($(#[$attr:meta])* $field:ident: $type:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Read)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            #[cfg_attr(feature = "schema", schemars(extend("x-order" = [$(stringify!($field)),*])))]
            #[serde(deny_unknown_fields, rename_all = "camelCase")]
            struct $name$(<$life>)? { $($(#[$attr])* $field: $type,)* }
        )+
    };
}

questions! {
    /// About an invoice, with the settings of its holder.
    OfInvoice<'a> {
        /// The settings.
        #[cfg_attr(feature = "schema", schemars(with = "crate::settings::Described<'static>", extend("x-secret" = true)))]
        settings: Raw<'a>,
        /// The document.
        #[cfg_attr(feature = "schema", schemars(with = "crate::command::AnyInvoice", extend("x-secret" = true)))]
        invoice: Raw<'a>,
        /// The time: the day of the question is that in Italy.
        now: Timestamp,
    }
    /// About the deadlines of a holder.
    OfCalendar<'a> {
        /// The settings.
        #[cfg_attr(feature = "schema", schemars(with = "crate::settings::Described<'static>", extend("x-secret" = true)))]
        settings: Raw<'a>,
        /// The time: the day of the question is that in Italy.
        now: Timestamp,
    }
    /// About the deadline of a payment.
    OfScadenza<'a> {
        /// The settings.
        #[cfg_attr(feature = "schema", schemars(with = "crate::settings::Described<'static>", extend("x-secret" = true)))]
        settings: Raw<'a>,
        /// The day of the payment.
        data_pagamento: Data,
        /// The time: the day of the question is that in Italy.
        now: Timestamp,
    }
    /// About settings.
    OfSettings<'a> {
        /// The settings.
        #[cfg_attr(feature = "schema", schemars(with = "crate::settings::Described<'static>", extend("x-secret" = true)))]
        settings: Raw<'a>,
    }
    /// About a tax code or a VAT number.
    OfIdentifier {
        /// The text, as it was typed.
        #[cfg_attr(feature = "schema", schemars(with = "String", extend("x-secret" = true)))]
        text: Secret,
        /// How strictly it is read; `full` when absent.
        #[serde(default)]
        strictness: Strictness,
    }
    /// About a text.
    OfText {
        /// The text.
        text: String,
    }
    /// About a day: exactly one of the two.
    OfData {
        /// A day, as it was typed.
        #[serde(default)]
        text: Option<String>,
        /// An instant.
        #[serde(default)]
        timestamp: Option<Timestamp>,
    }
    /// About the state of a file.
    OfState {
        /// The state, such as `2`.
        stato: String,
    }
    /// About a code of the service.
    OfCode {
        /// The code, such as `S017`.
        code: String,
        /// The type of the message it came with, such as `E`.
        #[serde(default)]
        tipo: Option<String>,
    }
    /// About credentials, any of them.
    OfCredentials {
        /// User name.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("x-secret" = true)))]
        username: Option<Secret>,
        /// Password.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("x-secret" = true)))]
        password: Option<Secret>,
        /// Pincode.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("x-secret" = true)))]
        pincode: Option<Secret>,
    }
    /// No fields.
    Nothing {}
}

/// Answers a question, with JSON. Fails with [`Error::Command`] when the name is unknown or a field
/// of the question is wrong, and with [`Error::Settings`] when the settings are.
pub fn call(name: &str, question: &[u8]) -> Result<String, Error> {
    if name != "settings" {
        return page(name, question);
    }
    let OfSettings { settings } = read(question)?;
    Settings::read(settings)?;
    reply(&Usable {})
}

/// Answers all questions but `settings`, which alone looks at address and certificate: for pages,
/// which send nothing and load less without.
pub fn page(name: &str, question: &[u8]) -> Result<String, Error> {
    match name {
        "check" => {
            let (settings, input, now) = invoice(question)?;
            reply(&Checked { id: input.id(), judgement: settings.judge(&input, now) })
        }
        "preview" => {
            let (settings, input, now) = invoice(question)?;
            let documento = settings.judge(&input, now).documento;
            let documento = documento
                .map(|documento| documento.try_map(|_| Ok::<_, std::convert::Infallible>("[…]")))
                .map(|Ok(documento)| documento);
            reply(&Preview { documento })
        }
        "calendar" => {
            let OfCalendar { settings, now } = read(question)?;
            let (settings, now) = (Judge::read(settings)?, clock(now)?);
            let (oggi, scadenze) = (now.date_in_italy(), settings.deadlines_ahead(now));
            reply(&Deadlines { oggi, scadenze })
        }
        "scadenza" => {
            let OfScadenza { settings, data_pagamento, now } = read(question)?;
            let settings = Judge::read(settings)?;
            reply(&Deadline { scadenza: settings.scadenza(data_pagamento, clock(now)?) })
        }
        "codice_fiscale" => {
            let OfIdentifier { text, strictness } = read(question)?;
            reply(&CodiceFiscaleCheck::from(CodiceFiscale::parse(text.expose(), strictness)))
        }
        "partita_iva" => {
            let OfIdentifier { text, strictness } = read(question)?;
            reply(&PartitaIvaCheck::from(PartitaIva::parse(text.expose(), strictness)))
        }
        "importo" => {
            let OfText { text } = read(question)?;
            reply(&ImportoCheck::from(Importo::parse(&text)))
        }
        "data" => {
            let OfData { text, timestamp } = read(question)?;
            let read = match (text, timestamp) {
                (Some(text), None) => Data::parse(&text),
                (None, Some(timestamp)) => Ok(timestamp.date_in_italy()),
                _ => return Err(wrong("", "either text or timestamp")),
            };
            reply(&DataCheck::from(read))
        }
        "explain" => {
            let OfCode { code, tipo } = read(question)?;
            reply(&codes::explain(&code, tipo.as_deref()))
        }
        "fault" => {
            let OfText { text } = read(question)?;
            reply(&codes::fault(&text))
        }
        "file_state" => {
            let OfState { stato } = read(question)?;
            reply(&codes::file_state(&stato))
        }
        "advice" => {
            let OfCredentials { username, password, pincode } = read(question)?;
            let mut reasons = username.as_ref().map(rules::username_advice).unwrap_or_default();
            if let Some(password) = &password {
                reasons.extend(rules::password_advice(password));
            }
            if let Some(pincode) = &pincode {
                reasons.extend(rules::pincode_advice(pincode, &Accesso::Proprio));
            }
            reply(&Advice { reasons })
        }
        "reasons" => {
            let Nothing {} = read(question)?;
            reply(&Reasons { reasons: REASONS.iter().copied().map(ReasonKind::from).collect() })
        }
        _ => Err(wrong("", "the name of a question, such as \"check\"")),
    }
}

fn invoice(question: &[u8]) -> Result<(Judge, Input, Timestamp), Error> {
    let OfInvoice { settings, invoice, now } = read(question)?;
    let settings = Judge::read(settings)?;
    let of = |error: InputError| Error::Command {
        path: format!("/invoice{}", error.path),
        expected: error.en,
    };
    let mut read = read_raw(invoice, &JsonLimits::default()).map_err(of)?;
    if read.len() != 1 {
        return Err(wrong("/invoice", "one invoice"));
    }
    let input = read.remove(0).map_err(of)?;
    Ok((settings, input, clock(now)?))
}

fn clock(now: Timestamp) -> Result<Timestamp, Error> {
    if (Timestamp::MIN..=Timestamp::MAX).contains(&now) { Ok(now) } else { Err(Error::Clock) }
}

fn read<'a, T: Read<'a>>(question: &'a [u8]) -> Result<T, Error> {
    whole(question)?.read().map_err(refused)
}

fn whole(question: &[u8]) -> Result<Raw<'_>, Error> {
    if question.len() > LIMIT {
        return Err(wrong("", "at most 16 MiB"));
    }
    Raw::new(question).map_err(refused)
}

fn refused(failure: Failure) -> Error {
    let InputError { path, en, .. } = InputError::at(&failure, "");
    Error::Command { path, expected: en }
}

fn reply(reply: &impl Serialize) -> Result<String, Error> {
    text(reply).ok_or(Error::Bug { why: "a reply that is no JSON" })
}

/// JSON of what the engine hands out, as every door gives it. `None` for what it never has: numbers
/// with a fraction, and maps whose keys are no texts.
pub fn text(value: &impl Serialize) -> Option<String> {
    json::write(value)
}

/// Why a call was refused, as JSON in three fields.
pub fn refusal(code: &str, path: Option<&str>, message: &str) -> String {
    #[derive(Serialize)]
    struct Refusal<'a> {
        code: &'a str,
        message: &'a str,
        path: Option<&'a str>,
    }
    text(&Refusal { code, message, path }).unwrap_or_default()
}

fn wrong(path: &str, expected: &str) -> Error {
    Error::Command { path: path.to_owned(), expected: expected.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SETTINGS: &str = r#"{"ambiente": "test", "profile": {"categoria": "psicologo",
        "cfProprietario": "PSCPRV80A01X999I", "pIva": "99900011000"}}"#;

    fn ask(name: &str, question: &str) -> Result<Value, Error> {
        call(name, question.as_bytes()).map(|answer| serde_json::from_str(&answer).unwrap())
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
        let nobody = r#"{"ambiente": "test", "profile": {"categoria": "psicologo",
            "pIva": "99900011000"}}"#;
        let error = ask("settings", &format!(r#"{{"settings": {nobody}}}"#)).unwrap_err();
        assert_eq!(error.path(), Some("/profile"));
        assert!(error.to_string().contains("cfProprietario is missing"), "{error}");
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
