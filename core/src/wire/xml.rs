//! XML as the core writes and reads it: one writer, one reader, both small.

use std::borrow::Cow;
use std::fmt;
use std::io::Write as _;
use std::rc::Rc;

use quick_xml::NsReader;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::name::{Namespace, ResolveResult};

/// Writes elements into memory. Names and attributes are ours; texts are escaped.
pub(super) struct XmlWriter(Writer<Vec<u8>>);

/// Why writing cannot fail.
const IN_MEMORY: &str = "a vector takes every byte";

impl XmlWriter {
    /// Begins after what the buffer already holds.
    pub(super) fn new(buffer: Vec<u8>) -> Self {
        XmlWriter(Writer::new(buffer))
    }

    /// Writes the XML declaration.
    pub(super) fn declaration(&mut self) {
        self.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    }

    /// Opens an element.
    pub(super) fn open(&mut self, name: &str) {
        self.event(Event::Start(BytesStart::new(name)));
    }

    /// Opens an element with attributes.
    pub(super) fn open_with(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.event(Event::Start(start));
    }

    /// Closes the element opened last.
    pub(super) fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// A text inside the element open.
    pub(super) fn text(&mut self, text: &str) {
        self.event(Event::Text(BytesText::new(text)));
    }

    /// An element that holds a text.
    pub(super) fn leaf(&mut self, name: &str, text: &str) {
        self.open(name);
        self.text(text);
        self.close(name);
    }

    /// An element that holds a number or a date, which never needs escaping.
    pub(super) fn value(&mut self, name: &str, value: impl fmt::Display) {
        self.open(name);
        write!(self.0.get_mut(), "{value}").expect(IN_MEMORY);
        self.close(name);
    }

    /// [`leaf`](Self::leaf), or nothing.
    pub(super) fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.leaf(name, text);
        }
    }

    /// What was written.
    pub(super) fn finish(self) -> Vec<u8> {
        self.0.into_inner()
    }

    fn event(&mut self, event: Event<'_>) {
        self.0.write_event(event).expect(IN_MEMORY);
    }
}

/// An element read, with its own text (that of its children excluded).
#[derive(Debug)]
pub(super) struct Element {
    namespace: Option<Rc<str>>,
    name: String,
    text: String,
    /// The one attribute of the protocol that means something, in `xop:Include`.
    href: Option<String>,
    children: Vec<Element>,
}

impl Element {
    /// Whether it has this namespace (`None`: no namespace) and local name. Prefixes mean
    /// nothing: the service changes them between answers and faults (PROTOCOL section 1.4).
    pub(super) fn is(&self, namespace: Option<&str>, name: &str) -> bool {
        self.name == name && self.namespace.as_deref() == namespace
    }

    /// The local name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The text, without the blanks around it.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The reference of an `xop:Include`.
    pub(super) fn href(&self) -> Option<&str> {
        self.href.as_deref()
    }

    /// The children in order.
    pub(super) fn children(&self) -> &[Element] {
        &self.children
    }

    /// The children, taken out.
    pub(super) fn into_children(self) -> impl Iterator<Item = Element> {
        self.children.into_iter()
    }

    /// The first child of this name.
    pub(super) fn child(&self, namespace: Option<&str>, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.is(namespace, name))
    }

    /// All children of this name.
    pub(super) fn all<'a>(
        &'a self,
        namespace: Option<&'a str>,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |c| c.is(namespace, name))
    }
}

/// Limits of a document, so that no answer can exhaust memory or time.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Elements inside one another.
    pub(super) depth: usize,
    /// Elements altogether.
    pub(super) elements: usize,
}

/// Namespaces in scope at once; every prefix looks through them.
const MAX_NAMESPACES: usize = 64;
/// The longest element name kept.
const MAX_NAME: usize = 128;

/// Why a text is not a document we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum XmlError {
    /// Not well-formed.
    IllFormed,
    /// It has a document type, or an entity that is not one of the five.
    Forbidden,
    /// Too deep, or too many elements.
    Limit,
}

/// Reads a document. Comments and processing instructions are skipped; a document type and
/// entities beyond the five of XML are refused, because nothing honest sends them.
pub(super) fn read(text: &str, limits: Limits) -> Result<Element, XmlError> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    reader.resolver_mut().set_max_namespace_bindings(MAX_NAMESPACES);
    let mut root = None;
    let mut open: Vec<Element> = Vec::new();
    let mut elements = 0;
    let mut known: Vec<Rc<str>> = Vec::new();

    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|_| XmlError::IllFormed)?;
        match event {
            Event::Start(start) => {
                elements += 1;
                if elements > limits.elements || open.len() >= limits.depth {
                    return Err(XmlError::Limit);
                }
                if open.is_empty() && root.is_some() {
                    return Err(XmlError::IllFormed);
                }
                let name = start.local_name().into_inner();
                if name.len() > MAX_NAME {
                    return Err(XmlError::Limit);
                }
                open.push(Element {
                    namespace: intern(&mut known, namespace)?,
                    name: name.to_owned(),
                    text: String::new(),
                    href: href(&start)?,
                    children: Vec::new(),
                });
            }
            Event::End(_) => {
                let done = open.pop().ok_or(XmlError::IllFormed)?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => root = Some(done),
                }
            }
            Event::Text(piece) => match open.last_mut() {
                Some(element) => element.text.push_str(&piece.xml10_content()),
                None if piece.trim().is_empty() => {}
                None => return Err(XmlError::IllFormed),
            },
            Event::CData(piece) => {
                open.last_mut().ok_or(XmlError::IllFormed)?.text.push_str(&piece.xml10_content())
            }
            Event::GeneralRef(reference) => {
                let element = open.last_mut().ok_or(XmlError::IllFormed)?;
                match reference.resolve_char_ref() {
                    Ok(Some(character)) => element.text.push(character),
                    Ok(None) => {
                        let name: &str = &reference;
                        let text = quick_xml::escape::resolve_xml_entity(name)
                            .ok_or(XmlError::Forbidden)?;
                        element.text.push_str(text);
                    }
                    Err(_) => return Err(XmlError::IllFormed),
                }
            }
            Event::DocType(_) => return Err(XmlError::Forbidden),
            Event::Eof => break,
            _ => {}
        }
    }
    if !open.is_empty() {
        return Err(XmlError::IllFormed);
    }
    root.ok_or(XmlError::IllFormed)
}

