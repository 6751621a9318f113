//! The persisted forms: what stands in the host's store, and in which format.
//!
//! | key | record |
//! |---|---|
//! | `revision` | decimal number, one more at every commit |
//! | `h` | `Holder`: what belongs to the store as a whole |
//! | `d/{id}` | `Documento`: one document, by the host's id |
//! | `k/{pIva}/{dataEmissione}/{dispositivo}/{numDocumento}` | the id that has this key |
//! | `r/{dataPagamento}/{id}` | empty: the document is ready and idle |
//! | `w/{time}/{id}` | empty: the document has something to do at this time |
//! | `x/{time}/{id}` | the same, for what the cycle sends by itself |
//! | `f/{original: pIva/dataEmissione/dispositivo/numDocumento}|{id}` | empty: the document refunds the one of this key |
//! | `m/{dataPagamento}/{id}` | `Known`: the document is, or may be, on the service with this payment |
//! | `j/{day}/{id}` | empty: from this day the host is to save the invoice again |
//! | `e/{pIva}/{dataEmissione}/{dispositivo}/{numDocumento}` | `Adottato`: on the service, and no invoice of the host is known for it |
//! | `a/{attempt}` | `Attempt`: a request whose outcome is not settled |
//! | `t/{number, descending}` | `Trasmissione`: one row of the registry |
//! | `u/{time, descending}/{number, descending}` | empty: the row was sent at this time |
//! | `p/{protocollo}` | the number of the row that has this protocol |
//! | `i/{number}` | `Invio`: a file whose outcome is not final |
//! | `v/{time}/{number}` | empty: something is to be done for this file at this time |
//! | `import` | the state of an import that is not complete; see `transfer` |
//!
//! Every record is JSON `{"kind": …, "v": …, "body": …}`. A change of a body raises `v` and adds a
//! migration and a sample in `fixtures/records`. Records hold no tax code in clear, no name, no
//! description and no secret.
//!
//! | format | what changed |
//! |---|---|
//! | 1 | – |
//! | 2 | documents remember what was there before an attempt, who wanted the work, what was deleted or taken off; files; the holder's automation and counters. New fields have defaults, so that nothing but the number moves; the index keys that format 1 lacked are made at the first opening |

mod attempt;
mod documento;
mod holder;
mod trasmissione;

pub(crate) use attempt::{AskedBy, Attempt, Inquiry, Purpose};
pub(crate) use documento::{
    By, Cause, Desired, Documento, ReasonRecord, Remarks, Remote, Sent, Work,
};
pub(crate) use holder::{
    CredentialRecord, Flight, Hold, Holder, PresentCredentials, ProvenCredentials,
    RefusedCredentials, UnansweredCredentials,
};
pub(crate) use trasmissione::{Adottato, Invio, Stage, Trasmissione};

use serde::Serialize;

use crate::domain::{Data, IdSpesa};
use crate::error::Error;
use crate::json::{self, Raw, Read};
use crate::time::Timestamp;

/// A record type with its name and newest format.
pub(crate) trait Record: Serialize + for<'a> Read<'a> {
    const KIND: &'static str;
    const VERSION: u32;
}

#[derive(Read)]
struct Envelope<'a> {
    kind: String,
    v: u32,
    body: Raw<'a>,
}

/// The bytes of a record.
pub(crate) fn write<R: Record>(record: &R) -> Vec<u8> {
    #[derive(Serialize)]
    struct Borrowed<'a, R> {
        kind: &'static str,
        v: u32,
        body: &'a R,
    }
    json::write(&Borrowed { kind: R::KIND, v: R::VERSION, body: record })
        .expect("records have text keys only, so JSON can express them")
        .into_bytes()
}

/// The record in the bytes found under `key`.
pub(crate) fn read<R: Record>(key: &str, bytes: &[u8]) -> Result<R, Error> {
    let damaged = |why: &str| Error::Record { key: key.to_owned(), why: why.to_owned() };
    let envelope: Envelope<'_> = json::read(bytes).map_err(|_| damaged("not a record"))?;
    if envelope.kind != R::KIND {
        return Err(damaged("a record of another kind"));
    }
    if envelope.v > R::VERSION {
        let (found, newest) = (envelope.v, R::VERSION);
        return Err(Error::RecordTooNew { key: key.to_owned(), found, newest });
    }
    // What format 2 added has defaults that mean what format 1 meant.
    envelope.body.read().map_err(|_| damaged("its body has another form"))
}

