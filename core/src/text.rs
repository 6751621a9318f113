//! Searching in texts.

/// Whether a part occurs in a text. `str::contains` prepares for parts of any length, in ten times
/// the code.
pub(crate) fn contains(text: &str, part: &str) -> bool {
    let mut rest = text.as_bytes();
    while !rest.starts_with(part.as_bytes()) {
        let Some((_, following)) = rest.split_first() else { return false };
        rest = following;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_wherever_it_stands() {
        for (text, part) in [("abc", "a"), ("aab", "ab"), ("abc", "c"), ("è", "è"), ("a", "")] {
            assert!(contains(text, part), "{text} {part}");
        }
        for (text, part) in [("abc", "ac"), ("", "a"), ("aa", "aaa")] {
            assert!(!contains(text, part), "{text} {part}");
        }
    }
}
