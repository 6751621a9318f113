//! PHP 8.1: one class in each file, namespace `Sts\Types`.

mod class;
mod method;

use crate::model::{Model, Shape, Ty};
use crate::names::{is_code, pascal};
use crate::{ORIGIN, docs};

/// The files of the folder.
pub(crate) fn files(model: &Model) -> Vec<(String, String)> {
    let php = Php { model };
    let mut files = vec![
        ("Json.php".to_owned(), include_str!("Json.php").replace("ORIGIN", ORIGIN)),
        ("Commands.php".to_owned(), file(&php.commands())),
        ("Questions.php".to_owned(), file(&php.questions())),
        ("README.md".to_owned(), include_str!("README.php.md").to_owned()),
    ];
    for ty in model.types.values() {
        let classes = match &ty.shape {
            Shape::Record(fields) => vec![(ty.name.clone(), php.record(ty, fields))],
            Shape::Words(words) => vec![(ty.name.clone(), php.words(ty, words))],
            Shape::Choice(choice) => vec![(ty.name.clone(), php.choice(ty, choice))],
            Shape::Family(family) => php.family(ty, family),
            // A union of PHP.
            Shape::Either(_) => Vec::new(),
        };
        files.extend(classes.into_iter().map(|(name, text)| (name + ".php", file(&text))));
    }
    files
}

fn file(body: &str) -> String {
    format!("<?php\n\n// {ORIGIN}\n\ndeclare(strict_types=1);\n\nnamespace Sts\\Types;\n\n{body}")
}

struct Php<'a> {
    model: &'a Model,
}

impl Php<'_> {
    fn shape(&self, name: &str) -> &Shape {
        &self.model.named(name).shape
    }

    /// The type as the language has it.
    fn native(&self, ty: &Ty) -> String {
        match ty {
            Ty::Text | Ty::Decimal | Ty::Day | Ty::Bytes => "string".to_owned(),
            Ty::Bool => "bool".to_owned(),
            Ty::Int | Ty::Long => "int".to_owned(),
            Ty::Time => "\\DateTimeImmutable".to_owned(),
            Ty::List(_) | Ty::Map(_) | Ty::Pair(..) => "array".to_owned(),
            Ty::Named(name) => match self.shape(name) {
                Shape::Either(names) => names.join("|"),
                _ => name.clone(),
            },
        }
    }

    /// The type as documentation has it, when that says more.
    fn documented(&self, ty: &Ty) -> Option<String> {
        let inner = |ty: &Ty| self.documented(ty).unwrap_or_else(|| self.native(ty));
        match ty {
            Ty::List(item) => Some(format!("list<{}>", inner(item))),
            Ty::Map(item) => Some(format!("array<string, {}>", inner(item))),
            Ty::Pair(first, second) => {
                Some(format!("array{{0: {}, 1: {}}}", inner(first), inner(second)))
            }
            _ => None,
        }
    }

    /// A callable that reads the type.
    fn reader(&self, ty: &Ty) -> String {
        match ty {
            Ty::Text | Ty::Decimal | Ty::Day | Ty::Bytes => "Json::text(...)".to_owned(),
            Ty::Bool => "Json::bool(...)".to_owned(),
            Ty::Int | Ty::Long => "Json::int(...)".to_owned(),
            Ty::Time => "Json::time(...)".to_owned(),
            Ty::List(item) => format!("Json::listOf({})", self.reader(item)),
            Ty::Map(item) => format!("Json::mapOf({})", self.reader(item)),
            Ty::Pair(first, second) => {
                format!("Json::pairOf({}, {})", self.reader(first), self.reader(second))
            }
            Ty::Named(name) => match self.shape(name) {
                Shape::Words(_) => format!("Json::word({name}::of(...))"),
                Shape::Choice(_) => format!("{name}::fromJson(...)"),
                Shape::Record(_) | Shape::Either(_) | Shape::Family(_) => {
                    format!("Json::object({name}::fromArray(...))")
                }
            },
        }
    }
}

/// The name of a case of an enumeration or constant.
fn case(word: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => name.to_owned(),
        None if is_code(word) => word.replace('.', "_"),
        None => pascal(word),
    }
}

/// A text as a literal.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A documented item.
fn doc(text: &str, further: &[String], indent: &str) -> String {
    docs::block(text, further, indent)
}
