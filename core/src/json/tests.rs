use std::collections::BTreeMap;

use super::node::DEPTH;
use super::*;

#[derive(Debug, PartialEq, Read)]
#[serde(deny_unknown_fields)]
struct Form<'a> {
    name: String,
    #[serde(default)]
    days: Option<[u8; 2]>,
    #[serde(default)]
    choice: Option<Choices>,
    #[serde(default)]
    later: Option<Raw<'a>>,
}

#[derive(Debug, PartialEq, Read)]
#[serde(rename_all = "snake_case")]
enum Choices {
    Plain,
    Number(i32),
    Fields { inner: bool },
}

impl PartialEq for Raw<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

fn failure(text: &str) -> (String, Why) {
    let failure = read::<Form<'_>>(text.as_bytes()).unwrap_err();
    (way(&failure), failure.0.why)
}

fn way(failure: &Failure) -> String {
    let path = failure.path().map(|segment| match segment {
        Segment::Field(name) => format!("/{name}"),
        Segment::Element(place) => format!("/{place}"),
    });
    path.collect()
}

#[test]
fn a_text_becomes_what_serde_json_makes_of_it() {
    for text in [
        r#"{"name": "a"}"#,
        r#" {"name": "a\u00e8\n\"b", "days": [1, 2], "choice": "plain"} "#,
        r#"{"name": "", "days": null, "choice": {"number": -7}}"#,
        r#"{"choice": {"fields": {"inner": true}}, "name": "è", "later": null}"#,
    ] {
        let (ours, theirs): (Form<'_>, serde_json::Value) =
            (read(text.as_bytes()).unwrap(), serde_json::from_str(text).unwrap());
        assert_eq!(ours.name, theirs["name"]);
        assert_eq!(ours.days.is_some(), theirs["days"].is_array());
        assert_eq!(ours.choice.is_some(), !theirs["choice"].is_null());
    }
    let numbers: BTreeMap<String, i64> = read(br#"{"a": -9223372036854775808}"#).unwrap();
    assert_eq!(numbers["a"], i64::MIN);
    assert_eq!(read::<u64>(b"18446744073709551615").unwrap(), u64::MAX);
}

#[test]
fn a_value_kept_for_later_is_its_own_text() {
    let text = br#"{"name": "a", "later":   {"x": [1, "}"]} , "choice": null}"#;
    let form: Form<'_> = read(text).unwrap();
    assert_eq!(form.later.unwrap().text(), r#"{"x": [1, "}"]}"#);
}

#[test]
fn an_error_knows_its_path() {
    for (text, path) in [
        (r#"{"name": 7}"#, "/name"),
        (r#"{"name": "a", "days": [1, 300]}"#, "/days/1"),
        (r#"{"name": "a", "days": [1, 2, 3]}"#, "/days"),
        (r#"{"name": "a", "days": [1]}"#, "/days"),
        (r#"{"name": "a", "days": [1, 2.5]}"#, "/days/1"),
        (r#"{"name": "a", "choice": {"fields": {"inner": 1}}}"#, "/choice/fields/inner"),
        (r#"{"name": "a", "choice": {"plain": 1}}"#, "/choice"),
        (r#"{"name": "a", "choice": "number"}"#, "/choice"),
        (r#"{"name": "a", "choice": {"plain": null, "number": 1}}"#, "/choice"),
        (r#"{"name": "a", "other": 1}"#, "/other"),
        (r#"{"days": [1, 2]}"#, ""),
        (r#"{"name": "a", "name": "b"}"#, ""),
        (r#"["a"]"#, ""),
    ] {
        assert_eq!(failure(text).0, path, "{text}");
    }
    assert_eq!(failure(r#"{"name": "a", "name": "b"}"#).1, Why::DuplicateField("name"));
    assert_eq!(failure(r#"{"days": [1, 2]}"#).1, Why::MissingField("name"));
    let fields = &["name", "days", "choice", "later"];
    assert_eq!(failure(r#"{"secret": 1}"#).1, Why::UnknownField(fields));
    let cut = read::<Form<'_>>(b"{\n\"name\": ").unwrap_err();
    assert_eq!(cut.why(), &Why::Syntax(2, 8));
    assert!(read::<Form<'_>>(b"{\"name\": \"\xff\"}").unwrap_err().why() == &Why::Syntax(1, 11));
}

#[test]
fn a_tag_is_a_text_and_there_once() {
    #[derive(Debug, PartialEq, Read)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum Tagged {
        Plain,
        Fields { inner: bool },
    }
    let tagged = |text: &str| read::<Tagged>(text.as_bytes());
    assert_eq!(tagged(r#"{"other": 1.5, "kind": "plain"}"#).unwrap(), Tagged::Plain);
    let fields = tagged(r#"{"inner": true, "\u006bind": "fields"}"#).unwrap();
    assert_eq!(fields, Tagged::Fields { inner: true });
    for (text, path) in [
        (r#"{"kind": {"plain": null}}"#, "/kind"),
        (r#"{"kind": "PLAIN"}"#, "/kind"),
        (r#"{"kind": 0}"#, "/kind"),
        (r#"{"kind": "fields", "inner": 1}"#, "/inner"),
        (r#"{"kind": "fields"}"#, ""),
        (r#"{"kind": "plain", "kind": "plain"}"#, ""),
        (r#""plain""#, ""),
        ("{}", ""),
    ] {
        assert_eq!(way(&tagged(text).unwrap_err()), path, "{text}");
    }
}

#[test]
fn depth_and_breadth_have_limits() {
    #[derive(Read)]
    #[serde(transparent)]
    struct Nest(#[allow(dead_code)] Vec<Nest>);
    let nest = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read::<Nest>(nest(usize::from(DEPTH)).as_bytes()).is_ok());
    assert!(read::<Nest>(nest(usize::from(DEPTH) + 1).as_bytes()).is_err());
    assert!(read::<Nest>(nest(1_000_000).as_bytes()).is_err());
    let wide = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
    assert!(read::<Vec<u8>>(wide(ELEMENTS).as_bytes()).is_ok());
    assert!(read::<Vec<u8>>(wide(ELEMENTS + 1).as_bytes()).is_err());
}
