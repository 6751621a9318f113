//! The practice, its clock and its service, and how the story is told.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use sts_core::Engine;
use sts_core::command::{
    Answer, Change, ChangeOutcome, Command, DocumentView, RefundOutcome, Selection,
};
use sts_core::domain::Data;
use sts_core::event::{Event, EventKind};
use sts_core::rules::Verdict;
use sts_core::time::Timestamp;
use sts_core::wire::Credentials;
use sts_host::{Clock, Driver, MemoryStore, SystemEntropy};

use super::invoice::Invoice;
use crate::failure::{Exit, Failure};
use crate::practice::{Practice, PracticeDriver};
use crate::simulated::{Link, Simulated};
use crate::ui::{Mood, Ui};
use crate::{events, show, words};

const DAYS: [(&str, &str); 7] = [
    ("Lunedì", "Monday"),
    ("Martedì", "Tuesday"),
    ("Mercoledì", "Wednesday"),
    ("Giovedì", "Thursday"),
    ("Venerdì", "Friday"),
    ("Sabato", "Saturday"),
    ("Domenica", "Sunday"),
];

/// A moment of November 2026 on an Italian clock, which is an hour ahead of UTC then.
pub(super) fn moment(day: u8, hour: i64, minute: i64) -> Timestamp {
    let day = Data::new(2026, 11, day).expect("a day of November");
    Timestamp::midnight_utc(day).plus(((hour - 1) * 60 + minute) * 60_000)
}

/// Where the week is played.
pub(super) struct Stage<'a> {
    pub(super) ui: &'a Ui,
    pub(super) simulated: Rc<Simulated>,
    pub(super) driver: PracticeDriver<'static>,
    practice: Practice,
    credentials: Credentials,
    pub(super) db: PathBuf,
    heard: Rc<RefCell<Vec<Event>>>,
    /// What the practice wants on the service, by its ids.
    pub(super) wanted: BTreeMap<String, Invoice>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        ui: &'a Ui,
        practice: Practice,
        simulated: Rc<Simulated>,
        db: PathBuf,
        credentials: Credentials,
    ) -> Result<Self, Failure> {
        let heard = Rc::new(RefCell::new(Vec::new()));
        let driver = driver(&practice, &simulated, &db, &credentials, &heard)?;
        let wanted = BTreeMap::new();
        Ok(Stage { ui, simulated, driver, practice, credentials, db, heard, wanted })
    }

    /// A new password takes the place of the old one.
    pub(super) fn use_credentials(&mut self, credentials: Credentials) -> Result<(), Failure> {
        self.driver = driver(&self.practice, &self.simulated, &self.db, &credentials, &self.heard)?;
        self.credentials = credentials;
        Ok(())
    }

    /// A new day, once the one before is over.
    pub(super) fn day(&mut self, day: u8) -> Result<(), Failure> {
        self.until(day, 6, 0)?;
        let data = Data::new(2026, 11, day).expect("a day of November");
        let (it, en) = DAYS[usize::from(day - 16) % 7];
        let (name, data) = (self.ui.lang.pick(it, en), self.ui.data(data));
        self.ui.say(&format!("\n{}", self.ui.bold(&format!("{name} {data}"))));
        Ok(())
    }

    /// Lets time pass until then, with all that happens by itself.
    pub(super) fn until(&mut self, day: u8, hour: i64, minute: i64) -> Result<(), Failure> {
        let then = moment(day, hour, minute);
        self.driver.run_to_rest(then)?;
        self.simulated.clock().wait_until(then);
        self.simulated.pass_time()?;
        self.tell_events();
        Ok(())
    }

    /// What somebody does.
    pub(super) fn says(&self, it: &str, en: &str) {
        let at = self.simulated.clock().now();
        let text = self.ui.lang.pick(it, en);
        self.ui.say(&self.ui.paragraph(&format!("  {}  ▸ ", self.time(at)), text, Mood::Plain));
    }

    /// What comes of it.
    pub(super) fn answers(&self, text: &str, mood: Mood) {
        let at = self.simulated.clock().now();
        self.ui.say(&self.ui.paragraph(&format!("  {}    ", self.time(at)), text, mood));
    }

    pub(super) fn command(&mut self, command: &Command) -> Result<Answer, Failure> {
        let answer = self.driver.command(command)?;
        self.tell_events();
        Ok(answer)
    }

    /// Saves invoices; those in order are wanted on the service from now on.
    pub(super) fn save(&mut self, invoices: &[Invoice]) -> Result<(), Failure> {
        let inputs = invoices.iter().map(Invoice::input).collect::<Result<Vec<_>, _>>()?;
        let Answer::Saved { documents } =
            self.driver.command(&Command::Save { invoices: inputs })?
        else {
            return Ok(());
        };
        for (invoice, saved) in invoices.iter().zip(&documents) {
            if saved.verdict == Verdict::Send {
                self.wanted.insert(invoice.id.clone(), invoice.clone());
                continue;
            }
            let (it, en, mood) = words::verdict(saved.verdict);
            let reasons = words::reasons(&saved.reasons, self.ui.lang);
            let verdict = self.ui.lang.pick(it, en);
            self.answers(&format!("{}: {verdict}\n{reasons}", saved.id), mood);
        }
        self.tell_events();
        Ok(())
    }

    pub(super) fn send(&mut self, id: &str) -> Result<(), Failure> {
        let what = Selection::Ids(vec![id.to_owned()]);
        self.command(&Command::Send { what })?;
        Ok(())
    }

    pub(super) fn change(
        &mut self,
        change: Change,
        id: &str,
        confirmed: bool,
    ) -> Result<(), Failure> {
        let ids = vec![id.to_owned()];
        let answer = self.driver.command(&Command::Change { change, ids, confirmed })?;
        let Answer::Changed { documents } = answer else { return Ok(()) };
        let open = |outcome| outcome == ChangeOutcome::NeedsConfirmation;
        for changed in documents.iter().filter(|changed| open(changed.outcome)) {
            let (it, en, _) = words::change_outcome(changed.outcome);
            let text = format!("{}: {}", changed.id, self.ui.lang.pick(it, en));
            self.answers(&text, Mood::Open);
        }
        if confirmed && matches!(change, Change::Delete | Change::Cancel) {
            self.wanted.remove(id);
        }
        self.tell_events();
        Ok(())
    }

    pub(super) fn refund(&mut self, note: &Invoice, confirmed: bool) -> Result<(), Failure> {
        let invoice = Box::new(note.input()?);
        let answer = self.driver.command(&Command::Refund { invoice, confirmed })?;
        let Answer::Refund { outcome, .. } = answer else { return Ok(()) };
        if outcome == RefundOutcome::Queued {
            self.wanted.insert(note.id.clone(), note.clone());
        } else {
            let (it, en, mood) = words::refund_outcome(outcome);
            self.answers(&format!("{}: {}", note.id, self.ui.lang.pick(it, en)), mood);
        }
        self.tell_events();
        Ok(())
    }

    /// Somebody keys an invoice on the portal: another ledger, the same service.
    pub(super) fn key_elsewhere(&self, invoice: &Invoice) -> Result<(), Failure> {
        let (settings, credentials) = (self.practice.settings()?, self.credentials.clone());
        let open = move || {
            let mut engine = Engine::new(settings.clone(), Box::new(SystemEntropy));
            engine.set_credentials(Some(credentials.clone()));
            engine
        };
        let link = Link::Simulated(self.simulated.clone());
        let clock = self.simulated.clock();
        let mut other = Driver::new(open, link, MemoryStore::new(), |_: &Event| {}, clock);
        other.command(&Command::Save { invoices: vec![invoice.input()?] })?;
        other.command(&Command::Send { what: Selection::Ids(vec![invoice.id.clone()]) })?;
        Ok(())
    }

    /// Every document of the ledger, by its id.
    pub(super) fn documents(&mut self) -> Result<BTreeMap<String, DocumentView>, Failure> {
        let mut documents = BTreeMap::new();
        show::each_document(&mut self.driver, |document| {
            documents.insert(document.id.clone(), document);
        })?;
        Ok(documents)
    }

    /// How many requests the service has seen.
    pub(super) fn calls(&self) -> usize {
        self.simulated.world().log().len()
    }

    pub(super) fn tell_events(&self) {
        let mut told: Vec<Event> = Vec::new();
        for event in self.heard.take() {
            if !told.last_mut().is_some_and(|last| joined(last, &event)) {
                told.push(event);
            }
        }
        for event in told {
            let Some(text) = events::sentence(self.ui, &event.kind) else { continue };
            let (mark, mood) = mark(&event.kind);
            let prefix = format!("  {}    {mark} ", self.time(event.at));
            self.ui.say(&self.ui.paragraph(&prefix, &text, mood));
        }
    }

    fn time(&self, at: Timestamp) -> String {
        let (_, hours, minutes) = at.clock_in_italy();
        format!("{hours:02}:{minutes:02}")
    }
}

