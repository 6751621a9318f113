//! What the passing of days does to a judgement: nothing before `review_on`, something on it.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use sts_core::domain::invoice::{Input, JsonLimits, read_json};
use sts_core::domain::{Data, Profile};
use sts_core::rules::{Calendar, Context, Judgement, Policy, Verdict, judge};

/// Nobody's: no municipality has the code A000.
const CF: &str = "XXAYYB01A01A000Z";
/// Days looked at when no day is foreseen: past the new year and the closing of its year.
const HORIZON: usize = 500;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(Calendar::builtin);

fn day(text: &str) -> Data {
    Data::parse(text).expect("a date")
}

fn has(judgement: &Judgement, code: &str) -> bool {
    judgement.reasons.iter().any(|reason| reason.code == code)
}

/// Judges on every day up to the one foreseen and says what is wrong with the foresight. That a
/// tax year closes is not foreseen, so from that day on nothing is compared but the last day.
fn foresight(input: &Input, profile: &Profile, policy: &Policy, today: Data) -> Result<(), String> {
    let on = |today| judge(input, &Context { profile, policy, calendar: &CALENDAR, today });
    let first = on(today);
    let same =
        |later: &Judgement| (later.verdict, &later.documento) == (first.verdict, &first.documento);
    let days = std::iter::successors(today.plus_days(1), |day| day.plus_days(1));
    let closed = |later: &Judgement| has(later, "TAX_YEAR_CLOSED");
    let mut before = days.take(HORIZON).take_while(|day| first.review_on.is_none_or(|r| *day < r));
    for day in before.by_ref() {
        let later = on(day);
        if closed(&later) {
            break;
        }
        if !same(&later) {
            return Err(format!("{day}: {:?}, and {:?} was foreseen", later.verdict, first));
        }
        if later.review_on != first.review_on {
            return Err(format!("{day}: {:?} is foreseen, not as before", later.review_on));
        }
    }
    let Some(review_on) = first.review_on else {
        return Ok(());
    };
    let passing = ["DATA_EMISSIONE_FUTURE", "PAYMENT_IN_FUTURE", "TAX_YEAR_NOT_OPEN", "PART_PAID"];
    if first.verdict == Verdict::Send || !passing.iter().any(|code| has(&first, code)) {
        return Err(format!("no reason for {review_on}: {first:?}"));
    }
    let then = on(review_on);
    if same(&then) || review_on <= today {
        return Err(format!("{review_on}: nothing is different, {then:?}"));
    }
    Ok(())
}

fn read(document: &Value) -> Input {
    let text = document.to_string();
    let mut read = read_json(text.as_bytes(), &JsonLimits::default()).expect("JSON");
    read.remove(0).expect("the form of an input")
}

#[test]
fn no_vector_changes_before_its_day_and_every_one_with_a_day_changes_on_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/vectors/eligibility.json");
    let file = fs::read_to_string(path).expect("the file of vectors is there");
    let file: Value = serde_json::from_str(&file).expect("vectors are JSON");
    let mut foreseen = 0;
    let cases = file["cases"].as_array().expect("cases").iter();
    for case in cases.filter(|case| case["ask"] == "check") {
        let (question, settings) = (&case["question"], &case["question"]["settings"]);
        let profile = serde_json::from_value(settings["profile"].clone()).expect("a profile");
        let policy = settings.get("policy").cloned().unwrap_or_else(|| json!({}));
        let policy: Policy = serde_json::from_value(policy).expect("a policy");
        let today = day(case["today"].as_str().expect("a date"));
        let found = foresight(&read(&question["invoice"]), &profile, &policy, today);
        assert_eq!(found, Ok(()), "{}", case["id"]);
        foreseen += usize::from(!case["expect"]["reviewOn"].is_null());
    }
    assert!(foreseen >= 10, "{foreseen} vectors have a day to come");
}

/// A day around today, often one that turns something.
fn near(today: Data) -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (-400i64..400).prop_map(move |n| today.plus_days(n).expect("in range").to_string()),
        1 => prop_oneof![Just(-1i64), Just(0), Just(1)]
            .prop_map(move |n| today.plus_days(n).expect("in range").to_string()),
        1 => prop_oneof![
            Just("2025-12-31"), Just("2026-01-01"), Just("2026-12-31"), Just("2027-01-01"),
            Just("not a day"),
        ]
        .prop_map(str::to_owned),
    ]
}

prop_compose! {
    fn dated_invoice(today: Data)(
        stato in prop_oneof![8 => Just("emessa"), 1 => Just("bozza"), 1 => Just("annullata")],
        tipo in prop_oneof![6 => Just("TD01"), 1 => Just("TD04"), 1 => Just("D")],
        issued in near(today),
        original in proptest::option::weighted(0.2, near(today)),
        cf in prop_oneof![8 => Just(CF), 1 => Just("")],
        payments in proptest::collection::vec(
            (near(today), prop_oneof![Just("20.00"), Just("30.00"), Just("60.00")]), 0..4),
    ) -> Value {
        let pagamenti: Vec<Value> = payments
            .into_iter()
            .map(|(day, importo)| {
                json!({ "dataPagamento": day, "importo": importo, "modalitaPagamento": "MP05" })
            })
            .collect();
        let mut invoice = json!({
            "id": "law", "stato": stato, "tipoDocumento": tipo, "dataEmissione": issued,
            "numDocumento": "2", "cessionarioCommittente": { "cfCittadino": cf },
            "dettaglioLinee": [{ "prezzoTotale": "60.00", "naturaIVA": "N4", "tipoSpesa": "SP" }],
            "pagamenti": pagamenti,
        });
        if let Some(day) = original {
            invoice["fatturaCollegata"] = json!({ "dataEmissione": day, "numDocumento": "1" });
        }
        invoice
    }
}

prop_compose! {
    fn dated_documento(today: Data)(
        issued in near(today),
        paid in near(today),
        original in proptest::option::weighted(0.2, near(today)),
    ) -> Value {
        let mut documento = json!({
            "id": "law", "dataEmissione": issued, "numDocumento": "2", "dataPagamento": paid,
            "cfCittadino": CF, "pagamentoTracciato": "SI", "tipoDocumento": "F",
            "flagOpposizione": "0",
            "vociSpesa": [{ "tipoSpesa": "SP", "importo": "60.00", "naturaIVA": "N4" }],
        });
        if let Some(day) = original {
            documento["idRimborso"] = json!({ "dataEmissione": day, "numDocumento": "1" });
        }
        documento
    }
}

/// Days on which the world is looked at, each end of a year and of a term among them.
const TODAYS: [&str; 5] = ["2026-11-23", "2026-12-31", "2027-01-01", "2027-02-01", "2027-04-02"];

fn dated() -> impl Strategy<Value = (Data, Value)> {
    (0..TODAYS.len()).prop_flat_map(|i| {
        let today = day(TODAYS[i]);
        let document = prop_oneof![
            2 => dated_invoice(today).boxed(),
            1 => dated_documento(today).boxed(),
        ];
        (Just(today), document)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_document_changes_before_its_day_and_every_one_with_a_day_changes_on_it(
        (today, document) in dated()
    ) {
        let profile: Profile = serde_json::from_str(
            r#"{"categoria":"psicologo","cfProprietario":"XXCYYD70M41A000P","pIva":"99900019995"}"#,
        )
        .expect("a profile");
        let found = foresight(&read(&document), &profile, &Policy::default(), today);
        prop_assert_eq!(found, Ok(()), "{} on {}", document, today);
    }
}
