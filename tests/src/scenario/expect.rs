//! What a scenario expects of the moment it has reached.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use sts_core::command::{Answer, Command};
use sts_core::registry::Filter;

use crate::site::Site;

/// Expectations; what is absent is not looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    documents: BTreeMap<String, Value>,
    registry: Option<Vec<Value>>,
    events: BTreeMap<String, usize>,
    told: Vec<Value>,
    service: Option<Vec<Value>>,
    requests: Option<BTreeMap<String, usize>>,
    #[serde(rename = "wrongLogins")]
    wrong_logins: Option<u64>,
}

impl Expect {
    /// Looks at all of it.
    pub(super) fn hold(&self, site: &mut Site, user: &str) -> Result<(), String> {
        for (id, wanted) in &self.documents {
            let answer = ask(site, Command::Document { id: id.clone() });
            part_of(wanted, &answer["document"], &format!("/documents/{id}"))?;
        }
        if let Some(wanted) = &self.registry {
            let rows = registry(site);
            part_of(&json!(wanted), &json!(rows), "/registry")?;
        }
        let events: Vec<Value> = site.events.values().map(|event| json!(event)).collect();
        for (kind, wanted) in &self.events {
            let found = events.iter().filter(|event| event["event"] == **kind).count();
            if found != *wanted {
                return Err(format!("/events/{kind}: {found} instead of {wanted}"));
            }
        }
        for wanted in &self.told {
            if !events.iter().any(|event| part_of(wanted, event, "").is_ok()) {
                return Err(format!("/told: nothing like {wanted} in {}", json!(events)));
            }
        }
        if let Some(wanted) = &self.service {
            part_of(&json!(wanted), &look(site, "/documents"), "/service")?;
        }
        if let Some(wanted) = &self.requests {
            let log = look(site, "/log");
            let mut found: BTreeMap<String, usize> = BTreeMap::new();
            for call in log.as_array().into_iter().flatten() {
                let operation = call["operation"].as_str().unwrap_or("unreadable");
                *found.entry(operation.to_owned()).or_default() += 1;
            }
            if found != *wanted {
                return Err(format!("/requests: {found:?} instead of {wanted:?}"));
            }
        }
        if let Some(wanted) = self.wrong_logins {
            let digest = site.world.digest(user);
            let users = look(site, "/users");
            let user = users.as_array().into_iter().flatten().find(|u| u["user"] == *digest);
            let found = user.and_then(|user| user["wrongLogins"].as_u64());
            if found != Some(wanted) {
                return Err(format!("/wrongLogins: {found:?} instead of {wanted}"));
            }
        }
        Ok(())
    }
}

fn ask(site: &mut Site, command: Command) -> Value {
    json!(site.command(command).expect("nothing is cut while looking"))
}

fn look(site: &mut Site, path: &str) -> Value {
    site.world.control(site.now.0, "GET", path, b"").expect("an address of the simulator")
}

/// The whole registry, newest first.
fn registry(site: &mut Site) -> Vec<Value> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let list = Command::List { filter: Filter::default(), after, limit: 50 };
        match site.command(list).expect("nothing is cut while looking") {
            Answer::Registry { transmissions, next } => {
                rows.extend(transmissions.into_iter().map(|row| json!(row)));
                match next {
                    Some(next) => after = Some(next),
                    None => return rows,
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Whether everything that is wanted is there: of an object the fields that are named, of a list
/// every element in order; in a text, `*` stands for any text.
pub(super) fn part_of(wanted: &Value, found: &Value, at: &str) -> Result<(), String> {
    let differs = || Err(format!("{at}: {found} instead of {wanted}"));
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().try_for_each(|(key, value)| {
                part_of(value, found.get(key).unwrap_or(&Value::Null), &format!("{at}/{key}"))
            })
        }
        (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => {
            let pairs = wanted.iter().zip(found).enumerate();
            pairs.into_iter().try_for_each(|(n, (w, f))| part_of(w, f, &format!("{at}/{n}")))
        }
        (Value::String(pattern), Value::String(text)) if fits(pattern, text) => Ok(()),
        (wanted, found) if wanted == found => Ok(()),
        _ => differs(),
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_and_a_difference_is_named() {
        let found = json!({ "a": [1, { "b": "26.pdf", "c": 3 }], "d": null });
        let held = |wanted: Value| part_of(&wanted, &found, "");
        assert_eq!(held(json!({ "a": [1, { "b": "*.pdf" }] })), Ok(()));
        assert_eq!(held(json!({ "d": null, "e": null })), Ok(()));
        assert!(held(json!({ "a": [1] })).unwrap_err().starts_with("/a:"));
        assert!(held(json!({ "a": [1, { "c": 4 }] })).unwrap_err().starts_with("/a/1/c:"));
        assert!(held(json!({ "x": 1 })).is_err());
        assert!(fits("a*c*e", "abcde") && fits("*", "") && fits("abc", "abc"));
        assert!(!fits("a*c", "ab") && !fits("abc", "abcd") && !fits("ab*ba", "aba"));
    }
}
