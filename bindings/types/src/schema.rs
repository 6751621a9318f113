//! Reads the schemas.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde_json::{Map, Value};

use crate::docs::plain;
use crate::model::Word;
use crate::model::{Case, Choice, Content, Family, Field, Member, Method, Model, Shape, Ty, Type};
use crate::names::{camel, pascal};

/// Why the schemas cannot be read: they have a form that this crate does not know, or are missing.
#[derive(Debug)]
pub struct SchemaError(String);

impl std::fmt::Display for SchemaError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SchemaError {}

impl From<io::Error> for SchemaError {
    fn from(error: io::Error) -> Self {
        SchemaError(error.to_string())
    }
}

type Read<T> = Result<T, SchemaError>;

/// Reads `fixtures/schema`.
pub fn read(folder: &Path) -> Read<Model> {
    let mut model = Model::default();
    let schema = |name: &str| -> Read<Value> {
        let path = folder.join(format!("{name}.schema.json"));
        let text = fs::read_to_string(&path)
            .map_err(|error| SchemaError(format!("{}: {error}", path.display())))?;
        serde_json::from_str(&text).map_err(|error| SchemaError(format!("{name}: {error}")))
    };
    let [command, question, answer, event, reply] =
        ["command", "question", "answer", "event", "reply"].map(schema);
    let (command, question, answer, event, reply) = (command?, question?, answer?, event?, reply?);
    // What goes in before what comes out: the fields that a host may leave out are told there.
    for file in [&command, &question, &answer, &event, &reply] {
        for (name, def) in defs(file) {
            let ty = named(name, def)?;
            model.types.entry(name.clone()).or_insert(ty);
        }
    }
    for (name, file) in [("Answer", &answer), ("Event", &event)] {
        let family = family(name, file)?;
        let (name, doc) = (name.to_owned(), doc(file));
        let shape = Shape::Family(family);
        let ty = Type { name: name.clone(), doc, shape, input: false, output: false, reply: false };
        if model.types.insert(name.clone(), ty).is_some() {
            return Err(SchemaError(format!("two types are called {name}")));
        }
    }
    for branch in branches(&command) {
        model.commands.push(self::command(branch)?);
    }
    model.name_commands();
    let replies: BTreeMap<&str, &str> = branches(&reply).iter().map(keyed).collect::<Read<_>>()?;
    for branch in branches(&question) {
        let (name, fields) = keyed(branch)?;
        let fields = model.named(fields).fields().to_vec();
        let answer =
            replies.get(name).ok_or_else(|| unknown("a question without reply", branch))?;
        // An object without fields tells nothing.
        let answers = match model.named(answer).fields() {
            [] => Vec::new(),
            _ => vec![(*answer).to_owned()],
        };
        let parameters = in_order(fields);
        model.questions.push(Method {
            name: name.to_owned(),
            doc: doc(branch),
            parameters,
            answers,
        });
    }
    model.mark();
    model.types.retain(|_, ty| ty.input || ty.output);
    Ok(model)
}

fn defs(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["$defs"].as_object().into_iter().flatten()
}

fn branches(schema: &Value) -> &[Value] {
    schema["oneOf"].as_array().map_or(&[], Vec::as_slice)
}

fn doc(schema: &Value) -> String {
    plain(schema["description"].as_str().unwrap_or_default())
}

fn unknown(what: &str, schema: &Value) -> SchemaError {
    SchemaError(format!("{what}: {schema}"))
}

fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/$defs/")
}

/// The only key of a branch and the name of its content.
fn keyed(branch: &Value) -> Read<(&str, &str)> {
    let properties = properties(branch);
    let (name, content) = properties.iter().next().ok_or_else(|| unknown("no key", branch))?;
    let content = reference(content).ok_or_else(|| unknown("no content", branch))?;
    Ok((name, content))
}

fn properties(schema: &Value) -> &Map<String, Value> {
    static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    schema["properties"].as_object().unwrap_or(&EMPTY)
}

