//! The pure engine of libsts.

pub mod codes;
pub mod domain;
pub mod entropy;
pub mod secret;
pub mod time;
