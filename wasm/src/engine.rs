//! The engine, and its steps as JSON.

use js_sys::{Array, Uint8Array};
use serde::Serialize;
use sts_core::command::Answer;
use sts_core::door::text;
use sts_core::secret::Secret;
use sts_core::step::{Loaded, Needs, Range, Request, Response, Step};
use sts_core::{Actions, Command, Credentials, Entropy, Error, Event, Settings, Timestamp};
use wasm_bindgen::prelude::*;

use crate::{refused, thrown};

/// Random bytes of the platform.
struct PlatformEntropy;

impl Entropy for PlatformEntropy {
    fn fill(&mut self, buffer: &mut [u8]) {
        // Without randomness nothing can be encrypted, and zeros are refused by the core.
        if getrandom::fill(buffer).is_err() {
            buffer.fill(0);
        }
    }
}

/// An engine of one holder.
///
/// A step is an array: its JSON, then the bytes that the JSON names by their place in the array.
#[wasm_bindgen]
pub struct Engine(sts_core::Engine);

#[wasm_bindgen]
impl Engine {
    /// An engine over settings, JSON as `fixtures/schema` has it. It has no credentials yet and
    /// has read nothing.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str) -> Result<Engine, JsValue> {
        let settings = Settings::from_json(settings.as_bytes()).map_err(|error| thrown(&error))?;
        Ok(Engine(sts_core::Engine::new(settings, Box::new(PlatformEntropy))))
    }

    /// Gives the engine its credentials.
    #[wasm_bindgen(js_name = setCredentials)]
    pub fn set_credentials(
        &mut self,
        username: String,
        password: String,
        pincode: String,
    ) -> Result<(), JsValue> {
        let [username, password, pincode] = [username, password, pincode].map(Secret::new);
        let credentials = Credentials::new(username, password, pincode).map_err(|error| {
            refused("ARGUMENT", Some(&format!("/{}", error.field())), &error.to_string())
        })?;
        self.0.set_credentials(Some(credentials));
        Ok(())
    }

    /// Takes the credentials away.
    #[wasm_bindgen(js_name = clearCredentials)]
    pub fn clear_credentials(&mut self) {
        self.0.set_credentials(None);
    }

    /// A command, as JSON.
    pub fn command(&mut self, now: f64, command: &str) -> Result<Array, JsValue> {
        let command = Command::from_json(command.as_bytes()).map_err(|error| thrown(&error))?;
        output(self.0.command(instant(now), &command))
    }

    /// Time passed.
    pub fn tick(&mut self, now: f64) -> Result<Array, JsValue> {
        output(self.0.tick(instant(now)))
    }

    /// The service answered the request of this id; `headers` are names and values in turn.
    pub fn answered(
        &mut self,
        now: f64,
        id: &str,
        status: u16,
        headers: Vec<String>,
        body: Vec<u8>,
    ) -> Result<Array, JsValue> {
        let mut headers = headers.into_iter();
        let mut pairs = Vec::new();
        while let (Some(name), Some(value)) = (headers.next(), headers.next()) {
            pairs.push((name, value));
        }
        self.response(now, id, &Response::Answered { status, headers: pairs, body })
    }

    /// It is certain that no byte of the request of this id left.
    #[wasm_bindgen(js_name = notSent)]
    pub fn not_sent(&mut self, now: f64, id: &str) -> Result<Array, JsValue> {
        self.response(now, id, &Response::NotSent)
    }

    /// Whether the request of this id arrived is not known.
    pub fn unknown(&mut self, now: f64, id: &str) -> Result<Array, JsValue> {
        self.response(now, id, &Response::Unknown)
    }

    /// Hands over what a step asked to read. The input is then repeated.
    pub fn load(&mut self, values: Values) -> Result<(), JsValue> {
        self.0.load(values.0).map_err(|error| thrown(&error))
    }

    /// Throws away what the engine holds of its store, after a commit that failed or found
    /// another revision; then the input is repeated.
    pub fn reopen(&mut self) {
        self.0.reopen();
    }

    /// Forgets the events that were delivered, before the engine is freed on purpose.
    pub fn close(&mut self, now: f64) -> Result<Array, JsValue> {
        output(self.0.close(instant(now)))
    }
}

impl Engine {
    fn response(&mut self, now: f64, id: &str, response: &Response) -> Result<Array, JsValue> {
        output(self.0.response(instant(now), id, response))
    }
}

/// What is no number counts as 1970, which the core refuses.
fn instant(now: f64) -> Timestamp {
    Timestamp(now as i64)
}

/// What was read for a step.
#[wasm_bindgen]
#[derive(Default)]
pub struct Values(Loaded);

#[wasm_bindgen]
impl Values {
    /// Nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Values {
        Values::default()
    }

    /// The value of a key, nothing when the store has none.
    pub fn key(&mut self, key: String, value: Option<Vec<u8>>) {
        self.0.keys.push((key, value));
    }

    /// Begins a range, as it was asked for; its entries follow.
    pub fn range(&mut self, from: String, to: String, limit: u32) {
        self.0.ranges.push((Range { from, to, limit }, Vec::new()));
    }

    /// An entry of the range that was begun last.
    pub fn entry(&mut self, key: String, value: Vec<u8>) {
        if let Some((_, entries)) = self.0.ranges.last_mut() {
            entries.push((key, value));
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum StepJson<'a> {
    Read(&'a Needs),
    Act(ActJson<'a>),
}

/// Numbers in the place of bytes are places in the array.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ActJson<'a> {
    revision: u64,
    writes: Vec<(&'a str, Option<u32>)>,
    events: &'a [Event],
    requests: &'a [Request],
    bodies: Vec<u32>,
    answer: Option<&'a Answer>,
    zip: Option<u32>,
    wake_at: Option<Timestamp>,
}

/// A step, or why there is none.
fn output(step: Result<Step, Error>) -> Result<Array, JsValue> {
    let array = Array::new();
    // The place of the JSON.
    array.push(&JsValue::NULL);
    let mut bytes = |bytes: &[u8]| array.push(&Uint8Array::from(bytes)) - 1;
    let json = match step.map_err(|error| thrown(&error))? {
        Step::Read(needs) => text(&StepJson::Read(&needs)),
        Step::Act(actions) => {
            let Actions { revision, writes, events, requests, answer, wake_at } = &actions;
            let act = ActJson {
                revision: *revision,
                writes: writes
                    .iter()
                    .map(|write| (&*write.key, write.value.as_deref().map(&mut bytes)))
                    .collect(),
                events,
                requests,
                bodies: requests.iter().map(|request| bytes(&request.body)).collect(),
                answer: answer.as_ref(),
                zip: match answer {
                    Some(Answer::Receipts { receipts }) => Some(bytes(&receipts.zip)),
                    _ => None,
                },
                wake_at: *wake_at,
            };
            text(&StepJson::Act(act))
        }
    };
    match json {
        Some(json) => array.set(0, json.into()),
        None => return Err(refused("BUG", None, "internal error: a step is not JSON")),
    }
    Ok(array)
}
