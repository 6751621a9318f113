//! What the service says of a file it was handed.

use super::*;
use crate::codes::{Kind, Severity};
use crate::receipts::Errors;
use crate::registry::Operation;
use crate::state::hear::{ErrorFile, any_of_kind, hear_errors, hear_files};
use crate::wire::esito_invii::{EsitoInvio, StatoInvio};

impl Turn<'_> {
    /// How far the service is with a file.
    pub(in crate::state) fn settle_file_state(
        &mut self,
        attempt: &Attempt,
        number: u64,
        response: &Response,
    ) -> Result<(), Stop> {
        let heard = hear_files(response);
        self.learn(attempt, &heard);
        let Some(invio) = self.invio(number)?.filter(|invio| invio.stage == Stage::Wait) else {
            return Ok(());
        };
        let protocollo = invio.protocollo.clone().unwrap_or_default();
        let found = match heard {
            Heard::Answer(files) => files.into_iter().find(|file| file.protocollo == protocollo),
            _ => {
                self.trouble();
                return self.ask_later(&invio);
            }
        };
        // Not known there, or not yet.
        let Some(found) = found else { return self.ask_again(invio) };
        let stato = found.stato.number();
        self.change_trasmissione(number, |row| {
            if let Some(file) = &mut row.file {
                file.stato = Some(stato);
            }
        })?;
        if !found.stato.is_final() {
            return self.ask_later(&invio);
        }
        self.file_is_final(invio, &found)
    }

    fn file_is_final(&mut self, invio: Invio, found: &EsitoInvio) -> Result<(), Stop> {
        let documents = self.sent_with(&invio)? as u64;
        match found.stato {
            StatoInvio::Elaborato
                if (found.accolti, found.segnalati, found.scartati) == (documents, 0, 0) =>
            {
                self.accept_all(&invio)
            }
            StatoInvio::Elaborato | StatoInvio::ElaboratoConErrori => {
                let after = Invio {
                    stage: Stage::Errors,
                    not_before: self.now,
                    asked: 0,
                    refused: found.scartati,
                    ..invio.clone()
                };
                self.put_invio(Some(&invio), &after);
                Ok(())
            }
            StatoInvio::ScartatoInElaborazione | StatoInvio::ScartatoInAccoglienza => {
                self.discarded(invio, &found.descrizione)
            }
            StatoInvio::InFaseDiElaborazione
            | StatoInvio::InElaborazione
            | StatoInvio::Altro(_) => self.ask_later(&invio),
        }
    }

    /// How many documents were sent with it.
    pub(in crate::state) fn sent_with(&mut self, invio: &Invio) -> Result<usize, Stop> {
        let row = self.trasmissione(invio.number)?;
        Ok(row.map_or(0, |row| row.documents.len()))
    }

    fn accept_all(&mut self, invio: &Invio) -> Result<(), Stop> {
        let protocollo = invio.protocollo.clone();
        self.conclude(invio, |turn, after, doubt| {
            turn.accept(after, doubt, protocollo.clone(), Vec::new(), false)
        })?;
        self.tell_settled(invio.number)
    }

    /// The event of a file that the service has worked on.
    fn tell_settled(&mut self, number: u64) -> Result<(), Stop> {
        if let Some(row) = self.trasmissione(number)? {
            let counts = row.counts;
            self.event(EventKind::FileSettled { transmission: number, counts });
        }
        Ok(())
    }

    /// Nothing of it is stored. One bad document must not cost the others, so each goes alone;
    /// when an earlier sending may have arrived all the same, each is asked for first.
    fn discarded(&mut self, invio: Invio, descrizione: &str) -> Result<(), Stop> {
        let number = invio.number;
        let messaggio = Messaggio {
            codice: "FILE_SCARTATO".to_owned(),
            descrizione: descrizione.to_owned(),
            tipo: "E".to_owned(),
        };
        self.note(number, Transmission::Answered, vec![messaggio.clone()])?;
        self.event(EventKind::FileDiscarded { transmission: number });
        if invio.after_loss {
            return self.ask_for_each_then(invio, Some(By::Alone));
        }
        self.turned_away(&invio, &messaggio)
    }

    /// The error file of a file that the service has worked on.
    pub(in crate::state) fn settle_errors(
        &mut self,
        attempt: &Attempt,
        number: u64,
        response: &Response,
    ) -> Result<(), Stop> {
        let heard = hear_errors(response);
        self.learn(attempt, &heard);
        let Some(invio) = self.invio(number)?.filter(|invio| invio.stage == Stage::Errors) else {
            return Ok(());
        };
        match heard {
            Heard::Answer(ErrorFile::Rows(errors)) => self.sort_out(invio, &errors),
            // No errors, and the service had counted some: what it says does not fit together.
            Heard::Answer(ErrorFile::None) => self.ask_for_each(invio),
            Heard::Answer(ErrorFile::Discarded) => self.discarded(invio, "File scartato"),
            Heard::Answer(ErrorFile::Unreadable) => self.ask_for_each(invio),
            Heard::Answer(ErrorFile::Later) => {
                self.trouble();
                self.ask_again(invio)
            }
            Heard::CredentialsRefused(_)
            | Heard::CredentialsSuspected(_)
            | Heard::FormRefused(_)
            | Heard::NotSent
            | Heard::Nothing { .. } => {
                self.trouble();
                self.ask_later(&invio)
            }
        }
    }

    /// Each document as its rows say; a document without rows was accepted without remarks.
    fn sort_out(&mut self, invio: Invio, errors: &Errors) -> Result<(), Stop> {
        let documents = self.documents_of(&invio)?;
        let keys: Vec<&IdSpesa> = documents
            .iter()
            .filter_map(|documento| match &documento.remote {
                Remote::Unknown { sent, .. } => Some(&sent.id_spesa),
                _ => None,
            })
            .collect();
        let strange = errors.rows.iter().any(|row| !keys.contains(&&row.id_spesa));
        let refused: std::collections::BTreeSet<&IdSpesa> = errors
            .rows
            .iter()
            .filter(|row| row.severity == Severity::Errore)
            .map(|row| &row.id_spesa)
            .collect();
        let fits = refused.len() as u64 == invio.refused;
        if errors.unreadable > 0 || strange || !fits || errors.rows.is_empty() {
            return self.ask_for_each(invio);
        }
        let (protocollo, now) = (invio.protocollo.clone(), self.now);
        self.conclude(&invio, |turn, after, doubt| {
            let rows = errors.rows.iter().filter(|row| row.id_spesa == doubt.sent.id_spesa);
            let mut refused = false;
            let mut messaggi = Vec::new();
            for row in rows {
                refused |= row.severity == Severity::Errore;
                messaggi.push(Messaggio {
                    codice: row.codice.clone(),
                    descrizione: row.descrizione.clone(),
                    tipo: if row.severity == Severity::Errore { "E" } else { "W" }.to_owned(),
                });
            }
            messaggi.truncate(crate::state::hear::MESSAGES_LIMIT);
            match at_odds(doubt.sent.operation, &messaggi) {
                // It says what is there, or not, which an earlier sending may have caused.
                Some(cause) if refused => {
                    after.remote = Doubt { cause, absences: 0, ..doubt }.remains();
                    after.work = Work::Settle { not_before: now, tries: 0 };
                    Ok(())
                }
                _ if refused => turn.refuse(after, doubt, messaggi),
                _ => turn.accept(after, doubt, protocollo.clone(), messaggi, false),
            }
        })?;
        self.tell_settled(invio.number)
    }
}

/// Whether messages say that a document is there, or not there, against what was expected.
fn at_odds(operation: Operation, messaggi: &[Messaggio]) -> Option<Cause> {
    match operation {
        Operation::Inserimento | Operation::Rimborso => {
            any_of_kind(messaggi, Kind::AlreadyPresent).then_some(Cause::AlreadyThere)
        }
        Operation::Variazione | Operation::Cancellazione => {
            any_of_kind(messaggi, Kind::NotPresent).then_some(Cause::NotThere)
        }
    }
}
