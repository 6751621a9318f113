//! What only looks: the registry, the documents, events.

use std::path::Path;

use sts_core::command::{Answer, Command, DocumentView};
use sts_core::event::{Event, EventKind, Found};
use sts_core::registry::TransmissionView;
use sts_core::time::Timestamp;

use crate::args::{List, Status};
use crate::failure::{Exit, Failure};
use crate::practice::{self, PracticeDriver};
use crate::ui::{Mood, Ui, clean};
use crate::words;

/// One command that changes nothing, and its answer.
fn ask(database: &crate::args::Database, command: &Command) -> Result<Answer, Failure> {
    let (practice, clock) = practice::open(database)?;
    let mut driver = practice.driver(&database.db, None, clock, Box::new(|_: &Event| {}))?;
    Ok(driver.command(command)?)
}

pub(crate) fn list(ui: &Ui, list: &List) -> Result<Exit, Failure> {
    let command = Command::List {
        filter: sts_core::registry::Filter::default(),
        after: list.after.clone(),
        limit: list.limit,
    };
    let answer = ask(&list.database, &command)?;
    if list.json {
        ui.json(&answer);
    } else if let Answer::Registry { transmissions, next } = answer {
        registry(ui, &transmissions);
        more(ui, next);
    }
    Ok(Exit::Done)
}

pub(crate) fn registry(ui: &Ui, transmissions: &[TransmissionView]) {
    if transmissions.is_empty() {
        return ui.tell("Nessun invio finora.", "No transmissions so far.");
    }
    let header = [
        ("N.", "No."),
        ("Inviato il", "Sent"),
        ("Operazione", "Operation"),
        ("Documenti", "Documents"),
        ("Protocollo", "Protocol"),
        ("Invio", "Sending"),
        ("Accoglienza", "Acceptance"),
        ("Codici", "Codes"),
    ];
    // Short ids are kept whole; a long list of documents is broken into lines.
    let length =
        |row: &TransmissionView| row.documents.iter().map(|id| id.len() + 2).sum::<usize>();
    let short = transmissions.iter().all(|row| length(row) <= 20);
    let wide = ui.is_wide();
    let mut table = match (wide, short) {
        (true, true) => ui.table(&header, &[0, 1, 2, 3, 4]),
        (true, false) => ui.table(&header, &[0, 1, 2, 4]),
        (false, _) => ui.table(
            &[
                ("N.", "No."),
                ("Inviato il", "Sent"),
                ("Documenti e protocollo", "Documents and protocol"),
                ("Invio", "Sending"),
                ("Accoglienza", "Acceptance"),
            ],
            &[0, 1],
        ),
    };
    for row in transmissions {
        let (transmission_it, transmission_en, transmission_mood) =
            words::transmission(row.transmission);
        let (acceptance_it, acceptance_en, acceptance_mood) = words::acceptance(row.acceptance);
        let codes: Vec<String> = row.messaggi.iter().map(|m| clean(&m.codice)).collect();
        let codes = codes.join(", ");
        let (at, operation) = (ui.time(row.at), words::operation(row.operation));
        let documents = clean(&row.documents.join(", "));
        let protocollo = clean(row.protocollo.as_deref().unwrap_or_default());
        let transmission = ui.lang.pick(transmission_it, transmission_en);
        let acceptance = ui.lang.pick(acceptance_it, acceptance_en);
        let number = ui.cell(row.number.to_string(), Mood::Plain);
        let transmission = ui.cell(transmission, transmission_mood);
        table.add_row(if wide {
            vec![
                number,
                ui.cell(at, Mood::Plain),
                ui.cell(operation, Mood::Plain),
                ui.cell(documents, Mood::Plain),
                ui.cell(protocollo, Mood::Plain),
                transmission,
                ui.cell(acceptance, acceptance_mood),
                ui.cell(codes, Mood::Plain),
            ]
        } else {
            vec![
                number,
                ui.cell(format!("{at}\n{operation}"), Mood::Plain),
                ui.cell(format!("{documents}\n{protocollo}"), Mood::Plain),
                transmission,
                ui.cell(format!("{acceptance}\n{codes}"), acceptance_mood),
            ]
        });
    }
    ui.say(&table.to_string());
}

pub(crate) fn documents(ui: &Ui, list: &List) -> Result<Exit, Failure> {
    let command = Command::Documents { after: list.after.clone(), limit: list.limit };
    let answer = ask(&list.database, &command)?;
    if list.json {
        ui.json(&answer);
    } else if let Answer::Documents { documents, next } = answer {
        show_documents(ui, &documents);
        more(ui, next);
    }
    Ok(Exit::Done)
}

fn show_documents(ui: &Ui, documents: &[DocumentView]) {
    let header = [
        ("Documento", "Document"),
        ("Pagato il", "Paid"),
        ("Totale", "Total"),
        ("Stato", "State"),
        ("Protocollo", "Protocol"),
        ("Numero", "Number"),
        ("Motivi", "Reasons"),
    ];
    let columns = if ui.is_wide() { header.len() } else { 5 };
    let mut table = ui.table(&header[..columns], &[1, 2, 4]);
    for document in documents {
        let (it, en, mood) = words::state(document.state);
        let key = document.id_spesa.as_ref();
        let numero = key.map(|key| key.num_documento.as_str()).unwrap_or_default();
        let paid = document.data_pagamento.map(|data| ui.data(data)).unwrap_or_default();
        let codes: Vec<&str> = document.reasons.iter().map(|reason| reason.code).collect();
        let protocollo = document.protocollo.as_deref().unwrap_or_default();
        let mut row = vec![
            ui.cell(clean(&document.id), Mood::Plain),
            ui.cell(paid, Mood::Plain),
            ui.cell(ui.importo(document.totale), Mood::Plain),
            ui.cell(ui.lang.pick(it, en), mood),
            ui.cell(clean(protocollo), Mood::Plain),
            ui.cell(clean(numero), Mood::Plain),
            ui.cell(codes.join(", "), Mood::Plain),
        ];
        row.truncate(columns);
        table.add_row(row);
    }
    ui.say(&table.to_string());
}

