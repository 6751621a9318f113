//! The SOAP 1.1 envelope, and everything an answer can be besides an answer.

use super::mtom;
use super::xml::{self, Element, Limits, XmlError, XmlWriter};
use crate::codes::{self, Kind};
use crate::redact::server_text;

/// Namespace of SOAP 1.1.
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The longest answer that is looked at, in bytes.
pub const MAX_BODY: usize = 32 << 20;
const LIMITS: Limits = Limits { depth: 24, elements: 200_000 };

/// What came back instead of an answer of the operation.
///
/// Texts are the service's, shortened and without personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// The credentials were refused, or probably were. Never repeat by itself: eight wrong
    /// attempts disable the account.
    #[error("the service refused the credentials: {text}")]
    Authentication {
        /// How sure that is.
        cause: AuthenticationCause,
        /// The service's words.
        text: String,
    },
    /// The request does not satisfy the schema: a bug of ours, or a schema that changed.
    #[error("the service found the request malformed: {text}")]
    Schema {
        /// The service's words.
        text: String,
    },
    /// Another SOAP fault.
    #[error("the service failed: {code}: {text}")]
    Fault {
        /// `faultcode` without its prefix.
        code: String,
        /// The service's words.
        text: String,
    },
    /// No SOAP at all: what a proxy, a firewall or a service under maintenance says.
    #[error("HTTP status {status} without an answer of the service")]
    NotSoap {
        /// HTTP status.
        status: u16,
        /// What was there instead.
        page: Page,
    },
    /// SOAP, but not as the schema promises; the value names the element. The operation may have
    /// been carried out.
    #[error("the answer cannot be read: {0}")]
    Malformed(&'static str),
    /// The value named is beyond its limit.
    #[error("the answer is too large: {0}")]
    TooLarge(&'static str),
    /// A well-formed answer of another operation.
    #[error("the answer is of another operation: {found}")]
    WrongOperation {
        /// The element found.
        found: String,
    },
}

/// How sure it is that the credentials were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationCause {
    /// The service says so, or the HTTP status is 401 or 403.
    Refused,
    /// The text speaks of an expired password; change it on the portal.
    PasswordExpired,
    /// A text that field reports connect with wrong credentials, such as the failure to create
    /// the reader of an MTOM message; see [`codes::fault`].
    Suspected,
}

/// What stood in place of SOAP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Nothing.
    Empty,
    /// A page that speaks of maintenance or unavailability.
    Maintenance,
    /// A page or status of a proxy or gateway.
    Gateway,
    /// Another HTML page.
    Html,
    /// Something else.
    Other,
}

impl WireError {
    /// The stable code, on which a host branches.
    pub fn code(&self) -> &'static str {
        match self {
            WireError::Authentication { cause, .. } => match cause {
                AuthenticationCause::Refused => "AUTHENTICATION_REFUSED",
                AuthenticationCause::PasswordExpired => "PASSWORD_EXPIRED",
                AuthenticationCause::Suspected => "AUTHENTICATION_SUSPECTED",
            },
            WireError::Schema { .. } => "REQUEST_SCHEMA",
            WireError::Fault { .. } => "SERVICE_FAULT",
            WireError::NotSoap { page, .. } => match page {
                Page::Maintenance => "SERVICE_MAINTENANCE",
                _ => "NOT_SOAP",
            },
            WireError::Malformed(_) => "ANSWER_MALFORMED",
            WireError::TooLarge(_) => "ANSWER_TOO_LARGE",
            WireError::WrongOperation { .. } => "ANSWER_WRONG_OPERATION",
        }
    }

    /// The sentence for the user.
    pub fn italian(&self) -> &'static str {
        match self {
            WireError::Authentication { cause, .. } => match cause {
                AuthenticationCause::Refused => {
                    "Sistema TS ha rifiutato le credenziali: verificare utente, password e pincode."
                }
                AuthenticationCause::PasswordExpired => {
                    "La password di Sistema TS è scaduta: cambiarla sul portale e inserire la \
                     nuova."
                }
                AuthenticationCause::Suspected => {
                    "Sistema TS non ha accettato la richiesta, probabilmente per credenziali \
                     errate: verificarle prima di riprovare."
                }
            },
            WireError::Schema { .. } => {
                "Sistema TS ha trovato la richiesta non conforme: segnalare il problema al \
                 produttore del programma."
            }
            WireError::NotSoap { page: Page::Maintenance, .. } => {
                "Sistema TS è in manutenzione: l'invio riprenderà più tardi."
            }
            WireError::Fault { .. } | WireError::NotSoap { .. } => {
                "Sistema TS non ha risposto correttamente: l'esito verrà verificato più tardi."
            }
            WireError::Malformed(_) | WireError::TooLarge(_) | WireError::WrongOperation { .. } => {
                "La risposta di Sistema TS non è leggibile: l'esito verrà verificato più tardi."
            }
        }
    }
}

