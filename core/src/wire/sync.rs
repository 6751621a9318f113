//! DocumentoSpesa730p: one document per call, the final answer at once (PROTOCOL section 5.1).

use super::endpoint::Operation;
use super::parts::{
    EsitoChiamata, Messaggio, child_token, required, write_cittadino, write_flags, write_id,
    write_opzionali, write_pagamento, write_proprietario, write_voce,
};
use super::request::{Body, BuildError, Sender};
use super::soap::{self, Answer, WireError};
use super::xml::XmlWriter;
use crate::domain::{Cifrato, DocumentoSpesa, IdSpesa};

const NAMESPACE: &str = "http://documentospesap730.sanita.finanze.it";
const NS: Option<&str> = Some(NAMESPACE);

/// Stores a new document.
pub fn inserimento(sender: &Sender<'_>, documento: &DocumentoSpesa<Cifrato>) -> Body {
    body(Operation::Inserimento, sender, |xml| {
        write_documento(xml, "idInserimentoDocumentoFiscale", documento);
    })
}

/// Replaces the whole content of a stored document; its key stays.
pub fn variazione(sender: &Sender<'_>, documento: &DocumentoSpesa<Cifrato>) -> Body {
    body(Operation::Variazione, sender, |xml| {
        write_documento(xml, "idVariazioneDocumentoFiscale", documento);
    })
}

/// Stores a refund document; its `id_rimborso` names the original.
pub fn rimborso(
    sender: &Sender<'_>,
    documento: &DocumentoSpesa<Cifrato>,
) -> Result<Body, BuildError> {
    let original = documento.id_rimborso.as_ref().ok_or(BuildError::IdRimborsoMissing)?;
    Ok(body(Operation::Rimborso, sender, |xml| {
        write_id(xml, "idRimborsoDocumentoFiscale", original);
        write_documento(xml, "DocumentoSpesa", documento);
    }))
}

/// Cancels a stored document.
pub fn cancellazione(sender: &Sender<'_>, id: &IdSpesa) -> Body {
    body(Operation::Cancellazione, sender, |xml| {
        write_id(xml, "idCancellazioneDocumentoFiscale", id);
    })
}

/// What the service decided about one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EsitoDocumento {
    /// Stored, refused, or stored with remarks.
    pub esito: EsitoChiamata,
    /// Protocol number, opaque; absent when refused.
    pub protocollo: Option<String>,
    /// Messages, also that of success.
    pub messaggi: Vec<Messaggio>,
}

/// Reads the answer to `operation`, one of the four of this service.
pub fn parse(operation: Operation, status: u16, body: &[u8]) -> Result<EsitoDocumento, WireError> {
    let verb = verb(operation)
        .ok_or_else(|| WireError::WrongOperation { found: operation.name().to_owned() })?;
    let element = format!("{verb}DocumentoSpesaResponse");
    let payload = Answer::open(status, body, NAMESPACE, &element)?.payload;
    Ok(EsitoDocumento {
        esito: EsitoChiamata::read(&payload, NS)?,
        protocollo: child_token(&payload, NS, "protocollo"),
        messaggi: Messaggio::read_list(
            Some(required(&payload, NS, "listaMessaggi")?),
            NS,
            "messaggio",
        ),
    })
}

fn verb(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::Inserimento => Some("inserimento"),
        Operation::Variazione => Some("variazione"),
        Operation::Rimborso => Some("rimborso"),
        Operation::Cancellazione => Some("cancellazione"),
        _ => None,
    }
}

fn body(operation: Operation, sender: &Sender<'_>, content: impl FnOnce(&mut XmlWriter)) -> Body {
    let verb = verb(operation).expect("called with the four operations of this service");
    let element = format!("{verb}DocumentoSpesaRequest");
    let bytes = soap::qualified(&element, NAMESPACE, |xml| {
        write_opzionali(xml, sender.opzionali);
        xml.leaf("pincode", sender.pincode.as_str());
        write_proprietario(xml, "Proprietario", sender.proprietario);
        content(xml);
    });
    Body::soap(operation, bytes)
}

/// `documentoSpesa` in the order of this service: the items come before the three last fields,
/// unlike in the attached file (PROTOCOL section 5.3).
fn write_documento(xml: &mut XmlWriter, element: &str, documento: &DocumentoSpesa<Cifrato>) {
    xml.open(element);
    write_id(xml, "idSpesa", &documento.id_spesa);
    write_pagamento(xml, documento);
    write_cittadino(xml, documento);
    for voce in &documento.voci_spesa {
        write_voce(xml, voce);
    }
    write_flags(xml, documento);
    xml.close(element);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(content: &str) -> Vec<u8> {
        format!(
            "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
             <inserimentoDocumentoSpesaResponse xmlns='{NAMESPACE}'>{content}\
             </inserimentoDocumentoSpesaResponse></s:Body></s:Envelope>"
        )
        .into_bytes()
    }

    fn message(code: &str, tipo: &str) -> String {
        format!(
            "<messaggio><codice>{code}</codice><descrizione>d</descrizione>\
             <tipo>{tipo}</tipo></messaggio>"
        )
    }

    #[test]
    fn the_outcome_is_that_of_esito_chiamata_whatever_the_messages_say() {
        let read = |content: &str| parse(Operation::Inserimento, 200, &answer(content));
        let warned = format!(
            "<esitoChiamata>2</esitoChiamata><protocollo>99260926001866680</protocollo>\
             <listaMessaggi>{}{}</listaMessaggi>",
            message("W003", "W"),
            message("0", "")
        );
        let warned = read(&warned).unwrap();
        assert_eq!(warned.esito, EsitoChiamata::PositivoConAvvisi);
        assert_eq!(warned.protocollo.as_deref(), Some("99260926001866680"));
        assert_eq!(warned.messaggi[0].codice, "W003");
        assert_eq!(warned.messaggi[1].tipo, "");
        assert!(read("<esitoChiamata>7</esitoChiamata><listaMessaggi/>").is_err());
        assert!(read("<listaMessaggi/>").is_err());
    }

    #[test]
    fn an_answer_to_another_operation_is_not_taken() {
        let content = "<esitoChiamata>0</esitoChiamata><listaMessaggi/>";
        let error = parse(Operation::Cancellazione, 200, &answer(content)).unwrap_err();
        assert_eq!(error.code(), "ANSWER_WRONG_OPERATION");
    }
}
