//! Questions that need no engine.

use wasm_bindgen::prelude::*;

use crate::thrown;

#[cfg(feature = "engine")]
use sts_core::door::call as reply;
#[cfg(not(feature = "engine"))]
use sts_core::door::page as reply;

/// Answers a question by its name; question and answer are JSON, as the documentation of
/// `sts_core::door` has them. Without the engine, `settings` is no question.
#[wasm_bindgen]
pub fn call(name: &str, question: &str) -> Result<String, JsValue> {
    let answer = reply(name, question.as_bytes());
    answer.map_err(|error| thrown(&error))
}

/// The version of the module, such as `0.1.0`.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
