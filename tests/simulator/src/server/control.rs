//! The control interface: JSON over HTTP, on its own listener. The README documents it.

use super::{Clock, Shared};
use crate::calendar::instant;
use crate::faults::FaultRule;
use crate::http::{HttpAnswer, HttpRequest};
use crate::setup::{Segnalazione, Settings};
use crate::users::User;
use crate::world::World;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

const ROUTES: [&str; 20] = [
    "GET /documents",
    "GET /transmissions",
    "GET /users",
    "GET /log",
    "GET /faults",
    "GET /settings",
    "GET /clock",
    "GET /",
    "POST /faults",
    "DELETE /faults",
    "POST /users",
    "POST /settings",
    "POST /segnalazioni",
    "POST /clock",
    "POST /keys",
    "POST /digest",
    "POST /encrypt",
    "POST /reset",
    "GET, POST, DELETE only",
    "POST needs Content-Type: application/json",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockInput {
    now: Option<String>,
    advance_ms: Option<i64>,
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

/// One request to the control interface.
pub(crate) fn answer(shared: &Shared, request: &HttpRequest) -> HttpAnswer {
    let path = request.path.split('?').next().unwrap_or_default();
    let result = match request.method.as_str() {
        "GET" => look(shared, path),
        "DELETE" if path == "/faults" => {
            shared.world().clear_faults();
            Ok(json!({}))
        }
        // A page in a browser cannot send this type across origins without being asked first.
        "POST" if !is_json(request) => Err(Refusal::because("Content-Type: application/json")),
        "POST" => change(shared, path, &request.body),
        _ => Err(Refusal::unknown()),
    };
    let (status, body) = match result {
        Ok(value) => (200, value),
        Err(Refusal { status, why }) => (status, json!({ "error": why })),
    };
    HttpAnswer::new(status, "application/json", format!("{body}\n"))
}

struct Refusal {
    status: u16,
    why: String,
}

impl Refusal {
    fn because(why: impl ToString) -> Self {
        Refusal { status: 400, why: why.to_string() }
    }

    fn unknown() -> Self {
        Refusal { status: 404, why: format!("known: {}", ROUTES.join(", ")) }
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let kind = request.header("content-type").unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn shown(value: impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(value).map_err(Refusal::because)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(Refusal::because)
}

fn look(shared: &Shared, path: &str) -> Result<Value, Refusal> {
    let now_ms = shared.clock().now_ms();
    let mut world = shared.world();
    world.advance(now_ms);
    match path {
        "/" => Ok(json!({ "routes": ROUTES })),
        "/documents" => shown(world.documents()),
        "/transmissions" => shown(world.transmissions(now_ms)),
        "/users" => shown(world.users()),
        "/log" => shown(world.log().collect::<Vec<_>>()),
        "/faults" => shown(world.faults()),
        "/settings" => shown(world.settings()),
        "/clock" => Ok(json!({ "now_ms": now_ms })),
        _ => Err(Refusal::unknown()),
    }
}

fn change(shared: &Shared, path: &str, body: &[u8]) -> Result<Value, Refusal> {
    let full = || Refusal::because("too many");
    match path {
        "/faults" => {
            let rules: Vec<FaultRule> = read::<OneOrMany<_>>(body)?.into();
            let mut world = shared.world();
            rules.into_iter().all(|r| world.add_fault(r)).then_some(json!({})).ok_or_else(full)
        }
        "/segnalazioni" => {
            let all: Vec<Segnalazione> = read::<OneOrMany<_>>(body)?.into();
            let mut world = shared.world();
            all.into_iter().all(|s| world.add_segnalazione(s)).then_some(json!({})).ok_or_else(full)
        }
        "/users" => {
            let inputs: Vec<Map<String, Value>> = read::<OneOrMany<_>>(body)?.into();
            let mut world = shared.world();
            let merge = |input| merged_user(&world, input);
            let users = inputs.into_iter().map(merge).collect::<Result<Vec<User>, _>>()?;
            users.into_iter().for_each(|user| world.set_user(user));
            Ok(json!({}))
        }
        "/settings" => {
            let input: Map<String, Value> = read(body)?;
            let mut world = shared.world();
            let settings: Settings = overlay(world.settings(), input)?;
            world.set_settings(settings);
            shown(world.settings())
        }
        "/clock" => {
            let input: ClockInput = read(body)?;
            let mut clock = shared.clock();
            match input.now.as_deref() {
                None => {}
                Some("system") => *clock = Clock::system(),
                Some(text) => {
                    let wrong = || Refusal::because("now is `system` or YYYY-MM-DDTHH:MM:SSZ");
                    *clock = Clock::fixed(instant(text).ok_or_else(wrong)?);
                }
            }
            clock.advance(input.advance_ms.unwrap_or(0));
            Ok(json!({ "now_ms": clock.now_ms() }))
        }
        "/keys" => {
            let input: KeyInput = read(body)?;
            shared.world().set_private_key(&input.private_key_pem).map_err(Refusal::because)?;
            Ok(json!({}))
        }
        "/digest" => {
            let input: TextInput = read(body)?;
            Ok(json!({ "digest": shared.world().digest(&input.text) }))
        }
        "/encrypt" => {
            let input: TextInput = read(body)?;
            let sealed = shared.world().encrypt(&input.text, 0);
            sealed.map(|s| json!({ "base64": s })).ok_or(Refusal::because("more than 117 bytes"))
        }
        "/reset" => {
            let fresh = match &shared.setup {
                Some(setup) => World::new(setup.clone()).map_err(Refusal::because)?,
                None => shared.first.clone(),
            };
            *shared.world() = fresh;
            Ok(json!({}))
        }
        _ => Err(Refusal::unknown()),
    }
}

/// The fields given, laid over what is in force.
fn overlay<T: Serialize + DeserializeOwned>(
    base: &T,
    input: Map<String, Value>,
) -> Result<T, Refusal> {
    let mut value = shown(base)?;
    if let Value::Object(fields) = &mut value {
        fields.extend(input);
    }
    serde_json::from_value(value).map_err(Refusal::because)
}

/// A user as given; the fields left out come from the user of that name, when there is one.
fn merged_user(world: &World, input: Map<String, Value>) -> Result<User, Refusal> {
    let name = input.get("user").and_then(Value::as_str).unwrap_or_default();
    match world.user(name) {
        Some(known) => overlay(known, input),
        None => serde_json::from_value(Value::Object(input)).map_err(Refusal::because),
    }
}
