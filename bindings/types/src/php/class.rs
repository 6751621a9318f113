//! Classes and enumerations.

use super::{Php, case, doc, literal};
use crate::model::{Case, Choice, Content, Family, Field, Member, Ty, Type, Word};
use crate::names::{camel, upper};

const READ: &str = "@param array<string, mixed> $json decoded JSON";

/// What a class is: it decides about parameters and about what is read.
#[derive(Clone, Copy)]
struct Kind {
    input: bool,
    output: bool,
}

impl Php<'_> {
    pub(super) fn record(&self, ty: &Type, fields: &[Field]) -> String {
        let kind = Kind { input: ty.input, output: ty.output };
        let head = format!("final class {} implements \\JsonSerializable\n", ty.name);
        let constructor = self.constructor(fields, &[], kind);
        let from = self.array_read(fields, &[], kind);
        let to = self.json_serialize(&[], fields) + &debug_info(fields);
        let doc = doc(&ty.doc, &[], "");
        format!("{doc}{head}{{\n{constructor}\n{from}\n{to}}}\n")
    }

    /// The constructor, with the properties that it promotes, and those that it cannot.
    fn constructor(&self, fields: &[Field], parent: &[Field], kind: Kind) -> String {
        if fields.is_empty() && parent.is_empty() {
            return String::new();
        }
        let mut sorted: Vec<&Field> = fields.iter().collect();
        if kind.input {
            sorted.sort_by_key(|field| field.optional || field.default.is_some());
        }
        let (mut properties, mut parameters, mut body) =
            (String::new(), String::new(), String::new());
        let mut documented = Vec::new();
        for field in parent {
            parameters += &format!("        {} ${},\n", self.native(&field.ty), field.name);
        }
        if !parent.is_empty() {
            let names: Vec<_> = parent.iter().map(|field| format!("${}", field.name)).collect();
            body += &format!("        parent::__construct({});\n", names.join(", "));
        }
        for field in sorted {
            let native = self.nullable(field);
            let default = match (&field.ty, kind.input) {
                (Ty::List(_), true) if field.default.is_some() => " = []",
                (_, true) if field.optional => " = null",
                _ => "",
            };
            let name = &field.name;
            if kind.input && field.ty == Ty::Day {
                // Normalised, so it cannot be promoted.
                let null = if field.optional { "|null" } else { "" };
                properties += &format!(
                    "{}    public readonly {native} ${name};\n\n",
                    self.property_doc(field, "    ")
                );
                parameters +=
                    &format!("        string|\\DateTimeInterface{null} ${name}{default},\n");
                body += &format!("        $this->{name} = Json::day(${name});\n");
                documented
                    .push(format!("@param string|\\DateTimeInterface{null} ${name} {}", field.doc));
                continue;
            }
            parameters += &self.property_doc(field, "        ");
            let secret = if field.secret { "#[\\SensitiveParameter]\n        " } else { "" };
            parameters += &format!("        {secret}public readonly {native} ${name}{default},\n");
        }
        let doc = doc("", &documented, "    ");
        let head =
            format!("{doc}    public function __construct(\n{parameters}    ) {{\n{body}    }}\n");
        properties + &head
    }

    /// The documentation of a property, with its type where the language's own says less.
    fn property_doc(&self, field: &Field, indent: &str) -> String {
        let text = match self.documented(&field.ty) {
            None => field.doc.clone(),
            Some(ty) if field.optional => format!("@var {ty}|null {}", field.doc),
            Some(ty) => format!("@var {ty} {}", field.doc),
        };
        doc(&text, &[], indent)
    }

    fn nullable(&self, field: &Field) -> String {
        let native = self.native(&field.ty);
        match field.optional {
            true if native.contains('|') => native + "|null",
            true => format!("?{native}"),
            false => native,
        }
    }

    fn array_read(&self, fields: &[Field], parent: &[Field], kind: Kind) -> String {
        let mut text = doc("", &[READ.to_owned()], "    ");
        text += "    public static function fromArray(array $json): self\n    {\n";
        if !kind.output {
            let names: Vec<_> = fields.iter().map(|field| literal(&field.name)).collect();
            let one_line = format!("        Json::only($json, {});\n", names.join(", "));
            text += &match one_line.len() <= 110 {
                true => one_line,
                false => format!(
                    "        Json::only(\n            $json,\n            {},\n        );\n",
                    names.join(",\n            ")
                ),
            };
        }
        if fields.is_empty() && parent.is_empty() {
            return text + "        return new self();\n    }\n";
        }
        text += "        return new self(\n";
        for field in parent.iter().chain(fields) {
            text += &argument(&field.name, &self.read(field, "$json"));
        }
        text + "        );\n    }\n"
    }

    /// An expression that reads a field of an array.
    fn read(&self, field: &Field, array: &str) -> String {
        let name = literal(&field.name);
        match &field.ty {
            Ty::Bytes => format!("Json::optional({array}, {name}, Json::text(...)) ?? ''"),
            Ty::List(item) => format!("Json::items({array}, {name}, {})", self.reader(item)),
            ty if field.optional => format!("Json::optional({array}, {name}, {})", self.reader(ty)),
            ty => format!("Json::field({array}, {name}, {})", self.reader(ty)),
        }
    }

    /// Writes the object; bytes travel beside it.
    fn json_serialize(&self, constants: &[(&str, &str)], fields: &[Field]) -> String {
        let mut text = "    public function jsonSerialize(): \\stdClass\n    {\n".to_owned();
        text += "        return Json::write([\n";
        for (name, value) in constants {
            text += &format!("            {} => {},\n", literal(name), literal(value));
        }
        for field in fields.iter().filter(|field| field.ty != Ty::Bytes) {
            text += &format!("            {} => {},\n", literal(&field.name), written(field));
        }
        text + "        ]);\n    }\n"
    }

    pub(super) fn words(&self, ty: &Type, words: &[Word]) -> String {
        let name = &ty.name;
        let mut text = doc(&ty.doc, &[], "") + &format!("enum {name}: string\n{{\n");
        for word in words {
            let case = case(&word.word, word.name.as_deref());
            text += &doc(&word.doc, &[], "    ");
            text += &format!("    case {case} = {};\n\n", literal(&word.word));
        }
        let (meaning, otherwise) = if ty.output {
            text += "    /** A word of a newer engine, which this version of the package does not know. */\n";
            text += "    case Unrecognized = '?';\n\n";
            ("`Unrecognized` when there is none", "self::Unrecognized")
        } else {
            (
                "fails when there is none",
                "throw new \\UnexpectedValueException('must be one of its words')",
            )
        };
        text += &doc(&format!("The case of a word; {meaning}."), &[], "    ");
        text += "    public static function of(string $word): self\n    {\n";
        text += &format!("        return self::tryFrom($word) ?? {otherwise};\n    }}\n}}\n");
        text
    }

    pub(super) fn choice(&self, ty: &Type, choice: &Choice) -> String {
        let name = &ty.name;
        let mut text = doc(&ty.doc, &[], "");
        text += &format!("final class {name} implements \\JsonSerializable\n{{\n");
        for case in &choice.cases {
            text += &doc(&case.doc, &[], "    ");
            text +=
                &format!("    public const {} = {};\n\n", upper(&case.name), literal(&case.name));
        }
        text += "    private function __construct(\n        /** @var self::*|string Which case; ";
        text += if ty.output {
            "a newer engine may have others. */\n"
        } else {
            "one of the constants. */\n"
        };
        text += "        public readonly string $kind,\n";
        for case in &choice.cases {
            for field in contents(case) {
                let doc = format!("Of `{}` alone. {}", case.name, field.doc).trim_end().to_owned();
                let field = Field { optional: true, doc, ..field };
                text += &self.property_doc(&field, "        ");
                let native = self.nullable(&field);
                text += &format!("        public readonly {native} ${} = null,\n", field.name);
            }
        }
        text += "    ) {\n    }\n\n";
        for case in &choice.cases {
            text += &self.factory(case, ty.input);
        }
        text += &self.choice_read(ty, choice);
        text += &self.choice_write(choice);
        text + "}\n"
    }

    /// A static method that makes a case.
    fn factory(&self, case: &Case, input: bool) -> String {
        let (mut documented, mut parameters, mut arguments) = (Vec::new(), Vec::new(), Vec::new());
        for field in contents(case) {
            let (name, day) = (&field.name, input && field.ty == Ty::Day);
            let native =
                if day { "string|\\DateTimeInterface".to_owned() } else { self.native(&field.ty) };
            let ty = self.documented(&field.ty).unwrap_or_else(|| native.clone());
            documented.push(format!("@param {ty} ${name} {}", field.doc).trim_end().to_owned());
            parameters.push(format!("{native} ${name}"));
            arguments.push(if day {
                format!(", {name}: Json::day(${name})")
            } else {
                format!(", {name}: ${name}")
            });
        }
        let doc = doc(&case.doc, &documented, "    ");
        let (method, parameters) = (camel(&case.name), parameters.join(", "));
        let new = format!("new self(self::{}{})", upper(&case.name), arguments.concat());
        format!(
            "{doc}    public static function {method}({parameters}): self\n    {{\n        return {new};\n    }}\n\n"
        )
    }

    fn choice_read(&self, ty: &Type, choice: &Choice) -> String {
        let mut text = doc("Reads decoded JSON.", &[], "    ");
        text += "    public static function fromJson(mixed $json): self\n    {\n";
        text += &match &choice.tag {
            Some(tag) => format!(
                "        $content = Json::fields($json);\n        $kind = Json::field($content, {}, Json::text(...));\n",
                literal(tag)
            ),
            None => "        [$kind, $content] = Json::keyed($json);\n".to_owned(),
        };
        text += "        return match ($kind) {\n";
        for case in &choice.cases {
            let arguments: Vec<_> = match &case.content {
                Content::Nothing => Vec::new(),
                Content::Value(ty) => vec![format!("({})($content)", self.reader(ty))],
                Content::Fields(fields) => {
                    let array =
                        if choice.tag.is_some() { "$content" } else { "Json::fields($content)" };
                    fields.iter().map(|field| self.read(field, array)).collect()
                }
            };
            text += &format!(
                "            self::{} => self::{}({}),\n",
                upper(&case.name),
                camel(&case.name),
                arguments.join(", ")
            );
        }
        text += match ty.output {
            true => "            default => new self($kind),\n",
            false => {
                "            default => throw new \\UnexpectedValueException('must be one of its cases'),\n"
            }
        };
        text + "        };\n    }\n\n"
    }

    fn choice_write(&self, choice: &Choice) -> String {
        let returns = if choice.tag.is_some() { "\\stdClass" } else { "string|\\stdClass" };
        let mut text = format!("    public function jsonSerialize(): {returns}\n    {{\n");
        let fields = |case: &Case| -> Vec<String> {
            let pair = |field: Field| format!("{} => {}", literal(&field.name), written(&field));
            contents(case).into_iter().map(pair).collect()
        };
        if let Some(tag) = &choice.tag {
            let all = choice.cases.iter().flat_map(fields);
            let all: Vec<_> =
                std::iter::once(format!("{} => $this->kind", literal(tag))).chain(all).collect();
            return text + &format!("        return Json::write([{}]);\n    }}\n", all.join(", "));
        }
        text += "        return match ($this->kind) {\n";
        for case in &choice.cases {
            let value = match &case.content {
                Content::Nothing => continue,
                Content::Value(_) => format!("$this->{}", case.name),
                Content::Fields(_) => format!("Json::write([{}])", fields(case).join(", ")),
            };
            let (constant, name) = (upper(&case.name), literal(&case.name));
            text += &format!("            self::{constant} => (object) [{name} => {value}],\n");
        }
        text + "            default => $this->kind,\n        };\n    }\n"
    }

    pub(super) fn family(&self, ty: &Type, family: &Family) -> Vec<(String, String)> {
        let kind = Kind { input: false, output: true };
        let name = &ty.name;
        let mut base = doc(&ty.doc, &[], "");
        base += &format!("abstract class {name} implements \\JsonSerializable\n{{\n");
        if !family.common.is_empty() {
            base += &self.constructor(&family.common, &[], kind);
            base.push('\n');
        }
        let unknown = format!("Unknown{name}");
        base += &doc(
            &format!("Of the class of its kind; of a kind that is not known: `{unknown}`."),
            &[READ.to_owned()],
            "    ",
        );
        base += "    public static function fromArray(array $json): self\n    {\n";
        base += &format!(
            "        return match (Json::field($json, {}, Json::text(...))) {{\n",
            literal(&family.tag)
        );
        for member in &family.members {
            base += &format!(
                "            {} => {}::fromArray($json),\n",
                literal(&member.tag),
                member.name
            );
        }
        base += &format!(
            "            default => {unknown}::fromArray($json),\n        }};\n    }}\n}}\n"
        );
        let members = family
            .members
            .iter()
            .map(|member| (member.name.clone(), self.member(name, family, member, kind)));
        let mut classes: Vec<_> = members.collect();
        classes.push((name.clone(), base));
        classes.push((unknown.clone(), self.unknown(&unknown, name, family)));
        classes
    }

    fn member(&self, base: &str, family: &Family, member: &Member, kind: Kind) -> String {
        let doc = doc(&member.doc, &[], "");
        let head = format!("final class {} extends {base}\n", member.name);
        let mut parts = Vec::new();
        if !member.fields.is_empty() {
            parts.push(self.constructor(&member.fields, &family.common, kind));
        }
        parts.push(self.array_read(&member.fields, &family.common, kind));
        let fields: Vec<_> = family.common.iter().chain(&member.fields).cloned().collect();
        parts.push(self.json_serialize(&[(&family.tag, &member.tag)], &fields));
        format!("{doc}{head}{{\n{}}}\n", parts.join("\n"))
    }

    /// What a newer engine says.
    fn unknown(&self, name: &str, base: &str, family: &Family) -> String {
        let tag = &family.tag;
        let fields = vec![
            plain_field(tag, "Its name.", Ty::Text),
            plain_field("json", "All of it, as it came.", Ty::Map(Box::new(Ty::Text))),
        ];
        let kind = Kind { input: false, output: true };
        let what = format!(
            "One of a newer engine, of a kind that this version of the package does not know: `{tag}`."
        );
        let constructor = self
            .constructor(&fields, &family.common, kind)
            .replace("array<string, string>", "array<string, mixed>");
        let mut from = doc("", &[READ.to_owned()], "    ");
        from += "    public static function fromArray(array $json): self\n    {\n        return new self(\n";
        for field in family.common.iter().chain(&fields[..1]) {
            from += &format!("            {}: {},\n", field.name, self.read(field, "$json"));
        }
        from += "            json: $json,\n        );\n    }\n";
        let to = "    public function jsonSerialize(): \\stdClass\n    {\n        return (object) $this->json;\n    }\n";
        format!(
            "{}final class {name} extends {base}\n{{\n{constructor}\n{from}\n{to}}}\n",
            doc(&what, &[], "")
        )
    }
}

