//! What a frame asks, done.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sts_core::door::{self, Output, Status};
use sts_core::secret::Secret;
use sts_core::step::{Response, Step};
use sts_core::time::Timestamp;
use sts_core::{Command, Credentials, Engine, Error, Settings};
use sts_host::SystemEntropy;
use zeroize::Zeroizing;

/// The most engines at a time.
const ENGINES: usize = 10_000;

/// The header of a frame but its lengths.
struct Header {
    call: Call,
    engine: Option<u64>,
    name: Option<String>,
    now: Option<Timestamp>,
    id: Option<String>,
    end: Option<i32>,
    status: Option<u16>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Call {
    Version,
    #[serde(rename = "call")]
    Question,
    New,
    Free,
    SetCredentials,
    Command,
    Tick,
    Response,
    Load,
    Reopen,
    Close,
}

type Outcome = Result<Output, (Status, Output)>;

/// The engines of a host, by the numbers it was given. `None` is one that died.
#[derive(Default)]
pub(super) struct Calls {
    engines: BTreeMap<u64, Option<Engine>>,
    last: u64,
}

impl Calls {
    /// Does what the frame asks. A bug of ours kills the engine it was in, and nothing else.
    pub(super) fn answer(
        &mut self,
        header: &[u8],
        bodies: &[Zeroizing<Vec<u8>>],
    ) -> (Status, Output) {
        let done = catch_unwind(AssertUnwindSafe(|| self.call(header, bodies)));
        match done.unwrap_or_else(|panic| Err(buried(panic))) {
            Ok(output) => (Status::Ok, output),
            Err(failure) => failure,
        }
    }

    fn call(&mut self, header: &[u8], bodies: &[Zeroizing<Vec<u8>>]) -> Outcome {
        let header = read(header)?;
        let text = |number: usize| {
            let body = bodies.get(number).ok_or_else(|| wrong("bodies", "expected one more"))?;
            std::str::from_utf8(body)
                .map_err(|_| wrong(&format!("bodies/{number}"), "expected UTF-8"))
        };
        match header.call {
            Call::Version => {
                Ok(Output::json(&json!({ "abi": door::ABI, "version": env!("CARGO_PKG_VERSION") })))
            }
            Call::Question => {
                let name = header.name.ok_or_else(|| wrong("name", "expected a text"))?;
                let answer = door::call(&name, text(0)?.as_bytes());
                answer.map(Output::reply).map_err(|error| refused(&error))
            }
            Call::New => self.open(text(0)?),
            Call::Free => {
                let engine = self.engines.remove(&header.engine()?);
                engine.map(|_| done()).ok_or_else(|| wrong("engine", "expected an open engine"))
            }
            Call::SetCredentials => {
                let credentials = match bodies.len() {
                    0 => None,
                    3 => {
                        let all = [text(0)?, text(1)?, text(2)?].map(Secret::new);
                        let [username, password, pincode] = all;
                        let credentials = Credentials::new(username, password, pincode);
                        Some(
                            credentials
                                .map_err(|error| wrong(error.field(), &error.to_string()))?,
                        )
                    }
                    _ => return Err(wrong("bodies", "expected user name, password and pincode")),
                };
                self.with(header.engine()?, |engine| {
                    engine.set_credentials(credentials);
                    Ok(done())
                })
            }
            Call::Command => {
                let (number, now) = (header.engine()?, header.now()?);
                let command = Command::from_json(text(0)?.as_bytes()).map_err(|e| refused(&e))?;
                self.step(number, |engine| engine.command(now, &command))
            }
            Call::Tick => {
                let now = header.now()?;
                self.step(header.engine()?, |engine| engine.tick(now))
            }
            Call::Response => {
                let (number, now) = (header.engine()?, header.now()?);
                let id = header.id.as_deref().ok_or_else(|| wrong("id", "expected a text"))?;
                let response = header.response(bodies)?;
                self.step(number, |engine| engine.response(now, id, &response))
            }
            Call::Load => {
                let loaded = door::loaded(text(0)?.as_bytes())
                    .ok_or_else(|| wrong("bodies/0", "expected the JSON of keys and ranges"))?;
                self.with(header.engine()?, |engine| {
                    engine.load(loaded).map(|()| done()).map_err(|error| refused(&error))
                })
            }
            Call::Reopen => self.with(header.engine()?, |engine| {
                engine.reopen();
                Ok(done())
            }),
            Call::Close => {
                let now = header.now()?;
                self.step(header.engine()?, |engine| engine.close(now))
            }
        }
    }

    fn open(&mut self, settings: &str) -> Outcome {
        if self.engines.len() >= ENGINES {
            return Err(wrong(
                "engine",
                "expected at most 10000 open engines: free those not used",
            ));
        }
        let settings = Settings::from_json(settings.as_bytes()).map_err(|error| refused(&error))?;
        self.last += 1;
        self.engines.insert(self.last, Some(Engine::new(settings, Box::new(SystemEntropy))));
        Ok(Output::json(&json!({ "engine": self.last })))
    }

