//! libsts: the engine for Sistema Tessera Sanitaria, for C and everything that calls C.
//!
//! The functions are the lines of `include/sts.h`, which is generated from here; its overview is
//! in `include/overview.txt`.

mod call;
mod engine;
mod guard;
mod host;
mod input;
mod json;
mod output;

pub use call::sts_call;
pub use engine::{
    sts_engine, sts_engine_close, sts_engine_command, sts_engine_free, sts_engine_load,
    sts_engine_new, sts_engine_reopen, sts_engine_response, sts_engine_set_credentials,
    sts_engine_tick,
};
pub use host::{
    sts_host, sts_reply, sts_reply_entry, sts_reply_http, sts_reply_value, sts_request, sts_run,
    sts_run_tick, sts_write,
};
pub use output::{
    sts_result, sts_result_body, sts_result_body_count, sts_result_free, sts_result_json,
};

/// How a call ended: one of the `STS_…` numbers below. Numbers are never used again for something
/// else; unknown negative ones are failures.
#[allow(non_camel_case_types, reason = "a C name")]
pub type sts_status = i32;

/// The call did what it says; the result has its answer.
pub const STS_OK: sts_status = 0;
/// The engine refused the input and changed nothing: the result has `code`, `path` and `message`.
pub const STS_REFUSED: sts_status = -1;
/// A pointer that must not be null is, a text is not UTF-8, a length is absurd, JSON is not JSON:
/// the result says which argument.
pub const STS_ARGUMENT: sts_status = -2;
/// Another thread, or a callback of this very call, is inside this engine: nothing was done.
pub const STS_BUSY: sts_status = -3;
/// A bug of the library: this engine is dead, free it and open another one on the same store. What
/// was committed is safe.
pub const STS_PANIC: sts_status = -4;
/// The engine died of an earlier panic.
pub const STS_DEAD: sts_status = -5;
/// A callback failed: the result says which one. What was committed is safe; call again.
pub const STS_HOST: sts_status = -6;
/// The store could not be brought to agree in many tries, or answers what was not asked.
pub const STS_STORE: sts_status = -7;

/// The service answered, with whatever status.
pub const STS_ANSWERED: i32 = 0;
/// It is certain that no byte of the request left: name not resolved, connection or TLS refused.
pub const STS_NOT_SENT: i32 = 1;
/// Everything else: time ran out, the connection broke. In doubt, this one.
pub const STS_UNKNOWN: i32 = 2;

/// The most bytes that the body of an answer may have: 32 MiB. A host keeps no more than one byte
/// more, and hands that over: the engine then knows that it is too long.
pub const STS_MAX_BODY: usize = 33_554_432;
const _: () = assert!(STS_MAX_BODY == sts_core::step::Response::MAX_BODY);

/// A commit made all its writes.
pub const STS_DONE: i32 = 0;
/// A commit found another revision and wrote nothing.
pub const STS_CONFLICT: i32 = 1;

/// The version of this interface. A program compares it, once, with the `STS_ABI` it was compiled
/// with, and goes no further when they differ.
pub const STS_ABI: u32 = 1;

/// The `STS_ABI` of the library that was loaded.
#[unsafe(no_mangle)]
pub extern "C" fn sts_abi_version() -> u32 {
    STS_ABI
}

/// The version of the library, such as `0.1.0`: a static text that ends with a NUL.
#[unsafe(no_mangle)]
pub extern "C" fn sts_version() -> *const std::ffi::c_char {
    const VERSION: &std::ffi::CStr = match std::ffi::CStr::from_bytes_with_nul(
        concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes(),
    ) {
        Ok(text) => text,
        Err(_) => panic!("a version without NUL"),
    };
    VERSION.as_ptr()
}