/// An envelope around one payload element whose children share its namespace.
pub(super) fn qualified(
    element: &str,
    namespace: &str,
    children: impl FnOnce(&mut XmlWriter),
) -> Vec<u8> {
    envelope(element, ("xmlns", namespace), children)
}

/// An envelope around one payload element whose children have no namespace; the element's prefix
/// is `p`.
pub(super) fn unqualified(
    element: &str,
    namespace: &str,
    children: impl FnOnce(&mut XmlWriter),
) -> Vec<u8> {
    envelope(&format!("p:{element}"), ("xmlns:p", namespace), children)
}

fn envelope(
    element: &str,
    namespace: (&str, &str),
    children: impl FnOnce(&mut XmlWriter),
) -> Vec<u8> {
    let mut xml = XmlWriter::new(Vec::with_capacity(2048));
    xml.declaration();
    xml.open_with("soapenv:Envelope", &[("xmlns:soapenv", SOAP)]);
    xml.open("soapenv:Body");
    xml.open_with(element, &[namespace]);
    children(&mut xml);
    xml.close(element);
    xml.close("soapenv:Body");
    xml.close("soapenv:Envelope");
    xml.finish()
}

/// The payload of an answer, with the binary parts that came beside it.
pub(super) struct Answer<'a> {
    pub(super) payload: Element,
    parts: Vec<mtom::Part<'a>>,
}

impl<'a> Answer<'a> {
    /// Opens an answer and finds in it the element that the operation promises.
    pub(super) fn open(
        status: u16,
        body: &'a [u8],
        namespace: &str,
        element: &str,
    ) -> Result<Self, WireError> {
        if body.len() > MAX_BODY {
            return Err(WireError::TooLarge("body"));
        }
        // The file service answers as it was asked, so an envelope may come as a part.
        let parts = mtom::parts(body);
        let envelope = parts.first().map_or(body, |root| root.bytes);
        let text = xml::decode(envelope);
        let root = match xml::read(&text, LIMITS) {
            Ok(root) if root.is(Some(SOAP), "Envelope") => root,
            Err(XmlError::Limit) => return Err(WireError::TooLarge("elements")),
            Err(XmlError::Forbidden) if !looks_like_html(&text) => {
                return Err(WireError::Malformed("document type or entity"));
            }
            // A body that begins as an envelope was cut short; anything else is a page.
            Err(_) if !is_refusal(status) && text.contains(SOAP) => {
                return Err(WireError::Malformed("envelope"));
            }
            _ => return Err(page(status, &text)),
        };
        let content = root
            .child(Some(SOAP), "Body")
            .and_then(|body| body.children().first())
            .ok_or(WireError::Malformed("Body"))?;
        if content.is(Some(SOAP), "Fault") {
            return Err(fault(status, content));
        }
        if is_refusal(status) {
            return Err(page(status, ""));
        }
        if !content.is(Some(namespace), element) {
            return Err(WireError::WrongOperation { found: server_text(content.name()) });
        }
        let payload = first_child_of_body(root).ok_or(WireError::Malformed("Body"))?;
        Ok(Answer { payload, parts })
    }

