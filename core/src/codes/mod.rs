//! What the service's codes, faults and file states mean, and what a person does about them.
//!
//! The tables are data: one row per code, with the verbatim text where it is known, our reading of
//! it, and how sure both are. The official list of the document codes was never found, so the
//! tables are open: a code that is not in them degrades by the type of its message and by its
//! prefix ([`explain`]), and the text that came with it is always shown beside our reading, which
//! never replaces it.
//!
//! The outcome of a call is decided by `esitoChiamata` or `codiceEsito`, never by the presence of
//! a message (PROTOCOL section 5.1). A row explains that outcome; it does not make it.

mod document;
mod fault;
mod file;
mod service;
mod state;

pub use fault::fault;
pub use state::{FileState, FileStateKind, Finality, STATES, file_state};

use serde::Serialize;

/// How bad a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "CodeSeverity"))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Success, or a piece of information.
    Ok,
    /// A remark on something that was stored all the same; never a reason to send again.
    Segnalazione,
    /// Refused, or not done.
    Errore,
}

/// What a code is about, for the engine to branch on.
///
/// Exhaustive on purpose: whoever adds a kind must decide everywhere what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "CodeKind"))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Done, or received.
    Ok,
    /// User, password or pincode refused. Eight wrong passwords disable the account, so nothing
    /// with the same credentials may be sent again before a person has acted.
    Credentials,
    /// The password has expired; only its owner can renew it, on the portal. Pauses like
    /// [`Kind::Credentials`].
    PasswordExpired,
    /// An encrypted field could not be deciphered: a changed key of the service, or a fault of
    /// the program that encrypted.
    Encryption,
    /// Who sends and who is delegated do not agree.
    Delegation,
    /// A registration or mandate of the Entratel intermediary.
    Entratel,
    /// The owner's data (tax code, codes of the structure) have a wrong form.
    OwnerData,
    /// The name of the file is wrong: a fault of the program.
    FileName,
    /// The file is empty or not a ZIP: a fault of the program.
    FileContent,
    /// The file is over the limit: it must be split.
    FileTooLarge,
    /// The message does not satisfy the schema: a fault of the program.
    MalformedRequest,
    /// A document with this key is already stored.
    AlreadyPresent,
    /// No document with this key is stored, or no longer.
    NotPresent,
    /// The payment date falls in a year that is closed.
    ClosedYear,
    /// The citizen's tax code has a wrong form.
    CitizenTaxCode,
    /// The citizen's tax code is well formed but not in the service's archive.
    CitizenUnknown,
    /// Stored, and after the deadline.
    Late,
    /// Stored, and another document of the same citizen has the same date.
    SameDay,
    /// The document was cancelled earlier.
    Cancelled,
    /// A search found nothing.
    NothingFound,
    /// There is no file of errors, because there were none.
    NoErrorFile,
    /// The whole file was discarded; the PDF receipt says why.
    FileDiscarded,
    /// Passing trouble of the service: the same call may succeed later.
    Transient,
    /// Not known; the severity and the service's own text are all there is.
    Unknown,
}

/// Whose move it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WhoActs {
    /// Nobody; the engine has all it needs.
    Nobody,
    /// The user corrects the invoice.
    UserInvoice,
    /// The user corrects user name, password, pincode or own data in the settings.
    UserCredentials,
    /// The user changes the password on the portal, then here.
    UserPassword,
    /// The user and the intermediary or association settle the mandate between them.
    Intermediary,
    /// The maker of the practice program.
    Vendor,
    /// Nobody yet: wait and try later.
    Wait,
}

/// Whether Sistema TS holds a document with this key after an insertion was answered with this
/// code, as far as the code alone can tell. A refused variation leaves what was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stored {
    /// It is there.
    Yes,
    /// It is not there.
    No,
    /// The code does not say.
    Unknown,
}

/// How well a code and its text are known. Our reading of it is ours in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// In the official specification.
    Official,
    /// Seen in an answer of the real service.
    Live,
    /// Several independent programs agree.
    Several,
    /// One program or page alone.
    Single,
    /// Sources contradict each other, or the only one looks invented.
    Disputed,
    /// Not in the tables.
    Unknown,
}

/// One sentence in the two languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Text {
    /// For the user.
    pub it: &'static str,
    /// For the developer, and for users who read English.
    pub en: &'static str,
}