/// The key of the holder's record.
pub(crate) const HOLDER: &str = "h";

/// The key of an import that is not complete.
pub(crate) const IMPORT: &str = "import";

/// The key of a document's record.
pub(crate) fn documento_key(id: &str) -> String {
    format!("d/{id}")
}

/// The key of an attempt's record.
pub(crate) fn attempt_key(attempt: &str) -> String {
    format!("a/{attempt}")
}

/// The key of a transmission's record; descending, so that a scan finds the newest first.
pub(crate) fn trasmissione_key(number: u64) -> String {
    format!("t/{:020}", u64::MAX - number)
}

/// What of a document's key on Sistema TS stands in the keys of the store.
fn natural(key: &IdSpesa) -> String {
    let IdSpesa { p_iva, data_emissione, dispositivo, num_documento } = key;
    format!("{p_iva}/{data_emissione}/{}/{}", dispositivo.number(), num_documento.as_str())
}

/// The index key of a document's key on Sistema TS.
pub(crate) fn natural_key(key: &IdSpesa) -> String {
    format!("k/{}", natural(key))
}

/// The key of what others put on the service under this key.
pub(crate) fn adottato_key(key: &IdSpesa) -> String {
    format!("e/{}", natural(key))
}

/// The index key of a refund of a document; no number has a bar.
pub(crate) fn refund_key(original: &IdSpesa, id: &str) -> String {
    format!("f/{}|{id}", natural(original))
}

/// Where the index keys of the refunds of a document begin and end.
pub(crate) fn refunds_of(original: &IdSpesa) -> (String, String) {
    let natural = natural(original);
    (format!("f/{natural}|"), format!("f/{natural}}}"))
}

/// The index key of a document that is, or may be, on the service with a payment of this day.
pub(crate) fn paid_key(paid: Data, id: &str) -> String {
    format!("m/{paid}/{id}")
}

/// The index key of a document that is ready.
pub(crate) fn ready_key(paid: Data, id: &str) -> String {
    format!("r/{paid}/{id}")
}

/// The index key of an invoice to be saved again.
pub(crate) fn review_key(day: Data, id: &str) -> String {
    format!("j/{day}/{id}")
}

/// The queues of documents that have something to do: what somebody waits for, and what the cycle
/// sends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queue {
    Wanted,
    Cycle,
}

impl Queue {
    /// Where its index keys begin and end.
    pub(crate) fn range(self) -> (&'static str, &'static str) {
        match self {
            Queue::Wanted => ("w/", "w0"),
            Queue::Cycle => ("x/", "x0"),
        }
    }
}

/// The index key of a time at which a document has something to do.
pub(crate) fn due_key(queue: Queue, due: Timestamp, id: &str) -> String {
    format!("{}{:013}/{id}", queue.range().0, due.0.max(0))
}

/// The time in a due key `w/{time}/{id}`, `x/{time}/{id}` or `v/{time}/{number}`.
pub(crate) fn due_time(key: &str) -> Option<Timestamp> {
    key.split('/').nth(1)?.parse().ok().map(Timestamp)
}

/// The key of a file whose outcome is not final.
pub(crate) fn invio_key(number: u64) -> String {
    format!("i/{number:020}")
}

/// The index key of a time at which something is to be done for a file.
pub(crate) fn invio_due_key(due: Timestamp, number: u64) -> String {
    format!("v/{:013}/{number:020}", due.0.max(0))
}

/// The index key of a row's time, the newest first.
pub(crate) fn sent_at_key(at: Timestamp, number: u64) -> String {
    let at = Timestamp::MAX.0.saturating_sub(at.0).max(0);
    format!("u/{at:013}/{:020}", u64::MAX - number)
}

/// The index key of a row's protocol.
pub(crate) fn protocollo_key(protocollo: &str) -> String {
    format!("p/{protocollo}")
}
