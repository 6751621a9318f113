//! The façade: four inputs, each of which gives a [`Step`].

use crate::command::{Answer, Command};
use crate::entropy::Entropy;
use crate::error::Error;
use crate::ledger::{Ledger, Stop};
use crate::settings::Settings;
use crate::state::{Parts, Turn, import};
use crate::step::{Actions, Loaded, Response, Step};
use crate::time::Timestamp;
use crate::wire::Credentials;

/// The engine of one holder: the taxpayer whose credentials sign the requests.
///
/// Between inputs it keeps the settings, the credentials and nothing of the store, so any number
/// of engines, in any number of processes, may drive one store.
pub struct Engine {
    settings: Settings,
    credentials: Option<Credentials>,
    entropy: Box<dyn Entropy>,
    ledger: Ledger,
    /// Parts of what a person waits for: they name people, and are kept nowhere else.
    parts: Option<Parts>,
    /// The number after the last event handed out.
    emitted: u64,
}

impl Engine {
    /// An engine over these settings. It has no credentials yet, and has read nothing.
    pub fn new(settings: Settings, entropy: Box<dyn Entropy>) -> Self {
        let ledger = Ledger::default();
        Engine { settings, credentials: None, entropy, ledger, parts: None, emitted: 0 }
    }

    /// Gives the engine its credentials, or takes them away. Work that waits for them resumes with
    /// the next input; credentials never used before are tested first, by a query that stores
    /// nothing.
    pub fn set_credentials(&mut self, credentials: Option<Credentials>) {
        self.credentials = credentials;
    }

    /// Throws away what it holds of its store: after a commit that failed or lost its race it is as
    /// good as a new engine. The settings and the credentials stay.
    pub fn reopen(&mut self) {
        self.ledger = Ledger::default();
        self.parts = None;
        self.emitted = 0;
    }

    /// Hands over what a [`Step::Read`] asked for. The input is then repeated.
    pub fn load(&mut self, loaded: Loaded) -> Result<(), Error> {
        self.ledger.load(loaded)
    }

    /// A wish of the host.
    ///
    /// The answer stands in the actions of this step. For what is fetched from the service, such
    /// as receipts, it says whether that is asked, and the result is the answer of a later step,
    /// of the last response that follows: the last answer is the one that counts.
    pub fn command(&mut self, now: Timestamp, command: &Command) -> Result<Step, Error> {
        if let Command::Import { text } = command {
            return self.import(now, text);
        }
        self.input(now, |turn| {
            if let Some(answer) = read(turn, command)? {
                return Ok(Some(answer));
            }
            let answer = act(turn, command)?;
            turn.pump()?;
            Ok(Some(answer))
        })
    }

    fn import(&mut self, now: Timestamp, text: &str) -> Result<Step, Error> {
        if !(Timestamp::MIN..=Timestamp::MAX).contains(&now) {
            return Err(Error::Clock);
        }
        self.ledger.begin();
        let actions = import(&mut self.ledger, &self.settings, text);
        self.conclude(actions.map(|actions| (actions, None)))
    }

    /// The end of a request, by the id it had. One that is not known any more changes nothing.
    pub fn response(
        &mut self,
        now: Timestamp,
        id: &str,
        response: &Response,
    ) -> Result<Step, Error> {
        self.input(now, |turn| {
            let answer = turn.settle(id, response)?;
            turn.pump()?;
            Ok(answer)
        })
    }

    /// Time passed. Calling it too often is harmless.
    pub fn tick(&mut self, now: Timestamp) -> Result<Step, Error> {
        self.input(now, |turn| {
            turn.pump()?;
            Ok(None)
        })
    }

    /// Forgets the events that were handed out and are known to be delivered, so that the next
    /// engine of this store does not hand them out again. Called before an engine is dropped on
    /// purpose; leaving it out is harmless.
    pub fn close(&mut self, now: Timestamp) -> Result<Step, Error> {
        self.input(now, |_| Ok(None))
    }

