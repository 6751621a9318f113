//! What changes something: saving, sending, going on, testing credentials.

use std::cell::RefCell;
use std::path::Path;

use serde::Serialize;
use sts_core::command::{
    Answer, Command, DocumentState, DocumentView, QueueOutcome, Queued, Saved, Selection, Testing,
};
use sts_core::domain::invoice::Input;
use sts_core::event::{Event, EventKind};
use sts_core::rules::Verdict;
use sts_core::wire::Credentials;
use sts_host::{Clock, DriverError, SystemClock};

use crate::args::{Run, Save, Send, TestCredentials};
use crate::failure::{Exit, Failure};
use crate::practice::{self, PracticeDriver};
use crate::ui::{Mood, Ui, clean};
use crate::{events, input, overview, secrets, show, words};

pub(crate) fn save(ui: &Ui, save: &Save) -> Result<Exit, Failure> {
    let (practice, clock) = practice::open(&save.database)?;
    let (mut invoices, mut unreadable) = (Vec::new(), 0);
    let mut unusable = None;
    for path in &save.files {
        for document in input::or_next(ui, path, &save.files, &mut unusable)? {
            match document {
                Ok(document) => invoices.push(document),
                Err(error) => {
                    unreadable += 1;
                    let sentence = ui.lang.pick(&error.it, &error.en);
                    let path = path.display();
                    eprintln!("sts: {path}: {} {}: {sentence}", error.code, error.path);
                }
            }
        }
    }
    let mut driver = practice.driver(&save.database.db, None, clock, Box::new(|_: &Event| {}))?;
    let Kept { saved, refused } = keep(ui, &mut driver, invoices)?;
    driver.close()?;
    for (id, error) in &refused {
        eprintln!("sts: {}: {error}", clean(id));
    }
    if save.json {
        ui.json(&saved);
    } else {
        show_saved(ui, &saved);
    }
    let fix = unreadable > 0
        || !refused.is_empty()
        || saved.iter().any(|saved| saved.verdict == Verdict::Fix);
    let exit = if fix { Exit::Fix } else { Exit::Done };
    Ok(unusable.unwrap_or(exit))
}

/// What became of invoices that were to be saved.
pub(crate) struct Kept {
    pub(crate) saved: Vec<Saved>,
    /// Ids of those the engine does not take, and why.
    pub(crate) refused: Vec<(String, sts_core::Error)>,
}

