//! The control interface: JSON over HTTP, on its own listener. The README documents it.

use super::{Clock, Shared};
use crate::calendar::instant;
use crate::http::{HttpAnswer, HttpRequest};
use crate::world::{ControlError, World, read};
use serde::Deserialize;
use serde_json::{Value, json};

const ROUTES: [&str; 21] = [
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
    "POST /cancellations",
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

/// One request to the control interface.
pub(crate) fn answer(shared: &Shared, request: &HttpRequest) -> HttpAnswer {
    let path = request.path.split('?').next().unwrap_or_default();
    let method = request.method.as_str();
    // A page in a browser cannot send this type across origins without being asked first.
    let result = if method == "POST" && !is_json(request) {
        Err(ControlError::because("Content-Type: application/json"))
    } else {
        control(shared, method, path, &request.body)
    };
    let (status, body) = match result {
        Ok(value) => (200, value),
        Err(ControlError::Wrong(why)) => (400, json!({ "error": why })),
        Err(ControlError::Unknown) => {
            (404, json!({ "error": format!("known: {}", ROUTES.join(", ")) }))
        }
    };
    HttpAnswer::new(status, "application/json", format!("{body}\n"))
}

fn is_json(request: &HttpRequest) -> bool {
    let kind = request.header("content-type").unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn control(shared: &Shared, method: &str, path: &str, body: &[u8]) -> Result<Value, ControlError> {
    match (method, path) {
        ("GET", "/") => Ok(json!({ "routes": ROUTES })),
        ("GET", "/clock") => Ok(json!({ "now_ms": shared.clock().now_ms() })),
        ("POST", "/clock") => {
            let input: ClockInput = read(body)?;
            let mut clock = shared.clock();
            match input.now.as_deref() {
                None => {}
                Some("system") => *clock = Clock::system(),
                Some(text) => {
                    let why = "now is `system` or YYYY-MM-DDTHH:MM:SSZ";
                    let at = instant(text).ok_or_else(|| ControlError::because(why))?;
                    *clock = Clock::fixed(at);
                }
            }
            clock.advance(input.advance_ms.unwrap_or(0));
            Ok(json!({ "now_ms": clock.now_ms() }))
        }
        ("POST", "/reset") => {
            let fresh = match &shared.setup {
                Some(setup) => World::new(setup.clone()).map_err(ControlError::because)?,
                None => shared.first.clone(),
            };
            *shared.world() = fresh;
            Ok(json!({}))
        }
        _ => {
            let now_ms = shared.clock().now_ms();
            shared.world().control(now_ms, method, path, body)
        }
    }
}
