//! The code that reads a type.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Data, DataEnum, DeriveInput, Field, Fields, GenericParam, Generics, Ident, Lifetime, Type,
    parse_quote,
};

use crate::attributes::{Attributes, Case, Missing, not_done, place};

/// The implementation of `Read` for a type.
pub(crate) fn read(input: &DeriveInput) -> syn::Result<TokenStream> {
    let attributes = Attributes::of(&input.attrs)?;
    let body = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 && attributes.transparent => {
                attributes.at(place::TRANSPARENT)?;
                bare(&fields.unnamed[0])?;
                quote!(crate::json::Read::read(node).map(Self))
            }
            Fields::Named(fields) => {
                let attributes = attributes.at(place::STRUCT)?;
                if let Some(Missing::Call(_)) = attributes.missing {
                    return Err(not_done("another default of the whole than Default"));
                }
                let form = Form {
                    case: attributes.rename_all,
                    strict: attributes.strict,
                    whole: attributes.missing.is_some(),
                };
                form.read(&quote!(Self), fields.named.iter())?
            }
            _ => return Err(not_done("this struct")),
        },
        Data::Enum(data) => choose(&attributes.at(place::ENUM)?, data)?,
        Data::Union(_) => return Err(not_done("unions")),
    };
    let name = &input.ident;
    let (life, generics) = with_life(&input.generics);
    let (declared, _, _) = generics.split_for_impl();
    let (_, used, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        impl #declared crate::json::Read<#life> for #name #used #bounds {
            fn read(node: crate::json::Node<#life>) -> Result<Self, crate::json::Failure> {
                #body
            }
        }
    })
}

/// A field that is the whole: nothing is said of it alone.
fn bare(field: &Field) -> syn::Result<()> {
    Attributes::of(&field.attrs)?.at(place::NOWHERE).map(drop)
}

