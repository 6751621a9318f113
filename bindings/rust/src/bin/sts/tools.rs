//! The manual tools of a document list (CHECKLIST S19 and S26 to S33).

use std::cell::RefCell;
use std::io::{BufRead, IsTerminal, Write};

use serde::Serialize;
use sts_core::command::{
    Answer, Change, ChangeOutcome, Changed, Command, DocumentState, DocumentView, RefundOutcome,
};
use sts_core::event::{Event, EventKind};

use crate::args::{Refund, Tool};
use crate::failure::{Exit, Failure};
use crate::practice::{self, PracticeDriver};
use crate::ui::{Mood, Ui, clean};
use crate::{events, input, show, words, work};

/// What a tool does, for who is about to use it.
fn purpose(change: Change) -> (&'static str, &'static str) {
    match change {
        Change::Delete => (
            "Elimina le fatture; quelle che sono su Sistema TS vengono cancellate subito anche da lì.",
            "Deletes invoices; those on Sistema TS are cancelled there at once.",
        ),
        Change::Resend => (
            "Re-invia STS: inserisce di nuovo, anche ciò che risulta già inviato. Prima si chiede a \
             Sistema TS, che rifiuta ciò che ha ancora.",
            "Re-invia STS: inserts again, also what counts as sent. Sistema TS is asked first, \
             since it refuses what it still has.",
        ),
        Change::Update => (
            "Aggiorna su STS: sostituisce i dati di ciò che è su Sistema TS; ciò che era stato \
             scartato viene inserito, perché lì non c'è.",
            "Aggiorna su STS: replaces what is on Sistema TS; what was refused is inserted, \
             because nothing of it is there.",
        ),
        Change::Cancel => (
            "Cancella su STS: toglie i dati di spesa SOLO da Sistema TS. Le fatture restano, e non \
             vengono inviate di nuovo finché non lo fai tu.",
            "Cancella su STS: takes the expenses off Sistema TS ONLY. The invoices stay, and are \
             not sent again until you do.",
        ),
        Change::Resync => (
            "Risincronizza su STS: chiede a Sistema TS che cosa ha, e mette a posto ciò che è \
             diverso.",
            "Risincronizza su STS: asks Sistema TS what it has, and puts right what differs.",
        ),
        _ => ("", ""),
    }
}

const REFUND: (&str, &str) = (
    "Rimborsa su STS: invia la nota di credito come rimborso della spesa originale. Serve solo \
     quando il denaro viene davvero restituito; per correggere un errore si modifica la fattura.",
    "Rimborsa su STS: sends the credit note as the refund of its original. It is for money that is \
     really given back; a mistake is put right by editing the invoice.",
);

/// What became of one document, and where it stands now.
#[derive(Serialize)]
struct Outcome {
    #[serde(flatten)]
    changed: Changed,
    document: Option<DocumentView>,
}

