//! What a host hands over: an invoice as it has it, or a document already in the official words.
//!
//! All scalars are raw text, because a half-typed invoice deserves all the reasons why it cannot
//! be sent and not one parse error; [`rules`](crate::rules) read them. Tax codes are secrets,
//! descriptions are read and dropped at once, so `Debug` of these types shows neither.

pub(crate) use super::invoice_json::read_raw;
pub use super::invoice_json::{InputError, JsonLimits, read_json};

use std::fmt;

use crate::json::{Failure, Node, Read};
use crate::secret::Secret;

/// One document of a practice, in either form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// An invoice, with FatturaPA's words.
    Invoice(Box<Invoice>),
    /// A `documentoSpesa`, recognised in JSON by its key `vociSpesa`.
    Documento(Box<DocumentoInput>),
}

impl Input {
    /// The host's own id of the document.
    pub fn id(&self) -> &str {
        match self {
            Input::Invoice(invoice) => &invoice.id,
            Input::Documento(documento) => &documento.id,
        }
    }
}

/// An invoice, a credit note or a till receipt as a practice program has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Invoice {
    /// The host's own id, 1 to 64 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub id: String,
    /// `bozza`, `emessa` or `annullata`.
    #[cfg_attr(feature = "schema", schemars(with = "crate::domain::schema::Stato"))]
    pub stato: Option<String>,
    /// FatturaPA's code (`TD01`, `TD04`, …), or `F` (= `TD01`) or `D`, the till receipt; `TD01`
    /// when absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(F|D|TD[0-9]{2})$")))]
    pub tipo_documento: Option<String>,
    /// VAT number of the issuer; the profile's when absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(IT)?[0-9]{11}$")))]
    pub p_iva: Option<String>,
    /// `YYYY-MM-DD`.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::Data>"))]
    pub data_emissione: Option<String>,
    /// Cash register, 1 to 999; 1 when absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 999)))]
    pub dispositivo: Option<i64>,
    /// Number as printed: 1 to 20 letters, digits and `_ . / \ -`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[A-Za-z0-9_./\\-]{1,20}$")))]
    pub num_documento: Option<String>,
    /// The patient.
    pub cessionario_committente: Option<CessionarioCommittente>,
    /// Lines, amounts net of VAT.
    #[serde(default)]
    pub dettaglio_linee: Vec<DettaglioLinea>,
    /// Stamp duty.
    pub dati_bollo: Option<DatiBollo>,
    /// Contributions to pension funds.
    #[serde(default)]
    pub dati_cassa_previdenziale: Vec<DatiCassaPrevidenziale>,
    /// Total to pay. When present it must agree with lines, VAT, contributions and charged stamp
    /// duty.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::Importo>"))]
    pub importo_totale_documento: Option<String>,
    /// What was paid; nothing means unpaid.
    #[serde(default)]
    pub pagamenti: Vec<Pagamento>,
    /// The original of a credit note or of a till return.
    pub fattura_collegata: Option<RiferimentoDocumento>,
}

/// `CessionarioCommittente`: who received the invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CessionarioCommittente {
    /// Whether a natural person, as a private person and not as a business.
    pub persona_fisica: Option<bool>,
    /// Tax code of the patient.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("x-secret" = true)))]
    pub cf_cittadino: Option<Secret>,
    /// VAT number, when the recipient has one on the invoice.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("x-secret" = true)))]
    pub p_iva: Option<Secret>,
    /// `1` when the patient opposes the sending of the tax code.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::FlagOpposizione>"))]
    pub flag_opposizione: Option<String>,
}

/// `DettaglioLinee`: one line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DettaglioLinea {
    /// Accepted and never kept: it may tell an illness.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub descrizione: Descrizione,
    /// Net of VAT; negative for a discount.
    #[cfg_attr(feature = "schema", schemars(with = "crate::domain::Importo", required))]
    pub prezzo_totale: Option<String>,
    /// VAT rate, or else the nature; a rate of zero beside a nature counts for nothing, as
    /// FatturaPA writes both.
    #[serde(rename = "aliquotaIVA")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::Aliquota>"))]
    pub aliquota_iva: Option<String>,
    /// Why there is no VAT, or else the rate.
    #[serde(rename = "naturaIVA")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::Natura>"))]
    pub natura_iva: Option<String>,
    /// What was paid for; by category and policy when absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::TipoSpesa>"))]
    pub tipo_spesa: Option<String>,
    /// Mark on `TK` and `SR`.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::FlagTipoSpesa>"))]
    pub flag_tipo_spesa: Option<String>,
    /// `false` when the line is no health expense: `AA` or excluded by name, as the policy says.
    pub sanitaria: Option<bool>,
}

/// `DatiBollo`: stamp duty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatiBollo {
    /// `2.00`.
    #[cfg_attr(feature = "schema", schemars(with = "crate::domain::Importo", required))]
    pub importo_bollo: Option<String>,
    /// Whether charged to the patient, so inside the total. When absent, the total of the document
    /// tells, if it is given.
    pub addebitato: Option<bool>,
}

