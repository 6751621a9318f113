//! What is asked of the service: receipts, a month beside its own, citizens' reports.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sts_core::command::{Answer, Apply, Asked, Command, Month, ReceiptOf};
use sts_core::comparison::{Comparison, DifferenceKind, Side};
use sts_core::event::Event;
use sts_core::receipts;

use crate::args::{Database, Diff, Login, Receipts, Segnalazioni};
use crate::failure::{Exit, Failure};
use crate::practice::{self, PracticeDriver};
use crate::ui::{Mood, Ui, clean};
use crate::{events, simulated, status, words};

/// A driver for a question, and what became of the credentials meanwhile.
fn with_driver<T>(
    ui: &Ui,
    (database, login): (&Database, &Login),
    act: impl FnOnce(&mut PracticeDriver<'_>, sts_core::domain::Data) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (practice, clock) = practice::open(database)?;
    let credentials = practice.credentials(ui, login)?;
    let today = clock.now().date_in_italy();
    let seen = RefCell::new(Vec::new());
    let receive = |event: &Event| seen.borrow_mut().push(event.clone());
    let mut driver = practice.driver(&database.db, Some(credentials), clock, Box::new(receive))?;
    let done = act(&mut driver, today);
    let closed = driver.close();
    if done.is_err() {
        events::credential_events(ui, &seen.borrow());
    }
    closed?;
    done
}

/// One question, until the service has answered.
fn ask(ui: &Ui, driver: &mut PracticeDriver<'_>, command: &Command) -> Result<Answer, Failure> {
    match driver.command(command)? {
        Answer::Asked { outcome } => Err(not_asked(ui, outcome)),
        Answer::NoAnswer { messaggi } => {
            let said = words::messages(&messaggi, ui.lang);
            let why = driver.http().trouble().map(|why| clean(&why)).unwrap_or(said);
            let why = if why.is_empty() { why } else { format!(" ({why})") };
            Err(Failure::new(
                Exit::Unfinished,
                format!("il servizio non ha dato una risposta utile{why}: riprova più tardi"),
                format!("the service gave no usable answer{why}: try again later"),
            ))
        }
        answer => Ok(answer),
    }
}

fn not_asked(ui: &Ui, outcome: Asked) -> Failure {
    match outcome {
        Asked::Busy { until } => {
            let at = ui.time(until);
            Failure::new(
                Exit::Unfinished,
                format!("un'altra richiesta è in corso: riprova tra poco, al più tardi il {at}"),
                format!("another request is under way: try again soon, at {at} at the latest"),
            )
        }
        Asked::CredentialsNotUsable => Failure::new(
            Exit::Fix,
            "Sistema TS non accetta queste credenziali: provale con sts test-credentials",
            "Sistema TS does not take these credentials: try them with sts test-credentials",
        ),
        Asked::Paused => Failure::new(
            Exit::Fix,
            "l'invio è sospeso: prima sts resume",
            "nothing leaves while it is paused: first sts resume",
        ),
        Asked::NoProtocollo => Failure::new(
            Exit::Unusable,
            "questo invio non ha un protocollo: non ci sono ricevute da chiedere",
            "this transmission has no protocol number: there are no receipts to ask for",
        ),
        _ => Failure::developer(Exit::Unfinished, "no answer came"),
    }
}

pub(crate) fn receipts(ui: &Ui, receipts: &Receipts) -> Result<Exit, Failure> {
    let of = match (&receipts.protocollo, receipts.number) {
        (Some(protocollo), _) => ReceiptOf::Protocollo(protocollo.clone()),
        (None, number) => ReceiptOf::Transmission(number.unwrap_or_default()),
    };
    let which = (&receipts.database, &receipts.login);
    let answer = with_driver(ui, which, |driver, _| ask(ui, driver, &Command::Receipts { of }))?;
    let Answer::Receipts { receipts: found } = &answer else {
        return Ok(Exit::Internal);
    };
    let written = match found.zip.is_empty() {
        true => None,
        false => Some(write(found, receipts.output.as_deref())?),
    };
    if receipts.json {
        ui.json(&answer);
    } else {
        show_receipts(ui, found, written.as_deref());
    }
    let later = |missing: &receipts::Missing| {
        use receipts::MissingCode::{Failed, NoAnswer, NotYet, TryLater};
        matches!(missing.code, Failed | NoAnswer | NotYet | TryLater)
    };
    Ok(match &written {
        Some(_) => Exit::Done,
        None if found.missing.iter().any(later) => Exit::Unfinished,
        None => Exit::Unusable,
    })
}

/// Writes the archive to a new file, readable by its owner alone: it names people.
pub(crate) fn write(found: &receipts::Receipts, output: Option<&Path>) -> Result<PathBuf, Failure> {
    let stem = found.entries.first().and_then(|name| name.split(['.', '-']).next());
    let name = format!("{}-ricevute.zip", stem.unwrap_or("sts"));
    let path = output.map_or_else(|| PathBuf::from(name), Path::to_path_buf);
    simulated::private(&path)
        .and_then(|mut file| file.write_all(&found.zip))
        .map_err(|error| Failure::developer(Exit::Unusable, error).about(&path))?;
    Ok(path)
}

/// What the receipts say, and where they were written.
pub(crate) fn show_receipts(ui: &Ui, found: &receipts::Receipts, written: Option<&Path>) {
    if let Some(path) = written {
        let (path, protocollo) = (path.display(), clean(&found.protocollo));
        ui.tell(
            &format!("Ricevute del protocollo {protocollo} in {path}:"),
            &format!("Receipts of protocol {protocollo} in {path}:"),
        );
        found.entries.iter().for_each(|name| ui.say(&format!("  {}", clean(name))));
    }
    if !found.rows.is_empty() {
        let header = [
            ("Documento", "Document"),
            ("Codice", "Code"),
            ("Che cosa dice Sistema TS", "What Sistema TS says"),
            ("Che cosa fare", "What to do"),
        ];
        let mut table = ui.table(&header, &[1]);
        for row in &found.rows {
            let mood = match row.severity {
                sts_core::codes::Severity::Errore => Mood::Bad,
                sts_core::codes::Severity::Segnalazione => Mood::Open,
                _ => Mood::Plain,
            };
            let number = status::key(ui, &row.id_spesa);
            let document = match &row.document {
                Some(id) => format!("{}\n{number}", clean(id)),
                None => number,
            };
            let said = format!(
                "«{}»\n{}",
                clean(&row.descrizione),
                ui.lang.pick(row.meaning.it, row.meaning.en)
            );
            table.add_row(vec![
                ui.cell(document, Mood::Plain),
                ui.cell(clean(&row.codice), mood),
                ui.cell(said, Mood::Plain),
                ui.cell(ui.lang.pick(row.advice.it, row.advice.en), Mood::Plain),
            ]);
        }
        ui.say(&table.to_string());
    }
    if found.unreadable > 0 {
        let lines = found.unreadable;
        ui.tell(
            &format!("Righe dell'archivio degli errori che non si capiscono: {lines}."),
            &format!("Lines of the archive of errors that cannot be understood: {lines}."),
        );
    }
    for missing in &found.missing {
        let what = match missing.what {
            receipts::Part::Pdf => ui.lang.pick("Ricevuta PDF", "PDF receipt"),
            receipts::Part::Errori => ui.lang.pick("Archivio degli errori", "Archive of errors"),
        };
        let why = ui.lang.pick(&missing.it, &missing.en);
        ui.say(&ui.fold(&format!("{what}: {}", clean(why))));
    }
}

pub(crate) fn diff(ui: &Ui, diff: &Diff) -> Result<Exit, Failure> {
    let apply = match (diff.adopt, diff.realign) {
        (_, true) => Apply::Realign,
        (true, false) => Apply::Adopt,
        (false, false) => Apply::Nothing,
    };
    let answers = with_driver(ui, (&diff.database, &diff.login), |driver, today| {
        let months = diff.period.months(today);
        let bar = ui.progress(months.len() as u64, "Confronto", "Comparing");
        let mut answers = Vec::new();
        for month in months {
            answers.push(ask(ui, driver, &Command::Compare { month, apply })?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(answers)
    })?;
    let comparisons: Vec<&Comparison> = answers
        .iter()
        .filter_map(|answer| match answer {
            Answer::Comparison { comparison } => Some(&**comparison),
            _ => None,
        })
        .collect();
    if diff.json {
        match &answers[..] {
            [answer] => ui.json(answer),
            answers => ui.json(&answers),
        }
    } else {
        show_comparisons(ui, &comparisons);
        if comparisons.iter().any(|comparison| !comparison.differences.is_empty()) {
            show_advice(ui, &diff.database.db, apply);
        }
    }
    let left = comparisons.iter().any(|comparison| {
        comparison.unreadable > 0 || comparison.differences.iter().any(|d| is_left(d.kind, apply))
    });
    Ok(if left { Exit::Fix } else { Exit::Done })
}

/// Whether a difference remains for a person once it was applied.
fn is_left(kind: DifferenceKind, apply: Apply) -> bool {
    use DifferenceKind::{Different, MissingHere, MissingThere, NotKnownThere};
    match apply {
        Apply::Nothing => true,
        Apply::Adopt => !matches!(kind, MissingHere | NotKnownThere),
        Apply::Realign => !matches!(kind, MissingHere | NotKnownThere | Different | MissingThere),
    }
}

/// How months compare, and what differs.
pub(crate) fn show_comparisons(ui: &Ui, comparisons: &[&Comparison]) {
    let header = [("Mese", "Month"), ("Uguali", "Equal"), ("Differenze", "Differences")];
    let mut table = ui.table(&header, &[]);
    for comparison in comparisons {
        let differences = comparison.differences.len() as u64 + comparison.more;
        let mood = if differences == 0 { Mood::Good } else { Mood::Bad };
        table.add_row(vec![
            ui.cell(month(ui, comparison.month), Mood::Plain),
            ui.cell(comparison.matched.to_string(), Mood::Plain),
            ui.cell(differences.to_string(), mood),
        ]);
    }
    ui.say(&table.to_string());
    let differences = || comparisons.iter().flat_map(|comparison| &comparison.differences);
    if differences().next().is_none() {
        return ui.tell("Nessuna differenza.", "No difference.");
    }
    let header = [
        ("Documento", "Document"),
        ("Differenza", "Difference"),
        ("Qui", "Here"),
        ("Su Sistema TS", "On Sistema TS"),
        ("Con --realign", "With --realign"),
    ];
    let mut table = ui.table(&header, &[]);
    for difference in differences() {
        let (it, en, mood) = words::difference(difference.kind);
        let number = status::key(ui, &difference.id_spesa);
        let document = match &difference.document {
            Some(id) => format!("{}\n{number}", clean(id)),
            None => number,
        };
        table.add_row(vec![
            ui.cell(document, Mood::Plain),
            ui.cell(ui.lang.pick(it, en), mood),
            ui.cell(side(ui, difference.here.as_ref()), Mood::Plain),
            ui.cell(side(ui, difference.there.as_ref()), Mood::Plain),
            ui.cell(ui.lang.pick(difference.it, difference.en), Mood::Plain),
        ]);
    }
    ui.say(&table.to_string());
    let more: u64 = comparisons.iter().map(|comparison| comparison.more).sum();
    if more > 0 {
        ui.tell(&format!("E altre {more}."), &format!("And {more} more."));
    }
}

fn show_advice(ui: &Ui, db: &Path, apply: Apply) {
    let db = db.display();
    match apply {
        Apply::Nothing => ui.tell(
            "Per annotare ciò che c'è già: --adopt. Per mettere a posto anche il resto: --realign.",
            "To take over what is there already: --adopt. To put right the rest too: --realign.",
        ),
        Apply::Adopt => ui.tell(
            "Annotato ciò che Sistema TS ha già; non è partito nulla.",
            "What Sistema TS has is taken over; nothing was sent.",
        ),
        Apply::Realign => ui.tell(
            &format!("Messo a posto ciò che si poteva; per verificare, di nuovo: sts diff {db}"),
            &format!("What could be put right is; to make sure, once more: sts diff {db}"),
        ),
    }
}

fn month(ui: &Ui, month: Month) -> String {
    let Month { anno, mese } = month;
    ui.lang.pick(format!("{mese:02}/{anno}"), format!("{anno}-{mese:02}"))
}

/// Payment date and totals, a line each.
fn side(ui: &Ui, side: Option<&Side>) -> String {
    let Some(side) = side else { return "–".to_owned() };
    let mut lines: Vec<String> = side.data_pagamento.map(|day| ui.data(day)).into_iter().collect();
    for (tipo, importo) in &side.totali {
        lines.push(format!("{} {}", clean(tipo), ui.importo(Some(*importo))));
    }
    lines.join("\n")
}

pub(crate) fn segnalazioni(ui: &Ui, wanted: &Segnalazioni) -> Result<Exit, Failure> {
    let command = Command::Segnalazioni { from: wanted.from, to: wanted.to };
    let which = (&wanted.database, &wanted.login);
    let answer = with_driver(ui, which, |driver, _| ask(ui, driver, &command))?;
    let Answer::Segnalazioni { columns, rows, messaggi } = &answer else {
        return Ok(Exit::Internal);
    };
    if wanted.json {
        ui.json(&answer);
        return Ok(Exit::Done);
    }
    let said = words::messages(messaggi, ui.lang);
    if !said.is_empty() {
        ui.say(&said);
    }
    if rows.is_empty() {
        ui.tell(
            "Nessuna segnalazione dei cittadini in questo periodo.",
            "No reports of citizens in this time.",
        );
        return Ok(Exit::Done);
    }
    let header: Vec<(&str, &str)> = columns.iter().map(|c| (c.as_str(), c.as_str())).collect();
    let mut table = ui.table(&header, &[]);
    for row in rows {
        table.add_row(row.iter().map(|cell| ui.cell(clean(cell), Mood::Plain)));
    }
    ui.say(&table.to_string());
    Ok(Exit::Done)
}
