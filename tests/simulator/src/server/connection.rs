//! One connection: a request read with limits, a reaction acted out on the socket.

use super::Shared;
use crate::http::{HttpAnswer, HttpRequest, Reaction};
use crate::world::CERTIFICATE_HEADER;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sha2::{Digest as _, Sha256};
use socket2::SockRef;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

const HEAD_LIMIT: usize = 32 * 1024;
const HEADERS_LIMIT: usize = 100;
/// Base64 of the largest attachment, with room to be too large.
const BODY_LIMIT: usize = 16 * 1024 * 1024;
const REQUEST_TIME: Duration = Duration::from_secs(30);
const HANG_LIMIT: Duration = Duration::from_secs(600);
/// How often a waiting thread looks whether it must stop.
const TICK: Duration = Duration::from_millis(100);

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

/// The other end of one connection.
pub(crate) struct Peer {
    stream: Stream,
    tcp: TcpStream,
    /// Read and not yet used.
    buffer: Vec<u8>,
}

impl Peer {
    pub(crate) fn new(tcp: TcpStream, tls: Option<Arc<ServerConfig>>) -> Option<Self> {
        tcp.set_read_timeout(Some(TICK)).ok()?;
        tcp.set_write_timeout(Some(REQUEST_TIME)).ok()?;
        tcp.set_nodelay(true).ok()?;
        let socket = tcp.try_clone().ok()?;
        let stream = match tls {
            None => Stream::Plain(tcp),
            Some(config) => {
                let connection = ServerConnection::new(config).ok()?;
                Stream::Tls(Box::new(StreamOwned::new(connection, tcp)))
            }
        };
        Some(Peer { stream, tcp: socket, buffer: Vec::new() })
    }

    /// Reads one request; `None` when the client sends rubbish, too much, too slowly or nothing.
    pub(crate) fn read_request(&mut self, shared: &Shared) -> Option<HttpRequest> {
        let deadline = Instant::now() + REQUEST_TIME;
        let (mut request, head) = loop {
            if let Some(parsed) = parse_head(&self.buffer)? {
                break parsed;
            }
            if self.buffer.len() > HEAD_LIMIT {
                return None;
            }
            self.fill(shared, deadline)?;
        };
        self.buffer.drain(..head);
        if request.header("expect").is_some_and(|e| e.eq_ignore_ascii_case("100-continue")) {
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
        }
        let chunked = request
            .header("transfer-encoding")
            .is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked"));
        request.body = if chunked {
            self.read_chunks(shared, deadline)?
        } else {
            let length = request.header("content-length").unwrap_or("0").parse().ok()?;
            self.take(length, shared, deadline)?
        };
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(CERTIFICATE_HEADER));
        if let Some(digest) = self.client_certificate() {
            request.headers.push((CERTIFICATE_HEADER.into(), digest));
        }
        Some(request)
    }

    fn client_certificate(&self) -> Option<String> {
        let Stream::Tls(tls) = &self.stream else {
            return None;
        };
        let leaf = tls.conn.peer_certificates()?.first()?;
        Some(Sha256::digest(leaf).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }

    fn read_chunks(&mut self, shared: &Shared, deadline: Instant) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line(shared, deadline)?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).ok()?;
            if body.len().checked_add(size)? > BODY_LIMIT {
                return None;
            }
            if size == 0 {
                while !self.line(shared, deadline)?.is_empty() {}
                return Some(body);
            }
            body.extend(self.take(size, shared, deadline)?);
            self.line(shared, deadline)?;
        }
    }

    fn line(&mut self, shared: &Shared, deadline: Instant) -> Option<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8_lossy(self.buffer.get(..end)?).into_owned();
                self.buffer.drain(..end + 2);
                return Some(line);
            }
            if self.buffer.len() > HEAD_LIMIT {
                return None;
            }
            self.fill(shared, deadline)?;
        }
    }

    fn take(&mut self, length: usize, shared: &Shared, deadline: Instant) -> Option<Vec<u8>> {
        if length > BODY_LIMIT {
            return None;
        }
        while self.buffer.len() < length {
            self.fill(shared, deadline)?;
        }
        Some(self.buffer.drain(..length).collect())
    }

    /// Reads some more; `None` at the end, on an error, when time is up or the server stops.
    fn fill(&mut self, shared: &Shared, deadline: Instant) -> Option<()> {
        let mut chunk = [0; 16 * 1024];
        while !shared.stopping() && Instant::now() < deadline {
            match self.read(&mut chunk) {
                Ok(0) => return None,
                Ok(n) => {
                    self.buffer.extend_from_slice(chunk.get(..n)?);
                    return Some(());
                }
                Err(error) if is_timeout(&error) => {}
                Err(_) => return None,
            }
        }
        None
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.read(buffer),
            Stream::Tls(stream) => stream.read(buffer),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(bytes),
            Stream::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }

    /// Closes in good order, waiting a little for the client to close first, so that the last
    /// bytes are not swept away by a reset.
    fn close(&mut self, shared: &Shared) {
        if let Stream::Tls(stream) = &mut self.stream {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        let _ = self.tcp.shutdown(Shutdown::Write);
        self.wait_for_end(shared, Duration::from_secs(2));
    }

    /// Makes the close that follows a reset (RST) instead of an orderly end.
    fn reset(&mut self) {
        // Without the option the close is only less abrupt.
        let _ = SockRef::from(&self.tcp).set_linger(Some(Duration::ZERO));
    }

    fn wait_for_end(&mut self, shared: &Shared, at_most: Duration) {
        let deadline = Instant::now() + at_most;
        let mut rest = [0; 1024];
        while !shared.stopping() && Instant::now() < deadline {
            match self.read(&mut rest) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if is_timeout(&error) => {}
                Err(_) => return,
            }
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

/// The request line and headers: `None` for rubbish, `Some(None)` for too little.
#[expect(clippy::option_option, reason = "rubbish, too little and enough are three things")]
fn parse_head(bytes: &[u8]) -> Option<Option<(HttpRequest, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_LIMIT];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(bytes).ok()? {
        httparse::Status::Partial => return Some(None),
        httparse::Status::Complete(length) => length,
    };
    let request = HttpRequest {
        method: head.method?.to_owned(),
        path: head.path?.to_owned(),
        headers: head
            .headers
            .iter()
            .map(|h| (h.name.to_owned(), String::from_utf8_lossy(h.value).into_owned()))
            .collect(),
        body: Vec::new(),
    };
    Some(Some((request, length)))
}

fn head(answer: &HttpAnswer, length: u64) -> Vec<u8> {
    let reason = match answer.status {
        200 => "OK",
        404 => "Not Found",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Status",
    };
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", answer.status);
    for (name, value) in &answer.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "Content-Length: {length}\r\nConnection: close\r\n\r\n");
    head.into_bytes()
}

