//! `sts demo --week`: a week of a practice in virtual time, with all that goes wrong in one.

mod invoice;
mod stage;
mod story;
mod verdict;

use std::io::Write as _;
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use serde_json::Value;
use sts_core::command::DocumentState;
use sts_core::domain::Ambiente;
use sts_simulator::{CERTIFICATE_DER, User};

use crate::args::Demo;
use crate::demo::{self, Fixture};
use crate::failure::{Exit, Failure};
use crate::practice::Practice;
use crate::simulated::{self, Simulated};
use crate::ui::{Mood, Ui};
use crate::{overview, show};
use stage::{Stage, moment};

/// How long the service works on a file, in milliseconds.
const PROCESSING: u64 = 25 * 60_000;

pub(crate) fn run(ui: &Ui, demo: &Demo) -> Result<Exit, Failure> {
    let started = Instant::now();
    let db = demo::folder(demo)?.join("week.db");
    demo::refuse_used(&db)?;
    ui.say(&ui.fold(ui.lang.pick(
        "Una settimana di una psicologa, dal 16 al 22 novembre 2026, in tempo virtuale: il \
         servizio è un simulatore dentro questo processo, le persone sono inventate. ▸ è ciò che \
         fa lo studio, il resto succede da sé.",
        "A week of a psychologist, 16 to 22 November 2026, in virtual time: the service is a \
         simulator inside this process, the people are invented. ▸ is what the practice does, the \
         rest happens by itself.",
    )));
    let mut stage = prepare(ui, &db)?;
    let played = play(&mut stage)?;
    let db = db.display();
    ui.tell("\nElenco degli invii STS", "\nRegistry of transmissions");
    show::registry(ui, &demo::whole_registry(&mut stage.driver)?);
    ui.tell("\nCome sta lo studio", "\nHow the practice stands");
    overview::show(ui, &*overview::health_of(&mut stage.driver)?);
    let (count, calls) = (stage.wanted.len(), stage.calls());
    let seconds = started.elapsed().as_secs_f32();
    stage.driver.close()?;
    if played.is_empty() {
        let text = ui.lang.pick(
            format!(
                "Verificato sul servizio: ciascuno dei {count} documenti voluti c'è una volta \
                 sola, con lo stesso contenuto, e nient'altro ({calls} richieste, {seconds:.1} s)."
            ),
            format!(
                "Checked on the service: each of the {count} wanted documents is there exactly \
                 once, with equal content, and nothing else ({calls} requests, {seconds:.1} s)."
            ),
        );
        ui.say(&ui.paragraph("", &text, Mood::Good));
    } else {
        ui.tell("Sul servizio NON è come deve essere:", "The service is NOT as it must be:");
        played.iter().for_each(|difference| ui.say(&format!("  {difference}")));
    }
    ui.tell(
        "\nL'archivio resta, e il simulatore con lui. Da provare:",
        "\nThe database stays, and the simulator with it. To try:",
    );
    for command in [
        format!("list {db} --outcome errors"),
        format!("documents {db}"),
        format!("status {db} 2026-203"),
        format!("plan {db} 2026-219"),
        format!("receipts {db} 3 -o ricevute-3.zip"),
        format!("diff {db} 2026-11"),
        format!("health {db}"),
        format!("cancel {db} 2026-205"),
    ] {
        ui.say(&format!("  sts {command}"));
    }
    Ok(if played.is_empty() { Exit::Done } else { Exit::Fix })
}

/// A practice with a simulator of its own.
fn prepare<'a>(ui: &'a Ui, db: &Path) -> Result<Stage<'a>, Failure> {
    let fixture = demo::fixture("psicologo")?;
    let mut setup = fixture.simulator.clone();
    setup.settings.processing_delay_ms = PROCESSING;
    let simulated = Rc::new(Simulated::start(db, setup, moment(16, 8, 0))?);
    let practice = Practice {
        endpoint: Some(simulated::ENDPOINT.to_owned()),
        certificate: Some(CERTIFICATE_DER.to_vec()),
        simulated: Some(simulated.clone()),
        ..Practice::new(fixture.described(), Ambiente::Test)
    };
    practice.keep(db)?;
    let credentials = fixture.credentials()?;
    keep_credentials(&simulated, &user(&fixture)?)?;
    Stage::new(ui, practice, simulated, db.to_path_buf(), credentials)
}

