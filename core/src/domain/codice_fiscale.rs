//! The Italian tax code.

use std::fmt;

use serde::Serialize;
use zeroize::Zeroizing;

use super::partita_iva::check_digit_agrees;
use super::{Strictness, days_in_month};

/// A tax code in upper case: 16 characters of a person, or the 11 digits of a provisional code or
/// a body.
///
/// `Debug` and `Display` never show it; it is not serialisable. RULES section 9.
#[derive(Clone, PartialEq, Eq)]
pub struct CodiceFiscale(Zeroizing<String>);

/// Why a text is not a tax code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodiceFiscaleError {
    /// Neither 16 letters and digits in the right places nor 11 digits.
    #[error("a tax code has 16 letters and digits in fixed places, or 11 digits")]
    Format,
    /// The last character does not agree with the others: a typing error.
    #[error("the check character does not agree with the others")]
    CheckCharacter,
    /// The date of birth inside does not exist.
    #[error("the date inside the code does not exist")]
    Date,
    /// An STP or ENI code, which is not a tax code.
    #[error("STP and ENI codes are not tax codes")]
    StpEni,
}

impl CodiceFiscaleError {
    /// A stable code for it, the same in every language.
    pub fn code(self) -> &'static str {
        match self {
            CodiceFiscaleError::Format => "CF_FORMAT",
            CodiceFiscaleError::CheckCharacter => "CF_CHECK",
            CodiceFiscaleError::Date => "CF_DATE",
            CodiceFiscaleError::StpEni => "CF_STP_ENI",
        }
    }
}

/// What kind of tax code it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodiceFiscaleKind {
    /// 16 characters: a person.
    Person,
    /// 11 digits not beginning with 8 or 9: a person's provisional code, or the code of a body
    /// that is also its VAT number; the code alone does not say which.
    Provisional,
    /// 11 digits beginning with 8 or 9: a body without VAT number (DM 23/12/1976).
    Body,
}

/// Sex as the code states it: 40 is added to the day of birth of women.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Sesso {
    /// Female.
    F,
    /// Male.
    M,
}

/// What a page may show beside a tax code to let a person notice an exchange of patients. The
/// year, the name and the place are left out on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Breakdown {
    /// Person, provisional or body.
    pub kind: CodiceFiscaleKind,
    /// Whether digits were replaced by letters because two people shared a code (omocodia).
    pub omocodia: bool,
    /// Sex; `None` when the code has 11 digits or an impossible day (official test users).
    pub sesso: Option<Sesso>,
    /// Day of birth, 1 to 31; `None` as for `sesso`.
    pub giorno: Option<u8>,
    /// Month of birth, 1 to 12; `None` as for `sesso`.
    pub mese: Option<u8>,
    /// Whether the place of birth is a foreign state (place code `Z…`).
    pub nato_estero: Option<bool>,
}

