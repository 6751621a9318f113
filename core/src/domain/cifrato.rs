//! Ciphertext as it travels.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::json::{Failure, Node, Read};

/// One RSA ciphertext in base64 on a single line: 172 characters for the service's 1024-bit key,
/// at most 256 by the schema (`cfType`, PROTOCOL section 3).
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Cifrato(String);

/// Why a text is not a ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CifratoError {
    /// Not base64 of 1 to 192 bytes on one line.
    #[error("a ciphertext is base64 on one line, at most 256 characters")]
    Format,
}

impl Cifrato {
    /// The longest text the schemas admit, in characters.
    pub const MAX_LEN: usize = 256;

    /// Encodes the raw ciphertext; at most 192 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CifratoError> {
        if bytes.is_empty() || bytes.len() > Self::MAX_LEN / 4 * 3 {
            return Err(CifratoError::Format);
        }
        Ok(Cifrato(STANDARD.encode(bytes)))
    }

    /// Takes a text that is already base64.
    pub fn parse(text: &str) -> Result<Self, CifratoError> {
        if text.is_empty() || text.len() > Self::MAX_LEN {
            return Err(CifratoError::Format);
        }
        STANDARD.decode(text).map_err(|_| CifratoError::Format)?;
        Ok(Cifrato(text.to_owned()))
    }

    /// The base64 text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Cifrato {
    /// The length alone: the text is not secret, but it fills screens and says nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cifrato({} characters)", self.0.len())
    }
}

impl<'a> Read<'a> for Cifrato {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        node.parse("a ciphertext in base64", Cifrato::parse)
    }
}
