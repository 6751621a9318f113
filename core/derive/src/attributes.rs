//! The attributes of serde, as far as the core uses them.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, ExprPath, Ident, LitStr, Token};

/// How names are written in JSON.
#[derive(Clone, Copy, Default)]
pub(crate) enum Case {
    #[default]
    AsIs,
    Camel,
    Snake,
    ScreamingSnake,
}

impl Case {
    fn parse(text: &LitStr) -> syn::Result<Self> {
        match text.value().as_str() {
            "camelCase" => Ok(Case::Camel),
            "snake_case" => Ok(Case::Snake),
            "SCREAMING_SNAKE_CASE" => Ok(Case::ScreamingSnake),
            _ => Err(Error::new(text.span(), "no case of the core")),
        }
    }

    /// The name of a field.
    pub(crate) fn field(self, name: &Ident) -> String {
        let name = name.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        match self {
            Case::AsIs | Case::Snake => name.to_owned(),
            Case::ScreamingSnake => name.to_ascii_uppercase(),
            Case::Camel => {
                let mut camel = String::new();
                let mut upper = false;
                for c in name.chars() {
                    if c == '_' {
                        upper = true;
                    } else {
                        camel.push(if upper { c.to_ascii_uppercase() } else { c });
                        upper = false;
                    }
                }
                camel
            }
        }
    }

    /// The name of a variant.
    pub(crate) fn variant(self, name: &Ident) -> String {
        let name = name.to_string();
        let mut snake = String::new();
        for (i, c) in name.char_indices() {
            if i > 0 && c.is_ascii_uppercase() {
                snake.push('_');
            }
            snake.push(c.to_ascii_lowercase());
        }
        match self {
            Case::AsIs => name,
            Case::Snake => snake,
            Case::ScreamingSnake => snake.to_ascii_uppercase(),
            Case::Camel => name[..1].to_ascii_lowercase() + &name[1..],
        }
    }
}

/// What stands in for a field that is missing.
#[derive(Clone)]
pub(crate) enum Missing {
    Default,
    Call(ExprPath),
}

/// The attributes that mean something at a place. Any other is an error there: passed over, it
/// would be obeyed in writing and not in reading.
pub(crate) mod place {
    pub(crate) type Place = &'static [&'static str];

    pub(crate) const STRUCT: Place = &["rename_all", "deny_unknown_fields", "default"];
    pub(crate) const TRANSPARENT: Place = &["transparent"];
    pub(crate) const ENUM: Place =
        &["rename_all", "rename_all_fields", "deny_unknown_fields", "tag"];
    pub(crate) const VARIANT: Place = &["rename"];
    pub(crate) const FIELD: Place = &["rename", "default", "skip_serializing_if"];
    /// Where the whole has a default, no field has its own.
    pub(crate) const FIELD_OF_DEFAULT: Place = &["rename", "skip_serializing_if"];
    pub(crate) const FLAT: Place = &["flatten"];
    pub(crate) const NOWHERE: Place = &[];
}

/// The attributes of a type, a variant or a field.
#[derive(Default)]
pub(crate) struct Attributes {
    /// Their names.
    named: Vec<Ident>,
    pub(crate) rename: Option<String>,
    pub(crate) rename_all: Case,
    pub(crate) rename_all_fields: Case,
    pub(crate) strict: bool,
    pub(crate) missing: Option<Missing>,
    pub(crate) flatten: bool,
    pub(crate) tag: Option<String>,
    pub(crate) transparent: bool,
}

impl Attributes {
    pub(crate) fn of(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut read = Attributes::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| read.take(&meta))?;
        }
        Ok(read)
    }

    /// The same when each of them means something at this place.
    pub(crate) fn at(self, place: place::Place) -> syn::Result<Self> {
        let not_here = |name: &&Ident| !place.iter().any(|known| *name == known);
        match self.named.iter().find(not_here) {
            Some(name) => Err(Error::new(name.span(), "reading does not obey this here")),
            None => Ok(self),
        }
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let name = meta.path.require_ident()?;
        if self.named.contains(name) {
            return Err(meta.error("there twice"));
        }
        self.named.push(name.clone());
        let text = || meta.value()?.parse::<LitStr>();
        match name.to_string().as_str() {
            "rename" => self.rename = Some(text()?.value()),
            "rename_all" => self.rename_all = Case::parse(&text()?)?,
            "rename_all_fields" => self.rename_all_fields = Case::parse(&text()?)?,
            "deny_unknown_fields" => self.strict = true,
            "default" if meta.input.peek(Token![=]) => {
                self.missing = Some(Missing::Call(text()?.parse()?));
            }
            "default" => self.missing = Some(Missing::Default),
            "flatten" => self.flatten = true,
            "tag" => self.tag = Some(text()?.value()),
            "transparent" => self.transparent = true,
            // Of writing.
            "skip_serializing_if" => drop(text()?),
            _ => return Err(meta.error("not an attribute that reading obeys")),
        }
        Ok(())
    }
}

/// What the core does not do.
pub(crate) fn not_done(what: &str) -> Error {
    Error::new(Span::call_site(), format!("Read is not for {what}"))
}
