//! Classes of choices: one of some cases.

use super::class::{call, head};
use super::{Java, doc};
use crate::model::{Case, Choice, Content, Field, Ty, Type};
use crate::names::{camel, upper};

impl Java<'_> {
    pub(super) fn choice(&self, ty: &Type, choice: &Choice) -> String {
        let name = &ty.name;
        let fields: Vec<Field> = choice.cases.iter().flat_map(contents).collect();
        let mut text = doc(&ty.doc, &[], "");
        text += &format!("public final class {name} extends Value {{\n{}", self.kinds(ty, choice));
        text += "    private final Kind kind;\n    private final Object json;\n";
        text += &self.declared(&fields);
        let mut parameters = vec!["Kind kind".to_owned(), "Object json".to_owned()];
        parameters
            .extend(fields.iter().map(|field| format!("{} {}", self.boxed(&field.ty), field.name)));
        text += &head(&format!("private {name}"), &parameters, "    ");
        text += "        this.kind = kind;\n        this.json = json;\n";
        for field in &fields {
            text += &format!("        this.{0} = {0};\n", field.name);
        }
        text += "    }\n\n";
        for case in &choice.cases {
            text += &self.factory(name, choice, case, &fields);
        }
        text += &self.choice_read(ty, choice, &fields);
        text += &doc("Which case.", &["@return the case".to_owned()], "    ");
        text += "    public Kind kind() {\n        return kind;\n    }\n\n";
        text += &fields.iter().map(|field| self.accessor(field)).collect::<String>();
        text += "    @Override\n    public Object toJson() {\n        return json;\n    }\n";
        if !ty.input {
            text += super::class::SHOWN;
        }
        text + "}\n"
    }

    fn kinds(&self, ty: &Type, choice: &Choice) -> String {
        let mut cases: Vec<_> = choice
            .cases
            .iter()
            .map(|case| {
                let about = if case.doc.is_empty() {
                    format!("`{}`.", case.name)
                } else {
                    case.doc.clone()
                };
                format!("{}        {}", doc(&about, &[], "        "), upper(&case.name))
            })
            .collect();
        if ty.output {
            let about =
                "A case of a newer engine, which this version of the package does not know.";
            cases.push(format!("{}        UNRECOGNIZED", doc(about, &[], "        ")));
        }
        let about = doc("The cases.", &[], "    ");
        format!("{about}    public enum Kind {{\n{}\n    }}\n\n", cases.join(",\n\n"))
    }

    /// A static method that makes a case.
    fn factory(&self, name: &str, choice: &Choice, case: &Case, all: &[Field]) -> String {
        let own = contents(case);
        let mut described: Vec<_> = own
            .iter()
            .map(|field| {
                let about = if field.doc.is_empty() { "its value" } else { &field.doc };
                format!("@param {} {about}", field.name)
            })
            .collect();
        described.push("@return this case".to_owned());
        let parameters: Vec<_> =
            own.iter().map(|field| format!("{} {}", self.plain(&field.ty), field.name)).collect();
        let method = camel(&case.name);
        let mut text = doc(&case.doc, &described, "    ");
        text += &head(&format!("public static {name} {method}"), &parameters, "    ");
        let word = &case.name;
        let json = match (&choice.tag, &case.content) {
            (None, Content::Nothing) => format!("\"{word}\""),
            (tag, content) => {
                text += "        Map<String, Object> json = new LinkedHashMap<>();\n";
                let mut fields = "json";
                match (tag, content) {
                    (Some(tag), _) => {
                        text += &format!("        json.put(\"{tag}\", \"{word}\");\n")
                    }
                    (None, Content::Value(_)) => {}
                    (None, _) => {
                        text += "        Map<String, Object> content = new LinkedHashMap<>();\n";
                        text += &format!("        json.put(\"{word}\", content);\n");
                        fields = "content";
                    }
                }
                for field in &own {
                    text += &format!("        Fields.put({fields}, \"{0}\", {0});\n", field.name);
                }
                "Collections.unmodifiableMap(json)".to_owned()
            }
        };
        let values = all.iter().map(|field| match own.iter().any(|own| own.name == field.name) {
            true if matches!(field.ty, Ty::List(_)) => format!("Fields.copy({})", field.name),
            true => field.name.clone(),
            false => "null".to_owned(),
        });
        let arguments: Vec<_> =
            [format!("Kind.{}", upper(word)), json].into_iter().chain(values).collect();
        text + &call("        return ", &format!("new {name}"), arguments) + "    }\n\n"
    }

    fn choice_read(&self, ty: &Type, choice: &Choice, all: &[Field]) -> String {
        let name = &ty.name;
        let described = [
            "@param json a text or a map",
            "@return the value",
            "@throws it.libsts.StsException `JSON`, when it has another form",
        ];
        let mut text = doc("Reads JSON.", &described.map(str::to_owned), "    ");
        text += &format!("    public static {name} fromJson(Object json) {{\n");
        let word = match &choice.tag {
            Some(tag) => {
                text += "        Map<String, ?> content = Fields.map(json);\n";
                format!("Fields.field(content, \"{tag}\", Fields::text)")
            }
            None => {
                text += "        Map.Entry<String, Object> keyed = Fields.keyed(json);\n";
                "keyed.getKey()".to_owned()
            }
        };
        text += &format!("        switch ({word}) {{\n");
        for case in &choice.cases {
            let arguments: Vec<_> = match &case.content {
                Content::Nothing => Vec::new(),
                Content::Value(ty) => {
                    let read = self.reader(ty);
                    vec![match read.strip_prefix("Fields::") {
                        Some(function) => format!("Fields.{function}(keyed.getValue())"),
                        None if read.contains("::") && !read.contains('(') => {
                            let (class, function) = read.split_once("::").expect("looked at");
                            format!("{class}.{function}(keyed.getValue())")
                        }
                        None => format!("{read}.apply(keyed.getValue())"),
                    }]
                }
                Content::Fields(fields) => {
                    let map = if choice.tag.is_some() {
                        "content"
                    } else {
                        "Fields.map(keyed.getValue())"
                    };
                    fields.iter().map(|field| self.read(field, map)).collect()
                }
            };
            let (word, method) = (&case.name, camel(&case.name));
            text += &format!(
                "            case \"{word}\":\n                return {method}({});\n",
                arguments.join(", ")
            );
        }
        text += "            default:\n";
        text += &match ty.output {
            true => {
                let nulls = ", null".repeat(all.len());
                format!("                return new {name}(Kind.UNRECOGNIZED, json{nulls});\n")
            }
            false => "                throw Fields.not(\"one of its cases\");\n".to_owned(),
        };
        text + "        }\n    }\n\n"
    }
}

/// What a case holds, as fields of the class.
fn contents(case: &Case) -> Vec<Field> {
    let about = |doc: &str| format!("Of `{}` alone. {doc}", case.name).trim_end().to_owned();
    match &case.content {
        Content::Nothing => Vec::new(),
        Content::Value(ty) => vec![Field {
            name: case.name.clone(),
            doc: about(""),
            ty: ty.clone(),
            optional: true,
            absent: false,
            nullable: false,
            default: None,
            secret: false,
        }],
        Content::Fields(fields) => {
            let one =
                |field: &Field| Field { optional: true, doc: about(&field.doc), ..field.clone() };
            fields.iter().map(one).collect()
        }
    }
}