/// What `var_dump` shows: not what must not be seen.
fn debug_info(fields: &[Field]) -> String {
    let hidden: String = fields
        .iter()
        .filter(|field| field.secret)
        .map(|field| {
            let name = &field.name;
            format!("            '{name}' => $this->{name} === null ? null : '…',\n")
        })
        .collect();
    if hidden.is_empty() {
        return hidden;
    }
    let about = doc("What may be shown.", &["@return array<string, mixed>".to_owned()], "    ");
    format!(
        "\n{about}    public function __debugInfo(): array\n    {{\n        return [\n{hidden}        ] + \
         get_object_vars($this);\n    }}\n"
    )
}

/// A named argument, on one line where it fits.
fn argument(name: &str, value: &str) -> String {
    let one_line = format!("            {name}: {value},\n");
    match value.split_once('(').zip(value.strip_suffix(')')) {
        Some(((function, _), value)) if one_line.len() > 120 => {
            let arguments = value[function.len() + 1..].splitn(3, ", ").collect::<Vec<_>>();
            let arguments = arguments.join(",\n                ");
            format!(
                "            {name}: {function}(\n                {arguments},\n            ),\n"
            )
        }
        _ => one_line,
    }
}

fn plain_field(name: &str, doc: &str, ty: Ty) -> Field {
    let (name, doc) = (name.to_owned(), doc.to_owned());
    Field {
        name,
        doc,
        ty,
        optional: false,
        absent: false,
        nullable: false,
        default: None,
        secret: false,
    }
}

/// What a case holds, as fields of the class.
fn contents(case: &Case) -> Vec<Field> {
    match &case.content {
        Content::Nothing => Vec::new(),
        Content::Value(ty) => vec![plain_field(&case.name, "", ty.clone())],
        Content::Fields(fields) => fields.clone(),
    }
}

/// A property as it is written.
fn written(field: &Field) -> String {
    let name = &field.name;
    match (&field.ty, field.optional) {
        (Ty::Time, _) => format!("Json::milliseconds($this->{name})"),
        // An empty map is an object and no list.
        (Ty::Map(_), _) => format!("(object) $this->{name}"),
        _ => format!("$this->{name}"),
    }
}
