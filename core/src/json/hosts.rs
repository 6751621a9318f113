//! The public types that a host reads with serde, within JSON of its own: they are read as we read
//! them.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use super::Raw;
use crate::command::{Automation, DocumentState, Month, Selection};
use crate::domain::invoice::{
    CessionarioCommittente, DatiBollo, DatiCassaPrevidenziale, DettaglioLinea, Pagamento,
    RiferimentoDocumento, VoceInput,
};
use crate::domain::{Data, DocumentoInput, IdSpesa, InputError, Invoice, Profile};
use crate::registry::Filter;
use crate::rules::{Policy, Verdict};
use crate::secret::Secret;
use crate::step::Range;
use crate::time::Timestamp;

macro_rules! read {
    ($($type:ty)*) => {
        $(
            impl<'de> Deserialize<'de> for $type {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = Box::<RawValue>::deserialize(deserializer)?;
                    Raw(text.get()).read().map_err(|failure| {
                        let InputError { path, en, .. } = InputError::at(&failure, "");
                        D::Error::custom(if path.is_empty() { en } else { format!("{path}: {en}") })
                    })
                }
            }
        )*
    };
}

read! { Data Timestamp Verdict DocumentState Range IdSpesa }
read! { Profile Policy Automation Selection Month Filter }
read! { Invoice CessionarioCommittente DettaglioLinea DatiBollo DatiCassaPrevidenziale Pagamento }
read! { DocumentoInput VoceInput RiferimentoDocumento }

impl<'de> Deserialize<'de> for Secret {
    /// Without a copy that would not be wiped.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}
