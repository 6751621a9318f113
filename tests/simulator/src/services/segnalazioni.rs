//! Services 8 and 9: what citizens dispute (PROTOCOL section 6.6). Disputes are injected from
//! outside; the columns of the CSV are ours, because no real file was found.

use super::interrogazione::write_key;
use super::{double, lista_messaggi, refusal};
use crate::archive::zip_of;
use crate::calendar::Date;
use crate::codes::Messaggio;
use crate::http::HttpAnswer;
use crate::setup::Segnalazione;
use crate::soap::{self, Xml, child_text};
use crate::store::Document;
use crate::world::{Asked, World};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::fmt::Write as _;

const DETTAGLIO: &str = "dettaglioSegnalazioneResponse";
const REPORT: &str = "reportSegnalazioniResponse";

impl World {
    pub(crate) fn dettaglio_segnalazione(&mut self, asked: &Asked<'_, '_>) -> HttpAnswer {
        let namespace = asked.operation.schema().namespace.unwrap_or_default();
        let found = self.document_asked(asked, false).and_then(|document| {
            let about: Vec<&Segnalazione> =
                self.segnalazioni.iter().filter(|s| s.document == document.key).collect();
            if about.is_empty() { Err(Messaggio::of("WS96")) } else { Ok((document, about)) }
        });
        let (document, about) = match found {
            Ok(found) => found,
            Err(message) => return refusal(DETTAGLIO, namespace, &[message]),
        };
        soap::answer(&Xml::root(DETTAGLIO, namespace, false, |x| {
            x.leaf("esitoChiamata", "0");
            x.nest("documentoFiscale", |x| {
                write_key(x, &document.key);
                x.leaf("dataPagamento", &document.data_pagamento.to_string());
                x.leaf("dataInvio", &document.data_invio.to_string());
                x.leaf("protocollo", &document.protocollo);
                x.leaf("nomeFile", &document.nome_file);
                x.nest("listaSegnalazioniDocumento", |x| {
                    about.iter().for_each(|s| x.leaf("segnalazione", &s.segnalazione));
                });
                let element = if document.refund_of.is_some() {
                    "listaVociSpesaRimborsate"
                } else {
                    "listaVociSpesa"
                };
                for voce in &document.voci {
                    x.nest(element, |x| {
                        x.leaf("tipoSpesa", &voce.tipo);
                        x.leaf("importo", &double(voce.cents.unwrap_or(0)));
                        for s in about.iter().take(1) {
                            x.leaf(
                                "segnalazioneImporto",
                                s.segnalazione_importo.as_deref().unwrap_or_default(),
                            );
                            x.leaf(
                                "segnalazioneTipoVoceSpesa",
                                s.segnalazione_tipo_voce_spesa.as_deref().unwrap_or_default(),
                            );
                        }
                    });
                }
            });
            lista_messaggi(x, &[Messaggio::done()]);
        }))
    }

    pub(crate) fn report_segnalazioni(&mut self, asked: &Asked<'_, '_>) -> HttpAnswer {
        let namespace = asked.operation.schema().namespace.unwrap_or_default();
        match self.disputes(asked) {
            Err(message) => refusal(REPORT, namespace, &[message]),
            Ok(csv) => {
                let zip = BASE64.encode(zip_of("segnalazioni.csv", csv.as_bytes()));
                soap::answer(&Xml::root(REPORT, namespace, false, |x| {
                    x.leaf("esitoChiamata", "0");
                    x.leaf("fileCSV", &zip);
                    lista_messaggi(x, &[Messaggio::done()]);
                }))
            }
        }
    }

    fn disputes(&self, asked: &Asked<'_, '_>) -> Result<String, Messaggio> {
        let owner = self.reader(asked)?;
        let date = |element| {
            let text = child_text(asked.payload, element).unwrap_or_default();
            Date::iso(text.trim()).ok_or(Messaggio::of("WS903"))
        };
        let period = date("dataIniPeriodoSegnalazione")?..=date("dataFinPeriodoSegnalazione")?;
        let mut csv = String::from(
            "PARTITA IVA; DATA EMISSIONE; DOCUMENTO FISCALE NUMERO; \
             DOCUMENTO FISCALE DISPOSITIVO; DATA SEGNALAZIONE; SEGNALAZIONE; \n",
        );
        let mut found = false;
        let mine = |d: &Document| d.owner == owner && !d.cancelled;
        for s in self.segnalazioni.iter().filter(|s| period.contains(&s.data)) {
            if !self.store.document(&s.document).is_some_and(mine) {
                continue;
            }
            found = true;
            let _ = writeln!(
                csv,
                "{};{};{};{};{};{};",
                s.document.p_iva,
                s.document.data_emissione.slashes(),
                s.document.num_documento,
                s.document.dispositivo,
                s.data.slashes(),
                s.segnalazione.replace(['\r', '\n', ';'], " "),
            );
        }
        if found { Ok(csv) } else { Err(Messaggio::of("WS96")) }
    }
}