fn intern(
    known: &mut Vec<Rc<str>>,
    namespace: ResolveResult<'_>,
) -> Result<Option<Rc<str>>, XmlError> {
    let name = match namespace {
        ResolveResult::Unbound => return Ok(None),
        ResolveResult::Bound(Namespace(name)) => name,
        ResolveResult::Unknown(_) => return Err(XmlError::IllFormed),
    };
    if let Some(same) = known.iter().find(|k| ***k == *name) {
        return Ok(Some(same.clone()));
    }
    // A document that declares more than fits here is read all the same, only less cheaply.
    let new: Rc<str> = name.into();
    if known.len() < MAX_NAMESPACES {
        known.push(new.clone());
    }
    Ok(Some(new))
}

fn href(start: &BytesStart<'_>) -> Result<Option<String>, XmlError> {
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| XmlError::IllFormed)?;
        if attribute.key.into_inner() == "href" {
            return Ok(Some(attribute.value.into_owned()));
        }
    }
    Ok(None)
}

/// Bytes as text: UTF-8, and where they are not UTF-8, Latin-1. The service declares UTF-8 and
/// sends damaged accents all the same (PROTOCOL section 1.4).
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|b| char::from(*b)));
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { depth: 4, elements: 10 };

    #[test]
    fn elements_are_known_by_namespace_and_name_whatever_the_prefix() {
        for text in [
            r#"<a:r xmlns:a="urn:x"><a:v>1</a:v></a:r>"#,
            r#"<r xmlns="urn:x"><v>1</v></r>"#,
            r#"<r xmlns="urn:x"><b:v xmlns:b="urn:x">1</b:v></r>"#,
        ] {
            let root = read(text, LIMITS).unwrap();
            assert!(root.is(Some("urn:x"), "r"), "{text}");
            let value = root.child(Some("urn:x"), "v").unwrap();
            assert_eq!(value.text(), "1");
        }
        let bare = read("<r><v/></r>", LIMITS).unwrap();
        assert!(bare.is(None, "r") && bare.child(None, "v").is_some());
    }

    #[test]
    fn text_is_put_together_from_all_its_parts() {
        let root = read("<r> a&amp;b &#232;<![CDATA[<c>]]><!-- x --> </r>", LIMITS).unwrap();
        assert_eq!(root.text(), "a&b è<c>");
    }

    #[test]
    fn document_types_and_other_entities_are_refused() {
        let laughs = r#"<!DOCTYPE r [<!ENTITY a "ha">]><r>&a;</r>"#;
        assert_eq!(read(laughs, LIMITS).unwrap_err(), XmlError::Forbidden);
        let external = r#"<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>"#;
        assert_eq!(read(external, LIMITS).unwrap_err(), XmlError::Forbidden);
        assert_eq!(read("<r>&nbsp;</r>", LIMITS).unwrap_err(), XmlError::Forbidden);
    }

    #[test]
    fn depth_and_number_of_elements_are_limited() {
        let deep = "<a>".repeat(5) + &"</a>".repeat(5);
        assert_eq!(read(&deep, LIMITS).unwrap_err(), XmlError::Limit);
        let many = format!("<r>{}</r>", "<a/>".repeat(10));
        assert_eq!(read(&many, LIMITS).unwrap_err(), XmlError::Limit);
        let bindings: String = (0..70).map(|i| format!(r#" xmlns:a{i}="u""#)).collect();
        assert!(read(&format!("<r{bindings}/>"), LIMITS).is_err());
    }

    #[test]
    fn what_is_not_one_document_is_ill_formed() {
        for text in
            ["", "x", "<r>", "</r>", "<r></s>", "<r/><r/>", "<r/>x", "<p:r/>", "<r>&#0;</r>"]
        {
            assert_eq!(read(text, LIMITS).unwrap_err(), XmlError::IllFormed, "{text}");
        }
    }

    #[test]
    fn damaged_accents_do_not_lose_the_text_around_them() {
        assert_eq!(decode(b"\xef\xbb\xbf\xc3\xa8"), "è");
        assert_eq!(decode(b"gi\xe0 \xc3\xa8"), "già è");
        assert_eq!(decode(b"\xff"), "ÿ");
    }

    #[test]
    fn texts_are_escaped_when_written() {
        let mut xml = XmlWriter::new(Vec::new());
        xml.leaf("a", "<&>\"'");
        let written = xml.finish();
        assert_eq!(read(std::str::from_utf8(&written).unwrap(), LIMITS).unwrap().text(), "<&>\"'");
    }
}
