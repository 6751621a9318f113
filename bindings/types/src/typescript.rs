//! TypeScript: declarations, and the methods of commands.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::{Case, Choice, Content, Family, Field, Method, Model, Shape, Ty, Type, Word};
use crate::names::{method, pascal};
use crate::{ORIGIN, docs};

/// What stands for the plain values.
const SCALARS: &str = "\
/** A day, `YYYY-MM-DD`. */
export type Day = string;

/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export type Timestamp = number;

/** A decimal number as text, such as `60.00`: an amount or a rate. */
export type Decimal = string;
";

/// The files, relative to the folder of the package.
pub(crate) fn files(model: &Model) -> Vec<(String, String)> {
    let mut pages: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for ty in model.types.values() {
        let text = match &ty.shape {
            Shape::Record(fields) => record(&ty.name, &ty.doc, &[], fields, of(ty)),
            Shape::Words(words) => self::words(ty, words),
            Shape::Choice(choice) => self::choice(ty, choice),
            Shape::Either(names) => union(&ty.name, &ty.doc, names),
            Shape::Family(family) => self::family(ty, family),
        };
        pages.entry(page(ty)).or_default().push((ty.name.clone(), text));
        if let Shape::Family(family) = &ty.shape {
            let names = family.members.iter().map(|member| (member.name.clone(), String::new()));
            pages.entry(page(ty)).or_default().extend(names);
        }
    }
    pages
        .entry("scalars")
        .or_default()
        .extend(["Day", "Timestamp", "Decimal"].map(|name| (name.to_owned(), String::new())));
    pages.entry("commands").or_default().extend(commands(model));
    let homes: BTreeMap<&str, &str> = pages
        .iter()
        .flat_map(|(page, types)| types.iter().map(|(name, _)| (name.as_str(), *page)))
        .collect();
    let mut files = Vec::new();
    for (page, types) in &pages {
        let body: Vec<&str> =
            types.iter().map(|(_, text)| text.as_str()).filter(|text| !text.is_empty()).collect();
        let body = if *page == "scalars" { SCALARS.to_owned() } else { body.join("\n") };
        let text = format!("// {ORIGIN}\n{}\n{body}", imports(page, &body, &homes));
        files.push((format!("types/{page}.d.ts"), text));
    }
    let index: String =
        pages.keys().map(|page| format!("export * from \"./types/{page}.js\";\n")).collect();
    files.push(("types.d.ts".to_owned(), format!("// {ORIGIN}\n\n{index}")));
    files.push(("src/commands.ts".to_owned(), methods(model, &homes)));
    files.push(("types/README.md".to_owned(), include_str!("README.typescript.md").to_owned()));
    files
}

/// In which file a type stands.
fn page(ty: &Type) -> &'static str {
    match (&ty.shape, ty.input) {
        (Shape::Family(_), _) if ty.name == "Event" => "events",
        (Shape::Family(_), _) => "answers",
        (Shape::Words(_), true) => "codes",
        (_, true) => "input",
        _ if ty.reply => "replies",
        (Shape::Words(_), false) => "words",
        _ => "output",
    }
}

/// What a page needs of the others.
fn imports(page: &str, body: &str, homes: &BTreeMap<&str, &str>) -> String {
    let mut needed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, home) in homes.iter().filter(|(_, home)| **home != page) {
        if used(body, name) {
            needed.entry(home).or_default().push(name);
        }
    }
    let line = |(home, names): (&&str, &Vec<&str>)| {
        let one_line = format!("import type {{ {} }} from \"./{home}.js\";\n", names.join(", "));
        match one_line.len() <= 100 {
            true => one_line,
            false => {
                format!("import type {{\n  {},\n}} from \"./{home}.js\";\n", names.join(",\n  "))
            }
        }
    };
    needed.iter().map(line).collect()
}

/// Whether a type is named outside comments.
fn used(body: &str, name: &str) -> bool {
    let code = body.lines().filter(|line| !line.trim_start().starts_with(['*', '/']));
    let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '"');
    code.into_iter().any(|line| {
        line.match_indices(name).any(|(at, _)| {
            boundary(line[..at].chars().next_back())
                && boundary(line[at + name.len()..].chars().next())
        })
    })
}

