//! Whatever the core can build is valid by the official schema of its service.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use sts_core::domain::{Cifrato, CodiceFiscale, Strictness};
use sts_core::secret::Secret;
use sts_core::wire::endpoint::Operation;
use sts_core::wire::esito_invii::{Ricerca, esito_invii};
use sts_core::wire::file::{Attachment, invia_file};
use sts_core::wire::precompilata::{FileWriter, FlagOperazione};
use sts_core::wire::report_mensile::{TipoEstrazione, report_mensile};
use sts_core::wire::request::{Body, FileSender};
use sts_core::wire::{
    BuildError, Pincode, Sender, dettaglio_errori, dettaglio_segnalazione, interrogazione_puntuale,
    report_segnalazioni, ricevuta_pdf, sync, zip,
};
use sts_tests::fixtures;

use super::canonical::payload;
use super::generate::{
    data, documento, id_spesa, opzionali, proprietario, proprietario_cifrato, sample,
};

const COUNT: usize = 120;

/// The schema of an operation's request.
fn schema(operation: Operation) -> &'static str {
    match operation {
        Operation::Inserimento
        | Operation::Variazione
        | Operation::Rimborso
        | Operation::Cancellazione => "WS_SincronoSingoloDato730/DocumentoSpesa730pSchema.xsd",
        Operation::InviaFile => {
            "WS_AsincronoInvioDati730/InvioTelematicoSpeseSanitarie730p_schema1.xsd"
        }
        Operation::RicevutaPdf => "WS_Ricevute/RicevutoPDF/RicevutaPdf730Service_schema.xsd",
        Operation::DettaglioErrori => {
            "WS_Ricevute/DettaglioErrori-CSV/DettaglioErrori730Service_schema.xsd"
        }
        Operation::EsitoInvii => "WS_Ricevute/EsitoInvio/EsitoInvioDatiSpesa730Service_schema.xsd",
        Operation::InterrogazionePuntuale => {
            "WS_Interrogazioni/InterrogazionePuntuale730Service_schema.xsd"
        }
        Operation::ReportMensile => "WS_Interrogazioni/ReportMensile730Service_schema.xsd",
        Operation::DettaglioSegnalazione => {
            "WS_Segnalazioni_Cittadino/DettaglioSegnalazione730Service_schema.xsd"
        }
        Operation::ReportSegnalazioni => {
            "WS_Segnalazioni_Cittadino/ReportSegnalazioni730Service_schema.xsd"
        }
    }
}

