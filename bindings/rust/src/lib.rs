//! The reference host of libsts: HTTP, a store, and the loop that drives an engine.
//!
//! ```no_run
//! use std::path::Path;
//! use sts_host::{Driver, SqliteStore, SystemClock, SystemEntropy, UreqHttp};
//! # use sts_core::{Engine, Settings, command::Command, wire::Credentials};
//! # fn run(settings: Settings, credentials: Credentials) -> Result<(), Box<dyn std::error::Error>> {
//! let http = UreqHttp::new(settings.ambiente());
//! let open = move || {
//!     let mut engine = Engine::new(settings.clone(), Box::new(SystemEntropy));
//!     engine.set_credentials(Some(credentials.clone()));
//!     engine
//! };
//! let store = SqliteStore::open(Path::new("practice.db"))?;
//! let events = |event: &sts_core::event::Event| println!("{}", event.number);
//! let mut driver = Driver::new(open, http, store, events, SystemClock);
//! driver.command(&Command::TestCredentials { again: false })?;
//! driver.close()?;
//! # Ok(())
//! # }
//! ```
//!
//! It holds no knowledge of the protocol, no table of codes and no rule about trying again: all of
//! that is the engine's. Other hosts copy its shape.

mod clock;
pub mod conformance;
mod driver;
mod entropy;
mod http;
mod identity;
mod store;

pub use clock::{Clock, SystemClock, VirtualClock};
pub use driver::{Driver, DriverError, Events};
pub use entropy::SystemEntropy;
pub use http::{CaError, Http, UreqHttp};
pub use identity::{Identity, IdentityError};
#[cfg(feature = "postgres")]
pub use store::PostgresStore;
pub use store::{Commit, MemoryStore, REVISION, SqliteStore, Store, StoreError, revision};
