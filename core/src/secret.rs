//! Values that are wiped on drop and never printed.

use std::fmt;

use zeroize::Zeroizing;

use crate::json::{Failure, Node, Read};

/// A text that must not be seen: password, pincode, user name.
///
/// It has no `Display` and no `Serialize`; `Debug` prints `Secret(…)`. The memory is wiped when
/// the value is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(Zeroizing::new(text.into()))
    }

    /// The text itself, for the few places that must write it to the wire.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Secret {
    /// Compares in time that depends on the lengths alone.
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.0.as_bytes(), other.0.as_bytes());
        a.len() == b.len() && a.iter().zip(b).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<'a> Read<'a> for Secret {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        String::read(node).map(Secret::new)
    }
}
