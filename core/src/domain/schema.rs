//! JSON Schemas of the values that write themselves as text (feature `schema`).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::profile::ProfileInput;
use super::{Aliquota, Data, Dispositivo, Importo, NumDocumento, PartitaIva, Profile};
use crate::time::Timestamp;

macro_rules! schemas {
    ($($name:ident: $schema:expr;)+) => {
        $(impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        })+
    };
}

schemas! {
    Data: json_schema!({ "type": "string", "format": "date" });
    Importo: json_schema!({ "type": "string", "pattern": "^-?[0-9]+([.][0-9]{1,2})?$" });
    Dispositivo: json_schema!({ "type": "integer", "minimum": 1, "maximum": 999 });
    NumDocumento: json_schema!({ "type": "string", "minLength": 1, "maxLength": 20 });
    PartitaIva: json_schema!({ "type": "string", "pattern": "^[0-9]{11}$" });
    Timestamp: json_schema!({ "type": "integer", "format": "unix-time-ms" });
    Aliquota: json_schema!({ "type": "string", "pattern": "^[0-9]{1,3}([.][0-9]{1,2})?$" });
}

impl JsonSchema for Profile {
    fn schema_name() -> Cow<'static, str> {
        "Profile".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        ProfileInput::json_schema(generator)
    }
}

/// `stato`: where an invoice stands in the practice.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum Stato {
    /// A draft, not issued yet.
    Bozza,
    /// Issued.
    Emessa,
    /// Void: it counts as deleted.
    Annullata,
}