    fn input(
        &mut self,
        now: Timestamp,
        handle: impl FnOnce(&mut Turn<'_>) -> Result<Option<Answer>, Stop>,
    ) -> Result<Step, Error> {
        if !(Timestamp::MIN..=Timestamp::MAX).contains(&now) {
            return Err(Error::Clock);
        }
        self.ledger.begin();
        let actions = Turn::begin(
            now,
            &self.settings,
            self.credentials.as_ref(),
            &mut *self.entropy,
            &mut self.ledger,
            self.emitted,
            self.parts.as_ref(),
        )
        .and_then(|mut turn| {
            let answer = handle(&mut turn)?;
            let actions = turn.finish(answer)?;
            Ok((actions, turn.parts.take()))
        });
        self.conclude(actions)
    }

    fn conclude(&mut self, actions: Result<(Actions, Option<Parts>), Stop>) -> Result<Step, Error> {
        match actions {
            Err(Stop::Read) => Ok(Step::Read(self.ledger.ask())),
            // Pieces of two revisions can look like damage.
            Err(Stop::Error(Error::Bug { .. } | Error::Record { .. }))
                if !self.ledger.confirmed() =>
            {
                Ok(Step::Read(self.ledger.ask()))
            }
            Err(Stop::Error(error)) => {
                self.ledger = Ledger::default();
                Err(error)
            }
            Ok((actions, parts)) => {
                self.ledger = Ledger::default();
                self.parts = parts;
                if let Some(last) = actions.events.last() {
                    self.emitted = self.emitted.max(last.number + 1);
                }
                Ok(Step::Act(actions))
            }
        }
    }
}

/// A command that changes nothing and lets nothing leave; `None` for all others.
fn read(turn: &mut Turn<'_>, command: &Command) -> Result<Option<Answer>, Stop> {
    Ok(Some(match command {
        Command::List { filter, after, limit } => turn.list(filter, after.as_deref(), *limit)?,
        Command::Documents { after, limit } => turn.documents(after.as_deref(), *limit)?,
        Command::Document { id } => {
            let document = turn.documento(id)?.map(|d| Box::new(d.view()));
            Answer::Document { document }
        }
        Command::Status { id } => Answer::Status { status: turn.status(id)? },
        Command::Health => Answer::Health { health: turn.health()? },
        Command::Calendar => Answer::Calendar { calendar: turn.calendar()? },
        Command::Export { after, limit } => turn.export(after.as_deref(), *limit)?,
        _ => return Ok(None),
    }))
}

fn act(turn: &mut Turn<'_>, command: &Command) -> Result<Answer, Stop> {
    Ok(match command {
        Command::Save { invoices } => Answer::Saved { documents: turn.save(invoices)? },
        Command::Send { what } => Answer::Queued { documents: turn.send(what)? },
        Command::Change { change, ids, confirmed } => {
            Answer::Changed { documents: turn.change(*change, ids, *confirmed)? }
        }
        Command::Refund { invoice, confirmed } => {
            let (outcome, saved) = turn.refund(invoice, *confirmed)?;
            Answer::Refund { outcome, saved }
        }
        Command::TestCredentials { again } => Answer::Testing { outcome: turn.want_test(*again)? },
        Command::PasswordSetOn { day } => {
            turn.password_set_on(*day)?;
            Answer::Done
        }
        Command::Configure { automation } => {
            turn.configure(automation)?;
            Answer::Done
        }
        Command::Pause => {
            turn.holder.paused = true;
            Answer::Done
        }
        Command::Resume => {
            turn.holder.paused = false;
            Answer::Done
        }
        Command::Receipts { of } => Answer::Asked { outcome: turn.ask_receipts(of)? },
        Command::Compare { month, apply } => {
            Answer::Asked { outcome: turn.ask_month(*month, *apply)? }
        }
        Command::Segnalazioni { from, to } => {
            Answer::Asked { outcome: turn.ask_segnalazioni(*from, *to)? }
        }
        Command::List { .. }
        | Command::Documents { .. }
        | Command::Document { .. }
        | Command::Status { .. }
        | Command::Health
        | Command::Calendar
        | Command::Export { .. }
        | Command::Import { .. } => {
            return Err(Error::Bug { why: "a command that is dealt with elsewhere" }.into());
        }
    })
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("ambiente", &self.settings.ambiente())
            .finish_non_exhaustive()
    }
}
