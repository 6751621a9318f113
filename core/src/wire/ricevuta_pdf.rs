//! RicevutaPdf: the PDF receipt of a protocol, of files and of single documents alike
//! (PROTOCOL section 6.2).

use super::endpoint::Operation;
use super::receipts::{self, Esito};
use super::request::{Body, BuildError, Opzionali, Pincode};
use super::soap::WireError;

const NAMESPACE: &str = "http://ricevutapdf.p730.sanita.sogei.it/";

/// Asks for the receipt.
pub fn ricevuta_pdf(
    pincode: &Pincode,
    opzionali: &Opzionali,
    protocollo: &str,
) -> Result<Body, BuildError> {
    receipts::ask_for_file(Operation::RicevutaPdf, NAMESPACE, (pincode, opzionali), protocollo)
}

/// Reads the answer: the file as received, usually a PDF, in one report a ZIP around it.
pub fn parse(status: u16, body: &[u8]) -> Result<Esito<Vec<u8>>, WireError> {
    receipts::read_file(status, body, NAMESPACE, "RicevutaPdfResponse", "pdf")
}
