//! Service 6: one document read back (PROTOCOL section 6.4).

use super::{double, lista_messaggi, refusal};
use crate::codes::Messaggio;
use crate::document::DocumentKey;
use crate::http::HttpAnswer;
use crate::soap::{self, Xml, child, child_text};
use crate::store::{Document, totals};
use crate::world::{Asked, World};
use roxmltree::Node;
use std::collections::BTreeMap;

const ROOT: &str = "interrogazionePuntualeResponse";

impl World {
    pub(crate) fn interrogazione_puntuale(&mut self, asked: &Asked<'_, '_>) -> HttpAnswer {
        let namespace = asked.operation.schema().namespace.unwrap_or_default();
        let document = match self.document_asked(asked, true) {
            Ok(document) => document,
            Err(message) => return refusal(ROOT, namespace, &[message]),
        };
        let mut messages = vec![Messaggio::done()];
        messages.extend(asked.effects.codes.iter().map(|forced| forced.message.clone()));
        if document.cancelled {
            messages.push(Messaggio::of("W010"));
        }
        let esito = if messages.len() > 1 { "2" } else { "0" };
        soap::answer(&Xml::root(ROOT, namespace, false, |x| {
            x.leaf("esitoChiamata", esito);
            x.nest("documentoFiscale", |x| {
                write_key(x, &document.key);
                x.leaf("dataPagamento", &document.data_pagamento.to_string());
                if document.refund_of.is_none() {
                    write_totals(x, "totaliVociSpesa", &totals(&document.voci));
                }
                write_totals(x, "totaliVociSpesaRimborsate", &self.store.refunded(document));
                x.leaf("protocollo", &document.protocollo);
                x.leaf("nomeFile", &document.nome_file);
                x.leaf("dataInvio", &document.data_invio.to_string());
                x.leaf("tipoInvio", &document.tipo_invio.to_string());
                if !document.warnings.is_empty() {
                    x.nest("listaErroriDocumento", |x| {
                        for message in &document.warnings {
                            x.nest("errore", |x| {
                                x.leaf("codice", &message.codice);
                                x.leaf("descrizione", &message.descrizione);
                                x.leaf("tipo", &message.tipo);
                            });
                        }
                    });
                }
            });
            lista_messaggi(x, &messages);
        }))
    }

    /// The document a reading request names, if it belongs to the owner the request speaks for.
    pub(super) fn document_asked(
        &self,
        asked: &Asked<'_, '_>,
        or_cancelled: bool,
    ) -> Result<&Document, Messaggio> {
        let owner = self.reader(asked)?;
        let missing = || Messaggio::of("WS96");
        let key = child(asked.payload, "idDocumentoFiscale").and_then(read_key);
        let document = key.and_then(|key| self.store.document(&key)).ok_or_else(missing)?;
        let visible = document.owner == owner && (or_cancelled || !document.cancelled);
        if visible { Ok(document) } else { Err(missing()) }
    }

    /// The owner a reading request of a qualified service speaks for, pincode checked and forced
    /// codes obeyed.
    pub(super) fn reader(&self, asked: &Asked<'_, '_>) -> Result<String, Messaggio> {
        let instead = asked.effects.instead.as_ref().map(|(message, _)| message.clone());
        if let Some(message) = instead.or_else(|| asked.effects.refusal()) {
            return Err(message);
        }
        self.check_pincode(asked, asked.payload, "pincode").map_err(Messaggio::of)?;
        let proprietario = child(asked.payload, "Proprietario");
        self.owner(asked, proprietario, true).map(|user| user.user).map_err(Messaggio::of)
    }
}

/// The reading services accept any text as pIva; only eleven digits can be a stored key.
fn read_key(node: Node<'_, '_>) -> Option<DocumentKey> {
    child_text(node, "pIva").filter(|p_iva| p_iva.trim().len() == 11)?;
    DocumentKey::read(node)
}

pub(super) fn write_key(xml: &mut Xml, key: &DocumentKey) {
    xml.nest("idDocumentoFiscale", |x| {
        x.leaf("pIva", &key.p_iva);
        x.leaf("dataEmissione", &key.data_emissione.to_string());
        x.nest("numDocumentoFiscale", |x| {
            x.leaf("dispositivo", &key.dispositivo.to_string());
            x.leaf("numDocumento", &key.num_documento);
        });
    });
}

fn write_totals(xml: &mut Xml, element: &str, totals: &BTreeMap<String, u64>) {
    for (tipo, cents) in totals {
        xml.nest(element, |x| {
            x.leaf("tipoSpesa", tipo);
            x.leaf("importo", &double(*cents));
        });
    }
}
