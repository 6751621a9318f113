//! What happened, in the user's words.

use sts_core::event::{Event, EventKind, Found};
use sts_core::registry::Counts;

use crate::ui::{Ui, clean};
use crate::words;

/// One line for an event, or more when the service had something to say.
pub(crate) fn show(ui: &Ui, event: &Event) {
    if matches!(event.kind, EventKind::CredentialsRefused { .. }) {
        return credentials_refused(ui);
    }
    if let Some(text) = sentence(ui, &event.kind) {
        ui.say(&format!("{}  {text}", ui.time(event.at)));
    }
}

/// What happened, in the user's words; `None` for what this version does not know.
pub(crate) fn sentence(ui: &Ui, kind: &EventKind) -> Option<String> {
    let (it, en) = match kind {
        EventKind::DocumentAccepted { id, operation, protocollo, messaggi, recovered } => {
            let (id, protocollo) = (clean(id), clean(protocollo.as_deref().unwrap_or("–")));
            let text = words::messages(messaggi, ui.lang);
            let text = format!("{protocollo}\n{text}");
            let text = text.trim_end();
            let operation = words::operation(*operation);
            let how = if *recovered {
                (
                    "accolto (accertato dopo una risposta persa)",
                    "accepted (found out after a lost answer)",
                )
            } else {
                ("accolto", "accepted")
            };
            (
                format!("{id}: {operation}: {}, protocollo {text}", how.0),
                format!("{id}: {operation}: {}, protocol {text}", how.1),
            )
        }
        EventKind::DocumentRefused { id, messaggi } => {
            let (id, text) = (clean(id), words::messages(messaggi, ui.lang));
            (format!("{id}: scartato\n{text}"), format!("{id}: refused\n{text}"))
        }
        EventKind::DocumentConflict { id, found } => {
            let id = clean(id);
            match found {
                Found::Cancelled => (
                    format!("{id}: su Sistema TS risulta cancellato"),
                    format!("{id}: cancelled on Sistema TS"),
                ),
                _ => (
                    format!("{id}: su Sistema TS c'è un altro contenuto"),
                    format!("{id}: Sistema TS has another content"),
                ),
            }
        }
        EventKind::OutcomeUnknown { id, ask_at } => {
            let (id, at) = (clean(id), ui.time(*ask_at));
            (
                format!("{id}: nessuna risposta; lo chiederò al servizio dopo il {at}"),
                format!("{id}: no answer; the service will be asked after {at}"),
            )
        }
        EventKind::SendingPostponed { id, not_before } => {
            let (id, at) = (clean(id), ui.time(*not_before));
            (
                format!("{id}: invio rimandato, non prima del {at}"),
                format!("{id}: postponed, not before {at}"),
            )
        }
        EventKind::SendingGivenUp { id } => {
            let id = clean(id);
            (format!("{id}: invio abbandonato"), format!("{id}: given up"))
        }
        EventKind::YearClosed { id } => {
            let id = clean(id);
            (
                format!("{id}: l'anno si è chiuso, non si può più inviare"),
                format!("{id}: its year has closed, it cannot be sent any more"),
            )
        }
        EventKind::DocumentPutOff { id, code, not_before } => {
            let (id, at) = (clean(id), ui.time(*not_before));
            (
                format!("{id}: non si può trattare ({code}); si riprova dopo le {at}"),
                format!("{id}: cannot be dealt with ({code}); tried again after {at}"),
            )
        }
        EventKind::CredentialsRefused { .. } => (
            "Sistema TS ha rifiutato le credenziali: nulla parte finché non cambiano".to_owned(),
            "Sistema TS refused the credentials: nothing leaves until they change".to_owned(),
        ),
        EventKind::CredentialsAccepted => {
            ("credenziali accettate".to_owned(), "credentials accepted".to_owned())
        }
        EventKind::CredentialsUnclear | EventKind::CredentialsSuspect => (
            "il servizio non ha dato una risposta chiara sulle credenziali: provale con \
             sts test-credentials"
                .to_owned(),
            "the service gave no clear answer about the credentials: try them with \
             sts test-credentials"
                .to_owned(),
        ),
        EventKind::KeyChanged => (
            "è cambiata la chiave con cui si cifrano i codici fiscali".to_owned(),
            "the key that encrypts tax codes has changed".to_owned(),
        ),
        EventKind::DocumentCancelled { id, protocollo } => {
            let id = clean(id);
            match protocollo.as_deref().map(clean) {
                Some(protocollo) => (
                    format!("{id}: cancellato da Sistema TS, protocollo {protocollo}"),
                    format!("{id}: cancelled on Sistema TS, protocol {protocollo}"),
                ),
                None => (
                    format!("{id}: su Sistema TS non c'era già più"),
                    format!("{id}: was not on Sistema TS any more"),
                ),
            }
        }
        EventKind::StillThere { id } => {
            let id = clean(id);
            (
                format!("{id}: è ancora su Sistema TS; aggiornalo, oppure prima cancellalo da lì"),
                format!("{id}: still on Sistema TS; update it, or cancel it there first"),
            )
        }
        EventKind::FileReceived { transmission, protocollo } => {
            let protocollo = clean(protocollo);
            (
                format!(
                    "file dell'invio {transmission}: ricevuto, protocollo {protocollo}; l'esito \
                     verrà chiesto finché non è definitivo"
                ),
                format!(
                    "file of transmission {transmission}: received, protocol {protocollo}; its \
                     outcome is asked for until it is final"
                ),
            )
        }
        EventKind::FileUnknown { transmission, ask_at } => {
            let at = ui.time(*ask_at);
            (
                format!(
                    "file dell'invio {transmission}: nessuna risposta; lo cercherò nell'elenco del \
                     servizio dopo il {at}"
                ),
                format!(
                    "file of transmission {transmission}: no answer; it is looked for in the \
                     service's list after {at}"
                ),
            )
        }
        EventKind::FileSettled { transmission, counts } => {
            let Counts { inviati, accolti, segnalati, scartati } = counts;
            (
                format!(
                    "file dell'invio {transmission}: elaborato; inviati {inviati}, accolti \
                     {accolti} (di cui con segnalazioni {segnalati}), scartati {scartati}"
                ),
                format!(
                    "file of transmission {transmission}: processed; sent {inviati}, accepted \
                     {accolti} ({segnalati} of them with remarks), refused {scartati}"
                ),
            )
        }
        EventKind::FileDiscarded { transmission } => (
            format!(
                "file dell'invio {transmission}: scartato per intero, nulla è stato registrato; \
                 il motivo è nella ricevuta: sts receipts … {transmission}"
            ),
            format!(
                "file of transmission {transmission}: discarded as a whole, nothing is stored; \
                 its receipt says why: sts receipts … {transmission}"
            ),
        ),
        EventKind::SaveAgain { id } => {
            let id = clean(id);
            (
                format!("{id}: col tempo l'esito può essere cambiato, salva di nuovo la fattura"),
                format!("{id}: time may have changed its verdict, save the invoice again"),
            )
        }
        _ => return None,
    };
    Some(ui.lang.pick(it, en))
}

/// What happened to the credentials, when something did.
pub(crate) fn credential_events(ui: &Ui, events: &[Event]) {
    for happened in events {
        if matches!(
            happened.kind,
            EventKind::CredentialsRefused { .. }
                | EventKind::CredentialsUnclear
                | EventKind::CredentialsSuspect
                | EventKind::KeyChanged
        ) {
            show(ui, happened);
        }
    }
}

pub(crate) fn credentials_refused(ui: &Ui) {
    ui.tell(
        "Sistema TS ha rifiutato le credenziali. Controlla utente, password e pincode; se la \
         password è scaduta, cambiala su www.sistemats.it e poi qui. Finché non cambiano, nulla \
         viene inviato.",
        "Sistema TS refused the credentials. Check user, password and pincode; if the password has \
         expired, change it on www.sistemats.it and then here. Until they change, nothing is sent.",
    );
}
