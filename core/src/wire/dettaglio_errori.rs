//! DettaglioErrori: the error CSV of a protocol, in a ZIP (PROTOCOL section 6.3).

use super::endpoint::Operation;
use super::receipts::{self, Esito};
use super::request::{Body, BuildError, Opzionali, Pincode};
use super::soap::WireError;

const NAMESPACE: &str = "http://dettaglioerrori.p730.sanita.sogei.it/";

/// Asks for the errors.
pub fn dettaglio_errori(
    pincode: &Pincode,
    opzionali: &Opzionali,
    protocollo: &str,
) -> Result<Body, BuildError> {
    receipts::ask_for_file(Operation::DettaglioErrori, NAMESPACE, (pincode, opzionali), protocollo)
}

/// Reads the answer: the ZIP as received, or why there is none (`WS11`: no errors).
pub fn parse(status: u16, body: &[u8]) -> Result<Esito<Vec<u8>>, WireError> {
    receipts::read_file(status, body, NAMESPACE, "DettaglioErroriResponse", "csv")
}
