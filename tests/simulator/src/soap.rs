//! SOAP 1.1 envelopes: reading requests, writing answers and faults as captured.

use crate::http::HttpAnswer;
use roxmltree::{Document, Node, ParsingOptions};
use std::fmt::Write as _;

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const XML_TYPE: &str = "text/xml; charset=utf-8";
/// A file of 5 MB compressed holds well under a million documents of thirty nodes each.
const NODES_LIMIT: u32 = 8_000_000;

/// Reads XML without DTD or entities, with a bounded number of nodes.
pub(crate) fn parse(text: &str) -> Option<Document<'_>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let options = ParsingOptions { nodes_limit: NODES_LIMIT, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).ok()
}

/// The single element inside `Envelope/Body`.
pub(crate) fn payload<'a, 'input>(document: &'a Document<'input>) -> Option<Node<'a, 'input>> {
    let envelope = document.root_element();
    let is = |node: &Node<'_, '_>, name: &str| {
        node.tag_name().name() == name && node.tag_name().namespace() == Some(SOAP)
    };
    if !is(&envelope, "Envelope") {
        return None;
    }
    let mut parts = envelope.children().filter(Node::is_element);
    let first = parts.next()?;
    let body = if is(&first, "Header") { parts.next()? } else { first };
    let mut children = body.children().filter(Node::is_element);
    let payload = children.next()?;
    (is(&body, "Body") && children.next().is_none()).then_some(payload)
}

/// The first child element of this local name.
pub(crate) fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.is_element() && child.tag_name().name() == name)
}

/// The text of the first child element of this local name.
pub(crate) fn child_text(node: Node<'_, '_>, name: &str) -> Option<String> {
    child(node, name).map(crate::xsd::text)
}

/// An answer in the envelope of normal answers.
pub(crate) fn answer(payload: &str) -> HttpAnswer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenv=\"{SOAP}\">\
         <soapenv:Body>{payload}</soapenv:Body></soapenv:Envelope>"
    );
    HttpAnswer::new(200, XML_TYPE, body)
}

/// A fault in the envelope of faults: prefix `env:`, HTTP 500, whatever the cause.
pub(crate) fn fault(sentence: &str) -> HttpAnswer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<env:Envelope xmlns:env=\"{SOAP}\">\n\
         <env:Body>\n<env:Fault>\n<faultcode>env:Client</faultcode>\n\
         <faultstring>{}</faultstring></env:Fault></env:Body></env:Envelope>",
        escaped(sentence)
    );
    HttpAnswer::new(500, XML_TYPE, body)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\r' => out.push_str("&#13;"),
            c if c < ' ' && c != '\t' && c != '\n' => {}
            '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

/// A growing piece of XML.
#[derive(Default)]
pub(crate) struct Xml(String);

impl Xml {
    /// A document element in its namespace: `prefixed` when its children have none.
    pub(crate) fn root(
        name: &str,
        namespace: &str,
        prefixed: bool,
        inside: impl FnOnce(&mut Xml),
    ) -> String {
        let mut children = Xml::default();
        inside(&mut children);
        let inner = children.0;
        if prefixed {
            format!("<ns2:{name} xmlns:ns2=\"{namespace}\">{inner}</ns2:{name}>")
        } else {
            format!("<{name} xmlns=\"{namespace}\">{inner}</{name}>")
        }
    }

    /// An element with children.
    pub(crate) fn nest(&mut self, name: &str, inside: impl FnOnce(&mut Xml)) {
        let _ = write!(self.0, "<{name}>");
        inside(self);
        let _ = write!(self.0, "</{name}>");
    }

    /// An element with text; `<name/>` when there is none, as captured.
    pub(crate) fn leaf(&mut self, name: &str, text: &str) {
        let _ = if text.is_empty() {
            write!(self.0, "<{name}/>")
        } else {
            write!(self.0, "<{name}>{}</{name}>", escaped(text))
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authentication_fault_reads_as_captured() {
        let fault = fault("Errore generico di autenticazione");
        assert_eq!(fault.status, 500);
        let text = fault.text();
        let document = parse(&text).unwrap();
        assert_eq!(payload(&document).unwrap().tag_name().name(), "Fault");
        assert!(text.contains("\n<faultcode>env:Client</faultcode>\n<faultstring>"));
    }

    #[test]
    fn a_document_type_or_a_second_payload_is_refused() {
        assert!(parse("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").is_none());
        let envelope = |inner: &str| {
            format!("<s:Envelope xmlns:s='{SOAP}'><s:Body>{inner}</s:Body></s:Envelope>")
        };
        let asked = |text: &str| parse(text).is_some_and(|d| payload(&d).is_some());
        assert!(asked(&envelope("<a/>")));
        assert!(!asked(&envelope("<a/><b/>")));
        assert!(!asked(&envelope("")));
        assert!(!asked(&envelope("<a/>").replace("soap/envelope/", "other")));
    }

    #[test]
    fn deep_nesting_is_survived() {
        let deep = "<a>".repeat(200_000);
        assert!(parse(&deep).is_none());
        let balanced = format!("{}{}", "<a>".repeat(50_000), "</a>".repeat(50_000));
        let _ = parse(&balanced);
    }

    #[test]
    fn text_is_escaped() {
        let xml = Xml::root("a", "urn:x", false, |x| x.leaf("b", "<&\u{1}>\u{e8}"));
        assert_eq!(xml, "<a xmlns=\"urn:x\"><b>&lt;&amp;>\u{e8}</b></a>");
    }
}
