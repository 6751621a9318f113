//! Multipart messages (MTOM): the file's request, and answers that come the same way.

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The most parts looked at.
const MAX_PARTS: usize = 16;
/// The longest block of part headers.
const MAX_HEADERS: usize = 8 * 1024;
/// The longest boundary (RFC 2046, section 5.1.1), with the two hyphens before it.
const MAX_BOUNDARY: usize = 72;

/// A part of a multipart body.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// `Content-ID` without its angle brackets.
    id: &'a str,
    pub(super) bytes: &'a [u8],
}

impl Part<'_> {
    /// Whether a `cid:` reference means this part.
    pub(super) fn is(&self, id: &str) -> bool {
        !self.id.is_empty() && self.id == id
    }
}

/// The parts of a body that begins with a boundary; empty when it does not, because then it is
/// an envelope by itself. The boundary is read from the body: the header that names it need not
/// be carried here.
pub(super) fn parts(body: &[u8]) -> Vec<Part<'_>> {
    let body = body.trim_ascii_start();
    let Some(end) = body.iter().take(MAX_BOUNDARY + 1).position(|b| *b == b'\r' || *b == b'\n')
    else {
        return Vec::new();
    };
    let boundary = body[..end].trim_ascii_end();
    if boundary.len() < 3 || !boundary.starts_with(b"--") {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut rest = &body[boundary.len()..];
    while parts.len() < MAX_PARTS && !rest.starts_with(b"--") {
        let Some(end) = find_boundary(rest, boundary) else {
            break;
        };
        let Some(part) = part(&rest[..end.0]) else {
            break;
        };
        parts.push(part);
        rest = &rest[end.1..];
    }
    parts
}

/// Where the part ends and where the text after the boundary begins.
fn find_boundary(bytes: &[u8], boundary: &[u8]) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let line = from + bytes[from..].iter().position(|b| *b == b'\n')?;
        if bytes[line + 1..].starts_with(boundary) {
            let end = match bytes[..line].last() {
                Some(b'\r') => line - 1,
                _ => line,
            };
            return Some((end, line + 1 + boundary.len()));
        }
        from = line + 1;
    }
}

fn part(bytes: &[u8]) -> Option<Part<'_>> {
    // The rest of the boundary's line, then headers up to an empty line.
    let start = bytes.iter().position(|b| *b == b'\n')? + 1;
    let bytes = &bytes[start..];
    let mut id = "";
    let mut at = 0;
    loop {
        let line_end = at + bytes[at..].iter().position(|b| *b == b'\n')?;
        let line = bytes[at..line_end].trim_ascii();
        at = line_end + 1;
        if at > MAX_HEADERS {
            return None;
        }
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = std::str::from_utf8(line).ok().and_then(|l| l.split_once(':'))
        else {
            continue;
        };
        if name.eq_ignore_ascii_case("content-id") {
            let value = value.trim();
            id = value.strip_prefix('<').and_then(|v| v.strip_suffix('>')).unwrap_or(value);
        }
    }
    Some(Part { id, bytes: &bytes[at..] })
}

/// Base64 with blanks and line breaks anywhere, with or without padding.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &ALPHABET,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    if !text.bytes().any(|b| b.is_ascii_whitespace()) {
        return LENIENT.decode(text).ok();
    }
    let dense: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    LENIENT.decode(dense).ok()
}

/// A message of an envelope and one attachment, with its `Content-Type`.
///
/// The boundary is made of a digest of the attachment: the same message has the same bytes, and
/// a file that contains its own digest does not exist.
pub(super) fn message(envelope: &[u8], attachment: &[u8], content_id: &str) -> (String, Vec<u8>) {
    use sha2::{Digest, Sha256};

    let digest: [u8; 32] = Sha256::digest(attachment).into();
    let tail: String = digest[..16].iter().map(|b| format!("{b:02x}")).collect();
    let boundary = format!("=_Part_{tail}");
    let content_type = format!(
        "multipart/related; type=\"application/xop+xml\"; start=\"<envelope@sts>\"; \
         start-info=\"text/xml\"; boundary=\"{boundary}\""
    );
    let mut body = Vec::with_capacity(envelope.len() + attachment.len() + 1024);
    body.extend_from_slice(
        format!(
            "--{boundary}\r\n\
             Content-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\n\
             Content-Transfer-Encoding: 8bit\r\n\
             Content-ID: <envelope@sts>\r\n\r\n"
        )
        .as_bytes(),
    );
    body.extend_from_slice(envelope);
    body.extend_from_slice(
        format!(
            "\r\n--{boundary}\r\n\
             Content-Type: application/zip\r\n\
             Content-Transfer-Encoding: binary\r\n\
             Content-ID: <{content_id}>\r\n\
             Content-Disposition: attachment; name=\"{content_id}\"\r\n\r\n"
        )
        .as_bytes(),
    );
    body.extend_from_slice(attachment);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (content_type, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_back_as_its_parts() {
        let attachment = b"PK\x03\x04\r\n--=_Part_\r\n\n";
        let (content_type, body) = message(b"<e/>", attachment, "file-1.zip");
        let boundary = content_type.split("boundary=\"").nth(1).unwrap();
        assert!(boundary.trim_end_matches('"').len() <= 70);
        let parts = parts(&body);
        assert_eq!(parts.len(), 2);
        assert!(parts[0].is("envelope@sts") && parts[1].is("file-1.zip"));
        assert_eq!(parts[0].bytes, b"<e/>");
        assert_eq!(parts[1].bytes, attachment);
        assert_eq!(message(b"<e/>", attachment, "file-1.zip").1, body);
    }

    #[test]
    fn an_envelope_by_itself_has_no_parts_and_a_cut_message_only_its_whole_ones() {
        assert!(parts(b"<?xml version=\"1.0\"?><e/>").is_empty());
        assert!(parts(b"").is_empty());
        assert!(parts(b"--\r\n").is_empty());
        let (_, body) = message(b"<e/>", b"12345678", "file-1.zip");
        assert_eq!(parts(&body[..body.len() - 60]).len(), 1);
        for end in 0..body.len() {
            let _ = parts(&body[..end]);
        }
    }

    #[test]
    fn base64_may_be_broken_into_lines_and_lack_its_padding() {
        for text in ["aGVsbG8=", "aGVs\r\n bG8=", "aGVsbG8"] {
            assert_eq!(decode_base64(text).as_deref(), Some(&b"hello"[..]), "{text}");
        }
        assert_eq!(decode_base64("a-b_"), None);
    }
}
