//! The remote service as a state machine: requests in, reactions out.
//!
//! Nothing here reads a clock, a network, an environment or a random number. The same setup and
//! the same requests at the same times give the same reactions and the same archive, byte for
//! byte. A clone is a second, independent world.

mod access;
mod control;
mod listings;

pub(crate) use access::CERTIFICATE_HEADER;
pub use control::ControlError;
pub(crate) use control::read;
pub use listings::{DocumentView, LogEntry, TransmissionView, UserView};

use crate::calendar::LocalTime;
use crate::crypto::{Cipher, KeyError, PrivateKey};
use crate::document::DocumentKey;
use crate::faults::{Call, Effects, Fault, FaultRule, Faults};
use crate::files::Files;
use crate::http::{HttpAnswer, HttpRequest, Reaction};
use crate::mtom::Message;
use crate::operation::{Door, Operation, Service};
use crate::setup::{Segnalazione, Settings, Setup};
use crate::soap;
use crate::store::Store;
use crate::users::{Stato, User};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// What the simulator says to a request it cannot read.
const INTERNAL_ERROR: &str = "Internal Error";
/// What it says to every failed login (captured).
pub(crate) const AUTHENTICATION_FAULT: &str = "Errore generico di autenticazione";
const SEGNALAZIONI_LIMIT: usize = 10_000;
const LOGGED_KEYS: usize = 4;

const MAINTENANCE: &str = "<!DOCTYPE html>\n<html lang=\"it\"><head><title>Sistema TS</title></head>\
    <body><h1>Servizio momentaneamente non disponibile</h1><p>Il servizio &egrave; sospeso per \
    manutenzione.<br>Riprovare pi&ugrave; tardi.</body></html>\n";

/// A user and what has happened to it.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) user: User,
    /// Wrong passwords since the last right one.
    pub(crate) wrong_in_a_row: u32,
    /// Wrong passwords in all.
    pub(crate) wrong_in_all: u32,
}

/// The fake Sistema TS. See the module's description.
#[derive(Clone)]
pub struct World {
    pub(crate) settings: Settings,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) cipher: Cipher,
    pub(crate) store: Store,
    pub(crate) files: Files,
    pub(crate) segnalazioni: Vec<Segnalazione>,
    faults: Faults,
    log: VecDeque<LogEntry>,
    calls: u64,
    sequence: u64,
    seed: u64,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "World({} users, {} calls, ..)", self.accounts.len(), self.calls)
    }
}

/// A request that has passed the door: who asks, for what, in which words.
pub(crate) struct Asked<'a, 'input> {
    pub(crate) now_ms: i64,
    pub(crate) door: Door,
    pub(crate) operation: Operation,
    /// The name of the authenticated user.
    pub(crate) caller: String,
    pub(crate) payload: roxmltree::Node<'a, 'input>,
    pub(crate) message: &'a Message,
    pub(crate) effects: &'a Effects,
}

impl World {
    /// A world that has stored nothing yet. Fails only when the setup brings a key of its own that
    /// is not usable.
    pub fn new(setup: Setup) -> Result<Self, KeyError> {
        let key = match &setup.private_key_pem {
            Some(pem) => PrivateKey::from_pem(pem)?,
            None => PrivateKey::simulator(),
        };
        let mut world = World {
            settings: setup.settings,
            accounts: BTreeMap::new(),
            cipher: Cipher::new(key, setup.published),
            store: Store::default(),
            files: Files::default(),
            segnalazioni: Vec::new(),
            faults: Faults::default(),
            log: VecDeque::new(),
            calls: 0,
            sequence: setup.seed % 1000,
            seed: setup.seed,
        };
        setup.users.into_iter().chain(setup.more_users).for_each(|user| world.set_user(user));
        Ok(world)
    }

    /// Adds a user, or replaces the one of the same name; its count of wrong passwords restarts.
    pub fn set_user(&mut self, user: User) {
        let account = Account { user, wrong_in_a_row: 0, wrong_in_all: 0 };
        self.accounts.insert(account.user.user.clone(), account);
    }

    /// Replaces the behaviour; what is stored stays.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Replaces the key pair, as if the ministry had rotated SanitelCF.
    pub fn set_private_key(&mut self, pem: &str) -> Result<(), KeyError> {
        self.cipher = self.cipher.rotated(PrivateKey::from_pem(pem)?);
        Ok(())
    }

    /// Adds a fault. Returns `false`, and does nothing, when ten thousand rules are waiting.
    pub fn add_fault(&mut self, rule: FaultRule) -> bool {
        self.faults.add(rule)
    }

