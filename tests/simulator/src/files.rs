//! Transmissions: the files received, their processing in virtual time, their outcomes.

use crate::archive;
use crate::calendar::LocalTime;
use crate::codes::Messaggio;
use crate::document::{Contenuto, DocumentKey};
use crate::faults::Effects;
use crate::operation::Operation;
use crate::schema;
use crate::soap::{self, child, child_text};
use crate::store::{Arrival, Verdict};
use crate::users::User;
use crate::world::World;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One row of an error CSV: a document and one remark on it.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) key: DocumentKey,
    pub(crate) message: Messaggio,
}

/// A file on its way.
#[derive(Clone)]
struct Pending {
    zip: Arc<[u8]>,
    due_ms: i64,
    effects: Effects,
}

/// One transmission of either channel.
#[derive(Clone)]
pub(crate) struct Transmission {
    pub(crate) protocollo: String,
    /// The user who sent it.
    pub(crate) sender: String,
    /// The user whose documents they are.
    pub(crate) owner: String,
    pub(crate) nome_file: String,
    pub(crate) received_ms: i64,
    pub(crate) file: bool,
    pending: Option<Pending>,
    final_state: u8,
    pub(crate) inviati: u64,
    pub(crate) accolti: u64,
    pub(crate) warnings: u64,
    pub(crate) errori: u64,
    pub(crate) rows: Vec<Row>,
    pub(crate) discarded_because: Option<String>,
}

impl Transmission {
    /// The state EsitoInvii tells: 0 for the first half of the wait, 1 for the second.
    pub(crate) fn stato(&self, now_ms: i64) -> u8 {
        match &self.pending {
            None => self.final_state,
            Some(Pending {
                effects: Effects { file_state: Some(state @ (0 | 1)), .. }, ..
            }) => *state,
            Some(pending) => {
                let half = pending.due_ms.saturating_sub(self.received_ms) / 2;
                u8::from(now_ms.saturating_sub(self.received_ms) >= half)
            }
        }
    }

    pub(crate) fn is_processed(&self) -> bool {
        self.pending.is_none()
    }

    pub(crate) fn is_discarded(&self) -> bool {
        self.is_processed() && matches!(self.final_state, 5 | 9)
    }

    pub(crate) fn counts(&self) -> [u64; 4] {
        [self.inviati, self.accolti, self.warnings, self.errori]
    }
}

/// The sentence of a state (WS-Ricevute of 16/11/2015, pages 8 and 9).
pub(crate) fn describe(stato: u8) -> &'static str {
    match stato {
        0 => "Il file e' in fase di elaborazione",
        1 => "In corso di elaborazione",
        2 => "File elaborato correttamente",
        3 => "File elaborato con errori",
        5 => "File scartato in fase di Elaborazione",
        _ => "File scartato in fase di Accoglienza",
    }
}

/// All transmissions, and the files still waiting in order of their time.
#[derive(Clone, Default)]
pub(crate) struct Files {
    transmissions: BTreeMap<String, Transmission>,
    due: BTreeSet<(i64, String)>,
    /// Contents already processed, by owner: the same again is discarded.
    contents: BTreeSet<(String, [u8; 32])>,
}

impl Files {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Transmission> {
        self.transmissions.values()
    }

    /// Whether this protocol number was given.
    pub(crate) fn knows(&self, protocollo: &str) -> bool {
        self.transmissions.contains_key(protocollo)
    }

    /// A transmission, to the user who sent it.
    pub(crate) fn sent_by(&self, sender: &str, protocollo: &str) -> Option<&Transmission> {
        self.transmissions.get(protocollo).filter(|t| t.sender == sender)
    }

