//! Questions that need no engine.

use wasm_bindgen::prelude::*;

use crate::thrown;

/// Answers a question by its name; question and answer are JSON, as the documentation of
/// `sts_core::door` has them.
#[wasm_bindgen]
pub fn call(name: &str, question: &str) -> Result<String, JsValue> {
    let answer = sts_core::door::call(name, question.as_bytes());
    answer.map_err(|error| thrown(&error))
}

/// The version of the module, such as `0.1.0`.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
