//! Multipart requests (MTOM): the root part and the attachments.

use crate::http::HttpAnswer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

const PARTS_LIMIT: usize = 16;

/// A request body taken apart.
pub(crate) struct Message {
    /// The SOAP envelope.
    pub(crate) root: Vec<u8>,
    /// Whether it came as multipart.
    pub(crate) multipart: bool,
    attachments: Vec<(String, Vec<u8>)>,
}

const ANSWER_BOUNDARY: &str = "uuid:answer-of-the-simulator";

/// An answer as the only part of a multipart, as servers with MTOM switched on write it.
pub(crate) fn wrapped(answer: &HttpAnswer) -> HttpAnswer {
    let head = format!(
        "--{ANSWER_BOUNDARY}\r\nContent-Id: <rootpart@simulator>\r\nContent-Type: \
         application/xop+xml;charset=utf-8;type=\"text/xml\"\r\n\
         Content-Transfer-Encoding: binary\r\n\r\n"
    );
    let tail = format!("\r\n--{ANSWER_BOUNDARY}--");
    let content_type = format!(
        "multipart/related;start=\"<rootpart@simulator>\";type=\"application/xop+xml\";\
         boundary=\"{ANSWER_BOUNDARY}\";start-info=\"text/xml\""
    );
    let body = [head.as_bytes(), &answer.body, tail.as_bytes()].concat();
    HttpAnswer::new(answer.status, &content_type, body)
}

impl Message {
    /// The attachment an `href="cid:…"` points to.
    pub(crate) fn attachment(&self, href: &str) -> Option<&[u8]> {
        let id = percent_decoded(href.strip_prefix("cid:")?);
        let found = self.attachments.iter().find(|(name, _)| name.as_bytes() == id);
        found.map(|(_, bytes)| bytes.as_slice())
    }

    /// Takes a body apart; `None` when the multipart is not well formed or the content type is
    /// neither XML nor `multipart/related`.
    pub(crate) fn read(content_type: &str, body: &[u8]) -> Option<Message> {
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "text/xml" => {
                Some(Message { root: body.to_vec(), multipart: false, attachments: Vec::new() })
            }
            "multipart/related" => Self::multipart(content_type, body),
            _ => None,
        }
    }

    fn multipart(content_type: &str, body: &[u8]) -> Option<Message> {
        let boundary = parameter(content_type, "boundary").filter(|b| !b.is_empty())?;
        let start = parameter(content_type, "start").map(|id| bare(&id));
        let mut parts = Vec::new();
        for part in split(body, &boundary)? {
            let (id, bytes) = read_part(part)?;
            parts.push((id, bytes));
            if parts.len() > PARTS_LIMIT {
                return None;
            }
        }
        let root = match &start {
            Some(id) => parts.iter().position(|(name, _)| name == id)?,
            None => 0,
        };
        if root >= parts.len() {
            return None;
        }
        let (_, envelope) = parts.remove(root);
        Some(Message { root: envelope, multipart: true, attachments: parts })
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The parts between `--boundary` delimiters, up to the closing `--boundary--`.
fn split<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<&'a [u8]>> {
    let delimiter = format!("--{boundary}");
    let inner = format!("\r\n--{boundary}");
    let mut rest = match body.strip_prefix(delimiter.as_bytes()) {
        Some(rest) => rest,
        None => body.get(find(body, inner.as_bytes())? + inner.len()..)?,
    };
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let begin = find(rest, b"\r\n")? + 2;
        // An empty part's delimiter may begin at the very line break just read.
        let end = find(rest.get(begin - 2..)?, inner.as_bytes())?.checked_add(begin - 2)?;
        parts.push(rest.get(begin..end.max(begin))?);
        rest = rest.get(end + inner.len()..)?;
        if parts.len() > PARTS_LIMIT {
            return None;
        }
    }
    Some(parts)
}

fn read_part(part: &[u8]) -> Option<(String, Vec<u8>)> {
    let (head, body) = match part.strip_prefix(b"\r\n") {
        Some(body) => (&b""[..], body),
        None => {
            let end = find(part, b"\r\n\r\n")?;
            (part.get(..end)?, part.get(end + 4..)?)
        }
    };
    let head = String::from_utf8_lossy(head);
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let id = header("Content-ID").map(|id| bare(&id)).unwrap_or_default();
    let base64 =
        header("Content-Transfer-Encoding").is_some_and(|e| e.eq_ignore_ascii_case("base64"));
    let bytes = if base64 {
        let compact: Vec<u8> = body.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
        BASE64.decode(compact).ok()?
    } else {
        body.to_vec()
    };
    Some((id, bytes))
}

fn bare(id: &str) -> String {
    id.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}

/// A parameter of a header value, quoted or not.
fn parameter(value: &str, name: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        rest = rest.trim_start_matches([' ', ';', '\t']);
        let (key, tail) = rest.split_once('=')?;
        let (found, after) = match tail.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => tail.split_once(';').unwrap_or((tail, "")),
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(found.trim().to_owned());
        }
        rest = after;
    }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|_| first == b'%');
        let value = hex.and_then(|h| u8::from_str_radix(std::str::from_utf8(h).ok()?, 16).ok());
        out.push(value.unwrap_or(first));
        rest = tail.get(if value.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/related; type=\"application/xop+xml\"; start=\"<root@x>\"; \
                        start-info=\"text/xml\"; boundary=\"=_b;1\"";

    fn body(encoding: &str, attachment: &str) -> String {
        format!(
            "--=_b;1\r\nContent-Type: application/xop+xml\r\nContent-ID: <root@x>\r\n\r\n<e/>\r\n\
             --=_b;1\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: {encoding}\r\n\
             Content-ID: <a b.zip>\r\n\r\n{attachment}\r\n--=_b;1--\r\n"
        )
    }

    #[test]
    fn root_and_attachment_are_found_by_their_ids() {
        let message = Message::read(TYPE, body("binary", "PK\r\n\r\n--x").as_bytes()).unwrap();
        assert_eq!(message.root, b"<e/>");
        assert_eq!(message.attachment("cid:a%20b.zip"), Some(&b"PK\r\n\r\n--x"[..]));
        assert_eq!(message.attachment("cid:other"), None);
    }

    #[test]
    fn a_base64_part_is_decoded() {
        let message = Message::read(TYPE, body("base64", "UEs=\r\n").as_bytes()).unwrap();
        assert_eq!(message.attachment("cid:a b.zip"), Some(&b"PK"[..]));
    }

    #[test]
    fn an_empty_attachment_is_empty_and_not_an_error() {
        let message = Message::read(TYPE, body("binary", "").as_bytes()).unwrap();
        assert_eq!(message.attachment("cid:a b.zip"), Some(&b""[..]));
    }

    #[test]
    fn a_wrapped_answer_is_unwrapped_again() {
        let wrapped = wrapped(&HttpAnswer::new(200, "text/xml", "<e/>"));
        let (_, content_type) = &wrapped.headers[0];
        assert_eq!(Message::read(content_type, &wrapped.body).unwrap().root, b"<e/>");
    }

    #[test]
    fn a_cut_multipart_is_refused() {
        let whole = body("binary", "PK");
        for cut in 0..whole.len() - 4 {
            assert!(Message::read(TYPE, &whole.as_bytes()[..cut]).is_none(), "cut at {cut}");
        }
        assert!(Message::read("multipart/related", b"").is_none());
        assert!(Message::read("application/json", b"{}").is_none());
    }
}
