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
//! | `a/{attempt}` | `Attempt`: a request whose outcome is not settled |
//! | `t/{number, descending}` | `Trasmissione`: one row of the registry |
//!
//! Every record is JSON `{"kind": …, "v": …, "body": …}`. A change of a body raises `v` and adds a
//! migration and a sample in `fixtures/records`. Records hold no tax code in clear, no name, no
//! description and no secret.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::{Ambiente, Cifrato, Data, DocumentoSpesa, IdSpesa, Importo, TipoSpesa};
use crate::error::Error;
use crate::event::{Event, Found};
use crate::registry::{Acceptance, Channel, Counts, Operation, Transmission};
use crate::rules::Verdict;
use crate::time::Timestamp;
use crate::wire::Messaggio;

/// A record type with its name and newest format.
pub(crate) trait Record: Serialize + DeserializeOwned {
    const KIND: &'static str;
    const VERSION: u32;
}

#[derive(Serialize, Deserialize)]
struct Envelope<B> {
    kind: String,
    v: u32,
    body: B,
}

/// The bytes of a record.
pub(crate) fn write<R: Record>(record: &R) -> Vec<u8> {
    #[derive(Serialize)]
    struct Borrowed<'a, R> {
        kind: &'static str,
        v: u32,
        body: &'a R,
    }
    serde_json::to_vec(&Borrowed { kind: R::KIND, v: R::VERSION, body: record })
        .expect("records have text keys only, so JSON can express them")
}

/// The record in the bytes found under `key`.
pub(crate) fn read<R: Record>(key: &str, bytes: &[u8]) -> Result<R, Error> {
    let damaged = |why: &str| Error::Record { key: key.to_owned(), why: why.to_owned() };
    let envelope: Envelope<serde_json::Value> =
        serde_json::from_slice(bytes).map_err(|_| damaged("not a record"))?;
    if envelope.kind != R::KIND {
        return Err(damaged("a record of another kind"));
    }
    if envelope.v > R::VERSION {
        let (found, newest) = (envelope.v, R::VERSION);
        return Err(Error::RecordTooNew { key: key.to_owned(), found, newest });
    }
    // Formats older than VERSION are migrated here; so far there is only the first.
    serde_json::from_value(envelope.body).map_err(|_| damaged("its body has another form"))
}

/// The key of the holder's record.
pub(crate) const HOLDER: &str = "h";

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

/// What belongs to the store as a whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Holder {
    /// The environment of every record here.
    pub(crate) ambiente: Ambiente,
    /// Keyed digest of the owner, to notice a store handed to the wrong engine.
    pub(crate) owner: String,
    /// Key of all keyed digests here, 32 random bytes in hexadecimal.
    pub(crate) salt: String,
    pub(crate) next_event: u64,
    /// Events of the last step, until it is known that they were delivered.
    pub(crate) undelivered: Vec<Event>,
    pub(crate) next_transmission: u64,
    pub(crate) next_attempt: u64,
    /// The one request under way: requests of a holder follow each other.
    pub(crate) flight: Option<Flight>,
    /// After trouble with the service, nothing leaves before this.
    pub(crate) hold: Option<Hold>,
    pub(crate) credentials: CredentialRecord,
    /// Digest of the public key that encrypted last.
    pub(crate) public_key: Option<String>,
}

impl Record for Holder {
    const KIND: &'static str = "holder";
    const VERSION: u32 = 1;
}

/// The request under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Flight {
    pub(crate) attempt: String,
    /// Until then another process leaves it alone; afterwards its outcome counts as unknown.
    pub(crate) lease_until: Timestamp,
}

/// A pause after trouble.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Hold {
    pub(crate) until: Timestamp,
    /// Troubles in a row.
    pub(crate) troubles: u32,
}

/// What is known of the credentials, by keyed fingerprint; never the credentials.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CredentialRecord {
    /// Refused ones, newest last; the oldest are forgotten beyond a few.
    pub(crate) refused: Vec<RefusedCredentials>,
    /// The ones the service took last.
    pub(crate) proven: Option<ProvenCredentials>,
    /// Requests in a row without a usable answer, newest last; the oldest are forgotten beyond a
    /// few.
    pub(crate) unanswered: Vec<UnansweredCredentials>,
    /// A person asked for a test of these.
    pub(crate) test: Option<String>,
}

/// Credentials that the service refused.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RefusedCredentials {
    pub(crate) fingerprint: String,
    pub(crate) at: Timestamp,
    pub(crate) code: String,
}

/// Credentials that the service took.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProvenCredentials {
    pub(crate) fingerprint: String,
    pub(crate) at: Timestamp,
}

/// Credentials whose last requests met silence, or faults that wrong ones cause too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UnansweredCredentials {
    pub(crate) fingerprint: String,
    pub(crate) requests: u32,
    /// Nothing leaves with them before this.
    pub(crate) not_before: Timestamp,
}

/// One document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Documento {
    pub(crate) id: String,
    pub(crate) saved_at: Timestamp,
    pub(crate) verdict: Verdict,
    pub(crate) reasons: Vec<ReasonRecord>,
    /// What the practice wants on Sistema TS; `None` when the verdict is not `send`.
    pub(crate) desired: Option<Desired>,
    /// What there is evidence of.
    pub(crate) remote: Remote,
    /// What is to be done.
    pub(crate) work: Work,
    /// The service's messages of the last outcome.
    pub(crate) messaggi: Vec<Messaggio>,
    /// Numbers of its transmissions, oldest first.
    pub(crate) transmissions: Vec<u64>,
}

