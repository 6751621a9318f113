//! Advice on credentials while they are typed, before an attempt is spent on them: eight wrong
//! ones disable the account.
//!
//! Hints and no refusals: what cannot travel at all is refused by
//! [`Credentials::new`](crate::wire::Credentials::new). A hint tells neither what was typed nor
//! which character stands where, so it may be shown and logged.

use super::reason::{Effect, Reason, ReasonRow, Severity};
use crate::domain::Accesso;
use crate::secret::Secret;

/// ASCII signs that a vendor reports as refused in passwords; with the full stop it knows no
/// trouble.
const SPECIAL: &str = "&$*^,!?";

macro_rules! hints {
    ($($code:ident: $it:literal, $en:literal, $source:literal;)+) => {
        $(static $code: ReasonRow = ReasonRow {
            code: stringify!($code),
            severity: Severity::Warning,
            it: $it,
            en: $en,
            source: $source,
            effect: Effect::Send,
        };)+

        /// Every hint on credentials.
        pub static CREDENTIAL_HINTS: &[&ReasonRow] = &[$(&$code),+];
    };
}

hints! {
    CREDENTIAL_BLANK_AT_END:
        "C'è uno spazio all'inizio o alla fine: se è arrivato con un copia e incolla, toglierlo.",
        "There is a blank at the beginning or the end; if it came from pasting, take it away.",
        "guida.psicogest.it, password-problemi-tipici (C)";
    CREDENTIAL_INVISIBLE_CHARACTER:
        "Ci sono caratteri che non si vedono, di solito arrivati con un copia e incolla: digitare a mano.",
        "There are characters that cannot be seen, usually from pasting; type it by hand.",
        "guida.psicogest.it, password-problemi-tipici (C)";
    PASSWORD_NOT_ASCII:
        "Ci sono caratteri che Sistema TS può leggere in altro modo (€ £ § o lettere accentate): se la password è rifiutata, cambiarla sul portale e usare lettere senza accento, cifre e il punto.",
        "There are characters outside ASCII, for which no charset is documented; if the password is refused, change it on the portal.",
        "guida.psicogest.it, password-problemi-tipici (C)";
    PASSWORD_SPECIAL_CHARACTER:
        "Ci sono segni con cui altri hanno avuto la password rifiutata (& $ * ^ , ! ?): se succede, cambiarla sul portale; come carattere speciale va bene il punto.",
        "There are signs with which others had their password refused (& $ * ^ , ! ?); if so, change it on the portal; a full stop is safe.",
        "guida.psicogest.it, password-problemi-tipici (C)";
    PINCODE_NOT_TEN_DIGITS:
        "Il pincode di Sistema TS è di 10 cifre: si stampa dal portale, in Area riservata, Profilo utente, Stampa pincode.",
        "A pincode of Sistema TS has 10 digits.", "PROTOCOL 2 (O)";
    PINCODE_NOT_ENTRATEL:
        "Per un intermediario Entratel il pincode è di 8 caratteri: quelli in posizione dispari (primo, terzo, quinto…) del PIN Entratel.",
        "The pincode of an Entratel intermediary has 8 characters: those in odd positions of the Entratel PIN.",
        "PROTOCOL 1.3 (O)";
}

/// Hints on a user name.
pub fn username_advice(username: &Secret) -> Vec<Reason> {
    unseen(username.expose(), "/username")
}

/// Hints on a password: blanks and invisible characters, and what a charset or an escape may turn
/// into something else on the way.
pub fn password_advice(password: &Secret) -> Vec<Reason> {
    const PATH: &str = "/password";
    let text = password.expose();
    let mut hints = unseen(text, PATH);
    if text.chars().any(|c| !c.is_ascii() && !is_unseen(c)) {
        hints.push(Reason::new(&PASSWORD_NOT_ASCII, PATH));
    }
    if text.bytes().any(|byte| SPECIAL.as_bytes().contains(&byte)) {
        hints.push(Reason::new(&PASSWORD_SPECIAL_CHARACTER, PATH));
    }
    hints
}

/// Hints on a pincode, which has another form for an Entratel intermediary than for all others.
/// Nothing is said of an empty one.
pub fn pincode_advice(pincode: &Secret, accesso: &Accesso) -> Vec<Reason> {
    const PATH: &str = "/pincode";
    let text = pincode.expose();
    let mut hints = unseen(text, PATH);
    let seen = text.trim_matches(is_unseen);
    let (row, has_form) = match accesso {
        Accesso::Entrate { .. } => {
            let alphanumeric = seen.bytes().all(|b| b.is_ascii_alphanumeric());
            (&PINCODE_NOT_ENTRATEL, seen.len() == 8 && alphanumeric)
        }
        Accesso::Proprio | Accesso::Associazione | Accesso::Enti => {
            let digits = seen.bytes().all(|b| b.is_ascii_digit());
            (&PINCODE_NOT_TEN_DIGITS, seen.len() == 10 && digits)
        }
    };
    if !has_form && !seen.is_empty() {
        hints.push(Reason::new(row, PATH));
    }
    hints
}

