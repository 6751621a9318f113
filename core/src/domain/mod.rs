//! Values that cannot be wrong: parsing constructs them, and nothing checks them again later.
//!
//! Names are those of the official specification (WS asincrono v2.5, 20/12/2020), in Rust's case.

mod cifrato;
mod codice_fiscale;
mod data;
mod documento;
mod importo;
pub mod invoice;
mod invoice_json;
mod partita_iva;
mod profile;
mod proprietario;
#[cfg(feature = "schema")]
mod schema;

pub use cifrato::{Cifrato, CifratoError};
pub use codice_fiscale::{Breakdown, CodiceFiscale, CodiceFiscaleError, CodiceFiscaleKind, Sesso};
pub use data::{Data, DataError, days_in_month};
pub use documento::{
    Aliquota, Dispositivo, DocumentoSpesa, FieldError, FlagOpposizione, FlagPagamentoAnticipato,
    FlagTipoSpesa, IdSpesa, Iva, Natura, NumDocumento, PagamentoTracciato, TipoDocumento,
    TipoSpesa, VoceSpesa,
};
pub use importo::{Importo, ImportoError};
pub use invoice::{DocumentoInput, Input, InputError, Invoice, JsonLimits, read_json};
pub use partita_iva::{PartitaIva, PartitaIvaError};
pub use profile::{Accesso, Ambiente, Categoria, Profile, ProfileError, Sede};
pub use proprietario::{CodiceAsl, CodiceRegione, CodiceSsa, Proprietario};

use crate::json::Read;

/// How strictly identifiers are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, serde::Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Strictness {
    /// Check digits, dates and forms are enforced; the only choice for production.
    #[default]
    Full,
    /// Only the form is enforced: the official test users have impossible check digits
    /// (PROTOCOL section 2). Refused outside test environments.
    Kit,
}
