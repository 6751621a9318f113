//! A text that is known to be JSON, one level at a time.

use std::borrow::Cow;

use super::scan::{self, Parts};
use super::{ELEMENTS, FIELDS, Failure, Read, Segment, Why};

/// How deep values may lie in one another. Our forms are six levels deep.
pub(super) const DEPTH: u8 = 32;

/// The field that tells which command an object is, and which is no field of that command.
pub(crate) const NAME: &str = "command";

/// A value whose text is known to be JSON.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    text: &'a str,
    depth: u8,
    /// Whether the field [`NAME`] of this object was read before.
    named: bool,
}

/// The fields of an object, for the type that they are read into.
pub(crate) struct Form {
    /// Their names.
    pub(crate) names: &'static [&'static str],
    /// Those that may not be missing, a bit for each.
    pub(crate) required: u64,
    /// Whether other fields are wrong.
    pub(crate) strict: bool,
}

/// Takes a field that must be there.
pub(crate) fn put<'a, T: Read<'a>>(slot: &mut Option<T>, node: Node<'a>) -> Result<(), Failure> {
    *slot = Some(T::read(node)?);
    Ok(())
}

/// Takes a field that may be missing.
pub(crate) fn fill<'a, T: Read<'a>>(slot: &mut T, node: Node<'a>) -> Result<(), Failure> {
    *slot = T::read(node)?;
    Ok(())
}

/// What is done with each part of a value.
type Take<'t, 'a> = &'t mut dyn FnMut(usize, Node<'a>) -> Result<(), Failure>;

impl<'a> Node<'a> {
    /// The whole.
    pub(super) fn new(text: &'a str) -> Self {
        Node { text, depth: 0, named: false }
    }

    /// The same without the field [`NAME`].
    pub(super) fn beside_name(self) -> Self {
        Node { named: true, ..self }
    }

    /// Its text.
    pub(crate) fn text(self) -> &'a str {
        self.text
    }

    pub(super) fn begins(self, with: char) -> bool {
        self.text.starts_with(with)
    }

    /// Whether it is `null`.
    pub(crate) fn is_null(self) -> bool {
        self.begins('n')
    }

    /// What a text says, borrowed where it has no escapes.
    pub(crate) fn string(self, expected: &str) -> Result<Cow<'a, str>, Failure> {
        if !self.begins('"') {
            return Err(Failure::expected(expected));
        }
        scan::string(self.text).ok_or_else(|| Failure::said(&"half of a pair of surrogates"))
    }

    /// What a parser makes of a text; its errors carry no part of the input.
    pub(crate) fn parse<T, E: std::fmt::Display>(
        self,
        expected: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<T, Failure> {
        parse(&self.string(expected)?).map_err(|error| Failure::said(&error))
    }

    /// A part of this value.
    fn part(self, text: &'a str) -> Result<Node<'a>, Failure> {
        let depth = self.depth + 1;
        if depth > DEPTH {
            return Err(Failure::too_many("levels"));
        }
        Ok(Node { text, depth, named: false })
    }

    /// Keys and values of an object, in their order, also those that are there twice.
    pub(super) fn entries(
        self,
        take: &mut dyn FnMut(Node<'a>, Node<'a>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if !self.begins('{') {
            return Err(Failure::expected("an object"));
        }
        self.part("")?;
        for (count, (key, value)) in Parts::of(self.text).enumerate() {
            if count == FIELDS {
                return Err(Failure::too_many("fields"));
            }
            take(Node::new(key), self.part(value)?)?;
        }
        Ok(())
    }

    /// The same by the names of the fields.
    pub(super) fn fields(
        self,
        take: &mut dyn FnMut(&str, Node<'a>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.entries(&mut |key, value| {
            let key = key.string("a string")?;
            if self.named && key == NAME { Ok(()) } else { take(&key, value) }
        })
    }

    /// The fields of an object by their places in the form.
    pub(crate) fn object(self, form: &'static Form, take: Take<'_, 'a>) -> Result<(), Failure> {
        let mut seen = 0u64;
        self.fields(&mut |key, value| {
            let Some(place) = form.names.iter().position(|name| *name == key) else {
                return match form.strict {
                    true => Err(Failure::from(Why::UnknownField(form.names)).within(key)),
                    false => Ok(()),
                };
            };
            if seen & 1 << place != 0 {
                return Err(Why::DuplicateField(form.names[place]).into());
            }
            seen |= 1 << place;
            take(place, value).map_err(|failure| failure.within(key))
        })?;
        let missing = form.required & !seen;
        match form.names.get(missing.trailing_zeros() as usize) {
            Some(name) => Err(Why::MissingField(name).into()),
            None => Ok(()),
        }
    }

    /// The elements of an array.
    pub(crate) fn elements(self, expected: &str, take: Take<'_, 'a>) -> Result<(), Failure> {
        if !self.begins('[') {
            return Err(Failure::expected(expected));
        }
        self.part("")?;
        for (place, (_, element)) in Parts::of(self.text).enumerate() {
            if place == ELEMENTS {
                return Err(Failure::too_many("elements"));
            }
            let taken = self.part(element).and_then(|element| take(place, element));
            taken.map_err(|failure| failure.below(Segment::Element(place)))?;
        }
        Ok(())
    }

    /// Which of these names it is, and the content beside the name. Those of `plain`, a bit for
    /// each, have none: they are texts.
    pub(crate) fn choice(
        self,
        names: &'static [&'static str],
        plain: u64,
    ) -> Result<(usize, Node<'a>), Failure> {
        let (name, content) = if self.begins('"') {
            (self.text, None)
        } else {
            let mut parts = Parts::of(self.text);
            match (self.begins('{'), parts.next(), parts.next()) {
                (true, Some((name, content)), None) => (name, Some(self.part(content)?)),
                (true, ..) => return Err(Failure::expected("an object with one field")),
                _ => return Err(Why::OneOf(names).into()),
            }
        };
        let chosen = Node::new(name).word(names)?;
        match (plain & 1 << chosen != 0, content) {
            (true, Some(content)) if !content.is_null() => Err(Failure::expected("a text")),
            (true, _) => Ok((chosen, self)),
            (false, Some(content)) => Ok((chosen, content)),
            (false, None) => Err(Failure::expected("an object with one field")),
        }
    }

    /// Which of these names a text is.
    fn word(self, names: &'static [&'static str]) -> Result<usize, Failure> {
        if !self.begins('"') {
            return Err(Why::OneOf(names).into());
        }
        let name = self.string("")?;
        let place = names.iter().position(|known| *known == name);
        place.ok_or_else(|| Why::OneOf(names).into())
    }

    /// Which of these names the field of this name in an object says.
    pub(crate) fn tag(
        self,
        tag: &'static str,
        names: &'static [&'static str],
    ) -> Result<usize, Failure> {
        let mut chosen = None;
        self.fields(&mut |key, value| {
            if key == tag {
                if chosen.is_some() {
                    return Err(Why::DuplicateField(tag).into());
                }
                chosen = Some(value.word(names).map_err(|failure| failure.within(key))?);
            }
            Ok(())
        })?;
        chosen.ok_or_else(|| Why::MissingField(tag).into())
    }
}