/// Saves any number of invoices.
pub(crate) fn keep(
    ui: &Ui,
    driver: &mut PracticeDriver<'_>,
    invoices: Vec<Input>,
) -> Result<Kept, Failure> {
    let bar = ui.progress(invoices.len() as u64, "Salvo", "Saving");
    let mut kept = Kept { saved: Vec::with_capacity(invoices.len()), refused: Vec::new() };
    for batch in invoices.chunks(Command::SAVE_LIMIT) {
        match save_batch(driver, batch) {
            Ok(saved) => kept.saved.extend(saved),
            // One with an impossible id must not lose the others: each for itself.
            Err(DriverError::Engine(sts_core::Error::Command { .. })) => {
                for invoice in batch {
                    match save_batch(driver, std::slice::from_ref(invoice)) {
                        Ok(saved) => kept.saved.extend(saved),
                        Err(DriverError::Engine(error @ sts_core::Error::Command { .. })) => {
                            kept.refused.push((invoice.id().to_owned(), error));
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
            }
            Err(error) => return Err(error.into()),
        }
        bar.inc(batch.len() as u64);
    }
    bar.finish_and_clear();
    Ok(kept)
}

fn save_batch(
    driver: &mut PracticeDriver<'_>,
    invoices: &[Input],
) -> Result<Vec<Saved>, DriverError> {
    match driver.command(&Command::Save { invoices: invoices.to_vec() })? {
        Answer::Saved { documents } => Ok(documents),
        _ => Ok(Vec::new()),
    }
}

pub(crate) fn show_saved(ui: &Ui, saved: &[Saved]) {
    let header = [
        ("Documento", "Document"),
        ("Esito", "Verdict"),
        ("Stato", "State"),
        ("Motivi", "Reasons"),
    ];
    let mut table = ui.table(&header, &[]);
    for saved in saved {
        let (it, en, mood) = words::verdict(saved.verdict);
        let (state_it, state_en, state_mood) = words::state(saved.state);
        table.add_row(vec![
            ui.cell(clean(&saved.id), Mood::Plain),
            ui.cell(ui.lang.pick(it, en), mood),
            ui.cell(ui.lang.pick(state_it, state_en), state_mood),
            ui.cell(words::reasons(&saved.reasons, ui.lang), Mood::Plain),
        ]);
    }
    ui.say(&table.to_string());
}

pub(crate) fn send(ui: &Ui, send: &Send) -> Result<Exit, Failure> {
    let (practice, clock) = practice::open(&send.database)?;
    let credentials = practice.credentials(ui, &send.login)?;
    let until = practice::later(&*clock, 0);
    let work = if send.all { ready(&practice, &send.database.db)? } else { send.ids.len() as u64 };
    let bar = ui.progress(work, "Invio", "Sending");
    let seen = RefCell::new(Vec::new());
    let receive = |event: &Event| {
        if is_end_of_a_sending(&event.kind) {
            bar.inc(1);
        }
        seen.borrow_mut().push(event.clone());
    };
    let db = &send.database.db;
    let mut driver = practice.driver(db, Some(credentials), clock, Box::new(receive))?;
    let which = if send.all { Which::Ready } else { Which::Ids(&send.ids) };
    let queued = queue(&mut driver, which)?;
    driver.run_to_rest(until)?;
    let mut outcomes = Vec::with_capacity(queued.len());
    for queued in queued {
        let document = view(&mut driver, &queued.id)?;
        outcomes.push(Outcome { queued, document });
    }
    let wake_at = driver.wake_at();
    let trouble = driver.http().trouble();
    driver.close()?;
    bar.finish_and_clear();
    if send.json {
        ui.json(&outcomes);
    } else {
        show_outcomes(ui, &outcomes);
        events::credential_events(ui, &seen.borrow());
    }
    let exit = outcomes.iter().map(Outcome::exit).max().unwrap_or(Exit::Done);
    if exit == Exit::Unfinished && !send.json {
        show::trouble(ui, trouble.as_deref());
        show::to_be_continued(ui, db, wake_at);
    }
    Ok(exit)
}

/// How many documents are ready: for the progress bar alone.
fn ready(practice: &practice::Practice, db: &Path) -> Result<u64, Failure> {
    let clock = Box::new(sts_host::SystemClock);
    let mut driver = practice.driver(db, None, clock, Box::new(|_: &Event| {}))?;
    let mut ready = 0;
    show::each_document(&mut driver, |document| {
        ready += u64::from(document.state == DocumentState::Ready);
    })?;
    Ok(ready)
}

/// Which documents are to be sent, any number of them.
pub(crate) enum Which<'a> {
    Ready,
    Ids(&'a [String]),
}

/// Wants documents sent and carries out what follows.
pub(crate) fn queue(
    driver: &mut PracticeDriver<'_>,
    which: Which<'_>,
) -> Result<Vec<Queued>, Failure> {
    let mut queued = Vec::new();
    let mut wish = |what: Selection| -> Result<usize, Failure> {
        match driver.command(&Command::Send { what })? {
            Answer::Queued { documents } => {
                let count = documents.len();
                queued.extend(documents);
                Ok(count)
            }
            _ => Ok(0),
        }
    };
    match which {
        Which::Ready => {
            let limit = Command::SEND_LIMIT as u32;
            // What was wanted once is not ready any more, so this ends.
            while wish(Selection::Ready { limit })? == Command::SEND_LIMIT {}
        }
        Which::Ids(ids) => {
            for ids in ids.chunks(Command::SEND_LIMIT) {
                wish(Selection::Ids(ids.to_vec()))?;
            }
        }
    }
    Ok(queued)
}

#[derive(Serialize)]
struct Outcome {
    #[serde(flatten)]
    queued: Queued,
    document: Option<DocumentView>,
}

impl Outcome {
    fn exit(&self) -> Exit {
        match self.queued.outcome {
            QueueOutcome::Queued | QueueOutcome::UnderWay => {
                self.document.as_ref().map_or(Exit::Internal, |d| exit_of(d.state))
            }
            QueueOutcome::AlreadyAccepted => Exit::Done,
            _ => Exit::Fix,
        }
    }
}

/// What is left to do for a document that was to leave, or to change.
pub(crate) fn exit_of(state: DocumentState) -> Exit {
    match state {
        DocumentState::Accepted
        | DocumentState::AcceptedWithWarnings
        | DocumentState::Cancelled
        | DocumentState::Deleted => Exit::Done,
        DocumentState::Ready => Exit::Unfinished,
        state if is_open(state) => Exit::Unfinished,
        _ => Exit::Fix,
    }
}

/// Whether something is left to do for it that needs no person.
fn is_open(state: DocumentState) -> bool {
    matches!(
        state,
        DocumentState::Queued
            | DocumentState::Sending
            | DocumentState::HandedIn
            | DocumentState::Unknown
            | DocumentState::Changing
    )
}

fn is_end_of_a_sending(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::DocumentAccepted { .. }
            | EventKind::DocumentRefused { .. }
            | EventKind::DocumentConflict { .. }
            | EventKind::OutcomeUnknown { .. }
            | EventKind::SendingPostponed { .. }
            | EventKind::SendingGivenUp { .. }
            | EventKind::YearClosed { .. }
    )
}

pub(crate) fn view(
    driver: &mut PracticeDriver<'_>,
    id: &str,
) -> Result<Option<DocumentView>, Failure> {
    match driver.command(&Command::Document { id: id.to_owned() })? {
        Answer::Document { document } => Ok(document.map(|document| *document)),
        _ => Ok(None),
    }
}

fn show_outcomes(ui: &Ui, outcomes: &[Outcome]) {
    if outcomes.is_empty() {
        return ui.tell("Non c'è nulla da inviare.", "There is nothing to send.");
    }
    let header = [
        ("Documento", "Document"),
        ("Esito", "Outcome"),
        ("Protocollo", "Protocol"),
        ("Messaggi di Sistema TS", "Messages of Sistema TS"),
    ];
    let mut table = ui.table(&header, &[2]);
    for Outcome { queued, document } in outcomes {
        let moved = matches!(queued.outcome, QueueOutcome::Queued | QueueOutcome::UnderWay);
        let (it, en, mood) = match document {
            Some(document) if moved => words::state(document.state),
            _ => words::queue_outcome(queued.outcome),
        };
        let protocollo = document.as_ref().and_then(|d| d.protocollo.as_deref());
        let messages = document.as_ref().map(|d| words::messages(&d.messaggi, ui.lang));
        table.add_row(vec![
            ui.cell(clean(&queued.id), Mood::Plain),
            ui.cell(ui.lang.pick(it, en), mood),
            ui.cell(clean(protocollo.unwrap_or_default()), Mood::Plain),
            ui.cell(messages.unwrap_or_default(), Mood::Plain),
        ]);
    }
    ui.say(&table.to_string());
}

pub(crate) fn run(ui: &Ui, run: &Run) -> Result<Exit, Failure> {
    let (practice, clock) = practice::open(&run.database)?;
    let credentials = practice.credentials(ui, &run.login)?;
    let db = &run.database.db;
    let receive = |event: &Event| events::show(ui, event);
    if run.forever {
        return forever(&practice, db, &credentials, &receive);
    }
    let until = practice::later(&*clock, run.seconds);
    let mut driver = practice.driver(db, Some(credentials), clock, Box::new(receive))?;
    let wake_at = driver.run_to_rest(until)?;
    let counts = overview::health_of(&mut driver)?.counts;
    let open: u64 = counts.iter().filter(|(state, _)| is_open(**state)).map(|(_, n)| n).sum();
    let trouble = driver.http().trouble();
    driver.close()?;
    if open == 0 {
        match wake_at.map(|at| ui.time(at)) {
            None => ui.tell("Non c'è altro da fare.", "There is nothing more to do."),
            Some(at) => ui.tell(
                &format!("Per ora non c'è altro da fare; si guarda di nuovo dopo il {at}."),
                &format!("There is nothing more to do for now; the next look is after {at}."),
            ),
        }
        return Ok(Exit::Done);
    }
    show::trouble(ui, trouble.as_deref());
    show::to_be_continued(ui, db, wake_at);
    // Without a next time nothing will happen by itself: the credentials stand in the way.
    Ok(if wake_at.is_none() { Exit::Fix } else { Exit::Unfinished })
}

/// The longest time without a look: others may have queued something (CHECKLIST S22).
const LOOK: i64 = 600_000;
/// The pause after the database failed.
const RECOVER: i64 = 60_000;

/// Ticks until the process is ended, at any moment. What fails is told and tried again.
fn forever(
    practice: &practice::Practice,
    db: &Path,
    credentials: &Credentials,
    receive: &dyn Fn(&Event),
) -> Result<Exit, Failure> {
    if practice.simulated.is_some() {
        return Err(Failure::new(
            Exit::Unusable,
            "il tempo di una demo non scorre: usa --for SECONDI",
            "a demo's time stands still: use --for SECONDS",
        ));
    }
    loop {
        let clock = Box::new(SystemClock);
        let credentials = Some(credentials.clone());
        let mut driver = practice.driver(db, credentials, clock, Box::new(receive))?;
        let failure = loop {
            let look = SystemClock.now().plus(LOOK);
            match driver.run_to_rest(look) {
                Ok(_) => SystemClock.wait_until(look),
                Err(error) => break error,
            }
        };
        match failure {
            // The same command would be refused for ever.
            DriverError::Engine(error) => return Err(error.into()),
            failure => eprintln!("sts: {failure}"),
        }
        SystemClock.wait_until(SystemClock.now().plus(RECOVER));
    }
}

pub(crate) fn test_credentials(ui: &Ui, test: &TestCredentials) -> Result<Exit, Failure> {
    let (practice, clock) = practice::open(&test.database)?;
    let credentials = practice.credentials(ui, &test.login)?;
    let (profile, _) = practice.described.parse()?;
    secrets::advise(ui, &credentials, &profile.accesso);
    let events = RefCell::new(Vec::new());
    let receive = |event: &Event| events.borrow_mut().push(event.kind.clone());
    let db = &test.database.db;
    let mut driver = practice.driver(db, Some(credentials), clock, Box::new(receive))?;
    let answer = driver.command(&Command::TestCredentials { again: test.again })?;
    let trouble = driver.http().trouble();
    driver.close()?;
    if let Answer::Testing { outcome: Testing::RefusedBefore } = answer {
        ui.tell(
            "Sistema TS ha già rifiutato queste credenziali: non le provo di nuovo, perché dopo \
             otto tentativi sbagliati l'utenza viene disabilitata. Se sei sicuro: --again.",
            "Sistema TS refused these credentials before: they are not tried again, because eight \
             wrong attempts disable the account. If you are sure: --again.",
        );
        return Ok(Exit::Fix);
    }
    if let Answer::Testing { outcome: Testing::WithNextFile } = answer {
        ui.tell(
            "Con questo accesso Sistema TS non permette una prova: le credenziali si provano con \
             il prossimo invio.",
            "This access has no service for a test: the next sending tests the credentials.",
        );
        return Ok(Exit::Done);
    }
    let mut exit = Exit::Unfinished;
    for kind in events.borrow().iter() {
        exit = match kind {
            EventKind::CredentialsAccepted => Exit::Done,
            EventKind::CredentialsRefused { .. } => Exit::Fix,
            _ => exit,
        };
    }
    match exit {
        Exit::Done => ui.tell("Le credenziali sono giuste.", "The credentials are right."),
        Exit::Fix => events::credentials_refused(ui),
        _ if trouble.is_some() => show::trouble(ui, trouble.as_deref()),
        _ => ui.tell(
            "Il servizio non ha dato una risposta chiara: riprova più tardi.",
            "The service gave no clear answer: try again later.",
        ),
    }
    Ok(exit)
}
