//! The engine, behind a handle.

use std::cell::UnsafeCell;
use std::ffi::{c_char, c_void};
use std::sync::atomic::{AtomicU8, Ordering};

use sts_core::door::{Output, headers, loaded};
use sts_core::secret::Secret;
use sts_core::step::Response;
use sts_core::time::Timestamp;
use sts_core::{Command, Credentials, Engine, Entropy, Settings};

use crate::guard::{Outcome, guarded};
use crate::input::{bytes, text, wrong};
use crate::json::{outcome, refused};
use crate::output::sts_result;
use crate::{STS_BUSY, STS_DEAD, sts_status};

/// An engine of one holder. Any thread may use it, one at a time; a second one is told `STS_BUSY`.
#[allow(non_camel_case_types, reason = "a C name")]
pub struct sts_engine {
    state: AtomicU8,
    engine: UnsafeCell<Driven>,
}

/// An engine, and what the loop of `sts_run` remembers of it.
pub(crate) struct Driven {
    pub(crate) engine: Engine,
    /// The number after the last event that `sts_run` delivered.
    pub(crate) next_event: u64,
}

// SAFETY: `engine` is touched by whoever changed `state` from IDLE to BUSY, and by nobody else.
unsafe impl Sync for sts_engine {}

const IDLE: u8 = 0;
const BUSY: u8 = 1;
const DEAD: u8 = 2;

/// Random bytes of the operating system.
struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&mut self, buffer: &mut [u8]) {
        // Without randomness nothing can be encrypted, and zeros are refused by the core.
        if getrandom::fill(buffer).is_err() {
            buffer.fill(0);
        }
    }
}

/// Gives the engine back, or buries it when the call panicked.
struct Held<'a>(&'a sts_engine);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let state = if std::thread::panicking() { DEAD } else { IDLE };
        self.0.state.store(state, Ordering::Release);
    }
}

/// Runs a call on an engine that nobody else uses.
///
/// # Safety
///
/// `engine` is null or a handle that was not freed.
pub(crate) unsafe fn with_engine(
    engine: *const sts_engine,
    call: impl FnOnce(&mut Engine) -> Outcome,
) -> Outcome {
    // SAFETY: the caller's promise.
    unsafe { with_driven(engine, |driven| call(&mut driven.engine)) }
}

/// The same with what the loop remembers.
///
/// # Safety
///
/// As for `with_engine`.
pub(crate) unsafe fn with_driven(
    engine: *const sts_engine,
    call: impl FnOnce(&mut Driven) -> Outcome,
) -> Outcome {
    // SAFETY: the caller's promise.
    let Some(handle) = (unsafe { engine.as_ref() }) else {
        return Err(wrong("engine", "expected a pointer that is not null"));
    };
    match handle.state.compare_exchange(IDLE, BUSY, Ordering::Acquire, Ordering::Relaxed) {
        Ok(_) => {}
        Err(DEAD) => {
            let message = "this engine died of an earlier bug: open another one";
            return Err((STS_DEAD, Output::failure("DEAD", None, message)));
        }
        Err(_) => {
            let message = "another call is inside this engine";
            return Err((STS_BUSY, Output::failure("BUSY", None, message)));
        }
    }
    let held = Held(handle);
    // SAFETY: `state` is BUSY by this call, so nobody else holds a reference.
    call(unsafe { &mut *held.0.engine.get() })
}

