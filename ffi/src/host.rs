//! The driver for hosts in C and C++: it carries out steps with the host's functions.

use std::ffi::{c_char, c_void};
use std::time::{Duration, Instant};

use serde_json::json;
use sts_core::command::Answer;
use sts_core::door::{Output, answer_json};
use sts_core::step::{Actions, Loaded, Needs, Request, Response, Step};
use sts_core::time::Timestamp;
use sts_core::{Command, Engine};

use crate::engine::{Driven, sts_engine, with_driven};
use crate::guard::{Outcome, guarded};
use crate::input::{text, wrong};
use crate::json::refused;
use crate::output::sts_result;
use crate::{STS_ANSWERED, STS_DONE, STS_HOST, STS_NOT_SENT, STS_STORE, sts_status};

/// Races lost to other processes before an input is given up.
const TRIES: u32 = 50;
/// Failures of the store before the end of a request is given up.
const RESPONSE_TRIES: u32 = 5;
/// Readings for one input.
const READINGS: u32 = 1_000;
/// The longest pause between two tries; the first is a millisecond.
const LONGEST_PAUSE: Duration = Duration::from_millis(64);
/// How long after its step a request may still be begun, should the clock be set back meanwhile.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a host does for the engine. All functions but `event` are needed. They are called on the
/// thread that called `sts_run`, and must not call into the same engine. What they are given lives
/// until they return.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, reason = "a C name")]
pub struct sts_host {
    /// Handed to each function.
    pub context: *mut c_void,
    /// The time: milliseconds since 1970, UTC.
    pub now: Option<unsafe extern "C" fn(context: *mut c_void) -> i64>,
    /// Performs a request once: sends it, within `timeout_ms`, with TLS verified, and fills the
    /// reply with `sts_reply_http` when the service answered. Returns `STS_ANSWERED`,
    /// `STS_NOT_SENT` (certain that no byte left) or `STS_UNKNOWN` (anything else).
    pub http: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            request: *const sts_request,
            reply: *mut sts_reply,
        ) -> i32,
    >,
    /// Reads the value of a key: calls `sts_reply_value` when there is one. Returns `STS_OK`, or a
    /// negative number when the store failed.
    pub get: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            key: *const c_char,
            key_length: usize,
            reply: *mut sts_reply,
        ) -> i32,
    >,
    /// Reads the entries with `from` ≤ key < `to`, compared as bytes, in ascending order, the first
    /// `limit` of them: calls `sts_reply_entry` for each. Returns as `get` does.
    pub scan: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            from: *const c_char,
            from_length: usize,
            to: *const c_char,
            to_length: usize,
            limit: u32,
            reply: *mut sts_reply,
        ) -> i32,
    >,
    /// Makes all writes in one transaction that survives the loss of power, if the number under the
    /// key `revision` (absent counts as 0) is still `expected`. Returns `STS_DONE`, `STS_CONFLICT`
    /// when it is another one and nothing was written, or a negative number when the store failed.
    pub commit: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            expected: u64,
            writes: *const sts_write,
            count: usize,
        ) -> i32,
    >,
    /// Takes an event: JSON. After a crash, and with another engine, one may come again, with the
    /// same `number`. May be null.
    pub event:
        Option<unsafe extern "C" fn(context: *mut c_void, event: *const c_char, length: usize)>,
}

/// A request to perform. All texts are UTF-8 and end with a NUL that lengths do not count.
#[repr(C)]
#[allow(non_camel_case_types, reason = "a C name")]
pub struct sts_request {
    /// Absolute address; the method is `POST`.
    pub url: *const c_char,
    /// Header lines, `Name: value` each, as many as `header_count`. `Authorization` is among them
    /// and must not be logged.
    pub headers: *const *const c_char,
    /// How many header lines.
    pub header_count: usize,
    /// To be sent unchanged.
    pub body: *const u8,
    /// Bytes of it.
    pub body_length: usize,
    /// Time for the whole exchange, in milliseconds.
    pub timeout_ms: u32,
    /// What it does, for logs; nothing personal.
    pub label: *const c_char,
}

/// One change of the store.
#[repr(C)]
#[allow(non_camel_case_types, reason = "a C name")]
pub struct sts_write {
    /// Key: UTF-8, at most 512 bytes, with a NUL behind.
    pub key: *const c_char,
    /// Bytes of it.
    pub key_length: usize,
    /// The new value, or null to delete the key.
    pub value: *const u8,
    /// Bytes of it.
    pub value_length: usize,
}

