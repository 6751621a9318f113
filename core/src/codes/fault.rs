//! SOAP faults, which have no code: they are told apart by their text (PROTOCOL section 8.4).

use super::Confidence::{Live, Official, Single, Unknown as NotListed};
use super::{Explanation, Kind, Severity, Stored, Text, WhoActs};
use crate::text::contains;

const ONE_TEST: Text = Text {
    it: "Ricontrolla utente, password e pincode nelle impostazioni e fai una sola prova: dopo otto \
         password sbagliate l'utenza viene bloccata.",
    en: "Check user, password and pincode in the settings and test once: eight wrong passwords \
         block the account.",
};

/// Any other fault.
const UNKNOWN: Explanation = Explanation {
    code: None,
    text: None,
    severity: Severity::Errore,
    kind: Kind::Unknown,
    who_acts: WhoActs::Vendor,
    meaning: Text {
        it: "Sistema TS ha respinto la richiesta senza un motivo che questo programma conosca.",
        en: "Sistema TS rejected the request for no reason this program knows.",
    },
    advice: Text {
        it: "Leggi il testo di Sistema TS riportato accanto; se non basta, mandalo all'assistenza \
             del programma.",
        en: "Read the text of Sistema TS shown beside this; if that is not enough, send it to the \
             program's support.",
    },
    stored: Stored::Unknown,
    confidence: NotListed,
    source: "no row has this fault",
};

/// What marks the fault of the row with the same index in [`ROWS`], in lower case. The first that
/// occurs in the text wins, so the narrow ones come first.
const MARKS: &[&str] = &[
    "password scaduta",
    "autenticazione",
    "lettore per il messaggio mtom",
    "cvc-",
    "internal error",
];

pub(super) static ROWS: &[Explanation] = &[
    Explanation {
        code: Some("FAULT_PASSWORD_EXPIRED"),
        text: Some("Password scaduta"),
        kind: Kind::PasswordExpired,
        who_acts: WhoActs::UserPassword,
        meaning: Text {
            it: "La password di Sistema TS è scaduta: succede circa ogni due mesi.",
            en: "The Sistema TS password has expired: this happens about every two months.",
        },
        advice: Text {
            it: "Cambiala sul portale Sistema TS e poi scrivi quella nuova nelle impostazioni: \
                 l'invio riprende da solo.",
            en: "Change it on the Sistema TS portal, then enter the new one in the settings: \
                 sending resumes by itself.",
        },
        stored: Stored::No,
        confidence: Single,
        source: "text of the portal (psicogest); whether SOAP says the same is not known",
        ..UNKNOWN
    },
    Explanation {
        code: Some("FAULT_AUTHENTICATION"),
        text: Some("Errore generico di autenticazione"),
        kind: Kind::Credentials,
        who_acts: WhoActs::UserCredentials,
        meaning: Text {
            it: "Sistema TS ha rifiutato l'accesso: utente o password sbagliati, password scaduta \
                 o utenza bloccata.",
            en: "Sistema TS refused the login: wrong user or password, an expired password, or a \
                 blocked account.",
        },
        advice: Text {
            it: "Entra con le stesse credenziali nel portale Sistema TS: se chiede una password \
                 nuova, cambiala e riportala nelle impostazioni. Fai una sola prova: dopo otto \
                 errori l'utenza viene bloccata.",
            en: "Log in to the Sistema TS portal with the same credentials: if it asks for a new \
                 password, change it and enter it in the settings. Test once: eight errors block \
                 the account.",
        },
        stored: Stored::No,
        confidence: Live,
        source: "answer of the test host, 2026 (psi-fatture-sa, DottorCloud)",
        ..UNKNOWN
    },
    Explanation {
        code: Some("FAULT_MTOM_READER"),
        text: Some("Errore nella creazione di un lettore per il messaggio MTOM"),
        kind: Kind::Credentials,
        who_acts: WhoActs::UserCredentials,
        meaning: Text {
            it: "Sistema TS non ha letto il file; nonostante il testo, spesso vuol dire che le \
                 credenziali sono sbagliate.",
            en: "Sistema TS did not read the file; whatever the text says, it often means that the \
                 credentials are wrong.",
        },
        advice: ONE_TEST,
        confidence: Single,
        source: "PAIN 12 (quickmastro)",
        ..UNKNOWN
    },
    Explanation {
        code: Some("FAULT_SCHEMA"),
        // Xerces continues with the element at fault; this much is common to all.
        text: Some("cvc-"),
        kind: Kind::MalformedRequest,
        who_acts: WhoActs::Vendor,
        meaning: Text {
            it: "La richiesta non era scritta come Sistema TS vuole.",
            en: "The request was not written the way Sistema TS wants it.",
        },
        advice: Text {
            it: "Non dipende da te: segnalalo all'assistenza del programma.",
            en: "This is not your doing: report it to the program's support.",
        },
        stored: Stored::No,
        confidence: Official,
        source: "IndicazioniTecniche (kit 18/12/2020)",
        ..UNKNOWN
    },
    Explanation {
        code: Some("FAULT_INTERNAL_ERROR"),
        text: Some("Internal Error"),
        // Read as the worse of its two causes, since each further try may cost a login.
        kind: Kind::Credentials,
        who_acts: WhoActs::UserCredentials,
        meaning: Text {
            it: "Sistema TS non dice il motivo: di solito le credenziali sono sbagliate, a volte è \
                 la richiesta.",
            en: "Sistema TS does not say why: usually the credentials are wrong, sometimes the \
                 request is.",
        },
        advice: ONE_TEST,
        confidence: Single,
        source: "PROTOCOL 8.4, one client",
        ..UNKNOWN
    },
];

/// Explains a SOAP fault by its `faultstring`, with the text of its detail appended if there is
/// one. Letter case does not matter, nor what stands around the words that mark a fault.
pub fn fault(text: &str) -> Explanation {
    let text = text.to_ascii_lowercase();
    MARKS.iter().zip(ROWS).find(|(mark, _)| contains(&text, mark)).map_or(UNKNOWN, |(_, row)| *row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_recognised_by_its_own_text() {
        assert_eq!(MARKS.len(), ROWS.len());
        for row in ROWS {
            assert_eq!(fault(row.text.unwrap()), *row);
        }
    }

    #[test]
    fn a_schema_fault_is_recognised_inside_the_text_of_the_validator() {
        let text = "cvc-particle 2.1: in element {…}inviaFileMtom, found <datiProprietario> (in \
                    default namespace), but next item should be pincodeInvianteCifrato";
        assert_eq!(fault(text).kind, Kind::MalformedRequest);
    }

    #[test]
    fn an_expired_password_is_told_apart_from_a_refused_login() {
        let text = "Errore generico di autenticazione: Password scaduta";
        assert_eq!(fault(text).kind, Kind::PasswordExpired);
        assert_eq!(fault(text).who_acts, WhoActs::UserPassword);
    }

    #[test]
    fn another_fault_is_an_error_of_unknown_kind() {
        for text in ["", "java.lang.NullPointerException", "🦷"] {
            let unknown = fault(text);
            assert_eq!(unknown.code, None);
            assert_eq!(unknown.severity, Severity::Errore);
            assert_eq!(unknown.stored, Stored::Unknown);
        }
    }
}
