//! A store as it was written once, with what the engine said of it then.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sts_core::command::{Answer, Command};
use sts_simulator::{FaultRule, HttpRequest, Setup, World};
use sts_tests::fixtures;
use sts_tests::site::{Site, Store};
use sts_tests::stage;

/// The file: a store, forks of it, and what had reached the service.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) now: i64,
    pub(crate) store: BTreeMap<String, String>,
    pub(crate) documents: Vec<Value>,
    pub(crate) registry: Vec<Value>,
    /// The same store some moments later, in one way or another.
    #[serde(default)]
    pub(crate) forks: Vec<Fork>,
    /// What the service was told before, so that it can be told again.
    #[serde(default)]
    pub(crate) told: Vec<Told>,
    #[serde(skip)]
    pub(crate) text: String,
}

/// A store, as it differs from the one that it began as.
#[derive(Serialize, Deserialize)]
pub(crate) struct Fork {
    pub(crate) what: String,
    pub(crate) now: i64,
    /// `null`: the key is gone.
    pub(crate) writes: BTreeMap<String, Option<String>>,
    /// Documents that have changed.
    pub(crate) documents: Vec<Value>,
    pub(crate) registry: Vec<Value>,
}

/// Something that reached the service.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Told {
    Fault(FaultRule),
    Call { at: i64, path: String, content_type: String, body: String },
}

impl Told {
    /// A request without its credentials.
    pub(crate) fn call(at: i64, request: &HttpRequest) -> Told {
        let content_type = request.header("content-type").unwrap_or_default().to_owned();
        let body = BASE64_STANDARD.encode(&request.body);
        Told::Call { at, path: request.path.clone(), content_type, body }
    }

    fn tell(&self, world: &mut World) {
        match self {
            Told::Fault(rule) => assert!(world.add_fault(rule.clone())),
            Told::Call { at, path, content_type, body } => {
                let basic = format!("Basic {}", stage::secrets().last().unwrap());
                let headers = [("Content-Type", content_type.as_str()), ("Authorization", &basic)];
                let body = BASE64_STANDARD.decode(body).unwrap();
                world.handle(*at, &HttpRequest::post(path, &headers, &body));
            }
        }
    }
}

/// A site whose store is worth keeping, with what its service was told, and its forks.
pub(crate) struct Story {
    pub(crate) site: Site,
    pub(crate) told: Vec<Told>,
    pub(crate) forks: Vec<(String, Site)>,
}

impl Sample {
    pub(crate) fn read(name: &str) -> Sample {
        let text = std::fs::read_to_string(fixtures::path(name));
        let text = text.expect("a sample is never removed");
        let mut sample: Sample = serde_json::from_str(&text).unwrap();
        sample.text = text;
        sample
    }

    /// Reads a sample; the first time, and when asked to, tells the story that makes it.
    pub(crate) fn read_or_write(name: &str, story: fn() -> Story) -> Sample {
        let path = fixtures::path(name);
        if !path.exists() && std::env::var_os("STS_BLESS").is_some() {
            let sample = Sample::of(story());
            std::fs::write(&path, serde_json::to_string_pretty(&sample).unwrap() + "\n").unwrap();
        }
        Sample::read(name)
    }

    fn of(story: Story) -> Sample {
        let mut site = story.site;
        let mut sample = Sample {
            now: site.now.0,
            store: texts(&site.store),
            documents: documents(&mut site),
            registry: registry(&mut site),
            forks: Vec::new(),
            told: story.told,
            text: String::new(),
        };
        for (what, mut site) in story.forks {
            let store = texts(&site.store);
            let gone = sample.store.keys().filter(|key| !store.contains_key(*key));
            let gone = gone.map(|key| (key.clone(), None));
            let new = store.iter().filter(|(key, value)| sample.store.get(*key) != Some(*value));
            let new = new.map(|(key, value)| (key.clone(), Some(value.clone())));
            let writes = gone.chain(new).collect();
            let changed = documents(&mut site).into_iter();
            let documents = changed.filter(|d| !sample.documents.contains(d)).collect();
            let changed = registry(&mut site).into_iter();
            let registry = changed.filter(|row| !sample.registry.contains(row)).collect();
            sample.forks.push(Fork { what, now: site.now.0, writes, documents, registry });
        }
        sample
    }