/// Where a function of the host puts what it has read. It is used during that call alone.
#[derive(Default)]
#[allow(non_camel_case_types, reason = "a C name")]
pub struct sts_reply {
    value: Option<Vec<u8>>,
    entries: Vec<(String, Vec<u8>)>,
    status: u16,
    body: Vec<u8>,
    broken: bool,
}

/// The answer of the service: its status and body, which is copied; the headers are not needed.
/// For `http` alone.
///
/// # Safety
///
/// `reply` is that of the call; `body` is null or points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_reply_http(
    reply: *mut sts_reply,
    status: u16,
    body: *const c_void,
    length: usize,
) {
    // SAFETY: the caller's promise.
    let Some(reply) = (unsafe { reply.as_mut() }) else { return };
    // What is longer than any answer counts as unreadable, so its beginning will do.
    let kept = length.min(Response::MAX_BODY + 1);
    // SAFETY: the caller's promise.
    match unsafe { crate::input::bytes("body", body, kept) } {
        Ok(bytes) => (reply.status, reply.body) = (status, bytes.to_vec()),
        Err(_) => reply.broken = true,
    }
}

/// The value of the key, which is copied. For `get` alone.
///
/// # Safety
///
/// As for `sts_reply_http`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_reply_value(
    reply: *mut sts_reply,
    value: *const c_void,
    length: usize,
) {
    // SAFETY: the caller's promise.
    let Some(reply) = (unsafe { reply.as_mut() }) else { return };
    // SAFETY: the caller's promise.
    match unsafe { crate::input::bytes("value", value, length) } {
        Ok(bytes) => reply.value = Some(bytes.to_vec()),
        Err(_) => reply.broken = true,
    }
}

/// One entry of a range, which is copied. For `scan` alone.
///
/// # Safety
///
/// `reply` is that of the call; each pointer points to as many bytes as its length says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_reply_entry(
    reply: *mut sts_reply,
    key: *const c_char,
    key_length: usize,
    value: *const c_void,
    value_length: usize,
) {
    // SAFETY: the caller's promise.
    let Some(reply) = (unsafe { reply.as_mut() }) else { return };
    // SAFETY: the caller's promise, twice.
    let entry = unsafe {
        text("key", key, key_length)
            .and_then(|key| Ok((key, crate::input::bytes("value", value, value_length)?)))
    };
    match entry {
        Ok((key, value)) => reply.entries.push((key.to_owned(), value.to_vec())),
        Err(_) => reply.broken = true,
    }
}

/// Runs a command, as JSON, with all that follows from it: the requests that may leave now, one
/// after the other, their ends, the events. The result is the last answer: `{"answer": …, "wakeAt":
/// …}`.
///
/// # Safety
///
/// `host` points to a filled structure; `command` points to `command_length` bytes; `result` is
/// null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_run(
    engine: *mut sts_engine,
    host: *const sts_host,
    command: *const c_char,
    command_length: usize,
    result: *mut *mut sts_result,
) -> sts_status {
    let run = || {
        // SAFETY: the caller's promise.
        let json = unsafe { text("command", command, command_length) }?;
        let command = Command::from_json(json.as_bytes()).map_err(|error| refused(&error))?;
        // SAFETY: the caller's promise.
        let host = unsafe { Host::new(host) }?;
        // SAFETY: the caller's promise.
        unsafe { with_driven(engine, |driven| host.run(driven, Input::Command(&command))) }
    };
    // SAFETY: the caller's promise.
    unsafe { guarded(result, run) }
}

/// Carries out what is due, with all that follows from it; called every ten minutes, or at
/// `wakeAt` of the result, and harmless at any time.
///
/// # Safety
///
/// As for `sts_run`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_run_tick(
    engine: *mut sts_engine,
    host: *const sts_host,
    result: *mut *mut sts_result,
) -> sts_status {
    let run = || {
        // SAFETY: the caller's promise.
        let host = unsafe { Host::new(host) }?;
        // SAFETY: the caller's promise.
        unsafe { with_driven(engine, |driven| host.run(driven, Input::Tick)) }
    };
    // SAFETY: the caller's promise.
    unsafe { guarded(result, run) }
}

enum Input<'a> {
    Command(&'a Command),
    Response(String, Response),
    Tick,
}

