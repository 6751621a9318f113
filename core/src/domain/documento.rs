//! The official expense document: what travels, in the specification's own words.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Data, Importo, PartitaIva};
use crate::json::{Failure, Node, Read};

/// A field that does not have the form the schema asks for; the text says what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct FieldError(pub &'static str);

/// `numDocumento`: 1 to 20 letters, digits and `_ . / \ -`, without blanks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct NumDocumento(String);

impl NumDocumento {
    /// Reads the number as printed on the document.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_./\\-".contains(&b);
        if (1..=20).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(NumDocumento(text.to_owned()))
        } else {
            Err(FieldError("a numDocumento of 1 to 20 letters, digits and _ . / \\ -"))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NumDocumento {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'a> Read<'a> for NumDocumento {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        node.parse("a numDocumento", NumDocumento::parse)
    }
}

/// `dispositivo`: the cash register, 1 to 999; 1 for invoices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Dispositivo(u16);

impl Dispositivo {
    /// The value of invoices and receipts that no cash register issued.
    pub const INVOICE: Dispositivo = Dispositivo(1);
    /// The highest number.
    pub const LAST: Dispositivo = Dispositivo(999);

    /// A number from 1 to 999.
    pub const fn new(number: u16) -> Result<Self, FieldError> {
        if number < 1 || number > 999 {
            return Err(FieldError("a dispositivo from 1 to 999"));
        }
        Ok(Dispositivo(number))
    }

    /// The number.
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl<'a> Read<'a> for Dispositivo {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        Dispositivo::new(u16::read(node)?).map_err(|error| Failure::said(&error))
    }
}

/// `idSpesa`: the key of a document on Sistema TS. It cannot be varied (PROTOCOL section 0).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IdSpesa {
    /// VAT number of the issuer.
    pub p_iva: PartitaIva,
    /// Date of issue, from 2014-01-01.
    pub data_emissione: Data,
    /// Cash register.
    pub dispositivo: Dispositivo,
    /// Number, unique within the year (invoices) or the day (till receipts).
    pub num_documento: NumDocumento,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name {
            $(
                $(#[$vdoc])*
                #[cfg_attr(
                    feature = "schema",
                    schemars(rename = $word, extend("x-name" = stringify!($variant)))
                )]
                $variant
            ),+
        }

        impl $name {
            /// All values, in the order of the specification.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word of the specification.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// Reads the word of the specification, exactly.
            pub fn parse(text: &str) -> Result<Self, FieldError> {
                match text {
                    $($word => Ok($name::$variant),)+
                    _ => Err(FieldError(concat!("one of", $(" ", $word),+))),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'a> Read<'a> for $name {
            fn read(node: Node<'a>) -> Result<Self, Failure> {
                node.parse(
                    concat!("one of", $(" ", $word),+),
                    |s| $name::parse(s),
                )
            }
        }
    };
}

pub(super) use words;

words! {
    /// `tipoSpesa`: what was paid for (WS asincrono v2.5, pages 18 and 19).
    TipoSpesa {
        /// Ticket: fixed quota, first aid, direct access.
        Tk = "TK",
        /// Medicine, also homeopathic.
        Fc = "FC",
        /// Veterinary medicine.
        Fv = "FV",
        /// Purchase or rental of a CE medical device.
        Ad = "AD",
        /// ECG, spirometry, Holter, self-tests: services of the pharmacy.
        As = "AS",
        /// Specialist care, visits, diagnostics, surgery, hospital stay; not aesthetic.
        Sr = "SR",
        /// Thermal cures.
        Ct = "CT",
        /// Prostheses and supplements (protesica e integrativa).
        Pi = "PI",
        /// Aesthetic surgery and medicine.
        Ic = "IC",
        /// Health services of the other health professions.
        Sp = "SP",
        /// Veterinary expenses (animals of DM 289/2001).
        Sv = "SV",
        /// Other expenses.
        Aa = "AA",
    }
}

words! {
    /// `flagTipoSpesa`: a mark on some kinds of expense.
    FlagTipoSpesa {
        /// First aid; only with `TK`.
        ProntoSoccorso = "1",
        /// Visit in intramoenia; only with `SR`.
        Intramoenia = "2",
    }
}

words! {
    /// `pagamentoTracciato`: whether the payment can be traced (L. 160/2019, c. 679).
    PagamentoTracciato {
        /// Traced: card, transfer, cheque and the like.
        Si = "SI",
        /// Cash, or mixed traced and cash.
        No = "NO",
    }
}

words! {
    /// `tipoDocumento`: invoice or till receipt.
    TipoDocumento {
        /// Invoice.
        Fattura = "F",
        /// Documento commerciale, the till receipt.
        DocumentoCommerciale = "D",
    }
}

words! {
    /// `flagOpposizione`: whether the citizen opposes the use of the datum for the tax return.
    FlagOpposizione {
        /// No opposition; the tax code is present.
        Assente = "0",
        /// Opposition; the tax code is absent.
        Presente = "1",
    }
}

words! {
    /// `flagPagamentoAnticipato`: whether payment came before the issue of the document.
    FlagPagamentoAnticipato {
        /// Not before; the element is left out.
        Assente = "0",
        /// Before; the element is written with value 1.
        Presente = "1",
    }
}

/// `aliquotaIVA`: a VAT rate in hundredths of a percent, 0.00 to 100.00; text form `22.00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aliquota(u16);

impl Aliquota {
    /// From hundredths of a percent: 2200 is 22 %.
    pub const fn from_hundredths(hundredths: u16) -> Result<Self, FieldError> {
        if hundredths > 10_000 {
            return Err(FieldError("an aliquotaIVA from 0.00 to 100.00"));
        }
        Ok(Aliquota(hundredths))
    }

    /// Reads `22.00`, and also `22` and `22.5`.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        const EXPECTED: FieldError = FieldError("an aliquotaIVA such as \"22.00\"");
        let cents = Importo::parse(text).map_err(|_| EXPECTED)?.cents();
        if text.starts_with('-') {
            return Err(EXPECTED);
        }
        Self::from_hundredths(u16::try_from(cents).map_err(|_| EXPECTED)?)
    }

    /// Hundredths of a percent.
    pub const fn hundredths(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Aliquota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for Aliquota {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'a> Read<'a> for Aliquota {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        node.parse("an aliquotaIVA such as \"22.00\"", Aliquota::parse)
    }
}

words! {
    /// `naturaIVA`: why there is no VAT, in FatturaPA's codes (PROTOCOL section 7.3).
    Natura {
        /// Excluded, article 15.
        N1 = "N1",
        /// Not subject.
        N2 = "N2",
        /// Not subject, articles 7 to 7-septies.
        N2_1 = "N2.1",
        /// Not subject, other cases; the flat-rate scheme.
        N2_2 = "N2.2",
        /// Not taxable.
        N3 = "N3",
        /// Not taxable, exports.
        N3_1 = "N3.1",
        /// Not taxable, sales within the EU.
        N3_2 = "N3.2",
        /// Not taxable, sales to San Marino.
        N3_3 = "N3.3",
        /// Not taxable, treated as exports.
        N3_4 = "N3.4",
        /// Not taxable, declarations of intent.
        N3_5 = "N3.5",
        /// Not taxable, other operations.
        N3_6 = "N3.6",
        /// Exempt; health services in the ordinary regime.
        N4 = "N4",
        /// Margin scheme.
        N5 = "N5",
        /// Reverse charge.
        N6 = "N6",
        /// Reverse charge, scrap.
        N6_1 = "N6.1",
        /// Reverse charge, gold and silver.
        N6_2 = "N6.2",
        /// Reverse charge, subcontracting in building.
        N6_3 = "N6.3",
        /// Reverse charge, buildings.
        N6_4 = "N6.4",
        /// Reverse charge, mobile phones.
        N6_5 = "N6.5",
        /// Reverse charge, electronics.
        N6_6 = "N6.6",
        /// Reverse charge, building services.
        N6_7 = "N6.7",
        /// Reverse charge, energy.
        N6_8 = "N6.8",
        /// Reverse charge, other cases.
        N6_9 = "N6.9",
        /// VAT paid in another EU state.
        N7 = "N7",
    }
}

/// VAT of one item: a rate or a nature, never both, never neither in new documents
/// (PROTOCOL section 5.5, rule 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Iva {
    /// `aliquotaIVA`.
    #[serde(rename = "aliquotaIVA")]
    Aliquota(Aliquota),
    /// `naturaIVA`.
    #[serde(rename = "naturaIVA")]
    Natura(Natura),
}

/// `voceSpesa`: one item of expense.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "VocePreview"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VoceSpesa {
    /// What was paid for.
    pub tipo_spesa: TipoSpesa,
    /// A mark, with `TK` and `SR` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag_tipo_spesa: Option<FlagTipoSpesa>,
    /// From 0.01 to 99999.99, positive also in a refund.
    pub importo: Importo,
    /// Rate or nature; `None` only in documents of the years before 2021.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iva: Option<Iva>,
}

