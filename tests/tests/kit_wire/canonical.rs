//! XML as it compares: namespaces and names without prefixes, texts without blanks around them,
//! numbers in one form, comments and attributes left out.

use roxmltree::Node;
use sts_core::domain::Importo;

/// One line per element, indented by depth.
pub(crate) fn canonical(root: Node<'_, '_>) -> String {
    let mut out = String::new();
    write(root, 0, &mut out);
    out
}

fn write(node: Node<'_, '_>, depth: usize, out: &mut String) {
    let name = node.tag_name();
    let text: String = node.children().filter(|c| c.is_text()).filter_map(|c| c.text()).collect();
    let text = normal(name.name(), text.trim());
    // One sample writes empty dates beside the protocol number that excludes them.
    if matches!(name.name(), "dataInizio" | "dataFine") && text.is_empty() {
        return;
    }
    let namespace = name.namespace().unwrap_or_default();
    let indent = "  ".repeat(depth);
    out.push_str(&format!("{indent}{{{namespace}}}{} {text}\n", name.name()));
    // The attachment travels beside the envelope or inside it; what it holds is compared elsewhere.
    if name.name() == "documento" {
        return;
    }
    for child in node.children().filter(Node::is_element) {
        write(child, depth + 1, out);
    }
}

/// Numbers by the type of their element in the schemas: `001` is `1`, `25.3` is `25.30`.
fn normal(name: &str, text: &str) -> String {
    match name {
        "dispositivo" => {
            let number: u32 = text.parse().expect("an xs:int");
            number.to_string()
        }
        "importo" | "aliquotaIVA" => Importo::parse(text).expect("a number").to_string(),
        "documento" => String::new(),
        _ => text.to_owned(),
    }
}

/// The element inside the SOAP body.
pub(crate) fn payload<'a, 'i>(document: &'a roxmltree::Document<'i>) -> Node<'a, 'i> {
    const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
    let envelope = document.root_element();
    assert!(envelope.has_tag_name((SOAP, "Envelope")));
    let body = envelope.children().find(|n| n.has_tag_name((SOAP, "Body"))).expect("a body");
    body.first_element_child().expect("a payload")
}
