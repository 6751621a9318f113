//! `stato` of a file in EsitoInvii (PROTOCOL section 6.1).

use serde::Serialize;

use super::{Confidence, Stored, Text};

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileStateKind {
    /// Received, being worked on.
    InProgress,
    /// All documents were stored.
    Processed,
    /// Processed; some or all documents were refused or have remarks. The error file says which.
    ProcessedWithErrors,
    /// Discarded while being processed; nothing was stored and the PDF receipt says why.
    DiscardedInProcessing,
    /// Discarded at the door; nothing was stored.
    DiscardedAtAcceptance,
    /// Not known.
    Unknown,
}

/// Whether a state can still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Finality {
    /// It will not change: no further question is needed.
    Final,
    /// Ask again later.
    Pending,
}

/// One state of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileState {
    /// `stato` as the specification has it; `None` when it is not in the table.
    pub stato: Option<&'static str>,
    /// The specification's text, verbatim.
    pub text: Option<&'static str>,
    /// How far the file has come.
    pub kind: FileStateKind,
    /// Whether that can still change.
    pub finality: Finality,
    /// Whether the documents of the file are stored; unknown where the error file decides.
    pub stored: Stored,
    /// What it means.
    pub meaning: Text,
    /// What to do.
    pub advice: Text,
    /// How well state and text are known.
    pub confidence: Confidence,
    /// Document and section where state and text come from.
    pub source: &'static str,
}

const RIC: &str = "Specifiche tecniche ricevute (16/11/2015), 2.6";

const WAIT: Text = Text {
    it: "Non devi fare nulla: l'esito arriverà da solo, a volte dopo ore.",
    en: "There is nothing to do: the outcome will come by itself, sometimes after hours.",
};
const READ_RECEIPT: Text = Text {
    it: "Apri la ricevuta PDF, che dice il motivo; poi i documenti vanno inviati di nuovo.",
    en: "Open the PDF receipt, which says why; then the documents must be sent again.",
};

/// A state in no table: nothing is concluded from it, so it stays open.
const UNKNOWN: FileState = FileState {
    stato: None,
    text: None,
    kind: FileStateKind::Unknown,
    finality: Finality::Pending,
    stored: Stored::Unknown,
    meaning: Text {
        it: "Sistema TS indica per il file uno stato che questo programma non conosce.",
        en: "Sistema TS gives the file a state this program does not know.",
    },
    advice: Text {
        it: "Leggi il testo di Sistema TS riportato accanto e apri la ricevuta PDF.",
        en: "Read the text of Sistema TS shown beside this and open the PDF receipt.",
    },
    confidence: Confidence::Unknown,
    source: "no table has this state",
};

/// All states, in the order of the specification.
pub static STATES: &[FileState] = &[
    FileState {
        stato: Some("0"),
        text: Some("Il file e' in fase di elaborazione"),
        kind: FileStateKind::InProgress,
        meaning: Text {
            it: "Sistema TS ha ricevuto il file e lo sta elaborando.",
            en: "Sistema TS has received the file and is processing it.",
        },
        advice: WAIT,
        confidence: Confidence::Official,
        source: RIC,
        ..UNKNOWN
    },
    FileState {
        stato: Some("1"),
        text: Some("In corso di elaborazione"),
        kind: FileStateKind::InProgress,
        meaning: Text {
            it: "Sistema TS sta elaborando il file.",
            en: "Sistema TS is processing the file.",
        },
        advice: WAIT,
        confidence: Confidence::Official,
        source: RIC,
        ..UNKNOWN
    },
    FileState {
        stato: Some("2"),
        text: Some("File elaborato correttamente"),
        kind: FileStateKind::Processed,
        finality: Finality::Final,
        stored: Stored::Yes,
        meaning: Text {
            it: "Sistema TS ha registrato tutti i documenti del file.",
            en: "Sistema TS has stored all documents of the file.",
        },
        advice: Text { it: "Non devi fare nulla.", en: "There is nothing to do." },
        confidence: Confidence::Official,
        source: RIC,
    },
    FileState {
        stato: Some("3"),
        text: Some("File elaborato con errori"),
        kind: FileStateKind::ProcessedWithErrors,
        finality: Finality::Final,
        meaning: Text {
            it: "Sistema TS ha elaborato il file; alcuni documenti sono stati rifiutati o hanno \
                 osservazioni.",
            en: "Sistema TS has processed the file; some documents were refused or have remarks.",
        },
        advice: Text {
            it: "Guarda l'elenco degli errori: correggi e invia di nuovo soltanto i documenti \
                 rifiutati.",
            en: "See the list of errors: correct and send again only the documents refused.",
        },
        confidence: Confidence::Official,
        source: RIC,
        ..UNKNOWN
    },
    FileState {
        stato: Some("5"),
        text: Some("File scartato in fase di Elaborazione"),
        kind: FileStateKind::DiscardedInProcessing,
        finality: Finality::Final,
        stored: Stored::No,
        meaning: Text {
            it: "Sistema TS ha scartato l'intero file: nessun documento è stato registrato.",
            en: "Sistema TS discarded the whole file: no document was stored.",
        },
        advice: READ_RECEIPT,
        confidence: Confidence::Official,
        source: RIC,
    },
    FileState {
        stato: Some("9"),
        text: Some("File scartato in fase di Accoglienza"),
        kind: FileStateKind::DiscardedAtAcceptance,
        finality: Finality::Final,
        stored: Stored::No,
        meaning: Text {
            it: "Sistema TS non ha accolto il file: nessun documento è stato registrato.",
            en: "Sistema TS did not take the file: no document was stored.",
        },
        advice: READ_RECEIPT,
        confidence: Confidence::Official,
        source: RIC,
    },
];

/// Explains `stato`. One that is in no table stays [`Finality::Pending`]: nothing is concluded
/// from it.
pub fn file_state(stato: &str) -> FileState {
    let stato = stato.trim();
    STATES.iter().find(|state| state.stato == Some(stato)).copied().unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_explains_itself_in_both_languages() {
        for state in STATES {
            assert_eq!(file_state(state.stato.unwrap()), *state);
            for text in [state.meaning, state.advice] {
                assert!(text.it.ends_with('.') && text.en.ends_with('.'));
                assert_ne!(text.it, text.en);
            }
        }
    }

    #[test]
    fn only_the_states_that_cannot_change_are_final() {
        let last: Vec<_> = STATES
            .iter()
            .filter(|state| state.finality == Finality::Final)
            .filter_map(|state| state.stato)
            .collect();
        assert_eq!(last, ["2", "3", "5", "9"]);
    }

    #[test]
    fn an_unknown_state_stays_open_and_says_nothing_of_the_documents() {
        for stato in ["4", "", "22", "due", "🦷"] {
            let state = file_state(stato);
            assert_eq!(state.kind, FileStateKind::Unknown);
            assert_eq!(state.finality, Finality::Pending);
            assert_eq!(state.stored, Stored::Unknown);
        }
    }
}