    /// The store and its forks, each with the service as it was.
    pub(crate) fn sites(&self) -> Vec<(String, Site)> {
        let mut world = World::new(Setup::default()).unwrap();
        self.told.iter().for_each(|told| told.tell(&mut world));
        let site = |now: i64, store: &BTreeMap<String, String>| {
            let mut site = stage::psychologist();
            let bytes = store.iter().map(|(key, text)| (key.clone(), text.clone().into_bytes()));
            site.store = Store(bytes.collect());
            site.now.0 = now;
            site.world = world.clone();
            site
        };
        let first = ("at first".to_owned(), site(self.now, &self.store));
        let forks = self.forks.iter().map(|fork| {
            let mut store = self.store.clone();
            for (key, value) in fork.writes.clone() {
                match value {
                    Some(value) => store.insert(key, value),
                    None => store.remove(&key),
                };
            }
            (fork.what.clone(), site(fork.now, &store))
        });
        std::iter::once(first).chain(forks).collect()
    }

    /// Everything that was said then is said now; newer versions may say more.
    pub(crate) fn assert_says(&self, what: &str, site: &mut Site) {
        let fork = self.forks.iter().find(|fork| fork.what == what);
        let changed = fork.map_or(&[][..], |fork| &fork.documents);
        let mut then: BTreeMap<&str, &Value> = BTreeMap::new();
        for document in self.documents.iter().chain(changed) {
            then.insert(document["id"].as_str().unwrap(), document);
        }
        let now = documents(site);
        assert_eq!(now.len(), then.len(), "{what}");
        for now in &now {
            says(what, now, then[now["id"].as_str().unwrap()]);
        }
        let changed = fork.map_or(&[][..], |fork| &fork.registry);
        let mut then: BTreeMap<u64, &Value> = BTreeMap::new();
        for row in self.registry.iter().chain(changed) {
            then.insert(row["number"].as_u64().unwrap(), row);
        }
        let now = registry(site);
        assert_eq!(now.len(), then.len(), "{what}");
        for now in &now {
            says(what, now, then[&now["number"].as_u64().unwrap()]);
        }
    }

    /// The states of all documents, forks included.
    pub(crate) fn states(&self) -> BTreeSet<String> {
        let forks = self.forks.iter().flat_map(|fork| &fork.documents);
        let all = self.documents.iter().chain(forks);
        all.map(|document| document["state"].as_str().unwrap().to_owned()).collect()
    }

    /// Whether a record has this piece of text.
    pub(crate) fn has(&self, piece: &str) -> bool {
        let forks = self.forks.iter().flat_map(|fork| fork.writes.values().flatten());
        self.store.values().chain(forks).any(|record| record.contains(piece))
    }
}

fn texts(store: &Store) -> BTreeMap<String, String> {
    let text = |value: &Vec<u8>| String::from_utf8(value.clone()).unwrap();
    store.0.iter().map(|(key, value)| (key.clone(), text(value))).collect()
}

fn says(what: &str, now: &Value, then: &Value) {
    match (now, then) {
        (Value::Array(now), Value::Array(then)) => {
            assert_eq!(now.len(), then.len(), "{what}");
            now.iter().zip(then).for_each(|(now, then)| says(what, now, then));
        }
        (Value::Object(now), Value::Object(then)) => {
            then.iter().for_each(|(field, then)| says(what, &now[field], then));
        }
        _ => assert_eq!(now, then, "{what}"),
    }
}

/// All documents as JSON.
pub(crate) fn documents(site: &mut Site) -> Vec<Value> {
    match site.command(Command::Documents { after: None, limit: Command::PAGE_LIMIT }).unwrap() {
        Answer::Documents { documents, next: None } => {
            documents.iter().map(|view| json!(view)).collect()
        }
        other => panic!("{other:?}"),
    }
}

/// The registry as JSON.
fn registry(site: &mut Site) -> Vec<Value> {
    stage::registry(site).iter().map(|row| json!(row)).collect()
}
