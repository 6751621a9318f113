//! Bytes only: what leaves and what comes back, for all nine services of Sistema TS.
//!
//! One file per remote operation, builder and parser side by side. This module knows XML names and
//! nothing of states: what an answer means for a document is decided elsewhere. Every parser takes
//! bytes of a stranger: none of them panics, hangs or grows beyond its limits.

pub mod csv;
pub mod dettaglio_errori;
pub mod dettaglio_segnalazione;
pub mod endpoint;
pub mod esito_invii;
pub mod fatturapa;
pub mod file;
pub mod interrogazione_puntuale;
pub mod invoice_csv;
mod mtom;
mod parts;
pub mod precompilata;
mod receipts;
pub mod report_mensile;
pub mod report_segnalazioni;
pub mod request;
pub mod ricevuta_pdf;
mod sheet;
pub mod soap;
pub mod sync;
mod xml;
pub mod zip;

pub use parts::{EsitoChiamata, Messaggio, Report, Totale};
pub use receipts::Esito;
pub use request::{
    Body, BuildError, Credentials, FileSender, HttpRequest, Opzionali, Pincode, Sender,
};
pub use soap::WireError;