impl VoceSpesa {
    /// The smallest and largest amount of an item, in cents (`Dec7MinTipo`: 5 + 2 digits).
    pub const IMPORTO_CENTS: std::ops::RangeInclusive<i64> = 1..=9_999_999;
}

/// `documentoSpesa`: one document, with the citizen's tax code as type `C`:
/// [`CodiceFiscale`](super::CodiceFiscale) when the rules have just judged it,
/// [`Cifrato`](super::Cifrato) from intake on, in records and on the wire.
///
/// The fields are optional where the schemas say so, because older documents and cancellations
/// lack them; what new documents need is decided by [`rules`](crate::rules).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(
        rename = "DocumentoPreview",
        description = "A document as it would travel; `[…]` stands in place of the citizen's tax code."
    )
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentoSpesa<C> {
    /// The key.
    pub id_spesa: IdSpesa,
    /// The original document; present exactly in refunds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_rimborso: Option<IdSpesa>,
    /// When it was paid; its year is the tax year.
    pub data_pagamento: Data,
    /// Whether payment came before the document.
    pub flag_pagamento_anticipato: FlagPagamentoAnticipato,
    /// The citizen; absent exactly when there is opposition.
    #[serde(default = "none::<C>", skip_serializing_if = "Option::is_none")]
    pub cf_cittadino: Option<C>,
    /// One item or more.
    pub voci_spesa: Vec<VoceSpesa>,
    /// Whether the payment can be traced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagamento_tracciato: Option<PagamentoTracciato>,
    /// Invoice or till receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tipo_documento: Option<TipoDocumento>,
    /// Opposition of the citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag_opposizione: Option<FlagOpposizione>,
}

fn none<C>() -> Option<C> {
    None
}

impl<C> DocumentoSpesa<C> {
    /// The same document with the citizen's tax code turned into another form.
    pub fn try_map<D, E>(self, f: impl FnOnce(C) -> Result<D, E>) -> Result<DocumentoSpesa<D>, E> {
        Ok(DocumentoSpesa {
            id_spesa: self.id_spesa,
            id_rimborso: self.id_rimborso,
            data_pagamento: self.data_pagamento,
            flag_pagamento_anticipato: self.flag_pagamento_anticipato,
            cf_cittadino: self.cf_cittadino.map(f).transpose()?,
            voci_spesa: self.voci_spesa,
            pagamento_tracciato: self.pagamento_tracciato,
            tipo_documento: self.tipo_documento,
            flag_opposizione: self.flag_opposizione,
        })
    }

    /// The sum of the items, or `None` beyond the limit of [`Importo`].
    pub fn totale(&self) -> Option<Importo> {
        Importo::sum(self.voci_spesa.iter().map(|v| v.importo))
    }
}
