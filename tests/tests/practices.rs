//! The practices of the fixtures: up to date, complete, invented, and judged as expected.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sts_core::rules::{Calendar, Context, judge};
use sts_simulator::Citizens;
use sts_tests::practice_file::{Outcome, PracticeFile};
use sts_tests::{fixtures, practices};

#[test]
fn the_files_are_up_to_date() {
    for practice in practices::all() {
        let path = fixtures::path("practices").join(practice.file_name());
        fixtures::assert_generated(&path, &practice.to_json());
    }
}

#[test]
fn every_edge_case_occurs() {
    let files = PracticeFile::all();
    for edge in practices::EDGE_CASES {
        let mut cases = files.iter().flat_map(|practice| &practice.invoices);
        assert!(cases.any(|case| case.comment.starts_with(edge)), "no case begins with {edge:?}");
    }
}

#[test]
fn ids_are_distinct_and_keys_are_but_for_the_case_that_says_so() {
    for practice in PracticeFile::all() {
        let name = &practice.name;
        let mut ids = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for case in &practice.invoices {
            assert!(ids.insert(case.id()), "{name}: {}", case.id());
            let key = ["dataEmissione", "dispositivo", "numDocumento"]
                .map(|field| case.invoice[field].to_string());
            let repeated = case.comment.starts_with("same number twice: another");
            assert_eq!(keys.insert(key), !repeated, "{}", case.id());
        }
        assert!(ids.len() > 20, "{name} has too few invoices for a year");
    }
}

#[test]
fn every_invoice_is_judged_as_expected() {
    let calendar = Calendar::builtin();
    let mut wrong = Vec::new();
    for practice in PracticeFile::all() {
        let context = Context {
            profile: &practice.profile,
            policy: &practice.policy,
            calendar: &calendar,
            today: practice.today,
        };
        for case in &practice.invoices {
            let judgement = judge(&case.input(), &context);
            let codes: BTreeSet<_> = judgement.reasons.iter().map(|r| r.code).collect();
            let verdict = serde_json::to_value(judgement.verdict).unwrap();
            assert_eq!(judgement.documento.is_some(), verdict == "send");
            let expect = &case.expect;
            if verdict != *expect.verdict || !codes.iter().eq(&expect.reasons) {
                wrong.push(format!(
                    "{} {}: expected {} {:?}, got {verdict} {codes:?}",
                    case.id(),
                    case.comment,
                    expect.verdict,
                    expect.reasons
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The simulator's registry, its remark on a second document of the day and its refusal of a key
/// that is taken, worked out from the data alone.
#[test]
fn the_outcomes_expected_of_the_service_follow_from_the_data() {
    for practice in PracticeFile::all() {
        let Citizens::Except(unknown) = &practice.simulator.settings.citizens else {
            panic!("{}: the registry knows all but a few", practice.name);
        };
        let mut seen = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for case in &practice.invoices {
            let sent = case.expect.verdict == "send";
            assert_eq!(sent, case.expect.outcome.is_some(), "{}", case.id());
            if !sent {
                continue;
            }
            let key = ["dataEmissione", "dispositivo", "numDocumento"]
                .map(|field| case.invoice[field].to_string());
            if !keys.insert(key) {
                let expected =
                    Outcome { result: "refused".to_owned(), codes: vec!["S017".to_owned()] };
                assert_eq!(case.expect.outcome, Some(expected), "{}", case.id());
                continue;
            }
            let recipient = case.invoice.get("cessionarioCommittente");
            let recipient = recipient.unwrap_or(&case.invoice);
            let opposes = recipient.get("flagOpposizione").is_some_and(|flag| flag == "1");
            let citizen = recipient.get("cfCittadino").filter(|_| !opposes);
            let mut codes = Vec::new();
            if let Some(citizen) = citizen.and_then(Value::as_str) {
                if unknown.contains(citizen) {
                    codes.push("W003".to_owned());
                }
                if !seen.insert((citizen, case.invoice["dataEmissione"].to_string())) {
                    codes.push("W014".to_owned());
                }
            }
            let result = match codes.is_empty() {
                true => "accepted",
                false => "accepted_with_warnings",
            };
            let expected = Outcome { result: result.to_owned(), codes };
            assert_eq!(case.expect.outcome, Some(expected), "{}", case.id());
        }
    }
}

#[test]
fn every_tax_code_is_of_a_place_that_does_not_exist() {
    fn tax_codes(value: &Value, found: &mut BTreeMap<String, u32>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, value)| {
                if let ("cfCittadino" | "cfProprietario", Some(cf)) = (&**key, value.as_str()) {
                    *found.entry(cf.to_owned()).or_default() += 1;
                }
                tax_codes(value, found);
            }),
            Value::Array(items) => items.iter().for_each(|item| tax_codes(item, found)),
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    for practice in practices::all() {
        let file: Value = serde_json::from_str(&practice.to_json()).expect("JSON");
        tax_codes(&file, &mut found);
    }
    assert!(found.values().sum::<u32>() > 400);
    let invented = |cf: &str| match cf.len() {
        16 if cf.starts_with("STP") || cf.starts_with("ENI") => cf[3..6] == *"999",
        // `X` begins no place; omocodia turned the last nine into V.
        16 => matches!(&cf[11..15], "X999" | "X99V"),
        // Given out by an office 000, which does not exist.
        _ => cf == "12345670009",
    };
    for cf in found.keys() {
        assert!(invented(cf), "{cf}");
    }
}
