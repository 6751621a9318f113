//! The pure engine of libsts.

pub mod cipher;
pub mod codes;
pub mod domain;
pub mod entropy;
pub mod redact;
pub mod rules;
pub mod secret;
pub mod time;
pub mod wire;
