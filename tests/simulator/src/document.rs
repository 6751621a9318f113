//! A documentoSpesa as a request carries it, and its key.

use crate::calendar::Date;
use crate::crypto::Cipher;
use crate::soap::{child, child_text};
use crate::xsd::double;
use roxmltree::Node;
use serde::{Deserialize, Serialize};

/// The key of a document in the archive (PROTOCOL section 0). Serialises under the official names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentKey {
    /// Eleven digits.
    pub p_iva: String,
    /// The date of issue.
    pub data_emissione: Date,
    /// 1 for invoices.
    pub dispositivo: u16,
    /// Up to twenty characters.
    pub num_documento: String,
}

impl DocumentKey {
    /// Reads an idSpesa, idDocumentoFiscale or idRimborso that its schema has accepted.
    pub(crate) fn read(node: Node<'_, '_>) -> Option<Self> {
        let number = child(node, "numDocumentoFiscale")?;
        Some(DocumentKey {
            p_iva: child_text(node, "pIva")?.trim().to_owned(),
            data_emissione: Date::iso(child_text(node, "dataEmissione")?.trim())?,
            dispositivo: child_text(number, "dispositivo")?.trim().parse().ok()?,
            num_documento: child_text(number, "numDocumento")?,
        })
    }

    /// Every key in a request or file, in document order; what cannot be read is skipped.
    pub(crate) fn all_in(node: Node<'_, '_>) -> Vec<DocumentKey> {
        let ids = node.descendants().filter(|n| {
            n.is_element() && n.children().any(|c| c.tag_name().name() == "numDocumentoFiscale")
        });
        ids.filter_map(DocumentKey::read).collect()
    }
}

/// A citizen's tax code as it arrived.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Cittadino {
    Absent,
    Clear(String),
    Undecipherable,
}

/// One voceSpesa.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Voce {
    pub(crate) tipo: String,
    pub(crate) flag: Option<String>,
    /// `None` when not a positive amount below 100 000 euro.
    pub(crate) cents: Option<u64>,
    pub(crate) aliquota: Option<String>,
    pub(crate) natura: Option<String>,
}

/// A documentoSpesa of either service.
#[derive(Clone)]
pub(crate) struct Contenuto {
    pub(crate) key: DocumentKey,
    pub(crate) rimborso_di: Option<DocumentKey>,
    pub(crate) data_pagamento: Date,
    pub(crate) anticipato: bool,
    pub(crate) cittadino: Cittadino,
    pub(crate) voci: Vec<Voce>,
    pub(crate) tracciato: Option<String>,
    pub(crate) tipo_documento: Option<String>,
    pub(crate) opposizione: bool,
}

impl Contenuto {
    /// Reads a documentoSpesa that its schema has accepted.
    pub(crate) fn read(node: Node<'_, '_>, cipher: &Cipher) -> Option<Self> {
        let cittadino = match child_text(node, "cfCittadino") {
            None => Cittadino::Absent,
            Some(sealed) => {
                cipher.open(&sealed).map_or(Cittadino::Undecipherable, Cittadino::Clear)
            }
        };
        let voci = node.children().filter(|c| c.tag_name().name() == "voceSpesa");
        Some(Contenuto {
            key: DocumentKey::read(child(node, "idSpesa")?)?,
            rimborso_di: child(node, "idRimborso").and_then(DocumentKey::read),
            data_pagamento: Date::iso(child_text(node, "dataPagamento")?.trim())?,
            anticipato: child(node, "flagPagamentoAnticipato").is_some(),
            cittadino,
            voci: voci.map(read_voce).collect(),
            tracciato: child_text(node, "pagamentoTracciato"),
            tipo_documento: child_text(node, "tipoDocumento"),
            opposizione: child_text(node, "flagOpposizione").as_deref() == Some("1"),
        })
    }
}

fn read_voce(node: Node<'_, '_>) -> Voce {
    let euro = child_text(node, "importo").and_then(|text| double(&text));
    // At most five digits before the point (WS-Asincrono v2.5); NaN fails both comparisons.
    let cents = euro.map(|e| (e * 100.0).round()).filter(|c| *c >= 1.0 && *c <= 9_999_999.0);
    Voce {
        tipo: child_text(node, "tipoSpesa").unwrap_or_default(),
        flag: child_text(node, "flagTipoSpesa"),
        cents: cents.map(|c| c as u64),
        aliquota: child_text(node, "aliquotaIVA"),
        natura: child_text(node, "naturaIVA"),
    }
}