    /// Forgets every fault that is waiting.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// Adds a citizen's dispute. Returns `false`, and does nothing, beyond ten thousand.
    pub fn add_segnalazione(&mut self, segnalazione: Segnalazione) -> bool {
        let room = self.segnalazioni.len() < SEGNALAZIONI_LIMIT;
        if room {
            self.segnalazioni.push(segnalazione);
        }
        room
    }

    /// Lets time pass: files whose processing is due are processed. `handle` does this itself.
    pub fn advance(&mut self, now_ms: i64) {
        self.process_files(now_ms);
    }

    /// One request at one moment. `now_ms` is milliseconds since 1970 UTC; time that runs
    /// backwards is taken as it comes.
    pub fn handle(&mut self, now_ms: i64, request: &HttpRequest) -> Reaction {
        self.advance(now_ms);
        let Some((door, service)) = Service::at(&request.path) else {
            return Reaction::Answer(HttpAnswer::new(404, "text/html", "<h1>404</h1>\n"));
        };
        if request.method != "POST" {
            return Reaction::Answer(HttpAnswer::new(405, "text/html", "<h1>405</h1>\n"));
        }
        let content_type = request.header("content-type").unwrap_or_default();
        let message = Message::read(content_type, &request.body);
        let text = message.as_ref().and_then(|m| std::str::from_utf8(&m.root).ok());
        let document = text.and_then(soap::parse);
        let payload = document.as_ref().and_then(soap::payload);
        let operation = payload.and_then(|node| Operation::asked(service, node.tag_name().name()));
        let login = access::Login::read(request, door, &self.accounts);

        let call = Call { service, operation, user: login.user() };
        let rules = self.faults.strike(&call, || match (payload, &message) {
            (Some(node), Some(message)) => documents_in(node, message),
            _ => Vec::new(),
        });
        let effects = Effects::of(&rules);
        let asked = payload.filter(|_| operation != Some(Operation::InviaFileMtom));
        let mut keys = asked.map_or_else(Vec::new, DocumentKey::all_in);
        // An honest request carries one or two; a log must not grow with a dishonest one.
        keys.truncate(LOGGED_KEYS);
        let mut entry = LogEntry {
            n: self.calls,
            at_ms: now_ms,
            door,
            service,
            operation,
            user: login.user().map(|user| self.digest(user)),
            documents: keys,
            faults: rules.iter().map(|rule| rule.fault.clone()).collect(),
            answer: String::new(),
        };
        self.calls += 1;

        let reaction = match self.struck_before(&rules, login.user()) {
            Some(reaction) => reaction,
            None => match self.admit(&login) {
                Err(refusal) => refusal,
                Ok(caller) => {
                    let answer = match (payload, operation, &message) {
                        (Some(payload), Some(operation), Some(message)) => {
                            let asked = Asked {
                                now_ms,
                                door,
                                operation,
                                caller,
                                payload,
                                message,
                                effects: &effects,
                            };
                            self.serve(&asked)
                        }
                        (Some(payload), None, _) => unknown_element(payload),
                        _ => soap::fault(INTERNAL_ERROR),
                    };
                    Reaction::Answer(answer)
                }
            },
        };
        let reaction = struck_after(&rules, reaction);
        entry.answer = listings::describe(&reaction);
        self.record(entry);
        reaction
    }

    fn serve(&mut self, asked: &Asked<'_, '_>) -> HttpAnswer {
        if let Err(sentence) = asked.operation.schema().validate(asked.payload) {
            return soap::fault(&sentence);
        }
        match asked.operation.service() {
            Service::DocumentoSpesa => self.documento_spesa(asked),
            Service::InvioTelematico => self.invia_file(asked),
            Service::RicevutaPdf => self.ricevuta_pdf(asked),
            Service::DettaglioErrori => self.dettaglio_errori(asked),
            Service::EsitoInvii => self.esito_invii(asked),
            Service::InterrogazionePuntuale => self.interrogazione_puntuale(asked),
            Service::ReportMensile => self.report_mensile(asked),
            Service::DettaglioSegnalazione => self.dettaglio_segnalazione(asked),
            Service::ReportSegnalazioni => self.report_segnalazioni(asked),
        }
    }

