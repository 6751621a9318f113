//! The same inputs and the same chance give the same bytes: what leaves, byte for byte.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use sts_core::preview::{PreviewChannel, preview};
use sts_tests::site::Seeded;
use sts_tests::{fixtures, stage};

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The documents of a morning: a session, one without the patient's code, and a refund.
fn documents() -> Vec<(String, sts_core::domain::DocumentoSpesa<sts_core::domain::CodiceFiscale>)> {
    let session = stage::invoice_with("1", |_| ());
    let opposed = stage::invoice_with("2", |json| {
        json["cessionarioCommittente"]["flagOpposizione"] = "1".into();
        json["pagamenti"][0]["modalitaPagamento"] = "MP01".into();
    });
    let refund = stage::invoice_with("3", |json| {
        json["tipoDocumento"] = "TD04".into();
        json["fatturaCollegata"] =
            serde_json::json!({ "dataEmissione": "2026-11-20", "numDocumento": "1" });
    });
    let now = stage::morning("2026-11-23");
    let documento = |input| {
        let judgement = stage::settings().judge(&input, now);
        judgement.documento.unwrap_or_else(|| panic!("{:?}", judgement.reasons))
    };
    [("1", session), ("2", opposed), ("3", refund)]
        .map(|(id, input)| (id.to_owned(), documento(input)))
        .to_vec()
}

#[test]
fn what_leaves_is_the_same_byte_for_byte() {
    let settings = stage::settings();
    let mut digests = String::from("# SHA-256 of each request's body, and of what it carries\n");
    for channel in [PreviewChannel::Sync, PreviewChannel::File { group: 25 }] {
        let requests = preview(&settings, None, documents(), channel, &mut Seeded(7)).unwrap();
        for (n, leaving) in requests.iter().enumerate() {
            let name = format!("{}-{}", n + 1, leaving.request.operation.name());
            let readable = match leaving.contents.iter().find(|(name, _)| name.ends_with(".xml")) {
                Some((_, xml)) => xml,
                None => &leaving.request.body,
            };
            let text = String::from_utf8(readable.clone()).unwrap();
            fixtures::assert_generated(&fixtures::path(&format!("golden/{name}.xml")), &text);
            writeln!(digests, "{}  {name}", sha256(&leaving.request.body)).unwrap();
            for (inner, bytes) in &leaving.contents {
                writeln!(digests, "{}  {name}/{inner}", sha256(bytes)).unwrap();
            }
        }
    }
    fixtures::assert_generated(&fixtures::path("golden/digests.txt"), &digests);
}
