//! Pieces that several services share.

use serde::Serialize;

use super::request::Opzionali;
use super::soap::{Answer, WireError};
use super::xml::{Element, XmlWriter};
use crate::domain::{
    Cifrato, CodiceFiscale, Data, Dispositivo, DocumentoSpesa, FlagPagamentoAnticipato, IdSpesa,
    Importo, Iva, NumDocumento, PartitaIva, Proprietario, Strictness, VoceSpesa,
};
use crate::json::Read;
use crate::redact::server_text;

/// `esitoChiamata`: what the service decided. Whether messages are present decides nothing
/// (PROTOCOL section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "snake_case")]
pub enum EsitoChiamata {
    /// `0`: done.
    Positivo,
    /// `1`: not done.
    Negativo,
    /// `2`: done, with remarks.
    PositivoConAvvisi,
}

impl EsitoChiamata {
    pub(super) fn read(parent: &Element, namespace: Option<&str>) -> Result<Self, WireError> {
        match required(parent, namespace, "esitoChiamata")?.text() {
            "0" => Ok(EsitoChiamata::Positivo),
            "1" => Ok(EsitoChiamata::Negativo),
            "2" => Ok(EsitoChiamata::PositivoConAvvisi),
            _ => Err(WireError::Malformed("esitoChiamata")),
        }
    }
}

/// One message of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Messaggio {
    /// Code, such as `S017` or `W003`; `0` is the message of success.
    pub codice: String,
    /// The service's words, shortened and without personal data.
    pub descrizione: String,
    /// `E`, `W`, `S`, or empty, as sent; empty also where the service has no such field.
    pub tipo: String,
}

/// The most messages kept of one answer.
const MAX_MESSAGES: usize = 500;

impl Messaggio {
    /// The messages under `list`, if there is one.
    pub(super) fn read_list(
        list: Option<&Element>,
        namespace: Option<&str>,
        name: &str,
    ) -> Vec<Messaggio> {
        let text = |element: &Element, name| {
            let child = element.child(namespace, name);
            child.map(|c| server_text(c.text())).unwrap_or_default()
        };
        list.into_iter()
            .flat_map(|list| list.children())
            .filter(|item| item.is(namespace, name))
            .take(MAX_MESSAGES)
            .map(|item| Messaggio {
                codice: token(&text(item, "codice")),
                descrizione: text(item, "descrizione"),
                tipo: token(&text(item, "tipo")),
            })
            .collect()
    }
}

/// A value that names something of the service: printable ASCII, at most 64 characters, the rest
/// dropped.
pub(super) fn token(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(64).collect()
}

/// The token of a child, or `None` when it is absent or empty.
pub(super) fn child_token(parent: &Element, namespace: Option<&str>, name: &str) -> Option<String> {
    let child = parent.child(namespace, name)?;
    Some(token(&server_text(child.text()))).filter(|t| !t.is_empty())
}

/// The text of a child, shortened and redacted, or `None` when it is absent or empty.
pub(super) fn child_text(parent: &Element, namespace: Option<&str>, name: &str) -> Option<String> {
    let child = parent.child(namespace, name)?;
    Some(server_text(child.text())).filter(|t| !t.is_empty())
}

/// A child that the schema promises.
pub(super) fn required<'a>(
    parent: &'a Element,
    namespace: Option<&str>,
    name: &'static str,
) -> Result<&'a Element, WireError> {
    parent.child(namespace, name).ok_or(WireError::Malformed(name))
}

/// The total of one kind of expense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totale {
    /// The code of the kind; a text, because the service may learn new ones before we do.
    pub tipo_spesa: String,
    /// The total.
    pub importo: Importo,
}

/// A report that comes as a CSV inside a ZIP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whether there is one; an empty period is negative, with code `WS96`.
    pub esito: EsitoChiamata,
    /// The ZIP, as received.
    pub file: Option<Vec<u8>>,
    /// Messages.
    pub messaggi: Vec<Messaggio>,
}

