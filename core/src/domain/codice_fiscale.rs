//! The Italian tax code.

use std::fmt;

use super::Strictness;

/// A tax code in upper case: 16 characters of a person, or the 11 digits of a provisional code or
/// a body.
///
/// `Debug` and `Display` never show it; it is not serialisable. RULES section 9.
#[derive(Clone, PartialEq, Eq)]
pub struct CodiceFiscale(zeroize::Zeroizing<String>);

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

impl CodiceFiscale {
    /// Reads a code; surrounding blanks are dropped and letters made upper case.
    pub fn parse(text: &str, strictness: Strictness) -> Result<Self, CodiceFiscaleError> {
        let code = zeroize::Zeroizing::new(text.trim().to_ascii_uppercase());
        let form_ok =
            matches!(code.len(), 11 | 16) && code.bytes().all(|b| b.is_ascii_alphanumeric());
        if !form_ok {
            return Err(CodiceFiscaleError::Format);
        }
        match strictness {
            Strictness::Kit => {}
            Strictness::Full => {}
        }
        Ok(CodiceFiscale(code))
    }

    /// The code, for encryption and for the few envelopes that carry it in clear.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CodiceFiscale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodiceFiscale(…)")
    }
}
