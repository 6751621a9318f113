//! The order of fields as they are declared, which JSON Schema does not keep: `x-order`. Languages
//! whose constructors name no parameters need it to be told.

use schemars::Schema;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor, value::Error};
use serde_json::{Value, json};
use sts_core::domain::invoice::{
    CessionarioCommittente, DatiBollo, DatiCassaPrevidenziale, DettaglioLinea, Pagamento,
    RiferimentoDocumento, VoceInput,
};
use sts_core::domain::{DocumentoInput, Invoice, Profile};
use sts_core::registry::Filter;
use sts_core::rules::Policy;

/// Notes the order in every object that a host hands over and whose order matters: in those with
/// more than two fields that may be left out. The others have it in `required`.
pub(crate) fn note(schema: &mut Schema) {
    let title = schema.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(fields) = fields(&title) {
        schema.insert("x-order".to_owned(), json!(fields));
    }
    let defs = schema.get_mut("$defs").and_then(Value::as_object_mut);
    for (name, def) in defs.into_iter().flatten() {
        if let Some(fields) = fields(name) {
            def["x-order"] = json!(fields);
        }
        let count = |key: &str| match &def[key] {
            Value::Object(properties) => properties.len(),
            other => other.as_array().map_or(0, Vec::len),
        };
        let handed_over = def["additionalProperties"] == false;
        let known = def.get("x-order").is_some();
        assert!(
            !handed_over || known || count("properties") <= count("required") + 2,
            "{name} has fields that may be left out; say here in which order they are declared"
        );
    }
}

fn fields(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "Invoice" | "invoice" => of::<Invoice>(),
        "DocumentoSpesa" | "documentoSpesa" => of::<DocumentoInput>(),
        "CessionarioCommittente" => of::<CessionarioCommittente>(),
        "DettaglioLinea" => of::<DettaglioLinea>(),
        "DatiBollo" => of::<DatiBollo>(),
        "DatiCassaPrevidenziale" => of::<DatiCassaPrevidenziale>(),
        "Pagamento" => of::<Pagamento>(),
        "RiferimentoDocumento" => of::<RiferimentoDocumento>(),
        "VoceSpesa" => of::<VoceInput>(),
        "Profile" | "profile" => of::<Profile>(),
        "Policy" | "policy" => of::<Policy>(),
        "Filter" => of::<Filter>(),
        _ => return None,
    })
}

/// The fields that a type asks a deserializer for, in its order.
fn of<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    let _ = T::deserialize(Probe(&mut fields));
    assert!(!fields.is_empty(), "a struct asks for its fields");
    fields
}

/// A deserializer that notes the fields and gives nothing.
struct Probe<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("nothing to read"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("nothing to read"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
