//! What comes out of an input, and what goes back in.

use std::fmt;

use serde::Serialize;

use crate::command::Answer;
use crate::event::Event;
use crate::json::Read;
use crate::time::Timestamp;

/// What the host does next.
#[derive(Clone, Debug)]
pub enum Step {
    /// The input changed nothing yet: read these, [`load`](crate::Engine::load) them, and repeat
    /// the same input.
    Read(Needs),
    /// The input is done: carry these out in the order of the fields.
    Act(Actions),
}

/// Keys and key ranges to read from the store.
///
/// `revision` is always the first of the keys; read the keys no later than the ranges. When another
/// process commits between two readings of one input, the engine notices by the revision and reads
/// again what it had read before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Needs {
    /// Keys; a missing one is loaded as absent.
    pub keys: Vec<String>,
    /// Ranges, each in ascending order of key.
    pub ranges: Vec<Range>,
}

impl Needs {
    /// Whether nothing is needed.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.ranges.is_empty()
    }
}

/// A range of keys, compared as bytes: `from` ≤ key < `to`, the first `limit` of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
pub struct Range {
    /// First key.
    pub from: String,
    /// End, excluded.
    pub to: String,
    /// At most this many entries.
    pub limit: u32,
}

/// What was read for [`Needs`].
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// Each key asked for, with its value or `None` when the store has none.
    pub keys: Vec<(String, Option<Vec<u8>>)>,
    /// Each range asked for, with its entries in ascending order of key.
    pub ranges: Vec<(Range, Vec<Entry>)>,
}

/// A key and its value.
pub type Entry = (String, Vec<u8>);

/// One change of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Key: printable text of at most 512 bytes.
    pub key: String,
    /// The new value, or `None` to delete the key.
    pub value: Option<Vec<u8>>,
}

/// What a finished input asks of the host, in this order: commit, deliver, perform, wait.
#[derive(Clone, Debug)]
pub struct Actions {
    /// The value of the key `revision` (absent counts as 0) that the store must still have when
    /// `writes` are committed; the writes themselves carry its successor.
    pub revision: u64,
    /// To be committed in one transaction before anything else; nothing when empty.
    pub writes: Vec<Write>,
    /// To be delivered after the commit and before anything is reported back: with the next input
    /// the engine takes them as delivered.
    pub events: Vec<Event>,
    /// To be performed after that, each once, and each reported back.
    pub requests: Vec<Request>,
    /// The answer to a command.
    pub answer: Option<Answer>,
    /// When `tick` has something to do next; `None` when only an input changes anything.
    pub wake_at: Option<Timestamp>,
}

/// An HTTP request to perform exactly once. As JSON it is all but the body, which travels beside
/// it.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Names the attempt; the response is handed back with it.
    pub id: String,
    /// What it does, for logs: service and operation, nothing personal.
    pub label: &'static str,
    /// Always `POST`.
    pub method: &'static str,
    /// Absolute URL.
    pub url: String,
    /// Header names and values; `Authorization` is among them and must not be logged.
    pub headers: Vec<(String, String)>,
    /// The body, to be sent unchanged.
    #[serde(skip)]
    pub body: Vec<u8>,
    /// Time for the whole exchange in milliseconds; a slower service counts as
    /// [`Response::Unknown`].
    pub timeout_ms: u32,
    /// Not to be begun after this, nor, should the clock be set back, more than half a minute after
    /// the step; then it is reported as [`Response::NotSent`]: while the process slept between the
    /// commit and the request, another one may have found nothing at the service and gone on.
    pub not_after: Timestamp,
}

impl fmt::Debug for Request {
    /// Neither headers nor body: they carry credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("id", &self.id)
            .field("label", &self.label)
            .field("url", &self.url)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// How performing a request ended.
#[derive(Clone)]
pub enum Response {
    /// The service answered, with whatever status.
    Answered {
        /// HTTP status.
        status: u16,
        /// Header names and values as received.
        headers: Vec<(String, String)>,
        /// The body as received; at most [`Response::MAX_BODY`] bytes are looked at.
        body: Vec<u8>,
    },
    /// It is certain that no byte of the request left: name not resolved, connection or TLS
    /// refused.
    NotSent,
    /// Everything else: time ran out, the connection broke. In doubt, this one.
    Unknown,
}

impl Response {
    /// The longest body a host needs to keep, in bytes: 32 MiB. A longer one is reported as
    /// answered with its first `MAX_BODY + 1` bytes, and counts as unreadable.
    pub const MAX_BODY: usize = 32 << 20;
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Response::Answered { status, body, .. } => {
                write!(f, "Answered({status}, {} bytes)", body.len())
            }
            Response::NotSent => f.write_str("NotSent"),
            Response::Unknown => f.write_str("Unknown"),
        }
    }
}
