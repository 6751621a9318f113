//! Any bytes, no panic, no unbounded answer; any order of operations, the archive a small model predicts.

#[expect(dead_code, reason = "shared with the unit tests, which use the rest")]
#[path = "../src/testing/mod.rs"]
mod testing;

use proptest::prelude::*;
use sts_simulator::*;
use testing::{Bench, Doc};

/// One good request of every operation.
fn good() -> (Bench, Vec<HttpRequest>) {
    let mut bench = Bench::new("2026-03-10");
    let doc = Doc::new("1");
    let document = bench.sync_document(&doc, "idInserimentoDocumentoFiscale");
    let payload = bench.sync_payload("inserimento", &document);
    let mut requests = vec![bench.request(Operation::Inserimento, &payload)];
    let xml = bench.file_xml(&[("I", &Doc::new("2"), None), ("C", &doc, None)]);
    let zip = zip_of("prova.xml", xml.as_bytes());
    requests.push(bench.inline_request("prova.zip", &zip));
    let mut multipart = requests[1].clone();
    let text = String::from_utf8(multipart.body).unwrap();
    let start = text.find("<documento>").unwrap();
    let root = format!(
        "{}<documento><i:Include xmlns:i=\"http://www.w3.org/2004/08/xop/include\" \
         href=\"cid:a\"/></documento></e:inviaFileMtom></s:Body></s:Envelope>",
        &text[..start]
    );
    multipart.body =
        format!("--b\r\nContent-ID: <r>\r\n\r\n{root}\r\n--b\r\nContent-ID: <a>\r\n\r\n")
            .into_bytes();
    multipart.body.extend(zip);
    multipart.body.extend(b"\r\n--b--");
    for (name, value) in &mut multipart.headers {
        if name == "Content-Type" {
            *value = "multipart/related; start=\"<r>\"; boundary=b".into();
        }
    }
    requests.push(multipart);
    (bench, requests)
}

fn damage(bytes: &mut Vec<u8>, at: prop::sample::Index, kind: u8, junk: &[u8]) {
    let at = at.index(bytes.len() + 1);
    match kind % 4 {
        0 => bytes.truncate(at),
        1 => drop(bytes.splice(at..at, junk.iter().copied())),
        2 => drop(bytes.splice(at..(at + junk.len()).min(bytes.len()), junk.iter().copied())),
        _ => drop(bytes.drain(at..(at + junk.len()).min(bytes.len()))),
    }
}

#[test]
fn the_undamaged_requests_are_good() {
    let (mut bench, requests) = good();
    for request in requests {
        let reaction = bench.world.handle(bench.now_ms, &request);
        let text = reaction.answer().unwrap().text();
        assert!(text.contains("<esitoChiamata>0<") || text.contains(">000<"), "{text}");
    }
    bench.now_ms += 3_600_000;
    bench.world.advance(bench.now_ms);
    assert_eq!(bench.world.documents().len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn damaged_requests_are_answered(
        which in 0usize..3,
        damages in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)),
            1..4,
        ),
    ) {
        let (mut bench, mut requests) = good();
        let mut request = requests.swap_remove(which);
        for (at, kind, junk) in damages {
            damage(&mut request.body, at, kind, &junk);
        }
        let reaction = bench.world.handle(bench.now_ms, &request);
        prop_assert!(reaction.answer().is_some_and(|answer| answer.body.len() < 100_000));
        bench.world.advance(bench.now_ms + 3_600_000);
    }

    #[test]
    fn damaged_files_are_processed_or_discarded(
        damages in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)),
            1..4,
        ),
        inside in any::<bool>(),
    ) {
        let mut bench = Bench::new("2026-03-10");
        let mut xml = bench.file_xml(&[("I", &Doc::new("1"), None)]).into_bytes();
        let mut zip = zip_of("prova.xml", &xml);
        for (at, kind, junk) in damages {
            damage(if inside { &mut xml } else { &mut zip }, at, kind, &junk);
        }
        if inside {
            zip = zip_of("prova.xml", &xml);
        }
        bench.send_zip("prova.zip", &zip);
        bench.world.advance(bench.now_ms + 3_600_000);
        prop_assert!(bench.world.documents().len() <= 1);
    }

    #[test]
    fn random_requests_are_answered(
        method in "[A-Z]{0,7}",
        path in ".{0,40}",
        content_type in ".{0,60}",
        authorization in ".{0,60}",
        body in prop::collection::vec(any::<u8>(), 0..400),
        now_ms in any::<i64>(),
        known_path in any::<bool>(),
    ) {
        let mut bench = Bench::new("2026-03-10");
        let path = if known_path { "/EsitoStatoInviiWEB/DettaglioErrori730Service".into() } else { path };
        let headers = [("Content-Type", content_type.as_str()), ("Authorization", &authorization)];
        let mut request = HttpRequest::post(&path, &headers, &body);
        if !known_path {
            request.method = method;
        }
        prop_assert!(bench.world.handle(now_ms, &request).answer().is_some());
    }

    #[test]
    fn any_text_in_a_field_is_answered(text in "\\PC{0,60}", element in 0usize..12) {
        let names = ["pIva", "dataEmissione", "dispositivo", "numDocumento", "dataPagamento",
            "cfCittadino", "tipoSpesa", "importo", "naturaIVA", "tipoDocumento", "pincode",
            "cfProprietario"];
        let (mut bench, mut requests) = good();
        let mut request = requests.swap_remove(0);
        let body = String::from_utf8(request.body).unwrap();
        let tag = format!("<{}>", names[element]);
        let start = body.find(&tag).unwrap() + tag.len();
        let end = start + body[start..].find("</").unwrap();
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        request.body = format!("{}{text}{}", &body[..start], &body[end..]).into_bytes();
        let reaction = bench.world.handle(bench.now_ms, &request);
        prop_assert!(reaction.answer().is_some());
    }
}

