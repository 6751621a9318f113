//! One document in one answer, what needs a person, the deadlines ahead.

use crate::codes::{self, Kind};
use crate::command::{Automation, Command, DocumentState, Mode};
use crate::domain::{Data, Importo};
use crate::error::Error;
use crate::health::{
    self, CERTIFICATE_DAYS, CalendarView, CredentialsStanding, CredentialsView, DEADLINE_DAYS,
    DeadlineView, Health, Notice, PASSWORD_DAYS, PASSWORD_WARN, SILENT_DAYS, Status,
};
use crate::ledger::Stop;
use crate::rules::{Scadenza, Severity, YearState};
use crate::state::Turn;
use crate::state::credentials::Standing;
use crate::state::save::page_limit;
use crate::time::Timestamp;
use crate::wire::endpoint::Service;

const DAY: i64 = 86_400_000;
/// Transmissions in a status.
const HISTORY: usize = 20;
/// Ready documents that are counted for a deadline.
const COUNTED: u32 = 1_000;

impl Turn<'_> {
    /// Everything about one document.
    pub(crate) fn status(&mut self, id: &str) -> Result<Option<Box<Status>>, Stop> {
        let Some(documento) = self.documento(id)? else { return Ok(None) };
        let plan = self.plan_of(&documento)?;
        let history = self.history(&documento, HISTORY)?;
        let document = documento.view();
        let nobody = self.settings.available(Service::InterrogazionePuntuale).is_err();
        let unknown = matches!(documento.remote, crate::record::Remote::Unknown { .. });
        let (it, en) = match nobody && unknown && document.state != DocumentState::Sending {
            true => health::NOBODY_CAN_TELL,
            false => health::sentence(document.state),
        };
        let (mut it, mut en) = (it.to_owned(), en.to_owned());
        for reason in &document.reasons {
            if reason.severity == Severity::Error {
                it = format!("{it} {}", reason.it);
                en = format!("{en} {}", reason.en);
            }
        }
        for messaggio in &document.messaggi {
            let explained = crate::codes::explain(&messaggio.codice, Some(&messaggio.tipo));
            it = format!("{it} {}", explained.advice.it);
            en = format!("{en} {}", explained.advice.en);
        }
        let paid = document.data_pagamento.or(match documento.there() {
            crate::plan::There::Present(there) => Some(there.data_pagamento),
            _ => None,
        });
        let scadenza = paid.and_then(|paid| self.scadenza(paid));
        Ok(Some(Box::new(Status { document, it, en, plan, scadenza, history })))
    }

    fn scadenza(&self, paid: Data) -> Option<Scadenza> {
        self.settings.scadenza(paid, self.now)
    }

    /// Chooses what happens by itself.
    pub(crate) fn configure(&mut self, automation: &Automation) -> Result<(), Stop> {
        page_limit("/automation/group", automation.group, Command::GROUP_LIMIT)?;
        if let Mode::Automatic { send_from } = automation.mode
            && send_from > self.now.date_in_italy()
        {
            let expected = "a day that is not in the future".to_owned();
            let path = "/automation/mode/automatic/sendFrom".to_owned();
            return Err(Error::Command { path, expected }.into());
        }
        if automation.mode != self.holder.automation.mode {
            self.holder.next_cycle = Timestamp::default();
            self.holder.cycle_after = None;
        }
        self.holder.automation = *automation;
        Ok(())
    }

    /// What needs a person.
    pub(crate) fn health(&mut self) -> Result<Box<Health>, Stop> {
        let credentials = self.credentials_view();
        let counts = self.holder.counts.clone();
        let count = |state: DocumentState| counts.get(&state).copied().unwrap_or(0);
        let mut notices = Notices(Vec::new());
        match credentials.standing {
            CredentialsStanding::Missing => notices.one(
                "CREDENTIALS_MISSING",
                Severity::Error,
                "Inserisci le credenziali di Sistema TS.",
                "No credentials were given to the engine.",
            ),
            CredentialsStanding::Refused => match self.refused_because() {
                Some((it, en)) => notices.add("ACCESS_REFUSED", Severity::Error, 1, it, en),
                None => notices.one(
                    "CREDENTIALS_REFUSED",
                    Severity::Error,
                    "Sistema TS non accetta le credenziali: se la password è scaduta cambiala su sistemats.it e poi qui. Fino ad allora non parte nulla.",
                    "The service refuses the credentials; nothing leaves until they change.",
                ),
            },
            CredentialsStanding::Suspect => notices.one(
                "CREDENTIALS_SUSPECT",
                Severity::Error,
                "Sistema TS non risponde più: può dipendere dalla password. Prova le credenziali.",
                "Too many requests met silence; a test of the credentials decides.",
            ),
            CredentialsStanding::Untested | CredentialsStanding::Proven => {}
        }
        if self.holder.paused {
            notices.one(
                "PAUSED",
                Severity::Warning,
                "L'invio è sospeso: non parte nulla finché non lo riprendi.",
                "The holder is paused; nothing leaves.",
            );
        }
        if let (Some(days), Some(left)) =
            (credentials.password_days, credentials.password_days_left)
            && days >= PASSWORD_WARN
            && credentials.standing != CredentialsStanding::Refused
        {
            notices.add(
                "PASSWORD_AGE",
                Severity::Warning,
                days.unsigned_abs(),
                if left > 0 {
                    format!("La password di Sistema TS ha {days} giorni e scade circa ogni {PASSWORD_DAYS}: cambiala entro {left} giorni.")
                } else {
                    format!("La password di Sistema TS ha {days} giorni e scade circa ogni {PASSWORD_DAYS}: cambiala adesso.")
                },
                format!("The password is {days} days old; they last about {PASSWORD_DAYS}."),
            );
        }
        for (state, code, severity, it, en) in STATES {
            notices.add(
                code,
                *severity,
                count(*state),
                it.replace("{n}", &count(*state).to_string()),
                en.replace("{n}", &count(*state).to_string()),
            );
        }
        let again = self.holder.save_again;
        notices.add(
            "SAVE_AGAIN",
            Severity::Warning,
            again,
            format!("Fatture da salvare di nuovo perché nel frattempo il loro esito può essere cambiato: {again}."),
            format!("Invoices to be saved again, because time or a new key changed them: {again}."),
        );
        self.notice_deadlines(&mut notices)?;
        self.notice_silence(&mut notices)?;
        self.notice_certificate(&mut notices);
        let rank = |severity: Severity| match severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Info => 2,
        };
        notices.0.sort_by_key(|notice| rank(notice.severity));
        Ok(Box::new(Health {
            notices: notices.0,
            counts,
            automation: self.holder.automation,
            paused: self.holder.paused,
            last_cycle: self.holder.last_cycle,
            last_accepted: self.holder.last_accepted,
            credentials,
            certificate_until: self.settings.certificate().not_after(),
        }))
    }

    /// Why the present credentials were refused, when it is not they that are wrong: a mandate is
    /// missing, or stands in the way (codes 105, 106, 111 to 114).
    fn refused_because(&self) -> Option<(String, String)> {
        let fingerprint = self.fingerprint(self.credentials?);
        let mut refused = self.holder.credentials.refused.iter();
        let refused = refused.find(|refused| refused.fingerprint == fingerprint)?;
        let explained = codes::explain(&refused.code, Some("E"));
        if !matches!(explained.kind, Kind::Delegation | Kind::Entratel | Kind::OwnerData) {
            return None;
        }
        let (meaning, advice) = (explained.meaning, explained.advice);
        Some((
            format!(
                "{} {} Poi riprova le credenziali: fino ad allora non parte nulla.",
                meaning.it, advice.it
            ),
            format!(
                "{} {} Then test the credentials again; nothing leaves until then.",
                meaning.en, advice.en
            ),
        ))
    }

    fn credentials_view(&self) -> CredentialsView {
        let standing = match self.credentials {
            None => CredentialsStanding::Missing,
            Some(credentials) => match self.standing(&self.fingerprint(credentials)) {
                Standing::Untested => CredentialsStanding::Untested,
                Standing::Proven => CredentialsStanding::Proven,
                Standing::Suspect => CredentialsStanding::Suspect,
                Standing::Refused => CredentialsStanding::Refused,
            },
        };
        let present =
            self.holder.credentials.present.as_ref().filter(|_| self.credentials.is_some());
        let password_since = present.map(|present| present.since);
        let today = self.now.date_in_italy();
        let password_days = password_since.map(|since| today.days() - since.days());
        let password_days_left = password_days.map(|days| PASSWORD_DAYS - days);
        CredentialsView { standing, password_since, password_days, password_days_left }
    }

    fn notice_deadlines(&mut self, notices: &mut Notices) -> Result<(), Stop> {
        let calendar = self.calendar()?;
        let late = calendar.in_ritardo;
        notices.add(
            "LATE",
            Severity::Error,
            late,
            format!("Documenti pronti la cui scadenza è passata: {late}. Inviali: la sanzione cresce col tempo (oggi {} euro).", calendar.sanzione),
            format!("Ready documents past their deadline: {late}; at stake today {} euro.", calendar.sanzione),
        );
        let soon = calendar
            .scadenze
            .iter()
            .find(|deadline| (0..=DEADLINE_DAYS).contains(&deadline.giorni) && deadline.pronti > 0);
        if let Some(DeadlineView { scadenza, giorni, pronti }) = soon {
            let day = scadenza.scadenza.day_first().replace('-', "/");
            notices.add(
                "DEADLINE_NEAR",
                Severity::Warning,
                *pronti,
                format!(
                    "Documenti pronti da inviare entro il {day} (tra {giorni} giorni): {pronti}."
                ),
                format!(
                    "Ready documents due by {} (in {giorni} days): {pronti}.",
                    scadenza.scadenza
                ),
            );
        }
        Ok(())
    }

    fn notice_silence(&mut self, notices: &mut Notices) -> Result<(), Stop> {
        let Some(waiting) = self.waiting_since()? else { return Ok(()) };
        let since = self.holder.last_accepted.map_or(waiting, |accepted| accepted.max(waiting));
        let days = (self.now.0 - since.0).div_euclid(DAY);
        if days < SILENT_DAYS {
            return Ok(());
        }
        notices.add(
            "NOTHING_ACCEPTED",
            Severity::Warning,
            days.unsigned_abs(),
            format!("Da {days} giorni non viene accolto nessun documento, e ce ne sono in attesa."),
            format!("Nothing was accepted for {days} days, and documents wait."),
        );
        Ok(())
    }

    /// Since when the document that is next has waited for its turn or outcome.
    fn waiting_since(&mut self) -> Result<Option<Timestamp>, Stop> {
        let mut first: Option<Timestamp> = None;
        for (from, to) in [("w/", "w0"), ("x/", "x0")] {
            let entry = self.ledger.scan(from, to, 1)?;
            let id = entry.first().and_then(|entry| entry.key.splitn(3, '/').nth(2));
            let Some(id) = id.map(str::to_owned) else { continue };
            // One that cannot be read is told elsewhere.
            let saved = match self.documento(&id) {
                Ok(documento) => documento.map(|documento| documento.saved_at),
                Err(Stop::Error(_)) => None,
                Err(stop) => return Err(stop),
            };
            first = first.into_iter().chain(saved).min();
        }
        Ok(first)
    }

    fn notice_certificate(&self, notices: &mut Notices) {
        let left = self.settings.certificate().days_left(self.now);
        if left > CERTIFICATE_DAYS {
            return;
        }
        // The server sees ciphertext alone, so an expired certificate of the same key is as good.
        let (it, en) = if left < 0 {
            (
                "Il certificato di cifratura di Sistema TS è scaduto: gli invii funzionano finché la chiave resta la stessa; aggiorna il programma.".to_owned(),
                "The certificate has expired; it goes on working while the key stays.".to_owned(),
            )
        } else {
            (
                format!(
                    "Il certificato di cifratura di Sistema TS scade tra {left} giorni: aggiorna il programma quando esce quello nuovo."
                ),
                format!("The certificate expires in {left} days."),
            )
        };
        notices.add("CERTIFICATE", Severity::Warning, left.unsigned_abs().max(1), it, en);
    }

    /// The deadlines ahead.
    pub(crate) fn calendar(&mut self) -> Result<CalendarView, Stop> {
        let oggi = self.now.date_in_italy();
        let ahead = self.settings.deadlines_ahead(self.now);
        let ready = self.ledger.scan("r/", "r0", COUNTED)?;
        let paid: Vec<Data> = ready
            .iter()
            .filter_map(|entry| Data::parse(entry.key.split('/').nth(1)?).ok())
            .collect();
        let dates: Vec<Scadenza> = paid.iter().filter_map(|paid| self.scadenza(*paid)).collect();
        let late: Vec<&Scadenza> =
            dates.iter().filter(|s| oggi > s.scadenza && s.stato != YearState::Closed).collect();
        let fine = late.iter().map(|s| s.stake.per_documento);
        let sanzione = Importo::sum(fine).unwrap_or(Importo::ZERO);
        let scadenze = ahead
            .into_iter()
            .map(|scadenza| DeadlineView {
                giorni: scadenza.scadenza.days() - oggi.days(),
                pronti: dates.iter().filter(|s| s.scadenza == scadenza.scadenza).count() as u64,
                scadenza,
            })
            .collect();
        Ok(CalendarView { oggi, scadenze, in_ritardo: late.len() as u64, sanzione })
    }
}

