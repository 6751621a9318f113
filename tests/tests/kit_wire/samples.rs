//! The sample requests and files of the kit, taken apart for their values and built again by the
//! core, compare equal.

use std::fs;

use roxmltree::{Document, Node};
use sts_core::domain::{
    Aliquota, Cifrato, CodiceAsl, CodiceFiscale, CodiceRegione, CodiceSsa, Data, Dispositivo,
    DocumentoSpesa, FlagOpposizione, FlagPagamentoAnticipato, FlagTipoSpesa, IdSpesa, Importo, Iva,
    Natura, NumDocumento, PagamentoTracciato, PartitaIva, Proprietario, Strictness, TipoDocumento,
    TipoSpesa, VoceSpesa,
};
use sts_core::secret::Secret;
use sts_core::wire::esito_invii::{Ricerca, esito_invii};
use sts_core::wire::file::{Attachment, invia_file};
use sts_core::wire::precompilata::{FileWriter, FlagOperazione};
use sts_core::wire::report_mensile::{TipoEstrazione, report_mensile};
use sts_core::wire::request::{Body, FileSender};
use sts_core::wire::{
    Opzionali, Pincode, Sender, dettaglio_errori, dettaglio_segnalazione, interrogazione_puntuale,
    report_segnalazioni, ricevuta_pdf, sync, zip,
};
use sts_tests::fixtures;

use super::canonical::{canonical, payload};
use super::{edition, files};

#[test]
fn every_sample_request_is_built_again() {
    let Some(kit) = fixtures::kit("sample requests") else {
        return;
    };
    let mut built = std::collections::BTreeSet::new();
    for path in files(&kit.join("soapui_requests_20201218"), ".xml") {
        let text = fs::read_to_string(&path).expect("UTF-8");
        let sample = Document::parse(&text).expect("well-formed");
        let sample = payload(&sample);
        let body = build(sample);
        let ours = std::str::from_utf8(body.bytes()).expect("UTF-8");
        let ours = Document::parse(ours).expect("well-formed");
        assert_eq!(canonical(payload(&ours)), canonical(sample), "{}", path.display());
        built.insert(body.operation());
    }
    assert_eq!(built.len(), 12, "all operations occur among the samples");
}

#[test]
fn every_sample_file_is_built_again() {
    let Some(kit) = fixtures::kit("sample files") else {
        return;
    };
    let folder = edition(&kit).join("TracciatiWS/EsempiFileXmlInvioAsincrono");
    for path in files(&folder, ".xml") {
        let text = fs::read_to_string(&path).expect("UTF-8");
        let sample = Document::parse(&text).expect("well-formed");
        let root = sample.root_element();
        let owner = proprietario(child(root, "proprietario"), cifrato);
        let mut writer =
            FileWriter::new("sts", &owner, &opzionali(root), usize::MAX).expect("a stem");
        for node in all(root, "documentoSpesa") {
            let flag = match text_of(node, "flagOperazione") {
                "I" => FlagOperazione::Inserimento,
                "V" => FlagOperazione::Variazione,
                "R" => FlagOperazione::Rimborso,
                "C" => FlagOperazione::Cancellazione,
                other => panic!("{other}"),
            };
            let mut documento = documento(node);
            documento.id_rimborso = optional(node, "idRimborso").map(id_spesa);
            assert_eq!(writer.push(flag, &documento), Ok(None));
        }
        let file = writer.finish().expect("documents");
        let entries = zip::read(&file.zip).expect("an archive");
        let ours = String::from_utf8(entries[0].bytes.clone()).expect("UTF-8");
        let ours = Document::parse(&ours).expect("well-formed");
        assert_eq!(canonical(ours.root_element()), canonical(root), "{}", path.display());
    }
}

