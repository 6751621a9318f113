//! Every scenario of `fixtures/scenarios`, as it stands and cut at every boundary.
//!
//! A scenario that is cut ends as the one that is not: on the simulator each document with the same
//! content and never inserted twice without a cancellation between, and in the ledger each document
//! in the same state. By default each is cut at a sample of its boundaries; `STS_CUTS=all` cuts it
//! at all of them, which `tests/run simulation` does.

use std::collections::BTreeSet;

use sts_core::command::DocumentState;
use sts_simulator::{DocumentView, Operation};
use sts_tests::scenario::{Checks, Scenario, documents};
use sts_tests::site::Site;

/// Days of virtual time after the last step, for what is still open.
const REST: i64 = 2;
/// Cuts of one scenario in a sample: at every second boundary, every third, and so on, beginning
/// elsewhere for each scenario.
const CUTS: u32 = 12;

#[test]
fn every_scenario_holds() {
    let failures: Vec<String> = Scenario::all()
        .iter()
        .filter_map(|scenario| scenario.play(&mut scenario.site(), Checks::All).err())
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// So that every language can compare its count with the README's.
#[test]
fn the_counts_are_those_of_the_readme() {
    let scenarios = Scenario::all();
    let steps: usize = scenarios.iter().map(|scenario| scenario.steps.len()).sum();
    let line = format!("All: {} scenarios, {steps} steps.", scenarios.len());
    println!("{line}");
    let readme = sts_tests::fixtures::path("scenarios/README.md");
    let readme = std::fs::read_to_string(readme).expect("a README");
    assert!(readme.lines().any(|l| l == line), "no line {line:?}");
}

#[test]
fn nothing_private_is_seen_or_kept_in_any_scenario() {
    for scenario in Scenario::all() {
        let mut site = scenario.site();
        // What fails is told by the other tests.
        let _ = scenario.play(&mut site, Checks::None);
        let kept = site.store.0.iter().flat_map(|(key, value)| [key.as_bytes(), value]);
        let kept: String = kept.map(String::from_utf8_lossy).collect();
        for secret in scenario.secrets() {
            assert!(!site.seen.contains(&secret), "{}: seen", scenario.name);
            assert!(!kept.contains(&secret), "{}: kept", scenario.name);
        }
    }
}

#[test]
fn every_scenario_cut_anywhere_ends_as_if_it_were_not() {
    let all = std::env::var("STS_CUTS").is_ok_and(|cuts| cuts == "all");
    let (mut scenarios, mut cuts, mut failures) = (0, 0, Vec::new());
    for (n, scenario) in Scenario::all().iter().enumerate() {
        let (whole, boundaries) = match end(scenario, None) {
            Ok(end) => end,
            Err(why) => {
                failures.push(why);
                continue;
            }
        };
        scenarios += 1;
        let stride = if all { 1 } else { boundaries.div_ceil(CUTS).max(1) };
        for cut in (n as u32 % stride..boundaries).step_by(stride as usize) {
            cuts += 1;
            let told = match end(scenario, Some(cut)) {
                Ok((end, _)) if end == whole => continue,
                Ok((end, _)) => format!(
                    "it ends with\n{}instead of\n{}",
                    end.without(&whole),
                    whole.without(&end)
                ),
                Err(why) => why,
            };
            let told = format!("{}, cut at {cut}: {told}", scenario.name);
            failures.push(told);
            break;
        }
    }
    let which = if all { "all" } else { "a sample" };
    println!("{scenarios} scenarios, {cuts} cuts, {which} of the boundaries");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What counts in the end, a line for each document: what the simulator holds of it, and where it
/// stands in the ledger.
#[derive(Debug, PartialEq)]
struct End(BTreeSet<String>);

impl End {
    /// What the other has not.
    fn without(&self, other: &End) -> String {
        self.0.difference(&other.0).map(|line| format!("  {line}\n")).collect()
    }
}

/// Plays it, cut or not, and rests; with the boundaries that it passed.
fn end(scenario: &Scenario, cut: Option<u32>) -> Result<(End, u32), String> {
    let mut site = scenario.site();
    site.cut_at(cut);
    scenario.play(&mut site, Checks::None)?;
    site.rest(REST);
    let boundaries = site.boundaries;
    site.cut_at(None);
    let held: Vec<String> = site.world.documents().iter().map(held).collect::<Result<_, _>>()?;
    Ok((End(held.into_iter().chain(states(&mut site)).collect()), boundaries))
}

/// What is held of a document, without what depends on how often it was said.
fn held(document: &DocumentView) -> Result<String, String> {
    let mut there = false;
    for entry in &document.history {
        match entry.operation {
            Operation::Inserimento | Operation::Rimborso if there => {
                return Err(format!("{:?} was inserted twice", document.key));
            }
            Operation::Inserimento | Operation::Rimborso => there = true,
            Operation::Cancellazione => there = false,
            _ => {}
        }
    }
    let mut held = serde_json::to_value(document).map_err(|error| error.to_string())?;
    let fields = held.as_object_mut().ok_or("an object")?;
    for said in ["protocollo", "nomeFile", "tipoInvio", "timesInserted", "history"] {
        fields.remove(said).ok_or("a field of the simulator")?;
    }
    Ok(format!("the service: {held}"))
}

fn states(site: &mut Site) -> Vec<String> {
    let state = |state| match state {
        // A query that recovers a lost outcome does not show the remarks.
        DocumentState::AcceptedWithWarnings => DocumentState::Accepted,
        other => other,
    };
    let documents = documents(site).into_iter();
    documents.map(|document| format!("{}: {:?}", document.id, state(document.state))).collect()
}
