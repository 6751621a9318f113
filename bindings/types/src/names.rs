//! Names in the customs of each language.

/// `no_answer`, `NOT_YET`, `aliquotaIVA` or `N2.1` in words.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = '_';
    for c in text.chars() {
        let begins = c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if !c.is_ascii_alphanumeric() || begins {
            words.push(String::new());
        }
        if c.is_ascii_alphanumeric() {
            words.last_mut().expect("never empty").push(c);
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `NoAnswer`.
pub(crate) fn pascal(text: &str) -> String {
    let capital = |word: String| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    };
    words(text).into_iter().map(capital).collect()
}

/// `noAnswer`.
pub(crate) fn camel(text: &str) -> String {
    let pascal = pascal(text);
    let (first, rest) = pascal.split_at(1);
    first.to_ascii_lowercase() + rest
}

/// `NO_ANSWER`.
pub(crate) fn upper(text: &str) -> String {
    words(text).join("_").to_ascii_uppercase()
}

/// The method of a command: `import` is a word of Java, and what it imports is worth a word.
pub(crate) fn method(command: &str) -> String {
    match command {
        "export" | "import" => format!("{command}Ledger"),
        _ => camel(command),
    }
}

/// A word of a code table, such as `N2.1` or `SP`, which keeps its look.
pub(crate) fn is_code(word: &str) -> bool {
    word.len() <= 4
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_customs_of_each_language() {
        assert_eq!(pascal("no_answer"), "NoAnswer");
        assert_eq!(pascal("NOT_YET"), "NotYet");
        assert_eq!(camel("test_credentials"), "testCredentials");
        assert_eq!(upper("N2.1"), "N2_1");
        assert_eq!(upper("DocumentoCommerciale"), "DOCUMENTO_COMMERCIALE");
        assert!(is_code("SP") && is_code("N2.1") && !is_code("NOT_YET") && !is_code("bozza"));
    }
}
