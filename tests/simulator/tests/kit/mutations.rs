//! Thousands of requests and files, each with one thing changed: the simulator refuses exactly
//! those that the official schemas refuse.

use super::testing::{Bench, Doc};
use super::{Sample, kit, samples, schema, verdicts};
use sts_simulator::*;

const FILE_SCHEMA: &str = "WS_AsincronoInvioDati730/schemaFileAllegatoInvio/730_precompilata.xsd";

/// A small generator of chance, so that a failure repeats.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

/// The document with one thing changed: an element removed, doubled, moved, renamed or given
/// another text.
fn mutated(xml: &str, chance: &mut Chance) -> String {
    let document = roxmltree::Document::parse(xml).unwrap();
    let elements: Vec<_> =
        document.root_element().descendants().filter(|n| n.is_element()).skip(1).collect();
    let node = elements[chance.below(elements.len())];
    let range = node.range();
    let source = &xml[range.clone()];
    let texts = [
        "",
        "x",
        "0",
        "1",
        "001",
        "1000",
        "-1",
        "2",
        "SI",
        "F",
        "Z",
        "N4",
        "22.00",
        "100.01",
        "1.5",
        "10.00",
        "123456.00",
        "0.00",
        "NaN",
        "1e3",
        "2013-12-31",
        "2014-01-01",
        "2015-01-01",
        "2026-02-30",
        "2026-03-10",
        "2026-03-10Z",
        "01201200121",
        "0120120012",
        " 1 ",
        "A/B-c_d.e\\f",
        "123456789012345678901",
        "\u{e0}",
        "010",
        "01A",
        "202612",
        "ABCDE",
        "ABCDEF",
        "ABCDEFG",
        "AA=",
    ];
    let replaced = match chance.below(6) {
        0 => String::new(),
        1 => format!("{source}{source}"),
        2 => source.replace(node.tag_name().name(), "altro"),
        3 => format!("{source}<altro/>"),
        _ if node.children().any(|c| c.is_element()) => {
            let other = elements[chance.below(elements.len())].range();
            format!("{source}{}", &xml[other])
        }
        _ => {
            let text = texts[chance.below(texts.len())];
            let open = source.find('>').unwrap() + 1;
            match source.rfind("</") {
                Some(close) if close >= open => {
                    format!("{}{text}{}", &source[..open], &source[close..])
                }
                _ => source.to_owned(),
            }
        }
    };
    format!("{}{replaced}{}", &xml[..range.start], &xml[range.end..])
}

#[test]
fn the_simulator_refuses_exactly_what_the_official_schemas_refuse() {
    let Some(kit) = kit() else { return };
    let (world, samples) = samples(&kit);
    let mut chance = Chance(7);
    let mut both = [0, 0];
    let now_ms = instant("2020-12-28T12:00:00").unwrap();
    for operation in Operation::ALL {
        let originals: Vec<&Sample> = samples.iter().filter(|s| s.operation == operation).collect();
        let mutants: Vec<(String, &Sample)> = (0..300)
            .map(|_| {
                let sample = originals[chance.below(originals.len())];
                (mutated(&sample.payload, &mut chance), sample)
            })
            .collect();
        let texts: Vec<String> = mutants.iter().map(|(text, _)| text.clone()).collect();
        let judged = verdicts(&schema(&kit, operation), &texts);
        for ((text, sample), (valid, said)) in mutants.iter().zip(judged) {
            let mut request = sample.request.clone();
            request.body = format!(
                "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{text}\
                 </s:Body></s:Envelope>"
            )
            .into_bytes();
            let reaction = world.clone().handle(now_ms, &request);
            let answer = reaction.answer().unwrap().text();
            let accepted = !answer.contains("<faultstring>");
            // libxml2 lets characters through that are not base64; Xerces does not, nor do we.
            if answer.contains("of element documento is not valid") {
                continue;
            }
            assert_eq!(accepted, valid, "{operation:?}: {said}\n{answer}\n{text}");
            both[usize::from(valid)] += 1;
        }
    }
    assert!(both[0] > 500 && both[1] > 200, "too one-sided to mean anything: {both:?}");
}

#[test]
fn the_simulator_discards_exactly_the_files_the_official_schema_refuses() {
    let Some(kit) = kit() else { return };
    let mut bench = Bench::new("2026-03-10");
    let (one, refund) = (Doc::new("1"), Doc::new("R"));
    let early = Doc::new("2").with(|d| d.anticipato = true).costs("AA", "1.00");
    let xml = bench.file_xml(&[("I", &one, None), ("R", &refund, Some(&one)), ("V", &early, None)]);
    let mut chance = Chance(11);
    let mutants: Vec<String> = (0..1000).map(|_| mutated(&xml, &mut chance)).collect();
    let schema = kit.join("kit730P_ver_20201218/TracciatiWS").join(FILE_SCHEMA);
    let mut both = [0, 0];
    for (text, (valid, said)) in mutants.iter().zip(verdicts(&schema, &mutants)) {
        let mut bench = bench.clone();
        bench.send_zip("prova.zip", &zip_of("prova.xml", text.as_bytes()));
        bench.now_ms += 3_600_000;
        bench.world.advance(bench.now_ms);
        let transmission = bench.world.transmissions(bench.now_ms).remove(0);
        let why = transmission.discarded_because.unwrap_or_default();
        assert_eq!(!why.starts_with("cvc-"), valid, "{said}\n{why}\n{text}");
        both[usize::from(valid)] += 1;
    }
    assert!(both[0] > 200 && both[1] > 100, "too one-sided to mean anything: {both:?}");
}
