use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;

const HEAD: Head = Head { environment: Ambiente::Test, revision: 42 };

type Store = BTreeMap<String, Vec<u8>>;

/// The file of a store, written in pages of these sizes, each resumed from its cursor alone.
fn export(store: &Store, pages: &[usize]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut cursor = Export::begin(HEAD, &mut out).cursor();
    let mut pages = pages.iter();
    loop {
        let mut export = Export::resume(&cursor, HEAD).unwrap();
        let after = export.last().map(str::to_owned);
        let rest = store.iter().filter(|(key, _)| after.as_ref().is_none_or(|last| *key > last));
        let page: Vec<_> = rest.take(*pages.next().unwrap_or(&usize::MAX)).collect();
        for (key, value) in &page {
            export.entry(key, value, &mut out).unwrap();
        }
        if export.last() == store.keys().next_back().map(String::as_str) {
            export.end(&mut out);
            return out;
        }
        cursor = export.cursor();
    }
}

/// Reads a file in one piece to its end.
fn import(file: &[u8]) -> Result<Store, TransferError> {
    let mut import = Import::begin();
    let entries = import.read(file)?;
    assert_eq!(import.end()?, entries.len() as u64);
    Ok(entries.into_iter().collect())
}

fn sample() -> Store {
    let entry = |key: &str, value: &[u8]| (key.to_owned(), value.to_vec());
    [
        entry("d/1", br#"{"kind":"documento","v":1}"#),
        entry("d/\u{e0} \"2\"", "più\nrighe\u{2028}".as_bytes()),
        entry("r/2026-11-20/1", b""),
        entry("x", b"\xff\x00"),
    ]
    .into()
}

/// Stores as hosts never have them: any key that is allowed, any bytes.
fn stores() -> impl Strategy<Value = Store> {
    let value = prop_oneof![vec(any::<u8>(), 0..40), any::<String>().prop_map(String::into_bytes)];
    let key = "[^\\p{C}]{1,12}".prop_filter("allowed", |key| is_key(key));
    btree_map(key, value, 0..12)
}

#[test]
fn the_format_is_the_documented_one() {
    let file = String::from_utf8(export(&sample(), &[])).unwrap();
    let lines: Vec<_> = file.lines().collect();
    assert_eq!(
        lines[..5],
        [
            r#"{"libsts":"ledger","format":1,"environment":"test","revision":42}"#,
            r#"{"k":"d/1","v":"{\"kind\":\"documento\",\"v\":1}"}"#,
            "{\"k\":\"d/\u{e0} \\\"2\\\"\",\"v\":\"più\\nrighe\u{2028}\"}",
            r#"{"k":"r/2026-11-20/1","v":""}"#,
            r#"{"k":"x","b64":"/wA="}"#,
        ]
    );
    // The chain as the documentation has it, reckoned by another program (Python's hashlib).
    let tail = r#"{"entries":4,
        "sha256":"81b6ee87742d265b323c2517a342245cb9e7dc668966aaecdfc51d817dba9cca"}"#;
    assert_eq!(lines[5], tail.replace("\n        ", ""));
    assert!(file.ends_with('\n'));
}

#[test]
fn every_other_byte_anywhere_is_noticed() {
    let file = export(&sample(), &[]);
    for at in 0..file.len() {
        for byte in 0..=u8::MAX {
            if file[at] != byte {
                let mut changed = file.clone();
                changed[at] = byte;
                assert!(import(&changed).is_err(), "byte {at} := {byte}");
            }
        }
    }
}

