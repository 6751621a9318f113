//! How the types of the language are read.

use std::collections::BTreeMap;

use super::{Failure, Node, Read};

impl<'a> Read<'a> for bool {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        match node.text() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Failure::expected("a boolean")),
        }
    }
}

/// A whole number of this range; those with a fraction are in none of our forms.
fn number(node: Node<'_>, range: (i64, u64), expected: &str) -> Result<u64, Failure> {
    let (least, most) = range;
    if let Ok(number) = node.text().parse::<u64>() {
        if number <= most {
            return Ok(number);
        }
    } else if let Ok(number) = node.text().parse::<i64>()
        && number >= least
    {
        return Ok(number as u64);
    }
    Err(Failure::expected(expected))
}

macro_rules! numbers {
    ($($type:ident)*) => {
        $(
            impl<'a> Read<'a> for $type {
                fn read(node: Node<'a>) -> Result<Self, Failure> {
                    let range = ($type::MIN as i64, $type::MAX as u64);
                    number(node, range, stringify!($type)).map(|number| number as $type)
                }
            }
        )*
    };
}

numbers! { u8 u16 u32 u64 i32 i64 }

impl<'a> Read<'a> for String {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        node.string("a string").map(std::borrow::Cow::into_owned)
    }
}

impl<'a, T: Read<'a>> Read<'a> for Option<T> {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        if node.is_null() { Ok(None) } else { T::read(node).map(Some) }
    }
}

impl<'a, T: Read<'a>> Read<'a> for Box<T> {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        T::read(node).map(Box::new)
    }
}

impl<'a, T: Read<'a>> Read<'a> for Vec<T> {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        let mut all = Vec::new();
        node.elements("a sequence", &mut |_, element| {
            all.push(T::read(element)?);
            Ok(())
        })?;
        Ok(all)
    }
}

impl<'a, A: Read<'a>, B: Read<'a>> Read<'a> for (A, B) {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        let (mut first, mut second, mut more) = (None, None, false);
        node.elements("a tuple of size 2", &mut |place, element| match place {
            0 => super::put(&mut first, element),
            1 => super::put(&mut second, element),
            _ => {
                more = true;
                Ok(())
            }
        })?;
        let both = first.zip(second).filter(|_| !more);
        both.ok_or_else(|| Failure::expected("a tuple of size 2"))
    }
}

impl<'a, const N: usize> Read<'a> for [u8; N] {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        let bytes = Vec::read(node)?;
        bytes.try_into().map_err(|_| Failure::expected(&format!("an array of length {N}")))
    }
}

impl<'a, K: Read<'a> + Ord, V: Read<'a>> Read<'a> for BTreeMap<K, V> {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        let mut map = BTreeMap::new();
        node.entries(&mut |key, value| {
            let of = |failure: Failure| failure.within(&String::read(key).unwrap_or_default());
            map.insert(K::read(key).map_err(of)?, V::read(value).map_err(of)?);
            Ok(())
        })?;
        Ok(map)
    }
}
