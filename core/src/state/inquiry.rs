//! What a person waits for: receipts, a month as the service has it, citizens' reports.
//!
//! Nothing of it is kept in the store, since receipts name people; so the parts fetched already are
//! kept by the engine alone. An engine that was thrown away in between begins again.

use crate::codes::{self, FileStateKind};
use crate::command::{Answer, Apply, Asked, Month, ReceiptOf};
use crate::comparison::{Comparison, DifferenceKind, Known, compare};
use crate::domain::Data;
use crate::error::Error;
use crate::json;
use crate::ledger::Stop;
use crate::receipts::{Fetched, Receipts};
use crate::record::{
    Adottato, Attempt, Cause, Inquiry, Purpose, Remote, Work, adottato_key, natural_key, paid_key,
    protocollo_key,
};
use crate::registry::Operation;
use crate::state::Turn;
use crate::state::credentials::Standing;
use crate::state::hear::{Heard, hear_report, totals_of};
use crate::state::turn::is_protocollo;
use crate::step::Response;
use crate::wire::csv::{self, Csv, RigaReport};
use crate::wire::endpoint::Service;
use crate::wire::{
    Esito, WireError, dettaglio_errori, report_mensile, report_segnalazioni, ricevuta_pdf, zip,
};

/// Parts of an inquiry that were fetched already.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    inquiry: Inquiry,
    pdf: Fetched,
}

/// Documents of a month that are compared at most; the report itself has no more.
const MONTH_LIMIT: u32 = 500_000;
/// Most rows of citizens' reports that are handed over.
const SEGNALAZIONI_LIMIT: usize = 10_000;