/// A row of the tables, or the degraded reading of a code that is in none.
///
/// It holds no input: the code and text that the service sent stay with the caller, who shows
/// them beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The code as the table has it; for faults, which have none, a name of ours that begins with
    /// `FAULT_`. `None` when the code is in no table.
    pub code: Option<&'static str>,
    /// The service's text, verbatim; `None` where no source quotes it.
    pub text: Option<&'static str>,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub kind: Kind,
    /// Whose move it is.
    pub who_acts: WhoActs,
    /// What it means.
    pub meaning: Text,
    /// What to do.
    pub advice: Text,
    /// Whether the document is there afterwards.
    pub stored: Stored,
    /// How well the code and its text are known.
    pub confidence: Confidence,
    /// Document and section where the code and its text come from.
    pub source: &'static str,
}

/// The rows of one family of codes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Table {
    /// `file`, `document`, `service` or `fault`.
    pub name: &'static str,
    /// The rows, in the order of the codes.
    pub rows: &'static [Explanation],
}

/// All tables, for listing. Faults are recognised by their text ([`fault`]), the others by their
/// code ([`explain`]).
pub static ALL: &[Table] = &[
    Table { name: "file", rows: file::ROWS },
    Table { name: "document", rows: document::ROWS },
    Table { name: "service", rows: service::ROWS },
    Table { name: "fault", rows: fault::ROWS },
];

/// Explains `codice` (or `codiceEsito`, or `CODICE ERRORE` of the error file), with the `tipo`
/// that came with it, if any.
///
/// The severity is that of the type, when the type says `E` or `W`; then that of the code. Where
/// type and code disagree, [`Explanation::stored`] is [`Stored::Unknown`]. A code in no table is
/// read by its prefix: `S…` refused, `W…` stored with a remark, `WS…` the service itself, three
/// digits access or file; anything else is an error of unknown kind, to be on the safe side.
pub fn explain(code: &str, tipo: Option<&str>) -> Explanation {
    let code = code.trim();
    let known = [file::ROWS, document::ROWS, service::ROWS]
        .into_iter()
        .flatten()
        .find(|row| row.code.is_some_and(|c| c.eq_ignore_ascii_case(code)));
    let row = known.copied().unwrap_or_else(|| by_prefix(code, tipo));
    match tipo.and_then(severity_of) {
        Some(severity) if severity != row.severity => {
            Explanation { severity, stored: Stored::Unknown, ..row }
        }
        _ => row,
    }
}

/// The severity a message type states. The schema also has `S`, to which no source gives a
/// meaning, and the empty type of the success message: there the code decides.
fn severity_of(tipo: &str) -> Option<Severity> {
    match tipo.trim() {
        "E" | "e" => Some(Severity::Errore),
        "W" | "w" => Some(Severity::Segnalazione),
        _ => None,
    }
}

fn by_prefix(code: &str, tipo: Option<&str>) -> Explanation {
    let bytes = code.as_bytes();
    match bytes {
        [b'W' | b'w', b'S' | b's', b'0'..=b'9', ..] => service::UNKNOWN,
        [b'S' | b's', b'0'..=b'9', ..] => document::UNKNOWN_REFUSED,
        [b'W' | b'w', b'0'..=b'9', ..] => document::UNKNOWN_REMARK,
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'] => file::UNKNOWN,
        _ if tipo.and_then(severity_of) == Some(Severity::Segnalazione) => document::UNKNOWN_REMARK,
        _ => UNKNOWN,
    }
}

