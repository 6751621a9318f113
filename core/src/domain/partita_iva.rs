//! The Italian VAT number.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::Strictness;

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

impl PartitaIva {
    /// Reads a number; surrounding blanks and a leading `IT` are dropped. RULES section 9.
    pub fn parse(text: &str, strictness: Strictness) -> Result<Self, PartitaIvaError> {
        let text = text.trim();
        let digits = text
            .strip_prefix("IT")
            .or_else(|| text.strip_prefix("it"))
            .unwrap_or(text);
        if digits.len() != 11 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PartitaIvaError::Format);
        }
        if strictness == Strictness::Full && !check_digit_agrees(digits.as_bytes()) {
            return Err(PartitaIvaError::CheckDigit);
        }
        Ok(PartitaIva(digits.to_owned()))
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
            if i % 2 == 1 {
                if n > 4 { 2 * n - 9 } else { 2 * n }
            } else {
                n
            }
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

impl<'de> Deserialize<'de> for PartitaIva {
    /// Reads what was written: the form is checked, the check digit was checked at intake.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::text(
            deserializer,
            "a VAT number of 11 digits, as a string",
            |s| PartitaIva::parse(s, Strictness::Kit),
        )
    }
}
