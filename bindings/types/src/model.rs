//! What the schemas say, in the terms that all languages share.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::names::{method, pascal};

/// Everything that is generated.
#[derive(Debug, Default)]
pub struct Model {
    /// The types by their names.
    pub types: BTreeMap<String, Type>,
    /// One method for each command.
    pub commands: Vec<Method>,
    /// One method for each question that needs no engine.
    pub questions: Vec<Method>,
}

/// A type with a name.
#[derive(Clone, Debug)]
pub struct Type {
    /// Its name, the same in all languages.
    pub name: String,
    /// What it means, in paragraphs.
    pub doc: String,
    /// How it is made.
    pub shape: Shape,
    /// Whether a host hands it over.
    pub input: bool,
    /// Whether it comes back, so that it may hold what this version does not know.
    pub output: bool,
    /// Whether it comes back only where no engine is needed.
    pub reply: bool,
}

/// How a type is made.
#[derive(Clone, Debug)]
pub enum Shape {
    /// An object.
    Record(Vec<Field>),
    /// One of some words.
    Words(Vec<Word>),
    /// One of some cases, some with fields.
    Choice(Choice),
    /// One of some types, told apart by their fields.
    Either(Vec<String>),
    /// One of some objects with a common tag, each a type of its own.
    Family(Family),
}

/// One field of an object.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// Its type.
    pub ty: Ty,
    /// Whether it may be absent or null.
    pub optional: bool,
    /// Whether it may be absent.
    pub absent: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// What absence means, where that is a plain value.
    pub default: Option<Value>,
    /// Whether it must not be seen.
    pub secret: bool,
}

/// One word.
#[derive(Clone, Debug)]
pub struct Word {
    /// As it stands in JSON.
    pub word: String,
    /// The name of the case, where the word is none.
    pub name: Option<String>,
    /// What it means.
    pub doc: String,
}

/// One of some cases.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The field that names the case; without, the case is a word, or the only key of an object.
    pub tag: Option<String>,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One case of a choice.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name in JSON.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// What it holds.
    pub content: Content,
}

/// What a case holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// Nothing.
    Nothing,
    /// One value, the content of the key.
    Value(Ty),
    /// Some fields.
    Fields(Vec<Field>),
}

/// One of some objects.
#[derive(Clone, Debug)]
pub struct Family {
    /// The field that names the member.
    pub tag: String,
    /// Fields that all members have.
    pub common: Vec<Field>,
    /// The members.
    pub members: Vec<Member>,
}

/// One member of a family.
#[derive(Clone, Debug)]
pub struct Member {
    /// The value of the tag.
    pub tag: String,
    /// The name of its type.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// Its fields beside the tag.
    pub fields: Vec<Field>,
}

/// A command or a question.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name in JSON.
    pub name: String,
    /// What it does.
    pub doc: String,
    /// What it takes, what is needed first.
    pub parameters: Vec<Field>,
    /// The types of its answers; none when there is nothing to tell.
    pub answers: Vec<String>,
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    /// Text.
    Text,
    /// A truth value.
    Bool,
    /// An integer that fits in 32 bits.
    Int,
    /// An integer that may not.
    Long,
    /// A decimal number, written as text: an amount or a rate.
    Decimal,
    /// A day, `YYYY-MM-DD`.
    Day,
    /// An instant, milliseconds since 1970-01-01T00:00:00Z.
    Time,
    /// Bytes, which travel beside the JSON.
    Bytes,
    /// A type with a name.
    Named(String),
    /// A list.
    List(Box<Ty>),
    /// Values by words.
    Map(Box<Ty>),
    /// Two values.
    Pair(Box<Ty>, Box<Ty>),
}

impl Field {
    /// Whether it is the time of a question, which is that of the machine when it is not given.
    pub fn is_now(&self) -> bool {
        self.ty == Ty::Time && !self.optional
    }
}

impl Ty {
    /// The name inside, if there is one.
    pub fn names<'a>(&'a self, into: &mut Vec<&'a str>) {
        match self {
            Ty::Named(name) => into.push(name),
            Ty::List(item) | Ty::Map(item) => item.names(into),
            Ty::Pair(first, second) => {
                first.names(into);
                second.names(into);
            }
            _ => {}
        }
    }
}

impl Type {
    /// The types it is made of.
    pub fn parts(&self) -> Vec<&Ty> {
        fn of(fields: &[Field]) -> impl Iterator<Item = &Ty> {
            fields.iter().map(|field| &field.ty)
        }
        match &self.shape {
            Shape::Record(fields) => of(fields).collect(),
            Shape::Words(_) | Shape::Either(_) => Vec::new(),
            Shape::Choice(choice) => {
                let parts = choice.cases.iter().flat_map(|case| match &case.content {
                    Content::Nothing => Vec::new(),
                    Content::Value(ty) => vec![ty],
                    Content::Fields(fields) => of(fields).collect(),
                });
                parts.collect()
            }
            Shape::Family(family) => {
                let members = family.members.iter().flat_map(|member| of(&member.fields));
                of(&family.common).chain(members).collect()
            }
        }
    }

    /// The fields of a record.
    pub fn fields(&self) -> &[Field] {
        match &self.shape {
            Shape::Record(fields) => fields,
            _ => &[],
        }
    }
}

impl Model {
    /// The type of a name; the reader has seen to it that there is one.
    pub fn named(&self, name: &str) -> &Type {
        &self.types[name]
    }

    /// Calls commands by their methods in the documentation of the answers.
    pub(crate) fn name_commands(&mut self) {
        for ty in self.types.values_mut() {
            let Shape::Family(family) = &mut ty.shape else { continue };
            for member in &mut family.members {
                for command in &self.commands {
                    let variant = format!("`{}`", pascal(&command.name));
                    let called = format!("`{}`", method(&command.name));
                    member.doc = member.doc.replace(&variant, &called);
                }
                if member.doc.starts_with("Of `") {
                    member.doc.replace_range(..2, "The answer of");
                }
            }
        }
    }

    /// Marks everything that is reachable from the methods and families.
    pub(crate) fn mark(&mut self) {
        let mut input = Vec::new();
        for method in self.commands.iter().chain(&self.questions) {
            method.parameters.iter().for_each(|field| field.ty.names(&mut input));
        }
        let mut output: Vec<&str> = Vec::new();
        for method in self.commands.iter().chain(&self.questions) {
            output.extend(method.answers.iter().map(String::as_str));
        }
        let families = self.types.values().filter(|ty| matches!(ty.shape, Shape::Family(_)));
        let families: Vec<&str> = families.map(|ty| ty.name.as_str()).collect();
        output.extend(&families);
        let engine = self.reachable(families);
        let (input, output) = (self.reachable(input), self.reachable(output));
        for ty in self.types.values_mut() {
            ty.input = input.contains(&ty.name);
            ty.output = output.contains(&ty.name);
            ty.reply = ty.output && !engine.contains(&ty.name);
        }
    }

    fn reachable(&self, from: Vec<&str>) -> Vec<String> {
        let mut seen: Vec<&str> = Vec::new();
        let mut open = from;
        while let Some(name) = open.pop() {
            // Members of families are reached through them.
            let Some(ty) = self.types.get(name).filter(|_| !seen.contains(&name)) else { continue };
            seen.push(name);
            ty.parts().into_iter().for_each(|ty| ty.names(&mut open));
            if let Shape::Either(names) = &ty.shape {
                open.extend(names.iter().map(String::as_str));
            }
        }
        seen.into_iter().map(str::to_owned).collect()
    }
}