/// What the model knows of one key.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    Absent,
    Live { refund_of: Option<usize> },
    Cancelled,
}

/// The archive in a few lines: which operations it accepts, and what they change.
struct Model([Known; 4]);

impl Model {
    fn live(&self, i: usize) -> bool {
        matches!(self.0[i], Known::Live { .. })
    }

    fn has_refund(&self, i: usize) -> bool {
        self.0.contains(&Known::Live { refund_of: Some(i) })
    }

    /// Whether the operation is accepted; the model changes if it is.
    fn accepts(&mut self, operation: Operation, i: usize, original: usize) -> bool {
        let (accepted, after) = match operation {
            Operation::Inserimento => (!self.live(i), Known::Live { refund_of: None }),
            Operation::Variazione => (self.live(i) && !self.has_refund(i), self.0[i]),
            Operation::Rimborso => (
                !self.live(i)
                    && i != original
                    && self.0[original] == Known::Live { refund_of: None },
                Known::Live { refund_of: Some(original) },
            ),
            _ => (self.live(i) && !self.has_refund(i), Known::Cancelled),
        };
        if accepted {
            self.0[i] = after;
        }
        accepted
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn the_archive_does_what_the_model_predicts(
        steps in prop::collection::vec((0usize..4, 0usize..4, 0usize..4), 1..25),
    ) {
        let mut bench = Bench::new("2026-03-10");
        let docs: Vec<Doc> = (0..4).map(|i| Doc::new(&format!("D{i}"))).collect();
        let mut model = Model([Known::Absent; 4]);
        for (op, i, original) in steps {
            let operation = Operation::ALL[op];
            let answer = match operation {
                Operation::Inserimento => bench.insert(&docs[i]),
                Operation::Variazione => bench.vary(&docs[i]),
                Operation::Rimborso => bench.refund(&docs[original], &docs[i]),
                _ => bench.cancel(&docs[i]),
            };
            let accepted = answer.field("esitoChiamata") != "1";
            let expected = model.accepts(operation, i, original);
            prop_assert_eq!(accepted, expected, "{:?} {} {}: {}", operation, i, original, answer.text);
        }
        for (i, doc) in docs.iter().enumerate() {
            let Some(view) = bench.world.document(&doc.key()) else {
                prop_assert!(model.0[i] == Known::Absent);
                continue;
            };
            prop_assert_eq!(!view.cancelled, model.live(i));
            let begun = view.history.iter().filter(|entry| {
                matches!(entry.operation, Operation::Inserimento | Operation::Rimborso)
            });
            prop_assert_eq!(view.times_inserted as usize, begun.count());
            if view.refund_of.is_none() {
                let refunds = (0..4).filter(|&j| model.0[j] == Known::Live { refund_of: Some(i) });
                let cents = view.refunded_cents.get("SP").copied().unwrap_or(0);
                prop_assert_eq!(cents, refunds.count() as u64 * 9000);
            }
        }
    }
}
