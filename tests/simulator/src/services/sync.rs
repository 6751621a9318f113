//! Service 1: one document per call, the outcome at once (PROTOCOL section 5.1).

use super::lista_messaggi;
use crate::codes::Messaggio;
use crate::document::{Contenuto, DocumentKey};
use crate::http::HttpAnswer;
use crate::operation::Operation;
use crate::soap::{self, Xml, child};
use crate::store::{Arrival, Verdict};
use crate::world::{Asked, World};

/// What stands for a file name in the queries (captured).
pub(crate) const NOME_FILE: &str = "SERVIZIO SINCRONO";

impl World {
    pub(crate) fn documento_spesa(&mut self, asked: &Asked<'_, '_>) -> HttpAnswer {
        if let Some((message, false)) = &asked.effects.instead {
            return answer(asked.operation, "1", None, std::slice::from_ref(message));
        }
        let proprietario = child(asked.payload, "Proprietario");
        let checked = self
            .check_pincode(asked, asked.payload, "pincode")
            .and_then(|()| self.owner(asked, proprietario, true));
        let owner = match checked {
            Ok(owner) => owner,
            Err(code) => return answer(asked.operation, "1", None, &[Messaggio::of(code)]),
        };
        // A refused call still spends a number: nothing promises that protocols are contiguous.
        let protocollo = self.next_protocol(asked.operation, asked.now_ms);
        let arrival = Arrival {
            received_ms: asked.now_ms,
            now_ms: asked.now_ms,
            protocollo: &protocollo,
            nome_file: NOME_FILE,
        };
        let Some(verdict) = self.one_document(asked, &owner, &arrival) else {
            return answer(asked.operation, "1", None, &[Messaggio::of("200")]);
        };
        if !verdict.accepted() {
            return answer(asked.operation, "1", None, &verdict.errors);
        }
        let with_warnings = !verdict.warnings.is_empty();
        self.files.record_sync(&protocollo, &asked.caller, &owner, asked.now_ms, with_warnings);
        if let Some((message, true)) = &asked.effects.instead {
            return answer(asked.operation, "1", None, std::slice::from_ref(message));
        }
        let mut messages = vec![Messaggio::done()];
        messages.extend(verdict.warnings);
        let esito = if with_warnings { "2" } else { "0" };
        answer(asked.operation, esito, Some(&protocollo), &messages)
    }

    /// Runs the operation on its document. `None` only if a request its schema accepted cannot
    /// be read.
    fn one_document(
        &mut self,
        asked: &Asked<'_, '_>,
        owner: &crate::users::User,
        arrival: &Arrival<'_>,
    ) -> Option<Verdict> {
        let element = match asked.operation {
            Operation::Inserimento => "idInserimentoDocumentoFiscale",
            Operation::Variazione => "idVariazioneDocumentoFiscale",
            Operation::Rimborso => "DocumentoSpesa",
            _ => "idCancellazioneDocumentoFiscale",
        };
        let node = child(asked.payload, element)?;
        if asked.operation == Operation::Cancellazione {
            let key = DocumentKey::read(node)?;
            return Some(self.store.cancel(&key, owner, arrival, &self.settings, asked.effects));
        }
        let mut content = Contenuto::read(node, &self.cipher)?;
        if asked.operation == Operation::Rimborso {
            let original = child(asked.payload, "idRimborsoDocumentoFiscale")?;
            content.rimborso_di = Some(DocumentKey::read(original)?);
        }
        let operation = asked.operation;
        Some(self.store.write(operation, content, owner, arrival, &self.settings, asked.effects))
    }
}

fn answer(
    operation: Operation,
    esito: &str,
    protocollo: Option<&str>,
    messages: &[Messaggio],
) -> HttpAnswer {
    let schema = operation.schema();
    let root = schema.root.name.replace("Request", "Response");
    soap::answer(&Xml::root(&root, schema.namespace.unwrap_or_default(), false, |x| {
        x.leaf("esitoChiamata", esito);
        if let Some(protocollo) = protocollo {
            x.leaf("protocollo", protocollo);
        }
        lista_messaggi(x, messages);
    }))
}