    fn step(
        &mut self,
        number: u64,
        input: impl FnOnce(&mut Engine) -> Result<Step, Error>,
    ) -> Outcome {
        self.with(number, |engine| match input(engine) {
            Ok(step) => Ok(Output::step(step)),
            Err(error) => Err(refused(&error)),
        })
    }

    /// Runs a call on an engine, which is out of its place meanwhile: a panic leaves it dead.
    fn with(&mut self, number: u64, call: impl FnOnce(&mut Engine) -> Outcome) -> Outcome {
        let place = self.engines.get_mut(&number);
        let place = place.ok_or_else(|| wrong("engine", "expected an open engine"))?;
        let Some(mut engine) = place.take() else {
            let message = "this engine died of an earlier bug: open another one";
            return Err((Status::Dead, Output::failure("DEAD", None, message)));
        };
        let outcome = call(&mut engine);
        *place = Some(engine);
        outcome
    }
}

impl Header {
    fn engine(&self) -> Result<u64, (Status, Output)> {
        self.engine.ok_or_else(|| wrong("engine", "expected the number of an engine"))
    }

    fn now(&self) -> Result<Timestamp, (Status, Output)> {
        self.now.ok_or_else(|| wrong("now", "expected milliseconds since 1970, UTC"))
    }

    /// The bodies are the headers as JSON and the body, each of which may be left out.
    fn response(&self, bodies: &[Zeroizing<Vec<u8>>]) -> Result<Response, (Status, Output)> {
        let body = |number: usize| bodies.get(number).map_or(&[][..], |body| body);
        match self.end {
            Some(0) => {
                let status =
                    self.status.ok_or_else(|| wrong("status", "expected an HTTP status"))?;
                let headers = door::headers(body(0))
                    .ok_or_else(|| wrong("bodies/0", "expected an array of pairs of texts"))?;
                Ok(Response::Answered { status, headers, body: body(1).to_vec() })
            }
            Some(1) => Ok(Response::NotSent),
            Some(2) => Ok(Response::Unknown),
            _ => Err(wrong("end", "expected 0 (answered), 1 (not sent) or 2 (unknown)")),
        }
    }
}

fn read(header: &[u8]) -> Result<Header, (Status, Output)> {
    let fields = serde_json::from_slice(header);
    let mut fields: Map<String, Value> = fields.map_err(|_| wrong("", "expected an object"))?;
    fields.remove("bodies");
    let read = Header {
        call: take(&mut fields, "call", "expected the name of a call")?
            .ok_or_else(|| wrong("call", "expected the name of a call"))?,
        engine: take(&mut fields, "engine", "expected the number of an engine")?,
        name: take(&mut fields, "name", "expected a text")?,
        now: take(&mut fields, "now", "expected milliseconds since 1970, UTC")?,
        id: take(&mut fields, "id", "expected a text")?,
        end: take(&mut fields, "end", "expected a number")?,
        status: take(&mut fields, "status", "expected an HTTP status")?,
    };
    match fields.keys().next() {
        Some(unknown) => Err(wrong(unknown, "expected no such field")),
        None => Ok(read),
    }
}

fn take<T: DeserializeOwned>(
    fields: &mut Map<String, Value>,
    name: &str,
    expected: &str,
) -> Result<Option<T>, (Status, Output)> {
    let value = fields.remove(name).map(serde_json::from_value);
    value.transpose().map_err(|_| wrong(name, expected))
}

fn done() -> Output {
    Output::json(&json!({}))
}

fn refused(error: &Error) -> (Status, Output) {
    (Status::Refused, Output::refused(error))
}

fn wrong(field: &str, expected: &str) -> (Status, Output) {
    (Status::Argument, Output::failure("ARGUMENT", Some(&format!("/{field}")), expected))
}

/// What a panic says is for developers and may show anything: it is not handed over. Dropping it
/// runs code of whoever made it.
fn buried(panic: Box<dyn std::any::Any + Send>) -> (Status, Output) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(panic)));
    let message = "a bug of libsts: free this engine and open another one";
    (Status::Panic, Output::failure("PANIC", None, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_kills_its_engine_and_no_other() {
        std::panic::set_hook(Box::new(|_| {}));
        let mut calls = Calls::default();
        let settings = r#"{"ambiente": "test", "profile": {"categoria": "psicologo",
            "cfProprietario": "PSCPRV80A01X999I", "pIva": "99900011000"}}"#;
        let (Ok(_), Ok(_)) = (calls.open(settings), calls.open(settings)) else { panic!() };
        let struck = AssertUnwindSafe(|| calls.with(1, |_| panic!("on purpose")));
        let panic = catch_unwind(struck).err().unwrap();
        let (status, output) = buried(panic);
        assert_eq!(status, Status::Panic);
        assert!(!String::from_utf8_lossy(&output.json).contains("on purpose"));
        assert_eq!(calls.with(1, |_| Ok(done())).err().unwrap().0, Status::Dead);
        assert!(calls.with(2, |_| Ok(done())).is_ok());
        let free = json!({ "call": "free", "engine": 1, "bodies": [] }).to_string();
        assert_eq!(calls.answer(free.as_bytes(), &[]).0, Status::Ok);
    }
}
