//! One document: where it stands, what would happen next and why.

use sts_core::command::{Answer, Command};
use sts_core::domain::IdSpesa;
use sts_core::health;
use sts_core::plan::Plan;

use crate::args::Status;
use crate::failure::{Exit, Failure};
use crate::show::{ask, registry};
use crate::ui::{Mood, Ui, clean};
use crate::words;

fn look(status: &Status) -> Result<(Answer, health::Status), Failure> {
    let answer = ask(&status.database, &Command::Status { id: status.id.clone() })?;
    match &answer {
        Answer::Status { status: Some(found) } => {
            let found = (**found).clone();
            Ok((answer, found))
        }
        _ => Err(Failure::new(
            Exit::Unusable,
            "nessun documento salvato ha questo id",
            "no saved document has this id",
        )),
    }
}

pub(crate) fn status(ui: &Ui, status: &Status) -> Result<Exit, Failure> {
    let (answer, found) = look(status)?;
    if status.json {
        ui.json(&answer);
        return Ok(Exit::Done);
    }
    let document = &found.document;
    ui.say(&ui.fold(ui.lang.pick(&found.it, &found.en)));
    let mut table = ui.table(&[("Documento", "Document"), ("", "")], &[]);
    let mut row = |it: &str, en: &str, text: String, mood: Mood| {
        if !text.is_empty() {
            table.add_row(vec![ui.cell(ui.lang.pick(it, en), Mood::Plain), ui.cell(text, mood)]);
        }
    };
    let (it, en, mood) = words::state(document.state);
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
    row("Che cosa segue", "What follows", plan_words(ui, &found.plan), Mood::Plain);
    if let Some(scadenza) = &found.scadenza {
        let text = ui.lang.pick(
            format!(
                "{}; correzioni fino al {}",
                ui.data(scadenza.scadenza),
                ui.data(scadenza.correzioni)
            ),
            format!(
                "{}; corrections until {}",
                ui.data(scadenza.scadenza),
                ui.data(scadenza.correzioni)
            ),
        );
        row("Scadenza", "Deadline", text, Mood::Plain);
    }
    let due = document.due.map(|due| ui.time(due)).unwrap_or_default();
    row("Prossimo passo", "Next step", due, Mood::Plain);
    ui.say(&table.to_string());
    if !found.history.is_empty() {
        ui.tell("I suoi invii, dal più recente", "Its transmissions, newest first");
        registry(ui, &found.history);
    }
    Ok(Exit::Done)
}

pub(crate) fn plan(ui: &Ui, status: &Status) -> Result<Exit, Failure> {
    let (answer, found) = look(status)?;
    if status.json {
        ui.json(&answer);
        return Ok(Exit::Done);
    }
    let (it, en, _) = words::state(found.document.state);
    ui.say(&format!("{}: {}", clean(&found.document.id), ui.lang.pick(it, en)));
    ui.say(&ui.fold(&plan_words(ui, &found.plan)));
    Ok(Exit::Done)
}

/// Why, and the steps in order, a line each.
fn plan_words(ui: &Ui, plan: &Plan) -> String {
    let mut text = format!("{} ({})", ui.lang.pick(plan.it, plan.en), plan.code);
    for (number, step) in plan.steps.iter().enumerate() {
        let (it, en) = words::planned(step.operation);
        let (number, word) = (number + 1, ui.lang.pick(it, en));
        text.push_str(&format!("\n{number}. {word} {}", key(ui, &step.id_spesa)));
    }
    text
}

/// The number and date of a key, as people name a document.
pub(crate) fn key(ui: &Ui, key: &IdSpesa) -> String {
    let number = clean(key.num_documento.as_str());
    let day = ui.data(key.data_emissione);
    ui.lang.pick(format!("{number} del {day}"), format!("{number} of {day}"))
}
