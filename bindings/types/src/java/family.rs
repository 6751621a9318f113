//! Classes of families: a common class, one for each member, one for what is not known.

use super::class::{SHOWN, call, from_head};
use super::{Java, doc};
use crate::model::{Family, Field, Member, Ty, Type};

impl Java<'_> {
    pub(super) fn family(&self, ty: &Type, family: &Family) -> Vec<(String, String)> {
        let (name, tag) = (&ty.name, &family.tag);
        let unknown = format!("Unknown{name}");
        let mut base =
            doc(&ty.doc, &[], "") + &format!("public abstract class {name} extends Value {{\n");
        base += &self.declared(&family.common);
        base += &self.constructor("", name, &family.common, "");
        let about = format!(
            "Reads JSON, as the class of its kind; `{unknown}` when the kind is not known."
        );
        base += &from_head(name, &about, &[]);
        base += &format!("        switch (Fields.field(json, \"{tag}\", Fields::text)) {{\n");
        for member in &family.members {
            let (tag, class) = (&member.tag, &member.name);
            base += &format!(
                "            case \"{tag}\":\n                return {class}.fromJson(json);\n"
            );
        }
        base += &format!(
            "            default:\n                return {unknown}.fromJson(json);\n        }}\n    }}\n\n"
        );
        base += &family.common.iter().map(|field| self.accessor(field)).collect::<String>();
        base += "    @Override\n    public abstract Map<String, Object> toJson();\n";
        if name == "Answer" {
            base += EXPECTED;
        }
        base += SHOWN;
        base += "}\n";
        let mut classes: Vec<_> = family
            .members
            .iter()
            .map(|member| (member.name.clone(), self.member(name, family, member)))
            .collect();
        classes.push((name.clone(), base));
        classes.push((unknown.clone(), self.unknown(&unknown, name, family)));
        classes
    }

    fn member(&self, base: &str, family: &Family, member: &Member) -> String {
        let name = &member.name;
        let mut text =
            doc(&member.doc, &[], "") + &format!("public final class {name} extends {base} {{\n");
        text += &self.declared(&member.fields);
        text += &self.member_constructor(name, family, &member.fields);
        text += &from_head(name, "Reads JSON; fields that are not known are ignored.", &[]);
        let values =
            family.common.iter().chain(&member.fields).map(|field| self.read(field, "json"));
        text += &call("        return ", &format!("new {name}"), values.collect());
        text += "    }\n\n";
        text += &member.fields.iter().map(|field| self.accessor(field)).collect::<String>();
        text += &self.written(family, &member.tag, &member.fields);
        text + "}\n"
    }

    fn member_constructor(&self, name: &str, family: &Family, own: &[Field]) -> String {
        let all: Vec<Field> = family.common.iter().chain(own).cloned().collect();
        let common: Vec<_> = family.common.iter().map(|field| field.name.clone()).collect();
        let mut text = self.constructor("private ", name, &all, "");
        // What all members have is kept by the common class.
        for field in &family.common {
            let line = match &field.ty {
                Ty::Long => format!("        this.{0} = {0};\n", field.name),
                _ => format!(
                    "        this.{0} = Objects.requireNonNull({0}, \"{0}\");\n",
                    field.name
                ),
            };
            text = text.replace(&line, "");
        }
        if !common.is_empty() {
            text =
                text.replacen(" {\n", &format!(" {{\n        super({});\n", common.join(", ")), 1);
        }
        text
    }

    fn written(&self, family: &Family, tag: &str, fields: &[Field]) -> String {
        let text = self.to_map(&[(&family.tag, tag)], fields);
        let mut common = String::new();
        for field in &family.common {
            common += &format!("        Fields.put(json, \"{0}\", {0}());\n", field.name);
        }
        let after = format!("json.put(\"{}\", \"{tag}\");\n", family.tag);
        text.replacen(&after, &(after.clone() + &common), 1)
    }

    /// What a newer engine says.
    fn unknown(&self, name: &str, base: &str, family: &Family) -> String {
        let tag = &family.tag;
        let about = format!(
            "One of a newer engine, of a kind that this version of the package does not know: `{tag}`."
        );
        let mut text =
            doc(&about, &[], "") + &format!("public final class {name} extends {base} {{\n");
        text += &format!(
            "    private final String {tag};\n    private final Map<String, Object> json;\n\n"
        );
        text += &format!("    private {name}(Map<String, ?> json) {{\n");
        let common: Vec<_> = family.common.iter().map(|field| self.read(field, "json")).collect();
        if !common.is_empty() {
            text += &call("        ", "super", common);
        }
        text += &format!("        {tag} = Fields.field(json, \"{tag}\", Fields::text);\n");
        text += "        this.json = Collections.unmodifiableMap(new LinkedHashMap<>(json));\n    }\n\n";
        text += &from_head(name, "Reads JSON.", &[]);
        text += &format!("        return new {name}(json);\n    }}\n\n");
        text += &doc("Its name.", &["@return its value".to_owned()], "    ");
        text += &format!("    public String {tag}() {{\n        return {tag};\n    }}\n\n");
        text += "    /** All of it, as it came. */\n    @Override\n";
        text + "    public Map<String, Object> toJson() {\n        return json;\n    }\n}\n"
    }
}

/// Sees to it that an answer is of the kind that its command has.
const EXPECTED: &str = "
    static <T extends Answer> T expected(Class<T> type, Map<String, ?> json) {
        Answer answer = fromJson(json);
        if (!type.isInstance(answer)) {
            throw Fields.not(\"the answer of this command: are library and package of one version?\");
        }
        return type.cast(answer);
    }
";