impl Outcome {
    fn exit(&self) -> Exit {
        match self.changed.outcome {
            ChangeOutcome::Done => Exit::Done,
            ChangeOutcome::UnderWay => Exit::Unfinished,
            ChangeOutcome::Queued => match &self.document {
                // Asked, and nothing is there: it is ready, as before.
                Some(document) if document.state == DocumentState::Ready => Exit::Done,
                Some(document) => work::exit_of(document.state),
                None => Exit::Done,
            },
            _ => Exit::Fix,
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
enum Report<'a> {
    Changed {
        documents: &'a [Outcome],
    },
    Refund {
        outcome: RefundOutcome,
        saved: &'a Option<sts_core::command::Saved>,
        document: Option<Box<DocumentView>>,
    },
}

pub(crate) fn change(ui: &Ui, change: Change, tool: &Tool) -> Result<Exit, Failure> {
    let (practice, clock) = practice::open(&tool.database)?;
    let credentials = practice.credentials(ui, &tool.login)?;
    if !tool.json {
        let (it, en) = purpose(change);
        ui.say(&ui.fold(ui.lang.pick(it, en)));
    }
    let until = clock.now();
    let seen = RefCell::new(Vec::new());
    let receive = |event: &Event| seen.borrow_mut().push(event.clone());
    let db = &tool.database.db;
    let mut driver = practice.driver(db, Some(credentials), clock, Box::new(receive))?;
    let mut changed = Vec::new();
    for ids in tool.ids.chunks(Command::SEND_LIMIT) {
        changed.extend(wish(&mut driver, change, ids, tool.yes)?);
    }
    let needs = |changed: &Changed| changed.outcome == ChangeOutcome::NeedsConfirmation;
    let open: Vec<String> = changed.iter().filter(|c| needs(c)).map(|c| c.id.clone()).collect();
    if !open.is_empty() && !tool.json && confirmed(ui, &open)? {
        let mut again = Vec::new();
        for ids in open.chunks(Command::SEND_LIMIT) {
            again.extend(wish(&mut driver, change, ids, true)?);
        }
        let mut again = again.into_iter();
        changed = changed
            .into_iter()
            .map(|changed| if needs(&changed) { again.next().unwrap_or(changed) } else { changed })
            .collect();
    }
    driver.run_to_rest(until)?;
    let mut outcomes = Vec::with_capacity(changed.len());
    for changed in changed {
        let document = work::view(&mut driver, &changed.id)?;
        outcomes.push(Outcome { changed, document });
    }
    let (wake_at, trouble) = (driver.wake_at(), driver.http().trouble());
    driver.close()?;
    let still = |event: &&Event| matches!(event.kind, EventKind::StillThere { .. });
    let still: Vec<Event> = seen.borrow().iter().filter(still).cloned().collect();
    if tool.json {
        ui.json(&Report::Changed { documents: &outcomes });
    } else {
        show_outcomes(ui, &outcomes);
        still.iter().for_each(|event| events::show(ui, event));
        events::credential_events(ui, &seen.borrow());
    }
    let mut exit = outcomes.iter().map(Outcome::exit).max().unwrap_or(Exit::Done);
    if !still.is_empty() {
        exit = exit.max(Exit::Fix);
    }
    if exit == Exit::Unfinished && !tool.json {
        show::trouble(ui, trouble.as_deref());
        show::to_be_continued(ui, db, wake_at);
    }
    Ok(exit)
}

fn wish(
    driver: &mut PracticeDriver<'_>,
    change: Change,
    ids: &[String],
    confirmed: bool,
) -> Result<Vec<Changed>, Failure> {
    let command = Command::Change { change, ids: ids.to_vec(), confirmed };
    match driver.command(&command)? {
        Answer::Changed { documents } => Ok(documents),
        _ => Err(Failure::developer(Exit::Internal, "no documents in the answer")),
    }
}

/// Asks who sits at the terminal; where nobody does, the answer is no.
fn confirmed(ui: &Ui, what: &[String]) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    let what = clean(&what.join(", "));
    eprint!(
        "{}",
        ui.lang.pick(
            format!("Sistema TS ha, o potrebbe avere: {what}. Confermi? [s/N] "),
            format!("Sistema TS has, or may have: {what}. Are you sure? [y/N] "),
        )
    );
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::developer(Exit::Unusable, error))?;
    let yes: &[&str] = ui.lang.pick(&["s", "si", "sì"], &["y", "yes"]);
    Ok(yes.contains(&line.trim().to_lowercase().as_str()))
}

fn show_outcomes(ui: &Ui, outcomes: &[Outcome]) {
    let header = [
        ("Documento", "Document"),
        ("Esito", "Outcome"),
        ("Protocollo", "Protocol"),
        ("Messaggi di Sistema TS", "Messages of Sistema TS"),
    ];
    let mut table = ui.table(&header, &[2]);
    for Outcome { changed, document } in outcomes {
        let (it, en, mood) = match document {
            Some(document) if changed.outcome == ChangeOutcome::Queued => {
                words::state(document.state)
            }
            _ => words::change_outcome(changed.outcome),
        };
        let protocollo = document.as_ref().and_then(|d| d.protocollo.as_deref());
        let messages = document.as_ref().map(|d| words::messages(&d.messaggi, ui.lang));
        table.add_row(vec![
            ui.cell(clean(&changed.id), Mood::Plain),
            ui.cell(ui.lang.pick(it, en), mood),
            ui.cell(clean(protocollo.unwrap_or_default()), Mood::Plain),
            ui.cell(messages.unwrap_or_default(), Mood::Plain),
        ]);
    }
    ui.say(&table.to_string());
    if outcomes.iter().any(|o| o.changed.outcome == ChangeOutcome::NeedsConfirmation) {
        ui.tell(
            "Sistema TS ha, o potrebbe avere, questi documenti: se sei sicuro, ripeti con --yes.",
            "Sistema TS has, or may have, these documents: if you are sure, repeat with --yes.",
        );
    }
}

