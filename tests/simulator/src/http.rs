//! What travels between the world and whoever carries its bytes.

use std::fmt;

/// One HTTP request as the world sees it: already complete, body decoded from any chunking.
///
/// `Debug` shows neither the headers nor the body, because they carry credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method, upper case.
    pub method: String,
    /// The path, without scheme and host; a query string is ignored.
    pub path: String,
    /// Names and values in the order received; names compare without case.
    pub headers: Vec<(String, String)>,
    /// The body as received.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// A POST with the given headers and body.
    pub fn post(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        HttpRequest {
            method: "POST".into(),
            path: path.into(),
            headers: headers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect(),
            body: body.to_vec(),
        }
    }

    /// The value of the first header of this name, compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpRequest({} {}, {} bytes)", self.method, self.path, self.body.len())
    }
}

/// One HTTP answer: status, headers without `Content-Length` and `Connection`, body.
///
/// `Debug` does not show the body: the CSV files of the real service carry tax codes.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// Headers in the order they are written.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for HttpAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpAnswer({}, {} bytes)", self.status, self.body.len())
    }
}

impl HttpAnswer {
    /// An answer with one `Content-Type` header.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        HttpAnswer {
            status,
            headers: vec![("Content-Type".into(), content_type.into())],
            body: body.into(),
        }
    }

    /// The body as text, damaged characters replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What a server must do with the connection. The variants say exactly what the client may
/// observe, so that an in-process driver can translate them without a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Send this answer.
    Answer(HttpAnswer),
    /// Send nothing and keep the connection open until the client gives up.
    Hang,
    /// Send nothing and reset the connection.
    ResetBeforeAnswer,
    /// Send the head and the first `bytes` of the body, then reset the connection.
    ResetMidBody {
        /// The answer that is not delivered whole.
        answer: HttpAnswer,
        /// How much of the body leaves before the reset.
        bytes: usize,
    },
    /// Announce the whole length, send the first `bytes` of the body, then close in good order.
    Truncate {
        /// The answer that is not delivered whole.
        answer: HttpAnswer,
        /// How much of the body leaves before the end.
        bytes: usize,
    },
    /// Send the answer followed by white space up to `bytes` in all.
    Oversize {
        /// The answer at the front.
        answer: HttpAnswer,
        /// The length of the body that is announced and sent.
        bytes: u64,
    },
    /// Wait, then do the rest.
    Slow {
        /// Milliseconds of silence.
        ms: u64,
        /// What follows.
        then: Box<Reaction>,
    },
}

impl Reaction {
    /// The answer a patient client would have read whole, if there is one.
    pub fn answer(&self) -> Option<&HttpAnswer> {
        match self {
            Reaction::Answer(answer) => Some(answer),
            Reaction::Slow { then, .. } => then.answer(),
            _ => None,
        }
    }
}
