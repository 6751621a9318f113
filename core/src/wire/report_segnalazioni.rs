//! ReportSegnalazioni: what citizens reported in a period, as CSV in a ZIP (PROTOCOL section
//! 6.6). The columns of the CSV are documented nowhere, so it is handed over unread.

use super::endpoint::Operation;
use super::parts::{Report, write_opzionali, write_proprietario};
use super::request::{Body, BuildError, Sender};
use super::soap::{self, Answer, WireError};
use crate::domain::Data;

const NAMESPACE: &str = "http://reportsegnalazioni.p730.sanita.finanze.it";

/// Asks for the reports made from the first day to the second, both included.
pub fn report_segnalazioni(sender: &Sender<'_>, from: Data, to: Data) -> Result<Body, BuildError> {
    if from > to {
        return Err(BuildError::Period);
    }
    if sender.proprietario.cf_proprietario().is_none() {
        return Err(BuildError::CfProprietarioMissing);
    }
    let bytes = soap::qualified("reportSegnalazioniRequest", NAMESPACE, |xml| {
        xml.leaf("pincode", sender.pincode.as_str());
        write_proprietario(xml, "Proprietario", sender.proprietario);
        xml.value("dataIniPeriodoSegnalazione", from);
        xml.value("dataFinPeriodoSegnalazione", to);
        // In this service and in DettaglioSegnalazione the free fields come last.
        write_opzionali(xml, sender.opzionali);
    });
    Ok(Body::soap(Operation::ReportSegnalazioni, bytes))
}

/// Reads the answer.
pub fn parse(status: u16, body: &[u8]) -> Result<Report, WireError> {
    let answer = Answer::open(status, body, NAMESPACE, "reportSegnalazioniResponse")?;
    Report::read(&answer, NAMESPACE)
}
