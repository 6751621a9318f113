//! The Italian VAT number.

use std::fmt;

use serde::Serialize;

use super::Strictness;
use crate::json::{Failure, Node, Read};

/// A VAT number: 11 digits, kept as text because zeros lead.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PartitaIva(String);

/// Why a text is not a VAT number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartitaIvaError {
    /// Not 11 digits.
    #[error("a VAT number has 11 digits")]
    Format,
    /// The last digit does not agree with the others, or all are zero.
    #[error("the check digit does not agree with the others")]
    CheckDigit,
}

impl PartitaIvaError {
    /// A stable code for it, the same in every language.
    pub fn code(self) -> &'static str {
        match self {
            PartitaIvaError::Format => "PIVA_FORMAT",
            PartitaIvaError::CheckDigit => "PIVA_CHECK",
        }
    }
}

impl PartitaIva {
    /// Reads a number; surrounding blanks and a leading `IT` are dropped. RULES section 9.
    pub fn parse(text: &str, strictness: Strictness) -> Result<Self, PartitaIvaError> {
        let text = text.trim();
        let digits = text.strip_prefix("IT").or_else(|| text.strip_prefix("it")).unwrap_or(text);
        if digits.len() != 11 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PartitaIvaError::Format);
        }
        if strictness == Strictness::Full && !check_digit_agrees(digits.as_bytes()) {
            return Err(PartitaIvaError::CheckDigit);
        }
        Ok(PartitaIva(digits.to_owned()))
    }

    /// Whether the digits 8 to 10 name an office that exists: 001 to 100, 120, 121, 888, 999
    /// (RULES section 9). Worth a warning and no more, because offices have been added.
    pub fn has_known_office(&self) -> bool {
        self.0.as_bytes()[7..10]
            .iter()
            .try_fold(0u16, |n, b| Some(n * 10 + u16::from(b.checked_sub(b'0')?)))
            .is_some_and(|office| matches!(office, 1..=100 | 120 | 121 | 888 | 999))
    }

    /// The eleven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The check of 11-digit codes: even positions doubled and reduced by nine, sum divisible by ten.
pub(super) fn check_digit_agrees(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .enumerate()
        .map(|(i, b)| {
            let n = u32::from(b - b'0');
            if i % 2 == 1 { if n > 4 { 2 * n - 9 } else { 2 * n } } else { n }
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|b| *b != b'0')
}

impl fmt::Display for PartitaIva {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PartitaIva {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'a> Read<'a> for PartitaIva {
    /// Reads what was written: the form is checked, the check digit was checked at intake.
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        node.parse("a VAT number of 11 digits, as a string", |s| {
            PartitaIva::parse(s, Strictness::Kit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_decides_in_full_strictness_alone() {
        assert!(PartitaIva::parse("IT 12345678903", Strictness::Full).is_err());
        assert!(PartitaIva::parse(" IT12345678903 ", Strictness::Full).is_ok());
        assert_eq!(
            PartitaIva::parse("12345678901", Strictness::Full),
            Err(PartitaIvaError::CheckDigit)
        );
        assert!(PartitaIva::parse("65498732105", Strictness::Kit).is_ok());
        assert_eq!(
            PartitaIva::parse("00000000000", Strictness::Full),
            Err(PartitaIvaError::CheckDigit)
        );
    }

    #[test]
    fn offices_that_do_not_exist_are_noticed() {
        let office = |text| PartitaIva::parse(text, Strictness::Kit).unwrap().has_known_office();
        assert!(office("12345670010") && office("12345671003") && office("12345679990"));
        assert!(!office("12345670000") && !office("12345671103"));
    }
}
