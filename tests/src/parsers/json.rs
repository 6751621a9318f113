//! Our reading of JSON beside that of serde_json, which must come to the same.

use serde::Deserialize;
use serde_json::value::RawValue;
use sts_core::{Command, door};

/// A command with a text and a number, as serde reads it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Export {
    #[serde(rename = "command")]
    _command: Name,
    after: Option<String>,
    limit: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Name {
    Export,
}

pub(super) const SEED: &[u8] =
    br#" {"command": "export", "after": "\u00e8\ud83d\ude00\n/\"x", "limit": 500} "#;

/// Checks where a text ceases to be JSON, and what the one command that it may be says.
///
/// # Panics
/// When the two do not come to the same.
pub(super) fn agree(bytes: &[u8]) {
    let syntax = "the command is wrong: not JSON at ";
    let ours = door::call("reasons", bytes).err().map(|error| error.to_string());
    let ours = ours.as_deref().and_then(|error| error.strip_prefix(syntax));
    let theirs: Result<&RawValue, _> = serde_json::from_slice(bytes);
    let theirs = theirs.map_err(|e| format!("line {}, column {}", e.line(), e.column())).err();
    assert_eq!(ours, theirs.as_deref());

    // They take an array for an object, and -0 for a fraction; we pass over a mark of byte order.
    let is_array = bytes.trim_ascii_start().starts_with(b"[");
    let minus_zero = bytes.windows(2).any(|pair| pair == b"-0");
    if is_array || minus_zero || bytes.starts_with(b"\xef\xbb\xbf") {
        return;
    }
    let theirs = serde_json::from_slice(bytes).ok();
    let theirs = theirs.map(|Export { after, limit, .. }| (after, limit));
    let ours = match Command::from_json(bytes) {
        Ok(Command::Export { after, limit }) => Some((after, limit)),
        _ => None,
    };
    assert!(ours == theirs, "ours {}, theirs {}", ours.is_some(), theirs.is_some());
}