/// Plays the week. Gives what is not on the service as it must be.
fn play(stage: &mut Stage<'_>) -> Result<Vec<String>, Failure> {
    let fixture = demo::fixture("psicologo")?;
    let (people, user) = (people(&fixture), user(&fixture)?);
    story::monday(stage, &people)?;
    story::tuesday(stage, &people)?;
    story::wednesday(stage, &people)?;
    story::thursday(stage, &people, &user)?;
    story::friday(stage, &people)?;
    story::saturday(stage, &people)?;
    story::sunday(stage)?;
    judge(stage)
}

fn judge(stage: &mut Stage<'_>) -> Result<Vec<String>, Failure> {
    let documents = stage.documents()?;
    let wanted: Vec<_> = stage.wanted.values().cloned().collect();
    let mut differences = verdict::differences(&stage.simulated.world(), &wanted, &documents);
    for (id, document) in &documents {
        let settled = matches!(
            document.state,
            DocumentState::Accepted | DocumentState::AcceptedWithWarnings | DocumentState::Deleted
        );
        if !settled {
            differences.push(format!("{id}: {:?}", document.state));
        }
    }
    Ok(differences)
}

/// Tax codes of invented patients.
fn people(fixture: &Fixture<'_>) -> Vec<String> {
    let mut people: Vec<String> = Vec::new();
    for invoice in fixture.accepted() {
        let invoice: Value = serde_json::from_str(invoice).unwrap_or_default();
        if let Some(cf) = invoice["cessionarioCommittente"]["cfCittadino"].as_str()
            && !people.iter().any(|known| known == cf)
        {
            people.push(cf.to_owned());
        }
    }
    people
}

fn user(fixture: &Fixture<'_>) -> Result<User, Failure> {
    let user = fixture.simulator.more_users.first().cloned();
    user.ok_or_else(|| Failure::developer(Exit::Internal, "a practice without its user"))
}

/// The invented credentials, for the commands that somebody tries afterwards.
fn keep_credentials(simulated: &Simulated, user: &User) -> Result<(), Failure> {
    let (_, user) = story::renewed(user)?;
    let json = serde_json::json!({
        "username": user.user, "password": user.password, "pincode": user.pincode,
    });
    let path = simulated.credentials();
    simulated::private(&path)
        .and_then(|mut file| writeln!(file, "{json}"))
        .map_err(|error| Failure::developer(Exit::Unusable, error).about(&path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Lang;

    #[test]
    fn the_week_ends_as_wanted_and_its_judge_sees_what_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("week.db");
        let ui = Ui::silent(Lang::En);
        let mut stage = prepare(&ui, &db).unwrap();
        assert_eq!(play(&mut stage).unwrap(), Vec::<String>::new());

        let wanted = stage.wanted.clone();
        let judged = |stage: &mut Stage<'_>, expected: &str| {
            let differences = judge(stage).unwrap();
            let seen = differences.iter().any(|difference| difference.contains(expected));
            assert!(seen, "{expected}: {differences:?}");
            stage.wanted = wanted.clone();
        };
        stage.wanted.get_mut("2026-202").unwrap().fee += 1;
        judged(&mut stage, "202/2026: vociSpesa differs");
        stage.wanted.get_mut("2026-202").unwrap().cf = "X".to_owned();
        judged(&mut stage, "202/2026: cfCittadino differs");
        stage.wanted.get_mut("2026-202").unwrap().paid = Some(1);
        judged(&mut stage, "202/2026: dataPagamento differs");
        stage.wanted.remove("2026-205");
        judged(&mut stage, "205/2026: on the service, and not wanted there");
        let absent = invoice::Invoice::new(999, 16, 100, "X");
        stage.wanted.insert(absent.id.clone(), absent);
        judged(&mut stage, "999/2026: wanted, and not on the service");
        assert_eq!(judge(&mut stage).unwrap(), Vec::<String>::new());
    }
}
