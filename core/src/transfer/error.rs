//! Why a ledger is not exported or imported.

/// What is wrong, and on which line of the file, from 1 for the head. No value of the ledger is
/// shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The file is something else.
    #[error("the file is no exported ledger")]
    NotALedger,
    /// A newer version of the library wrote the file.
    #[error("the file has format {found}, which this version does not read")]
    TooNew {
        /// Its format.
        found: u32,
    },
    /// The line is not written as the format has it.
    #[error("line {line} has not the form of the format")]
    Form {
        /// From 1 for the head.
        line: u64,
    },
    /// The key is empty, too long, has control characters, or is `revision`.
    #[error("line {line} has a key that no entry may have")]
    Key {
        /// From 1 for the head.
        line: u64,
    },
    /// The key is not above the one before.
    #[error("line {line} has a key that is not above the one before")]
    Order {
        /// From 1 for the head.
        line: u64,
    },
    /// Over 8 MiB.
    #[error("line {line} is too long")]
    TooLong {
        /// From 1 for the head.
        line: u64,
    },
    /// Entries were added or lost.
    #[error("line {line}: the number of entries does not agree")]
    Count {
        /// From 1 for the head.
        line: u64,
    },
    /// Something before this line was changed.
    #[error("line {line}: the digest does not agree with the lines before")]
    Digest {
        /// From 1 for the head.
        line: u64,
    },
    /// The line does not end, or is not there: the file was cut, or the chunk is not one of whole
    /// lines.
    #[error("the file ends at line {line} and is not complete")]
    Truncated {
        /// From 1 for the head.
        line: u64,
    },
    /// There is more after the tail.
    #[error("line {line} stands after the end")]
    AfterEnd {
        /// From 1 for the head.
        line: u64,
    },
    /// The ledger changed between two pages of the export: begin again.
    #[error("the ledger changed during the export")]
    Moved,
    /// The cursor is none of this operation. The caller erred.
    #[error("the cursor is none that this operation gave")]
    Cursor,
}

impl TransferError {
    /// The stable code, on which a host branches.
    pub fn code(&self) -> &'static str {
        match self {
            TransferError::NotALedger => "TRANSFER_NOT_A_LEDGER",
            TransferError::TooNew { .. } => "TRANSFER_TOO_NEW",
            TransferError::Form { .. } => "TRANSFER_FORM",
            TransferError::Key { .. } => "TRANSFER_KEY",
            TransferError::Order { .. } => "TRANSFER_ORDER",
            TransferError::TooLong { .. } => "TRANSFER_TOO_LONG",
            TransferError::Count { .. } => "TRANSFER_COUNT",
            TransferError::Digest { .. } => "TRANSFER_DIGEST",
            TransferError::Truncated { .. } => "TRANSFER_TRUNCATED",
            TransferError::AfterEnd { .. } => "TRANSFER_AFTER_END",
            TransferError::Moved => "TRANSFER_MOVED",
            TransferError::Cursor => "TRANSFER_CURSOR",
        }
    }

    /// The line of the file, when one is at fault.
    pub fn line(&self) -> Option<u64> {
        match self {
            TransferError::Form { line }
            | TransferError::Key { line }
            | TransferError::Order { line }
            | TransferError::TooLong { line }
            | TransferError::Count { line }
            | TransferError::Digest { line }
            | TransferError::Truncated { line }
            | TransferError::AfterEnd { line } => Some(*line),
            TransferError::NotALedger
            | TransferError::TooNew { .. }
            | TransferError::Moved
            | TransferError::Cursor => None,
        }
    }

    /// The sentence for the user.
    pub fn italian(&self) -> &'static str {
        match self {
            TransferError::NotALedger => "Questo file non è un'esportazione dell'archivio.",
            TransferError::TooNew { .. } => {
                "Il file è stato scritto da una versione più recente: aggiorna il programma."
            }
            TransferError::Truncated { .. } => {
                "Il file è incompleto: usa una copia intera o ripeti l'esportazione."
            }
            TransferError::Moved => "L'archivio è cambiato durante l'esportazione: ripetila.",
            TransferError::Cursor => {
                "L'operazione non può riprendere da questo punto: ricominciala."
            }
            _ => "Il file è danneggiato o modificato: usa un'altra copia o ripeti l'esportazione.",
        }
    }
}
