//! The traits with one method for each command and question.

use serde_json::Value;

use super::{Php, doc, literal};
use crate::model::{Field, Method, Shape, Ty};
use crate::names::{camel, method};

const COMMANDS: &str = "One method for each command.";
const HOOK: &str = "Carries out a command with all that follows from it, and gives its last answer, as \
    decoded JSON. In an answer `receipts` the bytes that travel beside the JSON stand in the field `zip` \
    of `receipts`.";
const QUESTIONS: &str = "One method for each question that needs no engine.";
const ASK: &str = "Asks a question by its name, and gives its answer, as decoded JSON. A question without \
    fields is an object too, and no list.";

impl Php<'_> {
    pub(super) fn commands(&self) -> String {
        let hook = [
            "@param array<string, mixed> $command to be encoded as JSON".to_owned(),
            "@return array<string, mixed>".to_owned(),
        ];
        let mut text = doc(COMMANDS, &[], "") + "trait Commands\n{\n" + &doc(HOOK, &hook, "    ");
        text += "    abstract protected function command(array $command): array;\n";
        for command in &self.model.commands {
            let (documented, parameters, fields) = self.parameters(command);
            let name = literal(&command.name);
            let fields = std::iter::once(format!("'command' => {name}")).chain(fields);
            let fields = array(&fields.collect::<Vec<_>>(), command);
            let classes: Vec<_> =
                command.answers.iter().map(|name| format!("{name}::class")).collect();
            let (method, answers) = (method(&command.name), command.answers.join("|"));
            let head = signature(&format!("public function {method}"), &parameters, &answers);
            text += &format!("\n{}{head}", doc(&command.doc, &documented, "    "));
            text += &format!("        $answer = $this->command({fields});\n");
            text +=
                &format!("        return Json::answer($answer, {});\n    }}\n", classes.join(", "));
        }
        text + "}\n"
    }

    pub(super) fn questions(&self) -> String {
        let hook = [
            "@param array<string, mixed> $question to be encoded as JSON".to_owned(),
            "@return array<string, mixed>".to_owned(),
        ];
        let mut text = doc(QUESTIONS, &[], "") + "trait Questions\n{\n" + &doc(ASK, &hook, "    ");
        text +=
            "    abstract protected static function ask(string $name, array $question): array;\n";
        for question in &self.model.questions {
            let (documented, parameters, fields) = self.parameters(question);
            let name = literal(&question.name);
            let method = camel(&question.name);
            let fields = array(&fields, question);
            let doc = doc(&question.doc, &documented, "    ");
            let returns = question.answers.first().map_or("void", String::as_str);
            let head = signature(&format!("public static function {method}"), &parameters, returns);
            text += &format!("\n{doc}{head}");
            text += &match question.answers.first() {
                None => format!("        self::ask({name}, {fields});\n"),
                Some(answer) => {
                    format!("        return {answer}::fromArray(self::ask({name}, {fields}));\n")
                }
            };
            text += "    }\n";
        }
        text + "}\n"
    }

    /// Documentation, parameters, and the fields that they become.
    fn parameters(&self, method: &Method) -> (Vec<String>, Vec<String>, Vec<String>) {
        let (mut documented, mut parameters, mut fields) = (Vec::new(), Vec::new(), Vec::new());
        for field in in_order(&method.parameters) {
            let name = &field.name;
            let (native, written) = self.parameter(field);
            let default = match &field.default {
                Some(Value::Bool(value)) => format!(" = {value}"),
                _ if field.optional || field.is_now() => " = null".to_owned(),
                _ => String::new(),
            };
            let native = if default == " = null" { with_null(&native) } else { native };
            let ty = self.documented_input(&field.ty).unwrap_or_else(|| {
                match native.strip_prefix('?') {
                    Some(native) => format!("{native}|null"),
                    None => native.clone(),
                }
            });
            let extra =
                if field.is_now() { " By the clock of this machine when absent." } else { "" };
            documented.push(format!("@param {ty} ${name} {}{extra}", field.doc));
            let secret = if field.secret { "#[\\SensitiveParameter] " } else { "" };
            parameters.push(format!("{secret}{native} ${name}{default}"));
            fields.push(format!("{} => {written}", literal(name)));
        }
        (documented, parameters, fields)
    }

    /// The type of a parameter, and how it is written.
    fn parameter(&self, field: &Field) -> (String, String) {
        let name = &field.name;
        match &field.ty {
            Ty::Day => ("string|\\DateTimeInterface".to_owned(), format!("Json::day(${name})")),
            Ty::Time => {
                let written = if field.is_now() { "now" } else { "milliseconds" };
                ("\\DateTimeInterface|int".to_owned(), format!("Json::{written}(${name})"))
            }
            ty => (self.native_input(ty), format!("${name}")),
        }
    }

    /// Invoices may be given as decoded JSON too, in whatever state they are: the engine judges them.
    fn native_input(&self, ty: &Ty) -> String {
        let native = self.native(ty);
        if self.is_either(ty) { native + "|array" } else { native }
    }

    fn documented_input(&self, ty: &Ty) -> Option<String> {
        match ty {
            Ty::List(item) if self.is_either(item) => {
                Some(format!("list<{}|array<string, mixed>>", self.native(item)))
            }
            ty if self.is_either(ty) => Some(format!("{}|array<string, mixed>", self.native(ty))),
            ty => self.documented(ty),
        }
    }

    fn is_either(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Named(name) if matches!(self.shape(name), Shape::Either(_)))
    }
}

/// What has a default comes last; so does the time, which is the machine's when it is not given.
fn in_order(fields: &[Field]) -> Vec<&Field> {
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|field| field.optional || field.default.is_some() || field.is_now());
    fields
}

fn with_null(native: &str) -> String {
    if native.contains('|') { format!("{native}|null") } else { format!("?{native}") }
}

/// The head of a method, on one line where it fits.
fn signature(head: &str, parameters: &[String], returns: &str) -> String {
    let one_line = format!("    {head}({}): {returns}\n    {{\n", parameters.join(", "));
    if one_line.len() <= 110 {
        return one_line;
    }
    let parameters: String = parameters.iter().map(|one| format!("        {one},\n")).collect();
    format!("    {head}(\n{parameters}    ): {returns} {{\n")
}

/// An array; what is null is left out.
fn array(fields: &[String], method: &Method) -> String {
    let one_line = format!("[{}]", fields.join(", "));
    let text = if one_line.len() <= 60 {
        one_line
    } else {
        format!("[\n            {},\n        ]", fields.join(",\n            "))
    };
    let may_be_null =
        |field: &Field| field.optional && !matches!(field.default, Some(Value::Bool(_)));
    if method.parameters.iter().any(may_be_null) { format!("Json::present({text})") } else { text }
}
