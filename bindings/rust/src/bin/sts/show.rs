//! What only looks: the registry and the documents.

use std::path::Path;

use sts_core::command::{Answer, Command, DocumentView};
use sts_core::event::Event;
use sts_core::registry::{Acceptance, Channel, Counts, Filter, TransmissionView};
use sts_core::time::Timestamp;

use crate::args::{List, Registry};
use crate::failure::{Exit, Failure};
use crate::practice::{self, PracticeDriver};
use crate::ui::{Mood, Ui, clean};
use crate::words;

/// One command that changes nothing, and its answer.
pub(crate) fn ask(database: &crate::args::Database, command: &Command) -> Result<Answer, Failure> {
    let (practice, clock) = practice::open(database)?;
    let mut driver = practice.driver(&database.db, None, clock, Box::new(|_: &Event| {}))?;
    Ok(driver.command(command)?)
}

pub(crate) fn list(ui: &Ui, list: &Registry) -> Result<Exit, Failure> {
    let filter = Filter {
        document: list.document.clone(),
        protocollo: list.protocollo.clone(),
        from: list.from,
        to: list.to,
        outcome: list.outcome.map(Into::into),
    };
    let (after, limit) = (list.page.after.clone(), list.page.limit);
    let filtered = filter != Filter::default();
    let command = Command::List { filter, after, limit };
    let answer = ask(&list.database, &command)?;
    if list.json {
        ui.json(&answer);
    } else if let Answer::Registry { transmissions, next } = answer {
        if transmissions.is_empty() && filtered {
            ui.tell("Nessun invio come richiesto.", "No transmission like that.");
        } else {
            registry(ui, &transmissions);
        }
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
    let wide = ui.is_wide();
    let most = if wide { 4 } else { 2 };
    let short = transmissions.iter().all(|row| names(&row.documents, most).chars().count() <= 20);
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
        let at = ui.time(row.at);
        let mut operation = words::operation(row.operation).to_owned();
        let mut acceptance = ui.lang.pick(acceptance_it, acceptance_en).to_owned();
        if row.channel == Channel::File {
            operation.push_str(" (file)");
            // One word for all of them would hide how many.
            let decided = !matches!(row.acceptance, Acceptance::Pending | Acceptance::None);
            if decided && row.documents.len() > 1 {
                let Counts { inviati, accolti, .. } = row.counts;
                acceptance.push_str(&format!(" {accolti}/{inviati}"));
            }
        }
        let documents = clean(&names(&row.documents, most));
        let protocollo = clean(row.protocollo.as_deref().unwrap_or_default());
        let transmission = ui.lang.pick(transmission_it, transmission_en);
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
                ui.cell(format!("{documents}\n{protocollo}").trim_end(), Mood::Plain),
                transmission,
                ui.cell(format!("{acceptance}\n{codes}").trim_end(), acceptance_mood),
            ]
        });
    }
    ui.say(&table.to_string());
}

/// The documents of a transmission; of many the first, the last and how many.
fn names(documents: &[String], most: usize) -> String {
    match documents {
        [first, .., last] if documents.len() > most => {
            format!("{first} … {last} ({})", documents.len())
        }
        few => few.join(", "),
    }
}

pub(crate) fn documents(ui: &Ui, list: &List) -> Result<Exit, Failure> {
    let command = Command::Documents { after: list.page.after.clone(), limit: list.page.limit };
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
