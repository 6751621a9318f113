//! What the three receipt services share (PROTOCOL sections 6.1 to 6.3): children without
//! namespace, and an answer split into what went well and what did not.

use super::endpoint::Operation;
use super::parts::{EsitoChiamata, Messaggio, required, write_opzionali};
use super::request::{Body, BuildError, Opzionali, Pincode};
use super::soap::{self, Answer, WireError};
use super::xml::{Element, XmlWriter};

/// The answer of a receipt service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Esito<T> {
    /// There is something.
    Positivo(T),
    /// There is nothing, or the question was refused: why, in the service's words.
    Negativo(Vec<Messaggio>),
}

/// A request: pincode, question, free fields.
pub(super) fn request(
    element: &str,
    namespace: &str,
    (pincode, opzionali): (&Pincode, &Opzionali),
    question: impl FnOnce(&mut XmlWriter),
) -> Vec<u8> {
    soap::unqualified(element, namespace, |xml| {
        xml.open("DatiInputRichiesta");
        xml.leaf("pinCode", pincode.as_str());
        question(xml);
        write_opzionali(xml, opzionali);
        xml.close("DatiInputRichiesta");
    })
}

/// A protocol number to ask for: what a record or a person handed over.
pub(super) fn protocollo(text: &str) -> Result<&str, BuildError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(text)
    } else {
        Err(BuildError::Protocollo)
    }
}

/// Asks for the file of a protocol.
pub(super) fn ask_for_file(
    operation: Operation,
    namespace: &str,
    (pincode, opzionali): (&Pincode, &Opzionali),
    text: &str,
) -> Result<Body, BuildError> {
    let protocollo = protocollo(text)?;
    let bytes = request(operation.name(), namespace, (pincode, opzionali), |xml| {
        xml.leaf("protocollo", protocollo);
    });
    Ok(Body::soap(operation, bytes))
}

/// Reads the file of a protocol, which stands in `child`.
pub(super) fn read_file(
    status: u16,
    body: &[u8],
    namespace: &str,
    element: &str,
    child: &'static str,
) -> Result<Esito<Vec<u8>>, WireError> {
    let answer = Answer::open(status, body, namespace, element)?;
    read(&answer.payload, |positive| {
        let detail = required(positive, None, "dettagliEsito")?;
        answer.binary(required(detail, None, child)?, child)
    })
}

/// Splits an answer; `positive` reads `esitiPositivi`.
pub(super) fn read<T>(
    payload: &Element,
    positive: impl FnOnce(&Element) -> Result<T, WireError>,
) -> Result<Esito<T>, WireError> {
    let data = required(payload, None, "DatiOutputRichiesta")?;
    if EsitoChiamata::read(data, None)? == EsitoChiamata::Negativo {
        let details = data.child(None, "esitiNegativi");
        return Ok(Esito::Negativo(Messaggio::read_list(details, None, "dettaglioEsitoNegativo")));
    }
    positive(required(data, None, "esitiPositivi")?).map(Esito::Positivo)
}