impl Turn<'_> {
    /// Asks the service for receipts.
    pub(crate) fn ask_receipts(&mut self, of: &ReceiptOf) -> Result<Asked, Stop> {
        self.settings.available(Service::RicevutaPdf)?;
        let (protocollo, transmission) = match of {
            ReceiptOf::Protocollo(text) => {
                if !is_protocollo(text) {
                    let expected = "a protocol number of 1 to 64 letters and digits".to_owned();
                    return Err(
                        Error::Command { path: "/of/protocollo".to_owned(), expected }.into()
                    );
                }
                let number = self.ledger.text(&protocollo_key(text))?;
                (Some(text.clone()), number.and_then(|number| number.parse().ok()))
            }
            ReceiptOf::Transmission(number) => {
                let row = self.trasmissione(*number)?;
                (row.and_then(|row| row.protocollo), Some(*number))
            }
        };
        match protocollo.filter(|text| is_protocollo(text)) {
            Some(protocollo) => self.ask_for(Inquiry::Receipts { protocollo, transmission }),
            None => Ok(Asked::NoProtocollo),
        }
    }

    /// Asks the service for a month.
    pub(crate) fn ask_month(&mut self, month: Month, apply: Apply) -> Result<Asked, Stop> {
        self.settings.available(Service::ReportMensile)?;
        if !(1..=12).contains(&month.mese) || !(2015..=2199).contains(&month.anno) {
            let expected = "a month from 1 to 12 of a year from 2015".to_owned();
            return Err(Error::Command { path: "/month".to_owned(), expected }.into());
        }
        self.ask_for(Inquiry::Comparison { month, apply })
    }

    /// Asks the service for citizens' reports.
    pub(crate) fn ask_segnalazioni(&mut self, from: Data, to: Data) -> Result<Asked, Stop> {
        self.settings.available(Service::ReportSegnalazioni)?;
        if from > to {
            let expected = "a day that is not before the first".to_owned();
            return Err(Error::Command { path: "/to".to_owned(), expected }.into());
        }
        if self.settings.profile().proprietario.cf_proprietario().is_none() {
            // This service alone insists on it (PROTOCOL section 6.6).
            let expected = "the tax code of the owner, for this service".to_owned();
            let path = "/profile/cfProprietario".to_owned();
            return Err(Error::Settings { path, expected }.into());
        }
        self.ask_for(Inquiry::Segnalazioni { from, to })
    }

    fn ask_for(&mut self, inquiry: Inquiry) -> Result<Asked, Stop> {
        let credentials = self.credentials.ok_or(Error::CredentialsMissing)?;
        let fingerprint = self.fingerprint(credentials);
        if matches!(self.standing(&fingerprint), Standing::Refused | Standing::Suspect) {
            return Ok(Asked::CredentialsNotUsable);
        }
        if self.holder.paused {
            return Ok(Asked::Paused);
        }
        if let Some(flight) = &self.holder.flight
            && self.now < flight.lease_until
        {
            return Ok(Asked::Busy { until: flight.lease_until });
        }
        if let Some(flight) = self.holder.flight.clone()
            && !self.lease_over(&flight)?
        {
            return Ok(Asked::Busy { until: self.now.plus(60_000) });
        }
        self.parts = None;
        self.open_inquiry(inquiry, 0, &fingerprint)?;
        Ok(Asked::Started)
    }

    fn open_inquiry(&mut self, inquiry: Inquiry, part: u32, fingerprint: &str) -> Result<(), Stop> {
        let mut outgoing = self.outgoing()?;
        let call = match (&inquiry, part) {
            (Inquiry::Receipts { protocollo, .. }, 0) => outgoing.pdf(protocollo)?,
            (Inquiry::Receipts { protocollo, .. }, _) => outgoing.errors(protocollo)?,
            (Inquiry::Comparison { month, .. }, _) => outgoing.month(*month)?,
            (Inquiry::Segnalazioni { from, to }, _) => outgoing.segnalazioni(*from, *to)?,
        };
        let attempt = self.open(Purpose::Inquiry { inquiry, part }, fingerprint, &call);
        self.request(attempt, call);
        Ok(())
    }

    /// The end of a part.
    pub(super) fn settle_inquiry(
        &mut self,
        attempt: &Attempt,
        inquiry: &Inquiry,
        part: u32,
        response: &Response,
    ) -> Result<Option<Answer>, Stop> {
        match inquiry {
            Inquiry::Receipts { protocollo, transmission } => {
                self.settle_receipts(attempt, inquiry, (protocollo, *transmission), part, response)
            }
            Inquiry::Comparison { month, apply } => {
                let heard = hear_report(response, report_mensile::parse);
                self.learn(attempt, &heard);
                self.settle_month(*month, *apply, heard).map(Some)
            }
            Inquiry::Segnalazioni { .. } => {
                let heard = hear_report(response, report_segnalazioni::parse);
                self.learn(attempt, &heard);
                Ok(Some(segnalazioni(heard)))
            }
        }
    }

    fn settle_receipts(
        &mut self,
        attempt: &Attempt,
        inquiry: &Inquiry,
        (protocollo, transmission): (&str, Option<u64>),
        part: u32,
        response: &Response,
    ) -> Result<Option<Answer>, Stop> {
        let parse = if part == 0 { ricevuta_pdf::parse } else { dettaglio_errori::parse };
        let (heard, fetched) = hear_receipt(response, parse);
        self.learn(attempt, &heard);
        // After a silence the second part would meet another, which wrong credentials cause too.
        let usable = matches!(heard, Heard::Answer(()) | Heard::Nothing { answered: true });
        let own = self.credentials.map(|credentials| self.fingerprint(credentials));
        let pdf = match (part, self.parts.take()) {
            // The second part leaves only with credentials that the first did not lose, and when
            // nothing else does.
            (0, _)
                if usable
                    && own.as_ref() == Some(&attempt.credentials)
                    && !self.holder.paused
                    && self.holder.flight.is_none() =>
            {
                self.parts = Some(Parts { inquiry: inquiry.clone(), pdf: fetched });
                self.open_inquiry(inquiry.clone(), 1, &attempt.credentials)?;
                return Ok(None);
            }
            (0, _) => return Ok(Some(no_answer(heard))),
            (_, Some(parts)) if parts.inquiry == *inquiry => parts.pdf,
            // Another engine fetched the PDF, and is gone.
            _ => Fetched::Lost,
        };
        let stato = match transmission {
            Some(number) => self
                .trasmissione(number)?
                .and_then(|row| row.file)
                // One that was never asked for is as good as not worked on.
                .map(|file| match file.stato {
                    Some(stato) => codes::file_state(&stato.to_string()).kind,
                    None => FileStateKind::InProgress,
                }),
            None => None,
        };
        let mut receipts = Receipts::new(protocollo, stato, pdf, fetched);
        let keys: Vec<String> = receipts.rows.iter().map(|r| natural_key(&r.id_spesa)).collect();
        self.ledger.want(keys.iter().map(String::as_str))?;
        for (row, key) in receipts.rows.iter_mut().zip(&keys) {
            row.document = self.ledger.text(key)?;
        }
        Ok(Some(Answer::Receipts { receipts: Box::new(receipts) }))
    }

    fn settle_month(
        &mut self,
        month: Month,
        apply: Apply,
        heard: Heard<Result<Option<Vec<u8>>, Vec<crate::wire::Messaggio>>>,
    ) -> Result<Answer, Stop> {
        let report = match heard {
            Heard::Answer(Ok(Some(bytes))) => read_report(&bytes),
            Heard::Answer(Ok(None)) => Some(Csv { rows: Vec::new(), unreadable: Vec::new() }),
            Heard::Answer(Err(messaggi)) => return Ok(Answer::NoAnswer { messaggi }),
            other => return Ok(no_answer(other)),
        };
        let Some(report) = report else {
            return Ok(Answer::NoAnswer { messaggi: Vec::new() });
        };
        // Of this month and not of another, should the service mean something else by it.
        let (from, to) = days_of(month)?;
        let known =
            self.ledger.scan(&paid_key(from, ""), &paid_key(to, "\u{10ffff}"), MONTH_LIMIT)?;
        let known: Vec<Known> =
            known.iter().filter_map(|entry| json::read(&entry.value).ok()).collect();
        let unreadable = report.unreadable.len();
        let (mut comparison, strangers) = compare(month, report.rows, unreadable, known);
        comparison.applied = apply;
        let keys: Vec<String> = strangers.iter().map(|row| natural_key(&row.id)).collect();
        let others: Vec<String> = strangers.iter().map(|row| adottato_key(&row.id)).collect();
        self.ledger.want(keys.iter().chain(&others).map(String::as_str))?;
        for (row, key) in strangers.iter().zip(&keys) {
            self.place_stranger(&mut comparison, row, key, apply)?;
        }
        if apply == Apply::Realign {
            self.realign(&comparison)?;
        }
        Ok(Answer::Comparison { comparison: Box::new(comparison) })
    }

    /// A line of the report that the month's index did not know.
    fn place_stranger(
        &mut self,
        comparison: &mut Comparison,
        row: &RigaReport,
        key: &str,
        apply: Apply,
    ) -> Result<(), Stop> {
        let id = self.ledger.text(key)?;
        let documento = match &id {
            Some(id) => self.documento(id)?,
            None => None,
        };
        let Some(before) = documento else {
            comparison.add(DifferenceKind::MissingHere, None, Some(row));
            if apply != Apply::Nothing {
                self.ledger.put(adottato_key(&row.id), &self.adottato(row));
            }
            return Ok(());
        };
        let side = before.desired.as_ref().map(|desired| {
            let sent = desired.sent(Operation::first_of(&desired.documento), 0, 0);
            Known::new(&before, &sent)
        });
        match &before.remote {
            // Present under another payment date.
            Remote::Present { sent, .. } => {
                let known = Known::new(&before, sent);
                comparison.add(DifferenceKind::Different, Some(&known), Some(row));
            }
            Remote::Unknown { sent, .. } | Remote::Other { sent, .. } => {
                let known = Known::new(&before, sent);
                comparison.add(DifferenceKind::Unsettled, Some(&known), Some(row));
            }
            Remote::Absent | Remote::Cancelled { .. } => {
                comparison.add(DifferenceKind::NotKnownThere, side.as_ref(), Some(row));
                let Some(desired) = before.desired.as_ref().filter(|_| apply != Apply::Nothing)
                else {
                    return Ok(());
                };
                let mut after = before.clone();
                after.remote = self.adottato(row).remote(desired);
                after.work = Work::Idle;
                after.messaggi.clear();
                self.put_documento(Some(&before), after);
            }
        }
        Ok(())
    }

    fn adottato(&self, row: &RigaReport) -> Adottato {
        Adottato {
            id_spesa: row.id.clone(),
            data_pagamento: row.data_pagamento,
            totals: totals_of(&row.totali),
            protocollo: row.protocollo.clone(),
            at: self.now,
        }
    }

    /// What differs, or is missing there, is asked for and put right.
    fn realign(&mut self, comparison: &Comparison) -> Result<(), Stop> {
        let ids: Vec<String> = comparison
            .differences
            .iter()
            .filter(|difference| {
                use DifferenceKind::{Different, MissingThere, NotKnownThere};
                matches!(difference.kind, Different | MissingThere | NotKnownThere)
            })
            .filter_map(|difference| difference.document.clone())
            .collect();
        self.want_documents(ids.iter())?;
        for id in ids {
            let Some(before) = self.documento(&id)? else { continue };
            // What was just adopted and agrees has nothing to be put right.
            let agrees = matches!(before.remote, Remote::Present { .. })
                && !before.differs()
                && comparison.differences.iter().any(|difference| {
                    difference.document.as_ref() == Some(&id)
                        && difference.kind == DifferenceKind::NotKnownThere
                });
            if !agrees {
                self.ask(before, Cause::Resync)?;
            }
        }
        Ok(())
    }
}