#[test]
fn the_multipart_message_has_the_parts_of_the_sample() {
    let Some(kit) = fixtures::kit("sample of a multipart message") else {
        return;
    };
    let sample = fs::read(kit.join("samples/mtom_request_SYNTHESISED.http.bin")).expect("read");
    let text = String::from_utf8_lossy(&sample);
    let start = text.find("<soapenv:Envelope").expect("an envelope");
    let end = text.find("</soapenv:Envelope>").expect("its end") + "</soapenv:Envelope>".len();
    let envelope = Document::parse(&text[start..end]).expect("well-formed");
    let sample = payload(&envelope);

    let pincode = pincode(text_of(sample, "pincodeInvianteCifrato"));
    let owner = proprietario(child(sample, "datiProprietario"), codice_fiscale);
    let sender =
        FileSender { pincode: &pincode, proprietario: &owner, opzionali: &opzionali(sample) };
    let name = text_of(sample, "nomeFileAllegato");
    let body = invia_file(&sender, name, b"PK\x03\x04", Attachment::Mtom).expect("a file");
    let content_type = body.content_type();
    let boundary = content_type.split("boundary=\"").nth(1).expect("a boundary");
    let boundary = boundary.trim_end_matches('"');
    for mark in ["multipart/related", "type=\"application/xop+xml\"", "start-info=\"text/xml\""] {
        assert!(content_type.contains(mark), "{content_type}");
    }
    let ours = String::from_utf8_lossy(body.bytes()).into_owned();
    let parts: Vec<_> = ours.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 4, "nothing, envelope, attachment, end");
    assert!(parts[2].contains(&format!("Content-ID: <{name}>\r\n")));
    assert!(parts[2].ends_with("\r\n\r\nPK\u{3}\u{4}\r\n"));
    let envelope = parts[1].split("\r\n\r\n").nth(1).expect("after the headers");
    let envelope = Document::parse(envelope.trim()).expect("well-formed");
    assert_eq!(canonical(payload(&envelope)), canonical(sample));
    let include = child(payload(&envelope), "documento").first_element_child().expect("Include");
    let sample = child(sample, "documento").first_element_child().expect("Include");
    assert_eq!(include.tag_name(), sample.tag_name());
    assert_eq!(include.attribute("href"), sample.attribute("href"));
}

/// Builds the operation whose payload this is, from its values.
fn build(node: Node<'_, '_>) -> Body {
    let name = node.tag_name().name();
    let options = opzionali(optional(node, "DatiInputRichiesta").unwrap_or(node));
    if name == "inviaFileMtom" {
        let pincode = pincode(text_of(node, "pincodeInvianteCifrato"));
        let owner = proprietario(child(node, "datiProprietario"), codice_fiscale);
        let sender = FileSender { pincode: &pincode, proprietario: &owner, opzionali: &options };
        let file = text_of(node, "nomeFileAllegato");
        return invia_file(&sender, file, b"PK\x03\x04", Attachment::Inline).expect("a file");
    }
    if let Some(question) = optional(node, "DatiInputRichiesta") {
        let pincode = pincode(text_of(question, "pinCode"));
        let number = text_of(question, "protocollo");
        let body = match name {
            "RicevutaPdf" => ricevuta_pdf::ricevuta_pdf(&pincode, &options, number),
            "DettaglioErrori" => dettaglio_errori::dettaglio_errori(&pincode, &options, number),
            "EsitoInvii" => esito_invii(&pincode, &options, Ricerca::Protocollo(number)),
            other => panic!("{other}"),
        };
        return body.expect("a protocol number");
    }
    let pincode = pincode(text_of(node, "pincode"));
    let owner = proprietario(child(node, "Proprietario"), cifrato);
    let sender = Sender { pincode: &pincode, proprietario: &owner, opzionali: &options };
    match name {
        "inserimentoDocumentoSpesaRequest" => {
            sync::inserimento(&sender, &documento(child(node, "idInserimentoDocumentoFiscale")))
        }
        "variazioneDocumentoSpesaRequest" => {
            sync::variazione(&sender, &documento(child(node, "idVariazioneDocumentoFiscale")))
        }
        "rimborsoDocumentoSpesaRequest" => {
            let mut refund = documento(child(node, "DocumentoSpesa"));
            refund.id_rimborso = Some(id_spesa(child(node, "idRimborsoDocumentoFiscale")));
            sync::rimborso(&sender, &refund).expect("an original")
        }
        "cancellazioneDocumentoSpesaRequest" => {
            sync::cancellazione(&sender, &id_spesa(child(node, "idCancellazioneDocumentoFiscale")))
        }
        "interrogazionePuntualeRequest" => {
            let id = id_spesa(child(node, "idDocumentoFiscale"));
            interrogazione_puntuale::interrogazione_puntuale(&sender, &id)
        }
        "reportMensileRequest" => {
            let month = text_of(node, "annoMese");
            let month = (month[..4].parse().expect("year"), month[4..].parse().expect("month"));
            let tipo = match text_of(node, "tipoEstrazione") {
                "I" => TipoEstrazione::Invio,
                "P" => TipoEstrazione::Pagamento,
                other => panic!("{other}"),
            };
            report_mensile(&sender, month, tipo).expect("a month")
        }
        "dettaglioSegnalazioneRequest" => {
            let id = id_spesa(child(node, "idDocumentoFiscale"));
            dettaglio_segnalazione::dettaglio_segnalazione(&sender, &id).expect("an owner")
        }
        "reportSegnalazioniRequest" => {
            let day = |name| Data::parse(text_of(node, name)).expect("a day");
            let (from, to) = (day("dataIniPeriodoSegnalazione"), day("dataFinPeriodoSegnalazione"));
            report_segnalazioni::report_segnalazioni(&sender, from, to).expect("a period")
        }
        other => panic!("{other}"),
    }
}