impl Report {
    pub(super) fn read(answer: &Answer<'_>, namespace: &str) -> Result<Self, WireError> {
        let ns = Some(namespace);
        let payload = &answer.payload;
        let file = payload.child(ns, "fileCSV");
        let messages = payload.child(ns, "listaMessaggi");
        let file = file.map(|file| answer.binary(file, "fileCSV")).transpose()?;
        Ok(Report {
            esito: EsitoChiamata::read(payload, ns)?,
            file: file.filter(|bytes| !bytes.is_empty()),
            messaggi: Messaggio::read_list(messages, ns, "messaggio"),
        })
    }
}

/// A date of an answer; `None` when the element is absent or empty. The schema's pattern knows no
/// time and no time zone, but its type does, and an answer is evidence: what follows the day is
/// not looked at.
pub(super) fn read_date(
    element: &Element,
    namespace: Option<&str>,
    name: &'static str,
) -> Result<Option<Data>, WireError> {
    let text = element.child(namespace, name).map(Element::text);
    text.filter(|text| !text.is_empty())
        .map(|text| {
            let day = match text.get(10..11) {
                Some("Z" | "+" | "-" | "T") => &text[..10],
                _ => text,
            };
            Data::parse(day).map_err(|_| WireError::Malformed(name))
        })
        .transpose()
}

/// A tax code as the place asks for it: ciphertext or, in the file's envelope alone, in clear.
pub(super) trait TaxCode {
    fn on_the_wire(&self) -> &str;
}

impl TaxCode for Cifrato {
    fn on_the_wire(&self) -> &str {
        self.as_str()
    }
}

impl TaxCode for CodiceFiscale {
    fn on_the_wire(&self) -> &str {
        self.expose()
    }
}

pub(super) fn write_opzionali(xml: &mut XmlWriter, opzionali: &Opzionali) {
    let names = ["opzionale1", "opzionale2", "opzionale3"];
    for (name, text) in names.into_iter().zip(opzionali.texts()) {
        xml.optional(name, text.as_deref());
    }
}

/// When it was paid, and whether that was before it was issued.
pub(super) fn write_pagamento(xml: &mut XmlWriter, documento: &DocumentoSpesa<Cifrato>) {
    xml.value("dataPagamento", documento.data_pagamento);
    if documento.flag_pagamento_anticipato == FlagPagamentoAnticipato::Presente {
        xml.leaf("flagPagamentoAnticipato", "1");
    }
}

/// The citizen, unless there is opposition.
pub(super) fn write_cittadino(xml: &mut XmlWriter, documento: &DocumentoSpesa<Cifrato>) {
    xml.optional("cfCittadino", documento.cf_cittadino.as_ref().map(Cifrato::as_str));
}

/// The three fields of 2020, which stand together in both services, though not in the same place.
pub(super) fn write_flags(xml: &mut XmlWriter, documento: &DocumentoSpesa<Cifrato>) {
    let tracciato = documento.pagamento_tracciato;
    xml.optional("pagamentoTracciato", tracciato.map(|p| p.as_str()));
    xml.optional("tipoDocumento", documento.tipo_documento.map(|t| t.as_str()));
    let opposizione = documento.flag_opposizione;
    xml.optional("flagOpposizione", opposizione.map(|f| f.as_str()));
}

/// The owner; the element is called `Proprietario`, `proprietario` or `datiProprietario`.
pub(super) fn write_proprietario<C: TaxCode>(
    xml: &mut XmlWriter,
    element: &str,
    proprietario: &Proprietario<C>,
) {
    xml.open(element);
    if let Proprietario::Struttura { codice_regione, codice_asl, codice_ssa, .. } = proprietario {
        xml.leaf("codiceRegione", codice_regione.as_str());
        xml.leaf("codiceAsl", codice_asl.as_str());
        xml.leaf("codiceSSA", codice_ssa.as_str());
    }
    let cf = proprietario.cf_proprietario();
    xml.optional("cfProprietario", cf.map(TaxCode::on_the_wire));
    xml.close(element);
}

/// The key of a document, `idDocumentoFiscale` of the schemas, under the name of the place.
pub(super) fn write_id(xml: &mut XmlWriter, element: &str, id: &IdSpesa) {
    xml.open(element);
    xml.leaf("pIva", id.p_iva.as_str());
    xml.value("dataEmissione", id.data_emissione);
    xml.open("numDocumentoFiscale");
    xml.value("dispositivo", id.dispositivo.number());
    xml.leaf("numDocumento", id.num_documento.as_str());
    xml.close("numDocumentoFiscale");
    xml.close(element);
}

