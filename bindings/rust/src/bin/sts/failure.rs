//! How the command ends.

use std::process::ExitCode;

use sts_host::{DriverError, StoreError};

use crate::ui::Lang;

/// The exit codes, as the help documents them; 2 is clap's own, for a wrong command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// All done, nothing to do for a person.
    Done = 0,
    /// Something is to be put right by a person.
    Fix = 1,
    /// A file, a setting or a credential cannot be used.
    Unusable = 3,
    /// Not finished: the service does not answer or an outcome is still open.
    Unfinished = 4,
    /// The database failed, or we erred.
    Internal = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command cannot go on. Neither sentence shows personal data.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    it: String,
    en: String,
}

impl Failure {
    /// A sentence for the person at the keyboard, in both languages.
    pub(crate) fn new(exit: Exit, it: impl Into<String>, en: impl Into<String>) -> Self {
        Failure { exit, it: it.into(), en: en.into() }
    }

    /// A sentence for a developer, in English alone.
    pub(crate) fn developer(exit: Exit, error: impl std::fmt::Display) -> Self {
        Failure::new(exit, error.to_string(), error.to_string())
    }

    /// The same, naming the file it is about.
    pub(crate) fn about(self, path: &std::path::Path) -> Self {
        let path = path.display();
        Failure { it: format!("{path}: {}", self.it), en: format!("{path}: {}", self.en), ..self }
    }

    pub(crate) fn message(&self, lang: Lang) -> &str {
        lang.pick(&self.it, &self.en)
    }
}

impl From<sts_core::Error> for Failure {
    fn from(error: sts_core::Error) -> Self {
        let exit = match error {
            sts_core::Error::Bug { .. } | sts_core::Error::Load { .. } => Exit::Internal,
            _ => Exit::Unusable,
        };
        Failure::developer(exit, format_args!("{}: {error}", error.code()))
    }
}

impl From<DriverError> for Failure {
    fn from(error: DriverError) -> Self {
        match error {
            DriverError::Engine(error) => error.into(),
            DriverError::Store(error) => error.into(),
            DriverError::Contention(_) => Failure::new(
                Exit::Unfinished,
                "altri programmi stanno usando lo stesso archivio: riprova tra poco",
                "other programs are using the same database: try again soon",
            ),
            error => Failure::developer(Exit::Internal, error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        Failure::developer(Exit::Internal, text)
    }
}