/// The first and the last day of a month.
fn days_of(month: Month) -> Result<(Data, Data), Error> {
    let wrong = |_| Error::Bug { why: "a month that was checked" };
    let last = crate::domain::days_in_month(month.anno, month.mese);
    let from = Data::new(month.anno, month.mese, 1).map_err(wrong)?;
    Ok((from, Data::new(month.anno, month.mese, last).map_err(wrong)?))
}

/// How the answer of a receipt service is read.
type Parse = fn(u16, &[u8]) -> Result<Esito<Vec<u8>>, WireError>;

fn hear_receipt(response: &Response, parse: Parse) -> (Heard<()>, Fetched) {
    let fetched = match response {
        Response::Answered { status, body, .. } => Fetched::from(parse(*status, body)),
        Response::NotSent | Response::Unknown => Fetched::Lost,
    };
    (super::hear::hear_fetched(response, parse), fetched)
}

/// The archive of a report has one CSV.
fn read_report(bytes: &[u8]) -> Option<Csv<RigaReport>> {
    let mut all = Csv { rows: Vec::new(), unreadable: Vec::new() };
    for file in zip::read(bytes).ok()? {
        let csv = csv::report_mensile(&file.bytes).ok()?;
        all.rows.extend(csv.rows);
        all.unreadable.extend(csv.unreadable);
    }
    Some(all)
}

