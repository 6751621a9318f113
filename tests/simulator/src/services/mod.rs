//! One module per service: what it checks, stores and answers.

pub(crate) mod file;
mod interrogazione;
mod receipts;
mod report;
mod segnalazioni;
pub(crate) mod sync;

use crate::codes::Messaggio;
use crate::http::HttpAnswer;
use crate::soap::{self, Xml};

/// `listaMessaggi`, as every qualified service writes it.
fn lista_messaggi(xml: &mut Xml, messages: &[Messaggio]) {
    xml.nest("listaMessaggi", |x| {
        for message in messages {
            x.nest("messaggio", |x| {
                x.leaf("codice", &message.codice);
                x.leaf("descrizione", &message.descrizione);
                x.leaf("tipo", &message.tipo);
            });
        }
    });
}

/// A qualified service's refusal: esitoChiamata 1 and the messages.
fn refusal(root: &str, namespace: &str, messages: &[Messaggio]) -> HttpAnswer {
    soap::answer(&Xml::root(root, namespace, false, |x| {
        x.leaf("esitoChiamata", "1");
        lista_messaggi(x, messages);
    }))
}

/// Cents as a Java double prints: `90.0`, `5.5`, `402.25`.
fn double(cents: u64) -> String {
    let (euro, rest) = (cents / 100, cents % 100);
    if rest % 10 == 0 { format!("{euro}.{}", rest / 10) } else { format!("{euro}.{rest:02}") }
}

#[cfg(test)]
#[path = "tests.rs"]
mod service_tests;

#[cfg(test)]
mod tests {
    #[test]
    fn amounts_print_as_java_doubles() {
        for (cents, text) in [(9000, "90.0"), (550, "5.5"), (40225, "402.25"), (5, "0.05")] {
            assert_eq!(super::double(cents), text);
        }
    }
}
