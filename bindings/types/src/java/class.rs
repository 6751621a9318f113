//! Classes of records, with their builders.

use super::{Java, doc};
use crate::model::{Field, Ty, Type};

/// More than so many optional fields make a builder.
const MANY: usize = 2;

impl Java<'_> {
    pub(super) fn record(&self, ty: &Type, fields: &[Field]) -> String {
        let name = &ty.name;
        let (needed, others): (Vec<_>, Vec<_>) =
            fields.iter().partition(|field| !field.optional && field.default.is_none());
        let built = ty.input && others.len() > MANY;
        // What a host writes has the fields that are needed first.
        let ordered: Vec<Field> = match ty.input {
            true => needed.iter().chain(&others).map(|field| (*field).clone()).collect(),
            false => fields.to_vec(),
        };
        let mut text = doc(&ty.doc, &[], "");
        text += &format!("public final class {name} extends Value{} {{\n", self.interfaces(name));
        text += &self.declared(&ordered);
        text += &match (ty.input, built) {
            (true, false) => self.constructors(name, &ordered, &needed, &others),
            _ => self.constructor("private ", name, &ordered, ""),
        };
        if built {
            text += &self.builder_method(&needed);
        }
        text += &self.map_read(ty, &ordered);
        text += &ordered.iter().map(|field| self.accessor(field)).collect::<String>();
        text += &self.to_map(&[], &ordered);
        if !ty.input && !fields.iter().any(|field| field.secret) {
            text += SHOWN;
        }
        if built {
            text += &self.builder(name, &needed, &others);
        }
        text + "}\n"
    }

    pub(super) fn declared(&self, fields: &[Field]) -> String {
        let line =
            |field: &Field| format!("    private final {} {};\n", self.held(field), field.name);
        let lines: String = fields.iter().map(line).collect();
        if lines.is_empty() { lines } else { lines + "\n" }
    }

    /// A constructor with all fields. `first` is what it does before.
    pub(super) fn constructor(
        &self,
        visible: &str,
        name: &str,
        fields: &[Field],
        first: &str,
    ) -> String {
        let parameters: Vec<_> = fields
            .iter()
            .map(|field| format!("{} {}", self.parameter(field), field.name))
            .collect();
        let mut text = head(&format!("{visible}{name}"), &parameters, "    ") + first;
        for field in fields {
            let name = &field.name;
            let this = format!("        this.{name} = ");
            text += &match &field.ty {
                Ty::List(_) => call(&this, "Fields.copy", vec![name.clone()]),
                ty if field.optional || is_primitive(ty) => format!("{this}{name};\n"),
                _ => {
                    call(&this, "Objects.requireNonNull", vec![name.clone(), format!("\"{name}\"")])
                }
            };
        }
        text + "    }\n\n"
    }

    /// The type that a parameter takes.
    fn parameter(&self, field: &Field) -> String {
        match &field.ty {
            Ty::List(item) => match &**item {
                Ty::Named(_) => format!("Collection<{}>", self.boxed(item)),
                _ => format!("Collection<{}>", self.boxed(item)),
            },
            _ => self.held(field),
        }
    }

    /// Constructors for those who write little: with what is needed, and with everything.
    fn constructors(
        &self,
        name: &str,
        all: &[Field],
        needed: &[&Field],
        others: &[&Field],
    ) -> String {
        let mut text = doc("With all fields.", &self.described(all), "    ");
        text += &self.constructor("public ", name, all, "");
        let arguments = |convert: bool| -> Vec<String> {
            let one = |field: &&Field| match field.ty {
                Ty::Decimal if convert => format!("Fields.decimal({})", field.name),
                _ => field.name.clone(),
            };
            let absent = others.iter().map(|field| match &field.ty {
                Ty::List(_) => "Collections.emptyList()".to_owned(),
                ty => format!("({}) null", self.boxed(ty)),
            });
            needed.iter().map(one).chain(absent).collect()
        };
        let needed_fields: Vec<Field> = needed.iter().map(|field| (*field).clone()).collect();
        if !others.is_empty() && !needed.is_empty() {
            text +=
                &doc("With the fields that are needed.", &self.described(&needed_fields), "    ");
            text += &self.short(
                &format!("public {name}"),
                needed,
                false,
                &format!("this({})", arguments(false).join(", ")),
            );
        }
        if needed.iter().any(|field| field.ty == Ty::Decimal) {
            let about = "With the fields that are needed, amounts as text.";
            text += &doc(about, &self.described(&needed_fields), "    ");
            text += &self.short(
                &format!("public {name}"),
                needed,
                true,
                &format!("this({})", arguments(true).join(", ")),
            );
        }
        text
    }

    /// A constructor or method of one line.
    fn short(&self, start: &str, fields: &[&Field], texts: bool, line: &str) -> String {
        let parameter = |field: &&Field| match field.ty {
            Ty::Decimal if texts => format!("String {}", field.name),
            _ => format!("{} {}", self.parameter(field), field.name),
        };
        let parameters: Vec<_> = fields.iter().map(parameter).collect();
        head(start, &parameters, "    ") + &format!("        {line};\n    }}\n\n")
    }

    fn described(&self, fields: &[Field]) -> Vec<String> {
        let one = |field: &Field| {
            let null = if field.optional { " May be null." } else { "" };
            format!("@param {} {}{null}", field.name, field.doc)
        };
        fields.iter().map(one).collect()
    }

    fn map_read(&self, ty: &Type, fields: &[Field]) -> String {
        let name = &ty.name;
        let about = match ty.output {
            true => "Reads JSON; fields that are not known are ignored.",
            false => "Reads JSON; a field that there is not is refused.",
        };
        let mut text = from_head(name, about, &[]);
        if !ty.output {
            let names: Vec<_> = fields.iter().map(|field| format!("\"{}\"", field.name)).collect();
            text += &call(
                "        ",
                "Fields.only",
                std::iter::once("json".to_owned()).chain(names).collect(),
            );
        }
        let values = fields.iter().map(|field| self.read(field, "json")).collect();
        text + &call("        return ", &format!("new {name}"), values) + "    }\n\n"
    }

    pub(super) fn accessor(&self, field: &Field) -> String {
        let name = &field.name;
        let (ty, returned, value) = match &field.ty {
            ty if field.optional => (
                format!("Optional<{}>", self.boxed(ty)),
                "empty when there is none",
                format!("Optional.ofNullable({name})"),
            ),
            Ty::Bytes => ("byte[]".to_owned(), "a copy", format!("{name}.clone()")),
            ty => (self.plain(ty), "its value", name.clone()),
        };
        let about = if field.doc.is_empty() { format!("`{name}`.") } else { field.doc.clone() };
        let doc = doc(&about, &[format!("@return {returned}")], "    ");
        format!("{doc}    public {ty} {name}() {{\n        return {value};\n    }}\n\n")
    }

    /// Writes the object; bytes travel beside it.
    pub(super) fn to_map(&self, constants: &[(&str, &str)], fields: &[Field]) -> String {
        let mut text = "    @Override\n    public Map<String, Object> toJson() {\n".to_owned();
        text += "        Map<String, Object> json = new LinkedHashMap<>();\n";
        for (name, value) in constants {
            text += &format!("        json.put(\"{name}\", \"{value}\");\n");
        }
        for field in fields.iter().filter(|field| field.ty != Ty::Bytes) {
            let name = &field.name;
            text += &format!("        Fields.put(json, \"{name}\", {name});\n");
        }
        text + "        return json;\n    }\n"
    }

    fn builder_method(&self, needed: &[&Field]) -> String {
        let fields: Vec<Field> = needed.iter().map(|field| (*field).clone()).collect();
        let mut described = self.described(&fields);
        described.push("@return what takes the other fields".to_owned());
        let arguments = |convert: bool| -> String {
            let one = |field: &&Field| match field.ty {
                Ty::Decimal if convert => format!("Fields.decimal({})", field.name),
                _ => field.name.clone(),
            };
            needed.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        let start = "public static Builder builder";
        let mut text = doc("Begins with the fields that are needed.", &described, "    ");
        text +=
            &self.short(start, needed, false, &format!("return new Builder({})", arguments(false)));
        if needed.iter().any(|field| field.ty == Ty::Decimal) {
            text += &doc(
                "Begins with the fields that are needed, amounts as text.",
                &described,
                "    ",
            );
            text += &self.short(
                start,
                needed,
                true,
                &format!("return new Builder({})", arguments(true)),
            );
        }
        text
    }

    fn builder(&self, name: &str, needed: &[&Field], others: &[&Field]) -> String {
        let mut text = "\n".to_owned() + &doc(&format!("Builds a `{name}`."), &[], "    ");
        text += "    public static final class Builder {\n";
        for field in needed {
            text += &format!("        private final {} {};\n", self.parameter(field), field.name);
        }
        for field in others {
            let empty =
                if matches!(field.ty, Ty::List(_)) { " = Collections.emptyList()" } else { "" };
            text += &format!("        private {} {}{empty};\n", self.parameter(field), field.name);
        }
        let parameters: Vec<_> = needed
            .iter()
            .map(|field| format!("{} {}", self.parameter(field), field.name))
            .collect();
        text += &format!("\n{}", head("private Builder", &parameters, "        "));
        for field in needed {
            text += &format!("            this.{0} = {0};\n", field.name);
        }
        text += "        }\n";
        for field in others {
            text += &self.setters(field);
        }
        let arguments = needed.iter().chain(others).map(|field| field.name.clone()).collect();
        let about = ["@return the value".to_owned()];
        text += &format!(
            "\n{}        public {name} build() {{\n",
            doc("Makes the value.", &about, "        ")
        );
        text + &call("            return ", &format!("new {name}"), arguments)
            + "        }\n    }\n"
    }

    /// A method of a builder, in the forms that are handy.
    fn setters(&self, field: &Field) -> String {
        let name = &field.name;
        let described = [
            format!("@param {name} its value; null when there is none"),
            "@return this".to_owned(),
        ];
        let list = [format!("@param {name} all of them"), "@return this".to_owned()];
        let setter = |parameter: &str, value: &str, described: &[String]| {
            let doc = doc(&field.doc, described, "        ");
            let head = head(
                &format!("public Builder {name}"),
                &[format!("{parameter} {name}")],
                "        ",
            );
            format!(
                "\n{doc}{head}            this.{name} = {value};\n            return this;\n        }}\n"
            )
        };
        match &field.ty {
            Ty::List(item) => {
                let collection = self.parameter(field);
                let item = format!("{}...", self.boxed(item));
                setter(&collection, name, &list)
                    + &setter(&item, &format!("Arrays.asList({name})"), &list)
            }
            Ty::Decimal => {
                let text = format!("Fields.decimalOrNull({name})");
                setter("BigDecimal", name, &described) + &setter("String", &text, &described)
            }
            ty => setter(&self.boxed(ty), name, &described),
        }
    }
}

