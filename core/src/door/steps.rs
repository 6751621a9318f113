//! Steps as JSON, and what was loaded from JSON: for a C program and for a program at the other end
//! of a pipe alike.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::command::Answer;
use crate::error::Error;
use crate::step::{Actions, Loaded, Range, Step};

/// How a call through a door ended. Numbers are never used again for something else; unknown
/// negative ones are failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
#[non_exhaustive]
pub enum Status {
    /// The call did what it says.
    Ok = 0,
    /// The engine refused the input and changed nothing.
    Refused = -1,
    /// An argument cannot be used; nothing was done.
    Argument = -2,
    /// Somebody else is inside this engine; nothing was done.
    Busy = -3,
    /// A bug of the library: the engine is dead, what was committed is safe.
    Panic = -4,
    /// The engine died of an earlier panic.
    Dead = -5,
    /// A function of the host failed.
    Host = -6,
    /// The store could not be brought to agree.
    Store = -7,
}

/// What a call through a door says: JSON, and bodies beside it, which the JSON names by their
/// numbers in fields `body`.
#[derive(Clone)]
pub struct Output {
    /// UTF-8.
    pub json: Vec<u8>,
    /// Bodies of requests, which carry credentials, or an archive of receipts.
    pub bodies: Vec<Vec<u8>>,
}

impl Output {
    /// JSON alone.
    pub fn json(value: &Value) -> Self {
        Output { json: value.to_string().into_bytes(), bodies: Vec::new() }
    }

    /// An answer of [`call`](super::call).
    pub fn reply(json: String) -> Self {
        Output { json: json.into_bytes(), bodies: Vec::new() }
    }

    /// `{"read": {"keys", "ranges"}}`, or `{"act": …}` with the fields of [`Actions`].
    pub fn step(step: Step) -> Self {
        match step {
            Step::Read(needs) => Output::json(&json!({ "read": needs })),
            Step::Act(actions) => {
                let mut bodies = Vec::new();
                let json = json!({ "act": actions_json(actions, &mut bodies) });
                Output { bodies, ..Output::json(&json) }
            }
        }
    }

    /// Why a call failed, in three fields.
    pub fn failure(code: &str, path: Option<&str>, message: &str) -> Self {
        Output::json(&json!({ "code": code, "path": path, "message": message }))
    }

    /// What an engine refused: goes with [`Status::Refused`].
    pub fn refused(error: &Error) -> Self {
        Output::failure(error.code(), error.path(), &error.to_string())
    }
}

fn actions_json(actions: Actions, bodies: &mut Vec<Vec<u8>>) -> Value {
    let writes: Vec<Value> = actions
        .writes
        .iter()
        .map(|write| json!({ "key": write.key, "value": write.value.as_deref().map(bytes_json) }))
        .collect();
    let mut requests = Vec::new();
    for request in actions.requests {
        let mut json = json!(request);
        json["body"] = json!(bodies.len());
        bodies.push(request.body);
        requests.push(json);
    }
    json!({
        "revision": actions.revision,
        "writes": writes,
        "events": actions.events,
        "requests": requests,
        "answer": actions.answer.map(|answer| answer_json(answer, bodies)),
        "wakeAt": actions.wake_at,
    })
}

/// An answer; an archive of receipts becomes a body, whose number stands in its place.
pub fn answer_json(mut answer: Answer, bodies: &mut Vec<Vec<u8>>) -> Value {
    let zip = match &mut answer {
        Answer::Receipts { receipts } => Some(std::mem::take(&mut receipts.zip)),
        _ => None,
    };
    let mut json = json!(answer);
    if let Some(zip) = zip {
        json["receipts"]["body"] = json!(bodies.len());
        bodies.push(zip);
    }
    json
}

