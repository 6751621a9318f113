//! An engine over a store in memory, fed with records and ledgers of strangers.

use std::collections::BTreeMap;

use sts_core::command::{Answer, Selection};
use sts_core::domain::Ambiente;
use sts_core::secret::Secret;
use sts_core::{Command, Credentials, Engine, Entropy, Error, Loaded, Settings, Step, Timestamp};

type Store = BTreeMap<String, Vec<u8>>;

/// Readings of one input; an engine asks a few times.
const READINGS: u32 = 50;

/// The store of a sample such as those of `fixtures/records`.
pub(super) fn sample(bytes: &[u8]) -> Option<Store> {
    let sample: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().into();
    Some(sample["store"].as_object()?.iter().map(|(k, v)| (k.clone(), text(v))).collect())
}

/// Lets an engine read all of a store. It may refuse what it reads.
pub(super) fn read_all(mut store: Store) {
    let mut engine = open();
    let commands = [
        Command::Documents { after: None, limit: 100 },
        Command::List { filter: sts_core::registry::Filter::default(), after: None, limit: 100 },
        Command::Send { what: Selection::Ids(vec!["accepted".into(), "unknown".into()]) },
    ];
    for command in commands.iter().map(Some).chain([None]) {
        let _ = input(&mut engine, &mut store, command, false);
    }
}

/// The ledger of a store as text.
pub(super) fn export(mut store: Store) -> String {
    let (mut engine, mut text, mut after) = (open(), String::new(), None);
    loop {
        let command = Command::Export { after, limit: 500 };
        let answer = input(&mut engine, &mut store, Some(&command), false);
        let Ok(Some(Answer::Exported { text: page, next })) = answer else {
            panic!("the ledger of a sample cannot be exported: {answer:?}");
        };
        text += &page;
        if next.is_none() {
            return text;
        }
        after = next;
    }
}

/// Imports a ledger in two pieces; tells whether it is taken. Then the store exports the same.
pub fn import(text: &str) -> bool {
    let (mut engine, mut store) = (open(), Store::new());
    let half = text.char_indices().map(|(at, _)| at).nth(text.chars().count() / 2).unwrap_or(0);
    let line = text[half..].find('\n').map_or(text.len(), |at| half + at + 1);
    let (first, second) = text.split_at(line);
    for piece in [first, second].into_iter().filter(|piece| !piece.is_empty()) {
        let command = Command::Import { text: piece.to_owned() };
        match input(&mut engine, &mut store, Some(&command), true) {
            Ok(Some(Answer::Imported { complete: true, .. })) => {
                // The head has the revision, which is each store's own, and the tail counts it in.
                let entries = |text: &str| {
                    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
                    lines[1..lines.len() - 1].to_vec()
                };
                assert!(entries(&export(store.clone())) == entries(text), "the same comes out");
                read_all(store);
                return true;
            }
            Ok(_) => {}
            Err(error) => {
                assert!(!error.code().is_empty() && !super::holds_tax_code(&error.to_string()));
                return false;
            }
        }
    }
    false
}

fn open() -> Engine {
    struct Ones;
    impl Entropy for Ones {
        fn fill(&mut self, buffer: &mut [u8]) {
            buffer.fill(1);
        }
    }
    let profile = serde_json::json!({
        "categoria": "psicologo", "cfProprietario": "PSCPRV80A01X999I", "pIva": "99900011000",
    });
    let profile = serde_json::from_value(profile).expect("the profile of the samples");
    let settings = Settings::new(profile, Ambiente::Test).expect("its settings");
    let secret = |text: &str| Secret::new(text);
    let mut engine = Engine::new(settings, Box::new(Ones));
    engine.set_credentials(Credentials::new(secret("u"), secret("p"), secret("1")).ok());
    engine
}

/// One input with all that it reads, and with what it writes where `commits` says so.
fn input(
    engine: &mut Engine,
    store: &mut Store,
    command: Option<&Command>,
    commits: bool,
) -> Result<Option<Answer>, Error> {
    let now = Timestamp(1_795_510_800_000);
    for _ in 0..READINGS {
        let step = match command {
            Some(command) => engine.command(now, command)?,
            None => engine.tick(now)?,
        };
        let needs = match step {
            Step::Read(needs) => needs,
            Step::Act(actions) => {
                for write in actions.writes.into_iter().filter(|_| commits) {
                    match write.value {
                        Some(value) => store.insert(write.key, value),
                        None => store.remove(&write.key),
                    };
                }
                return Ok(actions.answer);
            }
        };
        let keys = needs.keys.into_iter().map(|key| (key.clone(), store.get(&key).cloned()));
        let ranges = needs.ranges.into_iter().map(|range| {
            let found = store.range(range.from.clone()..range.to.clone());
            let found = found.take(range.limit as usize);
            (range, found.map(|(k, v)| (k.clone(), v.clone())).collect())
        });
        let loaded = Loaded { keys: keys.collect(), ranges: ranges.collect() };
        engine.load(loaded)?;
    }
    Ok(None)
}
