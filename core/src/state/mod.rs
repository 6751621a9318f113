//! Every transition of the engine, and nothing else.
//!
//! A [`Turn`] is the handling of one input. It reads and writes through the ledger of that input,
//! so that a turn which needs more reading, or fails, has changed nothing.

mod credentials;
mod documento;
mod hear;
mod open;
mod page;
mod save;
mod settle;
mod turn;

pub(crate) use turn::{Turn, hex};
