//! ReportMensile: the documents of a month, as CSV in a ZIP (PROTOCOL section 6.5).

use super::endpoint::Operation;
use super::parts::{Report, write_opzionali, write_proprietario};
use super::request::{Body, BuildError, Sender};
use super::soap::{self, Answer, WireError};

const NAMESPACE: &str = "http://reportmensile.p730.sanita.finanze.it";

/// `tipoEstrazione`: which date puts a document into a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TipoEstrazione {
    /// `I`: the day it was sent.
    Invio,
    /// `P`: the day it was paid.
    Pagamento,
}

/// Asks for a month (1 to 12) of a year of four digits.
pub fn report_mensile(
    sender: &Sender<'_>,
    (anno, mese): (u16, u8),
    tipo: TipoEstrazione,
) -> Result<Body, BuildError> {
    if !(1..=12).contains(&mese) || !(1000..=9999).contains(&anno) {
        return Err(BuildError::Period);
    }
    let bytes = soap::qualified("reportMensileRequest", NAMESPACE, |xml| {
        write_opzionali(xml, sender.opzionali);
        xml.leaf("pincode", sender.pincode.as_str());
        write_proprietario(xml, "Proprietario", sender.proprietario);
        xml.value("annoMese", format_args!("{anno:04}{mese:02}"));
        let tipo = match tipo {
            TipoEstrazione::Invio => "I",
            TipoEstrazione::Pagamento => "P",
        };
        xml.leaf("tipoEstrazione", tipo);
    });
    Ok(Body::soap(Operation::ReportMensile, bytes))
}

/// Reads the answer.
pub fn parse(status: u16, body: &[u8]) -> Result<Report, WireError> {
    let answer = Answer::open(status, body, NAMESPACE, "reportMensileResponse")?;
    Report::read(&answer, NAMESPACE)
}
