//! Invoices read from JSON: structure only, with errors that show no value.

use super::invoice::{Input, Invoice};
use crate::domain::{CodiceFiscale, Strictness};
use crate::json::{Failure, Raw, Segment, Why};
use crate::text::contains;

/// What a file of invoices may hold. Depth needs no limit of its own: the form is four levels
/// deep, anything deeper is a wrong type at the first level where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonLimits {
    /// Bytes of the whole text; 64 MiB by default.
    pub bytes: usize,
    /// Documents in the array; 100 000 by default.
    pub documents: usize,
    /// Bytes of one document; 1 MiB by default.
    pub document_bytes: usize,
}

impl Default for JsonLimits {
    fn default() -> Self {
        JsonLimits { bytes: 64 << 20, documents: 100_000, document_bytes: 1 << 20 }
    }
}

/// Why a text, or one document in it, has not the form of an input. The caller erred.
///
/// No value of the input is in it; a name is in `path` only when it is a name of the form, or an
/// unknown name of letters alone that cannot be a tax code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{code} at \"{path}\": {en}")]
#[non_exhaustive]
pub struct InputError {
    /// `JSON_TOO_LARGE`, `JSON_TOO_MANY`, `JSON_SYNTAX`, `JSON_UNKNOWN_FIELD`,
    /// `JSON_MISSING_FIELD`, `JSON_DUPLICATE_FIELD` or `JSON_TYPE`; other readers have their own.
    pub code: &'static str,
    /// JSON Pointer to the place, within the whole text.
    pub path: String,
    /// What is wrong, for a developer.
    pub en: String,
    /// The same in Italian.
    pub it: String,
}

impl InputError {
    /// An error with its sentences; neither may contain a value of the input.
    pub(crate) fn new(
        code: &'static str,
        path: impl Into<String>,
        en: impl Into<String>,
        it: impl Into<String>,
    ) -> Self {
        InputError { code, path: path.into(), en: en.into(), it: it.into() }
    }

    /// What is wrong, and where, below `at`.
    pub(crate) fn at(failure: &Failure, at: &str) -> InputError {
        let path = format!("{at}{}", pointer(failure));
        match failure.why() {
            Why::Syntax(line, column) => InputError::new(
                "JSON_SYNTAX",
                path,
                format!("not JSON at line {line}, column {column}"),
                format!("non è JSON alla riga {line}, colonna {column}"),
            ),
            Why::Expected(expected) => InputError::new(
                "JSON_TYPE",
                path,
                format!("expected {expected}"),
                format!("atteso: {}", in_italian(expected)),
            ),
            Why::OneOf(names) => InputError::new(
                "JSON_TYPE",
                path,
                format!("expected {}", one_of(names, "one of ", "or")),
                format!("atteso: {}", one_of(names, "uno di ", "o")),
            ),
            Why::UnknownField(names) => InputError::new(
                "JSON_UNKNOWN_FIELD",
                path,
                format!("unknown field; expected {}", one_of(names, "one of ", "or")),
                format!("campo sconosciuto; atteso: {}", one_of(names, "uno di ", "o")),
            ),
            Why::MissingField(field) => InputError::new(
                "JSON_MISSING_FIELD",
                format!("{path}/{field}"),
                "the field is missing",
                "il campo manca",
            ),
            Why::DuplicateField(field) => InputError::new(
                "JSON_DUPLICATE_FIELD",
                format!("{path}/{field}"),
                "the field is there twice",
                "il campo è ripetuto",
            ),
            Why::Said(sentence) => InputError::new("JSON_TYPE", path, sentence, sentence),
        }
    }
}

