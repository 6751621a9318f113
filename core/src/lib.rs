//! The pure engine of libsts: everything between "an invoice was saved" and "Sistema Tessera
//! Sanitaria accepted it", without clock, network, files or threads.
//!
//! # What it is
//! One [`Engine`] serves one holder, the taxpayer whose credentials sign the requests. The host
//! gives it four kinds of input, each with the time: a [command](Engine::command), the
//! [end of a request](Engine::response), a [tick](Engine::tick), and what was
//! [read](Engine::load) from its store. Each input gives one [`Step`], and the host
//! does what it says.
//!
//! # The contract
//! 1. Commit all writes of a step in one transaction, against the revision the step names, before
//!    anything else.
//! 2. If the commit fails or the revision has moved, throw the engine away and open it again; then
//!    repeat the input.
//! 3. Then deliver the events; after a crash an event may come twice with the same number. By the
//!    next input the engine takes them as delivered.
//! 4. Then perform the requests, each once and none after its `not_after`, and report every one
//!    back, also when it failed: [answered, not sent, or unknown](step::Response). In doubt,
//!    unknown.
//! 5. Call tick at `wake_at`, or on any timer; too often is harmless, late only delays.
//!
//! The last answer of the steps that follow from a command is its answer: what is fetched from the
//! service, such as receipts, comes with the end of the last request. The clocks of the processes
//! that share a store must agree within a minute.
//!
//! The store is three operations on text keys and byte values: get, scan a range, and commit with
//! a compare-and-swap on the key `revision`. Any number of processes may drive one store: whoever
//! loses the swap has committed nothing, so it has sent nothing.
//!
//! # A complete host
//! ```
//! use std::collections::BTreeMap;
//! use sts_core::command::DocumentState;
//! use sts_core::domain::Ambiente;
//! use sts_core::domain::invoice::{JsonLimits, read_json};
//! use sts_core::{
//!     Actions, Answer, Command, Engine, Entropy, Loaded, Response, Settings, Step, Timestamp,
//! };
//!
//! /// Chance: a real host fills it from the operating system.
//! struct Counter(u8);
//! impl Entropy for Counter {
//!     fn fill(&mut self, buffer: &mut [u8]) {
//!         buffer.fill_with(|| { self.0 = self.0.wrapping_add(1); self.0 });
//!     }
//! }
//!
//! /// One input, read from the store as often as it asks, until it can act.
//! fn act(
//!     engine: &mut Engine,
//!     store: &mut BTreeMap<String, Vec<u8>>,
//!     mut input: impl FnMut(&mut Engine) -> Result<Step, sts_core::Error>,
//! ) -> Result<Actions, sts_core::Error> {
//!     loop {
//!         match input(engine)? {
//!             Step::Act(actions) => {
//!                 // One transaction that fails unless `revision` is still `actions.revision`.
//!                 for write in &actions.writes {
//!                     match &write.value {
//!                         Some(value) => store.insert(write.key.clone(), value.clone()),
//!                         None => store.remove(&write.key),
//!                     };
//!                 }
//!                 return Ok(actions);
//!             }
//!             Step::Read(needs) => {
//!                 let keys = needs.keys.into_iter();
//!                 let keys = keys.map(|key| (key.clone(), store.get(&key).cloned())).collect();
//!                 let scan = |range: sts_core::step::Range| {
//!                     let found = store.range(range.from.clone()..range.to.clone());
//!                     let found = found.take(range.limit as usize);
//!                     (range, found.map(|(k, v)| (k.clone(), v.clone())).collect())
//!                 };
//!                 let ranges = needs.ranges.into_iter().map(scan).collect();
//!                 engine.load(Loaded { keys, ranges })?;
//!             }
//!         }
//!     }
//! }
//!
//! // A psychologist; these codes belong to nobody.
//! let profile = r#"{"categoria": "psicologo", "cfProprietario": "PSCPRV80A01X999I",
//!                   "pIva": "99900011000"}"#;
//! let settings = Settings::new(serde_json::from_str(profile).unwrap(), Ambiente::Test)?;
//! let mut engine = Engine::new(settings, Box::new(Counter(0)));
//! let mut store = BTreeMap::new();
//! let now = Timestamp(1_795_424_400_000); // 23 November 2026
//!
//! let invoice = br#"{"id": "1", "stato": "emessa", "dataEmissione": "2026-11-20",
//!     "numDocumento": "12/2026",
//!     "cessionarioCommittente": {"personaFisica": true, "cfCittadino": "PZNPRV80A01X999E"},
//!     "dettaglioLinee": [{"prezzoTotale": "60.00", "naturaIVA": "N2.2", "tipoSpesa": "SP"}],
//!     "pagamenti": [{"dataPagamento": "2026-11-20", "importo": "60.00",
//!                    "modalitaPagamento": "MP08"}]}"#;
//! let read = read_json(invoice, &JsonLimits::default()).unwrap();
//! let invoices = read.into_iter().map(Result::unwrap).collect();
//!
//! let save = Command::Save { invoices };
//! let actions = act(&mut engine, &mut store, |engine| engine.command(now, &save))?;
//! let Some(Answer::Saved { documents }) = actions.answer else { panic!() };
//! assert_eq!(documents[0].state, DocumentState::Ready);
//!
//! // With credentials, `Command::Send` would now give a request; its end goes back like this:
//! let end = Response::Unknown;
//! let actions =
//!     act(&mut engine, &mut store, |engine| engine.response(now, "no such request", &end))?;
//! assert!(actions.requests.is_empty() && actions.events.is_empty());
//! # Ok::<(), sts_core::Error>(())
//! ```
//!
//! # What it guarantees
//! From the moment an attempt is opened, its document counts as *unknown*, and only evidence ends
//! that: an answer, however late, or a query by the document's key. The intent is committed before
//! the request leaves. Refused credentials are not tried again by themselves. Records, events,
//! errors and `Debug` output hold no tax code in clear, no name and no secret.
//!
//! # Without an engine
//! [`rules::judge`] says what becomes of an invoice, [`wire`] builds and reads the bytes of all
//! nine services, [`codes::explain`] says what a code means, and [`rules::Calendar`] knows the
//! deadlines.

pub mod cipher;
pub mod codes;
pub mod command;
pub mod comparison;
pub mod domain;
pub mod door;
mod engine;
pub mod entropy;
mod error;
pub mod event;
pub mod health;
mod json;
mod ledger;
mod outgoing;
pub mod plan;
pub mod preview;
pub mod receipts;
mod record;
pub mod redact;
pub mod registry;
pub mod rules;
pub mod secret;
mod settings;
mod state;
pub mod step;
mod text;
pub mod time;
mod transfer;
pub mod wire;

pub use command::{Answer, Command};
pub use engine::Engine;
pub use entropy::Entropy;
pub use error::Error;
pub use event::{Event, EventKind};
pub use settings::Settings;
pub use step::{Actions, Loaded, Needs, Request, Response, Step, Write};
pub use time::Timestamp;
pub use transfer::TransferError;
pub use wire::Credentials;
