//! No parser panics, hangs or breaks its limits, whatever it is fed.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sts_tests::fixtures;
use sts_tests::parsers::{self, PARSERS, Parser, run};

/// One way of damaging bytes.
#[derive(Clone, Debug)]
enum Damage {
    Cut(Index),
    Overwrite(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize, u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    let piece = prop_oneof![
        vec(any::<u8>(), 0..8),
        // What parsers stumble over.
        prop::sample::select(
            &[
                "<",
                ">",
                "&",
                "&#0;",
                "&x;",
                "<!DOCTYPE a>",
                "<![CDATA[",
                "]]>",
                "<!--",
                "\0",
                "\"",
                ";",
                "\r\n--b",
                "99999999999999999999",
                "-1",
                "1e308",
                "NaN",
                "\u{feff}",
                "PK\x03\x04",
            ][..]
        )
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop_oneof![
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Overwrite(at, byte)),
        (any::<Index>(), piece).prop_map(|(at, piece)| Damage::Insert(at, piece)),
        (any::<Index>(), 1usize..40).prop_map(|(at, length)| Damage::Remove(at, length)),
        (any::<Index>(), 1usize..60, 1u8..20)
            .prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        let length = bytes.len();
        let place = |at: &Index| at.index(length + 1);
        match damage {
            Damage::Cut(at) => bytes.truncate(place(at)),
            Damage::Overwrite(_, _) if length == 0 => {}
            Damage::Overwrite(at, byte) => bytes[at.index(length)] = *byte,
            Damage::Insert(at, piece) => {
                let at = place(at);
                bytes.splice(at..at, piece.iter().copied());
            }
            Damage::Remove(at, count) => {
                let at = place(at);
                bytes.drain(at..(at + count).min(length));
            }
            Damage::Repeat(at, count, times) => {
                let at = place(at);
                let piece = bytes[at..(at + count).min(length)].repeat(usize::from(*times));
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

fn cases(parser: &Parser, inputs: impl Strategy<Value = Vec<u8>>) {
    let config = ProptestConfig {
        cases: 300,
        // A failure names its input; nothing is written beside the sources.
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&inputs, |bytes| {
        (parser.run)(&bytes);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{}: {failure}", parser.name);
    }
}

#[test]
fn arbitrary_bytes_are_survived() {
    for parser in PARSERS {
        cases(parser, vec(any::<u8>(), 0..600));
    }
}

#[test]
fn damaged_answers_are_survived() {
    for parser in PARSERS {
        let seed = (parser.seed)();
        let inputs = vec(damage(), 1..6).prop_map(move |damages| damaged(seed.clone(), &damages));
        cases(parser, inputs);
    }
}

#[test]
fn every_seed_is_taken_as_it_is() {
    // A seed that is refused at once would test nothing beyond the first check.
    use sts_core::receipts::{Fetched, Receipts, errors};
    use sts_core::wire::{
        Esito, csv, dettaglio_errori, dettaglio_segnalazione, endpoint::Operation, esito_invii,
        file, interrogazione_puntuale, report_mensile, report_segnalazioni, ricevuta_pdf, sync,
        zip,
    };
    let seed = |name: &str| {
        let parser = PARSERS.iter().find(|parser| parser.name == name);
        (parser.expect("a parser").seed)()
    };
    sync::parse(Operation::Inserimento, 200, &seed("sync")).unwrap();
    file::parse(200, &seed("file")).unwrap();
    ricevuta_pdf::parse(200, &seed("ricevuta_pdf")).unwrap();
    dettaglio_errori::parse(200, &seed("dettaglio_errori")).unwrap();
    esito_invii::parse(200, &seed("esito_invii")).unwrap();
    interrogazione_puntuale::parse(200, &seed("interrogazione_puntuale")).unwrap();
    report_mensile::parse(200, &seed("report_mensile")).unwrap();
    report_segnalazioni::parse(200, &seed("report_segnalazioni")).unwrap();
    dettaglio_segnalazione::parse(200, &seed("dettaglio_segnalazione")).unwrap();
    assert_eq!(csv::dettaglio_errori(&seed("csv_errori")).unwrap().rows.len(), 1);
    assert_eq!(csv::report_mensile(&seed("csv_report")).unwrap().rows.len(), 1);
    assert_eq!(zip::read(&seed("zip")).unwrap().len(), 2);
    assert_eq!(errors(&seed("receipt_errors")).unwrap().rows.len(), 2);
    let pdf = Fetched::Answer(Esito::Positivo(seed("receipts")));
    assert_eq!(Receipts::new("1", None, pdf, Fetched::Lost).entries, ["1.pdf"]);
    assert!(parsers::engine::import(std::str::from_utf8(&seed("import")).unwrap()));
    assert!(sts_core::door::call("check", &seed("door")).is_ok());
    sts_core::Command::from_json(&seed("json")).unwrap();
}

#[test]
fn inputs_that_once_did_harm_do_none() {
    for entry in std::fs::read_dir(fixtures::path("crashers")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if name == "README" {
            continue;
        }
        // `parser-what_it_broke.bin`
        let parser = name.split('-').next().expect("a first part");
        run(parser, &std::fs::read(&path).expect("read"));
    }
}

#[test]
fn a_large_hostile_answer_is_refused_in_no_time() {
    let many = |piece: &str| format!("<a>{}</a>", piece.repeat((1 << 18) / piece.len()));
    let attributes: String = (0..12_000).map(|i| format!(" a{i}='x'")).collect();
    let namespaces: String = (0..12_000).map(|i| format!(" xmlns:a{i}='x'")).collect();
    for text in [
        many("<b/>"),
        many("<b>"),
        many("&lt;"),
        many("<!---->"),
        many("<b c='"),
        many("--b\r\n"),
        format!("<a{attributes}/>"),
        format!("<a{namespaces}/>"),
        "--b\r\n".repeat(1 << 18),
        ";".repeat(1 << 18),
        "\n".repeat(1 << 18),
    ] {
        for parser in PARSERS {
            let start = std::time::Instant::now();
            (parser.run)(text.as_bytes());
            let took = start.elapsed().as_secs();
            assert!(took < 20, "{} took {took} s", parser.name);
        }
    }
}