fn unseen(text: &str, path: &'static str) -> Vec<Reason> {
    let mut hints = Vec::new();
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        hints.push(Reason::new(&CREDENTIAL_BLANK_AT_END, path));
    }
    if text.chars().any(|c| c != ' ' && is_unseen(c)) {
        hints.push(Reason::new(&CREDENTIAL_INVISIBLE_CHARACTER, path));
    }
    hints
}

/// Whether nothing is seen of a character: blanks of all kinds, controls, and the format
/// characters of Unicode that web pages and word processors leave behind.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fff8}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Sede;

    fn codes(hints: &[Reason]) -> Vec<&'static str> {
        hints.iter().map(|hint| hint.code).collect()
    }

    fn password(text: &str) -> Vec<&'static str> {
        codes(&password_advice(&Secret::new(text)))
    }

    fn pincode(text: &str, accesso: &Accesso) -> Vec<&'static str> {
        codes(&pincode_advice(&Secret::new(text), accesso))
    }

    fn entratel() -> Accesso {
        Accesso::Entrate { sede: Sede::parse("07874631000-000").unwrap() }
    }

    // CHECKLIST X7
    #[test]
    fn letters_digits_and_the_full_stop_need_no_advice() {
        for text in ["", "Segreto1.", "a-b_c:d#1"] {
            assert!(password(text).is_empty(), "{text}");
        }
        assert!(username_advice(&Secret::new("PRVNNA80C61X999L")).is_empty());
    }

    // CHECKLIST X7
    #[test]
    fn what_may_be_read_otherwise_on_the_way_is_named() {
        for text in ["Prova€1", "Prova£1", "Prova§1", "Provà1", "Prova\u{1f512}1"] {
            assert_eq!(password(text), ["PASSWORD_NOT_ASCII"], "{text}");
        }
        for sign in SPECIAL.chars() {
            assert_eq!(password(&format!("Prova{sign}1")), ["PASSWORD_SPECIAL_CHARACTER"]);
        }
        let both = ["PASSWORD_NOT_ASCII", "PASSWORD_SPECIAL_CHARACTER"];
        assert_eq!(password("Provà$1$"), both, "each once");
    }

    #[test]
    fn what_pasting_brings_along_is_found_in_every_field() {
        let blank = "CREDENTIAL_BLANK_AT_END";
        let invisible = "CREDENTIAL_INVISIBLE_CHARACTER";
        for (text, expected) in [
            (" 0123456789", vec![blank]),
            ("0123456789 ", vec![blank]),
            ("0123456789\n", vec![blank, invisible]),
            ("0123456789\u{a0}", vec![blank, invisible]),
            ("\u{feff}0123456789", vec![invisible]),
            ("0123456789\u{200b}", vec![invisible]),
        ] {
            assert_eq!(codes(&username_advice(&Secret::new(text))), expected, "{text:?}");
            assert_eq!(password(text), expected, "{text:?}");
            assert_eq!(pincode(text, &Accesso::Proprio), expected, "{text:?}");
        }
        assert!(password("two words").is_empty(), "a blank may belong to a password");
        assert_eq!(password("zero\u{200b}width"), [invisible]);
    }

    #[test]
    fn a_pincode_has_ten_digits_except_that_of_an_entratel_intermediary() {
        for accesso in [Accesso::Proprio, Accesso::Associazione, Accesso::Enti] {
            assert!(pincode("0123456789", &accesso).is_empty());
            for text in ["123456789", "01234567890", "012345678a", "1A2B3C4D"] {
                assert_eq!(pincode(text, &accesso), ["PINCODE_NOT_TEN_DIGITS"], "{text}");
            }
        }
        assert!(pincode("1A2B3C4D", &entratel()).is_empty());
        for text in ["0123456789", "1A2B3C4", "1A2B-C4D"] {
            assert_eq!(pincode(text, &entratel()), ["PINCODE_NOT_ENTRATEL"], "{text}");
        }
        assert!(pincode("", &entratel()).is_empty() && pincode("", &Accesso::Enti).is_empty());
    }

    #[test]
    fn hints_show_nothing_of_what_was_typed_and_refuse_nothing() {
        let typed = " Zebrà$77\u{200b}";
        let mut hints = password_advice(&Secret::new(typed));
        hints.extend(pincode_advice(&Secret::new("Zebra77"), &entratel()));
        assert_eq!(hints.len(), 5);
        let shown = format!("{hints:?} {}", serde_json::to_string(&hints).unwrap());
        assert!(!shown.contains("Zebr") && !shown.contains("77"), "{shown}");
        assert!(hints.iter().all(|hint| hint.severity == Severity::Warning));
        assert!(CREDENTIAL_HINTS.iter().all(|row| row.it.ends_with('.') && row.en.ends_with('.')));
    }
}
