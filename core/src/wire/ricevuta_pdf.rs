//! RicevutaPdf: the PDF receipt of a protocol, of files and of single documents alike
//! (PROTOCOL section 6.2).

use super::endpoint::Operation;
use super::parts::required;
use super::receipts::{self, Esito};
use super::request::{Body, BuildError, Opzionali, Pincode};
use super::soap::{Answer, WireError};

const NAMESPACE: &str = "http://ricevutapdf.p730.sanita.sogei.it/";

/// Asks for the receipt.
pub fn ricevuta_pdf(
    pincode: &Pincode,
    opzionali: &Opzionali,
    protocollo: &str,
) -> Result<Body, BuildError> {
    let protocollo = receipts::protocollo(protocollo)?;
    let sender = (pincode, opzionali);
    let bytes = receipts::request("RicevutaPdf", NAMESPACE, sender, |xml| {
        xml.leaf("protocollo", protocollo);
    });
    Ok(Body::soap(Operation::RicevutaPdf, bytes))
}

/// Reads the answer: the file as received, usually a PDF, in one report a ZIP around it.
pub fn parse(status: u16, body: &[u8]) -> Result<Esito<Vec<u8>>, WireError> {
    let answer = Answer::open(status, body, NAMESPACE, "RicevutaPdfResponse")?;
    receipts::read(&answer.payload, |positive| {
        let detail = required(positive, None, "dettagliEsito")?;
        answer.binary(required(detail, None, "pdf")?, "pdf")
    })
}