/// `DatiCassaPrevidenziale`: a contribution to a pension fund, charged to the patient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatiCassaPrevidenziale {
    /// `TC01` to `TC22`.
    pub tipo_cassa: Option<String>,
    /// Percentage; informative, the amount counts.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::Aliquota>"))]
    pub al_cassa: Option<String>,
    /// Amount net of VAT.
    #[cfg_attr(feature = "schema", schemars(with = "crate::domain::Importo", required))]
    pub importo_contributo_cassa: Option<String>,
    /// VAT rate, or else the nature; that of the lines when both are absent and the lines agree.
    #[serde(rename = "aliquotaIVA")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::Aliquota>"))]
    pub aliquota_iva: Option<String>,
    /// Why there is no VAT, or else the rate.
    #[serde(rename = "naturaIVA")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::Natura>"))]
    pub natura_iva: Option<String>,
}

/// One payment received.
#[derive(Clone, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pagamento {
    /// The day it was received, not the day it was due.
    #[cfg_attr(feature = "schema", schemars(with = "crate::domain::Data", required))]
    pub data_pagamento: Option<String>,
    /// Amount.
    #[cfg_attr(feature = "schema", schemars(with = "crate::domain::Importo", required))]
    pub importo: Option<String>,
    /// FatturaPA's code, `MP01` (cash) to `MP23`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^MP(0[1-9]|1[0-9]|2[0-3])$")))]
    pub modalita_pagamento: Option<String>,
}

/// A reference to another document by its key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiferimentoDocumento {
    /// VAT number of its issuer; that of the referring document when absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(IT)?[0-9]{11}$")))]
    pub p_iva: Option<String>,
    /// `YYYY-MM-DD`.
    #[cfg_attr(feature = "schema", schemars(with = "crate::domain::Data", required))]
    pub data_emissione: Option<String>,
    /// Cash register; 1 when absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 999)))]
    pub dispositivo: Option<i64>,
    /// Number as printed: 1 to 20 letters, digits and `_ . / \ -`.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "String", required, regex(pattern = r"^[A-Za-z0-9_./\\-]{1,20}$"))
    )]
    pub num_documento: Option<String>,
}

/// A document already in the official words, flat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "DocumentoSpesa"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentoInput {
    /// The host's own id, 1 to 64 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub id: String,
    /// VAT number of the issuer; the profile's when absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(IT)?[0-9]{11}$")))]
    pub p_iva: Option<String>,
    /// `YYYY-MM-DD`.
    #[cfg_attr(feature = "schema", schemars(with = "crate::domain::Data", required))]
    pub data_emissione: Option<String>,
    /// Cash register, 1 to 999; 1 when absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 999)))]
    pub dispositivo: Option<i64>,
    /// Number as printed: 1 to 20 letters, digits and `_ . / \ -`.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "String", required, regex(pattern = r"^[A-Za-z0-9_./\\-]{1,20}$"))
    )]
    pub num_documento: Option<String>,
    /// `YYYY-MM-DD`; its year is the tax year.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::Data>"))]
    pub data_pagamento: Option<String>,
    /// `1` when payment came before the document; derived from the dates when absent.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<crate::domain::FlagPagamentoAnticipato>")
    )]
    pub flag_pagamento_anticipato: Option<String>,
    /// Tax code of the patient; absent exactly when there is opposition.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("x-secret" = true)))]
    pub cf_cittadino: Option<Secret>,
    /// Items.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(required))]
    pub voci_spesa: Vec<VoceInput>,
    /// `SI` or `NO`.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::PagamentoTracciato>"))]
    pub pagamento_tracciato: Option<String>,
    /// `F` or `D`; needed for payments from 2021 on.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::TipoDocumento>"))]
    pub tipo_documento: Option<String>,
    /// `0` or `1`; `0` when absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::FlagOpposizione>"))]
    pub flag_opposizione: Option<String>,
    /// The original document; present exactly in refunds.
    pub id_rimborso: Option<RiferimentoDocumento>,
}

/// One item of a document in the official words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "VoceSpesa"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VoceInput {
    /// What was paid for.
    #[cfg_attr(feature = "schema", schemars(with = "crate::domain::TipoSpesa"))]
    pub tipo_spesa: Option<String>,
    /// Mark on `TK` and `SR`.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::FlagTipoSpesa>"))]
    pub flag_tipo_spesa: Option<String>,
    /// With VAT, from 0.01 to 99999.99.
    #[cfg_attr(feature = "schema", schemars(with = "crate::domain::Importo", required))]
    pub importo: Option<String>,
    /// VAT rate, or else the nature.
    #[serde(rename = "aliquotaIVA")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::Aliquota>"))]
    pub aliquota_iva: Option<String>,
    /// Why there is no VAT, or else the rate.
    #[serde(rename = "naturaIVA")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::domain::Natura>"))]
    pub natura_iva: Option<String>,
}

/// The place of a description that was read and not kept.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Descrizione;

impl fmt::Debug for Descrizione {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl<'a> Read<'a> for Descrizione {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        if !node.is_null() {
            node.string("a string")?;
        }
        Ok(Descrizione)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_tax_code_nor_description() {
        let json =
            br#"{"id":"1","cessionarioCommittente":{"cfCittadino":"PAZIENTE","pIva":"PARTITA"},
            "dettaglioLinee":[{"descrizione":"DIAGNOSI","prezzoTotale":"1.00"}]}"#;
        let input = read_json(json, &JsonLimits::default()).unwrap().remove(0).unwrap();
        let shown = format!("{input:?}");
        for hidden in ["PAZIENTE", "PARTITA", "DIAGNOSI"] {
            assert!(!shown.contains(hidden));
        }
        assert!(shown.contains("1.00"));
    }
}
