//! Where each service lives, and who may enter it (PROTOCOL sections 1.1 to 1.4).

use crate::domain::{Accesso, Ambiente};

/// The nine services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// One document per call, the final answer at once.
    DocumentoSpesa,
    /// A file of many documents, the outcome later.
    InvioFile,
    /// The PDF receipt of a protocol.
    RicevutaPdf,
    /// The error CSV of a protocol.
    DettaglioErrori,
    /// The state of files by protocol or dates.
    EsitoInvii,
    /// What the service holds under one key.
    InterrogazionePuntuale,
    /// A month as CSV.
    ReportMensile,
    /// What a citizen reported about one document.
    DettaglioSegnalazione,
    /// What citizens reported in a period, as CSV.
    ReportSegnalazioni,
}

impl Service {
    /// All of them, in the order of the official list.
    pub const ALL: [Service; 9] = [
        Service::DocumentoSpesa,
        Service::InvioFile,
        Service::RicevutaPdf,
        Service::DettaglioErrori,
        Service::EsitoInvii,
        Service::InterrogazionePuntuale,
        Service::ReportMensile,
        Service::DettaglioSegnalazione,
        Service::ReportSegnalazioni,
    ];

    /// The official name of the service, for logs and errors.
    pub const fn name(self) -> &'static str {
        match self {
            Service::DocumentoSpesa => "DocumentoSpesa730p",
            Service::InvioFile => "InvioTelematicoSS730pMtom",
            Service::RicevutaPdf => "RicevutaPdf730",
            Service::DettaglioErrori => "DettaglioErrori730",
            Service::EsitoInvii => "EsitoInvioDatiSpesa730",
            Service::InterrogazionePuntuale => "InterrogazionePuntuale730",
            Service::ReportMensile => "ReportMensile730",
            Service::DettaglioSegnalazione => "DettaglioSegnalazione730p",
            Service::ReportSegnalazioni => "ReportSegnalazioni730p",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Service::DocumentoSpesa => "/DocumentoSpesa730pWeb/DocumentoSpesa730pPort",
            Service::InvioFile => "/InvioTelematicoSS730pMtomWeb/InvioTelematicoSS730pMtomPort",
            Service::RicevutaPdf => "/Ricevute730ServiceWeb/ricevutePdf",
            Service::DettaglioErrori => "/EsitoStatoInviiWEB/DettaglioErrori730Service",
            Service::EsitoInvii => "/EsitoStatoInviiWEB/EsitoInvioDatiSpesa730Service",
            Service::InterrogazionePuntuale => {
                "/InterrogazionePuntuale730Web/InterrogazionePuntuale730Port"
            }
            Service::ReportMensile => "/ReportMensile730Web/ReportMensilePort",
            Service::DettaglioSegnalazione => {
                "/Interrogazioni730pWeb/DettaglioSegnalazione730pPort"
            }
            Service::ReportSegnalazioni => "/Interrogazioni730pWeb/ReportSegnalazioni730pPort",
        }
    }

    /// Whether this way in has the service: delegates have no sync service, and `/enti` is
    /// documented for the file service alone.
    pub const fn available(self, accesso: &Accesso) -> bool {
        match accesso {
            Accesso::Proprio => true,
            Accesso::Associazione | Accesso::Entrate { .. } => {
                !matches!(self, Service::DocumentoSpesa)
            }
            Accesso::Enti => matches!(self, Service::InvioFile),
        }
    }
}

/// The twelve operations of the services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Stores a new document.
    Inserimento,
    /// Replaces the content of a stored document.
    Variazione,
    /// Stores a refund document of a stored one.
    Rimborso,
    /// Cancels a stored document.
    Cancellazione,
    /// Hands in a file.
    InviaFile,
    /// Fetches the PDF receipt.
    RicevutaPdf,
    /// Fetches the error CSV.
    DettaglioErrori,
    /// Asks for the state of files.
    EsitoInvii,
    /// Asks for one document.
    InterrogazionePuntuale,
    /// Asks for a month.
    ReportMensile,
    /// Asks for the reports on one document.
    DettaglioSegnalazione,
    /// Asks for the reports of a period.
    ReportSegnalazioni,
}

impl Operation {
    /// All of them, in the order of their services.
    pub const ALL: [Operation; 12] = [
        Operation::Inserimento,
        Operation::Variazione,
        Operation::Rimborso,
        Operation::Cancellazione,
        Operation::InviaFile,
        Operation::RicevutaPdf,
        Operation::DettaglioErrori,
        Operation::EsitoInvii,
        Operation::InterrogazionePuntuale,
        Operation::ReportMensile,
        Operation::DettaglioSegnalazione,
        Operation::ReportSegnalazioni,
    ];

