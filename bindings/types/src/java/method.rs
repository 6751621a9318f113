//! The interfaces with one method for each command and question.

use super::class::head;
use super::{Java, doc};
use crate::model::{Field, Method, Shape, Ty};
use crate::names::{camel, method};

const COMMANDS: &str = "One method for each command, over the one that carries any of them.";
const HOOK: &str = "Carries out a command with all that follows from it, and gives its last answer. In an \
    answer `receipts` the bytes that travel beside the JSON stand in the field `zip` of `receipts`, as a \
    `byte[]`.";
const QUESTIONS: &str = "One method for each question that needs no engine.";
const ASK: &str = "Asks a question by its name.";
const THROWS: &str = "@throws it.libsts.StsException when it is refused, or cannot be carried out";

impl Java<'_> {
    pub(super) fn commands(&self) -> String {
        let mut text = doc(COMMANDS, &[], "") + "public interface Commands {\n";
        let hook = [
            "@param command its fields, as JSON has them",
            "@return the fields of the answer",
            THROWS,
        ];
        text += &doc(HOOK, &hook.map(str::to_owned), "    ");
        text += "    Map<String, Object> command(Map<String, ?> command);\n";
        for command in &self.model.commands {
            let method = method(&command.name);
            let one = match command.answers.as_slice() {
                [one] => one.as_str(),
                _ => "Answer",
            };
            let returned = match one {
                "Answer" => format!("@return one of {}", links(&command.answers)),
                _ => "@return the answer".to_owned(),
            };
            let body = |fields: &str| {
                let mut body =
                    "        Map<String, Object> command = new LinkedHashMap<>();\n".to_owned();
                body +=
                    &format!("        command.put(\"command\", \"{}\");\n{fields}", command.name);
                body + &match one {
                    "Answer" => {
                        "        return Answer.fromJson(command(command));\n    }\n".to_owned()
                    }
                    one => format!(
                        "        return Answer.expected({one}.class, command(command));\n    }}\n"
                    ),
                }
            };
            text += &self.forms(
                &format!("default {one} {method}"),
                &method,
                command,
                &returned,
                "command",
                &body,
            );
        }
        text + "}\n"
    }

    pub(super) fn questions(&self) -> String {
        let mut text = doc(QUESTIONS, &[], "") + "public interface Questions {\n";
        let hook = [
            "@param name such as `check`",
            "@param question its fields, as JSON has them",
            "@return the fields of the answer",
            THROWS,
        ];
        text += &doc(ASK, &hook.map(str::to_owned), "    ");
        text += "    Map<String, Object> ask(String name, Map<String, ?> question);\n";
        for question in &self.model.questions {
            let (name, method) = (&question.name, camel(&question.name));
            let answer = question.answers.first();
            let returned = answer.map_or(String::new(), |_| "@return the answer".to_owned());
            let body = |fields: &str| {
                let mut body = "        Map<String, Object> question = new LinkedHashMap<>();\n"
                    .to_owned()
                    + fields;
                body += &match answer {
                    None => format!("        ask(\"{name}\", question);\n"),
                    Some(answer) => {
                        format!("        return {answer}.fromJson(ask(\"{name}\", question));\n")
                    }
                };
                body + "    }\n"
            };
            let start = format!("default {} {method}", answer.map_or("void", String::as_str));
            text += &self.forms(&start, &method, question, &returned, "question", &body);
        }
        text + "}\n"
    }

    /// A method with all parameters, and one with those that are needed.
    fn forms(
        &self,
        start: &str,
        name: &str,
        method: &Method,
        returned: &str,
        map: &str,
        body: &dyn Fn(&str) -> String,
    ) -> String {
        let needed: Vec<&Field> =
            method.parameters.iter().filter(|field| !is_optional(field)).collect();
        let all: Vec<&Field> = method.parameters.iter().collect();
        let described = |fields: &[&Field]| {
            let one = |field: &&Field| {
                let null =
                    if field.default.is_none() && field.optional { " May be null." } else { "" };
                format!("@param {} {}{null}", field.name, field.doc)
            };
            let mut described: Vec<_> = fields.iter().map(one).collect();
            described.extend((!returned.is_empty()).then(|| returned.to_owned()));
            described.push(THROWS.to_owned());
            described
        };
        let heads = |fields: &[&Field]| {
            let parameters: Vec<_> = fields.iter().map(|field| self.taken(field)).collect();
            format!(
                "\n{}{}",
                doc(&method.doc, &described(fields), "    "),
                head(start, &parameters, "    ")
            )
        };
        let mut text = String::new();
        if needed.len() < all.len() && !needed.is_empty() {
            let arguments: Vec<_> = all
                .iter()
                .map(|field| match (is_optional(field), &field.ty) {
                    (false, _) => field.name.clone(),
                    (true, Ty::Bool) => "false".to_owned(),
                    (true, Ty::Time) if field.is_now() => "Instant.now()".to_owned(),
                    (true, _) => "null".to_owned(),
                })
                .collect();
            let result = if start.contains(" void ") { "" } else { "return " };
            text += &format!(
                "{}        {result}{name}({});\n    }}\n",
                heads(&needed),
                arguments.join(", ")
            );
        }
        let puts =
            |field: &&Field| format!("        Fields.put({map}, \"{0}\", {0});\n", field.name);
        text + &heads(&all) + &body(&all.iter().map(puts).collect::<String>())
    }

    /// A parameter.
    fn taken(&self, field: &Field) -> String {
        let ty = match &field.ty {
            Ty::List(item) => match &**item {
                Ty::Named(name) if matches!(self.shape(name), Shape::Either(_)) => {
                    format!("Collection<? extends {name}>")
                }
                item => format!("Collection<{}>", self.boxed(item)),
            },
            Ty::Bool => "boolean".to_owned(),
            _ => self.held(field),
        };
        format!("{ty} {}", field.name)
    }
}

fn is_optional(field: &Field) -> bool {
    field.optional || field.default.is_some() || field.is_now()
}

fn links(names: &[String]) -> String {
    names.iter().map(|name| format!("{{@link {name}}}")).collect::<Vec<_>>().join(", ")
}
