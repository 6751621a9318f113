//! `sts demo`: a simulator of the service, an invented practice, everything that is due sent.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Deserialize;
use serde_json::value::RawValue;
use sts_core::command::{Answer, Command, DocumentState, DocumentView, Saved};
use sts_core::domain::invoice::{JsonLimits, read_json};
use sts_core::domain::{Ambiente, Data};
use sts_core::event::{Event, EventKind};
use sts_core::rules::Verdict;
use sts_core::secret::Secret;
use sts_core::time::Timestamp;
use sts_core::wire::Credentials;
use sts_host::{Clock, VirtualClock};
use sts_simulator::{CERTIFICATE_DER, Clock as SimulatorClock, Options, Server, Setup, World};

use crate::args::Demo;
use crate::failure::{Exit, Failure};
use crate::practice::{Practice, PracticeDriver};
use crate::settings::Described;
use crate::ui::{Mood, Ui, clean};
use crate::{show, words, work};

macro_rules! practices {
    ($($name:literal),* $(,)?) => {
        &[$((
            $name,
            include_str!(concat!("../../../../../fixtures/practices/", $name, ".json")),
        )),*]
    };
}

/// The invented practices, by name.
const PRACTICES: &[(&str, &str)] = practices![
    "associazione",
    "farmacia",
    "intermediario_entratel",
    "medico",
    "odontoiatra",
    "ottico",
    "psicologo",
    "struttura_accreditata",
    "struttura_autorizzata",
    "veterinario",
];

/// A file of `fixtures/practices`; its README says what the fields are.
#[derive(Deserialize)]
pub(crate) struct Fixture<'a> {
    description: String,
    today: Data,
    #[serde(borrow)]
    profile: &'a RawValue,
    #[serde(borrow, default)]
    policy: Option<&'a RawValue>,
    credentials: Login,
    pub(crate) simulator: Setup,
    #[serde(borrow)]
    invoices: Vec<Case<'a>>,
}

impl Fixture<'_> {
    /// Whose invoices they are.
    pub(crate) fn described(&self) -> Described {
        Described {
            profile: self.profile.get().to_owned(),
            policy: self.policy.map(|policy| policy.get().to_owned()),
        }
    }

    /// Who sends them.
    pub(crate) fn credentials(&self) -> Result<Credentials, Failure> {
        let Login { user, password, pincode } = &self.credentials;
        Credentials::new(user.clone(), password.clone(), pincode.clone())
            .map_err(|error| Failure::developer(Exit::Internal, error))
    }

    /// The invoices that the service takes without a remark, as JSON.
    pub(crate) fn accepted(&self) -> impl Iterator<Item = &str> {
        let accepted = |case: &&Case<'_>| {
            case.expect.outcome.as_ref().is_some_and(|e| e.result == DocumentState::Accepted)
        };
        self.invoices.iter().filter(accepted).map(|case| case.invoice.get())
    }
}

#[derive(Deserialize)]
struct Login {
    user: Secret,
    password: Secret,
    pincode: Secret,
}

#[derive(Deserialize)]
struct Case<'a> {
    comment: String,
    expect: Expectation,
    #[serde(borrow)]
    invoice: &'a RawValue,
}

#[derive(Deserialize)]
struct Expectation {
    verdict: Verdict,
    reasons: BTreeSet<String>,
    #[serde(default)]
    outcome: Option<Ending>,
}

#[derive(Deserialize)]
struct Ending {
    result: DocumentState,
    #[serde(default)]
    codes: BTreeSet<String>,
}

impl Expectation {
    /// What the service would refuse, because another document has its key, the engine keeps back.
    fn is_kept_back(&self) -> bool {
        self.outcome.as_ref().is_some_and(|ending| ending.result == DocumentState::Refused)
    }
}

/// Long enough, in milliseconds of virtual time, for every retry to come to its end.
const DAY: i64 = 86_400_000;
/// When the practice sits down in the morning, in milliseconds after midnight UTC.
const MORNING: i64 = 9 * 3_600_000;

pub(crate) fn run(ui: &Ui, demo: &Demo) -> Result<Exit, Failure> {
    let started = Instant::now();
    let fixture = fixture(&demo.practice)?;
    let folder = folder(demo)?;
    let db = folder.join(format!("{}.db", demo.practice));
    refuse_used(&db)?;

    let server = simulator(&fixture.simulator, morning(fixture.today))?;
    let practice = Practice {
        endpoint: Some(server.url.clone()),
        ca: server.ca_pem.clone().map(String::into_bytes),
        certificate: Some(CERTIFICATE_DER.to_vec()),
        ..Practice::new(fixture.described(), Ambiente::Test)
    };
    practice.keep(&db)?;
    ui.say(&fixture.description);
    let url = &server.url;
    ui.tell(
        &format!("Simulatore di Sistema TS su {url}; è il {}.\n", ui.data(fixture.today)),
        &format!("Simulator of Sistema TS on {url}; it is {}.\n", ui.data(fixture.today)),
    );

    let differences = play(ui, &fixture, &practice, &db, &server)?;

    let (documents, seconds) = (fixture.invoices.len(), started.elapsed().as_secs_f32());
    if differences.is_empty() {
        ui.tell(
            &format!("Tutti i {documents} documenti sono finiti come previsto ({seconds:.1} s)."),
            &format!("All {documents} documents ended as expected ({seconds:.1} s)."),
        );
    } else {
        ui.tell("Diverso dal previsto:", "Not as expected:");
        differences.iter().for_each(|difference| ui.say(&format!("  {difference}")));
    }
    let db = db.display();
    ui.tell(
        &format!("L'archivio è in {db}; prova: sts list {db}"),
        &format!("The database is {db}; try: sts list {db}"),
    );
    Ok(if differences.is_empty() { Exit::Done } else { Exit::Fix })
}