    /// The service it belongs to.
    pub const fn service(self) -> Service {
        match self {
            Operation::Inserimento
            | Operation::Variazione
            | Operation::Rimborso
            | Operation::Cancellazione => Service::DocumentoSpesa,
            Operation::InviaFile => Service::InvioFile,
            Operation::RicevutaPdf => Service::RicevutaPdf,
            Operation::DettaglioErrori => Service::DettaglioErrori,
            Operation::EsitoInvii => Service::EsitoInvii,
            Operation::InterrogazionePuntuale => Service::InterrogazionePuntuale,
            Operation::ReportMensile => Service::ReportMensile,
            Operation::DettaglioSegnalazione => Service::DettaglioSegnalazione,
            Operation::ReportSegnalazioni => Service::ReportSegnalazioni,
        }
    }

    /// The name of the operation in the WSDL, for logs.
    pub const fn name(self) -> &'static str {
        match self {
            Operation::Inserimento => "Inserimento",
            Operation::Variazione => "Variazione",
            Operation::Rimborso => "Rimborso",
            Operation::Cancellazione => "Cancellazione",
            Operation::InviaFile => "inviaFileMtom",
            Operation::RicevutaPdf => "RicevutaPdf",
            Operation::DettaglioErrori => "DettaglioErrori",
            Operation::EsitoInvii => "EsitoInvii",
            Operation::InterrogazionePuntuale => "InterrogazionePuntuale",
            Operation::ReportMensile => "ReportMensile",
            Operation::DettaglioSegnalazione => "DettaglioSegnalazione",
            Operation::ReportSegnalazioni => "ReportSegnalazioni",
        }
    }

    /// The header value of `SOAPAction`, with its quotes as SOAP 1.1 asks.
    pub const fn soap_action(self) -> &'static str {
        match self {
            Operation::Inserimento => "\"inserimento.documentospesap730.sanita.finanze.it\"",
            Operation::Variazione => "\"variazione.documentospesap730.sanita.finanze.it\"",
            Operation::Rimborso => "\"rimborso.documentospesap730.sanita.finanze.it\"",
            Operation::Cancellazione => "\"cancellazione.documentospesap730.sanita.finanze.it\"",
            Operation::InterrogazionePuntuale => {
                "\"interrogazionepuntuale.p730.sanita.finanze.it\""
            }
            Operation::ReportMensile => "\"reportmensile.p730.sanita.finanze.it\"",
            Operation::DettaglioSegnalazione => "\"dettagliosegnalazione.p730.sanita.finanze.it\"",
            Operation::ReportSegnalazioni => "\"reportsegnalazioni.p730.sanita.finanze.it\"",
            Operation::InviaFile
            | Operation::RicevutaPdf
            | Operation::DettaglioErrori
            | Operation::EsitoInvii => "\"\"",
        }
    }

    /// How long the host waits for the whole exchange, in milliseconds. A login refused after 65
    /// seconds was seen (PROTOCOL 1.6), so nothing waits less than 90; files and reports take
    /// longer.
    pub const fn timeout_ms(self) -> u32 {
        match self.service() {
            Service::DocumentoSpesa | Service::InterrogazionePuntuale | Service::EsitoInvii => {
                90_000
            }
            Service::RicevutaPdf | Service::DettaglioErrori | Service::DettaglioSegnalazione => {
                120_000
            }
            Service::InvioFile | Service::ReportMensile | Service::ReportSegnalazioni => 300_000,
        }
    }
}

/// The address all services of one environment share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    base: String,
    ambiente: Ambiente,
}

/// Why an address cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// An address of its own goes with test environments only; the host's fault.
    #[error("an address of its own is allowed with ambiente \"test\" only")]
    Produzione,
    /// Not `https`, and not `http` on this machine; the host's fault. Tax codes and passwords
    /// travel in it.
    #[error("the address must be https, or http on localhost, 127.0.0.1 or [::1]")]
    Insecure,
    /// Not an address: blanks, user names, query, fragment, nothing after the scheme; the host's
    /// fault.
    #[error("the address must be scheme, host, port and path alone")]
    Format,
}

/// The way in has no such service; the caller's fault (PROTOCOL section 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the service {} is not available with this access", .0.name())]
pub struct ServiceNotAvailable(pub Service);

impl Endpoint {
    /// The official address.
    pub fn official(ambiente: Ambiente) -> Self {
        let base = match ambiente {
            Ambiente::Test => "https://invioSS730pTest.sanita.finanze.it",
            Ambiente::Produzione => "https://invioSS730p.sanita.finanze.it",
        };
        Endpoint { base: base.to_owned(), ambiente }
    }

