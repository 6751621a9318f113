//! DettaglioErrori: the error CSV of a protocol, in a ZIP (PROTOCOL section 6.3).

use super::endpoint::Operation;
use super::parts::required;
use super::receipts::{self, Esito};
use super::request::{Body, BuildError, Opzionali, Pincode};
use super::soap::{Answer, WireError};

const NAMESPACE: &str = "http://dettaglioerrori.p730.sanita.sogei.it/";

/// Asks for the errors.
pub fn dettaglio_errori(
    pincode: &Pincode,
    opzionali: &Opzionali,
    protocollo: &str,
) -> Result<Body, BuildError> {
    let protocollo = receipts::protocollo(protocollo)?;
    let sender = (pincode, opzionali);
    let bytes = receipts::request("DettaglioErrori", NAMESPACE, sender, |xml| {
        xml.leaf("protocollo", protocollo);
    });
    Ok(Body::soap(Operation::DettaglioErrori, bytes))
}

/// Reads the answer: the ZIP as received, or why there is none (`WS11`: no errors).
pub fn parse(status: u16, body: &[u8]) -> Result<Esito<Vec<u8>>, WireError> {
    let answer = Answer::open(status, body, NAMESPACE, "DettaglioErroriResponse")?;
    receipts::read(&answer.payload, |positive| {
        let detail = required(positive, None, "dettagliEsito")?;
        answer.binary(required(detail, None, "csv")?, "csv")
    })
}
