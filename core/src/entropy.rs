//! Chance, given from outside.

/// A source of random bytes.
///
/// The core has none of its own, so that the same inputs give the same bytes in tests. A host
/// fills it from the operating system; a predictable source in production would weaken the
/// encryption padding.
pub trait Entropy {
    /// Fills the whole buffer.
    fn fill(&mut self, buffer: &mut [u8]);
}

impl<T: Entropy + ?Sized> Entropy for &mut T {
    fn fill(&mut self, buffer: &mut [u8]) {
        (**self).fill(buffer);
    }
}

impl<T: Entropy + ?Sized> Entropy for Box<T> {
    fn fill(&mut self, buffer: &mut [u8]) {
        (**self).fill(buffer);
    }
}
