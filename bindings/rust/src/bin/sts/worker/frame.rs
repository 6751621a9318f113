//! A frame: four bytes with the length of the header, the header, the bodies.

use std::io::{Read, Write};

use serde::Deserialize;
use serde_json::json;
use sts_core::door::{Output, Status};
use zeroize::Zeroizing;

/// The longest header of a frame, in bytes.
const HEADER: u32 = 64 << 10;
/// The most bodies of a frame.
const BODIES: usize = 8;
/// The most bytes of all bodies of a frame together: 256 MiB. A command has 64 at most, an answer
/// of the service 32, a reading somewhere between.
const BYTES: u64 = 256 << 20;
/// What is set aside for a body before any of it has come.
const BEGINNING: u64 = 64 << 10;

/// What the host asks. The bodies may be credentials: they are wiped.
pub(super) struct Frame {
    pub(super) header: Vec<u8>,
    pub(super) bodies: Vec<Zeroizing<Vec<u8>>>,
}

/// Why there is no frame.
pub(super) enum Broken {
    /// It is none, in a sentence.
    Form(&'static str),
    /// The pipe ended in the middle of it.
    Pipe,
}

#[derive(Deserialize)]
struct Lengths {
    bodies: Vec<u64>,
}

/// The next frame; `None` when the host has closed its pipe.
pub(super) fn read(input: &mut impl Read) -> Result<Option<Frame>, Broken> {
    let mut first = [0];
    if read_some(input, &mut first)? == 0 {
        return Ok(None);
    }
    let mut rest = [0; 3];
    input.read_exact(&mut rest).map_err(|_| Broken::Pipe)?;
    let length = u32::from_be_bytes([first[0], rest[0], rest[1], rest[2]]);
    if !(1..=HEADER).contains(&length) {
        return Err(Broken::Form("a header has 1 to 65536 bytes"));
    }
    let header = read_bytes(input, length.into())?.to_vec();
    let Ok(Lengths { bodies: lengths }) = serde_json::from_slice(&header) else {
        return Err(Broken::Form("a header is JSON with the lengths of the bodies in `bodies`"));
    };
    let total = lengths.iter().try_fold(0_u64, |sum, length| sum.checked_add(*length));
    if lengths.len() > BODIES || total.is_none_or(|total| total > BYTES) {
        return Err(Broken::Form("a frame has at most 8 bodies with 256 MiB together"));
    }
    let bodies =
        lengths.into_iter().map(|length| read_bytes(input, length)).collect::<Result<_, _>>()?;
    Ok(Some(Frame { header, bodies }))
}

fn read_some(input: &mut impl Read, buffer: &mut [u8]) -> Result<usize, Broken> {
    loop {
        match input.read(buffer) {
            Ok(count) => return Ok(count),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return Err(Broken::Pipe),
        }
    }
}

/// As many bytes as announced. They take memory as they come: a length is no promise.
fn read_bytes(input: &mut impl Read, length: u64) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let beginning = usize::try_from(length.min(BEGINNING)).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(beginning));
    input.take(length).read_to_end(&mut bytes).map_err(|_| Broken::Pipe)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(Broken::Pipe) }
}

/// The answer: the JSON is the first body, and `body` 0 in it is the second.
pub(super) fn write(
    output: &mut impl Write,
    status: Status,
    answer: &Output,
) -> std::io::Result<()> {
    let parts = || std::iter::once(&answer.json).chain(&answer.bodies);
    let lengths: Vec<usize> = parts().map(Vec::len).collect();
    let header = json!({ "status": status as i32, "bodies": lengths }).to_string();
    let length = u32::try_from(header.len()).map_err(std::io::Error::other)?;
    output.write_all(&length.to_be_bytes())?;
    output.write_all(header.as_bytes())?;
    for part in parts() {
        output.write_all(part)?;
    }
    output.flush()
}
