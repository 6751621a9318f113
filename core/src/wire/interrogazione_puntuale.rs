//! InterrogazionePuntuale: what the service holds under one key (PROTOCOL section 6.4).

use super::endpoint::Operation;
use super::parts::{
    EsitoChiamata, Messaggio, Totale, child_text, child_token, read_amount, read_date, read_id,
    token, write_id, write_opzionali, write_proprietario,
};
use super::request::{Body, Sender};
use super::soap::{self, Answer, WireError};
use super::xml::Element;
use crate::domain::{Data, IdSpesa};

const NAMESPACE: &str = "http://interrogazionepuntuale.p730.sanita.finanze.it";
const NS: Option<&str> = Some(NAMESPACE);

/// Asks for one document.
pub fn interrogazione_puntuale(sender: &Sender<'_>, id: &IdSpesa) -> Body {
    let bytes = soap::qualified("interrogazionePuntualeRequest", NAMESPACE, |xml| {
        write_opzionali(xml, sender.opzionali);
        xml.leaf("pincode", sender.pincode.as_str());
        write_proprietario(xml, "Proprietario", sender.proprietario);
        write_id(xml, "idDocumentoFiscale", id);
    });
    Body::soap(Operation::InterrogazionePuntuale, bytes)
}

/// The answer to a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrogazione {
    /// Found, not found (with code `WS96`), or found with remarks (`W010`: cancelled before).
    pub esito: EsitoChiamata,
    /// What was found.
    pub documento: Option<DocumentoTrovato>,
    /// Messages.
    pub messaggi: Vec<Messaggio>,
}

/// A stored document as the service shows it: totals, and never the citizen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentoTrovato {
    /// The key.
    pub id: Option<IdSpesa>,
    /// Payment date.
    pub data_pagamento: Option<Data>,
    /// Totals by kind of expense.
    pub totali: Vec<Totale>,
    /// Totals of the refunds that refer to this document.
    pub totali_rimborsati: Vec<Totale>,
    /// Protocol number of the last sending, opaque.
    pub protocollo: Option<String>,
    /// File it came in; `SERVIZIO SINCRONO` when it came alone.
    pub nome_file: Option<String>,
    /// Day of the last sending.
    pub data_invio: Option<Data>,
    /// `I`, `V` and the like.
    pub tipo_invio: Option<String>,
    /// Errors and remarks of the document.
    pub errori: Vec<Messaggio>,
}

/// Reads the answer.
pub fn parse(status: u16, body: &[u8]) -> Result<Interrogazione, WireError> {
    let element = "interrogazionePuntualeResponse";
    let payload = Answer::open(status, body, NAMESPACE, element)?.payload;
    let documento = payload.child(NS, "documentoFiscale");
    Ok(Interrogazione {
        esito: EsitoChiamata::read(&payload, NS)?,
        documento: documento.map(read_documento).transpose()?,
        messaggi: Messaggio::read_list(payload.child(NS, "listaMessaggi"), NS, "messaggio"),
    })
}

fn read_documento(element: &Element) -> Result<DocumentoTrovato, WireError> {
    let id = element.child(NS, "idDocumentoFiscale");
    let errors = element.child(NS, "listaErroriDocumento");
    Ok(DocumentoTrovato {
        id: id.map(|id| read_id(id, NS)).transpose()?,
        data_pagamento: read_date(element, NS, "dataPagamento")?,
        totali: read_totals(element, "totaliVociSpesa")?,
        totali_rimborsati: read_totals(element, "totaliVociSpesaRimborsate")?,
        protocollo: child_token(element, NS, "protocollo"),
        nome_file: child_text(element, NS, "nomeFile"),
        data_invio: read_date(element, NS, "dataInvio")?,
        tipo_invio: child_token(element, NS, "tipoInvio"),
        errori: Messaggio::read_list(errors, NS, "errore"),
    })
}

fn read_totals(element: &Element, name: &'static str) -> Result<Vec<Totale>, WireError> {
    let total = |item: &Element| {
        let text = |name| item.child(NS, name).map(Element::text);
        Some(Totale {
            tipo_spesa: token(text("tipoSpesa")?),
            importo: read_amount(text("importo")?)?,
        })
    };
    element.all(NS, name).map(|item| total(item).ok_or(WireError::Malformed(name))).collect()
}
