//! How a practice stands: health and deadlines.

use sts_core::command::{Answer, Automation, ChannelChoice, Command, Mode};
use sts_core::event::Event;
use sts_core::health;
use sts_core::rules::{Severity, YearState};

use crate::args::{Calendar, Health};
use crate::failure::{Exit, Failure};
use crate::practice::{self, PracticeDriver};
use crate::show::ask;
use crate::ui::{Mood, Ui};
use crate::words;

/// Asks how things stand.
pub(crate) fn health_of(driver: &mut PracticeDriver<'_>) -> Result<Box<health::Health>, Failure> {
    match driver.command(&Command::Health)? {
        Answer::Health { health } => Ok(health),
        _ => Err(Failure::developer(Exit::Internal, "no health in the answer")),
    }
}

pub(crate) fn health(ui: &Ui, health: &Health) -> Result<Exit, Failure> {
    let (practice, clock) = practice::open(&health.database)?;
    // Without credentials it is told of everything else.
    let credentials = practice.given(&health.login)?;
    let db = &health.database.db;
    let mut driver = practice.driver(db, credentials, clock, Box::new(|_: &Event| {}))?;
    let found = health_of(&mut driver)?;
    if health.json {
        ui.json(&Answer::Health { health: found.clone() });
    } else {
        show(ui, &found);
    }
    let grave = found.notices.iter().any(|notice| notice.severity == Severity::Error);
    // Whoever gives none wants to know about the documents.
    let missing = |notice: &health::Notice| notice.code == "CREDENTIALS_MISSING";
    let only_missing = found.notices.iter().filter(|n| n.severity == Severity::Error).all(missing);
    Ok(if grave && !only_missing { Exit::Fix } else { Exit::Done })
}

pub(crate) fn show(ui: &Ui, health: &health::Health) {
    if health.notices.is_empty() {
        ui.tell("Tutto in ordine.", "All is well.");
    } else {
        let mut table = ui.table(&[("Da sapere", "To know"), ("Codice", "Code")], &[1]);
        for notice in &health.notices {
            let mood = words::severity(notice.severity);
            let mark = words::mark(notice.severity);
            let text = ui.lang.pick(&notice.it, &notice.en);
            table.add_row(vec![
                ui.cell(format!("{mark} {text}"), mood),
                ui.cell(notice.code, Mood::Plain),
            ]);
        }
        ui.say(&table.to_string());
    }
    let mut table = ui.table(&[("Come stanno le cose", "How things stand"), ("", "")], &[]);
    let mut row = |it: &str, en: &str, text: String, mood: Mood| {
        table.add_row(vec![ui.cell(ui.lang.pick(it, en), Mood::Plain), ui.cell(text, mood)]);
    };
    for (state, count) in health.counts.iter().filter(|(_, count)| **count > 0) {
        let (it, en, mood) = words::state(*state);
        let it = format!("Documenti: {it}");
        let en = format!("Documents: {en}");
        row(&it, &en, count.to_string(), mood);
    }
    let mode = automation(ui, &health.automation);
    let (mode, mood) = match health.paused {
        true => (ui.lang.pick("sospeso: non parte nulla", "paused: nothing leaves"), Mood::Bad),
        false => (mode.as_str(), Mood::Plain),
    };
    row("Invio automatico", "Automatic sending", mode.to_owned(), mood);
    let never = || ui.lang.pick("mai", "never").to_owned();
    let time = |at: Option<_>| at.map_or_else(never, |at| ui.time(at));
    row("Ultimo ciclo", "Last cycle", time(health.last_cycle), Mood::Plain);
    row("Ultima accoglienza", "Last acceptance", time(health.last_accepted), Mood::Plain);
    let (it, en, mood) = words::standing(health.credentials.standing);
    row("Credenziali", "Credentials", ui.lang.pick(it, en).to_owned(), mood);
    if let (Some(days), Some(left)) =
        (health.credentials.password_days, health.credentials.password_days_left)
    {
        let text = ui.lang.pick(
            format!("di {days} giorni; ne restano circa {left}"),
            format!("{days} days old; about {left} left"),
        );
        row("Password", "Password", text, Mood::Plain);
    }
    let until = ui.data(health.certificate_until.date_in_italy());
    row("Certificato di cifratura fino al", "Encryption certificate until", until, Mood::Plain);
    ui.say(&table.to_string());
}