pub(crate) fn status(ui: &Ui, status: &Status) -> Result<Exit, Failure> {
    let answer = ask(&status.database, &Command::Document { id: status.id.clone() })?;
    let Answer::Document { document } = &answer else {
        return Ok(Exit::Internal);
    };
    let Some(document) = document else {
        return Err(Failure::new(
            Exit::Unusable,
            "nessun documento salvato ha questo id",
            "no saved document has this id",
        ));
    };
    if status.json {
        ui.json(&answer);
        return Ok(Exit::Done);
    }
    let mut table = ui.table(&[("Documento", "Document"), ("", "")], &[]);
    let mut row = |it: &str, en: &str, text: String, mood: Mood| {
        if !text.is_empty() {
            table.add_row(vec![ui.cell(ui.lang.pick(it, en), Mood::Plain), ui.cell(text, mood)]);
        }
    };
    let (it, en, mood) = words::state(document.state);
    let transmissions: Vec<String> =
        document.transmissions.iter().map(|number| number.to_string()).collect();
    row("Id", "Id", clean(&document.id), Mood::Plain);
    row("Stato", "State", ui.lang.pick(it, en).to_owned(), mood);
    if let Some(key) = &document.id_spesa {
        row("Numero", "Number", clean(key.num_documento.as_str()), Mood::Plain);
        row("Emesso il", "Issued", ui.data(key.data_emissione), Mood::Plain);
    }
    let paid = document.data_pagamento.map(|data| ui.data(data));
    row("Pagato il", "Paid", paid.unwrap_or_default(), Mood::Plain);
    row("Totale", "Total", ui.importo(document.totale), Mood::Plain);
    let protocollo = document.protocollo.as_deref().unwrap_or_default();
    row("Protocollo", "Protocol", clean(protocollo), Mood::Plain);
    row("Motivi", "Reasons", words::reasons(&document.reasons, ui.lang), Mood::Plain);
    let messages = words::messages(&document.messaggi, ui.lang);
    row("Messaggi di Sistema TS", "Messages of Sistema TS", messages, Mood::Plain);
    row("Invii", "Transmissions", transmissions.join(", "), Mood::Plain);
    let due = document.due.map(|due| ui.time(due)).unwrap_or_default();
    row("Prossimo passo", "Next step", due, Mood::Plain);
    ui.say(&table.to_string());
    Ok(Exit::Done)
}

/// Looks at every document, page by page.
pub(crate) fn each_document(
    driver: &mut PracticeDriver<'_>,
    mut look: impl FnMut(DocumentView),
) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let command = Command::Documents { after, limit: Command::PAGE_LIMIT };
        let Answer::Documents { documents, next } = driver.command(&command)? else {
            return Ok(());
        };
        documents.into_iter().for_each(&mut look);
        if next.is_none() {
            return Ok(());
        }
        after = next;
    }
}

/// One line for an event.
pub(crate) fn event(ui: &Ui, event: &Event) {
    let (it, en) = match &event.kind {
        EventKind::DocumentAccepted { id, protocollo, messaggi, .. } => {
            let (id, protocollo) = (clean(id), clean(protocollo.as_deref().unwrap_or("–")));
            let text = words::messages(messaggi, ui.lang);
            let text = format!("{protocollo}\n{text}");
            let text = text.trim_end();
            (
                format!("{id}: accolto, protocollo {text}"),
                format!("{id}: accepted, protocol {text}"),
            )
        }
        EventKind::DocumentRefused { id, messaggi } => {
            let (id, text) = (clean(id), words::messages(messaggi, ui.lang));
            (format!("{id}: scartato. {text}"), format!("{id}: refused. {text}"))
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
        EventKind::CredentialsRefused { .. } => return credentials_refused(ui),
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
        _ => return,
    };
    ui.say(&format!("{}  {}", ui.time(event.at), ui.lang.pick(it, en)));
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
            event(ui, happened);
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

/// Why the service was not reached, when it was not.
pub(crate) fn trouble(ui: &Ui, trouble: Option<&str>) {
    let Some(trouble) = trouble.map(clean) else {
        return;
    };
    ui.tell(
        &format!(
            "Il servizio non è raggiungibile o non ha risposto ({trouble}). Controlla la rete e, se \
             l'indirizzo o il certificato sono tuoi, --endpoint e --ca di sts init; altrimenti \
             riprova più tardi."
        ),
        &format!(
            "The service cannot be reached or did not answer ({trouble}). Check the network and, \
             where address or certificate are your own, --endpoint and --ca of sts init; otherwise \
             try again later."
        ),
    );
}

/// There is more to do later.
pub(crate) fn to_be_continued(ui: &Ui, db: &Path, wake_at: Option<Timestamp>) {
    let db = db.display();
    match wake_at {
        Some(at) => {
            let at = ui.time(at);
            ui.tell(
                &format!("Resta qualcosa da fare dopo il {at}: sts run {db}"),
                &format!("Something is left to do after {at}: sts run {db}"),
            );
        }
        None => ui.tell(
            "Resta qualcosa da inviare, ma prima vanno sistemate le credenziali.",
            "Something is left to send, but the credentials must be put right first.",
        ),
    }
}

fn more(ui: &Ui, next: Option<String>) {
    if let Some(next) = next {
        let next = clean(&next);
        ui.tell(&format!("Continua: --after {next}"), &format!("More: --after {next}"));
    }
}
