//! What the end of a request says: from bytes to the few things a transition distinguishes.

use sha2::{Digest, Sha256};

use crate::codes::{self, Kind, Severity};
use crate::domain::{Importo, TipoSpesa};
use crate::receipts::{self, Errors};
use crate::record::Sent;
use crate::registry::Operation;
use crate::state::hex;
use crate::step::Response;
use crate::wire::esito_invii::{self, EsitoInvio};
use crate::wire::interrogazione_puntuale::{self, DocumentoTrovato, Interrogazione};
use crate::wire::soap::AuthenticationCause;
use crate::wire::sync::{self, EsitoDocumento};
use crate::wire::{
    Esito, EsitoChiamata, Messaggio, Report, Totale, WireError, dettaglio_errori, endpoint, file,
};

/// Messages kept of the answer about one document, so that no answer makes the records grow; a
/// handful is usual.
pub(super) const MESSAGES_LIMIT: usize = 50;

/// What the end of a request says.
pub(super) enum Heard<T> {
    /// The service answered, and took the credentials.
    Answer(T),
    /// It refused the credentials, with this code; nothing was looked at.
    CredentialsRefused(Messaggio),
    /// It failed in a way that wrong credentials cause too.
    CredentialsSuspected(Messaggio),
    /// It refused the form of the request before looking at the document.
    FormRefused(Messaggio),
    /// The request did not leave.
    NotSent,
    /// Nothing that can be relied on: no answer, or one that cannot be read. `true` when something
    /// answered at all.
    Nothing { answered: bool },
}

/// What the service decided about a document that was sent.
pub(super) enum Decision {
    /// Stored, with these remarks.
    Accepted { protocollo: Option<String>, remarks: Vec<Messaggio> },
    /// It has a document of this key already.
    AlreadyThere { messaggi: Vec<Messaggio> },
    /// It has no document of this key.
    NotThere { messaggi: Vec<Messaggio> },
    /// The service failed inside (`WS99`, `200`). That it stored nothing is likely and not said,
    /// so this is no refusal.
    Trouble { messaggi: Vec<Messaggio> },
    /// Refused for good.
    Refused { messaggi: Vec<Messaggio> },
}

/// What a query found.
pub(super) enum Evidence {
    /// A document.
    Found(Box<DocumentoTrovato>),
    /// A document that was cancelled.
    Cancelled,
    /// Nothing.
    NotFound,
    /// Passing trouble.
    Trouble,
}

/// The end of a sending.
pub(super) fn hear_sending(operation: endpoint::Operation, response: &Response) -> Heard<Decision> {
    hear(
        response,
        |status, body| sync::parse(operation, status, body),
        |answer| {
            let EsitoDocumento { esito, protocollo, messaggi } = answer;
            if esito != EsitoChiamata::Negativo {
                return Ok(Decision::Accepted { protocollo, remarks: remarks(messaggi) });
            }
            if let Some(messaggio) = about_credentials(&messaggi) {
                return Err(messaggio);
            }
            let already_there = any_of_kind(&messaggi, Kind::AlreadyPresent);
            let not_there = any_of_kind(&messaggi, Kind::NotPresent);
            let trouble = any_of_kind(&messaggi, Kind::Transient);
            let mut messaggi = messaggi;
            messaggi.truncate(MESSAGES_LIMIT);
            Ok(match () {
                () if already_there => Decision::AlreadyThere { messaggi },
                () if not_there => Decision::NotThere { messaggi },
                () if trouble => Decision::Trouble { messaggi },
                () => Decision::Refused { messaggi },
            })
        },
    )
}

/// What the service says of a file that it was handed.
pub(super) enum Received {
    /// It was received under this protocol.
    Protocollo(String),
    /// The service failed inside; whether it has the file is likely not so and not said.
    Trouble,
    /// It was refused at the door.
    Refused(Messaggio),
}

/// The end of handing in a file.
pub(super) fn hear_upload(response: &Response) -> Heard<Received> {
    hear(response, file::parse, |answer| {
        let messaggio = Messaggio {
            codice: answer.codice_esito.clone(),
            descrizione: crate::redact::server_text(&answer.descrizione_esito),
            tipo: "E".to_owned(),
        };
        let protocollo = answer.protocollo.clone().filter(|p| super::turn::is_protocollo(p));
        if answer.is_received() {
            // Received without a protocol that can be asked for: it is looked for.
            return Ok(protocollo.map_or(Received::Trouble, Received::Protocollo));
        }
        if let Some(messaggio) = about_credentials(std::slice::from_ref(&messaggio)) {
            return Err(messaggio);
        }
        Ok(match any_of_kind(std::slice::from_ref(&messaggio), Kind::Transient) {
            true => Received::Trouble,
            false => Received::Refused(messaggio),
        })
    })
}