/// The host's functions, all there.
struct Host {
    context: *mut c_void,
    now: unsafe extern "C" fn(*mut c_void) -> i64,
    http: unsafe extern "C" fn(*mut c_void, *const sts_request, *mut sts_reply) -> i32,
    get: unsafe extern "C" fn(*mut c_void, *const c_char, usize, *mut sts_reply) -> i32,
    scan: unsafe extern "C" fn(
        *mut c_void,
        *const c_char,
        usize,
        *const c_char,
        usize,
        u32,
        *mut sts_reply,
    ) -> i32,
    commit: unsafe extern "C" fn(*mut c_void, u64, *const sts_write, usize) -> i32,
    event: Option<unsafe extern "C" fn(*mut c_void, *const c_char, usize)>,
}

type Failure = (sts_status, Output);

fn failed(function: &str, message: &str) -> Failure {
    (STS_HOST, Output::failure("HOST", Some(&format!("/{function}")), message))
}

impl Host {
    unsafe fn new(host: *const sts_host) -> Result<Host, Failure> {
        // SAFETY: the caller's promise.
        let host = unsafe { host.as_ref() }
            .ok_or_else(|| wrong("host", "expected a pointer that is not null"))?;
        let missing = |name: &str| wrong(&format!("host/{name}"), "expected a function");
        Ok(Host {
            context: host.context,
            now: host.now.ok_or_else(|| missing("now"))?,
            http: host.http.ok_or_else(|| missing("http"))?,
            get: host.get.ok_or_else(|| missing("get"))?,
            scan: host.scan.ok_or_else(|| missing("scan"))?,
            commit: host.commit.ok_or_else(|| missing("commit"))?,
            event: host.event,
        })
    }

