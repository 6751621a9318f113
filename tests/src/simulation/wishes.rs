//! What persons ask of the engine, and what it means for the expected world once it is committed.

use sts_core::command::{
    Answer, Apply, Automation, Change, ChangeOutcome, Command, Mode, Month, QueueOutcome,
    ReceiptOf, Selection, Testing,
};
use sts_core::domain::Data;
use sts_core::registry::Filter;

use super::invoices::Version;
use super::scene::Scene;

/// A person's wish.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    /// Keep these invoices.
    Save(Vec<Version>),
    /// Send these documents.
    Send(Vec<String>),
    /// Send what is ready, at most so many.
    SendReady(u32),
    /// One of the manual tools, confirmed or not.
    Change(Change, Vec<String>, bool),
    /// Give money back by this credit note, confirmed or not.
    Refund(Version, bool),
    /// Choose what happens by itself.
    Configure(Automation),
    /// Let nothing leave.
    Pause,
    /// End a pause.
    Resume,
    /// Test the credentials; `true` for refused ones too.
    Test(bool),
    /// Show a page of the registry.
    List(u32),
    /// Show a page of the documents.
    Documents(u32),
    /// Show a document.
    Document(String),
    /// Show everything about a document.
    Status(String),
    /// Show what needs a person.
    Health,
    /// Show the deadlines.
    Calendar,
    /// Fetch the receipts of a transmission.
    Receipts(u64),
    /// Compare a month.
    Compare(Month, Apply),
    /// Show what citizens reported.
    Segnalazioni(Data, Data),
    /// Copy a page of the ledger.
    Export(u32),
}

/// A wish with the command that expresses it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The wish.
    pub(super) wish: Wish,
    /// The command.
    pub(super) command: Command,
}

impl Wish {
    /// The wish with its command.
    pub(super) fn asked(self) -> Asked {
        let command = match &self {
            Wish::Save(versions) => {
                Command::Save { invoices: versions.iter().map(Version::input).collect() }
            }
            Wish::Send(ids) => Command::Send { what: Selection::Ids(ids.clone()) },
            Wish::SendReady(limit) => Command::Send { what: Selection::Ready { limit: *limit } },
            Wish::Change(change, ids, confirmed) => {
                Command::Change { change: *change, ids: ids.clone(), confirmed: *confirmed }
            }
            Wish::Refund(version, confirmed) => {
                Command::Refund { invoice: Box::new(version.input()), confirmed: *confirmed }
            }
            Wish::Configure(automation) => Command::Configure { automation: *automation },
            Wish::Pause => Command::Pause,
            Wish::Resume => Command::Resume,
            Wish::Test(again) => Command::TestCredentials { again: *again },
            Wish::List(limit) => {
                Command::List { filter: Filter::default(), after: None, limit: *limit }
            }
            Wish::Documents(limit) => Command::Documents { after: None, limit: *limit },
            Wish::Document(id) => Command::Document { id: id.clone() },
            Wish::Status(id) => Command::Status { id: id.clone() },
            Wish::Health => Command::Health,
            Wish::Calendar => Command::Calendar,
            Wish::Receipts(number) => Command::Receipts { of: ReceiptOf::Transmission(*number) },
            Wish::Compare(month, apply) => Command::Compare { month: *month, apply: *apply },
            Wish::Segnalazioni(from, to) => Command::Segnalazioni { from: *from, to: *to },
            Wish::Export(limit) => Command::Export { after: None, limit: *limit },
        };
        Asked { wish: self, command }
    }

    /// Nothing by itself.
    pub(super) fn manual() -> Self {
        Wish::Configure(Automation { mode: Mode::Manual, ..Automation::default() })
    }
}

impl Scene {
    /// A wish was committed: what the practice wants from now on.
    pub(super) fn granted(&mut self, p: usize, wish: &Wish, answer: &Answer) {
        let given = self.processes[p].given.clone();
        match (wish, answer) {
            (Wish::Save(versions), Answer::Saved { documents }) => {
                assert_eq!(versions.len(), documents.len(), "an answer for each invoice");
                for (version, saved) in versions.iter().zip(documents) {
                    let judged = self.settings.judge(&version.input(), given.clock);
                    assert_eq!(judged.verdict, saved.verdict, "{}", saved.id);
                    self.practice.saved(version.clone());
                }
            }
            (Wish::Send(_) | Wish::SendReady(_), Answer::Queued { documents }) => {
                for queued in documents {
                    self.sent(&queued.id, queued.outcome);
                }
            }
            (Wish::Change(change, ..), Answer::Changed { documents }) => {
                for changed in documents {
                    self.changed(&changed.id, *change, changed.outcome);
                }
            }
            (Wish::Refund(version, confirmed), Answer::Refund { saved: Some(_), .. }) => {
                self.practice.saved(version.clone());
                let paper = self.practice.paper(&version.id);
                paper.asked |= *confirmed;
                paper.withheld = false;
            }
            (Wish::Configure(automation), Answer::Done) => self.practice.configured(*automation),
            (Wish::Pause, Answer::Done) => self.practice.paused = true,
            (Wish::Resume, Answer::Done) => self.practice.paused = false,
            (Wish::Test(true), Answer::Testing { outcome: Testing::Started | Testing::Queued }) => {
                self.practice.login(&given.password).allowed = true
            }
            (Wish::Compare(_, Apply::Realign), Answer::Asked { .. }) => {
                // A person's word for all that is to be there.
                self.practice.papers.values_mut().for_each(|paper| paper.asked = true);
            }
            (Wish::Save(_) | Wish::Send(_) | Wish::SendReady(_) | Wish::Change(..), other) => {
                panic!("another answer: {other:?}")
            }
            _ => {}
        }
    }

    fn sent(&mut self, id: &str, outcome: QueueOutcome) {
        let paper = self.practice.paper(id);
        match outcome {
            QueueOutcome::Queued | QueueOutcome::UnderWay | QueueOutcome::AlreadyAccepted => {
                paper.asked = true;
                (paper.withheld, paper.unclear) = (false, false);
            }
            _ => {}
        }
    }

    fn changed(&mut self, id: &str, change: Change, outcome: ChangeOutcome) {
        use ChangeOutcome::{Done, Queued, UnderWay, YearClosed};
        // What is gone from the store altogether is new when it is saved again.
        let gone = !self.store.0.contains_key(&format!("d/{id}"));
        let paper = self.practice.paper(id);
        match (change, outcome) {
            (Change::Delete, Done | Queued | UnderWay | YearClosed) => {
                paper.deleted = true;
                if gone {
                    (paper.withheld, paper.asked) = (false, false);
                }
            }
            (Change::Cancel, Done | Queued | UnderWay | YearClosed) => paper.withheld = true,
            (Change::Resend, Queued) => {
                paper.asked = true;
                (paper.withheld, paper.unclear) = (false, false);
            }
            (Change::Resend, UnderWay) => {
                paper.asked = true;
                paper.unclear |= paper.withheld;
            }
            (Change::Update | Change::Resync, Queued | UnderWay) => paper.asked = true,
            _ => {}
        }
    }
}
