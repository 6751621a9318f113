//! What the tests across crates share: a practice in a world of its own, with virtual time.

pub mod site;
pub mod stage;
