//! What the tests across crates share: a practice in a world of its own, with virtual time; the
//! fixtures, and the practices in them.

pub mod consistency;
pub mod fixtures;
pub mod parsers;
pub mod practice_file;
pub mod practices;
pub mod scenario;
pub mod simulation;
pub mod site;
pub mod stage;