    /// Another address, for a simulator or a proxy of one's own; paths are appended to it.
    pub fn custom(ambiente: Ambiente, base: &str) -> Result<Self, EndpointError> {
        if ambiente != Ambiente::Test {
            return Err(EndpointError::Produzione);
        }
        let (scheme, rest) = base.split_once("://").ok_or(EndpointError::Format)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~/:[]%".contains(&b);
        if rest.is_empty() || rest.len() > 500 || !rest.bytes().all(allowed) {
            return Err(EndpointError::Format);
        }
        let authority = rest.split('/').next().unwrap_or_default();
        let (host, port) = split_port(authority).ok_or(EndpointError::Format)?;
        let port_ok = port.is_none_or(|p| p.parse::<u16>().is_ok_and(|n| n != 0));
        if host.is_empty() || !port_ok {
            return Err(EndpointError::Format);
        }
        match scheme {
            "https" => {}
            "http" if is_loopback(host) => {}
            _ => return Err(EndpointError::Insecure),
        }
        Ok(Endpoint { base: format!("{scheme}://{rest}"), ambiente })
    }

    /// The environment behind the address.
    pub fn ambiente(&self) -> Ambiente {
        self.ambiente
    }

    /// The address of a service for this way in.
    pub fn url(&self, accesso: &Accesso, service: Service) -> Result<String, ServiceNotAvailable> {
        if !service.available(accesso) {
            return Err(ServiceNotAvailable(service));
        }
        let prefix = match accesso {
            Accesso::Proprio | Accesso::Associazione => "",
            Accesso::Enti => "/enti",
            Accesso::Entrate { .. } => "/entrate",
        };
        Ok(format!("{}{prefix}{}", self.base, service.path()))
    }
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if authority.starts_with('[') {
        let end = authority.find(']')?;
        let (host, rest) = authority.split_at(end + 1);
        return match rest {
            "" => Some((host, None)),
            _ => Some((host, Some(rest.strip_prefix(':')?))),
        };
    }
    match authority.split_once(':') {
        Some((host, port)) => Some((host, Some(port))),
        None => Some((authority, None)),
    }
}

fn is_loopback(host: &str) -> bool {
    if host.eq_ignore_ascii_case("localhost") || host == "[::1]" {
        return true;
    }
    // Parsed as an address: "127.evil.example" is a name like any other.
    host.parse::<core::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Sede;

    fn entrate() -> Accesso {
        Accesso::Entrate { sede: Sede::parse("00000000000-000").unwrap() }
    }

    #[test]
    fn each_way_in_has_its_prefix_and_its_services() {
        let test = Endpoint::official(Ambiente::Test);
        let count = |a: &Accesso| Service::ALL.iter().filter(|s| s.available(a)).count();
        assert_eq!(count(&Accesso::Proprio), 9);
        assert_eq!(count(&Accesso::Associazione), 8);
        assert_eq!(count(&entrate()), 8);
        assert_eq!(count(&Accesso::Enti), 1);
        assert_eq!(
            test.url(&entrate(), Service::RicevutaPdf).unwrap(),
            "https://invioSS730pTest.sanita.finanze.it/entrate/Ricevute730ServiceWeb/ricevutePdf"
        );
        assert_eq!(
            test.url(&Accesso::Enti, Service::ReportMensile),
            Err(ServiceNotAvailable(Service::ReportMensile))
        );
    }

    #[test]
    fn another_address_is_for_test_only_and_never_in_clear_over_a_network() {
        let custom = |base| Endpoint::custom(Ambiente::Test, base).map(|e| e.base);
        assert_eq!(
            Endpoint::custom(Ambiente::Produzione, "https://localhost"),
            Err(EndpointError::Produzione)
        );
        for base in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1", "https://a.b/c"]
        {
            assert_eq!(custom(base).as_deref(), Ok(base));
        }
        assert_eq!(custom("https://a/").as_deref(), Ok("https://a"));
        for base in ["http://a.example", "http://127.evil.example", "ftp://localhost"] {
            assert_eq!(custom(base), Err(EndpointError::Insecure), "{base}");
        }
        for base in [
            "localhost",
            "https://",
            "https://u:p@a",
            "https://a?b",
            "https://a#b",
            "https://a b",
            "https://a:port",
            "https://a:0",
            "http://localhost:80@evil.example",
            "https://[::1",
        ] {
            assert_eq!(custom(base), Err(EndpointError::Format), "{base}");
        }
    }

    #[test]
    fn nothing_waits_less_than_ninety_seconds() {
        assert!(Operation::ALL.iter().all(|o| o.timeout_ms() >= 90_000));
    }
}