impl Record for Documento {
    const KIND: &'static str = "documento";
    const VERSION: u32 = 1;
}

/// A reason as it is kept: its sentences are looked up again by the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReasonRecord {
    pub(crate) code: String,
    pub(crate) path: String,
}

/// The wanted content.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Desired {
    pub(crate) documento: DocumentoSpesa<Cifrato>,
    /// Keyed digest of the whole content with the tax code.
    pub(crate) fingerprint: String,
    /// Digest of the public key of its ciphertext.
    pub(crate) public_key: String,
}

/// Evidence of what the service has under the document's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Remote {
    /// Nothing of ours.
    Absent,
    /// What was sent last.
    Present { sent: Sent, protocollo: Option<String>, remarks: Remarks },
    /// Another content than what was sent, or a cancelled document.
    Other { sent: Sent, found: Found },
    /// Not known: from the moment an attempt is opened until there is evidence.
    Unknown { attempt: String, sent: Sent, cause: Cause, absences: u32 },
}

/// Whether the service made remarks when it accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Remarks {
    None,
    Some,
}

impl Remarks {
    /// Whether there are any.
    pub(crate) fn of(messaggi: &[Messaggio]) -> Self {
        if messaggi.is_empty() { Remarks::None } else { Remarks::Some }
    }
}

/// Why an outcome is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cause {
    /// No answer yet, none at all, or one that cannot be read.
    Lost,
    /// The service says that it has a document of this key already.
    AlreadyThere,
}

/// What is to be done for a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Work {
    /// Nothing.
    Idle,
    /// Send it, not before this time; `tries` attempts failed already.
    Send { not_before: Timestamp, tries: u32 },
    /// Ask what became of it, not before this time; `tries` queries failed already.
    Settle { not_before: Timestamp, tries: u32 },
    /// The request of this attempt is under way; `tries` queries failed already.
    UnderWay { attempt: String, tries: u32 },
    /// Nothing until a person sends it again: it was refused.
    Refused,
    /// Nothing until a person sends it again: it was tried as often as is sensible.
    GivenUp,
}

/// A request whose outcome is not settled: the intent, written before it leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) id: String,
    pub(crate) opened_at: Timestamp,
    pub(crate) lease_until: Timestamp,
    /// Fingerprint of the credentials it leaves with.
    pub(crate) credentials: String,
    pub(crate) purpose: Purpose,
}

impl Record for Attempt {
    const KIND: &'static str = "attempt";
    const VERSION: u32 = 1;
}

/// What an attempt is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// Send a document by the sync service.
    Sending { document: String, transmission: u64, operation: Operation },
    /// Ask what became of the attempt named.
    Query { document: String, about: String },
    /// Test the credentials.
    Test { asked_by: AskedBy },
}

/// Who wanted a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AskedBy {
    /// The engine, before the first use of credentials.
    Engine,
    /// A person, who is told the result in any case.
    Person,
}

/// What an attempt carried, as far as a query can confirm it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub(crate) operation: Operation,
    pub(crate) id_spesa: IdSpesa,
    pub(crate) fingerprint: String,
    pub(crate) data_pagamento: Data,
    /// Sum of the items for each kind of expense, in the order of the kinds.
    pub(crate) totals: Vec<(TipoSpesa, Importo)>,
    /// Its row of the registry.
    pub(crate) transmission: u64,
    /// Failed sendings before it.
    pub(crate) tries: u32,
}

/// One row of the registry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Trasmissione {
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) ambiente: Ambiente,
    pub(crate) channel: Channel,
    pub(crate) operation: Operation,
    pub(crate) attempt: String,
    pub(crate) documents: Vec<String>,
    pub(crate) protocollo: Option<String>,
    pub(crate) transmission: Transmission,
    pub(crate) acceptance: Acceptance,
    pub(crate) counts: Counts,
    pub(crate) messaggi: Vec<Messaggio>,
    pub(crate) request_digest: String,
    pub(crate) response_digest: Option<String>,
    pub(crate) settled_at: Option<Timestamp>,
}

impl Record for Trasmissione {
    const KIND: &'static str = "trasmissione";
    const VERSION: u32 = 1;
}

impl Trasmissione {
    /// Its one document was stored.
    pub(crate) fn accept(&mut self, remarks: Remarks) {
        self.acceptance = match remarks {
            Remarks::None => Acceptance::Accepted,
            Remarks::Some => Acceptance::AcceptedWithWarnings,
        };
        self.counts.accolti = self.counts.inviati;
        self.counts.segnalati = if remarks == Remarks::Some { self.counts.inviati } else { 0 };
        self.counts.scartati = 0;
    }

    /// Nothing is there by it: a sending that was not answered did not arrive.
    pub(crate) fn lost(&mut self) {
        if self.transmission == Transmission::Unknown {
            self.transmission = Transmission::Lost;
        }
    }

    /// Its one document was refused.
    pub(crate) fn refuse(&mut self) {
        self.acceptance = Acceptance::Refused;
        self.counts.accolti = 0;
        self.counts.segnalati = 0;
        self.counts.scartati = self.counts.inviati;
    }
}