fn ty(ty: &Ty) -> String {
    match ty {
        Ty::Text => "string".to_owned(),
        Ty::Bool => "boolean".to_owned(),
        Ty::Int | Ty::Long => "number".to_owned(),
        Ty::Decimal => "Decimal".to_owned(),
        Ty::Day => "Day".to_owned(),
        Ty::Time => "Timestamp".to_owned(),
        Ty::Bytes => "Uint8Array".to_owned(),
        Ty::Named(name) => name.clone(),
        Ty::List(item) => format!("{}[]", self::ty(item)),
        Ty::Map(item) => format!("{{ [key: string]: {} }}", self::ty(item)),
        Ty::Pair(first, second) => format!("[{}, {}]", self::ty(first), self::ty(second)),
    }
}

/// How the types of the fields of a type are written.
fn of(ty: &Type) -> fn(&Ty) -> String {
    if ty.input { taken } else { self::ty }
}

/// The type of what a host hands over, which is only read.
fn taken(ty: &Ty) -> String {
    if matches!(ty, Ty::List(_)) { format!("readonly {}", self::ty(ty)) } else { self::ty(ty) }
}

fn field(field: &Field, indent: &str, ty: fn(&Ty) -> String) -> String {
    let doc = docs::block(&field.doc, &[], indent);
    let ty = ty(&field.ty);
    let ty = if field.nullable && field.optional { format!("{ty} | null") } else { ty };
    let (mark, ty) = if field.absent { ("?", format!("{ty} | undefined")) } else { ("", ty) };
    format!("{doc}{indent}{}{mark}: {ty};\n", field.name)
}

fn record(
    name: &str,
    doc: &str,
    constants: &[(&str, &str)],
    fields: &[Field],
    ty: fn(&Ty) -> String,
) -> String {
    let doc = docs::block(doc, &[], "");
    let constants: String =
        constants.iter().map(|(name, value)| format!("  {name}: \"{value}\";\n")).collect();
    let fields: String = fields.iter().map(|one| field(one, "  ", ty)).collect();
    format!("{doc}export interface {name} {{\n{constants}{fields}}}\n")
}

fn words(ty: &Type, words: &[Word]) -> String {
    let further: Vec<_> = words
        .iter()
        .filter(|word| !word.doc.is_empty())
        .map(|word| format!("- `{}`: {}", word.word, word.doc))
        .collect();
    let words: Vec<_> = words.iter().map(|word| format!("\"{}\"", word.word)).collect();
    docs::block(&ty.doc, &further, "") + &alias(&ty.name, &words)
}

fn alias(name: &str, cases: &[String]) -> String {
    let one_line = format!("export type {name} = {};\n", cases.join(" | "));
    match one_line.chars().count() <= 100 {
        true => one_line,
        false => format!("export type {name} =\n  | {};\n", cases.join("\n  | ")),
    }
}

fn union(name: &str, doc: &str, names: &[String]) -> String {
    docs::block(doc, &[], "") + &alias(name, names)
}

fn choice(ty: &Type, choice: &Choice) -> String {
    let case = |case: &Case| {
        let doc = docs::block(&case.doc, &[], "  ");
        let fields = |fields: &[Field], indent: &str| -> String {
            fields.iter().map(|one| field(one, indent, of(ty))).collect()
        };
        let body = match (&choice.tag, &case.content) {
            (Some(tag), Content::Fields(inner)) => {
                format!("{{\n      {tag}: \"{}\";\n{}    }}", case.name, fields(inner, "      "))
            }
            (Some(tag), _) => format!("{{ {tag}: \"{}\" }}", case.name),
            (None, Content::Nothing) => format!("\"{}\"", case.name),
            (None, Content::Value(value)) => format!("{{ {}: {} }}", case.name, of(ty)(value)),
            (None, Content::Fields(inner)) => format!(
                "{{\n      {}: {{\n{}      }};\n    }}",
                case.name,
                fields(inner, "        ")
            ),
        };
        format!("{doc}  | {body}\n")
    };
    let cases: String = choice.cases.iter().map(case).collect();
    let cases = cases.trim_end();
    format!("{}export type {} =\n{cases};\n", docs::block(&ty.doc, &[], ""), ty.name)
}