    /// A sync call that took effect.
    pub(crate) fn record_sync(
        &mut self,
        protocollo: &str,
        sender: &str,
        owner: &User,
        now_ms: i64,
        with_warnings: bool,
    ) {
        let transmission = Transmission {
            protocollo: protocollo.to_owned(),
            sender: sender.to_owned(),
            owner: owner.user.clone(),
            nome_file: crate::services::sync::NOME_FILE.into(),
            received_ms: now_ms,
            file: false,
            pending: None,
            final_state: if with_warnings { 3 } else { 2 },
            inviati: 1,
            accolti: 1,
            warnings: u64::from(with_warnings),
            errori: 0,
            rows: Vec::new(),
            discarded_because: None,
        };
        self.transmissions.insert(protocollo.to_owned(), transmission);
    }

    /// A file that has been received.
    pub(crate) fn receive(&mut self, received: Received<'_>) {
        let due_ms = received.now_ms.saturating_add_unsigned(received.delay_ms);
        let forever = matches!(received.effects.file_state, Some(0 | 1));
        if !forever {
            self.due.insert((due_ms, received.protocollo.to_owned()));
        }
        let transmission = Transmission {
            protocollo: received.protocollo.to_owned(),
            sender: received.sender.to_owned(),
            owner: received.owner.user.clone(),
            nome_file: received.nome_file.to_owned(),
            received_ms: received.now_ms,
            file: true,
            pending: Some(Pending {
                zip: received.zip.into(),
                due_ms,
                effects: received.effects.clone(),
            }),
            final_state: 0,
            inviati: 0,
            accolti: 0,
            warnings: 0,
            errori: 0,
            rows: Vec::new(),
            discarded_because: None,
        };
        self.transmissions.insert(transmission.protocollo.clone(), transmission);
    }
}

/// What is known of a file when it is received.
pub(crate) struct Received<'a> {
    pub(crate) protocollo: &'a str,
    pub(crate) sender: &'a str,
    pub(crate) owner: &'a User,
    pub(crate) nome_file: &'a str,
    pub(crate) zip: Vec<u8>,
    pub(crate) now_ms: i64,
    pub(crate) delay_ms: u64,
    pub(crate) effects: &'a Effects,
}

/// One document of a file, read.
struct Item {
    operation: Operation,
    content: Contenuto,
}

/// The keys inside a zipped file; none when it cannot be read.
pub(crate) fn keys_in(zip: &[u8]) -> Vec<DocumentKey> {
    let Ok(xml) = archive::only_file(zip) else {
        return Vec::new();
    };
    let text = String::from_utf8_lossy(&xml);
    soap::parse(&text).map_or_else(Vec::new, |d| DocumentKey::all_in(d.root_element()))
}

impl World {
    /// Processes every file whose time has come, in order of that time.
    pub(crate) fn process_files(&mut self, now_ms: i64) {
        while let Some((due_ms, protocollo)) =
            self.files.due.first().filter(|(due_ms, _)| *due_ms <= now_ms).cloned()
        {
            self.files.due.remove(&(due_ms, protocollo.clone()));
            if let Some(mut transmission) = self.files.transmissions.remove(&protocollo) {
                if let Some(pending) = transmission.pending.take() {
                    self.process(&mut transmission, &pending);
                }
                self.files.transmissions.insert(protocollo, transmission);
            }
        }
    }

    fn process(&mut self, transmission: &mut Transmission, pending: &Pending) {
        let forced = pending.effects.file_state;
        let discard = |transmission: &mut Transmission, state: u8, why: String| {
            transmission.final_state = state;
            transmission.discarded_because = Some(why);
        };
        if let Some(state @ (5 | 9)) = forced {
            return discard(transmission, state, "stato imposto al simulatore".into());
        }
        let Some(owner) = self.accounts.get(&transmission.owner).map(|a| a.user.clone()) else {
            return discard(transmission, 5, "utente non presente".into());
        };
        let (items, content) = match self.read_file(&pending.zip, &owner) {
            Ok(read) => read,
            Err(why) => return discard(transmission, 5, why),
        };
        if !self.files.contents.insert((owner.user.clone(), content)) {
            return discard(transmission, 5, "contenuto identico a un file gia' elaborato".into());
        }
        for item in items {
            let key = item.content.key.clone();
            let arrival = Arrival {
                received_ms: transmission.received_ms,
                now_ms: pending.due_ms,
                protocollo: &transmission.protocollo,
                nome_file: &transmission.nome_file,
            };
            let verdict = self.file_item(item, &owner, &arrival, &pending.effects);
            transmission.inviati += 1;
            transmission.errori += u64::from(!verdict.accepted());
            transmission.accolti += u64::from(verdict.accepted());
            transmission.warnings += u64::from(verdict.accepted() && !verdict.warnings.is_empty());
            let messages = verdict.errors.into_iter().chain(verdict.warnings);
            transmission.rows.extend(messages.map(|message| Row { key: key.clone(), message }));
        }
        let remarks = !transmission.rows.is_empty();
        transmission.final_state = forced.unwrap_or(if remarks { 3 } else { 2 });
    }

