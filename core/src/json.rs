//! JSON of strangers and of the store, read in one way.
//!
//! A text is checked once; then the borders of its values are found, level by level, and each type
//! takes them by a table of its names ([`Read`], derived). So hardly any code is written per type,
//! which is most of what a page would have to load, and an error knows its path without anybody
//! keeping track: it is told the way on its way out.

mod hosts;
mod node;
mod scan;
mod types;
mod write;

pub(crate) use node::{Form, NAME, Node, fill, put};
pub(crate) use sts_core_derive::Read;
pub(crate) use write::write;

/// The most fields of an object, and the most elements of an array, that are looked at: far more
/// than any of our forms has.
const FIELDS: usize = 10_000;
const ELEMENTS: usize = 1_000_000;

/// A type that is read from a value.
pub(crate) trait Read<'a>: Sized {
    /// Reads the value.
    fn read(node: Node<'a>) -> Result<Self, Failure>;
}

/// What is wrong with a text, and where. No value of the text is in it.
#[derive(Debug)]
pub(crate) struct Failure(Box<Wrong>);

#[derive(Debug)]
struct Wrong {
    why: Why,
    /// The way to the place, from within.
    path: Vec<Segment>,
}

/// What is wrong at a place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The text ceases to be JSON at this line and column.
    Syntax(usize, usize),
    /// Something else was expected.
    Expected(String),
    /// One of these was expected.
    OneOf(&'static [&'static str]),
    /// There is no such field; those that there are.
    UnknownField(&'static [&'static str]),
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
        &self.0.why
    }

    /// From the whole to the place.
    pub(crate) fn path(&self) -> impl Iterator<Item = &Segment> {
        self.0.path.iter().rev()
    }

    /// What a type says of a text that it does not take.
    pub(crate) fn said(sentence: &dyn std::fmt::Display) -> Self {
        let sentence = sentence.to_string();
        match sentence.strip_prefix("expected ") {
            Some(what) => Failure::expected(what),
            None => Why::Said(sentence).into(),
        }
    }

    /// Something else was expected.
    pub(crate) fn expected(what: &str) -> Self {
        Why::Expected(what.to_owned()).into()
    }

    /// What cannot be.
    pub(crate) fn bug() -> Self {
        Failure::said(&"a bug in reading")
    }

    fn too_many(what: &str) -> Self {
        Why::Expected(format!("fewer {what}")).into()
    }

    fn below(mut self, segment: Segment) -> Self {
        self.0.path.push(segment);
        self
    }

    /// The same, in a field of this name.
    pub(crate) fn within(self, field: &str) -> Self {
        self.below(Segment::Field(field.to_owned()))
    }
}

impl From<Why> for Failure {
    fn from(why: Why) -> Self {
        Failure(Box::new(Wrong { why, path: Vec::new() }))
    }
}

/// A value that is read later: its text, without blanks around it, which is JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    /// A whole text, checked to be JSON.
    pub(crate) fn new(text: &'a [u8]) -> Result<Self, Failure> {
        scan::check(text).map(Raw).map_err(|(line, column)| Why::Syntax(line, column).into())
    }

    /// The text.
    pub(crate) fn text(self) -> &'a str {
        self.0
    }

    /// Reads the value into a type.
    pub(crate) fn read<T: Read<'a>>(self) -> Result<T, Failure> {
        T::read(Node::new(self.0))
    }

    /// Reads the fields of an object beside [`NAME`], which was read before.
    pub(crate) fn read_beside_name<T: Read<'a>>(self) -> Result<T, Failure> {
        T::read(Node::new(self.0).beside_name())
    }

    /// The values of all fields of this name, in an object.
    pub(crate) fn fields(self, name: &str) -> Result<Vec<Raw<'a>>, Failure> {
        let mut found = Vec::new();
        Node::new(self.0).fields(&mut |key, node| {
            if key == name {
                found.push(Raw(node.text()));
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The elements of an array, or one more than the limit when there are more.
    pub(crate) fn elements(self, limit: usize) -> Vec<Raw<'a>> {
        scan::Parts::of(self.0).take(limit.saturating_add(1)).map(|(_, text)| Raw(text)).collect()
    }
}

impl<'a> Read<'a> for Raw<'a> {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        Ok(Raw(node.text()))
    }
}

/// Reads a whole text into a type.
pub(crate) fn read<'a, T: Read<'a>>(text: &'a [u8]) -> Result<T, Failure> {
    Raw::new(text)?.read()
}

#[cfg(test)]
mod tests;