/// A value of the store: text, as all records of the engine are, or what else an import brought.
fn bytes_json(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Bytes {
    Text(String),
    Base64 { base64: String },
}

impl Bytes {
    fn read(self) -> Option<Vec<u8>> {
        match self {
            Bytes::Text(text) => Some(text.into_bytes()),
            Bytes::Base64 { base64 } => STANDARD.decode(base64).ok(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoadedJson {
    #[serde(default)]
    keys: Vec<(String, Option<Bytes>)>,
    #[serde(default)]
    ranges: Vec<RangeJson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RangeJson {
    from: String,
    to: String,
    limit: u32,
    entries: Vec<(String, Bytes)>,
}

/// What the host read for a step: `{"keys": [[key, value or null], …], "ranges": [{"from", "to",
/// "limit", "entries": [[key, value], …]}, …]}`, a value being text or `{"base64": …}`. `None` when
/// the JSON has another form.
pub fn loaded(json: &[u8]) -> Option<Loaded> {
    // Serde would take an array for an object.
    if !json.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let LoadedJson { keys, ranges } = serde_json::from_slice(json).ok()?;
    let keys = keys
        .into_iter()
        .map(|(key, value)| {
            Some(match value {
                None => (key, None),
                Some(value) => (key, Some(value.read()?)),
            })
        })
        .collect::<Option<_>>()?;
    let ranges = ranges
        .into_iter()
        .map(|RangeJson { from, to, limit, entries }| {
            let entries = entries.into_iter().map(|(key, value)| Some((key, value.read()?)));
            Some((Range { from, to, limit }, entries.collect::<Option<_>>()?))
        })
        .collect::<Option<_>>()?;
    Some(Loaded { keys, ranges })
}

/// Header lines of an answer: an array of pairs of texts. Empty text is no headers; `None` when the
/// JSON has another form.
pub fn headers(json: &[u8]) -> Option<Vec<(String, String)>> {
    if json.is_empty() { Some(Vec::new()) } else { serde_json::from_slice(json).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::{Request, Write};
    use crate::time::Timestamp;

    fn read(output: &Output) -> Value {
        serde_json::from_slice(&output.json).unwrap()
    }

    #[test]
    fn a_request_names_its_body_by_number_and_the_body_travels_beside_the_json() {
        let request = |id: &str, body: &[u8]| Request {
            id: id.to_owned(),
            label: "x",
            method: "POST",
            url: "http://127.0.0.1/".to_owned(),
            headers: vec![("A".to_owned(), "b".to_owned())],
            body: body.to_vec(),
            timeout_ms: 7,
            not_after: Timestamp(8),
        };
        let output = Output::step(Step::Act(Actions {
            revision: 3,
            writes: vec![],
            events: vec![],
            requests: vec![request("1", b"first"), request("2", &[0, 255])],
            answer: None,
            wake_at: None,
        }));
        let act = &read(&output)["act"];
        let expected = json!({"id": "2", "label": "x", "method": "POST",
            "url": "http://127.0.0.1/", "headers": [["A", "b"]], "timeoutMs": 7, "notAfter": 8,
            "body": 1});
        assert_eq!(act["requests"][1], expected);
        assert_eq!(output.bodies, [b"first".to_vec(), vec![0, 255]]);
        assert_eq!(act["wakeAt"], Value::Null);
    }

    #[test]
    fn a_value_that_is_no_text_goes_out_and_comes_back_byte_for_byte() {
        for bytes in [&b"{\"a\": 1}"[..], b"", &[0, 159, 146, 150], "perch\u{e9}".as_bytes()] {
            let write = Write { key: "k".to_owned(), value: Some(bytes.to_vec()) };
            let output = Output::step(Step::Act(Actions {
                revision: 0,
                writes: vec![write],
                events: vec![],
                requests: vec![],
                answer: None,
                wake_at: None,
            }));
            let value = &read(&output)["act"]["writes"][0]["value"];
            let json = json!({ "keys": [["k", value], ["absent", null]] }).to_string();
            let back = loaded(json.as_bytes()).unwrap();
            assert_eq!(back.keys[0].1.as_deref(), Some(bytes));
            assert_eq!(back.keys[1].1, None);
        }
    }

    #[test]
    fn what_is_not_the_json_of_a_reading_is_none() {
        for wrong in [
            "",
            "[]",
            "7",
            "{",
            r#"{"keys": [["a"]]}"#,
            r#"{"keys": [["a", 7]]}"#,
            r#"{"keys": [["a", {"base64": "?"}]]}"#,
            r#"{"ranges": [{"from": "a"}]}"#,
            r#"{"other": []}"#,
        ] {
            assert!(loaded(wrong.as_bytes()).is_none(), "{wrong}");
        }
        assert!(headers(b"{}").is_none() && headers(b"[[1, 2]]").is_none());
        assert_eq!(headers(b""), Some(vec![]));
    }
}