/// The end of asking for files: those found, or none.
fn hear_outcomes(response: &Response) -> Heard<Option<Vec<EsitoInvio>>> {
    hear(response, esito_invii::parse, |answer| match answer {
        Esito::Positivo(files) => Ok(Some(files)),
        Esito::Negativo(messaggi) => match about_credentials(&messaggi) {
            Some(messaggio) => Err(messaggio),
            None if any_of_kind(&messaggi, Kind::Transient) => Ok(None),
            // What the service says when there is none is documented nowhere.
            None => Ok(Some(Vec::new())),
        },
    })
}

/// The end of asking for one file, or for the files of some days.
pub(super) fn hear_files(response: &Response) -> Heard<Vec<EsitoInvio>> {
    match hear_outcomes(response) {
        Heard::Answer(Some(files)) => Heard::Answer(files),
        // In trouble, and so no evidence of absence.
        Heard::Answer(None) => Heard::Nothing { answered: true },
        other => other.map(Option::unwrap_or_default),
    }
}

/// What became of asking for the errors of a file.
pub(super) enum ErrorFile {
    Rows(Errors),
    /// There are none.
    None,
    /// The whole file was discarded.
    Discarded,
    /// It cannot be read.
    Unreadable,
    /// Not now.
    Later,
}

/// The end of asking for errors.
pub(super) fn hear_errors(response: &Response) -> Heard<ErrorFile> {
    hear(response, dettaglio_errori::parse, |answer| match answer {
        Esito::Positivo(bytes) => {
            Ok(receipts::errors(&bytes).map_or(ErrorFile::Unreadable, ErrorFile::Rows))
        }
        Esito::Negativo(messaggi) => {
            if let Some(messaggio) = about_credentials(&messaggi) {
                return Err(messaggio);
            }
            let is = |kind| any_of_kind(&messaggi, kind);
            Ok(match () {
                () if is(Kind::NoErrorFile) => ErrorFile::None,
                () if is(Kind::FileDiscarded) => ErrorFile::Discarded,
                () => ErrorFile::Later,
            })
        }
    })
}

/// What the end of asking for a receipt says of the credentials.
pub(super) fn hear_fetched(
    response: &Response,
    parse: impl FnOnce(u16, &[u8]) -> Result<Esito<Vec<u8>>, WireError>,
) -> Heard<()> {
    hear(response, parse, |answer| match answer {
        Esito::Positivo(_) => Ok(()),
        Esito::Negativo(messaggi) => about_credentials(&messaggi).map_or(Ok(()), Err),
    })
}

/// The end of asking for a month: the report's bytes, `None` when it is empty, or the messages.
pub(super) fn hear_report(
    response: &Response,
    parse: impl FnOnce(u16, &[u8]) -> Result<Report, WireError>,
) -> Heard<Result<Option<Vec<u8>>, Vec<Messaggio>>> {
    hear(response, parse, |answer| {
        if let Some(file) = answer.file {
            return Ok(Ok(Some(file)));
        }
        match about_credentials(&answer.messaggi) {
            Some(messaggio) => Err(messaggio),
            None if any_of_kind(&answer.messaggi, Kind::NothingFound) => Ok(Ok(None)),
            None => Ok(Err(answer.messaggi)),
        }
    })
}

impl<T> Heard<T> {
    /// The same with another answer.
    pub(super) fn map<U>(self, f: impl FnOnce(T) -> U) -> Heard<U> {
        match self {
            Heard::Answer(answer) => Heard::Answer(f(answer)),
            Heard::CredentialsRefused(messaggio) => Heard::CredentialsRefused(messaggio),
            Heard::CredentialsSuspected(messaggio) => Heard::CredentialsSuspected(messaggio),
            Heard::FormRefused(messaggio) => Heard::FormRefused(messaggio),
            Heard::NotSent => Heard::NotSent,
            Heard::Nothing { answered } => Heard::Nothing { answered },
        }
    }
}

