//! A text that is known to be JSON, as serde reads it: one level at a time.

use std::borrow::Cow;

use serde::de::value::{CowStrDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::{ELEMENTS, Failure, RAW, Raw, Segment, Why, too_many};

/// How deep values may lie in one another. Our forms are six levels deep.
pub(super) const DEPTH: u8 = 32;

/// A value whose text is known to be JSON.
#[derive(Clone, Copy)]
pub(super) struct Node<'de> {
    text: &'de str,
    depth: u8,
}

impl<'de> Node<'de> {
    /// The whole.
    pub(super) fn new(text: &'de str) -> Self {
        Node { text, depth: 0 }
    }

    fn wrong(self, expected: &dyn Expected) -> Failure {
        Why::Expected(expected.to_string()).into()
    }

    fn begins(self, with: char) -> bool {
        self.text.starts_with(with)
    }

    fn string(self) -> Result<Cow<'de, str>, Failure> {
        Raw(self.text).string()
    }

    /// One level further down.
    fn deeper(self) -> Result<u8, Failure> {
        let depth = self.depth + 1;
        if depth <= DEPTH { Ok(depth) } else { Err(too_many("levels")) }
    }

    fn object(self) -> Result<Object<'de>, Failure> {
        let depth = self.deeper()?;
        let fields = Raw(self.text).fields()?.into_iter();
        Ok(Object { fields, value: None, depth })
    }

    fn array(self) -> Result<Array<'de>, Failure> {
        let depth = self.deeper()?;
        let elements = Raw(self.text).elements(ELEMENTS)?;
        if elements.len() > ELEMENTS {
            return Err(too_many("elements"));
        }
        Ok(Array { elements: elements.into_iter(), next: 0, depth })
    }
}

macro_rules! only {
    ($($method:ident)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
                if !self.begins('"') {
                    return Err(self.wrong(&visitor));
                }
                match self.string()? {
                    Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                    Cow::Owned(text) => visitor.visit_string(text),
                }
            }
        )*
    };
    (numbers: $($method:ident)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
                if let Ok(number) = self.text.parse::<u64>() {
                    visitor.visit_u64(number)
                } else if let Ok(number) = self.text.parse::<i64>() {
                    visitor.visit_i64(number)
                } else {
                    Err(self.wrong(&visitor))
                }
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Failure;

    /// Numbers with a fraction are in none of our forms.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.text.as_bytes().first() {
            Some(b'{') => visitor.visit_map(self.object()?),
            Some(b'[') => visitor.visit_seq(self.array()?),
            Some(b'"') => self.deserialize_str(visitor),
            Some(b't' | b'f') => self.deserialize_bool(visitor),
            Some(b'n') => visitor.visit_unit(),
            _ => self.deserialize_i64(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        if self.begins('{') { self.deserialize_map(visitor) } else { Err(self.wrong(&"an object")) }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.begins('{') { visitor.visit_map(self.object()?) } else { Err(self.wrong(&visitor)) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.begins('[') {
            let mut array = self.array()?;
            let value = visitor.visit_seq(&mut array)?;
            match array.elements.len() {
                0 => Ok(value),
                _ => Err(too_many("elements")),
            }
        } else {
            Err(self.wrong(&visitor))
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.text {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.begins('n') { visitor.visit_unit() } else { Err(self.wrong(&visitor)) }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.begins('n') { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        match name {
            RAW => visitor.visit_borrowed_str(self.text),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        if self.begins('"') {
            return visitor.visit_enum(Choice { name: self.string()?, content: None });
        }
        if !self.begins('{') {
            return Err(self.wrong(&visitor));
        }
        let depth = self.deeper()?;
        let mut fields = Raw(self.text).fields()?;
        let (Some((name, Raw(text))), true) = (fields.pop(), fields.is_empty()) else {
            return Err(self.wrong(&"an object with one field"));
        };
        visitor.visit_enum(Choice { name, content: Some(Node { text, depth }) })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_unit()
    }

    only! { deserialize_str deserialize_string deserialize_identifier deserialize_char }
    only! { numbers: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
    deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }
    forward_to_deserialize_any! { i128 u128 f32 f64 bytes byte_buf unit_struct tuple_struct }
}

/// The fields of an object on their way into a type.
pub(super) struct Object<'de> {
    fields: std::vec::IntoIter<(Cow<'de, str>, Raw<'de>)>,
    /// The value that is next, with its key for errors.
    value: Option<(Cow<'de, str>, Raw<'de>)>,
    depth: u8,
}

impl<'de> Object<'de> {
    /// That of the whole.
    pub(super) fn new(fields: Vec<(Cow<'de, str>, Raw<'de>)>) -> Self {
        Object { fields: fields.into_iter(), value: None, depth: 1 }
    }
}

impl<'de> MapAccess<'de> for Object<'de> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Failure> {
        let Some((key, value)) = self.fields.next() else { return Ok(None) };
        let found = seed.deserialize(CowStrDeserializer::<Failure>::new(key.clone()));
        let found = found.map_err(|error| error.below(|| Segment::Field(key.to_string())))?;
        self.value = Some((key, value));
        Ok(Some(found))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        let Some((key, Raw(text))) = self.value.take() else {
            return Err(de::Error::custom("a value without its key"));
        };
        let value = seed.deserialize(Node { text, depth: self.depth });
        value.map_err(|error| error.below(|| Segment::Field(key.into_owned())))
    }
}

/// The elements of an array on their way into a type.
struct Array<'de> {
    elements: std::vec::IntoIter<Raw<'de>>,
    next: usize,
    depth: u8,
}

impl<'de> SeqAccess<'de> for Array<'de> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Failure> {
        let Some(Raw(text)) = self.elements.next() else { return Ok(None) };
        let (place, depth) = (self.next, self.depth);
        self.next += 1;
        let element = seed.deserialize(Node { text, depth });
        element.map(Some).map_err(|error| error.below(|| Segment::Element(place)))
    }
}

/// One of several variants, with or without content.
struct Choice<'de> {
    name: Cow<'de, str>,
    content: Option<Node<'de>>,
}

/// The content of a variant.
struct Content<'de> {
    name: Cow<'de, str>,
    content: Option<Node<'de>>,
}

impl<'de> EnumAccess<'de> for Choice<'de> {
    type Error = Failure;
    type Variant = Content<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Content<'de>), Failure> {
        let Choice { name, content } = self;
        let variant = seed.deserialize(StrDeserializer::<Failure>::new(&name))?;
        Ok((variant, Content { name, content }))
    }
}

impl<'de> Content<'de> {
    fn read<T>(self, read: impl FnOnce(Node<'de>) -> Result<T, Failure>) -> Result<T, Failure> {
        let Some(content) = self.content else {
            return Err(Why::Expected("an object with one field".to_owned()).into());
        };
        read(content).map_err(|error| error.below(|| Segment::Field(self.name.into_owned())))
    }
}

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = Failure;

    fn unit_variant(self) -> Result<(), Failure> {
        match self.content {
            None => Ok(()),
            Some(content) if content.begins('n') => Ok(()),
            Some(content) => Err(content.wrong(&"a text")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Failure> {
        self.read(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.read(|content| content.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.read(|content| content.deserialize_map(visitor))
    }
}