    fn run(&self, driven: &mut Driven, input: Input<'_>) -> Outcome {
        let Driven { engine, next_event } = driven;
        let (mut answer, mut wake_at): (Option<Answer>, Option<Timestamp>);
        (answer, wake_at) = (None, None);
        let mut failure = None;
        let mut inputs = std::collections::VecDeque::from([input]);
        let mut first = true;
        while let Some(input) = inputs.pop_front() {
            let step = match self.settle(engine, &input) {
                Ok(step) => step,
                Err(error) if std::mem::take(&mut first) => return Err(error),
                // The ends of other requests are reported all the same.
                Err(error) => {
                    failure.get_or_insert(error);
                    continue;
                }
            };
            first = false;
            wake_at = step.wake_at;
            answer = step.answer.or(answer);
            let began = Instant::now();
            // An engine that was opened again hands out once more what was delivered already.
            for event in step.events.iter().filter(|event| event.number >= *next_event) {
                self.deliver(&json!(event).to_string());
            }
            *next_event =
                step.events.last().map_or(*next_event, |e| (e.number + 1).max(*next_event));
            for request in step.requests {
                let late = began.elapsed() > PATIENCE;
                let end = if late { Response::NotSent } else { self.perform(&request) };
                inputs.push_back(Input::Response(request.id, end));
            }
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        let mut bodies = Vec::new();
        let answer = answer.map(|answer| answer_json(answer, &mut bodies));
        Ok(Output { bodies, ..Output::json(&json!({ "answer": answer, "wakeAt": wake_at })) })
    }

    /// One input until its writes are committed.
    fn settle(&self, engine: &mut Engine, input: &Input<'_>) -> Result<Actions, Failure> {
        let mut patience = if matches!(input, Input::Response(..)) { RESPONSE_TRIES } else { 1 };
        for tries in 0..TRIES {
            match self.attempt(engine, input) {
                Ok(Some(actions)) => return Ok(actions),
                Ok(None) => engine.reopen(),
                Err(failure) if failure.0 == STS_HOST => {
                    engine.reopen();
                    patience -= 1;
                    if patience == 0 {
                        return Err(failure);
                    }
                }
                Err(failure) => return Err(failure),
            }
            std::thread::sleep(LONGEST_PAUSE.min(Duration::from_millis(1 << tries.min(10))));
        }
        let message = "other processes changed the store every time";
        Err((STS_STORE, Output::failure("CONTENTION", None, message)))
    }

    fn attempt(&self, engine: &mut Engine, input: &Input<'_>) -> Result<Option<Actions>, Failure> {
        // SAFETY: the host's own function, with its own context.
        let now = Timestamp(unsafe { (self.now)(self.context) });
        for _ in 0..READINGS {
            let step = match input {
                Input::Command(command) => engine.command(now, command),
                Input::Response(id, response) => engine.response(now, id, response),
                Input::Tick => engine.tick(now),
            };
            match step.map_err(|error| refused(&error))? {
                Step::Read(needs) => {
                    let loaded = self.read(needs)?;
                    engine.load(loaded).map_err(|error| refused(&error))?;
                }
                Step::Act(actions) if actions.writes.is_empty() => return Ok(Some(actions)),
                Step::Act(actions) => return Ok(self.commit(&actions)?.then_some(actions)),
            }
        }
        engine.reopen();
        let message = "the engine asked to read too often for one input";
        Err((STS_STORE, Output::failure("READING", None, message)))
    }

    fn read(&self, needs: Needs) -> Result<Loaded, Failure> {
        let mut loaded = Loaded::default();
        for key in needs.keys {
            let mut reply = sts_reply::default();
            let text = nul_terminated(&key);
            // SAFETY: the host's own function; the pointers live until it returns.
            let end = unsafe {
                (self.get)(self.context, text.as_ptr().cast(), key.len(), &raw mut reply)
            };
            if end < 0 || reply.broken {
                return Err(failed("get", "the store could not read a key"));
            }
            loaded.keys.push((key, reply.value));
        }
        for range in needs.ranges {
            let mut reply = sts_reply::default();
            let (from, to) = (nul_terminated(&range.from), nul_terminated(&range.to));
            // SAFETY: as above.
            let end = unsafe {
                (self.scan)(
                    self.context,
                    from.as_ptr().cast(),
                    range.from.len(),
                    to.as_ptr().cast(),
                    range.to.len(),
                    range.limit,
                    &raw mut reply,
                )
            };
            if end < 0 || reply.broken {
                return Err(failed("scan", "the store could not read a range"));
            }
            loaded.ranges.push((range, reply.entries));
        }
        Ok(loaded)
    }

    /// Whether the writes were made; `false` is a lost race.
    fn commit(&self, actions: &Actions) -> Result<bool, Failure> {
        let keys: Vec<Vec<u8>> =
            actions.writes.iter().map(|write| nul_terminated(&write.key)).collect();
        let writes: Vec<sts_write> = actions
            .writes
            .iter()
            .zip(&keys)
            .map(|(write, key)| sts_write {
                key: key.as_ptr().cast(),
                key_length: write.key.len(),
                value: write.value.as_ref().map_or(std::ptr::null(), |value| {
                    // An empty value is not a deletion: its pointer is never null.
                    value.as_ptr()
                }),
                value_length: write.value.as_ref().map_or(0, Vec::len),
            })
            .collect();
        // SAFETY: the host's own function; the pointers live until it returns.
        let end =
            unsafe { (self.commit)(self.context, actions.revision, writes.as_ptr(), writes.len()) };
        match end {
            STS_DONE => Ok(true),
            crate::STS_CONFLICT => Ok(false),
            _ => Err(failed("commit", "the store could not commit")),
        }
    }

    fn deliver(&self, event: &str) {
        if let Some(deliver) = self.event {
            let text = nul_terminated(event);
            // SAFETY: as above.
            unsafe { deliver(self.context, text.as_ptr().cast(), event.len()) };
        }
    }

    fn perform(&self, request: &Request) -> Response {
        // SAFETY: as above.
        if unsafe { (self.now)(self.context) } > request.not_after.0 {
            return Response::NotSent;
        }
        let headers: Vec<Vec<u8>> = request
            .headers
            .iter()
            .map(|(name, value)| nul_terminated(&format!("{name}: {value}")))
            .collect();
        let lines: Vec<*const c_char> = headers.iter().map(|line| line.as_ptr().cast()).collect();
        let (url, label) = (nul_terminated(&request.url), nul_terminated(request.label));
        let call = sts_request {
            url: url.as_ptr().cast(),
            headers: lines.as_ptr(),
            header_count: lines.len(),
            body: request.body.as_ptr(),
            body_length: request.body.len(),
            timeout_ms: request.timeout_ms,
            label: label.as_ptr().cast(),
        };
        let mut reply = sts_reply::default();
        // SAFETY: as above.
        match unsafe { (self.http)(self.context, &raw const call, &raw mut reply) } {
            STS_ANSWERED if !reply.broken => {
                Response::Answered { status: reply.status, headers: Vec::new(), body: reply.body }
            }
            STS_NOT_SENT => Response::NotSent,
            // `STS_UNKNOWN`, and whatever else a host returns: in doubt, unknown.
            _ => Response::Unknown,
        }
    }
}

fn nul_terminated(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 1);
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(0);
    bytes
}
