//! Runs `fixtures/vectors` against the domain and the rules. Every language runs the same files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sts_core::domain::invoice::{JsonLimits, read_json};
use sts_core::domain::{
    Categoria, CodiceFiscale, CodiceFiscaleError, Data, DataError, DocumentoSpesa, Importo,
    ImportoError, PartitaIva, PartitaIvaError, Profile, Strictness,
};
use sts_core::rules::{Calendar, Context, Judgement, Policy, REASONS, judge};
use sts_core::time::Timestamp;

/// Reasons that the engine gives and no judgement.
const OF_THE_ENGINE: [&str; 3] = ["KEY_TAKEN", "KEY_OUTDATED", "REASON_UNKNOWN"];

fn read(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/vectors").join(name);
    let text = fs::read_to_string(path).expect("the file of vectors is there");
    serde_json::from_str(&text).expect("vectors are JSON")
}

/// Runs every case of a file and compares all answers, so that one run shows all differences.
fn run(name: &str, answer: impl Fn(&Value) -> Value) -> Value {
    let file = read(name);
    let cases = file["cases"].as_array().expect("cases");
    let mut ids = BTreeSet::new();
    let mut wrong = Vec::new();
    for case in cases {
        let id = case["id"].as_str().expect("every case has an id");
        assert!(ids.insert(id), "{name}: {id} is there twice");
        assert!(case["comment"].is_string(), "{name}: {id} has no comment");
        let got = answer(&case["input"]);
        if got != case["expect"] {
            wrong.push(format!("{id}\n  expected {}\n  got      {got}", case["expect"]));
        }
    }
    assert!(!ids.is_empty(), "{name} has no cases");
    assert!(wrong.is_empty(), "{name}: {} of {}\n{}", wrong.len(), ids.len(), wrong.join("\n"));
    file
}

fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    input[name].as_str().unwrap_or_else(|| panic!("{name} is a string"))
}

fn strictness(input: &Value) -> Strictness {
    serde_json::from_value(input["strictness"].clone()).expect("full or kit")
}

#[test]
fn codice_fiscale() {
    run("codice_fiscale.json", |input| {
        match CodiceFiscale::parse(text(input, "text"), strictness(input)) {
            Ok(cf) => serde_json::to_value(cf.breakdown()).expect("a breakdown is JSON"),
            Err(error) => json!({ "error": match error {
                CodiceFiscaleError::Format => "CF_FORMAT",
                CodiceFiscaleError::CheckCharacter => "CF_CHECK",
                CodiceFiscaleError::Date => "CF_DATE",
                CodiceFiscaleError::StpEni => "CF_STP_ENI",
                _ => "another error",
            } }),
        }
    });
}

#[test]
fn partita_iva() {
    run("partita_iva.json", |input| {
        match PartitaIva::parse(text(input, "text"), strictness(input)) {
            Ok(p_iva) => json!({ "pIva": p_iva, "officeKnown": p_iva.has_known_office() }),
            Err(PartitaIvaError::Format) => json!({ "error": "PIVA_FORMAT" }),
            Err(PartitaIvaError::CheckDigit) => json!({ "error": "PIVA_CHECK" }),
            Err(_) => json!({ "error": "another error" }),
        }
    });
}

#[test]
fn importo() {
    run("importo.json", |input| match Importo::parse(text(input, "text")) {
        Ok(importo) => json!({ "cents": importo.cents(), "text": importo }),
        Err(ImportoError::Format) => json!({ "error": "IMPORTO_FORMAT" }),
        Err(ImportoError::TooLarge) => json!({ "error": "IMPORTO_RANGE" }),
        Err(_) => json!({ "error": "another error" }),
    });
}

#[test]
fn data() {
    run("data.json", |input| {
        if let Some(instant) = input["timestamp"].as_i64() {
            return json!({ "data": Timestamp(instant).date_in_italy() });
        }
        match Data::parse(text(input, "text")) {
            Ok(data) => json!({ "data": data }),
            Err(DataError::Format) => json!({ "error": "DATA_FORMAT" }),
            Err(DataError::NoSuchDay) => json!({ "error": "DATA_NO_SUCH_DAY" }),
            Err(_) => json!({ "error": "another error" }),
        }
    });
}

