//! Looking for a file whose answer was lost.

use super::*;

/// How long all files are waited for that may be ours, in milliseconds: three days.
const PATIENCE: i64 = 259_200_000;
/// Searches without a find, after which a file did not arrive.
const ABSENCES: u32 = 3;

/// Whether a day the service names can be one on which a file was sent.
fn may_be(day: Option<Data>, opened: Data) -> bool {
    day.is_none_or(|day| day.days() >= opened.days() - SKEW_DAYS)
}

impl Turn<'_> {
    /// The list of the last days' files, after a lost answer.
    pub(in crate::state) fn settle_search(
        &mut self,
        attempt: &Attempt,
        number: u64,
        response: &Response,
    ) -> Result<(), Stop> {
        let heard = crate::state::hear::hear_files(response);
        self.learn(attempt, &heard);
        let Some(invio) = self.invio(number)?.filter(|invio| invio.stage == Stage::Search) else {
            return Ok(());
        };
        let files = match heard {
            Heard::Answer(files) => files,
            _ => {
                self.trouble();
                return self.ask_later(&invio);
            }
        };
        let opened = invio.opened_at.date_in_italy();
        let documents = self.documents_of(&invio)?.len() as u64;
        let mut files: Vec<_> = files
            .into_iter()
            .filter(|file| may_be(file.giorno_invio(), opened))
            // Of the same size, once the service has counted.
            .filter(|file| !file.stato.is_final() || [0, documents].contains(&file.inviati))
            .filter(|file| crate::state::turn::is_protocollo(&file.protocollo))
            .collect();
        let keys: Vec<String> = files.iter().map(|f| protocollo_key(&f.protocollo)).collect();
        self.ledger.want(keys.iter().map(String::as_str))?;
        let mut unknown = Vec::new();
        for key in &keys {
            unknown.push(self.ledger.text(key)?.is_none());
        }
        let mut known = unknown.iter();
        files.retain(|_| *known.next().unwrap_or(&false));
        if !files.is_empty() {
            // Whether one is ours, the name that its documents bear will tell: once all are done,
            // since ours may be the last; one that never is does not keep ours for ever.
            let patient = self.now.0 - invio.opened_at.0 < PATIENCE;
            let finished = match patient {
                true => files.iter().all(|file| file.stato.is_final()),
                false => files.iter().any(|file| file.stato.is_final()),
            };
            let after = match finished {
                true => {
                    Invio { stage: Stage::Proof, not_before: self.now, asked: 0, ..invio.clone() }
                }
                false => {
                    let waited = (self.now.0 - invio.opened_at.0) / 4;
                    let delay = waited.clamp(POLLS[2] * 1_000, SLOW * 1_000);
                    Invio { not_before: self.now.plus(self.jitter(delay)), ..invio.clone() }
                }
            };
            self.put_invio(Some(&invio), &after);
            return Ok(());
        }
        let asked = invio.asked.saturating_add(1);
        if asked < ABSENCES {
            let not_before = self.now.plus(self.jitter(SEARCH_AGAIN));
            let after = Invio { asked, not_before, ..invio.clone() };
            self.put_invio(Some(&invio), &after);
            return Ok(());
        }
        // Not in the list: sent again. Should it arrive all the same, the service refuses what it
        // has already, and that is found out document by document.
        let now = self.now;
        // The group stays together.
        let not_before = now.plus(self.backoff(0));
        self.conclude(&invio, |turn, after, doubt| {
            turn.change_trasmissione(number, |row| row.lose(now))?;
            turn.lost(after, doubt, not_before);
            Ok(())
        })
    }

    /// A document of a file that was found: does it bear the file's name or protocol?
    pub(in crate::state) fn settle_proof(
        &mut self,
        attempt: &Attempt,
        number: u64,
        response: &Response,
    ) -> Result<(), Stop> {
        let heard = hear_query(response);
        self.learn(attempt, &heard);
        let Some(invio) = self.invio(number)?.filter(|invio| invio.stage == Stage::Proof) else {
            return Ok(());
        };
        match heard {
            Heard::Answer(Evidence::Found(found)) => {
                let row = self.trasmissione(number)?;
                let name = row.and_then(|row| row.file).map(|file| file.nome_file);
                let protocollo = found.protocollo.filter(|p| crate::state::turn::is_protocollo(p));
                if name.is_none() || found.nome_file != name || protocollo.is_none() {
                    return self.ask_for_each(invio);
                }
                let number_found = protocollo.clone();
                self.change_trasmissione(number, |row| {
                    row.transmission = Transmission::Recovered;
                    row.protocollo = number_found;
                })?;
                let after = Invio {
                    stage: Stage::Wait,
                    not_before: self.now,
                    asked: 0,
                    protocollo,
                    ..invio.clone()
                };
                self.move_documents(&invio, &Work::HandedIn { transmission: number })?;
                self.put_invio(Some(&invio), &after);
                Ok(())
            }
            // Perhaps refused: the next document is asked for.
            Heard::Answer(Evidence::NotFound | Evidence::Cancelled) => {
                let after = Invio {
                    asked: invio.asked.saturating_add(1),
                    not_before: self.now,
                    ..invio.clone()
                };
                self.put_invio(Some(&invio), &after);
                Ok(())
            }
            _ => {
                self.trouble();
                let not_before = self.now.plus(self.jitter(POLLS[3] * 1_000));
                let after = Invio { not_before, ..invio.clone() };
                self.put_invio(Some(&invio), &after);
                Ok(())
            }
        }
    }
}