/// One `voceSpesa`, the same in both services; amounts always with two decimals, the form the
/// stricter schema asks for.
pub(super) fn write_voce(xml: &mut XmlWriter, voce: &VoceSpesa) {
    xml.open("voceSpesa");
    xml.leaf("tipoSpesa", voce.tipo_spesa.as_str());
    xml.optional("flagTipoSpesa", voce.flag_tipo_spesa.map(|f| f.as_str()));
    xml.value("importo", voce.importo);
    match voce.iva {
        Some(Iva::Aliquota(aliquota)) => xml.value("aliquotaIVA", aliquota),
        Some(Iva::Natura(natura)) => xml.leaf("naturaIVA", natura.as_str()),
        None => {}
    }
    xml.close("voceSpesa");
}

/// The key of a document in an answer.
pub(super) fn read_id(element: &Element, namespace: Option<&str>) -> Result<IdSpesa, WireError> {
    const WRONG: WireError = WireError::Malformed("idDocumentoFiscale");
    let number = required(element, namespace, "numDocumentoFiscale")?;
    let text = |parent: &Element, name| {
        let child = parent.child(namespace, name).ok_or(WRONG)?;
        Ok::<_, WireError>(child.text().to_owned())
    };
    let dispositivo = text(number, "dispositivo")?;
    let dispositivo = dispositivo.parse().map_err(|_| WRONG)?;
    Ok(IdSpesa {
        // What the service stores is read by form alone: it was judged when it was stored.
        p_iva: PartitaIva::parse(&text(element, "pIva")?, Strictness::Kit).map_err(|_| WRONG)?,
        data_emissione: Data::parse(&text(element, "dataEmissione")?).map_err(|_| WRONG)?,
        dispositivo: Dispositivo::new(dispositivo).map_err(|_| WRONG)?,
        num_documento: NumDocumento::parse(&text(number, "numDocumento")?).map_err(|_| WRONG)?,
    })
}

/// An amount the service prints as a double, such as `90.0`, rounded to the cent.
pub(super) fn read_amount(text: &str) -> Option<Importo> {
    if let Ok(importo) = Importo::parse(text) {
        return Some(importo);
    }
    // Exponents and the tails of binary fractions: "1.0E7", "40.300000000000004".
    let allowed = |b: u8| b.is_ascii_digit() || b".-+eE".contains(&b);
    if text.len() > 32 || !text.bytes().all(allowed) {
        return None;
    }
    let cents = (text.parse::<f64>().ok()? * 100.0).round();
    if cents.abs() > 1e12 {
        return None;
    }
    Importo::from_cents(cents as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_with_time_or_time_zone_is_still_that_day() {
        let read = |text: &str| {
            let xml = format!("<r><d>{text}</d></r>");
            let limits = crate::wire::xml::Limits { depth: 4, elements: 4 };
            read_date(&crate::wire::xml::read(&xml, limits).unwrap(), None, "d")
        };
        let day = Data::new(2026, 9, 26).unwrap();
        for text in ["2026-09-26", "2026-09-26Z", "2026-09-26+02:00", "2026-09-26T10:00:00"] {
            assert_eq!(read(text), Ok(Some(day)), "{text}");
        }
        assert_eq!(read(""), Ok(None));
        for text in ["2026-09-31Z", "26/09/2026", "2026-09-26x", "2026-9-26Z", "èèèèèèZ"] {
            assert_eq!(read(text), Err(WireError::Malformed("d")), "{text}");
        }
    }

    #[test]
    fn amounts_printed_as_doubles_are_exact_cents() {
        for (text, cents) in [
            ("90.0", 9_000),
            ("402.0", 40_200),
            ("5.5", 550),
            ("1.0E7", 1_000_000_000),
            ("40.300000000000004", 4_030),
            ("0", 0),
        ] {
            assert_eq!(read_amount(text).map(Importo::cents), Some(cents), "{text}");
        }
        for text in ["", "NaN", "inf", "1e400", "-", "1,5", "e", "1e13"] {
            assert_eq!(read_amount(text), None, "{text}");
        }
    }
}