#[test]
fn calendar() {
    let calendar = Calendar::builtin();
    run("calendar.json", |input| {
        let day = |name| Data::parse(text(input, name)).expect("a date");
        let categoria = Categoria::parse(text(input, "categoria")).expect("a category");
        let found = calendar.scadenza(day("dataPagamento"), categoria, day("today"));
        found.map_or(Value::Null, |s| {
            json!({
                "anno": s.anno, "regime": s.regime, "scadenza": s.scadenza,
                "correzioni": s.correzioni, "chiusura": s.chiusura, "stato": s.stato,
                "expected": s.expected, "perDocumento": s.stake.per_documento,
            })
        })
    });
}

/// What would travel, without key and tax code.
fn travels(documento: DocumentoSpesa<CodiceFiscale>) -> Value {
    let cf = documento.cf_cittadino.is_some();
    let hidden = documento.try_map(|_| Ok::<_, ()>(true)).expect("nothing fails");
    let mut value = serde_json::to_value(hidden).expect("a document is JSON");
    let fields = value.as_object_mut().expect("an object");
    fields.remove("idSpesa");
    fields.insert("cfCittadino".to_owned(), cf.into());
    // On the wire and in the vectors rate or nature stand beside the amount.
    for voce in fields["vociSpesa"].as_array_mut().expect("items") {
        let voce = voce.as_object_mut().expect("an item");
        if let Some(Value::Object(iva)) = voce.remove("iva") {
            voce.extend(iva);
        }
    }
    value
}

fn judged(input: &Value, profiles: &Value, calendar: &Calendar) -> Judgement {
    let profile: Profile = serde_json::from_value(profiles[text(input, "profile")].clone())
        .expect("the profile is right");
    let policy: Policy = match input.get("policy") {
        Some(policy) => serde_json::from_value(policy.clone()).expect("the policy is right"),
        None => Policy::default(),
    };
    let document = input["document"].to_string();
    let document = read_json(document.as_bytes(), &JsonLimits::default())
        .expect("the document is JSON")
        .remove(0)
        .expect("the document has the form of an input");
    let context = Context {
        profile: &profile,
        policy: &policy,
        calendar,
        today: Data::parse(text(input, "today")).expect("a date"),
    };
    judge(&document, &context)
}

#[test]
fn eligibility() {
    let calendar = Calendar::builtin();
    let profiles = read("eligibility.json")["profiles"].take();
    let expected = read("eligibility.json")["cases"].take();
    let file = run("eligibility.json", |input| {
        let judgement = judged(input, &profiles, &calendar);
        let shown = serde_json::to_string(&judgement).expect("a judgement is JSON");
        assert!(!shown.contains("XXAYY") && !shown.contains("XXCYY"), "a tax code is shown");
        let reasons: Vec<Value> =
            judgement.reasons.iter().map(|r| json!({ "code": r.code, "path": r.path })).collect();
        let mut answer = json!({
            "verdict": judgement.verdict, "reasons": reasons,
            "totale": judgement.totale, "esclusi": judgement.esclusi,
        });
        if let Some(day) = judgement.review_on {
            answer["reviewOn"] = json!(day);
        }
        let case = expected.as_array().expect("cases").iter().find(|c| c["input"] == *input);
        let wants_document = case.is_some_and(|c| c["expect"].get("documento").is_some());
        assert_eq!(judgement.documento.is_some(), answer["verdict"] == "send");
        if let Some(documento) = judgement.documento.filter(|_| wants_document) {
            answer["documento"] = travels(documento);
        }
        answer
    });

    let cases = file["cases"].as_array().expect("cases");
    let reasons = cases.iter().flat_map(|c| c["expect"]["reasons"].as_array().expect("reasons"));
    let seen: BTreeSet<&str> = reasons.map(|r| text(r, "code")).collect();
    let all: BTreeSet<&str> = REASONS.iter().map(|r| r.code).collect();
    let unseen: Vec<_> = all.difference(&seen).filter(|c| !OF_THE_ENGINE.contains(c)).collect();
    assert!(unseen.is_empty(), "no case for {unseen:?}");
}
