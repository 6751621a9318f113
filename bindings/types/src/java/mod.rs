//! Java 8: one class in each file, package `it.libsts.types`.

mod choice;
mod class;
mod family;
mod method;

use std::collections::BTreeSet;

use crate::model::{Field, Model, Shape, Ty, Type, Word};
use crate::names::upper;
use crate::{ORIGIN, docs};

/// The files of the package, and one of `it.libsts.internal`.
pub(crate) fn files(model: &Model) -> Vec<(String, String)> {
    let java = Java { model };
    let template = |text: &str| text.replace("ORIGIN", ORIGIN);
    let mut files = vec![
        ("internal/Fields.java".to_owned(), template(include_str!("Fields.java"))),
        ("types/Value.java".to_owned(), template(include_str!("Value.java"))),
        ("types/Word.java".to_owned(), template(include_str!("Word.java"))),
        ("types/package-info.java".to_owned(), template(include_str!("package-info.java"))),
        ("types/README.md".to_owned(), include_str!("README.java.md").to_owned()),
    ];
    let mut classes =
        vec![("Commands".to_owned(), java.commands()), ("Questions".to_owned(), java.questions())];
    for ty in model.types.values() {
        let name = ty.name.clone();
        match &ty.shape {
            Shape::Record(fields) => classes.push((name, java.record(ty, fields))),
            Shape::Words(words) => classes.push((name, java.words(ty, words))),
            Shape::Choice(choice) => classes.push((name, java.choice(ty, choice))),
            Shape::Either(_) => classes.push((name, java.either(ty))),
            Shape::Family(family) => classes.extend(java.family(ty, family)),
        }
    }
    let file = |(name, body): (String, String)| (format!("types/{name}.java"), file(&body));
    files.extend(classes.into_iter().map(file));
    files
}

/// A file, with the imports that its body needs.
fn file(body: &str) -> String {
    const IMPORTS: &[&str] = &[
        "it.libsts.internal.Fields",
        "java.math.BigDecimal",
        "java.time.Instant",
        "java.time.LocalDate",
        "java.util.Arrays",
        "java.util.Collection",
        "java.util.Collections",
        "java.util.LinkedHashMap",
        "java.util.List",
        "java.util.Map",
        "java.util.Objects",
        "java.util.Optional",
    ];
    let words: BTreeSet<&str> = body
        .lines()
        .filter(|line| !line.trim_start().starts_with(['*', '/']))
        .flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric()))
        .collect();
    let needed = |import: &&&str| words.contains(import.rsplit('.').next().unwrap_or_default());
    let imports: String =
        IMPORTS.iter().filter(needed).map(|import| format!("import {import};\n")).collect();
    let blank = if imports.is_empty() { "" } else { "\n" };
    format!("// {ORIGIN}\npackage it.libsts.types;\n\n{imports}{blank}{body}")
}

struct Java<'a> {
    model: &'a Model,
}