fn segnalazioni(heard: Heard<Result<Option<Vec<u8>>, Vec<crate::wire::Messaggio>>>) -> Answer {
    let (columns, rows, messaggi) = match heard {
        Heard::Answer(Ok(None)) => (Vec::new(), Vec::new(), Vec::new()),
        Heard::Answer(Ok(Some(bytes))) => {
            let tables = zip::read(&bytes).ok().map(|files| {
                files.iter().filter_map(|file| csv::table(&file.bytes).ok()).collect::<Vec<_>>()
            });
            let Some(table) = tables.and_then(|tables| tables.into_iter().next()) else {
                return Answer::NoAnswer { messaggi: Vec::new() };
            };
            let (columns, mut rows) = table;
            rows.truncate(SEGNALAZIONI_LIMIT);
            (columns, rows, Vec::new())
        }
        Heard::Answer(Err(messaggi)) => return Answer::NoAnswer { messaggi },
        other => return no_answer(other),
    };
    Answer::Segnalazioni { columns, rows, messaggi }
}

fn no_answer<T>(heard: Heard<T>) -> Answer {
    let messaggi = match heard {
        Heard::CredentialsRefused(messaggio)
        | Heard::CredentialsSuspected(messaggio)
        | Heard::FormRefused(messaggio) => vec![messaggio],
        Heard::Answer(_) | Heard::NotSent | Heard::Nothing { .. } => Vec::new(),
    };
    Answer::NoAnswer { messaggi }
}