/// The lifetime of the text, and the generics of the type with it.
fn with_life(generics: &Generics) -> (Lifetime, Generics) {
    let mut generics = generics.clone();
    let own = generics.lifetimes().next().map(|parameter| parameter.lifetime.clone());
    let life = own.clone().unwrap_or_else(|| parse_quote!('text));
    if own.is_none() {
        generics.params.insert(0, parse_quote!(#life));
    }
    for parameter in &mut generics.params {
        if let GenericParam::Type(parameter) = parameter {
            parameter.bounds.push(parse_quote!(crate::json::Read<#life>));
        }
    }
    (life, generics)
}

/// How the fields of an object become those of a struct or a variant.
struct Form {
    case: Case,
    strict: bool,
    /// Fields that are missing are those of the default of the whole.
    whole: bool,
}

/// A field on its way: what it begins as, how it is taken, and what it is in the end.
struct Slot {
    json: String,
    ty: TokenStream,
    begins: TokenStream,
    taken: Ident,
    required: bool,
}

impl Slot {
    fn of(field: &Field, attributes: Attributes, case: Case) -> syn::Result<Self> {
        let (Some(name), ty) = (&field.ident, &field.ty) else { return Err(not_done("tuples")) };
        let json = attributes.rename.unwrap_or_else(|| case.field(name));
        let begins = match attributes.missing {
            _ if is_option(ty) && !matches!(attributes.missing, Some(Missing::Call(_))) => {
                Some(quote!(None))
            }
            Some(Missing::Default) => Some(quote!(Default::default())),
            Some(Missing::Call(path)) => Some(quote!(#path())),
            None => None,
        };
        let required = begins.is_none();
        Ok(Slot {
            json,
            ty: if required { quote!(Option<#ty>) } else { quote!(#ty) },
            begins: begins.unwrap_or_else(|| quote!(None)),
            taken: if required { format_ident!("put") } else { format_ident!("fill") },
            required,
        })
    }
}

impl Form {
    /// Reads `node`, an object, into what `constructor` makes of the fields.
    fn read<'f>(
        &self,
        constructor: &TokenStream,
        fields: impl Iterator<Item = &'f Field>,
    ) -> syn::Result<TokenStream> {
        let (mut slots, mut names, mut flat) = (Vec::new(), Vec::new(), TokenStream::new());
        for field in fields {
            let attributes = Attributes::of(&field.attrs)?;
            if attributes.flatten {
                attributes.at(place::FLAT)?;
                if self.strict || self.whole {
                    // The strict one would refuse the fields of the other.
                    return Err(not_done("a flattened field here"));
                }
                let name = &field.ident;
                flat.extend(quote!(#name: crate::json::Read::read(node)?,));
            } else {
                let here = if self.whole { place::FIELD_OF_DEFAULT } else { place::FIELD };
                slots.push(Slot::of(field, attributes.at(here)?, self.case)?);
                names.push(&field.ident);
            }
        }
        if slots.len() > 64 {
            return Err(not_done("more than 64 fields"));
        }
        each_once(slots.iter().map(|slot| &slot.json))?;
        let strict = self.strict;
        let json: Vec<_> = slots.iter().map(|slot| &slot.json).collect();
        let places: Vec<_> = (0..slots.len()).collect();
        if self.whole {
            return Ok(quote! {
                static FORM: crate::json::Form =
                    crate::json::Form { names: &[#(#json),*], required: 0, strict: #strict };
                let mut whole: Self = Default::default();
                let take = |whole: &mut Self, field, node| match field {
                    #(#places => crate::json::fill(&mut whole.#names, node),)*
                    _ => Ok(()),
                };
                node.object(&FORM, &mut |field, node| take(&mut whole, field, node))?;
                Ok(whole)
            });
        }
        let of = |pick: fn(&Slot) -> &TokenStream| slots.iter().map(pick).collect::<Vec<_>>();
        let (types, begins) = (of(|slot| &slot.ty), of(|slot| &slot.begins));
        let taken: Vec<_> = slots.iter().map(|slot| &slot.taken).collect();
        let must: Vec<_> = slots.iter().zip(&names).filter(|(slot, _)| slot.required).collect();
        let must: Vec<_> = must.into_iter().map(|(_, name)| name).collect();
        let required = (0..).zip(&slots).filter(|(_, slot)| slot.required);
        let required = required.fold(0u64, |mask, (place, _)| mask | 1 << place);
        let index: Vec<_> = (0..slots.len()).map(syn::Index::from).collect();
        Ok(quote! {
            static FORM: crate::json::Form =
                crate::json::Form { names: &[#(#json),*], required: #required, strict: #strict };
            let mut slots: (#(#types,)*) = (#(#begins,)*);
            let take = |slots: &mut (#(#types,)*), field, node| match field {
                #(#places => crate::json::#taken(&mut slots.#index, node),)*
                _ => Ok(()),
            };
            node.object(&FORM, &mut |field, node| take(&mut slots, field, node))?;
            let (#(#names,)*) = slots;
            match (#(#must,)*) {
                (#(Some(#must),)*) => Ok(#constructor { #(#names,)* #flat }),
                #[allow(unreachable_patterns)]
                _ => Err(crate::json::Failure::bug()),
            }
        })
    }
}

/// One of several variants: a text, an object with one field, or an object with its tag.
fn choose(attributes: &Attributes, data: &DataEnum) -> syn::Result<TokenStream> {
    let (mut names, mut read, mut plain) = (Vec::new(), Vec::new(), 0u64);
    if data.variants.len() > 64 {
        return Err(not_done("more than 64 variants"));
    }
    if attributes.strict && attributes.tag.is_some() {
        // The tag would be one of the fields that are refused.
        return Err(not_done("a tag beside deny_unknown_fields"));
    }
    for (place, variant) in data.variants.iter().enumerate() {
        let own = Attributes::of(&variant.attrs)?.at(place::VARIANT)?;
        let name = &variant.ident;
        names.push(own.rename.unwrap_or_else(|| attributes.rename_all.variant(name)));
        let value = match &variant.fields {
            Fields::Unit => {
                plain |= 1 << place;
                quote!(Ok(Self::#name))
            }
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 && attributes.tag.is_none() => {
                bare(&fields.unnamed[0])?;
                quote!(crate::json::Read::read(node).map(Self::#name))
            }
            Fields::Named(fields) => {
                let (case, strict) = (attributes.rename_all_fields, attributes.strict);
                let form = Form { case, strict, whole: false };
                let value = form.read(&quote!(Self::#name), fields.named.iter())?;
                quote!({ #value })
            }
            Fields::Unnamed(_) => return Err(not_done("this variant")),
        };
        read.push(quote!(#place => #value,));
    }
    each_once(names.iter())?;
    let choose = match &attributes.tag {
        Some(tag) => quote!(let chosen = node.tag(#tag, NAMES)?;),
        None => quote!(let (chosen, node) = node.choice(NAMES, #plain)?;),
    };
    let all_plain = plain.count_ones() as usize == names.len();
    let read = quote!(match chosen { #(#read)* _ => Err(crate::json::Failure::bug()) });
    let read = if all_plain || attributes.tag.is_some() {
        read
    } else {
        quote! {
            let read = || #read;
            read().map_err(|failure: crate::json::Failure| failure.within(NAMES[chosen]))
        }
    };
    Ok(quote! {
        static NAMES: &[&str] = &[#(#names),*];
        #choose
        #read
    })
}

fn each_once<'n>(mut names: impl Iterator<Item = &'n String>) -> syn::Result<()> {
    let mut seen = std::collections::BTreeSet::new();
    match names.find(|name| !seen.insert(*name)) {
        Some(name) => Err(not_done(&format!("two of the name {name:?}"))),
        None => Ok(()),
    }
}

fn is_option(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == "Option")
}

#[cfg(test)]
mod tests;