/// Documents by the schema that judges them, checked with one call of xmllint for each schema.
#[derive(Default)]
struct Batch(BTreeMap<&'static str, Vec<String>>);

impl Batch {
    fn request(&mut self, body: &Body) {
        let text = std::str::from_utf8(body.bytes()).expect("UTF-8");
        let document = roxmltree::Document::parse(text).expect("well-formed");
        let payload = payload(&document);
        let payload = &text[payload.range()];
        self.0.entry(schema(body.operation())).or_default().push(payload.to_owned());
    }

    /// How many documents were found valid.
    fn judge(self, kit: &Path) -> usize {
        let mut valid = 0;
        for (schema, documents) in self.0 {
            let folder = tempfile::tempdir().expect("a folder");
            let mut xmllint = Command::new("xmllint");
            let path = super::edition(kit).join("TracciatiWS").join(schema);
            xmllint.args(["--noout", "--nonet", "--schema"]).arg(path);
            for (number, document) in documents.iter().enumerate() {
                let file = folder.path().join(format!("{number}.xml"));
                std::fs::write(&file, document).expect("written");
                xmllint.arg(file);
            }
            let output = xmllint.output().expect("xmllint of libxml2-utils; tests/run installs it");
            let said = String::from_utf8_lossy(&output.stderr);
            let wrong: Vec<_> = said.lines().filter(|l| !l.ends_with(" validates")).collect();
            assert!(wrong.is_empty(), "{schema}: {:#?}", &wrong[..wrong.len().min(6)]);
            assert!(output.status.success());
            assert_eq!(said.lines().count(), documents.len());
            valid += documents.len();
        }
        valid
    }
}

fn pincode() -> impl Strategy<Value = Pincode> {
    let cifrato = prop::collection::vec(any::<u8>(), 128)
        .prop_map(|b| Pincode::Cifrato(Cifrato::from_bytes(&b).expect("128")));
    let chiaro = "[0-9A-F]{8}".prop_map(|pin| Pincode::Chiaro(Secret::new(pin)));
    prop_oneof![cifrato, chiaro]
}

#[test]
fn every_request_the_core_can_build_is_valid() {
    let Some(kit) = fixtures::kit("schemas of the requests") else {
        return;
    };
    let mut batch = Batch::default();
    let worlds = (
        (pincode(), proprietario_cifrato(), opzionali()),
        (documento(), id_spesa()),
        (data(), data()),
        (1000u16..=9999, 1u8..=12),
        "[0-9]{17}",
    );
    let mut without_tax_code = 0;
    for ((pincode, proprietario, opzionali), (documento, id), (a, b), month, protocollo) in
        sample(&worlds, COUNT)
    {
        let sender =
            Sender { pincode: &pincode, proprietario: &proprietario, opzionali: &opzionali };
        let (from, to) = (a.min(b), a.max(b));
        let mut bodies = vec![
            sync::inserimento(&sender, &documento),
            sync::variazione(&sender, &documento),
            sync::cancellazione(&sender, &id),
            interrogazione_puntuale::interrogazione_puntuale(&sender, &id),
            report_mensile(&sender, month, TipoEstrazione::Invio).expect("a month"),
            report_mensile(&sender, month, TipoEstrazione::Pagamento).expect("a month"),
        ];
        match sync::rimborso(&sender, &documento) {
            Ok(body) => bodies.push(body),
            Err(error) => {
                assert_eq!(error, BuildError::IdRimborsoMissing);
                assert!(documento.id_rimborso.is_none());
            }
        }
        let reports = [
            dettaglio_segnalazione::dettaglio_segnalazione(&sender, &id),
            report_segnalazioni::report_segnalazioni(&sender, from, to),
        ];
        for report in reports {
            match report {
                Ok(body) => bodies.push(body),
                Err(error) => {
                    assert_eq!(error, BuildError::CfProprietarioMissing);
                    without_tax_code += 1;
                }
            }
        }
        let by_number = Ricerca::Protocollo(&protocollo);
        let by_dates = Ricerca::Periodo(from, to);
        let receipts = [
            ricevuta_pdf::ricevuta_pdf(&pincode, &opzionali, &protocollo),
            dettaglio_errori::dettaglio_errori(&pincode, &opzionali, &protocollo),
            esito_invii(&pincode, &opzionali, by_number),
            esito_invii(&pincode, &opzionali, by_dates),
        ];
        bodies.extend(receipts.map(|body| body.expect("a protocol number and a period")));
        bodies.iter().for_each(|body| batch.request(body));
    }
    assert!(without_tax_code > 0, "owners without tax code occur");
    assert!(batch.judge(&kit) > 11 * COUNT);
}

#[test]
fn every_envelope_of_a_file_is_valid() {
    let Some(kit) = fixtures::kit("schema of the file's envelope") else {
        return;
    };
    let cf =
        "[A-Z0-9]{16}".prop_map(|cf| CodiceFiscale::parse(&cf, Strictness::Kit).expect("form"));
    let owner = proprietario(cf.boxed());
    let name = "[a-z0-9][A-Za-z0-9_.-]{1,55}\\.zip";
    let mut batch = Batch::default();
    for (pincode, proprietario, opzionali, name) in
        sample(&(pincode(), owner, opzionali(), name), COUNT)
    {
        let sender =
            FileSender { pincode: &pincode, proprietario: &proprietario, opzionali: &opzionali };
        let body = invia_file(&sender, &name, b"PK\x03\x04", Attachment::Inline);
        batch.request(&body.expect("a name and a file"));
    }
    assert_eq!(batch.judge(&kit), COUNT);
}

#[test]
fn every_attached_file_is_valid() {
    let Some(kit) = fixtures::kit("schema of the attached file") else {
        return;
    };
    let schema = "WS_AsincronoInvioDati730/schemaFileAllegatoInvio/730_precompilata.xsd";
    let mut batch = Batch::default();
    let flags = [
        FlagOperazione::Inserimento,
        FlagOperazione::Variazione,
        FlagOperazione::Rimborso,
        FlagOperazione::Cancellazione,
    ];
    let worlds = (
        proprietario_cifrato(),
        opzionali(),
        prop::collection::vec((documento(), 0usize..4), 1..12),
    );
    for (proprietario, opzionali, documents) in sample(&worlds, COUNT) {
        let mut writer = FileWriter::new("sts", &proprietario, &opzionali, 5).expect("a stem");
        let mut files = Vec::new();
        let mut written = 0;
        for (documento, flag) in documents {
            match writer.push(flags[flag], &documento) {
                Ok(full) => files.extend(full),
                Err(error) => {
                    assert_eq!(error, BuildError::IdRimborsoMissing);
                    continue;
                }
            }
            written += 1;
        }
        files.extend(writer.finish());
        assert_eq!(files.iter().map(|f| f.documents).sum::<usize>(), written);
        for file in files {
            let entries = zip::read(&file.zip).expect("an archive");
            assert_eq!(entries.len(), 1);
            let xml = String::from_utf8(entries[0].bytes.clone()).expect("UTF-8");
            batch.0.entry(schema).or_default().push(xml);
        }
    }
    assert!(batch.judge(&kit) > COUNT);
}
