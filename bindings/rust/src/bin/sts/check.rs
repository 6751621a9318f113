//! `sts check`: what becomes of invoices.

use std::path::Path;

use serde::Serialize;
use sts_core::domain::InputError;
use sts_core::rules::{Calendar, Context, Judgement, Verdict, YearState, judge};

use crate::args::Check;
use crate::failure::{Exit, Failure};
use crate::input;
use crate::settings::{Described, today};
use crate::ui::{Mood, Ui, clean};
use crate::words;

#[derive(Serialize)]
#[serde(untagged)]
enum Row {
    Judged {
        file: String,
        id: String,
        #[serde(flatten)]
        judgement: Box<Judgement>,
    },
    Unreadable {
        file: String,
        error: InputError,
    },
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    send: usize,
    wait: usize,
    out_of_scope: usize,
    fix: usize,
    unreadable: usize,
}

#[derive(Serialize)]
struct Report<'a> {
    today: sts_core::domain::Data,
    documents: &'a [Row],
    counts: Counts,
}

pub(crate) fn run(ui: &Ui, check: &Check) -> Result<Exit, Failure> {
    let (profile, policy) = Described::read(&check.holder)?.parse()?;
    let calendar = Calendar::builtin();
    let today = today(check.today);
    let context = Context { profile: &profile, policy: &policy, calendar: &calendar, today };
    let mut rows = Vec::new();
    let mut unusable = None;
    for path in &check.files {
        let file = name(path);
        for document in input::or_next(ui, path, &check.files, &mut unusable)? {
            rows.push(match document {
                Ok(document) => Row::Judged {
                    file: file.clone(),
                    id: clean(document.id()),
                    judgement: Box::new(judge(&document, &context)),
                },
                Err(error) => Row::Unreadable { file: file.clone(), error },
            });
        }
    }
    let counts = count(&rows);
    let exit = if counts.fix + counts.unreadable > 0 { Exit::Fix } else { Exit::Done };
    if check.json {
        ui.json(&Report { today, documents: &rows, counts });
    } else {
        show(ui, &rows, &counts);
    }
    Ok(unusable.unwrap_or(exit))
}

fn count(rows: &[Row]) -> Counts {
    let mut counts = Counts::default();
    for row in rows {
        match row {
            Row::Unreadable { .. } => counts.unreadable += 1,
            Row::Judged { judgement, .. } => match judgement.verdict {
                Verdict::Send => counts.send += 1,
                Verdict::Wait => counts.wait += 1,
                Verdict::OutOfScope => counts.out_of_scope += 1,
                Verdict::Fix => counts.fix += 1,
            },
        }
    }
    counts
}

fn show(ui: &Ui, rows: &[Row], counts: &Counts) {
    let header = [
        ("Documento", "Document"),
        ("Totale", "Total"),
        ("Esito", "Verdict"),
        ("Motivi", "Reasons"),
        ("Scadenza", "Deadline"),
    ];
    let columns = if ui.is_wide() { header.len() } else { 4 };
    let mut table = ui.table(&header[..columns], &[1, 4]);
    for row in rows {
        let mut cells = match row {
            Row::Judged { id, judgement, .. } => {
                vec![
                    ui.cell(id, Mood::Plain),
                    ui.cell(ui.importo(judgement.totale), Mood::Plain),
                    verdict(ui, judgement),
                    ui.cell(words::reasons(&judgement.reasons, ui.lang), Mood::Plain),
                    deadline(ui, judgement),
                ]
            }
            Row::Unreadable { file, error } => {
                let sentence = ui.lang.pick(&error.it, &error.en);
                vec![
                    ui.cell(file, Mood::Plain),
                    ui.cell("", Mood::Plain),
                    ui.cell(ui.lang.pick("illeggibile", "unreadable"), Mood::Bad),
                    ui.cell(format!("✗ {} {}\n{sentence}", error.code, error.path), Mood::Plain),
                    ui.cell("", Mood::Plain),
                ]
            }
        };
        cells.truncate(columns);
        table.add_row(cells);
    }
    ui.say(&table.to_string());
    let Counts { send, wait, out_of_scope, fix, unreadable } = counts;
    ui.tell(
        &format!(
            "{}: {send} da inviare, {wait} in attesa, {out_of_scope} non vanno inviati, \
             {fix} da correggere, {unreadable} illeggibili.",
            many(rows.len(), "documento", "documenti")
        ),
        &format!(
            "{}: {send} to send, {wait} waiting, {out_of_scope} out of scope, {fix} to \
             fix, {unreadable} unreadable.",
            many(rows.len(), "document", "documents")
        ),
    );
}

fn many(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// The verdict, and the day on which it becomes another by itself.
fn verdict(ui: &Ui, judgement: &Judgement) -> comfy_table::Cell {
    let (it, en, mood) = words::verdict(judgement.verdict);
    let Some(day) = judgement.review_on else {
        return ui.cell(ui.lang.pick(it, en), mood);
    };
    let until = ui.lang.pick("cambia il", "changes on");
    ui.cell(format!("{}\n{until} {}", ui.lang.pick(it, en), ui.data(day)), mood)
}

fn deadline(ui: &Ui, judgement: &Judgement) -> comfy_table::Cell {
    let Some(scadenza) = &judgement.scadenza else {
        return ui.cell("", Mood::Plain);
    };
    let mood = match scadenza.stato {
        YearState::Open | YearState::NotYetOpen => Mood::Plain,
        YearState::Corrections | YearState::Late => Mood::Open,
        YearState::Closed => Mood::Bad,
    };
    ui.cell(ui.data(scadenza.scadenza), mood)
}

/// The file's name without its folder.
fn name(path: &Path) -> String {
    clean(&path.file_name().unwrap_or_default().to_string_lossy())
}
