//! The owner of the data: whose documents they are.

use std::fmt;

use serde::Serialize;

use super::documento::FieldError;
use crate::json::{Failure, Node, Read};

macro_rules! office_code {
    ($name:ident, $lengths:expr, $what:literal) => {
        #[doc = concat!($what, ", upper-case letters and digits (WS asincrono v2.5, page 16).")]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Reads the code as it stands in the letter of the credentials.
            pub fn parse(text: &str) -> Result<Self, FieldError> {
                let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
                if $lengths.contains(&text.len()) && text.bytes().all(allowed) {
                    Ok($name(text.to_owned()))
                } else {
                    Err(FieldError($what))
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'a> Read<'a> for $name {
            fn read(node: Node<'a>) -> Result<Self, Failure> {
                node.parse($what, |s| $name::parse(s))
            }
        }
    };
}

office_code!(CodiceRegione, 3..=3, "a codiceRegione of 3 characters");
office_code!(CodiceAsl, 3..=3, "a codiceAsl of 3 characters");
office_code!(CodiceSsa, 5..=6, "a codiceSSA of 5 or 6 characters");

/// The owner, with a tax code of type `C`: [`CodiceFiscale`](super::CodiceFiscale) in clear, as in
/// the envelope of the file service, or [`Cifrato`](super::Cifrato), as everywhere else. The two
/// cannot be confused, because they are two types (PROTOCOL section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proprietario<C> {
    /// A professional: the tax code alone.
    Professionista {
        /// The professional's tax code.
        cf_proprietario: C,
    },
    /// A structure, pharmacy or shop: three codes and the tax code of the holder of the
    /// credentials, which only a Region as sender may leave out.
    Struttura {
        /// Region.
        codice_regione: CodiceRegione,
        /// Local health authority.
        codice_asl: CodiceAsl,
        /// The structure.
        codice_ssa: CodiceSsa,
        /// Holder or legal representative.
        cf_proprietario: Option<C>,
    },
}

impl<C> Proprietario<C> {
    /// The tax code, when there is one.
    pub fn cf_proprietario(&self) -> Option<&C> {
        match self {
            Proprietario::Professionista { cf_proprietario } => Some(cf_proprietario),
            Proprietario::Struttura { cf_proprietario, .. } => cf_proprietario.as_ref(),
        }
    }

    /// The same owner with its tax code turned into another form.
    pub fn try_map<D, E>(&self, f: impl FnOnce(&C) -> Result<D, E>) -> Result<Proprietario<D>, E> {
        Ok(match self {
            Proprietario::Professionista { cf_proprietario } => {
                Proprietario::Professionista { cf_proprietario: f(cf_proprietario)? }
            }
            Proprietario::Struttura { codice_regione, codice_asl, codice_ssa, cf_proprietario } => {
                Proprietario::Struttura {
                    codice_regione: codice_regione.clone(),
                    codice_asl: codice_asl.clone(),
                    codice_ssa: codice_ssa.clone(),
                    cf_proprietario: cf_proprietario.as_ref().map(f).transpose()?,
                }
            }
        })
    }
}
