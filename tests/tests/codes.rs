//! The code tables against the official specification, and their listing for the other languages.

use std::collections::BTreeMap;
use std::fs;

use serde::Serialize;
use serde_json::{Value, json};
use sts_core::codes::{self, Confidence};
use sts_core::door;

const SPECIFICATION: &str = "specs/WS-Asincrono_v2.5_2020-12-20.txt";

/// The table of section 4.7: code → text. The extract is set in two columns, text and type (`E`),
/// and breaks long texts after the type.
fn official_table(text: &str) -> BTreeMap<String, String> {
    let (_, section) = text.rsplit_once("Codice Descrizione Esito\n").expect("section 4.7");
    let (section, _) = section.split_once("=====PAGE").expect("end of the page");
    let mut table = BTreeMap::new();
    let mut last = None;
    for line in section.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let starts_a_row = line
            .split_once(' ')
            .filter(|(code, _)| code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit()));
        match starts_a_row {
            Some((code, rest)) => {
                let text = rest.strip_suffix(" E").expect("every row has type E");
                table.insert(code.to_owned(), text.to_owned());
                last = Some(code.to_owned());
            }
            None => {
                let text =
                    table.get_mut(last.as_ref().expect("a row goes on")).expect("the row is there");
                text.push(' ');
                text.push_str(line);
            }
        }
    }
    table
}

#[test]
fn the_file_codes_are_those_of_the_official_specification_word_for_word() {
    let Some(kit) = sts_tests::fixtures::kit("the file codes against the specification") else {
        return;
    };
    let text = fs::read_to_string(kit.join(SPECIFICATION)).expect("the specification's extract");
    let official = official_table(&text);
    assert!(official.len() > 20, "the table was not read whole");

    let ours: BTreeMap<String, String> = codes::ALL
        .iter()
        .filter(|table| table.name == "file")
        .flat_map(|table| table.rows)
        .filter(|row| row.confidence == Confidence::Official)
        .map(|row| (row.code.unwrap().to_owned(), row.text.unwrap().to_owned()))
        .collect();
    assert_eq!(ours, official);
}

#[test]
fn the_file_states_are_those_of_the_official_specification_word_for_word() {
    let Some(kit) = sts_tests::fixtures::kit("the file states against the specification") else {
        return;
    };
    let text = fs::read_to_string(kit.join("specs/WS-Ricevute_2015-11-16.txt"))
        .expect("the specification's extract");
    let (_, section) = text.split_once("Stato dell’elaborazione").expect("section 2.6");
    let (section, _) = section.split_once("nInviati").expect("the next field");
    let words: Vec<_> = section.split_whitespace().collect();
    let section = words.join(" ");
    for state in codes::STATES {
        let row = format!("{} = {}", state.stato.unwrap(), state.text.unwrap());
        assert!(section.contains(&row), "{row}");
    }
    let listed = words.iter().filter(|word| **word == "=").count();
    assert_eq!(listed, codes::STATES.len());
}

/// `fixtures/vectors/codes.json`.
#[derive(Serialize)]
struct Listing {
    schema: u32,
    comment: &'static str,
    cases: Vec<Case>,
}

#[derive(Serialize)]
struct Case {
    id: String,
    comment: &'static str,
    ask: &'static str,
    question: Value,
    expect: Value,
}

impl Case {
    fn new(comment: &'static str, ask: &'static str, question: Value) -> Self {
        let expect = door::call(ask, question.to_string().as_bytes()).expect("an answer");
        let expect = serde_json::from_str(&expect).expect("JSON");
        let told: Vec<&str> =
            question.as_object().expect("fields").values().filter_map(Value::as_str).collect();
        let id = format!("{ask} «{}»", told.join("», «"));
        Case { id, comment, ask, question, expect }
    }
}

#[test]
fn the_listing_for_the_other_languages_is_up_to_date() {
    let code = |comment, code: &str, tipo: Option<&str>| {
        Case::new(comment, "explain", json!({ "code": code, "tipo": tipo }))
    };
    let fault = |comment, text: &str| Case::new(comment, "fault", json!({ "text": text }));
    let state = |comment, stato: &str| Case::new(comment, "file_state", json!({ "stato": stato }));
    let mut cases = vec![
        code("the type outweighs the code", "S017", Some("W")),
        code("known code with its type", "S017", Some("E")),
        code("the type S leaves the code its say", "W003", Some("S")),
        code("the empty type of success", "0", Some("")),
        code("blanks and lower case", " w003 ", Some(" W ")),
        code("unknown S", "S999", Some("E")),
        code("unknown W", "W999", Some("W")),
        code("unknown WS is not W", "WS999", Some("E")),
        code("unknown three digits", "999", None),
        code("no prefix, error", "QX", Some("E")),
        code("no prefix, warning", "QX", Some("W")),
        code("empty", "", None),
        fault("refused by the schema", "cvc-particle 2.1: in element …"),
        fault("the service's own", "INTERNAL ERROR"),
        fault("no such fault", "something else"),
        state("no such state", "10"),
        state("empty", ""),
    ];
    for table in codes::ALL {
        for row in table.rows {
            let case = match (table.name, row.code, row.text) {
                ("fault", _, Some(text)) => fault("a fault of the tables", text),
                (_, Some(of), _) => code("a code of the tables", of, None),
                (name, ..) => panic!("a row of the table {name} cannot be asked for"),
            };
            assert_eq!(case.expect, json!(row));
            cases.push(case);
        }
    }
    for row in codes::STATES {
        cases.extend(row.stato.map(|stato| state("a state of the specification", stato)));
    }
    let comment = "Codes, faults and file states with their explanations, and how unknown ones \
                   degrade. Generated by tests/tests/codes.rs.";
    let listing = Listing { schema: 2, comment, cases };
    let text = serde_json::to_string_pretty(&listing).unwrap() + "\n";
    sts_tests::fixtures::assert_generated(&sts_tests::fixtures::path("vectors/codes.json"), &text);
}