/// Opens an engine with settings: JSON `{"profile": …, "ambiente": "test" | "produzione",
/// "endpoint": …, "certificate": PEM, "policy": …, "calendar": …}`, of which the first two are
/// needed. It has no credentials yet and has read nothing.
///
/// # Safety
///
/// `settings` points to `settings_length` bytes; `engine` may be written; `result` is null or may
/// be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_engine_new(
    settings: *const c_char,
    settings_length: usize,
    engine: *mut *mut sts_engine,
    result: *mut *mut sts_result,
) -> sts_status {
    let open = || {
        if engine.is_null() {
            return Err(wrong("engine", "expected a pointer that is not null"));
        }
        // SAFETY: not null, and the caller promises that it may be written.
        unsafe { *engine = std::ptr::null_mut() };
        // SAFETY: the caller's promise.
        let json = unsafe { text("settings", settings, settings_length) }?;
        let settings = Settings::from_json(json.as_bytes()).map_err(|e| refused(&e))?;
        let opened =
            Driven { engine: Engine::new(settings, Box::new(SystemEntropy)), next_event: 0 };
        let handle = sts_engine { state: AtomicU8::new(IDLE), engine: UnsafeCell::new(opened) };
        // SAFETY: as above.
        unsafe { *engine = Box::into_raw(Box::new(handle)) };
        Ok(Output::json(&serde_json::json!({})))
    };
    // SAFETY: the caller's promise.
    unsafe { guarded(result, open) }
}

/// Frees an engine. Null is taken, and nothing happens. No call may be inside it.
///
/// # Safety
///
/// `engine` is null or a handle that was not freed; it is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_engine_free(engine: *mut sts_engine) {
    if !engine.is_null() {
        // SAFETY: made by `Box::into_raw` in `sts_engine_new`, and not freed before.
        let engine = unsafe { Box::from_raw(engine) };
        let drop_quietly = std::panic::AssertUnwindSafe(|| drop(engine));
        let _ = std::panic::catch_unwind(drop_quietly);
    }
}

/// Gives the engine its credentials, or takes them away when `username` is null. They are copied,
/// kept in memory alone, and wiped when they change or the engine is freed.
///
/// # Safety
///
/// Each pointer is null or points to as many bytes as its length says; `result` is null or may be
/// written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_engine_set_credentials(
    engine: *mut sts_engine,
    username: *const c_char,
    username_length: usize,
    password: *const c_char,
    password_length: usize,
    pincode: *const c_char,
    pincode_length: usize,
    result: *mut *mut sts_result,
) -> sts_status {
    let set = || {
        let credentials = if username.is_null() {
            None
        } else {
            // SAFETY: the caller's promise, three times.
            let username = unsafe { text("username", username, username_length) }?;
            // SAFETY: as above.
            let password = unsafe { text("password", password, password_length) }?;
            // SAFETY: as above.
            let pincode = unsafe { text("pincode", pincode, pincode_length) }?;
            let [username, password, pincode] = [username, password, pincode].map(Secret::new);
            let credentials = Credentials::new(username, password, pincode);
            Some(credentials.map_err(|error| wrong(error.field(), &error.to_string()))?)
        };
        let give = |engine: &mut Engine| {
            engine.set_credentials(credentials);
            Ok(Output::json(&serde_json::json!({})))
        };
        // SAFETY: the caller's promise.
        unsafe { with_engine(engine, give) }
    };
    // SAFETY: the caller's promise.
    unsafe { guarded(result, set) }
}

/// A command, as JSON: see `fixtures/schema`. The result is a step.
///
/// # Safety
///
/// `command` points to `command_length` bytes; `result` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_engine_command(
    engine: *mut sts_engine,
    now: i64,
    command: *const c_char,
    command_length: usize,
    result: *mut *mut sts_result,
) -> sts_status {
    let run = || {
        // SAFETY: the caller's promise.
        let json = unsafe { text("command", command, command_length) }?;
        if cfg!(feature = "panic-on-purpose") && json == "panic" {
            // SAFETY: the caller's promise.
            return unsafe { with_engine(engine, |_| panic!("on purpose")) };
        }
        let command = Command::from_json(json.as_bytes()).map_err(|error| refused(&error))?;
        let run = |engine: &mut Engine| outcome(engine.command(Timestamp(now), &command));
        // SAFETY: the caller's promise.
        unsafe { with_engine(engine, run) }
    };
    // SAFETY: the caller's promise.
    unsafe { guarded(result, run) }
}

/// Time passed. The result is a step.
///
/// # Safety
///
/// `result` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_engine_tick(
    engine: *mut sts_engine,
    now: i64,
    result: *mut *mut sts_result,
) -> sts_status {
    let tick = |engine: &mut Engine| outcome(engine.tick(Timestamp(now)));
    // SAFETY: the caller's promise, twice.
    unsafe { guarded(result, || with_engine(engine, tick)) }
}

