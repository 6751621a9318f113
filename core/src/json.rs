//! JSON of strangers and of the store, read in one way.
//!
//! serde_json checks the text once and then finds the borders of the values, level by level; what a
//! value is made into is decided here. So each type is compiled for one reader and no other, which
//! is most of what a page has to load, and an error knows its path without anybody keeping track:
//! it is told the way on its way out.

mod node;

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{
    self, DeserializeSeed, Deserializer, Expected, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_json::value::RawValue;

use node::{Node, Object};

/// The most fields of an object, and the most elements of an array, that are looked at: far more
/// than any of our forms has, and few enough to be held beside their text.
const FIELDS: usize = 10_000;
const ELEMENTS: usize = 1_000_000;

/// What is wrong with a text, and where. No value of the text is in it.
#[derive(Debug)]
pub(crate) struct Failure {
    why: Why,
    /// The way to the place, from within.
    path: Vec<Segment>,
}

/// What is wrong at a place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The text ceases to be JSON at this line and column.
    Syntax(usize, usize),
    /// Something else was expected, as serde puts it.
    Expected(String),
    /// There is no such field; those that there are.
    UnknownField(String),
    /// This field is missing.
    MissingField(&'static str),
    /// This field is there twice.
    DuplicateField(&'static str),
    /// What the type itself says, in a sentence.
    Said(String),
}

/// A step of the way to a place.
#[derive(Debug)]
pub(crate) enum Segment {
    /// Into a field of an object.
    Field(String),
    /// Into an element of an array.
    Element(usize),
}

impl Failure {
    /// What is wrong.
    pub(crate) fn why(&self) -> &Why {
        &self.why
    }

    /// From the whole to the place.
    pub(crate) fn path(&self) -> impl Iterator<Item = &Segment> {
        self.path.iter().rev()
    }

    fn below(mut self, segment: impl FnOnce() -> Segment) -> Self {
        self.path.push(segment());
        self
    }
}

impl From<Why> for Failure {
    fn from(why: Why) -> Self {
        Failure { why, path: Vec::new() }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.why)
    }
}

impl std::error::Error for Failure {}

/// Leaves out what was found, which may be personal.
impl de::Error for Failure {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        let said = message.to_string();
        match said.strip_prefix("expected ") {
            Some(expected) => Why::Expected(expected.to_owned()).into(),
            None => Why::Said(said).into(),
        }
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Why::Expected(expected.to_string()).into()
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Why::Expected(expected.to_string()).into()
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Why::Expected(expected.to_string()).into()
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Why::Expected(one_of(expected)).into()
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Why::UnknownField(one_of(expected)).into()
    }

    fn missing_field(field: &'static str) -> Self {
        Why::MissingField(field).into()
    }

    fn duplicate_field(field: &'static str) -> Self {
        Why::DuplicateField(field).into()
    }
}

/// Names to choose from, as serde writes them.
fn one_of(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [name] => format!("`{name}`"),
        [one, other] => format!("`{one}` or `{other}`"),
        _ => format!("one of `{}`", names.join("`, `")),
    }
}

/// A value that is read later: its text, without blanks around it, which is JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raw<'a>(&'a str);

/// The name by which [`Node`] knows that a [`Raw`] is wanted.
const RAW: &str = "sts_core::json::Raw";

impl<'a> Raw<'a> {
    /// A whole text, checked to be JSON.
    pub(crate) fn new(text: &'a [u8]) -> Result<Self, Failure> {
        let raw: &RawValue = serde_json::from_slice(text)
            .map_err(|error| Why::Syntax(error.line(), error.column()))?;
        Ok(Raw(raw.get()))
    }

    /// The text.
    pub(crate) fn text(self) -> &'a str {
        self.0
    }

    /// Reads the value into a type.
    pub(crate) fn read<T: Deserialize<'a>>(self) -> Result<T, Failure> {
        T::deserialize(Node::new(self.0))
    }

    /// The fields of an object, in their order, also those that are there twice.
    pub(crate) fn fields(self) -> Result<Vec<(Cow<'a, str>, Raw<'a>)>, Failure> {
        let fields = one_level(self.0, Fields)?;
        if fields.len() <= FIELDS { Ok(fields) } else { Err(too_many("fields")) }
    }

    /// A text, borrowed where it has no escapes.
    fn string(self) -> Result<Cow<'a, str>, Failure> {
        one_level(self.0, PhantomData).map(|Key(text)| text)
    }

    /// The elements of an array, or one more than the limit when there are more.
    pub(crate) fn elements(self, limit: usize) -> Result<Vec<Raw<'a>>, Failure> {
        one_level(self.0, Elements(limit))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Raw<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Raw(text))
            }
        }

        deserializer.deserialize_newtype_struct(RAW, Text)
    }
}

/// Reads a whole text into a type.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, Failure> {
    Raw::new(text)?.read()
}

/// Reads an object from fields that were looked at before.
pub(crate) fn read_fields<'a, T: Deserialize<'a>>(
    fields: Vec<(Cow<'a, str>, Raw<'a>)>,
) -> Result<T, Failure> {
    T::deserialize(de::value::MapAccessDeserializer::new(Object::new(fields)))
}

fn too_many(what: &str) -> Failure {
    Why::Expected(format!("fewer {what}")).into()
}

/// One level of a text that is known to be JSON.
fn one_level<'de, S: DeserializeSeed<'de>>(text: &'de str, seed: S) -> Result<S::Value, Failure> {
    let value = seed.deserialize(&mut serde_json::Deserializer::from_str(text));
    // Only an object where an array is expected, and the like.
    value.map_err(de::Error::custom)
}

/// A text, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Takes the fields of an object.
struct Fields;

impl<'de> DeserializeSeed<'de> for Fields {
    type Value = Vec<(Cow<'de, str>, Raw<'de>)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<(Cow<'de, str>, Raw<'de>)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some((Key(key), raw)) = map.next_entry::<Key<'de>, &RawValue>()? {
            if fields.len() <= FIELDS {
                fields.push((key, Raw(raw.get())));
            }
        }
        Ok(fields)
    }
}

/// Takes the elements of an array, this many and one more.
struct Elements(usize);

impl<'de> DeserializeSeed<'de> for Elements {
    type Value = Vec<Raw<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<Raw<'de>>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(raw) = seq.next_element::<&RawValue>()? {
            if elements.len() <= self.0 {
                elements.push(Raw(raw.get()));
            }
        }
        Ok(elements)
    }
}

#[cfg(test)]
mod tests;