/// The end of a query.
pub(super) fn hear_query(response: &Response) -> Heard<Evidence> {
    hear(response, interrogazione_puntuale::parse, |answer| {
        let Interrogazione { esito, documento, messaggi } = answer;
        if any_of_kind(&messaggi, Kind::Cancelled) {
            return Ok(Evidence::Cancelled);
        }
        match documento {
            Some(found) if esito != EsitoChiamata::Negativo => Ok(Evidence::Found(Box::new(found))),
            _ if any_of_kind(&messaggi, Kind::NothingFound) => Ok(Evidence::NotFound),
            _ => match about_credentials(&messaggi) {
                Some(messaggio) => Err(messaggio),
                None => Ok(Evidence::Trouble),
            },
        }
    })
}

fn hear<A, T>(
    response: &Response,
    parse: impl FnOnce(u16, &[u8]) -> Result<A, WireError>,
    read: impl FnOnce(A) -> Result<T, Messaggio>,
) -> Heard<T> {
    let (status, body) = match response {
        Response::Answered { status, body, .. } => (*status, body),
        Response::NotSent => return Heard::NotSent,
        Response::Unknown => return Heard::Nothing { answered: false },
    };
    let error = match parse(status, body) {
        Ok(answer) => return read(answer).map_or_else(Heard::CredentialsRefused, Heard::Answer),
        Err(error) => error,
    };
    let message = |text: &str| Messaggio {
        codice: error.code().to_owned(),
        descrizione: text.to_owned(),
        tipo: "E".to_owned(),
    };
    match &error {
        WireError::Authentication { cause: AuthenticationCause::Suspected, text } => {
            Heard::CredentialsSuspected(message(text))
        }
        WireError::Authentication { text, .. } => Heard::CredentialsRefused(message(text)),
        WireError::Schema { text } => Heard::FormRefused(message(text)),
        _ => Heard::Nothing { answered: true },
    }
}

/// The first message that is about who sends and not about the document.
fn about_credentials(messaggi: &[Messaggio]) -> Option<Messaggio> {
    let about_sender = |m: &&Messaggio| {
        use Kind::*;
        matches!(
            codes::explain(&m.codice, Some(&m.tipo)).kind,
            Credentials | PasswordExpired | Encryption | Delegation | Entratel | OwnerData
        )
    };
    messaggi.iter().find(about_sender).cloned()
}

pub(super) fn any_of_kind(messaggi: &[Messaggio], kind: Kind) -> bool {
    messaggi.iter().any(|m| codes::explain(&m.codice, Some(&m.tipo)).kind == kind)
}

/// The messages that are remarks: without the message of success that stands beside them.
fn remarks(messaggi: Vec<Messaggio>) -> Vec<Messaggio> {
    let mut messaggi = messaggi;
    messaggi.retain(|m| codes::explain(&m.codice, Some(&m.tipo)).severity != Severity::Ok);
    messaggi.truncate(MESSAGES_LIMIT);
    messaggi
}

/// Whether what was found is what was sent, as far as the service shows it: payment date and
/// totals by kind of expense. Whether a refund shows its own amounts as such or as refunded ones is
/// documented nowhere (PROTOCOL section 6.4 has them on the original), so either will do.
pub(super) fn same(found: &DocumentoTrovato, sent: &Sent) -> bool {
    let mut expected: Vec<_> =
        sent.totals.iter().map(|(tipo, importo)| (tipo.as_str(), *importo)).collect();
    expected.sort();
    found.data_pagamento == Some(sent.data_pagamento)
        && (totals(&found.totali) == expected
            || sent.operation == Operation::Rimborso
                && totals(&found.totali_rimborsati) == expected)
}

/// A monthly report shows zeros for kinds that do not occur; a query might as well.
fn totals(shown: &[Totale]) -> Vec<(&str, Importo)> {
    let mut totals: Vec<_> = shown
        .iter()
        .map(|total| (total.tipo_spesa.as_str(), total.importo))
        .filter(|(_, importo)| importo.cents() != 0)
        .collect();
    totals.sort();
    totals
}

/// The totals of kinds that are known.
pub(super) fn totals_of(shown: &[Totale]) -> Vec<(TipoSpesa, Importo)> {
    let known = |(tipo, importo): (&str, Importo)| Some((TipoSpesa::parse(tipo).ok()?, importo));
    totals(shown).into_iter().filter_map(known).collect()
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The digest of a response's body, when there is one.
pub(super) fn response_digest(response: &Response) -> Option<String> {
    match response {
        Response::Answered { body, .. } => Some(sha256(body)),
        Response::NotSent | Response::Unknown => None,
    }
}