fn optional<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    all(node, name).next()
}

fn all<'a, 'i>(node: Node<'a, 'i>, name: &str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |c| c.tag_name().name() == name)
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Node<'a, 'i> {
    optional(node, name).unwrap_or_else(|| panic!("{name}"))
}

fn text_of<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    child(node, name).text().unwrap_or_default().trim()
}

fn cifrato(text: &str) -> Cifrato {
    Cifrato::parse(text).expect("a ciphertext")
}

fn codice_fiscale(text: &str) -> CodiceFiscale {
    CodiceFiscale::parse(text, Strictness::Kit).expect("a tax code")
}

fn pincode(text: &str) -> Pincode {
    match text.len() {
        172 => Pincode::Cifrato(cifrato(text)),
        _ => Pincode::Chiaro(Secret::new(text)),
    }
}

fn opzionali(node: Node<'_, '_>) -> Opzionali {
    let text = |name| optional(node, name).map(|n| n.text().unwrap_or_default().to_owned());
    let texts = ["opzionale1", "opzionale2", "opzionale3"].map(text);
    Opzionali::new(texts).expect("printable")
}

fn proprietario<C>(node: Node<'_, '_>, read: impl Fn(&str) -> C) -> Proprietario<C> {
    let cf = optional(node, "cfProprietario").map(|n| read(n.text().unwrap_or_default().trim()));
    if optional(node, "codiceRegione").is_none() {
        return Proprietario::Professionista { cf_proprietario: cf.expect("a tax code") };
    }
    Proprietario::Struttura {
        codice_regione: CodiceRegione::parse(text_of(node, "codiceRegione")).expect("form"),
        codice_asl: CodiceAsl::parse(text_of(node, "codiceAsl")).expect("form"),
        codice_ssa: CodiceSsa::parse(text_of(node, "codiceSSA")).expect("form"),
        cf_proprietario: cf,
    }
}

fn id_spesa(node: Node<'_, '_>) -> IdSpesa {
    let number = child(node, "numDocumentoFiscale");
    let dispositivo = text_of(number, "dispositivo").parse().expect("a number");
    IdSpesa {
        p_iva: PartitaIva::parse(text_of(node, "pIva"), Strictness::Kit).expect("form"),
        data_emissione: Data::parse(text_of(node, "dataEmissione")).expect("a day"),
        dispositivo: Dispositivo::new(dispositivo).expect("in range"),
        num_documento: NumDocumento::parse(text_of(number, "numDocumento")).expect("form"),
    }
}

fn documento(node: Node<'_, '_>) -> DocumentoSpesa<Cifrato> {
    let word = |name| optional(node, name).map(|n| n.text().unwrap_or_default().trim());
    DocumentoSpesa {
        id_spesa: id_spesa(child(node, "idSpesa")),
        id_rimborso: None,
        data_pagamento: Data::parse(text_of(node, "dataPagamento")).expect("a day"),
        flag_pagamento_anticipato: match word("flagPagamentoAnticipato") {
            Some(_) => FlagPagamentoAnticipato::Presente,
            None => FlagPagamentoAnticipato::Assente,
        },
        cf_cittadino: word("cfCittadino").map(cifrato),
        voci_spesa: all(node, "voceSpesa").map(voce).collect(),
        pagamento_tracciato: word("pagamentoTracciato")
            .map(|w| PagamentoTracciato::parse(w).expect("a word")),
        tipo_documento: word("tipoDocumento").map(|w| TipoDocumento::parse(w).expect("a word")),
        flag_opposizione: word("flagOpposizione")
            .map(|w| FlagOpposizione::parse(w).expect("a word")),
    }
}

fn voce(node: Node<'_, '_>) -> VoceSpesa {
    let word = |name| optional(node, name).map(|n| n.text().unwrap_or_default().trim());
    let rate = word("aliquotaIVA").map(|w| Iva::Aliquota(Aliquota::parse(w).expect("a rate")));
    let natura = word("naturaIVA").map(|w| Iva::Natura(Natura::parse(w).expect("a nature")));
    VoceSpesa {
        tipo_spesa: TipoSpesa::parse(text_of(node, "tipoSpesa")).expect("a code"),
        flag_tipo_spesa: word("flagTipoSpesa").map(|w| FlagTipoSpesa::parse(w).expect("a flag")),
        importo: Importo::parse(text_of(node, "importo")).expect("an amount"),
        iva: rate.or(natura),
    }
}