fn family(ty: &Type, family: &Family) -> String {
    let mut names = Vec::new();
    let mut text = String::new();
    for member in &family.members {
        let fields: Vec<_> = family.common.iter().chain(&member.fields).cloned().collect();
        let tag = [(family.tag.as_str(), member.tag.as_str())];
        text += &format!("\n{}", record(&member.name, &member.doc, &tag, &fields, self::ty));
        names.push(member.name.clone());
    }
    let doc = format!("{} Later versions may have others: keep a default branch.", ty.doc);
    union(&ty.name, &doc, &names) + &text
}

/// The commands as values.
fn commands(model: &Model) -> Vec<(String, String)> {
    let name = |command: &Method| pascal(&command.name) + "Command";
    let names: Vec<_> = model.commands.iter().map(name).collect();
    let mut commands =
        vec![("Command".to_owned(), union("Command", "A wish of the host.", &names))];
    for command in &model.commands {
        let tag = [("command", command.name.as_str())];
        commands.push((
            name(command),
            record(&name(command), &command.doc, &tag, &command.parameters, taken),
        ));
    }
    commands
}

const METHODS: &str = "One method for each command, over the one that carries any of them.";
const HOOK: &str = "Carries out a command with all that follows from it, and gives its last answer. In an \
    answer `receipts` the bytes that travel beside the JSON stand in the field `zip` of `receipts`.";

/// The class with one method for each command.
fn methods(model: &Model, homes: &BTreeMap<&str, &str>) -> String {
    let mut text = docs::block(METHODS, &[], "") + "export abstract class Commands {\n";
    text += &docs::block(HOOK, &[], "  ");
    text += "  abstract command(command: Command): Promise<Answer>;\n";
    for command in &model.commands {
        let (mut documented, mut parameters, mut fields) = (Vec::new(), Vec::new(), Vec::new());
        for field in &command.parameters {
            let name = &field.name;
            let ty = taken(&field.ty);
            documented.push(format!("@param {name} {}", field.doc));
            parameters.push(match &field.default {
                Some(Value::Bool(value)) => format!("{name} = {value}"),
                _ if field.optional && field.nullable => format!("{name}?: {ty} | null"),
                _ if field.optional => format!("{name}?: {ty}"),
                _ => format!("{name}: {ty}"),
            });
            fields.push(name.clone());
        }
        let answers = command.answers.join(" | ");
        let kinds: Vec<_> =
            command.answers.iter().map(|name| format!("\"{}\"", tag(model, name))).collect();
        let head = format!(
            "  {}({}): Promise<{answers}> {{\n",
            method(&command.name),
            parameters.join(", ")
        );
        let head = match head.chars().count() <= 100 {
            true => head,
            false => format!(
                "  {}(\n    {},\n  ): Promise<{answers}> {{\n",
                method(&command.name),
                parameters.join(",\n    ")
            ),
        };
        fields.insert(0, format!("command: \"{}\"", command.name));
        text += &format!("\n{}{head}", docs::block(&command.doc, &documented, "  "));
        text += &format!(
            "    return this.answered({{ {} }}, {});\n  }}\n",
            fields.join(", "),
            kinds.join(", ")
        );
    }
    text += ANSWERED;
    let imports = imports("", &text, homes).replace("\"./", "\"../types/");
    format!("// {ORIGIN}\n{imports}\n{text}}}\n")
}

/// Sees to it that the answer is of a kind that the command has.
const ANSWERED: &str = r#"
  private async answered<K extends Answer["answer"]>(
    command: Command,
    ...kinds: K[]
  ): Promise<Extract<Answer, { answer: K }>> {
    const answer = await this.command(command);
    if ((kinds as string[]).includes(answer.answer)) {
      return answer as Extract<Answer, { answer: K }>;
    }
    throw new TypeError(`the command "${command.command}" was answered "${answer.answer}"`);
  }
"#;

/// The tag of a member of the answers.
fn tag<'a>(model: &'a Model, name: &str) -> &'a str {
    let Shape::Family(family) = &model.named("Answer").shape else { return "" };
    let member = family.members.iter().find(|member| member.name == name);
    member.map_or("", |member| &member.tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_used_only_as_a_whole_and_outside_comments() {
        assert!(used("  a: Text[];\n", "Text"));
        assert!(!used("  a: TextList;\n  /** A Text. */\n  b: \"Text\";\n", "Text"));
    }
}