/// Reads one document or an array of them. The outer error means that the text as a whole cannot
/// be read; an element of the wrong form is an inner error and does not lose the others.
pub fn read_json(
    bytes: &[u8],
    limits: &JsonLimits,
) -> Result<Vec<Result<Input, InputError>>, InputError> {
    if bytes.len() > limits.bytes {
        return Err(InputError::new(
            "JSON_TOO_LARGE",
            "",
            format!("the text is longer than {} bytes", limits.bytes),
            format!("il testo supera {} byte", limits.bytes),
        ));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let raw = Raw::new(bytes).map_err(|failure| InputError::at(&failure, ""))?;
    read_raw(raw, limits)
}

/// Reads what [`read_json`] reads, from a text known to be JSON.
pub(crate) fn read_raw(
    raw: Raw<'_>,
    limits: &JsonLimits,
) -> Result<Vec<Result<Input, InputError>>, InputError> {
    if !raw.text().starts_with('[') {
        return Ok(vec![read_document(raw, "", limits)]);
    }
    let elements = raw.elements(limits.documents);
    if elements.len() > limits.documents {
        return Err(InputError::new(
            "JSON_TOO_MANY",
            "",
            format!("the array has more than {} documents", limits.documents),
            format!("l'elenco ha più di {} documenti", limits.documents),
        ));
    }
    let elements = elements.into_iter().enumerate();
    Ok(elements.map(|(i, raw)| read_document(raw, &format!("/{i}"), limits)).collect())
}

fn read_document(raw: Raw<'_>, at: &str, limits: &JsonLimits) -> Result<Input, InputError> {
    let text = raw.text();
    if text.len() > limits.document_bytes {
        return Err(InputError::new(
            "JSON_TOO_LARGE",
            at,
            format!("the document is longer than {} bytes", limits.document_bytes),
            format!("il documento supera {} byte", limits.document_bytes),
        ));
    }
    if !text.starts_with('{') {
        return Err(InputError::new("JSON_TYPE", at, "expected an object", "è atteso un oggetto"));
    }
    // The one field that tells the two forms apart. The text is looked at first, which is cheaper.
    let official = contains(text, "\"vociSpesa\"")
        && raw
            .fields("vociSpesa")
            .is_ok_and(|values| values.iter().any(|value| value.text() != "null"));
    let read = if official {
        raw.read().map(|documento| Input::Documento(Box::new(documento)))
    } else {
        raw.read().map(|invoice: Invoice| Input::Invoice(Box::new(invoice)))
    };
    read.map_err(|failure| InputError::at(&failure, at))
}

/// Names to choose from.
fn one_of(names: &[&str], one_of: &str, or: &str) -> String {
    match names {
        [] if or == "or" => "nothing".to_owned(),
        [] => "nulla".to_owned(),
        [name] => format!("`{name}`"),
        [one, other] => format!("`{one}` {or} `{other}`"),
        _ => format!("{one_of}`{}`", names.join("`, `")),
    }
}

/// What types say that they expect.
fn in_italian(expected: &str) -> String {
    match expected {
        "a string" => "un testo tra virgolette, anche per importi e date (\"63.20\")".into(),
        "a boolean" => "true o false".into(),
        "a sequence" => "un elenco tra parentesi quadre".into(),
        "i64" => "un numero intero".into(),
        "an object" => "un oggetto tra parentesi graffe".into(),
        _ => match expected.strip_prefix("one of ") {
            Some(words) => format!("uno di {words}"),
            None => expected.to_owned(),
        },
    }
}

fn pointer(failure: &Failure) -> String {
    let mut pointer = String::new();
    for segment in failure.path() {
        pointer.push('/');
        match segment {
            Segment::Element(index) => pointer.push_str(&index.to_string()),
            Segment::Field(name) if is_a_name(name) => pointer.push_str(name),
            Segment::Field(_) => pointer.push('…'),
        }
    }
    pointer
}

/// Whether a key may be shown: letters alone, short, and not of the form of a tax code.
fn is_a_name(key: &str) -> bool {
    key.len() <= 32
        && key.bytes().all(|b| b.is_ascii_alphabetic())
        && CodiceFiscale::parse(key, Strictness::Kit).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Vec<Result<Input, InputError>> {
        read_json(json.as_bytes(), &JsonLimits::default()).unwrap()
    }

    fn error(json: &str) -> InputError {
        read(json).remove(0).unwrap_err()
    }

    #[test]
    fn the_key_voci_spesa_tells_the_official_form() {
        assert!(matches!(&read(r#"{"id":"a","vociSpesa":[]}"#)[0], Ok(Input::Documento(_))));
        assert!(matches!(&read(r#"{"id":"a"}"#)[0], Ok(Input::Invoice(_))));
    }

    #[test]
    fn a_wrong_element_does_not_lose_the_others() {
        let all = read(r#"[{"id":"a"},{"id":7},5,{"id":"b"}]"#);
        assert_eq!(all.len(), 4);
        assert_eq!(all[1].as_ref().unwrap_err().path, "/1/id");
        assert_eq!(all[2].as_ref().unwrap_err().path, "/2");
        assert_eq!(all[3].as_ref().unwrap().id(), "b");
    }

    #[test]
    fn money_as_a_number_is_an_error_with_its_path_and_without_its_value() {
        let e = error(r#"{"id":"a","pagamenti":[{"importo":63.25}]}"#);
        assert_eq!((e.code, e.path.as_str()), ("JSON_TYPE", "/pagamenti/0/importo"));
        assert!(!e.to_string().contains("63") && e.en.contains("string"));
    }

    #[test]
    fn unknown_missing_and_repeated_fields_have_their_own_codes() {
        let e = error(r#"{"id":"a","cfcittadino":"X"}"#);
        assert_eq!((e.code, e.path.as_str()), ("JSON_UNKNOWN_FIELD", "/cfcittadino"));
        let e = error(r#"{"stato":"emessa"}"#);
        assert_eq!((e.code, e.path.as_str()), ("JSON_MISSING_FIELD", "/id"));
        let e = error(r#"{"id":"a","id":"b"}"#);
        assert_eq!(e.code, "JSON_DUPLICATE_FIELD");
        let e = error(r#"{"id":"a","vociSpesa":[],"vociSpesa":[]}"#);
        assert_eq!(e.code, "JSON_DUPLICATE_FIELD");
    }

    #[test]
    fn errors_show_no_value_and_no_key_that_could_be_a_tax_code() {
        for json in [
            r#"{"id":"a","cessionarioCommittente":"XXAYYB01A01A000S, expected XXAYYB01A01A000S"}"#,
            r#"{"id":"a","XXAYYB01A01A000S":1}"#,
            r#"{"id":"a","XXAYYBLMALMALLLS":1}"#,
            r#"{"id":"a","cessionarioCommittente":{"personaFisica":"XXAYYB01A01A000S"}}"#,
            r#"{"id":{"XXAYYB01A01A000S":1}}"#,
        ] {
            let text = format!("{:?}", error(json));
            assert!(!text.contains("XXAYY"), "{text}");
        }
        let text = read_json(b"{XXAYYB01A01A000S", &JsonLimits::default()).unwrap_err();
        assert!(!format!("{text:?}").contains("XXAYY"));
    }

    #[test]
    fn limits_hold() {
        let limits = JsonLimits { bytes: 60, documents: 2, document_bytes: 20 };
        let code = |json: &str| read_json(json.as_bytes(), &limits).map_err(|e| e.code);
        assert_eq!(code(&" ".repeat(61)), Err("JSON_TOO_LARGE"));
        assert_eq!(code(r#"[1,2,3]"#), Err("JSON_TOO_MANY"));
        assert_eq!(
            code(r#"{"id":"aaaaaaaaaaaaaaaaaaaaa"}"#).unwrap()[0].as_ref().unwrap_err().code,
            "JSON_TOO_LARGE"
        );
        let deep = "[".repeat(100_000);
        assert!(read_json(deep.as_bytes(), &JsonLimits::default()).is_err());
        let deep = format!(r#"{{"id":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
        assert_eq!(error(&deep).code, "JSON_TYPE");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = read_json(&bytes, &JsonLimits::default());
        }

        #[test]
        fn no_error_repeats_a_marked_value(
            key in "[a-zA-Z]{1,20}", place in 0usize..6
        ) {
            const MARK: &str = "7XQ7";
            let json = match place {
                0 => format!(r#"{{"id":"a","{key}{MARK}":1}}"#),
                1 => format!(r#"{{"id":"a","dispositivo":"{MARK}{key}"}}"#),
                2 => format!(r#"{{"id":"a","pagamenti":"{MARK}{key}"}}"#),
                3 => format!(r#"{{"id":"a","datiBollo":{{"addebitato":"{MARK}"}}}}"#),
                4 => format!(r#"["{MARK}{key}"]"#),
                _ => format!(r#"{{"id":"a","stato":{{"{MARK}{key}":"{MARK}"}}}}"#),
            };
            let error = read_json(json.as_bytes(), &JsonLimits::default()).unwrap().remove(0);
            let shown = format!("{:?}", error.unwrap_err());
            proptest::prop_assert!(!shown.contains(MARK), "{}", shown);
        }
    }
}