/// Saves, sends, shows; gives what differs from what is expected.
fn play(
    ui: &Ui,
    fixture: &Fixture<'_>,
    practice: &Practice,
    db: &Path,
    server: &Server,
) -> Result<Vec<String>, Failure> {
    let credentials = fixture.credentials()?;
    let clock = VirtualClock::new(morning(fixture.today));
    let sendable = fixture.invoices.iter().filter(|case| case.expect.outcome.is_some()).count();
    let bar = ui.progress(sendable as u64, "Invio", "Sending");
    let receive = |event: &Event| {
        if matches!(
            event.kind,
            EventKind::DocumentAccepted { .. } | EventKind::DocumentRefused { .. }
        ) {
            bar.inc(1);
        }
    };
    let mut driver =
        practice.driver(db, Some(credentials), Box::new(clock.clone()), Box::new(receive))?;
    let invoices: Result<Vec<_>, _> = fixture
        .invoices
        .iter()
        .flat_map(|case| read_json(case.invoice.get().as_bytes(), &JsonLimits::default()))
        .flatten()
        .collect();
    let invoices = invoices.map_err(|error| Failure::developer(Exit::Internal, error))?;
    let saved = work::keep(ui, &mut driver, invoices)?.saved;
    show_verdicts(ui, fixture, &saved);

    let mut differences = differing_verdicts(fixture, &saved);
    work::queue(&mut driver, work::Which::Ready)?;
    let end = clock.now().plus(DAY);
    while let Some(wake_at) = driver.run_to_rest(clock.now())?.filter(|at| *at <= end) {
        server.advance(wake_at.0 - clock.now().0);
        clock.wait_until(wake_at);
    }
    bar.finish_and_clear();

    let mut documents = BTreeMap::new();
    show::each_document(&mut driver, |document| {
        documents.insert(document.id.clone(), document);
    })?;
    differences.extend(differing_outcomes(ui, fixture, &saved, &documents));
    ui.tell("\nElenco degli invii", "\nRegistry of transmissions");
    show::registry(ui, &whole_registry(&mut driver)?);
    driver.close()?;
    Ok(differences)
}

/// An old database is not played on.
pub(crate) fn refuse_used(db: &Path) -> Result<(), Failure> {
    if !db.exists() {
        return Ok(());
    }
    let path = db.display();
    Err(Failure::new(
        Exit::Unusable,
        format!("{path} esiste già: scegli un'altra cartella"),
        format!("{path} exists already: choose another folder"),
    ))
}

pub(crate) fn fixture(name: &str) -> Result<Fixture<'static>, Failure> {
    let Some((_, text)) = PRACTICES.iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = PRACTICES.iter().map(|(known, _)| *known).collect();
        let known = known.join(", ");
        return Err(Failure::new(
            Exit::Unusable,
            format!("pratiche disponibili: {known}"),
            format!("the practices are: {known}"),
        ));
    };
    serde_json::from_str(text).map_err(|error| Failure::developer(Exit::Internal, error))
}

/// The folder asked for, or a new one among the temporary files; it stays in any case.
pub(crate) fn folder(demo: &Demo) -> Result<PathBuf, Failure> {
    let failed = |error: std::io::Error| Failure::developer(Exit::Unusable, error);
    match &demo.dir {
        Some(dir) => {
            std::fs::create_dir_all(dir).map_err(failed)?;
            Ok(dir.clone())
        }
        None => {
            let temporary = tempfile::Builder::new().prefix("sts-demo-").tempdir();
            Ok(temporary.map_err(failed)?.keep())
        }
    }
}

fn morning(day: Data) -> Timestamp {
    Timestamp::midnight_utc(day).plus(MORNING)
}

fn simulator(setup: &Setup, now: Timestamp) -> Result<Server, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::developer(Exit::Internal, error);
    let world = World::new(setup.clone()).map_err(|error| failed(&error))?;
    let options = Options { tls: true, clock: SimulatorClock::fixed(now.0), ..Options::default() };
    Server::start(world, options).map_err(|error| failed(&error))
}

