//! JSON as we write it: what serde_json writes, byte for byte, which the tests compare. That
//! writes to anything and in any layout, and brings numbers with fractions along; this writes
//! compact text to memory, in few bytes of code for each type.

use std::fmt::Display;

use serde::Serialize;
use serde::ser::{
    self, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// The JSON of a value; `None` when it has what is in none of our types: a number with a fraction,
/// or a map whose keys are no texts.
pub(crate) fn write<T: Serialize + ?Sized>(value: &T) -> Option<String> {
    let mut text = Text(Vec::new());
    let written = value.serialize(&mut text);
    text.whole(written)
}

/// What is in none of our types.
#[derive(Debug)]
pub(super) struct Foreign;

impl Display for Foreign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value that our JSON does not have")
    }
}

impl std::error::Error for Foreign {}

impl ser::Error for Foreign {
    fn custom<T: Display>(_: T) -> Self {
        Foreign
    }
}

type Written = Result<(), Foreign>;

/// What is written so far.
pub(super) struct Text(Vec<u8>);

impl Text {
    fn whole(self, written: Written) -> Option<String> {
        written.ok().and_then(|()| String::from_utf8(self.0).ok())
    }

    fn push(&mut self, text: &str) -> Written {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn string(&mut self, text: &str) -> Written {
        self.0.push(b'"');
        let mut rest = text.as_bytes();
        let special = |byte: &u8| matches!(byte, ..0x20 | b'"' | b'\\');
        while let Some(place) = rest.iter().position(special) {
            let (plain, following) = rest.split_at(place);
            self.0.extend_from_slice(plain);
            self.escape(following[0]);
            rest = &following[1..];
        }
        self.0.extend_from_slice(rest);
        self.push("\"")
    }

    fn escape(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        self.0.push(b'\\');
        let short = match byte {
            8 => b'b',
            9 => b't',
            10 => b'n',
            12 => b'f',
            13 => b'r',
            b'"' | b'\\' => byte,
            _ => {
                self.0.extend_from_slice(b"u00");
                self.0.push(HEX[usize::from(byte >> 4)]);
                HEX[usize::from(byte & 15)]
            }
        };
        self.0.push(short);
    }

    fn signed(&mut self, number: i64) -> Written {
        if number < 0 {
            self.0.push(b'-');
        }
        self.unsigned(number.unsigned_abs())
    }

    fn unsigned(&mut self, number: u64) -> Written {
        let mut digits = [0; 20];
        let (mut rest, mut first) = (number, digits.len());
        loop {
            first -= 1;
            digits[first] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.0.extend_from_slice(&digits[first..]);
        Ok(())
    }

    /// What stands before a part: nothing, or a comma. Nothing that was written ends as something
    /// begins.
    fn comma(&mut self) {
        if !matches!(self.0.last(), None | Some(b'{' | b'[')) {
            self.0.push(b',');
        }
    }

    fn key(&mut self, name: &str) {
        self.comma();
        let _ = self.string(name);
        self.0.push(b':');
    }

    fn begin(&mut self, open: &str, close: &'static str) -> Parts<'_> {
        self.0.extend_from_slice(open.as_bytes());
        Parts { text: self, close }
    }

    /// A variant with its content, which begins and ends so.
    fn variant(&mut self, name: &str, open: &str, close: &'static str) -> Parts<'_> {
        self.0.push(b'{');
        self.key(name);
        self.begin(open, close)
    }
}

/// The parts of a value on their way, and what follows them.
pub(super) struct Parts<'t> {
    text: &'t mut Text,
    close: &'static str,
}

impl Parts<'_> {
    fn end(self) -> Written {
        self.text.push(self.close)
    }
}

macro_rules! numbers {
    ($($method:ident $type:ty => $write:ident)*) => {
        $(
            fn $method(self, number: $type) -> Written {
                self.$write(number.into())
            }
        )*
    };
}

impl<'t> Serializer for &'t mut Text {
    type Ok = ();
    type Error = Foreign;
    type SerializeSeq = Parts<'t>;
    type SerializeTuple = Parts<'t>;
    type SerializeTupleStruct = Parts<'t>;
    type SerializeTupleVariant = Parts<'t>;
    type SerializeMap = Parts<'t>;
    type SerializeStruct = Parts<'t>;
    type SerializeStructVariant = Parts<'t>;

    numbers! {
        serialize_i8 i8 => signed serialize_i16 i16 => signed
        serialize_i32 i32 => signed serialize_i64 i64 => signed
        serialize_u8 u8 => unsigned serialize_u16 u16 => unsigned
        serialize_u32 u32 => unsigned serialize_u64 u64 => unsigned
    }

    fn serialize_bool(self, value: bool) -> Written {
        self.push(if value { "true" } else { "false" })
    }

    fn serialize_f32(self, _: f32) -> Written {
        Err(Foreign)
    }

    fn serialize_f64(self, _: f64) -> Written {
        Err(Foreign)
    }

    fn serialize_char(self, c: char) -> Written {
        self.string(c.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Written {
        self.string(text)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Written {
        self.string(&value.to_string())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Written {
        bytes.serialize(self)
    }

    fn serialize_none(self) -> Written {
        self.push("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.push("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.push("null")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.string(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        let parts = self.variant(variant, "", "}");
        value.serialize(&mut *parts.text)?;
        parts.end()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'t>, Foreign> {
        Ok(self.begin("[", "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'t>, Foreign> {
        Ok(self.begin("[", "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'t>, Foreign> {
        Ok(self.begin("[", "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'t>, Foreign> {
        Ok(self.variant(variant, "[", "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'t>, Foreign> {
        Ok(self.begin("{", "}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'t>, Foreign> {
        Ok(self.begin("{", "}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'t>, Foreign> {
        Ok(self.variant(variant, "{", "}}"))
    }
}

macro_rules! elements {
    ($($of:ident $method:ident)*) => {
        $(
            impl $of for Parts<'_> {
                type Ok = ();
                type Error = Foreign;

                fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                    self.text.comma();
                    value.serialize(&mut *self.text)
                }

                fn end(self) -> Written {
                    Parts::end(self)
                }
            }
        )*
    };
}

elements! {
    SerializeSeq serialize_element SerializeTuple serialize_element
    SerializeTupleStruct serialize_field SerializeTupleVariant serialize_field
}

macro_rules! fields {
    ($($of:ident)*) => {
        $(
            impl $of for Parts<'_> {
                type Ok = ();
                type Error = Foreign;

                fn serialize_field<T: Serialize + ?Sized>(
                    &mut self,
                    name: &'static str,
                    value: &T,
                ) -> Written {
                    self.text.key(name);
                    value.serialize(&mut *self.text)
                }

                fn end(self) -> Written {
                    Parts::end(self)
                }
            }
        )*
    };
}

fields! { SerializeStruct SerializeStructVariant }

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Foreign;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        self.text.comma();
        let start = self.text.0.len();
        key.serialize(&mut *self.text)?;
        if self.text.0.get(start) != Some(&b'"') {
            return Err(Foreign);
        }
        self.text.push(":")
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        value.serialize(&mut *self.text)
    }

    fn end(self) -> Written {
        Parts::end(self)
    }
}

#[cfg(test)]
mod tests;
