//! `sts worker`: the engine at the other end of two pipes, for a host that cannot load a library.
//!
//! It is the C ABI with frames in the place of arguments: the same calls, the same statuses, the
//! same JSON, and no HTTP and no store of its own. The README of this crate has the protocol.

mod call;
mod frame;

use std::io::{IsTerminal, Write};

use sts_core::door::{Output, Status};

use crate::failure::{Exit, Failure};
use call::Calls;
use frame::{Broken, Frame};

/// Answers frame after frame, until the other end closes its pipe.
pub(crate) fn run() -> Result<Exit, Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(Failure::new(
            Exit::Unusable,
            "sts worker parla con un programma attraverso una pipe, non con una persona",
            "sts worker talks to a program through a pipe, not to a person",
        ));
    }
    // What a bug would print may show anything, and goes nowhere.
    std::panic::set_hook(Box::new(|_| {}));
    Ok(serve(&mut stdin.lock(), &mut std::io::stdout().lock(), &mut Calls::default()))
}

fn serve(input: &mut impl std::io::Read, output: &mut impl Write, calls: &mut Calls) -> Exit {
    loop {
        let (status, answer, exit) = match frame::read(input) {
            Ok(None) => return Exit::Done,
            Ok(Some(Frame { header, bodies })) => {
                let (status, answer) = calls.answer(&header, &bodies);
                (status, answer, None)
            }
            // Where the next frame begins is not known any more.
            Err(Broken::Form(expected)) => {
                let answer = Output::failure("FRAME", None, expected);
                (Status::Argument, answer, Some(Exit::Unusable))
            }
            // In the middle of a frame: whoever wrote it is gone.
            Err(Broken::Pipe) => return Exit::Done,
        };
        if frame::write(output, status, &answer).is_err() {
            return Exit::Done;
        }
        if let Some(exit) = exit {
            return exit;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use serde_json::{Value, json};

    use super::*;

    fn framed(header: &Value, bodies: &[&[u8]]) -> Vec<u8> {
        let mut header = header.clone();
        header["bodies"] = bodies.iter().map(|body| body.len()).collect();
        let header = header.to_string();
        let mut bytes = u32::try_from(header.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend(header.bytes().chain(bodies.concat()));
        bytes
    }

    /// The answers to what was written, as status, JSON and number of bodies.
    fn conversation(input: Vec<u8>) -> (Vec<(i64, Value, usize)>, Exit) {
        let (mut output, mut calls) = (Vec::new(), Calls::default());
        let exit = serve(&mut Cursor::new(input), &mut output, &mut calls);
        let (mut answers, mut rest) = (Vec::new(), &output[..]);
        while let Some(Frame { header, bodies }) = frame::read(&mut rest).ok().flatten() {
            let header: Value = serde_json::from_slice(&header).unwrap();
            let json = serde_json::from_slice(&bodies[0]).unwrap();
            answers.push((header["status"].as_i64().unwrap(), json, bodies.len() - 1));
        }
        assert!(rest.is_empty());
        (answers, exit)
    }

    const SETTINGS: &[u8] = br#"{"ambiente": "test", "profile": {"categoria": "psicologo",
        "cfProprietario": "PSCPRV80A01X999I", "pIva": "99900011000"}}"#;
    const NOW: i64 = 1_795_424_400_000;

    #[test]
    fn an_engine_opens_reads_and_acts_as_over_the_c_abi() {
        let mut input = framed(&json!({"call": "new"}), &[SETTINGS]);
        let tick = framed(&json!({"call": "tick", "engine": 1, "now": NOW}), &[]);
        input.extend(&tick);
        let (answers, _) = conversation(input.clone());
        assert_eq!(answers[0], (0, json!({"engine": 1}), 0));
        let asked = &answers[1].1["read"];
        assert_eq!(asked["keys"][0], "revision");
        // An empty store has none of it.
        let absent = |key| json!([key, null]);
        let empty = |range: &Value| json!({"from": range["from"], "to": range["to"], "limit": range["limit"], "entries": []});
        let keys: Vec<_> = asked["keys"].as_array().unwrap().iter().map(absent).collect();
        let ranges: Vec<_> = asked["ranges"].as_array().unwrap().iter().map(empty).collect();
        let load = json!({ "keys": keys, "ranges": ranges }).to_string();
        input.extend(framed(&json!({"call": "load", "engine": 1}), &[load.as_bytes()]));
        input.extend(&tick);
        input.extend(framed(&json!({"call": "reopen", "engine": 1}), &[]));
        input.extend(framed(&json!({"call": "free", "engine": 1}), &[]));
        input.extend(&tick);
        let (answers, exit) = conversation(input);
        assert_eq!(exit, Exit::Done);
        assert_eq!(answers[2], (0, json!({}), 0));
        let more = &answers[3].1;
        assert!(more["act"].is_object() || more["read"]["ranges"].is_array(), "{more}");
        assert_eq!((answers[4].0, answers[5].0), (0, 0));
        assert_eq!((answers[6].0, &answers[6].1["path"]), (-2, &json!("/engine")));
    }

    #[test]
    fn what_is_wrong_in_a_frame_is_told_and_the_next_one_is_heard() {
        let cases = [
            (framed(&json!({"call": "fly"}), &[]), -2, "/call"),
            (framed(&json!({"call": "tick", "engine": 7, "now": NOW}), &[]), -2, "/engine"),
            (framed(&json!({"call": "tick", "engine": 1}), &[]), -2, "/now"),
            (framed(&json!({"call": "tick", "engine": "1", "now": NOW}), &[]), -2, "/engine"),
            (framed(&json!({"call": "tick", "engine": 1, "now": NOW, "x": 1}), &[]), -2, "/x"),
            (framed(&json!({"call": "new"}), &[]), -2, "/bodies"),
            (framed(&json!({"call": "new"}), &[b"{}"]), -1, "/profile"),
            (framed(&json!({"call": "new"}), &[&[0xff]]), -2, "/bodies/0"),
            (framed(&json!({"call": "load", "engine": 1}), &[b"[]"]), -2, "/bodies/0"),
            (framed(&json!({"call": "command", "engine": 1, "now": NOW}), &[b"panic"]), -1, ""),
            (framed(&json!({"call": "set_credentials", "engine": 1}), &[b"a"]), -2, "/bodies"),
            (
                framed(
                    &json!({"call": "response", "engine": 1, "now": NOW, "id": "x", "end": 3}),
                    &[],
                ),
                -2,
                "/end",
            ),
        ];
        for (bytes, status, path) in cases {
            let mut input = framed(&json!({"call": "new"}), &[SETTINGS]);
            input.extend(bytes);
            input.extend(framed(&json!({"call": "version"}), &[]));
            let (answers, exit) = conversation(input);
            assert_eq!(exit, Exit::Done);
            assert_eq!(answers.len(), 3, "{answers:?}");
            assert_eq!(answers[1].0, status, "{answers:?}");
            if !path.is_empty() {
                assert_eq!(answers[1].1["path"], path, "{answers:?}");
            }
            assert_eq!(answers[2].1["abi"], sts_core::door::ABI);
        }
    }

    #[test]
    fn a_broken_frame_is_told_and_ends_the_worker() {
        let header = |text: &str| {
            let mut bytes = u32::try_from(text.len()).unwrap().to_be_bytes().to_vec();
            bytes.extend(text.bytes());
            bytes
        };
        for broken in [
            vec![0xff, 0xff, 0xff, 0xff, b'{'],
            vec![0, 0, 0, 0],
            header("not JSON"),
            header(r#"{"call": "version"}"#),
            header(r#"{"call": "version", "bodies": [-1]}"#),
            header(r#"{"call": "version", "bodies": [999999999999]}"#),
            header(r#"{"call": "version", "bodies": [0, 0, 0, 0, 0, 0, 0, 0, 0]}"#),
        ] {
            let (answers, exit) = conversation(broken);
            assert_eq!((answers.len(), exit), (1, Exit::Unusable));
            assert_eq!((answers[0].0, &answers[0].1["code"]), (-2, &json!("FRAME")));
        }
    }

    #[test]
    fn a_frame_cut_short_is_a_host_that_is_gone() {
        let whole = framed(&json!({"call": "new"}), &[SETTINGS]);
        for length in 1..whole.len() {
            let (answers, exit) = conversation(whole[..length].to_vec());
            assert_eq!((answers.len(), exit), (0, Exit::Done), "{length} bytes");
        }
    }

    #[test]
    fn a_damaged_frame_is_answered_or_ends_the_worker_and_strikes_no_engine() {
        let mut whole = framed(&json!({"call": "new"}), &[SETTINGS]);
        whole.extend(framed(&json!({"call": "tick", "engine": 1, "now": NOW}), &[]));
        whole.extend(framed(&json!({"call": "load", "engine": 1}), &[b"{\"keys\": []}"]));
        for at in 0..whole.len() {
            for byte in [0, b'"', b'9', b'{', 0x7f, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] = byte;
                let (answers, _) = conversation(damaged);
                for (status, json, _) in answers {
                    assert!([0, -1, -2].contains(&status), "{status} {json}");
                }
            }
        }
    }

    #[test]
    fn questions_need_no_engine_and_credentials_are_taken_and_taken_away() {
        let question = br#"{"code": "S017"}"#;
        let mut input = framed(&json!({"call": "call", "name": "explain"}), &[question]);
        input.extend(framed(&json!({"call": "call", "name": "nothing"}), &[question]));
        input.extend(framed(&json!({"call": "new"}), &[SETTINGS]));
        let three: [&[u8]; 3] = [b"PSCPRV80A01X999I", b"segreta", b"1234567890"];
        input.extend(framed(&json!({"call": "set_credentials", "engine": 1}), &three));
        input.extend(framed(&json!({"call": "set_credentials", "engine": 1}), &[]));
        let blank: [&[u8]; 3] = [b"PSCPRV80A01X999I", b"", b"1234567890"];
        input.extend(framed(&json!({"call": "set_credentials", "engine": 1}), &blank));
        let (answers, _) = conversation(input);
        assert_eq!(answers[0].1["kind"], "already_present");
        assert_eq!(answers[1].0, -1);
        assert_eq!((answers[3].0, answers[4].0), (0, 0));
        assert_eq!((answers[5].0, &answers[5].1["path"]), (-2, &json!("/password")));
    }
}
