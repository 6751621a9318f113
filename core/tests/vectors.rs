//! Asks the questions of `fixtures/vectors`. Every language asks them through its own door; the
//! folder's README says how, and how many there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sts_core::domain::{Data, Profile};
use sts_core::door;
use sts_core::rules::REASONS;
use sts_core::time::Timestamp;

/// Reasons that the engine gives and no judgement.
const OF_THE_ENGINE: [&str; 3] = ["KEY_TAKEN", "KEY_OUTDATED", "REASON_UNKNOWN"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/vectors")
}

/// Every file with its cases, by name.
fn files() -> BTreeMap<String, Vec<Value>> {
    let entries = fs::read_dir(folder()).expect("the vectors").map(|entry| entry.expect("a file"));
    let files = entries.map(|entry| entry.path());
    let files = files.filter(|path| path.extension().is_some_and(|e| e == "json"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a file of vectors");
        let mut file: Value = serde_json::from_str(&text).expect("vectors are JSON");
        assert_eq!(file["schema"], 2, "the form of {}", path.display());
        let Value::Array(cases) = file["cases"].take() else { panic!("{}", path.display()) };
        (path.file_name().expect("a name").to_str().expect("UTF-8").to_owned(), cases)
    };
    files.map(read).collect()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is a string"))
}

/// Whether the answer has everything that is expected: of an object the fields that are named, of
/// a list every element in order.
fn has(answer: &Value, expected: &Value) -> bool {
    match (expected, answer) {
        (Value::Object(expected), Value::Object(answer)) => {
            let value = |key| answer.get(key).unwrap_or(&Value::Null);
            expected.iter().all(|(key, wanted)| has(value(key), wanted))
        }
        (Value::Array(expected), Value::Array(answer)) => {
            expected.len() == answer.len()
                && answer.iter().zip(expected).all(|(answer, expected)| has(answer, expected))
        }
        (expected, answer) => expected == answer,
    }
}

#[test]
fn every_question_has_its_answer() {
    let mut wrong = Vec::new();
    for (file, cases) in files() {
        let mut ids = BTreeSet::new();
        for case in &cases {
            let id = text(case, "id");
            assert!(ids.insert(id), "{file}: {id} is there twice");
            assert!(case["comment"].is_string(), "{file}: {id} has no comment");
            let question = case["question"].to_string();
            let answer = door::call(text(case, "ask"), question.as_bytes());
            let answer = answer.unwrap_or_else(|error| panic!("{file}: {id}: {error}"));
            let answer: Value = serde_json::from_str(&answer).expect("JSON");
            if !has(&answer, &case["expect"]) {
                wrong.push(format!(
                    "{file}: {id}\n  expected {}\n  got      {answer}",
                    case["expect"]
                ));
            }
            let owner = &case["question"]["settings"]["profile"];
            assert!(!answer.to_string().contains("XXAYY"), "{file}: {id} shows a patient");
            assert!(owner.is_null() || !answer.to_string().contains("XXCYY"), "{file}: {id}");
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// The table of the README, so that every language can compare its count with it.
#[test]
fn the_counts_are_those_of_the_readme() {
    let readme = fs::read_to_string(folder().join("README.md")).expect("a README");
    let files = files();
    for (file, cases) in &files {
        let begins = format!("| `{file}` | {} |", cases.len());
        assert!(readme.lines().any(|line| line.starts_with(&begins)), "no row {begins}");
    }
    let all: usize = files.values().map(Vec::len).sum();
    assert!(readme.contains(&format!("| all | {all} |")), "{all} in all");
    println!("{all} vectors");
}

#[test]
fn moments_are_noon_of_the_day_that_is_told_beside_them() {
    for case in files().values().flatten().filter(|case| case["question"].get("now").is_some()) {
        let day = Data::parse(text(case, "today")).expect("a date");
        let noon = Timestamp::midnight_utc(day).plus(12 * 60 * 60 * 1000);
        assert_eq!(case["question"]["now"], noon.0, "{}", case["id"]);
    }
}

fn preview(case: &Value) -> Value {
    let answer = door::call("preview", case["question"].to_string().as_bytes());
    serde_json::from_str(&answer.expect("a preview")).expect("JSON")
}

#[test]
fn every_reason_of_a_judgement_occurs_and_a_document_travels_when_it_is_sent() {
    let files = files();
    let cases = files.get("eligibility.json").expect("the judgements");
    let reasons = cases.iter().filter_map(|case| case["expect"]["reasons"].as_array()).flatten();
    let seen: BTreeSet<&str> = reasons.map(|reason| text(reason, "code")).collect();
    let all: BTreeSet<&str> = REASONS.iter().map(|r| r.code).collect();
    let unseen: Vec<_> = all.difference(&seen).filter(|c| !OF_THE_ENGINE.contains(c)).collect();
    assert!(unseen.is_empty(), "no case for {unseen:?}");
    for case in cases.iter().filter(|case| case["ask"] == "check") {
        let preview = preview(case);
        let sent = case["expect"]["verdict"] == "send";
        assert_eq!(!preview["documento"].is_null(), sent, "{}", case["id"]);
        let profile = case["question"]["settings"]["profile"].clone();
        serde_json::from_value::<Profile>(profile).expect("a profile");
    }
    // Nothing more travels than a case says: the fields of its document are all of them.
    for case in cases.iter().filter(|case| case["ask"] == "preview") {
        let mut documento = preview(case)["documento"].take();
        documento.as_object_mut().expect("a document").remove("idSpesa");
        assert_eq!(documento, case["expect"]["documento"], "{}", case["id"]);
    }
}
