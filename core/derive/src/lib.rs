//! `#[derive(Read)]`, see the README.

mod attributes;
mod expand;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Reads a type from a value of JSON, by the attributes of serde: `rename`, `rename_all`,
/// `rename_all_fields`, `deny_unknown_fields`, `default`, `flatten`, `tag`, `transparent`, each where
/// it means something; `skip_serializing_if`, which only writing obeys, is passed over, and every
/// other is an error.
#[proc_macro_derive(Read, attributes(serde))]
pub fn read(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::read(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