/// The choices of a practice in a few words.
pub(crate) fn automation(ui: &Ui, automation: &Automation) -> String {
    let mode = match automation.mode {
        Mode::Manual => ui.lang.pick("no", "no").to_owned(),
        Mode::Automatic { send_from } => {
            let (day, group) = (ui.data(send_from), automation.group);
            ui.lang.pick(
                format!("sì, pagati dal {day}, a gruppi di {group}"),
                format!("yes, paid from {day}, in groups of {group}"),
            )
        }
    };
    let channel = match automation.channel {
        ChannelChoice::Sync => ui.lang.pick("; uno alla volta", "; one by one"),
        ChannelChoice::File => ui.lang.pick("; sempre con file", "; always by file"),
        _ => "",
    };
    mode + channel
}

pub(crate) fn calendar(ui: &Ui, calendar: &Calendar) -> Result<Exit, Failure> {
    let answer = ask(&calendar.database, &Command::Calendar)?;
    let Answer::Calendar { calendar: found } = &answer else {
        return Ok(Exit::Internal);
    };
    if calendar.json {
        ui.json(&answer);
        return Ok(Exit::Done);
    }
    let today = ui.data(found.oggi);
    ui.tell(&format!("Oggi è il {today}."), &format!("Today is {today}."));
    let header = [
        ("Spese pagate nel", "Paid in"),
        ("Da inviare entro", "Due by"),
        ("Giorni", "Days"),
        ("Correzioni fino al", "Corrections until"),
        ("Pronti", "Ready"),
        ("Ora", "Now"),
    ];
    let mut table = ui.table(&header, &[1, 3]);
    for deadline in &found.scadenze {
        let scadenza = &deadline.scadenza;
        let (it, en, mood) = match scadenza.stato {
            YearState::NotYetOpen => ("non ancora", "not yet", Mood::Plain),
            YearState::Open => ("in tempo", "in time", Mood::Good),
            YearState::Corrections => ("correzioni", "corrections", Mood::Open),
            YearState::Late => ("in ritardo", "late", Mood::Bad),
            YearState::Closed => ("chiuso", "closed", Mood::Bad),
        };
        // Extrapolated dates are marked.
        let expected = if scadenza.expected { " ?" } else { "" };
        table.add_row(vec![
            ui.cell(scadenza.anno.to_string(), Mood::Plain),
            ui.cell(format!("{}{expected}", ui.data(scadenza.scadenza)), Mood::Plain),
            ui.cell(deadline.giorni.to_string(), Mood::Plain),
            ui.cell(ui.data(scadenza.correzioni), Mood::Plain),
            ui.cell(deadline.pronti.to_string(), Mood::Plain),
            ui.cell(ui.lang.pick(it, en), mood),
        ]);
    }
    ui.say(&table.to_string());
    if found.scadenze.iter().any(|deadline| deadline.scadenza.expected) {
        ui.tell(
            "?: non ancora pubblicata, come l'ultimo anno noto.",
            "?: not published yet, as in the last known year.",
        );
    }
    if found.in_ritardo == 0 {
        return Ok(Exit::Done);
    }
    let (late, stake) = (found.in_ritardo, ui.importo(Some(found.sanzione)));
    ui.tell(
        &format!("In ritardo: {late}. Inviati oggi costano {stake} euro, prima del ravvedimento."),
        &format!("Late: {late}. Sent today they cost {stake} euro, before voluntary settlement."),
    );
    Ok(Exit::Fix)
}
