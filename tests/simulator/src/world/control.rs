//! What the control interface says and changes of a world; clock, reset and HTTP are the server's.

use super::World;
use crate::document::DocumentKey;
use crate::faults::FaultRule;
use crate::setup::{Segnalazione, Settings};
use crate::users::User;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Why a request to the control interface was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// There is no such address of the world.
    #[error("no such request")]
    Unknown,
    /// The body is not what is asked for there.
    #[error("{0}")]
    Wrong(String),
}

impl ControlError {
    pub(crate) fn because(why: impl ToString) -> Self {
        ControlError::Wrong(why.to_string())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyInput {
    private_key_pem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextInput {
    text: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> From<OneOrMany<T>> for Vec<T> {
    fn from(input: OneOrMany<T>) -> Self {
        match input {
            OneOrMany::Many(many) => many,
            OneOrMany::One(one) => vec![one],
        }
    }
}

impl World {
    /// A request to the control interface without a server around it: the same addresses and
    /// bodies, but for `/clock` and `/reset`, which are the server's.
    pub fn control(
        &mut self,
        now_ms: i64,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> Result<Value, ControlError> {
        match method {
            "GET" => self.look(now_ms, path),
            "DELETE" if path == "/faults" => {
                self.clear_faults();
                Ok(json!({}))
            }
            "POST" => self.change(now_ms, path, body),
            _ => Err(ControlError::Unknown),
        }
    }

    fn look(&mut self, now_ms: i64, path: &str) -> Result<Value, ControlError> {
        self.advance(now_ms);
        match path {
            "/documents" => shown(self.documents()),
            "/transmissions" => shown(self.transmissions(now_ms)),
            "/users" => shown(self.users()),
            "/log" => shown(self.log().collect::<Vec<_>>()),
            "/faults" => shown(self.faults()),
            "/settings" => shown(self.settings()),
            _ => Err(ControlError::Unknown),
        }
    }

    fn change(&mut self, now_ms: i64, path: &str, body: &[u8]) -> Result<Value, ControlError> {
        let full = || ControlError::because("too many");
        match path {
            "/faults" => {
                let rules: Vec<FaultRule> = read::<OneOrMany<_>>(body)?.into();
                let all = rules.into_iter().all(|rule| self.add_fault(rule));
                all.then_some(json!({})).ok_or_else(full)
            }
            "/segnalazioni" => {
                let all: Vec<Segnalazione> = read::<OneOrMany<_>>(body)?.into();
                let all = all.into_iter().all(|one| self.add_segnalazione(one));
                all.then_some(json!({})).ok_or_else(full)
            }
            "/cancellations" => {
                let keys: Vec<DocumentKey> = read::<OneOrMany<_>>(body)?.into();
                let absent = || ControlError::because("a document is not there");
                let all = keys.iter().all(|key| self.store.cancel_by_hand(key, now_ms));
                all.then_some(json!({})).ok_or_else(absent)
            }
            "/users" => {
                let inputs: Vec<Map<String, Value>> = read::<OneOrMany<_>>(body)?.into();
                let merge = |input| self.merged_user(input);
                let users = inputs.into_iter().map(merge).collect::<Result<Vec<User>, _>>()?;
                users.into_iter().for_each(|user| self.set_user(user));
                Ok(json!({}))
            }
            "/settings" => {
                let input: Map<String, Value> = read(body)?;
                let settings: Settings = overlay(self.settings(), input)?;
                self.set_settings(settings);
                shown(self.settings())
            }
            "/keys" => {
                let input: KeyInput = read(body)?;
                self.set_private_key(&input.private_key_pem).map_err(ControlError::because)?;
                Ok(json!({}))
            }
            "/digest" => {
                let input: TextInput = read(body)?;
                Ok(json!({ "digest": self.digest(&input.text) }))
            }
            "/encrypt" => {
                let input: TextInput = read(body)?;
                let sealed = self.encrypt(&input.text, 0);
                let long = ControlError::because("more than 117 bytes");
                sealed.map(|s| json!({ "base64": s })).ok_or(long)
            }
            _ => Err(ControlError::Unknown),
        }
    }

    /// A user as given; the fields left out come from the user of that name, when there is one.
    fn merged_user(&self, input: Map<String, Value>) -> Result<User, ControlError> {
        let name = input.get("user").and_then(Value::as_str).unwrap_or_default();
        match self.user(name) {
            Some(known) => overlay(known, input),
            None => serde_json::from_value(Value::Object(input)).map_err(ControlError::because),
        }
    }
}

fn shown(value: impl Serialize) -> Result<Value, ControlError> {
    serde_json::to_value(value).map_err(ControlError::because)
}

pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ControlError> {
    serde_json::from_slice(body).map_err(ControlError::because)
}

/// The fields given, laid over what is in force.
fn overlay<T: Serialize + DeserializeOwned>(
    base: &T,
    input: Map<String, Value>,
) -> Result<T, ControlError> {
    let mut value = shown(base)?;
    if let Value::Object(fields) = &mut value {
        fields.extend(input);
    }
    serde_json::from_value(value).map_err(ControlError::because)
}