    /// Faults that keep a call from taking effect.
    fn struck_before(&mut self, rules: &[FaultRule], user: Option<&str>) -> Option<Reaction> {
        for rule in rules {
            let set = |accounts: &mut BTreeMap<String, Account>, stato| {
                if let Some(account) = user.and_then(|user| accounts.get_mut(user)) {
                    account.user.stato = stato;
                }
            };
            match &rule.fault {
                Fault::LostBeforeStoring => return Some(Reaction::ResetBeforeAnswer),
                Fault::Hang { after_storing: false } => return Some(Reaction::Hang),
                Fault::Http { status, after_storing: false } => {
                    return Some(Reaction::Answer(gateway(*status)));
                }
                Fault::Maintenance => {
                    let page = HttpAnswer::new(200, "text/html; charset=utf-8", MAINTENANCE);
                    return Some(Reaction::Answer(page));
                }
                Fault::AuthenticationFault => {
                    return Some(Reaction::Answer(soap::fault(AUTHENTICATION_FAULT)));
                }
                Fault::InternalError => {
                    return Some(Reaction::Answer(soap::fault(INTERNAL_ERROR)));
                }
                Fault::ExpirePassword => set(&mut self.accounts, Stato::PasswordScaduta),
                Fault::LockUser => set(&mut self.accounts, Stato::Bloccato),
                _ => {}
            }
        }
        None
    }

    /// The next protocol number, seventeen digits (PROTOCOL section 6.7); never one given before.
    pub(crate) fn next_protocol(&mut self, operation: Operation, now_ms: i64) -> String {
        let (day, time) = LocalTime::at(now_ms).compact();
        loop {
            self.sequence += 1;
            let protocollo = if operation == Operation::InviaFileMtom {
                format!("{day}{time}{:05}", self.sequence % 100_000)
            } else {
                format!("99{day}{:09}", self.sequence % 1_000_000_000)
            };
            if !self.files.knows(&protocollo) {
                return protocollo;
            }
        }
    }
}

fn gateway(status: u16) -> HttpAnswer {
    HttpAnswer::new(status, "text/plain", format!("HTTP {status}\n"))
}

fn unknown_element(payload: roxmltree::Node<'_, '_>) -> HttpAnswer {
    let name = payload.tag_name().name();
    soap::fault(&format!("cvc-elt.1: Cannot find the declaration of element '{name}'"))
}

/// The keys a request carries; for a file, those inside it.
fn documents_in(payload: roxmltree::Node<'_, '_>, message: &Message) -> Vec<DocumentKey> {
    match crate::services::file::attachment(payload, message) {
        Some(zip) => crate::files::keys_in(&zip),
        None => DocumentKey::all_in(payload),
    }
}

/// Faults that change how an answer travels.
fn struck_after(rules: &[FaultRule], reaction: Reaction) -> Reaction {
    let mut reaction = reaction;
    for rule in rules {
        reaction = match (&rule.fault, reaction) {
            (Fault::LostAfterStoring, Reaction::Answer(_)) => Reaction::ResetBeforeAnswer,
            (Fault::Hang { after_storing: true }, Reaction::Answer(_)) => Reaction::Hang,
            (Fault::Http { status, after_storing: true }, Reaction::Answer(_)) => {
                Reaction::Answer(gateway(*status))
            }
            (Fault::ResetMidBody { bytes }, Reaction::Answer(answer)) => {
                Reaction::ResetMidBody { bytes: (*bytes).min(answer.body.len()), answer }
            }
            (Fault::Truncated { bytes }, Reaction::Answer(answer)) => {
                Reaction::Truncate { bytes: (*bytes).min(answer.body.len()), answer }
            }
            (Fault::Oversized { bytes }, Reaction::Answer(answer)) => {
                Reaction::Oversize { bytes: (*bytes).max(answer.body.len() as u64), answer }
            }
            (Fault::WrongCharset, Reaction::Answer(answer)) => Reaction::Answer(latin1(answer)),
            (Fault::Slow { ms }, then) => Reaction::Slow { ms: *ms, then: Box::new(then) },
            (_, reaction) => reaction,
        };
    }
    reaction
}

/// The answer with an accented letter in its first sentence, in Latin-1 under a UTF-8 heading.
fn latin1(mut answer: HttpAnswer) -> HttpAnswer {
    let text = answer.text();
    let mut accented = text.clone();
    for tag in ["<descrizione>", "<descrizioneEsito>", "<faultstring>"] {
        if let Some(at) = text.find(tag) {
            accented.insert_str(at + tag.len(), "Perch\u{e9}: ");
            break;
        }
    }
    answer.body = accented.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    answer
}

#[cfg(test)]
mod tests;