/// States that a person is told about.
const STATES: &[(DocumentState, &str, Severity, &str, &str)] = &[
    (
        DocumentState::Refused,
        "REFUSED",
        Severity::Error,
        "Documenti scartati da Sistema TS, da correggere e inviare di nuovo: {n}.",
        "Documents that the service refused: {n}.",
    ),
    (
        DocumentState::ChangeRefused,
        "CHANGE_REFUSED",
        Severity::Error,
        "Modifiche scartate da Sistema TS: {n}.",
        "Changes that the service refused: {n}.",
    ),
    (
        DocumentState::Conflict,
        "CONFLICT",
        Severity::Error,
        "Documenti che su Sistema TS risultano diversi, su cui decidere: {n}.",
        "Documents that are different there; a person decides: {n}.",
    ),
    (
        DocumentState::GivenUp,
        "GIVEN_UP",
        Severity::Error,
        "Documenti il cui invio è fallito troppe volte: {n}.",
        "Documents whose sending failed too often: {n}.",
    ),
    (
        DocumentState::ToFix,
        "TO_FIX",
        Severity::Warning,
        "Documenti da correggere prima dell'invio: {n}.",
        "Documents to correct before they can be sent: {n}.",
    ),
    (
        DocumentState::ChangedAfterSending,
        "CHANGED_AFTER_SENDING",
        Severity::Warning,
        "Documenti modificati qui e rimasti nella versione precedente su Sistema TS: {n}.",
        "Documents changed here that the service still has as before: {n}.",
    ),
    (
        DocumentState::Unknown,
        "OUTCOME_UNKNOWN",
        Severity::Info,
        "Invii di cui si sta verificando l'esito: {n}.",
        "Sendings whose outcome is being found out: {n}.",
    ),
    (
        DocumentState::HandedIn,
        "HANDED_IN",
        Severity::Info,
        "Documenti consegnati che Sistema TS deve ancora elaborare: {n}.",
        "Documents handed in that the service has not worked on yet: {n}.",
    ),
];

/// Notices that are about something.
struct Notices(Vec<Notice>);

impl Notices {
    fn add(&mut self, code: &'static str, severity: Severity, count: u64, it: String, en: String) {
        if count > 0 {
            self.0.push(Notice { code, severity, count, it, en });
        }
    }

    fn one(&mut self, code: &'static str, severity: Severity, it: &str, en: &str) {
        self.add(code, severity, 1, it.to_owned(), en.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ready_key;

    #[test]
    fn every_ready_key_has_its_day_where_the_calendar_looks_for_it() {
        let day = Data::new(2026, 2, 3).unwrap();
        assert_eq!(ready_key(day, "a/b").split('/').nth(1), Some("2026-02-03"));
    }
}
