//! The answers that were captured, read to their values.

use std::fs;
use std::path::Path;

use sts_core::domain::{Data, Importo};
use sts_core::wire::endpoint::Operation;
use sts_core::wire::esito_invii::{self, StatoInvio};
use sts_core::wire::{
    Esito, EsitoChiamata, WireError, csv, dettaglio_errori, file, interrogazione_puntuale, sync,
};
use sts_tests::fixtures;

fn capture(kit: &Path, name: &str) -> Vec<u8> {
    fs::read(kit.join("captured_responses").join(name)).expect("a capture")
}

fn envelope(payload: &str) -> Vec<u8> {
    format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>{payload}\
         </s:Body></s:Envelope>"
    )
    .into_bytes()
}

/// The leaves of a printout, `name = value`, as elements; groups are left out.
fn leaves(printout: &[u8]) -> String {
    let text = String::from_utf8_lossy(printout);
    text.lines()
        .filter_map(|line| line.split_once(" = ").or(line.split_once(" =")))
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, value)| {
            name.chars().all(char::is_alphanumeric)
                && !value.ends_with(['[', '{'])
                && *value != "None"
        })
        .filter(|(_, value)| !value.starts_with('('))
        .map(|(name, value)| format!("<{name}>{value}</{name}>"))
        .collect()
}

#[test]
fn single_documents() {
    let Some(kit) = fixtures::kit("captured answers about documents") else {
        return;
    };
    let refused = capture(&kit, "sync_inserimento_esito1_S017.xml");
    let refused = sync::parse(Operation::Inserimento, 200, &refused).unwrap();
    assert_eq!(refused.esito, EsitoChiamata::Negativo);
    assert_eq!(refused.protocollo, None);
    let [message] = &refused.messaggi[..] else { panic!("{refused:?}") };
    assert_eq!((message.codice.as_str(), message.tipo.as_str()), ("S017", "E"));
    assert_eq!(message.descrizione, "IDENTIFICATIVO DOCUMENTO FISCALE GIA' PRESENTE");

    let absent = capture(&kit, "interrogazione_esito1_WS96_not_found.xml");
    let absent = interrogazione_puntuale::parse(200, &absent).unwrap();
    assert_eq!(absent.esito, EsitoChiamata::Negativo);
    assert_eq!(absent.documento, None);
    assert_eq!(absent.messaggi[0].codice, "WS96");

    let cancelled = capture(&kit, "interrogazione_esito2_W010_cancelled.xml");
    let cancelled = interrogazione_puntuale::parse(200, &cancelled).unwrap();
    assert_eq!(cancelled.esito, EsitoChiamata::PositivoConAvvisi);
    let codes: Vec<_> = cancelled.messaggi.iter().map(|m| m.codice.as_str()).collect();
    assert_eq!(codes, ["0", "W010"]);
    let found = cancelled.documento.unwrap();
    assert_eq!(found.id.unwrap().num_documento.as_str(), "I133406");
    assert_eq!(found.data_pagamento, Data::parse("2026-09-21").ok());
    assert_eq!(found.totali[0].tipo_spesa, "SP");
    assert_eq!(found.totali[0].importo, Importo::parse("90.00").unwrap());
    assert_eq!(found.protocollo.as_deref(), Some("99260926001866687"));
    assert_eq!(found.nome_file.as_deref(), Some("SERVIZIO SINCRONO"));
    assert_eq!(found.tipo_invio.as_deref(), Some("V"));
}

