//! The order of fields as they are declared, which JSON Schema does not keep: `x-order`. Languages
//! whose constructors name no parameters need it to be told.

use schemars::Schema;
use serde::de::DeserializeOwned;
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

fn fields(name: &str) -> Option<Vec<String>> {
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

/// The fields of a type in its order, by what it says of one that it does not have.
fn of<T: DeserializeOwned>() -> Vec<String> {
    let Err(error) = serde_json::from_str::<T>(r#"{"?": 0}"#) else { panic!("no such field") };
    let fields: Vec<_> =
        error.to_string().split('`').skip(1).step_by(2).map(str::to_owned).collect();
    assert!(!fields.is_empty(), "a type names its fields: {error}");
    fields
}
