//! `#[derive(Read)]`, see the README.

mod attributes;
mod expand;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Reads a type from a value of JSON, by the attributes of serde: `rename`, `rename_all`,
/// `rename_all_fields`, `deny_unknown_fields`, `default`, `flatten`, `tag`, `transparent`; those
/// that only writing obeys are passed over.
#[proc_macro_derive(Read, attributes(serde))]
pub fn read(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::read(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