#[test]
fn faults() {
    let Some(kit) = fixtures::kit("captured faults") else {
        return;
    };
    let refused = capture(&kit, "fault_auth.xml");
    let refused = sync::parse(Operation::Inserimento, 500, &refused).unwrap_err();
    assert_eq!(refused.code(), "AUTHENTICATION_REFUSED");

    let fragment =
        String::from_utf8(capture(&kit, "fault_schema_validation.fragment.txt")).unwrap();
    let schema = envelope(&format!(
        "<env:Fault xmlns:env='http://schemas.xmlsoap.org/soap/envelope/'>{fragment}</env:Fault>"
    ));
    match file::parse(500, &schema).unwrap_err() {
        WireError::Schema { text } => assert!(text.contains("pincodeInvianteCifrato"), "{text}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_and_receipts() {
    let Some(kit) = fixtures::kit("captured answers about files") else {
        return;
    };
    let printout = leaves(&capture(&kit, "async_inviaFileMtom_return_prod2016.txt"));
    let answer = envelope(&format!(
        "<r:inviaFileMtomResponse xmlns:r='http://ejb.invioTelematicoSS730p.sanita.finanze.it/'>\
         <return>{printout}</return></r:inviaFileMtomResponse>"
    ));
    let receipt = file::parse(200, &answer).unwrap();
    assert!(receipt.is_received());
    assert_eq!(receipt.protocollo.as_deref(), Some("16122522242096203"));
    assert_eq!(receipt.dimensione_file, Some(24_922));
    assert_eq!(receipt.data_accoglienza.as_deref(), Some("25-12-2016 22:24:20"));
    assert_eq!(receipt.id_errore, None);

    let printout = leaves(&capture(&kit, "esito_invii_stato5_prod2016.txt"));
    let (head, detail) = printout.split_at(printout.find("<protocollo>").expect("a detail"));
    let answer = envelope(&format!(
        "<r:EsitoInviiResponse xmlns:r='http://esitoinvio.p730.sanita.sogei.it/'>\
         <DatiOutputRichiesta>{head}<esitiPositivi><dettagliEsito>{detail}</dettagliEsito>\
         </esitiPositivi></DatiOutputRichiesta></r:EsitoInviiResponse>"
    ));
    let Esito::Positivo(states) = esito_invii::parse(200, &answer).unwrap() else {
        panic!("a state was found");
    };
    assert_eq!(states[0].stato, StatoInvio::ScartatoInElaborazione);
    assert!(states[0].stato.is_final());
    assert_eq!(states[0].giorno_invio(), Data::parse("2016-12-25").ok());
    assert_eq!((states[0].inviati, states[0].scartati), (0, 0));

    let printout = String::from_utf8(capture(&kit, "dettaglio_errori_WS37.txt")).unwrap();
    let quoted: Vec<_> = printout.split('"').collect();
    let (code, text) = (quoted[3], quoted[5]);
    let answer = envelope(&format!(
        "<r:DettaglioErroriResponse xmlns:r='http://dettaglioerrori.p730.sanita.sogei.it/'>\
         <DatiOutputRichiesta><esitoChiamata>{}</esitoChiamata><esitiNegativi>\
         <dettaglioEsitoNegativo><codice>{code}</codice><descrizione>{text}</descrizione>\
         </dettaglioEsitoNegativo></esitiNegativi></DatiOutputRichiesta>\
         </r:DettaglioErroriResponse>",
        quoted[1]
    ));
    let Esito::Negativo(reasons) = dettaglio_errori::parse(200, &answer).unwrap() else {
        panic!("the file was refused");
    };
    assert_eq!(reasons[0].codice, "WS37");
    assert_eq!(reasons[0].descrizione, "FILE SCARTATO, CONTROLLARE LA RICEVUTA PDF");
}

#[test]
fn csv_files() {
    let Some(kit) = fixtures::kit("captured CSV files") else {
        return;
    };
    let report = csv::report_mensile(&capture(&kit, "report_mensile_unzipped.csv")).unwrap();
    assert!(report.unreadable.is_empty());
    let [first, second] = &report.rows[..] else { panic!("{report:?}") };
    assert_eq!(first.id.num_documento.as_str(), "FT0001/2026");
    assert_eq!(first.totali[0].importo, Importo::parse("402.00").unwrap());
    assert!(first.totali_rimborsati.is_empty());
    assert_eq!(second.tipo_invio.as_deref(), Some("V"));
    assert_eq!(second.totali_rimborsati[0].importo, Importo::parse("5.50").unwrap());

    let file = fs::read(kit.join("samples/dettaglio_errori_prod2016_S011_REDACTED.csv")).unwrap();
    let errors = csv::dettaglio_errori(&file).unwrap();
    let lines = String::from_utf8_lossy(&file).lines().skip(1).filter(|l| !l.is_empty()).count();
    assert_eq!(errors.rows.len() + errors.unreadable.len(), lines);
    assert!(errors.rows.iter().all(|row| row.codice.starts_with(['S', 'W'])));
    assert_eq!(errors.rows[0].id.num_documento.as_str(), "2016/0035");
}
