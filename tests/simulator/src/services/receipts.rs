//! Services 3, 4, 5: what became of a transmission (PROTOCOL sections 6.1 to 6.3).

use crate::archive::zip_of;
use crate::calendar::{Date, LocalTime};
use crate::codes::Messaggio;
use crate::files::{Transmission, data_invio, describe};
use crate::http::HttpAnswer;
use crate::pdf;
use crate::soap::{self, Xml, child, child_text};
use crate::users::User;
use crate::world::{Asked, World};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::fmt::Write as _;

const HEADER: &str = "CF PROPRIETARIO; COD REGIONE; COD ASL; COD SSA; PARTITA IVA; DATA EMISSIONE; \
                      DOCUMENTO FISCALE DISPOSITIVO; DOCUMENTO FISCALE NUMERO; TIPO SPESA; \
                      CODICE ERRORE; DESCRIZIONE ERRORE";

impl World {
    pub(crate) fn ricevuta_pdf(&mut self, asked: &Asked<'_, '_>) -> HttpAnswer {
        let found = self.transmission(asked).and_then(|t| {
            if t.is_processed() { Ok(pdf::receipt(t)) } else { Err(Messaggio::of("WS96")) }
        });
        receipt(asked, "RicevutaPdfResponse", "pdf", found)
    }

    pub(crate) fn dettaglio_errori(&mut self, asked: &Asked<'_, '_>) -> HttpAnswer {
        let found = self.transmission(asked).and_then(|t| {
            let code = match t {
                _ if !t.is_processed() => "WS96",
                _ if t.is_discarded() => "WS37",
                _ if t.rows.is_empty() => "WS11",
                _ => {
                    let owner = self.accounts.get(&t.owner).map(|account| &account.user);
                    let csv = csv(t, owner);
                    return Ok(zip_of(&format!("{}.csv", t.protocollo), csv.as_bytes()));
                }
            };
            Err(Messaggio::of(code))
        });
        receipt(asked, "DettaglioErroriResponse", "csv", found)
    }

    /// The transmission a receipt request names, if it is the caller's.
    fn transmission(&self, asked: &Asked<'_, '_>) -> Result<&Transmission, Messaggio> {
        let input = self.receipt_input(asked)?;
        let protocollo = child_text(input, "protocollo").unwrap_or_default();
        let found = self.files.sent_by(&asked.caller, protocollo.trim());
        found.ok_or_else(|| Messaggio::of("WS96"))
    }

    /// The input of a receipt request, its pincode checked and forced codes obeyed.
    fn receipt_input<'a, 'input>(
        &self,
        asked: &Asked<'a, 'input>,
    ) -> Result<roxmltree::Node<'a, 'input>, Messaggio> {
        let instead = asked.effects.instead.as_ref().map(|(message, _)| message.clone());
        if let Some(message) = instead.or_else(|| asked.effects.refusal()) {
            return Err(message);
        }
        let input = child(asked.payload, "DatiInputRichiesta").ok_or(Messaggio::of("002"))?;
        self.check_pincode(asked, input, "pinCode").map_err(Messaggio::of)?;
        Ok(input)
    }

    pub(crate) fn esito_invii(&mut self, asked: &Asked<'_, '_>) -> HttpAnswer {
        let found = self.receipt_input(asked).and_then(|input| {
            let field = |name| {
                let text = child_text(input, name).unwrap_or_default();
                Some(text.trim().to_owned()).filter(|text| !text.is_empty())
            };
            let mine = |t: &&Transmission| t.file && t.sender == asked.caller;
            let found: Vec<&Transmission> =
                match (field("protocollo"), field("dataInizio"), field("dataFine")) {
                    (Some(protocollo), None, None) => self
                        .files
                        .sent_by(&asked.caller, &protocollo)
                        .filter(mine)
                        .into_iter()
                        .collect(),
                    (None, Some(from), Some(to)) => {
                        let date = |text: &str| Date::italian(text).ok_or(Messaggio::of("WS903"));
                        let range = date(&from)?..=date(&to)?;
                        let within =
                            |t: &&Transmission| range.contains(&LocalTime::at(t.received_ms).date);
                        self.files.all().filter(mine).filter(within).collect()
                    }
                    _ => return Err(Messaggio::of("WS902")),
                };
            if found.is_empty() { Err(Messaggio::of("WS96")) } else { Ok(found) }
        });
        let namespace = asked.operation.schema().namespace.unwrap_or_default();
        soap::answer(&Xml::root("EsitoInviiResponse", namespace, true, |x| {
            x.nest("DatiOutputRichiesta", |x| match &found {
                Ok(transmissions) => {
                    x.leaf("esitoChiamata", "0");
                    x.leaf("descrizioneEsito", "");
                    x.nest("esitiPositivi", |x| {
                        transmissions.iter().for_each(|t| dettagli_esito(x, t, asked.now_ms));
                    });
                }
                Err(message) => {
                    x.leaf("esitoChiamata", "1");
                    x.leaf("descrizioneEsito", "");
                    esiti_negativi(x, message);
                }
            });
        }))
    }
}

fn dettagli_esito(xml: &mut Xml, t: &Transmission, now_ms: i64) {
    let stato = t.stato(now_ms);
    xml.nest("dettagliEsito", |x| {
        x.leaf("protocollo", &t.protocollo);
        x.leaf("dataInvio", &data_invio(t));
        x.leaf("stato", &stato.to_string());
        x.leaf("descrizione", describe(stato));
        for (name, count) in ["nInviati", "nAccolti", "nWarnings", "nErrori"].iter().zip(t.counts())
        {
            x.leaf(name, &count.to_string());
        }
    });
}

fn esiti_negativi(xml: &mut Xml, message: &Messaggio) {
    xml.nest("esitiNegativi", |x| {
        x.nest("dettaglioEsitoNegativo", |x| {
            x.leaf("codice", &message.codice);
            x.leaf("descrizione", &message.descrizione);
        });
    });
}

fn receipt(
    asked: &Asked<'_, '_>,
    root: &str,
    element: &str,
    found: Result<Vec<u8>, Messaggio>,
) -> HttpAnswer {
    let namespace = asked.operation.schema().namespace.unwrap_or_default();
    soap::answer(&Xml::root(root, namespace, true, |x| {
        x.nest("DatiOutputRichiesta", |x| match &found {
            Ok(bytes) => {
                x.leaf("esitoChiamata", "0");
                x.nest("esitiPositivi", |x| {
                    x.nest("dettagliEsito", |x| x.leaf(element, &BASE64.encode(bytes)));
                });
            }
            Err(message) => {
                x.leaf("esitoChiamata", "1");
                esiti_negativi(x, message);
            }
        });
    }))
}

/// The error CSV (WS-Ricevute section 3.5): header names follow a blank, TIPO SPESA is empty for
/// remarks on a whole document.
fn csv(t: &Transmission, owner: Option<&User>) -> String {
    let mut csv = format!("{HEADER}\n");
    let cf = owner.map_or("", |user| user.cf_proprietario.as_str());
    let [regione, asl, ssa] = owner.and_then(User::codici).unwrap_or_default();
    for row in &t.rows {
        let key = &row.key;
        let _ = writeln!(
            csv,
            "{cf};{regione};{asl};{ssa};{};{};{};{};;{};{}",
            key.p_iva,
            key.data_emissione.slashes(),
            key.dispositivo,
            key.num_documento,
            row.message.codice,
            row.message.descrizione.replace(['\r', '\n', ';'], " "),
        );
    }
    csv
}