/// Where the seven digits stand that omocodia replaces, from the right, as the rule replaces them.
const DIGIT_PLACES: [usize; 7] = [14, 13, 12, 10, 9, 7, 6];
const OMOCODIA: &[u8; 10] = b"LMNPQRSTUV";
const MONTHS: &[u8; 12] = b"ABCDEHLMPRST";
/// Values of the characters in odd places: digits 0 to 9 and letters A to J, then K to Z.
const ODD: [u8; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

impl CodiceFiscale {
    /// Reads a code; surrounding blanks are dropped and letters made upper case.
    ///
    /// Full strictness asks for characters in their places (digits may be omocodia letters), the
    /// check character, and a day of birth that exists in some century; an 11-digit code must pass
    /// the check of VAT numbers. Kit strictness asks for 16 letters and digits or 11 digits.
    pub fn parse(text: &str, strictness: Strictness) -> Result<Self, CodiceFiscaleError> {
        let text = text.trim();
        let b = text.as_bytes();
        match b.len() {
            11 if b.iter().all(u8::is_ascii_digit) => {
                if strictness == Strictness::Full && !check_digit_agrees(b) {
                    return Err(CodiceFiscaleError::CheckCharacter);
                }
            }
            16 if b.iter().all(u8::is_ascii_alphanumeric) => {
                let mut upper = Zeroizing::new([0; 16]);
                upper.copy_from_slice(b);
                upper.make_ascii_uppercase();
                if is_stp_or_eni(&upper) {
                    return Err(CodiceFiscaleError::StpEni);
                }
                if strictness == Strictness::Full {
                    check_person(&upper)?;
                }
            }
            _ => return Err(CodiceFiscaleError::Format),
        }
        Ok(CodiceFiscale(Zeroizing::new(text.to_ascii_uppercase())))
    }

    /// The code, for encryption and for the few envelopes that carry it in clear.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What kind of code it is, by its length and first digit.
    pub fn kind(&self) -> CodiceFiscaleKind {
        match self.0.as_bytes() {
            [b'8' | b'9', ..] if self.0.len() == 11 => CodiceFiscaleKind::Body,
            _ if self.0.len() == 11 => CodiceFiscaleKind::Provisional,
            _ => CodiceFiscaleKind::Person,
        }
    }

    /// The parts a page may show.
    pub fn breakdown(&self) -> Breakdown {
        let kind = self.kind();
        let mut parts = Breakdown {
            kind,
            omocodia: false,
            sesso: None,
            giorno: None,
            mese: None,
            nato_estero: None,
        };
        if kind != CodiceFiscaleKind::Person {
            return parts;
        }
        let code = self.0.as_bytes();
        parts.omocodia = DIGIT_PLACES.iter().any(|&i| !code[i].is_ascii_digit());
        if let Some((mese, giorno, sesso)) = birth_day(code) {
            parts.sesso = Some(sesso);
            parts.giorno = Some(giorno);
            parts.mese = Some(mese);
            parts.nato_estero = Some(code[11] == b'Z');
        }
        parts
    }

    /// The code as it would be without omocodia: digits in all seven places and the check letter
    /// that goes with them. Codes of 11 digits, and kit codes without digits there, are returned
    /// as they are.
    pub fn normalised(&self) -> CodiceFiscale {
        self.variant(0).unwrap_or_else(|| self.clone())
    }

    /// All codes that omocodia can make of this one, itself included: 128 for a person's code,
    /// the first with digits everywhere, the last with letters everywhere; otherwise the code
    /// alone.
    pub fn omocodia_variants(&self) -> Vec<CodiceFiscale> {
        let all: Option<Vec<_>> = (0..128).map(|mask| self.variant(mask)).collect();
        all.unwrap_or_else(|| vec![self.clone()])
    }

    /// Whether two codes differ by omocodia alone.
    pub fn same_but_for_omocodia(&self, other: &CodiceFiscale) -> bool {
        self.normalised() == other.normalised()
    }

    /// Letters in the places whose bit is set, the lowest bit being the rightmost place.
    fn variant(&self, mask: u8) -> Option<CodiceFiscale> {
        let mut code = Zeroizing::new(<[u8; 16]>::try_from(self.0.as_bytes()).ok()?);
        for (bit, &place) in DIGIT_PLACES.iter().enumerate() {
            let digit = digit(code[place])?;
            code[place] =
                if mask & (1 << bit) == 0 { b'0' + digit } else { OMOCODIA[usize::from(digit)] };
        }
        code[15] = check_letter(&code);
        let text = std::str::from_utf8(&code[..]).ok()?;
        Some(CodiceFiscale(Zeroizing::new(text.to_owned())))
    }
}

/// STP (foreigners without permit) and ENI (European citizens not enrolled): the three letters,
/// then region, authority and serial in digits.
fn is_stp_or_eni(code: &[u8; 16]) -> bool {
    matches!(&code[..3], b"STP" | b"ENI") && code[3..].iter().all(u8::is_ascii_digit)
}

fn check_person(code: &[u8; 16]) -> Result<(), CodiceFiscaleError> {
    let letters = |range: std::ops::Range<usize>| code[range].iter().all(u8::is_ascii_uppercase);
    let in_form = letters(0..6)
        && MONTHS.contains(&code[8])
        && letters(11..12)
        && letters(15..16)
        && DIGIT_PLACES.iter().all(|&i| digit(code[i]).is_some());
    if !in_form {
        return Err(CodiceFiscaleError::Format);
    }
    if check_letter(code) != code[15] {
        return Err(CodiceFiscaleError::CheckCharacter);
    }
    birth_day(code).ok_or(CodiceFiscaleError::Date)?;
    Ok(())
}

/// The digit meant by a digit or by its omocodia letter.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        // L to V without O: the letters that cannot be taken for a digit.
        b'L'..=b'N' => Some(byte - b'L'),
        b'P'..=b'V' => Some(byte - b'P' + 3),
        _ => None,
    }
}

/// Month, day and sex, when such a day exists in some century. The code has two digits of the
/// year; 2000 was a leap year, so the 29th of February of a year 00 exists.
fn birth_day(code: &[u8]) -> Option<(u8, u8, Sesso)> {
    let two = |at: usize| Some(digit(code[at])? * 10 + digit(code[at + 1])?);
    let year = 2000 + u16::from(two(6)?);
    let month = MONTHS.iter().position(|m| *m == code[8])? as u8 + 1;
    let day = two(9)?;
    let (day, sesso) = if day > 40 { (day - 40, Sesso::F) } else { (day, Sesso::M) };
    (1..=days_in_month(year, month)).contains(&day).then_some((month, day, sesso))
}

/// The check letter over the first 15 characters, which are letters and digits.
fn check_letter(code: &[u8; 16]) -> u8 {
    let value = |b: u8| {
        if b.is_ascii_digit() { b - b'0' } else { b - b'A' }
    };
    let sum: u32 = code[..15]
        .iter()
        .enumerate()
        .map(|(i, b)| {
            // Places are counted from one: the first is odd.
            let v = value(*b);
            u32::from(if i % 2 == 0 { ODD[usize::from(v)] } else { v })
        })
        .sum();
    b'A' + (sum % 26) as u8
}

