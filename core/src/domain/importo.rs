//! Money as integer cents.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::json::{Failure, Node, Read};

/// An amount of euro in integer cents, signed; text form `[-]digits.dd`, as in `"63.20"`.
///
/// Parsing accepts one or two decimals (`"25.3"`, the form of the official samples) or none, never
/// an exponent, a thousands separator, a comma or a plus sign. The magnitude is limited to
/// 9 999 999 999.99, so that sums of any document stay far from overflow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Importo(i64);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportoError {
    /// Not `[-]digits[.d[d]]`; the caller's fault.
    #[error("an amount is digits with a point and two decimals, such as \"63.20\"")]
    Format,
    /// More than 9 999 999 999.99 in magnitude; the caller's fault.
    #[error("an amount is at most 9999999999.99")]
    TooLarge,
}

impl ImportoError {
    /// A stable code for it, the same in every language.
    pub fn code(self) -> &'static str {
        match self {
            ImportoError::Format => "IMPORTO_FORMAT",
            ImportoError::TooLarge => "IMPORTO_RANGE",
        }
    }
}

impl Importo {
    /// Nothing: 0.00.
    pub const ZERO: Importo = Importo(0);
    const MAX_CENTS: i64 = 999_999_999_999;

    /// From cents, when the magnitude is within the limit of this type.
    pub const fn from_cents(cents: i64) -> Result<Self, ImportoError> {
        if cents < -Self::MAX_CENTS || cents > Self::MAX_CENTS {
            return Err(ImportoError::TooLarge);
        }
        Ok(Importo(cents))
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, ImportoError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(decimals) || decimals.len() > 2 {
            return Err(ImportoError::Format);
        }
        if whole.trim_start_matches('0').len() > 10 {
            return Err(ImportoError::TooLarge);
        }
        let number = |s: &str| s.bytes().fold(0i64, |n, b| n * 10 + i64::from(b - b'0'));
        let scale = if decimals.len() == 1 { 10 } else { 1 };
        let cents = number(whole) * 100 + number(decimals) * scale;
        Ok(Importo(if negative { -cents } else { cents }))
    }

    /// The cents.
    pub const fn cents(self) -> i64 {
        self.0
    }

    /// The sum, or `None` beyond the limit of this type.
    pub fn plus(self, other: Importo) -> Option<Importo> {
        Importo::from_cents(self.0.checked_add(other.0)?).ok()
    }

    /// The difference, or `None` beyond the limit of this type.
    pub fn minus(self, other: Importo) -> Option<Importo> {
        Importo::from_cents(self.0.checked_sub(other.0)?).ok()
    }

    /// The sum of many, or `None` beyond the limit of this type.
    pub fn sum(items: impl IntoIterator<Item = Importo>) -> Option<Importo> {
        items.into_iter().try_fold(Importo::ZERO, Importo::plus)
    }
}

impl fmt::Display for Importo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

impl fmt::Debug for Importo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Importo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'a> Read<'a> for Importo {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        node.parse("an amount such as \"63.20\", as a string", Importo::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_is_exact_cents_with_two_decimals() {
        for (text, cents) in
            [("0.01", 1), ("25.3", 2530), ("10", 1000), ("99999.99", 9_999_999), ("-3.50", -350)]
        {
            assert_eq!(Importo::parse(text).unwrap().cents(), cents, "{text}");
        }
        assert_eq!(Importo(2530).to_string(), "25.30");
        assert_eq!(Importo(-5).to_string(), "-0.05");
    }

    #[test]
    fn anything_but_plain_decimals_is_refused() {
        for text in ["", "-", ".", "1.", ".5", "1,50", "1e3", "+1", "1.005", " 1", "1_0", "٣"] {
            assert_eq!(Importo::parse(text), Err(ImportoError::Format), "{text:?}");
        }
        assert_eq!(Importo::parse("99999999999"), Err(ImportoError::TooLarge));
        assert_eq!(Importo::parse("00000000000001.00").unwrap().cents(), 100);
    }

    #[test]
    fn sums_stop_at_the_limit_instead_of_wrapping() {
        let max = Importo::from_cents(Importo::MAX_CENTS).unwrap();
        assert_eq!(max.plus(Importo(1)), None);
        assert_eq!(Importo::sum([Importo(1), Importo(2)]), Some(Importo(3)));
    }
}
