//! The public types that a host reads with serde, within values of its own: they are read as we
//! read them. Whatever tells its own form will do: JSON, what serde put aside for an untagged enum
//! or a flattened field, a file of settings.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

use super::Raw;
use crate::command::{
    Apply, Asked, Automation, Change, ChangeOutcome, ChannelChoice, DocumentState, Mode, Month,
    QueueOutcome, ReceiptOf, RefundOutcome, Selection, Testing,
};
use crate::comparison::DifferenceKind;
use crate::domain::invoice::{
    CessionarioCommittente, DatiBollo, DatiCassaPrevidenziale, Descrizione, DettaglioLinea,
    Pagamento, RiferimentoDocumento, VoceInput,
};
use crate::domain::{
    Aliquota, Ambiente, Categoria, Cifrato, CodiceAsl, CodiceRegione, CodiceSsa, Data, Dispositivo,
    DocumentoInput, FlagOpposizione, FlagPagamentoAnticipato, FlagTipoSpesa, IdSpesa, Importo,
    InputError, Invoice, Iva, Natura, NumDocumento, PagamentoTracciato, PartitaIva, Profile,
    Strictness, TipoDocumento, TipoSpesa, VoceSpesa,
};
use crate::event::{Event, EventKind, Found};
use crate::registry::{
    Acceptance, Channel, Counts, FileProgress, Filter, Operation, Outcome, Transmission,
};
use crate::rules::{Confidenza, NonHealth, Policy, Regime, Riga, Share, Verdict, YearState};
use crate::secret::Secret;
use crate::step::Range;
use crate::time::Timestamp;
use crate::wire::{EsitoChiamata, Messaggio};

macro_rules! read {
    ($($type:ty)*) => {
        $(
            impl<'de> Deserialize<'de> for $type {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let Text(text) = Text::deserialize(deserializer)?;
                    Raw(&text).read().map_err(|failure| {
                        let InputError { path, en, .. } = InputError::at(&failure, "");
                        D::Error::custom(if path.is_empty() { en } else { format!("{path}: {en}") })
                    })
                }
            }
        )*
    };
}

read! { Apply Asked Automation Change ChangeOutcome ChannelChoice DocumentState Mode Month }
read! { QueueOutcome ReceiptOf RefundOutcome Selection Testing DifferenceKind }
read! { Invoice CessionarioCommittente DettaglioLinea DatiBollo DatiCassaPrevidenziale Pagamento }
read! { Descrizione DocumentoInput VoceInput RiferimentoDocumento }
read! { Aliquota Ambiente Categoria Cifrato CodiceAsl CodiceRegione CodiceSsa Data Dispositivo }
read! { FlagOpposizione FlagPagamentoAnticipato FlagTipoSpesa IdSpesa Importo Iva Natura }
read! { NumDocumento PagamentoTracciato PartitaIva Profile Strictness TipoDocumento TipoSpesa }
read! { VoceSpesa Event EventKind Found }
read! { Acceptance Channel Counts FileProgress Filter Operation Outcome Transmission }
read! { Confidenza NonHealth Policy Regime Riga Share Verdict YearState }
read! { Range Timestamp EsitoChiamata Messaggio }

impl<'de> Deserialize<'de> for Secret {
    /// Without a copy that would not be wiped.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

/// A value as JSON, with fields that are there twice, and in their order: what is wrong with them
/// our reader says.
struct Text(Zeroizing<String>);

impl Text {
    fn of<E: Error>(value: &(impl serde::Serialize + ?Sized)) -> Result<Self, E> {
        serde_json::to_string(value).map(|text| Text(Zeroizing::new(text))).map_err(E::custom)
    }

    fn add(&mut self, between: &str, part: &Text) {
        self.0.push_str(between);
        self.0.push_str(&part.0);
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Writer)
    }
}

struct Writer;

/// How serde_json gives a number where some crate has asked it for `arbitrary_precision`: as a map
/// with this key and the text of the number.
const NUMBER: &str = "$serde_json::private::Number";

macro_rules! scalars {
    ($($method:ident: $type:ty,)*) => {
        $(
            fn $method<E: Error>(self, value: $type) -> Result<Text, E> {
                Text::of(&value)
            }
        )*
    };
}

impl<'de> Visitor<'de> for Writer {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    scalars! {
        visit_bool: bool,
        visit_i64: i64,
        visit_u64: u64,
        visit_str: &str,
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Text, E> {
        // In JSON it would become `null`.
        if value.is_finite() { Text::of(&value) } else { Err(E::custom("a number that is none")) }
    }

    fn visit_unit<E: Error>(self) -> Result<Text, E> {
        Text::of(&())
    }

