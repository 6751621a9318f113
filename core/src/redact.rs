//! Personal data and secrets taken out of texts that others wrote.
//!
//! The service's messages are kept and shown; what they quote is not ours to show.

use std::borrow::Cow;

/// What stands in place of what was taken out.
const MARK: &str = "[…]";
/// A run of base64 this long is a ciphertext or a header, not a word.
const BASE64_RUN: usize = 64;
/// The longest text of the service that is kept, in characters.
const MAX_TEXT: usize = 500;
/// How far before 11 digits a mention of a tax code is looked for, in bytes.
const CONTEXT: usize = 32;

/// The text without tax codes, long base64 and Basic credentials.
///
/// Taken out: 16 characters of the shape of a tax code, also with letters for digits (omocodia),
/// also inside longer words; 11 digits when the text shortly before speaks of a tax code (alone
/// they are as well a VAT number, which is public); base64 from 64 characters on; what follows
/// `Basic `. Protocol numbers (17 digits) stay.
pub fn redact(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        let Some(length) = secret_at(bytes, at) else {
            at += 1;
            continue;
        };
        // Matches are ASCII, so these are character boundaries.
        out.push_str(&text[copied..at]);
        out.push_str(MARK);
        at += length;
        copied = at;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// A text of the service as it may be kept and shown: blanks joined, control characters gone,
/// [redacted](redact), at most 500 characters.
pub fn server_text(text: &str) -> String {
    // Cut generously before and exactly after, so that what a cut leaves of a tax code is cut too.
    let mut clean = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if clean.len() > 8 * MAX_TEXT {
            break;
        }
        if !word.is_empty() {
            if !clean.is_empty() {
                clean.push(' ');
            }
            clean.extend(word.chars().take(4 * MAX_TEXT));
        }
    }
    let clean = redact(&clean);
    match clean.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => clean[..end].to_owned(),
        None => clean.into_owned(),
    }
}

fn secret_at(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    if let Some(length) = basic_credentials(rest) {
        return Some(length);
    }
    if !rest[0].is_ascii_alphanumeric() {
        return None;
    }
    let starts_word = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
    if is_tax_code(rest, starts_word) {
        return Some(16);
    }
    if !starts_word {
        return None;
    }
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let word = rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    if digits == 11 && word == 11 && speaks_of_tax_code(&bytes[at.saturating_sub(CONTEXT)..at]) {
        return Some(11);
    }
    let base64 = |b: &u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
    let run = rest.iter().take_while(|b| base64(b)).count();
    (run >= BASE64_RUN).then_some(run)
}

fn basic_credentials(rest: &[u8]) -> Option<usize> {
    const WORD: &[u8] = b"basic ";
    if !rest.get(..WORD.len())?.eq_ignore_ascii_case(WORD) {
        return None;
    }
    let base64 = |b: &u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
    let run = rest[WORD.len()..].iter().take_while(|b| base64(b)).count();
    (run >= 4).then_some(WORD.len() + run)
}

/// Six letters, two digits, letter, two digits, letter, three digits, letter; each digit may be
/// one of the letters that stand for digits. A shape without any digit counts only as a whole
/// word, or Italian nouns would match.
fn is_tax_code(rest: &[u8], starts_word: bool) -> bool {
    let Some(code) = rest.get(..16) else {
        return false;
    };
    let fits = code.iter().enumerate().all(|(i, b)| match i {
        6 | 7 | 9 | 10 | 12..=14 => {
            b.is_ascii_digit() || b"LMNPQRSTUV".contains(&b.to_ascii_uppercase())
        }
        _ => b.is_ascii_alphabetic(),
    });
    let whole_word = starts_word && rest.get(16).is_none_or(|b| !b.is_ascii_alphanumeric());
    fits && (whole_word || code.iter().any(u8::is_ascii_digit))
}

fn speaks_of_tax_code(before: &[u8]) -> bool {
    let mentions = |word: &[u8]| before.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word));
    mentions(b"cf") || mentions(b"c.f.") || mentions(b"fiscale")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tax_codes_go_with_and_without_omocodia_and_inside_words() {
        for text in [
            "CF ABCDEF00A00A000A errato",
            "CF abcdef00a00a000a errato",
            "CF ABCDEFLMALMALMNA errato",
            "xABCDEF00A00A000Ax",
            "CODICE FISCALE 00000000000 NON TROVATO",
            "cf:00000000000",
        ] {
            let clean = redact(text);
            assert!(clean.contains(MARK), "{text}: {clean}");
            assert!(!clean.contains("000"), "{clean}");
        }
    }

    #[test]
    fn credentials_and_ciphertexts_go() {
        assert_eq!(redact("Authorization: Basic dXNlcjpwYXNz!"), format!("Authorization: {MARK}!"));
        let long = format!("pin {} end", "aB3+".repeat(43));
        assert_eq!(redact(&long), format!("pin {MARK} end"));
    }

    #[test]
    fn texts_of_the_service_are_one_short_line() {
        assert_eq!(server_text("  a\tb\r\n\u{0}c "), "a b c");
        assert_eq!(server_text(&"è".repeat(10_000)).chars().count(), 500);
        let code = "ABCDEF00A00A000A";
        for blanks in 480..520 {
            let text = format!("{}{code}", "x ".repeat(blanks / 2));
            let kept = server_text(&text);
            assert!(!kept.contains("ABCDEF00"), "{kept}");
        }
    }

    #[test]
    fn protocols_vat_numbers_names_and_plain_words_stay() {
        for text in [
            "protocollo 16122522242096203",
            "P.IVA 01201200121 non attiva",
            "cvc-particle 2.1: in element {http://ejb.invioTelematicoSS730p.sanita.finanze.it/}x",
            "LA RICERCA NON HA PRODOTTO RISULTATI",
            "è così: IL FILE È IN ATTESA",
            "AUTORIZZAZIONE REGIONALE",
            "",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