/// Does to the connection what the world asked for.
pub(crate) fn react(peer: &mut Peer, reaction: Reaction, shared: &Shared) {
    let start = |peer: &mut Peer, answer: &HttpAnswer, bytes: usize| {
        let whole = answer.body.len() as u64;
        peer.write(&head(answer, whole))?;
        peer.write(answer.body.get(..bytes).unwrap_or(&answer.body))
    };
    match reaction {
        Reaction::Answer(answer) => {
            if start(peer, &answer, answer.body.len()).is_ok() {
                peer.close(shared);
            }
        }
        Reaction::Truncate { answer, bytes } => {
            if start(peer, &answer, bytes).is_ok() {
                peer.close(shared);
            }
        }
        Reaction::ResetMidBody { answer, bytes } => {
            let _ = start(peer, &answer, bytes);
            // The bytes must have left before the reset discards what is queued.
            wait(shared, Duration::from_millis(50));
            peer.reset();
        }
        Reaction::ResetBeforeAnswer => peer.reset(),
        Reaction::Hang => peer.wait_for_end(shared, HANG_LIMIT),
        Reaction::Oversize { answer, bytes } => oversize(peer, &answer, bytes, shared),
        Reaction::Slow { ms, then } => {
            wait(shared, Duration::from_millis(ms).min(HANG_LIMIT));
            react(peer, *then, shared);
        }
    }
}

fn oversize(peer: &mut Peer, answer: &HttpAnswer, bytes: u64, shared: &Shared) {
    let filler = [b' '; 64 * 1024];
    let mut left = bytes.saturating_sub(answer.body.len() as u64);
    let mut sent = peer.write(&head(answer, bytes)).and_then(|()| peer.write(&answer.body));
    while left > 0 && sent.is_ok() && !shared.stopping() {
        let step = left.min(filler.len() as u64);
        sent = peer.write(filler.get(..step as usize).unwrap_or(&filler));
        left -= step;
    }
    if sent.is_ok() {
        peer.close(shared);
    }
}

fn wait(shared: &Shared, time: Duration) {
    let deadline = Instant::now() + time;
    while !shared.stopping() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        thread::sleep(left.min(TICK));
    }
}