/// The end of a request, by the id it had. `end` is `STS_ANSWERED`, `STS_NOT_SENT` or
/// `STS_UNKNOWN`; in doubt the last. `status`, `headers` (JSON, an array of pairs; may be null) and
/// `body` are looked at when it was answered. The result is a step.
///
/// # Safety
///
/// Each pointer is null or points to as many bytes as its length says; `result` is null or may be
/// written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_engine_response(
    engine: *mut sts_engine,
    now: i64,
    id: *const c_char,
    id_length: usize,
    end: i32,
    status: u16,
    headers_json: *const c_char,
    headers_length: usize,
    body: *const c_void,
    body_length: usize,
    result: *mut *mut sts_result,
) -> sts_status {
    let take = || {
        // SAFETY: the caller's promise.
        let id = unsafe { text("id", id, id_length) }?;
        let response = match end {
            crate::STS_ANSWERED => {
                // SAFETY: the caller's promise.
                let json = unsafe { bytes("headers", headers_json.cast(), headers_length) }?;
                let headers = headers(json)
                    .ok_or_else(|| wrong("headers", "expected an array of pairs of texts"))?;
                // SAFETY: the caller's promise.
                let body = unsafe { bytes("body", body, body_length) }?.to_vec();
                Response::Answered { status, headers, body }
            }
            crate::STS_NOT_SENT => Response::NotSent,
            crate::STS_UNKNOWN => Response::Unknown,
            _ => return Err(wrong("end", "expected STS_ANSWERED, STS_NOT_SENT or STS_UNKNOWN")),
        };
        let take = |engine: &mut Engine| outcome(engine.response(Timestamp(now), id, &response));
        // SAFETY: the caller's promise.
        unsafe { with_engine(engine, take) }
    };
    // SAFETY: the caller's promise.
    unsafe { guarded(result, take) }
}

/// Hands over what a step asked to read, as JSON: `{"keys": [[key, value or null], …], "ranges":
/// [{"from": …, "to": …, "limit": …, "entries": [[key, value], …]}, …]}`. The input is then
/// repeated.
///
/// # Safety
///
/// `values` points to `values_length` bytes; `result` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_engine_load(
    engine: *mut sts_engine,
    values: *const c_char,
    values_length: usize,
    result: *mut *mut sts_result,
) -> sts_status {
    let load = || {
        // SAFETY: the caller's promise.
        let json = unsafe { bytes("values", values.cast(), values_length) }?;
        let loaded =
            loaded(json).ok_or_else(|| wrong("values", "expected the JSON of keys and ranges"))?;
        let load = |engine: &mut Engine| match engine.load(loaded) {
            Ok(()) => Ok(Output::json(&serde_json::json!({}))),
            Err(error) => Err(refused(&error)),
        };
        // SAFETY: the caller's promise.
        unsafe { with_engine(engine, load) }
    };
    // SAFETY: the caller's promise.
    unsafe { guarded(result, load) }
}

/// Throws away what the engine holds of its store, after a commit that failed or found another
/// revision; then the input is repeated. As good as a new engine, and cheaper.
///
/// # Safety
///
/// `result` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_engine_reopen(
    engine: *mut sts_engine,
    result: *mut *mut sts_result,
) -> sts_status {
    let reopen = |engine: &mut Engine| {
        engine.reopen();
        Ok(Output::json(&serde_json::json!({})))
    };
    // SAFETY: the caller's promise, twice.
    unsafe { guarded(result, || with_engine(engine, reopen)) }
}

/// Forgets the events that were delivered, before the engine is freed on purpose; leaving it out is
/// harmless. The result is a step.
///
/// # Safety
///
/// `result` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_engine_close(
    engine: *mut sts_engine,
    now: i64,
    result: *mut *mut sts_result,
) -> sts_status {
    let close = |engine: &mut Engine| outcome(engine.close(Timestamp(now)));
    // SAFETY: the caller's promise, twice.
    unsafe { guarded(result, || with_engine(engine, close)) }
}