pub(crate) fn refund(ui: &Ui, refund: &Refund) -> Result<Exit, Failure> {
    let (practice, clock) = practice::open(&refund.database)?;
    let mut notes = input::documents(&refund.file)?;
    if notes.len() != 1 {
        let found = notes.len();
        return Err(Failure::new(
            Exit::Unusable,
            format!("serve una sola nota di credito; qui ce ne sono {found}"),
            format!("exactly one credit note is expected; here are {found}"),
        )
        .about(&refund.file));
    }
    let note = notes.remove(0).map_err(|error| {
        let (code, path) = (error.code, error.path);
        Failure::new(
            Exit::Unusable,
            format!("{code} {path}: {}", error.it),
            format!("{code} {path}: {}", error.en),
        )
        .about(&refund.file)
    })?;
    let credentials = practice.credentials(ui, &refund.login)?;
    if !refund.json {
        ui.say(&ui.fold(ui.lang.pick(REFUND.0, REFUND.1)));
    }
    let until = clock.now();
    let seen = RefCell::new(Vec::new());
    let receive = |event: &Event| seen.borrow_mut().push(event.clone());
    let db = &refund.database.db;
    let mut driver = practice.driver(db, Some(credentials), clock, Box::new(receive))?;
    let id = note.id().to_owned();
    let mut give_back = |confirmed| {
        let invoice = Box::new(note.clone());
        match driver.command(&Command::Refund { invoice, confirmed })? {
            Answer::Refund { outcome, saved } => Ok((outcome, saved)),
            _ => Err(Failure::developer(Exit::Internal, "no refund in the answer")),
        }
    };
    let (mut outcome, mut saved) = give_back(refund.yes)?;
    if outcome == RefundOutcome::NeedsConfirmation
        && !refund.json
        && confirmed(ui, std::slice::from_ref(&id))?
    {
        (outcome, saved) = give_back(true)?;
    }
    driver.run_to_rest(until)?;
    let document = work::view(&mut driver, &id)?;
    let (wake_at, trouble) = (driver.wake_at(), driver.http().trouble());
    driver.close()?;
    let exit = match (outcome, &document) {
        (RefundOutcome::AlreadySent, _) => Exit::Done,
        (RefundOutcome::Queued, Some(document)) => work::exit_of(document.state),
        (RefundOutcome::Queued, None) => Exit::Internal,
        _ => Exit::Fix,
    };
    if refund.json {
        ui.json(&Report::Refund { outcome, saved: &saved, document: document.map(Box::new) });
        return Ok(exit);
    }
    let (it, en, _) = match &document {
        Some(document) if outcome == RefundOutcome::Queued => words::state(document.state),
        _ => words::refund_outcome(outcome),
    };
    let protocollo = document.as_ref().and_then(|d| d.protocollo.as_deref()).map(clean);
    let protocollo = protocollo.map(|p| format!(", {p}")).unwrap_or_default();
    ui.say(&format!("{}: {}{protocollo}", clean(&id), ui.lang.pick(it, en)));
    let reasons = saved.map(|saved| words::reasons(&saved.reasons, ui.lang)).unwrap_or_default();
    let messages = document.map(|d| words::messages(&d.messaggi, ui.lang)).unwrap_or_default();
    [reasons, messages].iter().filter(|text| !text.is_empty()).for_each(|text| ui.say(text));
    if outcome == RefundOutcome::NeedsConfirmation {
        ui.tell("Se è così, ripeti con --yes.", "If that is so, repeat with --yes.");
    }
    events::credential_events(ui, &seen.borrow());
    if exit == Exit::Unfinished {
        show::trouble(ui, trouble.as_deref());
        show::to_be_continued(ui, db, wake_at);
    }
    Ok(exit)
}