impl Java<'_> {
    fn shape(&self, name: &str) -> &Shape {
        &self.model.named(name).shape
    }

    /// The type where it is always there.
    fn plain(&self, ty: &Ty) -> String {
        match ty {
            Ty::Bool => "boolean".to_owned(),
            Ty::Int => "int".to_owned(),
            Ty::Long => "long".to_owned(),
            _ => self.boxed(ty),
        }
    }

    /// The type where it may be null, or stands in a collection.
    fn boxed(&self, ty: &Ty) -> String {
        match ty {
            Ty::Text => "String".to_owned(),
            Ty::Bool => "Boolean".to_owned(),
            Ty::Int => "Integer".to_owned(),
            Ty::Long => "Long".to_owned(),
            Ty::Decimal => "BigDecimal".to_owned(),
            Ty::Day => "LocalDate".to_owned(),
            Ty::Time => "Instant".to_owned(),
            Ty::Bytes => "byte[]".to_owned(),
            Ty::Named(name) => name.clone(),
            Ty::List(item) => format!("List<{}>", self.boxed(item)),
            Ty::Map(item) => format!("Map<String, {}>", self.boxed(item)),
            Ty::Pair(first, second) => {
                format!("Map.Entry<{}, {}>", self.boxed(first), self.boxed(second))
            }
        }
    }

    /// The type of a field inside its class: null stands for what is absent.
    fn held(&self, field: &Field) -> String {
        if field.optional { self.boxed(&field.ty) } else { self.plain(&field.ty) }
    }

    /// A function that reads the type.
    fn reader(&self, ty: &Ty) -> String {
        let function = match ty {
            Ty::Text => "text",
            Ty::Bool => "bool",
            Ty::Int => "small",
            Ty::Long => "integer",
            Ty::Decimal => "decimal",
            Ty::Day => "day",
            Ty::Time => "time",
            Ty::Bytes => "text",
            Ty::List(item) => return format!("Fields.listOf({})", self.reader(item)),
            Ty::Map(item) => return format!("Fields.mapOf({})", self.reader(item)),
            Ty::Pair(first, second) => {
                return format!("Fields.pairOf({}, {})", self.reader(first), self.reader(second));
            }
            Ty::Named(name) => {
                return match self.shape(name) {
                    Shape::Words(_) => format!("Fields.word({name}::of)"),
                    Shape::Choice(_) => format!("{name}::fromJson"),
                    _ => format!("Fields.object({name}::fromJson)"),
                };
            }
        };
        format!("Fields::{function}")
    }

    /// An expression that reads a field of a map.
    fn read(&self, field: &Field, map: &str) -> String {
        let name = &field.name;
        match &field.ty {
            Ty::Bytes => format!("Fields.bytes({map}, \"{name}\")"),
            Ty::List(item) => format!("Fields.items({map}, \"{name}\", {})", self.reader(item)),
            ty if field.optional => {
                format!("Fields.optional({map}, \"{name}\", {})", self.reader(ty))
            }
            ty => format!("Fields.field({map}, \"{name}\", {})", self.reader(ty)),
        }
    }

    fn words(&self, ty: &Type, words: &[Word]) -> String {
        let name = &ty.name;
        let mut text = doc(&ty.doc, &[], "") + &format!("public enum {name} implements Word {{\n");
        let mut cases = Vec::new();
        for word in words {
            let case = upper(word.name.as_deref().unwrap_or(&word.word));
            let meaning =
                if word.doc.is_empty() { format!("`{}`.", word.word) } else { word.doc.clone() };
            cases.push(format!("{}    {case}(\"{}\")", doc(&meaning, &[], "    "), word.word));
        }
        let (of, otherwise) = if ty.output {
            let meaning =
                "A word of a newer engine, which this version of the package does not know.";
            cases.push(format!("{}    UNRECOGNIZED(\"?\")", doc(meaning, &[], "    ")));
            ("`UNRECOGNIZED` when there is none", "return UNRECOGNIZED;")
        } else {
            ("fails when there is none", "throw Fields.not(\"one of its words\");")
        };
        text += &format!("{};\n\n    private final String word;\n\n", cases.join(",\n\n"));
        text += &format!("    {name}(String word) {{\n        this.word = word;\n    }}\n\n");
        let about = ["@param word as it stands in JSON", "@return the case"].map(str::to_owned);
        text += &doc(&format!("The case of a word; {of}."), &about, "    ");
        text += &format!(
            "    public static {name} of(String word) {{\n        for ({name} one : values()) {{\n            \
             if (one.word.equals(word)) {{\n                return one;\n            }}\n        }}\n        \
             {otherwise}\n    }}\n\n"
        );
        text + "    @Override\n    public String word() {\n        return word;\n    }\n}\n"
    }

    /// A common interface.
    fn either(&self, ty: &Type) -> String {
        let name = &ty.name;
        let mut text = doc(&ty.doc, &[], "") + &format!("public interface {name} {{\n");
        text += &doc("The document as JSON has it.", &["@return its fields".to_owned()], "    ");
        text += "    Map<String, Object> toJson();\n\n";
        let about = [
            "@param json its fields, in whatever state they are: the engine judges them",
            "@return a document",
        ];
        text += &doc("A document that is JSON already.", &about.map(str::to_owned), "    ");
        text += &format!(
            "    static {name} ofJson(Map<String, ?> json) {{\n        \
             Map<String, Object> fields = Collections.unmodifiableMap(new LinkedHashMap<>(json));\n        \
             return () -> fields;\n    }}\n}}\n"
        );
        text
    }

    /// The interfaces of a record.
    fn interfaces(&self, name: &str) -> String {
        let holds = |ty: &&Type| matches!(&ty.shape, Shape::Either(names) if names.iter().any(|n| n == name));
        let names: Vec<_> =
            self.model.types.values().filter(holds).map(|ty| ty.name.as_str()).collect();
        if names.is_empty() { String::new() } else { format!(" implements {}", names.join(", ")) }
    }
}

/// A comment in the form of Javadoc.
fn doc(text: &str, further: &[String], indent: &str) -> String {
    let further: Vec<_> = further.iter().map(|line| javadoc(line)).collect();
    docs::block(&javadoc(text), &further, indent)
}

/// Code and the characters of HTML as Javadoc wants them.
fn javadoc(text: &str) -> String {
    let mut html = String::new();
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            html += &format!("{{@code {part}}}");
        } else {
            html += &part.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        }
    }
    html
}
