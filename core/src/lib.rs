//! The pure engine of libsts.

pub mod cipher;
pub mod codes;
pub mod command;
pub mod domain;
mod engine;
pub mod entropy;
mod error;
pub mod event;
mod ledger;
pub mod record;
pub mod redact;
pub mod rules;
pub mod secret;
mod settings;
mod state;
pub mod step;
pub mod time;
pub mod wire;

pub use engine::Engine;
pub use error::Error;
pub use settings::Settings;
