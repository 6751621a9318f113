use super::*;

const INVOICE: &str = r#"{"id": "a", "stato": "emessa", "numDocumento": "1",
    "cessionarioCommittente": {"personaFisica": true, "cfCittadino": "PZNPRV80A01X999E"}}"#;

fn read(json: &str) -> Result<Command, Error> {
    Command::from_json(json.as_bytes())
}

/// Path and expectation of a command that is refused.
fn wrong(json: &str) -> (String, String) {
    match read(json) {
        Err(Error::Command { path, expected }) => (path, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_command_has_its_form() {
    for json in [
        r#"{"command": "save", "invoices": []}"#,
        r#"{"command": "send", "what": {"ids": ["a"]}}"#,
        r#"{"command": "send", "what": {"ready": {"limit": 10}}}"#,
        r#"{"command": "change", "change": "resync", "ids": ["a"]}"#,
        r#"{"command": "test_credentials"}"#,
        r#"{"command": "password_set_on", "day": "2026-11-01"}"#,
        r#"{"command": "configure", "automation": {"mode": "manual"}}"#,
        r#"{"command": "configure", "automation": {"mode": {"automatic": {"sendFrom": "2026-01-01"}},
            "channel": "file", "group": 10}}"#,
        r#"{"command": "pause"}"#,
        r#"{"command": "resume"}"#,
        r#"{"command": "list", "limit": 10}"#,
        r#"{"command": "list", "limit": 10, "after": "x", "filter": {"document": "a", "outcome": "errors"}}"#,
        r#"{"command": "documents", "limit": 10}"#,
        r#"{"command": "document", "id": "a"}"#,
        r#"{"command": "status", "id": "a"}"#,
        r#"{"command": "health"}"#,
        r#"{"command": "calendar"}"#,
        r#"{"command": "receipts", "of": {"transmission": 1}}"#,
        r#"{"command": "receipts", "of": {"protocollo": "26111000000000001"}}"#,
        r#"{"command": "compare", "month": {"anno": 2026, "mese": 11}, "apply": "realign"}"#,
        r#"{"command": "segnalazioni", "from": "2026-01-01", "to": "2026-02-01"}"#,
        r#"{"command": "export", "limit": 10}"#,
        r#"{"limit": 10, "command": "export"}"#,
        r#"{"command": "import", "text": ""}"#,
    ] {
        assert!(read(json).is_ok(), "{json}: {:?}", read(json));
    }
    let save = format!(r#"{{"invoices": [{INVOICE}, {INVOICE}], "command": "save"}}"#);
    assert!(matches!(read(&save), Ok(Command::Save { invoices }) if invoices.len() == 2));
    let refund = format!(r#"{{"command": "refund", "invoice": {INVOICE}, "confirmed": true}}"#);
    assert!(matches!(read(&refund), Ok(Command::Refund { confirmed: true, .. })));
}

#[test]
fn what_is_absent_is_not_confirmed() {
    let refund = format!(r#"{{"command": "refund", "invoice": {INVOICE}}}"#);
    assert!(matches!(read(&refund), Ok(Command::Refund { confirmed: false, .. })));
    let change = r#"{"command": "change", "change": "cancel", "ids": []}"#;
    assert!(matches!(read(change), Ok(Command::Change { confirmed: false, .. })));
    assert!(matches!(
        read(r#"{"command": "test_credentials"}"#),
        Ok(Command::TestCredentials { again: false })
    ));
}

#[test]
fn a_wrong_field_is_named_by_its_path() {
    for (json, at) in [
        (r#"{"invoices": []}"#, "/command"),
        (r#"{"command": 7}"#, "/command"),
        (r#"{"command": "sned"}"#, "/command"),
        (r#"{"command": "pause", "command": "resume"}"#, "/command"),
        (r#"{"command": "pause", "now": true}"#, "/now"),
        (r#"{"command": "send"}"#, "/what"),
        (r#"{"command": "send", "what": {"ids": ["a", 5]}}"#, "/what/ids/1"),
        (r#"{"command": "send", "what": {"ready": {"limit": 5, "all": true}}}"#, "/what/ready/all"),
        (r#"{"command": "send", "what": {"ids": []}, "what": {"ids": []}}"#, "/what"),
        (r#"{"command": "save", "invoices": {}}"#, "/invoices"),
        (r#"{"command": "save", "invoices": [{"id": 5}]}"#, "/invoices/0/id"),
        (
            r#"{"command": "save", "invoices": [{"id": "a", "pagamenti": [{"x": 1}]}]}"#,
            "/invoices/0/pagamenti/0/x",
        ),
        (r#"{"command": "refund", "invoice": []}"#, "/invoice"),
        (r#"{"command": "refund", "invoice": {}}"#, "/invoice/id"),
        (r#"{"command": "password_set_on", "day": "2026-02-30"}"#, "/day"),
        (
            r#"{"command": "configure", "automation": {"mode": "manual", "gruop": 1}}"#,
            "/automation/gruop",
        ),
        (r#"{"command": "list", "limit": 1, "filter": {"outcome": "fine"}}"#, "/filter/outcome"),
        (r#"{"command": "list", "limit": -1}"#, "/limit"),
        (r#"[]"#, ""),
        (r#"{"command": "pause"} x"#, ""),
        ("", ""),
    ] {
        assert_eq!(wrong(json).0, at, "{json}");
    }
    assert!(wrong(r#"{"command": "sned"}"#).1.contains("`send`"));
}

#[test]
fn neither_errors_nor_debug_show_a_value() {
    let debug =
        format!("{:?}", read(&format!(r#"{{"command": "save", "invoices": [{INVOICE}]}}"#)));
    assert!(debug.starts_with("Ok") && !debug.contains("PZNPRV"), "{debug}");
    for json in [
        r#"{"command": "PZNPRV80A01X999E"}"#,
        r#"{"command": "pause", "PZNPRV80A01X999E": 1}"#,
        r#"{"command": "send", "what": {"ids": {"PZNPRV80A01X999E": 1}}}"#,
        r#"{"command": "send", "what": "PZNPRV80A01X999E, expected PZNPRV80A01X999E"}"#,
        r#"{"command": "password_set_on", "day": "PZNPRV80A01X999E"}"#,
        r#"{"command": "save", "invoices": [{"id": "a", "stato": {"PZNPRV80A01X999E": 1}}]}"#,
        r#"{"command": "refund", "invoice": "PZNPRV80A01X999E"}"#,
    ] {
        let (path, expected) = wrong(json);
        assert!(!path.contains("PZNPRV") && !expected.contains("PZNPRV"), "{path}: {expected}");
    }
}

#[test]
fn limits_hold() {
    let many = format!(r#"{{"command": "save", "invoices": [{}]}}"#, vec!["1"; 501].join(","));
    assert_eq!(read(&many).unwrap_err().code(), "TOO_MANY");
    let deep =
        format!(r#"{{"command": "send", "what": {}{}}}"#, "[".repeat(9_000), "]".repeat(9_000));
    assert_eq!(read(&deep).unwrap_err().code(), "COMMAND");
    let fields = |count: u32| {
        let fields: String = (0..count).map(|n| format!(r#","{n}":0"#)).collect();
        wrong(&format!(r#"{{"command": "pause"{fields}}}"#))
    };
    assert_eq!(fields(9_000).0, "/…");
    assert_eq!(fields(100_000), (String::new(), "expected fewer fields".to_owned()));
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = Command::from_json(&bytes);
    }
}
