//! Why an input was refused.

use crate::transfer::TransferError;

/// An input that was refused and changed nothing.
///
/// What the remote service refuses is not an error: it is an outcome, and comes as an event and in
/// the registry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The command is not one of the vocabulary, or a field of it is wrong. The caller erred.
    #[error("the command is wrong{}: {expected}", at(path))]
    Command {
        /// JSON Pointer to the field.
        path: String,
        /// What is allowed there.
        expected: String,
    },
    /// A list in a command is longer than the engine takes at once. The caller erred.
    #[error("at most {limit} {what} at once")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// The time of an input is not one of milliseconds since 1970 between 2015 and 2199: another
    /// unit, or a clock never set. The caller erred.
    #[error("the time is not given in milliseconds since 1970, or lies outside 2015 to 2199")]
    Clock,
    /// The engine has no credentials: call [`set_credentials`](crate::Engine::set_credentials).
    #[error("no credentials were given to the engine")]
    CredentialsMissing,
    /// The way in of this profile has no such service (PROTOCOL section 1.3).
    #[error("{service} is not available with this access")]
    ServiceNotAvailable {
        /// The service asked for.
        service: &'static str,
    },
    /// The profile, endpoint or certificate given at construction cannot be used.
    #[error("the settings are wrong{}: {expected}", at(path))]
    Settings {
        /// JSON Pointer to the setting.
        path: String,
        /// What is allowed there.
        expected: String,
    },
    /// The store belongs to the other environment: test and production are never mixed.
    #[error("this store holds records of the environment \"{found}\"")]
    OtherEnvironment {
        /// The environment of the store.
        found: &'static str,
    },
    /// The store belongs to another owner.
    #[error("this store holds the records of another owner")]
    OtherHolder,
    /// A record cannot be read: the store was damaged or written by something else.
    #[error("the record \"{key}\" cannot be read: {why}")]
    Record {
        /// Key of the record; never personal.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// A record was written by a newer version of the engine: update the library.
    #[error("the record \"{key}\" has format {found}; this version reads up to {newest}")]
    RecordTooNew {
        /// Key of the record.
        key: String,
        /// Its format.
        found: u32,
        /// The newest format this version reads.
        newest: u32,
    },
    /// What was loaded does not answer what was asked: entries out of order, out of range or not
    /// asked for. The host's store erred.
    #[error("the store's answer does not fit the question: {why}")]
    Load {
        /// What does not fit.
        why: &'static str,
    },
    /// An exported ledger cannot be written or read: see its own code.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// An import into this store is not complete: hand over the rest of the file, or begin with an
    /// empty store.
    #[error("an import into this store is not complete")]
    ImportOpen,
    /// Ledgers are imported into empty stores alone.
    #[error("the store is not empty")]
    NotEmpty,
    /// An invariant of the engine does not hold: a bug of ours.
    #[error("internal error: {why}")]
    Bug {
        /// Which invariant.
        why: &'static str,
    },
}

/// A place within an input, if it is not the whole.
fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" at {path}") }
}

impl Error {
    /// Nothing could be encrypted, because the host's source of entropy yields only zeros.
    pub(crate) const BROKEN_ENTROPY: Error =
        Error::Bug { why: "nothing could be encrypted: the entropy is broken" };

    /// The stable code, on which a host branches.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Command { .. } => "COMMAND",
            Error::TooMany { .. } => "TOO_MANY",
            Error::Clock => "CLOCK",
            Error::CredentialsMissing => "CREDENTIALS_MISSING",
            Error::ServiceNotAvailable { .. } => "SERVICE_NOT_AVAILABLE",
            Error::Settings { .. } => "SETTINGS",
            Error::OtherEnvironment { .. } => "OTHER_ENVIRONMENT",
            Error::OtherHolder => "OTHER_HOLDER",
            Error::Record { .. } => "RECORD",
            Error::RecordTooNew { .. } => "RECORD_TOO_NEW",
            Error::Load { .. } => "LOAD",
            Error::Transfer(error) => error.code(),
            Error::ImportOpen => "IMPORT_OPEN",
            Error::NotEmpty => "NOT_EMPTY",
            Error::Bug { .. } => "BUG",
        }
    }

    /// JSON Pointer to the field at fault, when there is one.
    pub fn path(&self) -> Option<&str> {
        match self {
            Error::Command { path, .. } | Error::Settings { path, .. } => Some(path),
            _ => None,
        }
    }
}