/// What happens to several documents alike is one line: whether the second was put into the first.
fn joined(first: &mut Event, second: &Event) -> bool {
    let (it, other) = match (&mut first.kind, &second.kind) {
        (
            EventKind::DocumentAccepted { id, operation, protocollo, messaggi, recovered },
            EventKind::DocumentAccepted {
                id: other,
                operation: as_well,
                protocollo: of_it,
                messaggi: remarks,
                recovered: found,
            },
        ) if (&*operation, &*protocollo, &*recovered) == (as_well, of_it, found)
            && messaggi.is_empty()
            && remarks.is_empty() =>
        {
            (id, other)
        }
        (
            EventKind::SendingPostponed { id, not_before },
            EventKind::SendingPostponed { id: other, not_before: until },
        ) if not_before == until => (id, other),
        _ => return false,
    };
    it.push_str(", ");
    it.push_str(other);
    true
}

/// How good an event is.
fn mark(kind: &EventKind) -> (char, Mood) {
    match kind {
        EventKind::DocumentCancelled { .. }
        | EventKind::CredentialsAccepted
        | EventKind::DocumentAccepted { .. } => ('✓', Mood::Good),
        EventKind::DocumentRefused { .. }
        | EventKind::DocumentConflict { .. }
        | EventKind::CredentialsRefused { .. }
        | EventKind::FileDiscarded { .. }
        | EventKind::SendingGivenUp { .. } => ('✗', Mood::Bad),
        EventKind::FileReceived { .. } | EventKind::FileSettled { .. } => ('·', Mood::Plain),
        _ => ('…', Mood::Open),
    }
}

fn driver(
    practice: &Practice,
    simulated: &Simulated,
    db: &std::path::Path,
    credentials: &Credentials,
    heard: &Rc<RefCell<Vec<Event>>>,
) -> Result<PracticeDriver<'static>, Failure> {
    let heard = heard.clone();
    let receive = move |event: &Event| heard.borrow_mut().push(event.clone());
    let clock = Box::new(simulated.clock());
    practice.driver(db, Some(credentials.clone()), clock, Box::new(receive))
}

/// An answer that cannot be one of the demo's.
pub(super) fn unexpected() -> Failure {
    Failure::developer(Exit::Internal, "another answer than the week expects")
}