    /// The bytes of a `base64Binary` element, inline or in a part of their own.
    pub(super) fn binary(
        &self,
        element: &Element,
        name: &'static str,
    ) -> Result<Vec<u8>, WireError> {
        let include = element.children().iter().find(|c| c.name() == "Include");
        if let Some(include) = include {
            let id = include.href().and_then(|href| href.strip_prefix("cid:"));
            let part = id.and_then(|id| self.parts.iter().find(|p| p.is(id)));
            return part.map(|p| p.bytes.to_vec()).ok_or(WireError::Malformed(name));
        }
        mtom::decode_base64(element.text()).ok_or(WireError::Malformed(name))
    }
}

fn first_child_of_body(root: Element) -> Option<Element> {
    let body = root.into_children().find(|child| child.is(Some(SOAP), "Body"))?;
    body.into_children().next()
}

fn is_refusal(status: u16) -> bool {
    matches!(status, 401 | 403)
}

fn fault(status: u16, fault: &Element) -> WireError {
    let part = |name: &str| {
        let child = fault.children().iter().find(|c| c.name() == name);
        child.map_or("", Element::text)
    };
    let code = part("faultcode");
    let code = server_text(code.rsplit(':').next().unwrap_or_default());
    let mut text = server_text(part("faultstring"));
    // The one declared fault, `Exception { message }` of EsitoInvii, says more in its detail.
    let detail = fault.children().iter().find(|c| c.name() == "detail");
    if let Some(message) = detail.and_then(|d| find(d, "message")) {
        text = server_text(&format!("{text} {}", message.text()));
    }
    // Which text means what is said once, in the code tables.
    let known = codes::fault(&text);
    let cause = match known.kind {
        Kind::MalformedRequest => return WireError::Schema { text },
        Kind::PasswordExpired => AuthenticationCause::PasswordExpired,
        _ if is_refusal(status) => AuthenticationCause::Refused,
        Kind::Credentials if known.code == Some("FAULT_AUTHENTICATION") => {
            AuthenticationCause::Refused
        }
        Kind::Credentials => AuthenticationCause::Suspected,
        _ => return WireError::Fault { code, text },
    };
    WireError::Authentication { cause, text }
}

fn find<'a>(element: &'a Element, name: &str) -> Option<&'a Element> {
    element
        .children()
        .iter()
        .find_map(|child| if child.name() == name { Some(child) } else { find(child, name) })
}

fn looks_like_html(text: &str) -> bool {
    let start = text.trim_start();
    let begins = |word: &str| start.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word));
    begins("<!doctype html") || begins("<html")
}

