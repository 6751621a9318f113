//! What happens by itself: automatic or manual, paused or not, the age of the password.

use sts_core::command::{Automation, ChannelChoice, Command, Mode};
use sts_core::event::Event;

use crate::args::{Automatic, Database, Manual, PasswordSetOn, Pause};
use crate::failure::{Exit, Failure};
use crate::overview;
use crate::practice::{self, PracticeDriver};
use crate::ui::Ui;

/// A driver that lets nothing leave.
fn with_driver<T>(
    database: &Database,
    act: impl FnOnce(&mut PracticeDriver<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (practice, clock) = practice::open(database)?;
    let mut driver = practice.driver(&database.db, None, clock, Box::new(|_: &Event| {}))?;
    act(&mut driver)
}

fn configure(
    ui: &Ui,
    database: &Database,
    mode: Mode,
    group: Option<u32>,
    channel: Option<ChannelChoice>,
) -> Result<Exit, Failure> {
    let automation = with_driver(database, |driver| {
        let before = overview::health_of(driver)?.automation;
        let automation = Automation {
            mode,
            channel: channel.unwrap_or(before.channel),
            group: group.unwrap_or(before.group),
        };
        driver.command(&Command::Configure { automation })?;
        Ok(automation)
    })?;
    let words = overview::automation(ui, &automation);
    ui.tell(&format!("Invio automatico: {words}."), &format!("Automatic sending: {words}."));
    if let Mode::Automatic { .. } = mode {
        let db = database.db.display();
        ui.tell(
            &format!("Parte ogni dieci minuti finché è in funzione: sts run {db} --forever"),
            &format!("It leaves every ten minutes while this runs: sts run {db} --forever"),
        );
    }
    Ok(Exit::Done)
}

pub(crate) fn automatic(ui: &Ui, automatic: &Automatic) -> Result<Exit, Failure> {
    let mode = Mode::Automatic { send_from: automatic.from };
    let channel = automatic.channel.map(Into::into);
    configure(ui, &automatic.database, mode, automatic.group, channel)
}

pub(crate) fn manual(ui: &Ui, manual: &Manual) -> Result<Exit, Failure> {
    configure(ui, &manual.database, Mode::Manual, None, manual.channel.map(Into::into))
}

pub(crate) fn pause(ui: &Ui, pause: &Pause) -> Result<Exit, Failure> {
    with_driver(&pause.database, |driver| Ok(driver.command(&Command::Pause)?))?;
    ui.tell(
        "Invio sospeso: non parte più nulla, nemmeno le modifiche, finché non dai sts resume.",
        "Paused: nothing leaves any more, edits included, until sts resume.",
    );
    Ok(Exit::Done)
}

pub(crate) fn resume(ui: &Ui, pause: &Pause) -> Result<Exit, Failure> {
    with_driver(&pause.database, |driver| Ok(driver.command(&Command::Resume)?))?;
    let db = pause.database.db.display();
    ui.tell(
        &format!("Invio ripreso. Per far partire ora ciò che attende: sts run {db}"),
        &format!("Resumed. To let leave now what waits: sts run {db}"),
    );
    Ok(Exit::Done)
}

pub(crate) fn password_set_on(ui: &Ui, set: &PasswordSetOn) -> Result<Exit, Failure> {
    let (practice, clock) = practice::open(&set.database)?;
    // The countdown belongs to these very credentials.
    let credentials = practice.credentials(ui, &set.login)?;
    let db = &set.database.db;
    let mut driver = practice.driver(db, Some(credentials), clock, Box::new(|_: &Event| {}))?;
    driver.command(&Command::PasswordSetOn { day: set.day })?;
    let credentials = overview::health_of(&mut driver)?.credentials;
    driver.close()?;
    let left = credentials.password_days_left.unwrap_or_default();
    ui.tell(
        &format!("Annotato. La password scade tra circa {left} giorni."),
        &format!("Noted. The password expires in about {left} days."),
    );
    Ok(Exit::Done)
}
