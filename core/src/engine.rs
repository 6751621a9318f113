//! The façade: four inputs, each of which gives a [`Step`].

use crate::command::{Answer, Command};
use crate::entropy::Entropy;
use crate::error::Error;
use crate::ledger::{Ledger, Stop};
use crate::settings::Settings;
use crate::state::Turn;
use crate::step::{Loaded, Response, Step};
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
    /// The number after the last event handed out.
    emitted: u64,
}

impl Engine {
    /// An engine over these settings. It has no credentials yet, and has read nothing.
    pub fn new(settings: Settings, entropy: Box<dyn Entropy>) -> Self {
        Engine { settings, credentials: None, entropy, ledger: Ledger::default(), emitted: 0 }
    }

    /// Gives the engine its credentials, or takes them away. Work that waits for them resumes with
    /// the next input; credentials never used before are tested first, by a query that stores
    /// nothing.
    pub fn set_credentials(&mut self, credentials: Option<Credentials>) {
        self.credentials = credentials;
    }

    /// Hands over what a [`Step::Read`] asked for. The input is then repeated.
    pub fn load(&mut self, loaded: Loaded) -> Result<(), Error> {
        self.ledger.load(loaded)
    }

    /// A wish of the host.
    pub fn command(&mut self, now: Timestamp, command: &Command) -> Result<Step, Error> {
        self.input(now, |turn| {
            let answer = match command {
                Command::Save { invoices } => Answer::Saved { documents: turn.save(invoices)? },
                Command::Send { what } => Answer::Queued { documents: turn.send(what)? },
                Command::TestCredentials { again } => {
                    Answer::Testing { outcome: turn.want_test(*again)? }
                }
                Command::List { after, limit } => {
                    return Ok(Some(turn.list(after.as_deref(), *limit)?));
                }
                Command::Documents { after, limit } => {
                    return Ok(Some(turn.documents(after.as_deref(), *limit)?));
                }
                Command::Document { id } => {
                    let document = turn.documento(id)?.map(|d| Box::new(d.view()));
                    return Ok(Some(Answer::Document { document }));
                }
            };
            turn.pump()?;
            Ok(Some(answer))
        })
    }

    /// The end of a request, by the id it had. One that is not known any more changes nothing.
    pub fn response(
        &mut self,
        now: Timestamp,
        id: &str,
        response: &Response,
    ) -> Result<Step, Error> {
        self.input(now, |turn| {
            turn.settle(id, response)?;
            turn.pump()?;
            Ok(None)
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
        )
        .and_then(|mut turn| {
            let answer = handle(&mut turn)?;
            turn.finish(answer)
        });
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
            Ok(actions) => {
                self.ledger = Ledger::default();
                if let Some(last) = actions.events.last() {
                    self.emitted = self.emitted.max(last.number + 1);
                }
                Ok(Step::Act(actions))
            }
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("ambiente", &self.settings.ambiente())
            .finish_non_exhaustive()
    }
}
