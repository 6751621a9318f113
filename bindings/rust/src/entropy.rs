//! Chance from the operating system.

use sts_core::entropy::Entropy;

/// The operating system's random bytes.
///
/// # Panics
///
/// When the operating system has none to give: without chance neither keys nor padding are safe,
/// so nothing may go on. No supported platform does that after boot.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&mut self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}
