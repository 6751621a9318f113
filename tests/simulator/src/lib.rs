//! A fake of the remote Sistema TS: all nine services, strict, with faults on request.
//!
//! [`World`] is a pure state machine that a test can drive in process; [`Server`] puts real
//! sockets around it. Nothing of `sts-core` is linked, so that one mistake cannot be on both
//! sides. See the folder's README for the control interface and for what is ours and not
//! Sistema TS's.

mod archive;
mod calendar;
mod codes;
mod codice_fiscale;
mod crypto;
mod document;
mod faults;
mod files;
mod http;
pub mod kit;
mod mtom;
mod operation;
mod pdf;
mod rules;
mod schema;
mod server;
mod services;
mod setup;
mod soap;
mod store;
#[cfg(test)]
mod testing;
mod users;
mod world;
mod xsd;

pub use archive::zip_of;
pub use calendar::{Calendar, Date, LocalTime, Season, instant};
pub use crypto::{CERTIFICATE_DER, KeyError, PrivateKey};
pub use document::DocumentKey;
pub use faults::{Fault, FaultRule};
pub use http::{HttpAnswer, HttpRequest, Reaction};
pub use operation::{Door, Operation, Service};
pub use server::{Clock, Options, Server, StartError};
pub use setup::{
    Citizens, ExpenseTypes, FormalCheck, Segnalazione, Settings, Setup, WrongPassword,
};
pub use store::HistoryEntry;
pub use users::{Categoria, Stato, User};
pub use world::{ControlError, DocumentView, LogEntry, TransmissionView, UserView, World};

/// Compiles and runs the Rust example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
