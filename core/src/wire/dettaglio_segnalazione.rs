//! DettaglioSegnalazione: what a citizen reported about one document (PROTOCOL section 6.6).

use super::endpoint::Operation;
use super::parts::{
    EsitoChiamata, Messaggio, child_text, child_token, read_amount, read_date, read_id, write_id,
    write_opzionali, write_proprietario,
};
use super::request::{Body, BuildError, Sender};
use super::soap::{self, Answer, WireError};
use super::xml::Element;
use crate::domain::{Data, IdSpesa, Importo};
use crate::redact::server_text;

const NAMESPACE: &str = "http://dettagliosegnalazione.p730.sanita.finanze.it";
const NS: Option<&str> = Some(NAMESPACE);

/// Asks for the reports on one document.
pub fn dettaglio_segnalazione(sender: &Sender<'_>, id: &IdSpesa) -> Result<Body, BuildError> {
    if sender.proprietario.cf_proprietario().is_none() {
        return Err(BuildError::CfProprietarioMissing);
    }
    let bytes = soap::qualified("dettaglioSegnalazioneRequest", NAMESPACE, |xml| {
        xml.leaf("pincode", sender.pincode.as_str());
        write_proprietario(xml, "Proprietario", sender.proprietario);
        write_id(xml, "idDocumentoFiscale", id);
        write_opzionali(xml, sender.opzionali);
    });
    Ok(Body::soap(Operation::DettaglioSegnalazione, bytes))
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DettaglioSegnalazione {
    /// Whether there is something.
    pub esito: EsitoChiamata,
    /// The document and what was reported.
    pub documento: Option<DocumentoSegnalato>,
    /// Messages.
    pub messaggi: Vec<Messaggio>,
}

/// A document about which something was reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentoSegnalato {
    /// The key.
    pub id: Option<IdSpesa>,
    /// Payment date.
    pub data_pagamento: Option<Data>,
    /// Day it was sent.
    pub data_invio: Option<Data>,
    /// Protocol number, opaque.
    pub protocollo: Option<String>,
    /// File it came in.
    pub nome_file: Option<String>,
    /// What was reported about the whole document.
    pub segnalazioni: Vec<String>,
    /// What was reported about its items.
    pub voci_spesa: Vec<VoceSegnalata>,
    /// What was reported about refunded items.
    pub voci_spesa_rimborsate: Vec<VoceSegnalata>,
}

/// An item about which something was reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoceSegnalata {
    /// Code of the kind of expense.
    pub tipo_spesa: Option<String>,
    /// Amount.
    pub importo: Option<Importo>,
    /// What was reported about the amount.
    pub segnalazione_importo: Option<String>,
    /// What was reported about the kind.
    pub segnalazione_tipo_voce_spesa: Option<String>,
}

/// The most texts kept of one document.
const MAX_TEXTS: usize = 500;

/// Reads the answer.
pub fn parse(status: u16, body: &[u8]) -> Result<DettaglioSegnalazione, WireError> {
    let payload = Answer::open(status, body, NAMESPACE, "dettaglioSegnalazioneResponse")?.payload;
    let documento = payload.child(NS, "documentoFiscale");
    Ok(DettaglioSegnalazione {
        esito: EsitoChiamata::read(&payload, NS)?,
        documento: documento.map(read_documento).transpose()?,
        messaggi: Messaggio::read_list(payload.child(NS, "listaMessaggi"), NS, "messaggio"),
    })
}

fn read_documento(element: &Element) -> Result<DocumentoSegnalato, WireError> {
    let id = element.child(NS, "idDocumentoFiscale");
    let list = element.child(NS, "listaSegnalazioniDocumento");
    let texts = list.into_iter().flat_map(|list| list.all(NS, "segnalazione"));
    Ok(DocumentoSegnalato {
        id: id.map(|id| read_id(id, NS)).transpose()?,
        data_pagamento: read_date(element, NS, "dataPagamento")?,
        data_invio: read_date(element, NS, "dataInvio")?,
        protocollo: child_token(element, NS, "protocollo"),
        nome_file: child_text(element, NS, "nomeFile"),
        segnalazioni: texts.take(MAX_TEXTS).map(|t| server_text(t.text())).collect(),
        voci_spesa: read_voci(element, "listaVociSpesa")?,
        voci_spesa_rimborsate: read_voci(element, "listaVociSpesaRimborsate")?,
    })
}

fn read_voci(element: &Element, name: &'static str) -> Result<Vec<VoceSegnalata>, WireError> {
    let voce = |item: &Element| {
        let importo = item.child(NS, "importo").map(Element::text);
        let importo = importo
            .filter(|text| !text.is_empty())
            .map(|text| read_amount(text).ok_or(WireError::Malformed("importo")));
        Ok(VoceSegnalata {
            tipo_spesa: child_token(item, NS, "tipoSpesa"),
            importo: importo.transpose()?,
            segnalazione_importo: child_text(item, NS, "segnalazioneImporto"),
            segnalazione_tipo_voce_spesa: child_text(item, NS, "segnalazioneTipoVoceSpesa"),
        })
    };
    element.all(NS, name).take(MAX_TEXTS).map(voce).collect()
}
