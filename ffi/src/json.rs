//! Steps as JSON, and what was loaded from JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use sts_core::command::Answer;
use sts_core::step::{Actions, Loaded, Needs, Range, Request, Step};

use crate::STS_REFUSED;
use crate::guard::Outcome;
use crate::output::Output;
use crate::sts_status;

/// What the engine refused.
pub(crate) fn refused(error: &sts_core::Error) -> (sts_status, Output) {
    let message = error.to_string();
    (STS_REFUSED, Output::failure(error.code(), error.path(), &message))
}

/// A step, or why there is none.
pub(crate) fn outcome(step: Result<Step, sts_core::Error>) -> Outcome {
    match step {
        Ok(Step::Read(needs)) => Ok(Output::json(&json!({ "read": needs_json(&needs) }))),
        Ok(Step::Act(actions)) => {
            let mut bodies = Vec::new();
            let json = json!({ "act": actions_json(actions, &mut bodies) });
            Ok(Output { bodies, ..Output::json(&json) })
        }
        Err(error) => Err(refused(&error)),
    }
}

fn needs_json(needs: &Needs) -> Value {
    json!({ "keys": needs.keys, "ranges": needs.ranges })
}

fn actions_json(actions: Actions, bodies: &mut Vec<Vec<u8>>) -> Value {
    let writes: Vec<Value> = actions
        .writes
        .iter()
        .map(|write| json!({ "key": write.key, "value": write.value.as_deref().map(bytes_json) }))
        .collect();
    let requests: Vec<Value> =
        actions.requests.into_iter().map(|request| request_json(request, bodies)).collect();
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
pub(crate) fn answer_json(mut answer: Answer, bodies: &mut Vec<Vec<u8>>) -> Value {
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

fn request_json(request: Request, bodies: &mut Vec<Vec<u8>>) -> Value {
    let number = bodies.len();
    bodies.push(request.body);
    json!({
        "id": request.id,
        "label": request.label,
        "method": request.method,
        "url": request.url,
        "headers": request.headers,
        "timeoutMs": request.timeout_ms,
        "notAfter": request.not_after,
        "body": number,
    })
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

/// What the host read for a step; `None` when the JSON has another form.
pub(crate) fn loaded(json: &[u8]) -> Option<Loaded> {
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

/// Header lines of an answer: an array of pairs. Empty text is no headers.
pub(crate) fn headers(json: &[u8]) -> Option<Vec<(String, String)>> {
    if json.is_empty() { Some(Vec::new()) } else { serde_json::from_slice(json).ok() }
}
