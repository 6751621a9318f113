//! The formal check of tax codes: shape and check character.

const ODD: [u16; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/// Whether the text is a formally right codice fiscale: sixteen characters with the right check
/// letter (substituted digits of homonyms included), or eleven digits with the right check digit.
pub(crate) fn formally_right(text: &str) -> bool {
    match text.len() {
        16 => sixteen(text.as_bytes()),
        11 => eleven(text.as_bytes()),
        _ => false,
    }
}

fn sixteen(cf: &[u8]) -> bool {
    const SHAPE: &[u8; 16] = b"AAAAAAnnMnnAnnnA";
    let digit = |c: u8| c.is_ascii_digit() || b"LMNPQRSTUV".contains(&c);
    let shaped = cf.iter().zip(SHAPE).all(|(&c, kind)| match kind {
        b'n' => digit(c),
        b'M' => b"ABCDEHLMPRST".contains(&c),
        _ => c.is_ascii_uppercase(),
    });
    let sum: u16 = cf
        .iter()
        .take(15)
        .enumerate()
        .map(|(i, &c)| {
            let value = if c.is_ascii_digit() { c - b'0' } else { c.wrapping_sub(b'A') };
            if i % 2 == 0 {
                ODD.get(usize::from(value)).copied().unwrap_or(0)
            } else {
                value.into()
            }
        })
        .sum();
    shaped && cf.last().is_some_and(|&check| u16::from(check) == u16::from(b'A') + sum % 26)
}

fn eleven(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .enumerate()
        .map(|(i, &c)| {
            let value = u32::from(c.wrapping_sub(b'0'));
            match value {
                _ if i % 2 == 0 => value,
                0..=4 => value * 2,
                _ => value.wrapping_mul(2).wrapping_sub(9),
            }
        })
        .fold(0, u32::wrapping_add);
    let zeros = digits.iter().all(|&c| c == b'0');
    digits.iter().all(u8::is_ascii_digit) && !zeros && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::formally_right;

    #[test]
    fn only_the_right_check_letter_passes() {
        for letter in 'A'..='Z' {
            let cf = format!("PSCPRV80A01X999{letter}");
            assert_eq!(formally_right(&cf), letter == 'I', "{cf}");
        }
    }

    #[test]
    fn shape_and_length_count() {
        assert!(formally_right("99900011000"));
        for wrong in ["99900011001", "00000000000", "", "pscprv80a01x999i", "PSCPRV80F01X999I"] {
            assert!(!formally_right(wrong), "{wrong}");
        }
        assert!(!formally_right("PSCPRV80A01X99\u{e0}"));
    }
}