fn show_verdicts(ui: &Ui, fixture: &Fixture<'_>, saved: &[Saved]) {
    let header =
        [("Documento", "Document"), ("Caso", "Case"), ("Esito", "Verdict"), ("Motivi", "Reasons")];
    let mut table = ui.table(&header, &[]);
    for (case, saved) in fixture.invoices.iter().zip(saved) {
        let (it, en, mood) = words::verdict(saved.verdict);
        table.add_row(vec![
            ui.cell(clean(&saved.id), Mood::Plain),
            ui.cell(&case.comment, Mood::Plain),
            ui.cell(ui.lang.pick(it, en), mood),
            ui.cell(words::reasons(&saved.reasons, ui.lang), Mood::Plain),
        ]);
    }
    ui.say(&table.to_string());
}

fn differing_verdicts(fixture: &Fixture<'_>, saved: &[Saved]) -> Vec<String> {
    let mut differences = Vec::new();
    if saved.len() != fixture.invoices.len() {
        differences.push(format!("{} of {} saved", saved.len(), fixture.invoices.len()));
    }
    for (Case { comment, expect, .. }, saved) in fixture.invoices.iter().zip(saved) {
        let reasons: BTreeSet<String> =
            saved.reasons.iter().map(|reason| reason.code.to_owned()).collect();
        let (mut verdict, mut expected) = (expect.verdict, expect.reasons.clone());
        if expect.is_kept_back() {
            verdict = Verdict::Fix;
            expected.insert("KEY_TAKEN".to_owned());
        }
        if saved.verdict != verdict || reasons != expected {
            differences.push(format!(
                "{} ({comment}): {:?} {reasons:?}, expected {verdict:?} {expected:?}",
                clean(&saved.id),
                saved.verdict,
            ));
        }
    }
    differences
}

fn differing_outcomes(
    ui: &Ui,
    fixture: &Fixture<'_>,
    saved: &[Saved],
    documents: &BTreeMap<String, DocumentView>,
) -> Vec<String> {
    let mut differences = Vec::new();
    for (Case { comment, expect, .. }, saved) in fixture.invoices.iter().zip(saved) {
        let Some(document) = documents.get(&saved.id) else {
            differences.push(format!("{} ({comment}): not kept", clean(&saved.id)));
            continue;
        };
        let codes: BTreeSet<String> =
            document.messaggi.iter().map(|message| message.codice.clone()).collect();
        let (state, codes_expected) = match &expect.outcome {
            Some(ending) if !expect.is_kept_back() => (ending.result, ending.codes.clone()),
            // What is not to be sent stays as it was saved.
            _ => (saved.state, BTreeSet::new()),
        };
        if document.state != state || codes != codes_expected {
            let word = |state| {
                let (it, en, _) = words::state(state);
                ui.lang.pick(it, en)
            };
            differences.push(format!(
                "{} ({comment}): {} {codes:?}, {} {} {codes_expected:?}",
                clean(&saved.id),
                word(document.state),
                ui.lang.pick("previsto", "expected"),
                word(state),
            ));
        }
    }
    differences
}

pub(crate) fn whole_registry(
    driver: &mut PracticeDriver<'_>,
) -> Result<Vec<sts_core::registry::TransmissionView>, Failure> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let command = Command::List {
            filter: sts_core::registry::Filter::default(),
            after,
            limit: Command::PAGE_LIMIT,
        };
        let Answer::Registry { transmissions, next } = driver.command(&command)? else {
            return Ok(all);
        };
        all.extend(transmissions);
        if next.is_none() {
            return Ok(all);
        }
        after = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Lang;

    #[test]
    fn the_demo_tells_a_verdict_and_an_outcome_that_are_not_as_expected() {
        let mut fixture = fixture("psicologo").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let server = simulator(&fixture.simulator, morning(fixture.today)).unwrap();
        let practice = Practice {
            endpoint: Some(server.url.clone()),
            ca: server.ca_pem.clone().map(String::into_bytes),
            certificate: Some(CERTIFICATE_DER.to_vec()),
            ..Practice::new(fixture.described(), Ambiente::Test)
        };
        let of = |verdict| move |case: &Case<'_>| case.expect.verdict == verdict;
        let wrong = fixture.invoices.iter().position(of(Verdict::Fix)).unwrap();
        fixture.invoices[wrong].expect.verdict = Verdict::Wait;
        let sent = |case: &Case<'_>| {
            let ending = case.expect.outcome.as_ref();
            ending.is_some_and(|ending| ending.result == DocumentState::Accepted)
        };
        let other = fixture.invoices.iter().position(sent).unwrap();
        let ending = Ending {
            result: DocumentState::AcceptedWithWarnings,
            codes: BTreeSet::from(["W003".to_owned()]),
        };
        fixture.invoices[other].expect.outcome = Some(ending);
        let ui = Ui::silent(Lang::En);
        let db = folder.path().join("practice.db");
        let differences = play(&ui, &fixture, &practice, &db, &server).unwrap();
        assert_eq!(differences.len(), 2, "{differences:?}");
        assert!(differences[0].contains("expected Wait"), "{differences:?}");
        assert!(differences[1].contains("W003"), "{differences:?}");
    }
}