fn page(status: u16, text: &str) -> WireError {
    if is_refusal(status) {
        return WireError::Authentication {
            cause: AuthenticationCause::Refused,
            text: format!("HTTP status {status}"),
        };
    }
    // The beginning of a page says what it is.
    let start: String = text.chars().take(20_000).collect();
    let start = start.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| start.contains(word));
    let page = if start.trim().is_empty() {
        Page::Empty
    } else if says(&["manutenzione", "maintenance", "non disponibile", "unavailable"]) {
        Page::Maintenance
    } else if matches!(status, 407 | 502 | 504) || says(&["proxy", "gateway", "firewall"]) {
        Page::Gateway
    } else if looks_like_html(&start) || start.contains("<html") {
        Page::Html
    } else {
        Page::Other
    };
    WireError::NotSoap { status, page }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(status: u16, body: &str) -> Result<Answer<'_>, WireError> {
        Answer::open(status, body.as_bytes(), "urn:x", "response")
    }

    fn failure(status: u16, body: &str) -> WireError {
        open(status, body).map(|a| a.payload).unwrap_err()
    }

    fn in_body(content: &str) -> String {
        format!(r#"<e:Envelope xmlns:e="{SOAP}"><e:Body>{content}</e:Body></e:Envelope>"#)
    }

    fn faulty(code: &str, string: &str) -> String {
        in_body(&format!(
            "<e:Fault><faultcode>e:{code}</faultcode><faultstring>{string}</faultstring></e:Fault>"
        ))
    }

    #[test]
    fn the_payload_is_found_by_namespace_under_any_prefix() {
        let body = in_body(r#"<z:response xmlns:z="urn:x"><z:v>1</z:v></z:response>"#);
        let payload = open(200, &body).unwrap().payload;
        assert_eq!(payload.child(Some("urn:x"), "v").unwrap().text(), "1");
    }

    #[test]
    fn faults_are_told_apart_by_their_text() {
        let code = |status, code: &str, text: &str| failure(status, &faulty(code, text)).code();
        let auth = "Errore generico di autenticazione";
        assert_eq!(code(500, "Client", auth), "AUTHENTICATION_REFUSED");
        assert_eq!(code(500, "Client", "Password scaduta"), "PASSWORD_EXPIRED");
        assert_eq!(code(401, "Server", "?"), "AUTHENTICATION_REFUSED");
        assert_eq!(code(500, "Client", "cvc-particle 2.1: in"), "REQUEST_SCHEMA");
        assert_eq!(code(500, "Client", "Internal Error"), "AUTHENTICATION_SUSPECTED");
        assert_eq!(code(500, "Server", "Servizio sospeso"), "SERVICE_FAULT");
        let mtom = "Errore nella creazione di un lettore per il messaggio MTOM";
        assert_eq!(code(500, "Server", mtom), "AUTHENTICATION_SUSPECTED");
    }

    #[test]
    fn the_declared_exception_keeps_its_message() {
        let body = in_body(
            "<e:Fault><faultcode>e:Server</faultcode><faultstring>x</faultstring><detail>\
             <t:Exception xmlns:t='urn:t'><message>dettaglio</message></t:Exception>\
             </detail></e:Fault>",
        );
        assert_eq!(
            failure(500, &body),
            WireError::Fault { code: "Server".into(), text: "x dettaglio".into() }
        );
    }

    #[test]
    fn texts_of_faults_show_no_tax_code() {
        let error = failure(500, &faulty("Server", "CF ABCDEF00A00A000A errato"));
        assert!(!error.to_string().contains("ABCDEF"), "{error}");
    }

    #[test]
    fn pages_in_place_of_answers_are_recognised() {
        let page = |status, body| match failure(status, body) {
            WireError::NotSoap { page, .. } => page,
            other => panic!("{other:?}"),
        };
        assert_eq!(page(503, ""), Page::Empty);
        assert_eq!(
            page(200, "<!DOCTYPE html><html><body>Sistema in manutenzione<br></body>"),
            Page::Maintenance
        );
        assert_eq!(page(502, "<html>x</html>"), Page::Gateway);
        assert_eq!(page(500, "<html>x</html>"), Page::Html);
        assert_eq!(page(200, "{}"), Page::Other);
        assert_eq!(failure(401, "<html/>").code(), "AUTHENTICATION_REFUSED");
        assert_eq!(failure(403, "").code(), "AUTHENTICATION_REFUSED");
    }

    #[test]
    fn a_cut_answer_is_malformed_and_not_a_page() {
        let whole = in_body(r#"<response xmlns="urn:x"/>"#);
        for end in SOAP.len() + 30..whole.len() {
            let error = failure(200, &whole[..end]);
            assert_eq!(error, WireError::Malformed("envelope"), "{end}");
        }
    }

    #[test]
    fn answers_of_other_operations_and_empty_bodies_are_errors() {
        let other = in_body(r#"<other xmlns="urn:x"/>"#);
        assert_eq!(failure(200, &other).code(), "ANSWER_WRONG_OPERATION");
        let foreign = in_body(r#"<response xmlns="urn:y"/>"#);
        assert_eq!(failure(200, &foreign).code(), "ANSWER_WRONG_OPERATION");
        assert_eq!(failure(200, &in_body("")).code(), "ANSWER_MALFORMED");
    }

    #[test]
    fn the_size_of_an_answer_is_limited() {
        let body = vec![b' '; MAX_BODY + 1];
        let error = Answer::open(200, &body, "urn:x", "response").map(|a| a.payload);
        assert_eq!(error.unwrap_err(), WireError::TooLarge("body"));
    }
}
