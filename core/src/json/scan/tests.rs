use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;

/// What serde_json says of a text: the value without blanks, or where it ceases to be JSON.
fn theirs(text: &[u8]) -> Result<&str, (usize, usize)> {
    let raw: Result<&RawValue, _> = serde_json::from_slice(text);
    raw.map(RawValue::get).map_err(|error| (error.line(), error.column()))
}

fn agree(text: &[u8]) {
    assert_eq!(check(text), theirs(text), "{:?}", String::from_utf8_lossy(text));
}

const TEXTS: &[&str] = &[
    r#" {"a": [1, -2.50e+7, {"b": null}, []], "c\u00e8\n": "x\\\"y", "d": {}, "e": true} "#,
    "[\n[0, 0.5, 1E9, -0],\r\n\t{\"\": false, \"\\ud83d\\ude00\": \"\\b\\f\\/\"}\n]\n",
    r#""perché""#,
    "-12",
];

#[test]
fn every_beginning_of_a_text_ends_where_serde_json_says() {
    for text in TEXTS {
        for end in 0..=text.len() {
            agree(&text.as_bytes()[..end]);
        }
    }
}

#[test]
fn every_text_with_one_other_byte_is_json_or_wrong_as_serde_json_says() {
    for text in TEXTS {
        for place in 0..text.len() {
            for other in 0..=u8::MAX {
                let mut bytes = text.as_bytes().to_vec();
                bytes[place] = other;
                agree(&bytes);
                bytes.insert(place, text.as_bytes()[place]);
                agree(&bytes);
            }
        }
    }
}

/// Any value, written with blanks.
fn value() -> impl Strategy<Value = String> {
    let blank = "[ \n\t\r]{0,2}";
    let string = r#""([a-zè€😀 {}\[\],:]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}){0,6}""#;
    let number = r"-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?";
    let leaf = prop_oneof![string, number, "true|false|null"];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let part = (blank, inner, blank).prop_map(|(a, value, b)| format!("{a}{value}{b}"));
        let field = (blank, string, blank, part.clone())
            .prop_map(|(a, key, b, value)| format!("{a}{key}{b}:{value}"));
        prop_oneof![
            prop::collection::vec(part, 0..4).prop_map(|parts| format!("[{}]", parts.join(","))),
            prop::collection::vec(field, 0..4).prop_map(|parts| format!("{{{}}}", parts.join(","))),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_json_or_wrong_as_serde_json_says(
        text in r#"[ \n{}\[\],:"\\u0-9a-ftrunlse.+-]{0,24}"#
    ) {
        agree(text.as_bytes());
    }

    #[test]
    fn parts_are_those_that_serde_json_finds(text in value()) {
        prop_assert_eq!(check(text.as_bytes()).map_err(|_| ()), Ok(text.trim()));
        let parts: Vec<_> = Parts::of(text.trim()).collect();
        if text.trim().starts_with('[') {
            let elements: Vec<&RawValue> = serde_json::from_str(&text).unwrap();
            let elements: Vec<_> = elements.into_iter().map(|raw| ("", raw.get())).collect();
            prop_assert_eq!(parts, elements);
        } else if text.trim().starts_with('{') {
            for (key, value) in &parts {
                prop_assert!(key.starts_with('"') && check(key.as_bytes()) == Ok(key));
                prop_assert_eq!(check(value.as_bytes()), Ok(*value));
            }
            let fields: Vec<_> = parts.iter().map(|(key, value)| format!("{key}:{value}")).collect();
            let close = |text: &str| text.replace([' ', '\n', '\t', '\r'], "");
            prop_assert_eq!(close(&format!("{{{}}}", fields.join(","))), close(&text));
        }
    }

    #[test]
    fn a_text_says_what_serde_json_reads(
        text in r#""([a-zè€😀]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}|\\u[dD][89abAB][0-9a-f]{2}\\u[dD][c-fC-F][0-9a-f]{2}|\\u[dD][89a-f][0-9a-f]{2}){0,5}""#
    ) {
        let theirs: Option<String> = serde_json::from_str(&text).ok();
        prop_assert_eq!(string(&text).map(Cow::into_owned), theirs);
    }
}