    fn visit_none<E: Error>(self) -> Result<Text, E> {
        Text::of(&())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Text, D::Error> {
        Text::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Text, D::Error> {
        Text::deserialize(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text, A::Error> {
        let mut text = Text(Zeroizing::new(String::new()));
        while let Some(element) = seq.next_element::<Text>()? {
            text.add(if text.0.is_empty() { "[" } else { "," }, &element);
        }
        let end = if text.0.is_empty() { "[]" } else { "]" };
        text.0.push_str(end);
        Ok(text)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        let mut text = Text(Zeroizing::new(String::new()));
        while let Some(key) = map.next_key::<String>()? {
            if key == NUMBER {
                let number: serde_json::Number =
                    map.next_value::<String>()?.parse().map_err(A::Error::custom)?;
                return Text::of(&number);
            }
            text.add(if text.0.is_empty() { "{" } else { "," }, &Text::of(&key)?);
            text.add(":", &map.next_value()?);
        }
        let end = if text.0.is_empty() { "{}" } else { "}" };
        text.0.push_str(end);
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Order {
        at: Timestamp,
        #[serde(flatten)]
        month: Month,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(untagged)]
    enum Days {
        One(Data),
        Many(Vec<Data>),
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(tag = "kind")]
    enum Wish {
        Send { what: Selection, by: Option<ChannelChoice> },
    }

    /// From a text, and from a value that was read before.
    fn both<T: serde::de::DeserializeOwned + PartialEq + fmt::Debug>(text: &str) -> Option<T> {
        let read = serde_json::from_str(text).ok();
        let value = serde_json::from_str(text).ok();
        assert_eq!(read, value.and_then(|value| serde_json::from_value(value).ok()), "{text}");
        read
    }

    #[test]
    fn types_are_read_within_whatever_serde_makes_of_a_host_s_own() {
        let day = Data::parse("2026-03-31").unwrap();
        let order = Order { at: Timestamp(-5), month: Month { anno: 2026, mese: 3 } };
        assert_eq!(both(r#"{"at": -5, "anno": 2026, "mese": 3}"#), Some(order));
        assert_eq!(both(r#""2026-03-31""#), Some(Days::One(day)));
        assert_eq!(both(r#"["2026-03-31"]"#), Some(Days::Many(vec![day])));
        assert_eq!(both("[]"), Some(Days::Many(vec![])));
        let (what, by) = (Selection::Ready { limit: 3 }, None);
        let wish = r#"{"kind": "Send", "what": {"ready": {"limit": 3}}, "by": null}"#;
        assert_eq!(both(wish), Some(Wish::Send { what, by }));
        let (what, by) = (Selection::Ids(vec!["\"è".to_owned()]), Some(ChannelChoice::File));
        let wish = r#"{"what": {"ids": ["\"\u00e8"]}, "by": "file", "kind": "Send"}"#;
        assert_eq!(both(wish), Some(Wish::Send { what, by }));
        let profile = r#"{"categoria": "psicologo", "cfProprietario": "PSCPRV80A01X999I",
            "pIva": "99900011000"}"#;
        assert!(both::<Profile>(profile).is_some());
        assert!(serde_json::from_str::<(Profile, Secret)>(&format!(r#"[{profile}, "s"]"#)).is_ok());
    }

    #[test]
    fn an_event_comes_back_as_it_was_written() {
        let kind = EventKind::DocumentCancelled { id: "1".to_owned(), protocollo: None };
        let event = Event { number: 7, at: Timestamp(1_795_424_400_000), kind };
        assert_eq!(both(&serde_json::to_string(&event).unwrap()), Some(event));
    }

    #[test]
    fn what_is_wrong_within_a_value_of_a_host_is_named_by_its_path() {
        let says = |text: &str| serde_json::from_str::<Vec<Month>>(text).unwrap_err().to_string();
        assert!(says(r#"[{"anno": 2026, "mese": 300}]"#).starts_with("/mese: expected u8"));
        assert!(says(r#"[{"anno": 2026, "mese": 3.0}]"#).starts_with("/mese: expected u8"));
        assert!(says(r#"[{"anno": 1, "mese": 3, "anno": 1}]"#).starts_with("/anno: the field is"));
        assert!(says(r#"[{"anno": 1, "mese": 3, "x": {"y": [0.5]}}]"#).starts_with("/x: unknown"));
        assert!(says("[[2026, 3]]").starts_with("expected an object"));
        assert!(says("[{").starts_with("EOF while parsing"));
    }

    #[test]
    fn a_number_of_arbitrary_precision_is_a_number_and_nothing_else() {
        let number = |text: &str| serde_json::from_value::<Timestamp>(json!({ NUMBER: text })).ok();
        assert_eq!(number("-12"), Some(Timestamp(-12)));
        for wrong in ["", "1.5", "1, 2", "}", "null", "\"1\""] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }
}