/// What comes back holds nothing that must not be seen, unless it says so.
pub(super) const SHOWN: &str = "
    @Override
    public String toString() {
        return getClass().getSimpleName() + toJson();
    }
";

fn is_primitive(ty: &Ty) -> bool {
    matches!(ty, Ty::Bool | Ty::Int | Ty::Long)
}

/// The head of the method that reads a class.
pub(super) fn from_head(name: &str, about: &str, further: &[&str]) -> String {
    let mut described = vec!["@param json its fields".to_owned(), "@return the value".to_owned()];
    described.extend(further.iter().map(|line| (*line).to_owned()));
    described
        .push("@throws it.libsts.StsException `JSON`, when a field has another form".to_owned());
    let doc = doc(about, &described, "    ");
    format!("{doc}    public static {name} fromJson(Map<String, ?> json) {{\n")
}

/// The head of a method or constructor, on one line where it fits.
pub(super) fn head(start: &str, parameters: &[String], indent: &str) -> String {
    let one_line = format!("{indent}{start}({}) {{\n", parameters.join(", "));
    if one_line.chars().count() <= 101 {
        return one_line;
    }
    let more = format!(",\n{indent}        ");
    format!("{indent}{start}(\n{indent}        {}) {{\n", parameters.join(&more))
}

/// A statement that calls something, on one line where it fits.
pub(super) fn call(start: &str, function: &str, arguments: Vec<String>) -> String {
    let one_line = format!("{start}{function}({});\n", arguments.join(", "));
    if one_line.chars().count() <= 101 {
        return one_line;
    }
    let indent = " ".repeat(start.len() - start.trim_start().len() + 8);
    let more = format!(",\n{indent}");
    let short = |argument: String| match argument.split_once("(json, ") {
        Some((function, rest)) if indent.len() + argument.len() > 99 => {
            let more = format!(",\n{indent}        ");
            format!("{function}(\n{indent}        json{more}{}", rest.replacen(", ", &more, 1))
        }
        _ => argument,
    };
    let arguments: Vec<_> = arguments.into_iter().map(short).collect();
    format!("{start}{function}(\n{indent}{});\n", arguments.join(&more))
}