    fn file_item(
        &mut self,
        item: Item,
        owner: &User,
        arrival: &Arrival<'_>,
        effects: &Effects,
    ) -> Verdict {
        let refund = item.operation == Operation::Rimborso;
        if refund != item.content.rimborso_di.is_some() {
            let errors = vec![Messaggio::of("S915")];
            return Verdict { errors, warnings: Vec::new() };
        }
        if item.operation == Operation::Cancellazione {
            return self.store.cancel(&item.content.key, owner, arrival, &self.settings, effects);
        }
        self.store.write(item.operation, item.content, owner, arrival, &self.settings, effects)
    }

    /// Reads a zipped file; the error is the reason for discarding it whole.
    fn read_file(&self, zip: &[u8], owner: &User) -> Result<(Vec<Item>, [u8; 32]), String> {
        let xml = archive::only_file(zip).map_err(|problem| match problem {
            archive::Problem::NotZip => "archivio non valido".to_owned(),
            archive::Problem::NotOneFile => "l'archivio non contiene un solo file".to_owned(),
            archive::Problem::Unreadable => "file non leggibile o troppo grande".to_owned(),
        })?;
        let content: [u8; 32] = Sha256::digest(&xml).into();
        let text = String::from_utf8(xml).map_err(|_| "file non in UTF-8".to_owned())?;
        let document = soap::parse(&text).ok_or("XML non valido")?;
        let root = document.root_element();
        schema::FILE.validate(root)?;
        let proprietario = child(root, "proprietario").ok_or("proprietario assente")?;
        let cf = child_text(proprietario, "cfProprietario");
        let cf =
            cf.filter(|sealed| !sealed.trim().is_empty()).map(|sealed| self.cipher.open(&sealed));
        let right_cf = match cf {
            Some(Some(cf)) => cf == owner.cf_proprietario,
            Some(None) => return Err("cfProprietario non decifrabile".into()),
            None => owner.codici().is_some(),
        };
        let codici = ["codiceRegione", "codiceAsl", "codiceSSA"];
        let right_codes = owner.codici().is_none_or(|expected| {
            codici
                .iter()
                .zip(expected)
                .all(|(name, value)| child_text(proprietario, name).as_deref() == Some(value))
        });
        if !right_cf || !right_codes {
            return Err("proprietario diverso da quello dell'invio".into());
        }
        let documents = root.children().filter(|c| c.tag_name().name() == "documentoSpesa");
        let items = documents.map(|node| {
            let operation = match child_text(node, "flagOperazione").as_deref() {
                Some("I") => Operation::Inserimento,
                Some("V") => Operation::Variazione,
                Some("R") => Operation::Rimborso,
                _ => Operation::Cancellazione,
            };
            let content = Contenuto::read(node, &self.cipher).ok_or("documento non leggibile")?;
            Ok(Item { operation, content })
        });
        Ok((items.collect::<Result<_, &str>>()?, content))
    }
}

/// The moment a transmission was received, as the outcomes write it.
pub(crate) fn data_invio(transmission: &Transmission) -> String {
    LocalTime::at(transmission.received_ms).dashes()
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