/// Nothing is known: neither the code, nor its prefix.
const UNKNOWN: Explanation = Explanation {
    code: None,
    text: None,
    severity: Severity::Errore,
    kind: Kind::Unknown,
    who_acts: WhoActs::Vendor,
    meaning: Text {
        it: "Sistema TS ha risposto in un modo che questo programma non conosce.",
        en: "Sistema TS answered in a way this program does not know.",
    },
    advice: Text {
        it: "Leggi il testo di Sistema TS riportato accanto; se non basta, mandalo all'assistenza \
             del programma.",
        en: "Read the text of Sistema TS shown beside this; if that is not enough, send it to the \
             program's support.",
    },
    stored: Stored::Unknown,
    confidence: Confidence::Unknown,
    source: "no table has this code; PROTOCOL 8.2, last rule",
};

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> impl Iterator<Item = &'static Explanation> {
        ALL.iter().flat_map(|table| table.rows)
    }

    #[test]
    fn every_row_speaks_both_languages_and_names_its_source() {
        for row in rows() {
            for text in [row.meaning, row.advice] {
                for sentence in [text.it, text.en] {
                    assert!(sentence.ends_with('.'), "{:?}: {sentence:?}", row.code);
                    assert!(
                        !sentence.contains("  "),
                        "{:?}: double blank in {sentence:?}",
                        row.code
                    );
                }
                assert_ne!(text.it, text.en, "{:?}", row.code);
            }
            assert!(!row.source.is_empty(), "{:?}", row.code);
            assert_ne!(row.confidence, Confidence::Unknown, "{:?}", row.code);
        }
    }

    #[test]
    fn no_code_occurs_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for row in rows() {
            let code = row.code.expect("a row has a code");
            assert!(seen.insert(code.to_ascii_uppercase()), "{code} twice");
        }
    }

    #[test]
    fn every_listed_code_explains_itself() {
        for table in ALL.iter().filter(|table| table.name != "fault") {
            for row in table.rows {
                assert_eq!(explain(row.code.unwrap(), None), *row);
            }
        }
    }

    #[test]
    fn prefix_and_severity_agree_in_the_tables() {
        for row in rows() {
            let code = row.code.unwrap();
            match (code.starts_with("WS"), &code[..1]) {
                (false, "W") => assert_eq!(row.severity, Severity::Segnalazione, "{code}"),
                (false, "S") => assert_eq!(row.severity, Severity::Errore, "{code}"),
                _ => {}
            }
        }
    }

    #[test]
    fn an_unknown_code_is_read_by_its_prefix() {
        let refused = explain("S999", None);
        assert_eq!((refused.severity, refused.stored), (Severity::Errore, Stored::No));
        let remark = explain("W999", None);
        assert_eq!((remark.severity, remark.stored), (Severity::Segnalazione, Stored::Yes));
        let service = explain("WS999", None);
        assert_eq!((service.severity, service.stored), (Severity::Errore, Stored::Unknown));
        let file = explain("999", None);
        assert_eq!((file.severity, file.stored), (Severity::Errore, Stored::Unknown));
        for unknown in [refused, remark, service, file] {
            assert_eq!((unknown.code, unknown.text, unknown.kind), (None, None, Kind::Unknown));
        }
    }

    #[test]
    fn an_unknown_code_of_no_prefix_is_an_error_unless_its_type_says_warning() {
        for (code, tipo) in [("", None), ("QX", None), ("QX", Some("S")), ("1234", None)] {
            let unknown = explain(code, tipo);
            assert_eq!(unknown.severity, Severity::Errore, "{code:?}");
            assert_eq!(unknown.stored, Stored::Unknown, "{code:?}");
        }
        assert_eq!(explain("QX", Some("W")).severity, Severity::Segnalazione);
    }

    #[test]
    fn severity_comes_from_the_message_type_before_the_code() {
        let remark = explain("S017", Some("W"));
        assert_eq!(remark.severity, Severity::Segnalazione);
        assert_eq!(remark.kind, Kind::AlreadyPresent);
        assert_eq!(remark.stored, Stored::Unknown);
        let refused = explain("W003", Some("E"));
        assert_eq!(refused.severity, Severity::Errore);
        assert_eq!(refused.stored, Stored::Unknown);
        assert_eq!(explain("W999", Some("E")).severity, Severity::Errore);
        assert_eq!(explain("S999", Some("W")).severity, Severity::Segnalazione);
    }

    #[test]
    fn the_types_s_and_empty_leave_the_severity_to_the_code() {
        for tipo in [Some("S"), Some(""), Some(" "), None] {
            assert_eq!(explain("S011", tipo).severity, Severity::Errore);
            assert_eq!(explain("W003", tipo).severity, Severity::Segnalazione);
            assert_eq!(explain("0", tipo).severity, Severity::Ok);
        }
    }

    #[test]
    fn blanks_and_case_around_a_code_do_not_hide_it() {
        assert_eq!(explain(" s017 ", Some(" E ")), explain("S017", Some("E")));
    }

    #[test]
    fn a_warning_is_never_a_reason_to_send_again() {
        for row in rows().filter(|row| row.severity == Severity::Segnalazione) {
            assert_ne!(row.kind, Kind::Transient, "{:?}", row.code);
            assert_ne!(row.who_acts, WhoActs::Wait, "{:?}", row.code);
        }
    }

    #[test]
    fn odd_input_is_only_unknown() {
        let long = "9".repeat(100_000);
        for code in ["€", "S€", "W\u{0}", "🦷🦷🦷", long.as_str()] {
            assert_eq!(explain(code, Some("🦷")).code, None);
        }
    }
}