impl fmt::Debug for CodiceFiscale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodiceFiscale(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Strictness::{Full, Kit};

    /// Codes of nobody: no municipality has the code A000, no state Z999.
    const MAN: &str = "XXAYYB01A01A000";
    const WOMAN_ABROAD: &str = "XXAYYB00B69Z999";

    fn with_letter(first: &str) -> String {
        let mut code = [0; 16];
        code[..15].copy_from_slice(first.as_bytes());
        format!("{first}{}", char::from(check_letter(&code)))
    }

    #[test]
    fn the_check_letter_is_that_of_the_official_test_user_whose_letter_is_right() {
        assert_eq!(check_letter(b"PROVAX00X00X000Y"), b'Y');
        assert_eq!(CodiceFiscale::parse("PROVAX00X00X000Y", Full), Err(CodiceFiscaleError::Format));
        assert!(CodiceFiscale::parse("PROVAX00X00X000Y", Kit).is_ok());
    }

    #[test]
    fn every_other_check_letter_is_refused() {
        let right = with_letter(MAN);
        for letter in b'A'..=b'Z' {
            let code = format!("{MAN}{}", char::from(letter));
            let expected =
                if code == right { Ok(()) } else { Err(CodiceFiscaleError::CheckCharacter) };
            assert_eq!(CodiceFiscale::parse(&code, Full).map(|_| ()), expected);
        }
    }

    #[test]
    fn all_128_omocodia_variants_are_valid_distinct_and_one_person() {
        let base = CodiceFiscale::parse(&with_letter(MAN), Full).unwrap();
        let variants = base.omocodia_variants();
        let distinct: std::collections::HashSet<_> =
            variants.iter().map(|v| v.expose().to_owned()).collect();
        assert_eq!(distinct.len(), 128);
        assert_eq!(variants[0], base);
        for variant in &variants {
            let read = CodiceFiscale::parse(variant.expose(), Full).unwrap();
            assert!(read.same_but_for_omocodia(&base));
            assert_eq!(read.breakdown().omocodia, *variant != base);
            assert_eq!(read.breakdown().giorno, Some(1));
        }
    }

    #[test]
    fn days_exist_in_some_century_or_the_code_is_refused() {
        for (first, exists) in [
            ("XXAYYB01A31A000", true),
            ("XXAYYB01A71A000", true),
            ("XXAYYB01A72A000", false),
            ("XXAYYB01A00A000", false),
            ("XXAYYB01A40A000", false),
            ("XXAYYB01A32A000", false),
            ("XXAYYB01D31A000", false),
            ("XXAYYB01B29A000", false),
            ("XXAYYB00B29A000", true),
            ("XXAYYB04B69A000", true),
        ] {
            let result = CodiceFiscale::parse(&with_letter(first), Full);
            assert_eq!(result.is_ok(), exists, "{first}");
            if !exists {
                assert_eq!(result, Err(CodiceFiscaleError::Date), "{first}");
            }
        }
    }

    #[test]
    fn a_breakdown_says_day_sex_and_abroad_and_nothing_more() {
        let parts = CodiceFiscale::parse(&with_letter(WOMAN_ABROAD), Full).unwrap().breakdown();
        assert_eq!(
            (parts.sesso, parts.giorno, parts.mese, parts.nato_estero),
            (Some(Sesso::F), Some(29), Some(2), Some(true))
        );
        let provisional = CodiceFiscale::parse("00000000018", Full).unwrap().breakdown();
        assert_eq!(provisional.kind, CodiceFiscaleKind::Provisional);
        assert_eq!(provisional.giorno, None);
    }

    #[test]
    fn stp_and_eni_codes_are_called_by_name() {
        for code in ["STP1201230000001", "eni0300010000002"] {
            for strictness in [Full, Kit] {
                assert_eq!(CodiceFiscale::parse(code, strictness), Err(CodiceFiscaleError::StpEni));
            }
        }
    }

    #[test]
    fn the_code_is_never_printed() {
        let code = CodiceFiscale::parse(&with_letter(MAN), Full).unwrap();
        assert!(!format!("{code:?}").contains("XXA"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}") {
            for strictness in [Full, Kit] {
                if let Ok(code) = CodiceFiscale::parse(&text, strictness) {
                    let _ = (code.breakdown(), code.normalised(), code.omocodia_variants());
                }
            }
        }

        #[test]
        fn one_changed_character_of_the_first_fifteen_never_keeps_full_strictness_and_meaning(
            place in 0usize..15, to in 0u8..36
        ) {
            let right = with_letter(MAN);
            let mut changed = right.clone().into_bytes();
            changed[place] = if to < 10 { b'0' + to } else { b'A' + to - 10 };
            let changed = String::from_utf8(changed).unwrap();
            if let Ok(code) = CodiceFiscale::parse(&changed, Full) {
                // The check letter misses a few exchanges; it never equates two people.
                let same = code == CodiceFiscale::parse(&right, Full).unwrap();
                proptest::prop_assert_eq!(same, changed == right);
            }
        }
    }
}
