//! The JavaScript door of libsts, for Node and the browser.
//!
//! Meaning goes in and out as JSON text, which JavaScript reads and writes faster than any other
//! form and in fewer bytes of module; bytes go beside it as `Uint8Array`. What is wrong with an
//! input is thrown as a text: the JSON `{"code", "path", "message"}`. Anything else that is thrown
//! is a trap, after which the instance must not be used: `bindings/js` sees to that.

mod call;
#[cfg(feature = "engine")]
mod engine;

pub use call::{call, version};
#[cfg(feature = "engine")]
pub use engine::{Engine, Values};

use sts_core::door::refusal;
use wasm_bindgen::JsValue;

/// What was refused, as the text that is thrown.
fn refused(code: &str, path: Option<&str>, message: &str) -> JsValue {
    JsValue::from_str(&refusal(code, path, message))
}

fn thrown(error: &sts_core::Error) -> JsValue {
    refused(error.code(), error.path(), &error.to_string())
}
