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
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use node::{Node, Object};

/// The most fields of an object, and the most elements of an array, that are looked at: far more
/// than any of our forms has, and few enough to be held beside their text.
const FIELDS: usize = 10_000;
const ELEMENTS: usize = 1_000_000;

/// What is wrong with a text, in serde's words.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Quotes what was found, so it is not for anybody's eyes as it is.
    message: String,
    /// The way to the place, from within.
    path: Vec<Segment>,
    /// Line and column, where the text is no JSON at all.
    place: Option<(usize, usize)>,
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
    /// In serde's words, which quote what was found.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// From the whole to the place.
    pub(crate) fn path(&self) -> impl Iterator<Item = &Segment> {
        self.path.iter().rev()
    }

    /// Line and column where the text ceases to be JSON; `None` when it is, and of another form.
    pub(crate) fn place(&self) -> Option<(usize, usize)> {
        self.place
    }

    fn syntax(error: &serde_json::Error) -> Self {
        let place = Some((error.line(), error.column()));
        Failure { message: "not JSON".to_owned(), path: Vec::new(), place }
    }

    fn below(mut self, segment: impl FnOnce() -> Segment) -> Self {
        self.path.push(segment());
        self
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Failure { message: message.to_string(), path: Vec::new(), place: None }
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
        let raw: &RawValue =
            serde_json::from_slice(text).map_err(|error| Failure::syntax(&error))?;
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
    de::Error::custom(format_args!("expected fewer {what}"))
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