fn required(schema: &Value) -> Vec<&str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The fields of an object, those that must be there in their order before the others.
fn fields(schema: &Value, leave_out: &[&str]) -> Read<Vec<Field>> {
    let properties = properties(schema);
    let required = required(schema);
    let mut rest: Vec<&str> =
        properties.keys().map(String::as_str).filter(|name| !required.contains(name)).collect();
    // JSON Schema keeps no order.
    let order: Vec<&str> =
        schema["x-order"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    rest.sort_by_key(|name| order.iter().position(|field| field == name || camel(field) == *name));
    let names = required.iter().copied().chain(rest).filter(|name| !leave_out.contains(name));
    let mut fields: Vec<Field> = Vec::new();
    for name in names {
        let schema = properties.get(name).ok_or_else(|| unknown("a field is missing", schema))?;
        let (ty, nullable) = self::ty(schema)?;
        let default = schema.get("default").filter(|value| !value.is_null()).cloned();
        let absent = !required.contains(&name);
        let optional = nullable || absent;
        // A list that is absent is empty.
        let (optional, default) = match ty {
            Ty::List(_) => (false, optional.then(|| Value::Array(Vec::new()))),
            _ => (optional, default),
        };
        let (name, secret) = (name.to_owned(), schema["x-secret"] == true);
        fields.push(Field {
            name,
            doc: doc(schema),
            ty,
            optional,
            absent,
            nullable,
            default,
            secret,
        });
    }
    for (name, doc) in schema["x-beside"].as_object().into_iter().flatten() {
        let doc = plain(doc.as_str().unwrap_or_default());
        let (name, ty) = (name.clone(), Ty::Bytes);
        fields.push(Field {
            name,
            doc,
            ty,
            optional: false,
            absent: false,
            nullable: false,
            default: None,
            secret: false,
        });
    }
    Ok(fields)
}

fn in_order(mut fields: Vec<Field>) -> Vec<Field> {
    fields.sort_by_key(|field| field.optional || field.default.is_some());
    fields
}

/// The type of a value, and whether it may be null.
fn ty(schema: &Value) -> Read<(Ty, bool)> {
    if let Some(name) = reference(schema) {
        return Ok((Ty::Named(name.to_owned()), false));
    }
    if let Some([value, null]) = schema["anyOf"].as_array().map(Vec::as_slice)
        && null["type"] == "null"
    {
        return Ok((ty(value)?.0, true));
    }
    let (kind, nullable) = match &schema["type"] {
        Value::String(kind) => (kind.as_str(), false),
        Value::Array(kinds) => match kinds.as_slice() {
            [Value::String(kind), null] if null == "null" => (kind.as_str(), true),
            _ => return Err(unknown("a type", schema)),
        },
        _ => return Err(unknown("a type", schema)),
    };
    let format = schema["format"].as_str().unwrap_or_default();
    let ty = match kind {
        "string" if format == "date" => Ty::Day,
        "string" if is_decimal(schema) => Ty::Decimal,
        "string" => Ty::Text,
        "boolean" => Ty::Bool,
        "integer" if format == "unix-time-ms" => Ty::Time,
        "integer" if matches!(format, "uint64" | "uint") => Ty::Long,
        "integer" => Ty::Int,
        "array" => match schema["prefixItems"].as_array().map(Vec::as_slice) {
            Some([first, second]) => Ty::Pair(Box::new(ty(first)?.0), Box::new(ty(second)?.0)),
            _ => Ty::List(Box::new(ty(&schema["items"])?.0)),
        },
        "object" => Ty::Map(Box::new(ty(&schema["additionalProperties"])?.0)),
        _ => return Err(unknown("a type", schema)),
    };
    Ok((ty, nullable))
}

/// Amounts and rates are text that is matched by digits, a point and more digits.
fn is_decimal(schema: &Value) -> bool {
    schema["pattern"].as_str().is_some_and(|pattern| pattern.contains("([.][0-9]{1,2})?$"))
}

fn named(name: &str, schema: &Value) -> Read<Type> {
    let shape = if let Some(either) = schema["anyOf"].as_array() {
        let names = either.iter().map(|one| reference(one).map(str::to_owned));
        Shape::Either(names.collect::<Option<_>>().ok_or_else(|| unknown("a type", schema))?)
    } else if branches(schema).is_empty() {
        Shape::Record(fields(schema, &[])?)
    } else if branches(schema).iter().all(|branch| branch["const"].is_string()) {
        Shape::Words(branches(schema).iter().map(word).collect())
    } else {
        Shape::Choice(choice(schema)?)
    };
    let (name, doc) = (name.to_owned(), doc(schema));
    Ok(Type { name, doc, shape, input: false, output: false, reply: false })
}

fn word(branch: &Value) -> Word {
    let text = |key: &str| branch[key].as_str().map(str::to_owned);
    let word = text("const").expect("looked at");
    let name = text("x-name").filter(|_| word.starts_with(|c: char| c.is_ascii_digit()));
    Word { word, name, doc: doc(branch) }
}

fn choice(schema: &Value) -> Read<Choice> {
    let tag = branches(schema).iter().find_map(tag).map(|(tag, _)| tag.to_owned());
    let cases = branches(schema).iter().map(|branch| {
        let doc = doc(branch);
        if let Some((tag, name)) = self::tag(branch) {
            let content = match fields(branch, &[tag])? {
                fields if fields.is_empty() => Content::Nothing,
                fields => Content::Fields(fields),
            };
            return Ok(Case { name: name.to_owned(), doc, content });
        }
        if let Some(word) = branch["const"].as_str() {
            return Ok(Case { name: word.to_owned(), doc, content: Content::Nothing });
        }
        let mut keys = properties(branch).iter();
        let (Some((name, value)), None) = (keys.next(), keys.next()) else {
            return Err(unknown("a case", branch));
        };
        let content = match value.get("properties") {
            Some(_) => Content::Fields(fields(value, &[])?),
            None => Content::Value(ty(value)?.0),
        };
        Ok(Case { name: name.clone(), doc, content })
    });
    Ok(Choice { tag, cases: cases.collect::<Read<_>>()? })
}

/// The field of a branch that holds a constant, and the constant.
fn tag(branch: &Value) -> Option<(&str, &str)> {
    properties(branch)
        .iter()
        .find_map(|(name, value)| Some((name.as_str(), value["const"].as_str()?)))
}

fn family(name: &str, schema: &Value) -> Read<Family> {
    let common = fields(schema, &[])?;
    let mut members: Vec<Member> = Vec::new();
    let mut family_tag = String::new();
    for branch in branches(schema) {
        let (field, value) = tag(branch).ok_or_else(|| unknown("a member without tag", branch))?;
        family_tag = field.to_owned();
        members.push(Member {
            tag: value.to_owned(),
            name: member_name(value, name),
            doc: doc(branch),
            fields: fields(branch, &[field])?,
        });
    }
    Ok(Family { tag: family_tag, common, members })
}

/// `SavedAnswer`; `NoAnswer`.
fn member_name(tag: &str, family: &str) -> String {
    let name = pascal(tag);
    if name.ends_with(family) { name } else { name + family }
}

fn command(branch: &Value) -> Read<Method> {
    let (field, name) = tag(branch).ok_or_else(|| unknown("a command without name", branch))?;
    let answers = branch["x-answered"].as_array().into_iter().flatten().filter_map(Value::as_str);
    // The types say which answer it has.
    let doc = doc(branch).split(" Answered `").next().unwrap_or_default().to_owned();
    Ok(Method {
        name: name.to_owned(),
        doc,
        parameters: in_order(fields(branch, &[field])?),
        answers: answers.map(|answer| member_name(answer, "Answer")).collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_that_is_not_known_is_refused_and_not_guessed() {
        for schema in [
            json!({ "type": "number" }),
            json!({ "type": ["string", "integer"] }),
            json!({ "oneOf": [{ "type": "string", "const": "a" }] }),
            json!({ "type": "array" }),
        ] {
            assert!(ty(&schema).is_err(), "{schema}");
        }
        let odd = json!({ "oneOf": [{ "type": "object", "properties": { "a": {}, "b": {} } }] });
        assert!(named("Odd", &odd).is_err());
    }

    #[test]
    fn what_may_be_left_out_comes_after_what_is_needed_in_its_own_order() {
        let schema = json!({
            "type": "object",
            "properties": {
                "a": { "type": ["string", "null"] }, "b": { "type": "boolean" },
                "c": { "type": "string", "format": "date" }, "d": { "type": "array", "items": { "type": "string" } },
            },
            "required": ["c", "b"],
            "x-order": ["d", "c", "b", "a"],
        });
        let fields = fields(&schema, &[]).unwrap();
        let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["c", "b", "d", "a"]);
        let optional: Vec<_> = fields.iter().map(|field| field.optional).collect();
        assert_eq!(optional, [false, false, false, true]);
        assert_eq!(fields[2].default, Some(json!([])), "a list that is left out is empty");
    }

    #[test]
    fn amounts_and_rates_are_decimals_and_other_patterns_text() {
        let of = |pattern: &str| ty(&json!({ "type": "string", "pattern": pattern })).unwrap().0;
        assert_eq!(of("^-?[0-9]+([.][0-9]{1,2})?$"), Ty::Decimal);
        assert_eq!(of("^[0-9]{1,3}([.][0-9]{1,2})?$"), Ty::Decimal);
        assert_eq!(of("^(IT)?[0-9]{11}$"), Ty::Text);
    }

    #[test]
    fn a_member_is_called_after_its_family_once() {
        assert_eq!(member_name("saved", "Answer"), "SavedAnswer");
        assert_eq!(member_name("no_answer", "Answer"), "NoAnswer");
    }
}
