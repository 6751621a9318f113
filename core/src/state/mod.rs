//! Every transition of the engine, and nothing else.
//!
//! A [`Turn`] is the handling of one input. It reads and writes through the ledger of that input,
//! so that a turn which needs more reading, or fails, has changed nothing.

mod carry;
mod change;
mod credentials;
mod documento;
mod evidence;
mod file;
mod hear;
mod inquiry;
mod open;
mod overview;
mod page;
mod planning;
mod pump;
mod save;
mod settle;
mod turn;

pub(crate) use carry::import;
pub(crate) use inquiry::Parts;
pub(crate) use turn::{Turn, hex};
