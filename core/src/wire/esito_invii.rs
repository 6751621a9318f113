//! EsitoInvii: the state of files, by protocol or by dates (PROTOCOL section 6.1).

use super::endpoint::Operation;
use super::parts::{child_text, child_token};
use super::receipts::{self, Esito};
use super::request::{Body, BuildError, Opzionali, Pincode};
use super::soap::{Answer, WireError};
use super::xml::Element;
use crate::domain::Data;

const NAMESPACE: &str = "http://esitoinvio.p730.sanita.sogei.it/";

/// What is asked for; the two exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ricerca<'a> {
    /// One file.
    Protocollo(&'a str),
    /// The files sent from the first day to the second, both included.
    Periodo(Data, Data),
}

/// Asks for the state of files.
pub fn esito_invii(
    pincode: &Pincode,
    opzionali: &Opzionali,
    ricerca: Ricerca<'_>,
) -> Result<Body, BuildError> {
    match ricerca {
        Ricerca::Protocollo(text) => {
            receipts::protocollo(text)?;
        }
        Ricerca::Periodo(from, to) if from > to => return Err(BuildError::Period),
        Ricerca::Periodo(..) => {}
    }
    let sender = (pincode, opzionali);
    let bytes = receipts::request("EsitoInvii", NAMESPACE, sender, |xml| match ricerca {
        Ricerca::Protocollo(protocollo) => xml.leaf("protocollo", protocollo),
        Ricerca::Periodo(from, to) => {
            xml.leaf("dataInizio", &from.day_first());
            xml.leaf("dataFine", &to.day_first());
        }
    });
    Ok(Body::soap(Operation::EsitoInvii, bytes))
}

/// `stato` of a file (Specifiche ricevute 16/11/2015, pages 8 and 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatoInvio {
    /// 0: waiting.
    InFaseDiElaborazione,
    /// 1: being worked on.
    InElaborazione,
    /// 2: done.
    Elaborato,
    /// 3: done, and some documents were refused or have remarks; the CSV says which.
    ElaboratoConErrori,
    /// 5: refused as a whole while working on it; nothing is stored, the PDF says why.
    ScartatoInElaborazione,
    /// 9: refused as a whole at reception.
    ScartatoInAccoglienza,
    /// A number no document explains; taken as not final.
    Altro(i32),
}

impl StatoInvio {
    fn from_number(number: i32) -> Self {
        match number {
            0 => StatoInvio::InFaseDiElaborazione,
            1 => StatoInvio::InElaborazione,
            2 => StatoInvio::Elaborato,
            3 => StatoInvio::ElaboratoConErrori,
            5 => StatoInvio::ScartatoInElaborazione,
            9 => StatoInvio::ScartatoInAccoglienza,
            other => StatoInvio::Altro(other),
        }
    }

    /// The number on the wire.
    pub fn number(self) -> i32 {
        match self {
            StatoInvio::InFaseDiElaborazione => 0,
            StatoInvio::InElaborazione => 1,
            StatoInvio::Elaborato => 2,
            StatoInvio::ElaboratoConErrori => 3,
            StatoInvio::ScartatoInElaborazione => 5,
            StatoInvio::ScartatoInAccoglienza => 9,
            StatoInvio::Altro(other) => other,
        }
    }

    /// Whether the outcome is known for good.
    pub fn is_final(self) -> bool {
        match self {
            StatoInvio::InFaseDiElaborazione
            | StatoInvio::InElaborazione
            | StatoInvio::Altro(_) => false,
            StatoInvio::Elaborato
            | StatoInvio::ElaboratoConErrori
            | StatoInvio::ScartatoInElaborazione
            | StatoInvio::ScartatoInAccoglienza => true,
        }
    }
}

/// The state of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EsitoInvio {
    /// Protocol number, opaque.
    pub protocollo: String,
    /// When it was sent, as the service writes it: `dd-mm-yyyy`, with or without `hh:mm:ss`.
    pub data_invio: String,
    /// State.
    pub stato: StatoInvio,
    /// The service's words for the state.
    pub descrizione: String,
    /// Documents in the file.
    pub inviati: u64,
    /// Stored without remarks or with.
    pub accolti: u64,
    /// Stored with remarks.
    pub segnalati: u64,
    /// Refused.
    pub scartati: u64,
}

impl EsitoInvio {
    /// The day of [`data_invio`](Self::data_invio).
    pub fn giorno_invio(&self) -> Option<Data> {
        Data::parse_day_first(self.data_invio.get(..10)?, '-').ok()
    }
}

/// Reads the answer: the files found, or why there are none.
pub fn parse(status: u16, body: &[u8]) -> Result<Esito<Vec<EsitoInvio>>, WireError> {
    let payload = Answer::open(status, body, NAMESPACE, "EsitoInviiResponse")?.payload;
    receipts::read(&payload, |positive| {
        positive.all(None, "dettagliEsito").map(read_detail).collect()
    })
}

fn read_detail(detail: &Element) -> Result<EsitoInvio, WireError> {
    let number = |name: &'static str| {
        let text = detail.child(None, name).map_or("", Element::text);
        text.parse::<u64>().map_err(|_| WireError::Malformed(name))
    };
    let stato = detail.child(None, "stato").map_or("", Element::text);
    let stato = stato.parse().map_err(|_| WireError::Malformed("stato"))?;
    Ok(EsitoInvio {
        protocollo: child_token(detail, None, "protocollo")
            .ok_or(WireError::Malformed("protocollo"))?,
        data_invio: child_text(detail, None, "dataInvio").unwrap_or_default(),
        stato: StatoInvio::from_number(stato),
        descrizione: child_text(detail, None, "descrizione").unwrap_or_default(),
        inviati: number("nInviati")?,
        accolti: number("nAccolti")?,
        segnalati: number("nWarnings")?,
        scartati: number("nErrori")?,
    })
}
