use syn::parse_quote;

use super::*;

#[test]
fn the_forms_of_the_core_are_read() {
    let forms: [DeriveInput; 6] = [
        parse_quote! {
            #[serde(rename_all = "camelCase", deny_unknown_fields)]
            struct Strict<'a> { #[serde(default)] a: u8, #[serde(rename = "B")] b: Raw<'a> }
        },
        parse_quote! {
            #[serde(default)]
            struct Whole { #[serde(rename = "x", skip_serializing_if = "Option::is_none")] a: u8 }
        },
        parse_quote! { struct Outer { at: u8, #[serde(flatten)] inner: Inner } },
        parse_quote! { #[serde(transparent)] struct Thin(u8); },
        parse_quote! {
            #[serde(rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
            enum Choice { Plain, One(u8), #[serde(rename = "x")] Form { #[serde(default)] a: u8 } }
        },
        parse_quote! { #[serde(tag = "kind")] enum Tagged { Plain, Form { a: u8 } } },
    ];
    for form in &forms {
        assert!(read(form).is_ok(), "{}", form.ident);
    }
}

/// What is passed over in silence is obeyed by serde in writing, and not in reading.
#[test]
fn an_attribute_that_reading_does_not_obey_is_an_error() {
    let wrong: [DeriveInput; 28] = [
        // Nowhere.
        parse_quote! { struct S { #[serde(alias = "b")] a: u8 } },
        parse_quote! { struct S { #[serde(with = "b")] a: u8 } },
        parse_quote! { struct S { #[serde(skip)] a: u8 } },
        parse_quote! { struct S { #[serde(rename(deserialize = "b"))] a: u8 } },
        parse_quote! { #[serde(untagged)] enum E { A(u8) } },
        parse_quote! { #[serde(tag = "t", content = "c")] enum E { A { a: u8 } } },
        parse_quote! { enum E { #[serde(other)] A } },
        parse_quote! { #[serde(rename_all = "kebab-case")] struct S { a: u8 } },
        // Not at this place.
        parse_quote! { #[serde(tag = "t")] struct S { a: u8 } },
        parse_quote! { #[serde(transparent)] struct S { a: u8 } },
        parse_quote! { #[serde(rename_all_fields = "camelCase")] struct S { a: u8 } },
        parse_quote! { #[serde(default = "S::new")] struct S { a: u8 } },
        parse_quote! { #[serde(transparent, default)] struct S(u8); },
        parse_quote! { #[serde(transparent)] struct S(#[serde(default)] u8); },
        parse_quote! { #[serde(default)] enum E { A } },
        parse_quote! { enum E { #[serde(rename_all = "camelCase")] A { b_c: u8 } } },
        parse_quote! { enum E { #[serde(deny_unknown_fields)] A { b: u8 } } },
        parse_quote! { enum E { A(#[serde(default)] u8) } },
        parse_quote! { struct S { #[serde(deny_unknown_fields)] a: u8 } },
        parse_quote! { struct S { #[serde(flatten, default)] a: A } },
        // Not together.
        parse_quote! { #[serde(default)] struct S { #[serde(default = "one")] a: u8 } },
        parse_quote! { #[serde(default)] struct S { #[serde(flatten)] a: A } },
        parse_quote! { #[serde(deny_unknown_fields)] struct S { #[serde(flatten)] a: A } },
        parse_quote! { #[serde(deny_unknown_fields, tag = "t")] enum E { A { b: u8 } } },
        parse_quote! { struct S { #[serde(default)] #[serde(default = "one")] a: u8 } },
        parse_quote! { struct S { a: u8, #[serde(rename = "a")] b: u8 } },
        parse_quote! { enum E { A, #[serde(rename = "A")] B } },
        parse_quote! { struct S(u8); },
    ];
    for form in &wrong {
        let shown = quote!(#form);
        assert!(read(&parse_quote!(#shown)).is_err(), "{shown}");
    }
}

#[test]
fn more_fields_or_variants_than_bits_are_an_error() {
    let names: Vec<_> = (0..65).map(|place| format_ident!("A{place}")).collect();
    assert!(read(&parse_quote! { struct S { #(#names: u8,)* } }).is_err());
    assert!(read(&parse_quote! { enum E { #(#names,)* } }).is_err());
    let names = &names[1..];
    assert!(read(&parse_quote! { struct S { #(#names: u8,)* } }).is_ok());
    assert!(read(&parse_quote! { enum E { #(#names,)* } }).is_ok());
}
