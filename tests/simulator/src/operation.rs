//! The nine services and their twelve operations: paths, names, schemas.

use crate::schema;
use crate::xsd::Schema;
use serde::{Deserialize, Serialize};

/// One of the nine services (PROTOCOL section 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the official names, each explained by its operation")]
pub enum Service {
    DocumentoSpesa,
    InvioTelematico,
    RicevutaPdf,
    DettaglioErrori,
    EsitoInvii,
    InterrogazionePuntuale,
    ReportMensile,
    DettaglioSegnalazione,
    ReportSegnalazioni,
}

/// Which family of endpoints a request came through (PROTOCOL section 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// No prefix: credentials of Sistema TS.
    Own,
    /// `/enti`: bodies with a client certificate, service 2 only.
    Enti,
    /// `/entrate`: Entratel credentials, services 2 to 9.
    Entrate,
}

impl Service {
    const PATHS: [(&'static str, Service); 9] = [
        ("/DocumentoSpesa730pWeb/DocumentoSpesa730pPort", Service::DocumentoSpesa),
        ("/InvioTelematicoSS730pMtomWeb/InvioTelematicoSS730pMtomPort", Service::InvioTelematico),
        ("/Ricevute730ServiceWeb/ricevutePdf", Service::RicevutaPdf),
        ("/EsitoStatoInviiWEB/DettaglioErrori730Service", Service::DettaglioErrori),
        ("/EsitoStatoInviiWEB/EsitoInvioDatiSpesa730Service", Service::EsitoInvii),
        (
            "/InterrogazionePuntuale730Web/InterrogazionePuntuale730Port",
            Service::InterrogazionePuntuale,
        ),
        ("/ReportMensile730Web/ReportMensilePort", Service::ReportMensile),
        ("/Interrogazioni730pWeb/DettaglioSegnalazione730pPort", Service::DettaglioSegnalazione),
        ("/Interrogazioni730pWeb/ReportSegnalazioni730pPort", Service::ReportSegnalazioni),
    ];

    /// The path without prefix, as the kit's endpoint files give it.
    pub fn path(self) -> &'static str {
        Self::PATHS.iter().find(|(_, s)| *s == self).map_or("", |(path, _)| path)
    }

    /// The service a path reaches and through which door; `None` where nothing is served.
    pub fn at(path: &str) -> Option<(Door, Service)> {
        let path = path.split('?').next().unwrap_or(path);
        let (door, rest) = if let Some(rest) = path.strip_prefix("/entrate") {
            (Door::Entrate, rest)
        } else if let Some(rest) = path.strip_prefix("/enti") {
            (Door::Enti, rest)
        } else {
            (Door::Own, path)
        };
        let service = Self::PATHS.iter().find(|(p, _)| *p == rest).map(|(_, service)| *service)?;
        let served = match door {
            Door::Own => true,
            Door::Enti => service == Service::InvioTelematico,
            Door::Entrate => service != Service::DocumentoSpesa,
        };
        served.then_some((door, service))
    }
}

/// One of the twelve operations, under its official name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the official names; PROTOCOL sections 5 and 6 describe them")]
pub enum Operation {
    Inserimento,
    Variazione,
    Rimborso,
    Cancellazione,
    #[serde(rename = "inviaFileMtom")]
    InviaFileMtom,
    RicevutaPdf,
    DettaglioErrori,
    EsitoInvii,
    InterrogazionePuntuale,
    ReportMensile,
    DettaglioSegnalazione,
    ReportSegnalazioni,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Operation; 12] = [
        Operation::Inserimento,
        Operation::Variazione,
        Operation::Rimborso,
        Operation::Cancellazione,
        Operation::InviaFileMtom,
        Operation::RicevutaPdf,
        Operation::DettaglioErrori,
        Operation::EsitoInvii,
        Operation::InterrogazionePuntuale,
        Operation::ReportMensile,
        Operation::DettaglioSegnalazione,
        Operation::ReportSegnalazioni,
    ];

    /// The service that offers it.
    pub fn service(self) -> Service {
        match self {
            Operation::Inserimento
            | Operation::Variazione
            | Operation::Rimborso
            | Operation::Cancellazione => Service::DocumentoSpesa,
            Operation::InviaFileMtom => Service::InvioTelematico,
            Operation::RicevutaPdf => Service::RicevutaPdf,
            Operation::DettaglioErrori => Service::DettaglioErrori,
            Operation::EsitoInvii => Service::EsitoInvii,
            Operation::InterrogazionePuntuale => Service::InterrogazionePuntuale,
            Operation::ReportMensile => Service::ReportMensile,
            Operation::DettaglioSegnalazione => Service::DettaglioSegnalazione,
            Operation::ReportSegnalazioni => Service::ReportSegnalazioni,
        }
    }

    pub(crate) fn schema(self) -> &'static Schema {
        match self {
            Operation::Inserimento => &schema::INSERIMENTO,
            Operation::Variazione => &schema::VARIAZIONE,
            Operation::Rimborso => &schema::RIMBORSO,
            Operation::Cancellazione => &schema::CANCELLAZIONE,
            Operation::InviaFileMtom => &schema::INVIA_FILE,
            Operation::RicevutaPdf => &schema::RICEVUTA_PDF,
            Operation::DettaglioErrori => &schema::DETTAGLIO_ERRORI,
            Operation::EsitoInvii => &schema::ESITO_INVII,
            Operation::InterrogazionePuntuale => &schema::INTERROGAZIONE_PUNTUALE,
            Operation::ReportMensile => &schema::REPORT_MENSILE,
            Operation::DettaglioSegnalazione => &schema::DETTAGLIO_SEGNALAZIONE,
            Operation::ReportSegnalazioni => &schema::REPORT_SEGNALAZIONI,
        }
    }

    /// The operation of a service that a body element asks for.
    pub(crate) fn asked(service: Service, element: &str) -> Option<Operation> {
        Self::ALL.into_iter().find(|op| op.service() == service && op.schema().root.name == element)
    }

    /// Whether it sends documents rather than asking about them.
    pub(crate) fn sends(self) -> bool {
        matches!(self.service(), Service::DocumentoSpesa | Service::InvioTelematico)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delegates_have_no_sync_service_and_bodies_only_the_file_service() {
        let served = |prefix: &str, s: Service| Service::at(&format!("{prefix}{}", s.path()));
        for (_, service) in Service::PATHS {
            assert_eq!(served("", service), Some((Door::Own, service)));
            let entrate = served("/entrate", service).is_some();
            assert_eq!(entrate, service != Service::DocumentoSpesa, "{service:?}");
            let enti = served("/enti", service).is_some();
            assert_eq!(enti, service == Service::InvioTelematico, "{service:?}");
        }
        assert_eq!(Service::at("/"), None);
    }
}