#[test]
fn every_byte_lost_doubled_or_added_is_noticed() {
    let file = export(&sample(), &[]);
    for at in 0..file.len() {
        let without = [&file[..at], &file[at + 1..]].concat();
        assert!(import(&without).is_err(), "without byte {at}");
        let doubled = [&file[..=at], &file[at..]].concat();
        assert!(import(&doubled).is_err(), "byte {at} twice");
        // Blanks, which JSON allows almost everywhere.
        for blank in [b" ", b"\r", b"\n"] {
            let spaced = [&file[..at], &blank[..], &file[at..]].concat();
            assert!(import(&spaced).is_err(), "{blank:?} before byte {at}");
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_noticed_and_says_so() {
    let file = export(&sample(), &[]);
    for end in 0..file.len() {
        let error = import(&file[..end]).unwrap_err();
        let cut_in_the_first_word = end > 0 && end < br#"{"libsts":"#.len();
        let expected =
            if cut_in_the_first_word { "TRANSFER_NOT_A_LEDGER" } else { "TRANSFER_TRUNCATED" };
        assert_eq!(error.code(), expected, "{end}");
    }
}

#[test]
fn lines_lost_doubled_or_exchanged_are_noticed() {
    let file = export(&sample(), &[]);
    let lines: Vec<_> = file.split_inclusive(|byte| *byte == b'\n').collect();
    for one in 0..lines.len() {
        let mut lost = lines.clone();
        lost.remove(one);
        assert!(import(&lost.concat()).is_err(), "without line {one}");
        for other in 0..lines.len() {
            let mut more = lines.clone();
            more.insert(other, lines[one]);
            assert!(import(&more.concat()).is_err(), "line {one} again at {other}");
            if one != other {
                let mut exchanged = lines.clone();
                exchanged.swap(one, other);
                assert!(import(&exchanged.concat()).is_err(), "{one} and {other} exchanged");
            }
        }
    }
}

/// A file with these lines and a head, where each line is taken into the digest as it is.
fn forged(lines: &[&str]) -> Vec<u8> {
    let (mut progress, mut file) = Progress::begin(HEAD);
    for line in lines {
        let line = [line.as_bytes(), b"\n"].concat();
        progress.entries += 1;
        progress.digest = chain(progress.digest, &line);
        file.extend_from_slice(&line);
    }
    file.extend_from_slice(&progress.tail());
    file
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let long_key = format!(r#"{{"k":"{}","v":""}}"#, "a".repeat(513));
    let too_long = format!(r#"{{"k":"b","v":"{}"}}"#, "a".repeat(MAX_LINE));
    for (line, code) in [
        (r#"{"k":"a","v":""}"#, "TRANSFER_ORDER"),
        (r#"{"k":"A","v":""}"#, "TRANSFER_ORDER"),
        (r#"{"k":"revision","v":"1"}"#, "TRANSFER_KEY"),
        (r#"{"k":"","v":""}"#, "TRANSFER_KEY"),
        (r#"{"k":"b\n","v":""}"#, "TRANSFER_KEY"),
        (&long_key, "TRANSFER_KEY"),
        (&too_long, "TRANSFER_TOO_LONG"),
        (r#"{"k":"b"}"#, "TRANSFER_FORM"),
        (r#"{"k":"b","v":"","b64":""}"#, "TRANSFER_FORM"),
        (r#"{"k":"b","v":"","x":""}"#, "TRANSFER_FORM"),
        (r#"{"k":"b","v":"","v":""}"#, "TRANSFER_FORM"),
        (r#"{"v":"","k":"b"}"#, "TRANSFER_FORM"),
        (r#"{"k":"b", "v":""}"#, "TRANSFER_FORM"),
        (r#"{"k":"b","v":"\u0061"}"#, "TRANSFER_FORM"),
        (r#"{"k":"b","v":"\ud800"}"#, "TRANSFER_FORM"),
        // Text belongs into `v`, and base64 has one form alone.
        (r#"{"k":"b","b64":"YQ=="}"#, "TRANSFER_FORM"),
        (r#"{"k":"b","b64":"/wB="}"#, "TRANSFER_FORM"),
        (r#"{"k":"b","b64":"/wA"}"#, "TRANSFER_FORM"),
        ("", "TRANSFER_FORM"),
        ("\r", "TRANSFER_FORM"),
        ("[[[[", "TRANSFER_FORM"),
    ] {
        let error = import(&forged(&[r#"{"k":"a","v":""}"#, line])).unwrap_err();
        assert_eq!((error.code(), error.line()), (code, Some(3)), "{line:.40}");
        assert!(error.italian().ends_with('.'));
    }
    assert!(import(&forged(&[r#"{"k":"a","v":""}"#, r#"{"k":"b","v":""}"#])).is_ok());
}

#[test]
fn a_file_of_something_else_or_of_a_newer_format_is_refused_at_once() {
    for (head, code) in [
        ("PK\x03\x04", "TRANSFER_NOT_A_LEDGER"),
        ("id;stato\n", "TRANSFER_NOT_A_LEDGER"),
        ("{\"libsts\":\"settings\",\"format\":1}\n", "TRANSFER_NOT_A_LEDGER"),
        ("{\"libsts\":\"ledger\"}\n", "TRANSFER_NOT_A_LEDGER"),
        ("{\"libsts\":\"ledger\",\"format\":2,\"more\":[1]}\n", "TRANSFER_TOO_NEW"),
        ("{\"libsts\":\"ledger\",\"format\":1,\"environment\":\"prod\"}\n", "TRANSFER_FORM"),
        ("{\"libsts\":\"ledger\",\"format\":1", "TRANSFER_TRUNCATED"),
    ] {
        assert_eq!(Import::begin().read(head.as_bytes()).unwrap_err().code(), code, "{head}");
    }
}

#[test]
fn what_cannot_be_read_back_is_not_written() {
    let mut out = Vec::new();
    let mut export = Export::begin(HEAD, &mut out);
    export.entry("b", b"", &mut out).unwrap();
    let (length, cursor) = (out.len(), export.cursor());
    let large = vec![b'a'; MAX_LINE];
    let grows = vec![0; MAX_LINE / 6];
    for (key, value, code) in [
        ("revision", &b"1"[..], "TRANSFER_KEY"),
        ("c\u{7f}", b"", "TRANSFER_KEY"),
        ("", b"", "TRANSFER_KEY"),
        ("a", b"", "TRANSFER_ORDER"),
        ("b", b"", "TRANSFER_ORDER"),
        ("c", &large, "TRANSFER_TOO_LONG"),
        ("c", &grows, "TRANSFER_TOO_LONG"),
    ] {
        let error = export.entry(key, value, &mut out).unwrap_err();
        assert_eq!((error.code(), error.line()), (code, Some(3)));
        assert_eq!((out.len(), export.cursor()), (length, cursor.clone()), "nothing has changed");
    }
}

#[test]
fn an_export_does_not_go_on_over_a_ledger_that_has_changed() {
    let cursor = Export::begin(HEAD, &mut Vec::new()).cursor();
    assert!(Export::resume(&cursor, HEAD).is_ok());
    let moved = Head { revision: 43, ..HEAD };
    assert_eq!(Export::resume(&cursor, moved).err(), Some(TransferError::Moved));
}

#[test]
fn a_cursor_serves_the_operation_that_gave_it_alone() {
    let export = Export::begin(HEAD, &mut Vec::new()).cursor();
    let import = Import::begin().cursor();
    assert_eq!(Import::resume(&export).err(), Some(TransferError::Cursor));
    assert_eq!(Export::resume(&import, HEAD).err(), Some(TransferError::Cursor));
    for cursor in ["", "x", "e30", "!", "🦷"] {
        assert_eq!(Import::resume(cursor).err(), Some(TransferError::Cursor), "{cursor}");
    }
}

#[test]
fn a_cursor_that_was_tampered_with_leads_to_no_agreement() {
    let file = export(&sample(), &[]);
    let lines: Vec<_> = file.split_inclusive(|byte| *byte == b'\n').collect();
    let (progress, _) = Progress::begin(HEAD);
    for tampered in [
        Progress { entries: u64::MAX, ..progress.clone() },
        Progress { digest: [0; 32], ..progress.clone() },
        Progress { last: Some("z".to_owned()), ..progress },
    ] {
        let cursor = Place::Import(tampered).cursor();
        assert!(Import::resume(&cursor).unwrap().read(&lines[1..].concat()).is_err());
    }
}

#[test]
fn an_error_leaves_the_import_where_it_was() {
    let file = export(&sample(), &[]);
    let lines: Vec<_> = file.split_inclusive(|byte| *byte == b'\n').collect();
    let mut import = Import::begin();
    import.read(&lines[..2].concat()).unwrap();
    let before = import.cursor();
    assert!(import.read(&[lines[2], b"damaged\n"].concat()).is_err());
    assert_eq!(import.cursor(), before);
    assert_eq!(import.read(&lines[2..].concat()).unwrap().len(), 3);
    assert_eq!((import.end(), import.head()), (Ok(4), Some(HEAD)));
    let after = import.read(b"{}\n").unwrap_err();
    assert_eq!((after.code(), after.line()), ("TRANSFER_AFTER_END", Some(7)));
    let again = Import::resume(&import.cursor()).unwrap();
    assert_eq!(again.end(), Ok(4));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_exported_in_any_pages_is_imported_from_any_chunks(
        store in stores(),
        pages in vec(0usize..4, 0..8),
        chunks in vec(0usize..4, 0..8),
    ) {
        let file = export(&store, &pages);
        prop_assert_eq!(&file, &export(&store, &[]), "pages leave no trace");
        let lines: Vec<_> = file.split_inclusive(|byte| *byte == b'\n').collect();
        let mut cursor = Import::begin().cursor();
        let mut found = Vec::new();
        let mut rest = &lines[..];
        for size in chunks.into_iter().chain([usize::MAX]) {
            let mut import = Import::resume(&cursor).unwrap();
            let (chunk, after) = rest.split_at(size.min(rest.len()));
            found.extend(import.read(&chunk.concat()).unwrap());
            rest = after;
            cursor = import.cursor();
        }
        prop_assert_eq!(Import::resume(&cursor).unwrap().end(), Ok(store.len() as u64));
        prop_assert!(found.into_iter().eq(store));
    }

    #[test]
    fn damage_to_any_store_is_noticed(
        store in stores(),
        at in any::<prop::sample::Index>(),
        with in vec(any::<u8>(), 0..3),
        lost in 0usize..3,
    ) {
        let file = export(&store, &[]);
        let at = at.index(file.len());
        let mut changed = file.clone();
        changed.splice(at..(at + lost).min(file.len()), with);
        prop_assert!(changed == file || import(&changed).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_survived(
        after_head in any::<bool>(),
        bytes in vec(any::<u8>(), 0..300),
        cursor in "[A-Za-z0-9_-]{0,60}",
    ) {
        let head = if after_head { Progress::begin(HEAD).1 } else { Vec::new() };
        let _ = Import::begin().read(&[head, bytes].concat());
        let _ = (Import::resume(&cursor), Export::resume(&cursor, HEAD));
    }
}
