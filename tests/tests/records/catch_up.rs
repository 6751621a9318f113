//! A store of format 1 gets the index keys and counters that it lacks.

use serde_json::Value;
use sts_core::command::{Answer, Change, Command};
use sts_tests::site::{Input, Rivalry, Site};
use sts_tests::stage;

use crate::sample::Sample;

/// A store of format 1 with so many documents, of all states but those with a request.
fn many(documents: usize) -> Site {
    let sample = Sample::read("records/1.json");
    let (_, mut site) = sample.sites().remove(0);
    let old = std::mem::take(&mut site.store.0);
    let record = |key: &'static str| old.iter().filter(move |(k, _)| k.starts_with(key));
    for key in ["h", "revision"] {
        site.store.0.insert(key.to_owned(), old[key].clone());
    }
    for (key, value) in record("t/") {
        site.store.0.insert(key.clone(), value.clone());
    }
    let templates: Vec<&Vec<u8>> =
        record("d/").filter(|(key, _)| *key != "d/unknown").map(|(_, value)| value).collect();
    for n in 0..documents {
        let mut template: Value = serde_json::from_slice(templates[n % templates.len()]).unwrap();
        let body = &mut template["body"];
        let id = format!("{:04}-{}", n * 7919 % documents, body["id"].as_str().unwrap());
        let number = format!("{n}/2026");
        body["id"] = id.clone().into();
        for path in [
            "/desired/documento/idSpesa",
            "/remote/present/sent/id_spesa",
            "/remote/other/sent/id_spesa",
        ] {
            if let Some(key) = body.pointer_mut(path) {
                key["numDocumento"] = number.clone().into();
                let [p_iva, day] = ["pIva", "dataEmissione"].map(|f| key[f].as_str().unwrap());
                let natural = format!("k/{p_iva}/{day}/1/{number}");
                site.store.0.insert(natural, id.clone().into_bytes());
            }
        }
        let idle = body["work"] == "idle" && body["remote"] == "absent";
        if let Some(paid) = body["desired"]["documento"]["dataPagamento"].as_str().filter(|_| idle)
        {
            site.store.0.insert(format!("r/{paid}/{id}"), Vec::new());
        }
        if let Some(due) = body["work"]["send"]["not_before"].as_i64() {
            site.store.0.insert(format!("w/{due:013}/{id}"), Vec::new());
        }
        let bytes = serde_json::to_vec(&template).unwrap();
        site.store.0.insert(format!("d/{id}"), bytes);
    }
    // Nothing leaves: what was counted is what was stored.
    site.set_credentials(None);
    site
}

fn is_caught_up(site: &Site) -> bool {
    let holder: Value = serde_json::from_slice(&site.store.0["h"]).unwrap();
    ["reindexed_to", "rows_to_index"].iter().all(|f| holder["body"].get(f) == Some(&Value::Null))
}

/// Ticks until all keys are there; how many ticks that took.
fn catch_up(site: &mut Site) -> u32 {
    for ticks in 1..100 {
        let _ = site.input(Input::Tick);
        if is_caught_up(site) {
            return ticks;
        }
    }
    panic!("it never catches up");
}

#[test]
fn index_keys_of_a_thousand_documents_are_made_in_several_inputs() {
    let mut site = many(1_000);
    let ticks = catch_up(&mut site);
    assert!(ticks > 5, "in {ticks} inputs");
    site.assert_consistent("caught up");
}

#[test]
fn a_cut_at_every_boundary_of_it_changes_nothing_in_the_end() {
    let whole = many(450);
    let mut site = many(450);
    site.cut_at(None);
    catch_up(&mut site);
    let (boundaries, then) = (site.boundaries, site.store.0.clone());
    assert!(boundaries >= 6, "{boundaries}");
    for boundary in 0..boundaries {
        site.store = whole.store.clone();
        site.reopen();
        site.cut_at(Some(boundary));
        catch_up(&mut site);
        site.cut_at(None);
        site.assert_consistent(&format!("cut at {boundary}"));
        assert!(site.store.0.keys().eq(then.keys()), "cut at {boundary}");
    }
}

#[test]
fn rivals_and_edits_in_the_middle_of_it_leave_no_wrong_key_and_no_wrong_count() {
    for seed in 0..4 {
        let mut site = many(1_500);
        let Ok(Answer::Documents { documents, .. }) =
            site.command(Command::Documents { after: None, limit: 500 })
        else {
            panic!("documents are listed");
        };
        let mut ids: Vec<String> = documents.into_iter().map(|view| view.id).collect();
        let later = site.store.0.keys().filter_map(|key| key.strip_prefix("d/1"));
        ids.extend(later.map(|id| format!("1{id}")));
        site.rivalry(Rivalry::OneIn(8));
        let mut n = seed;
        // Before, at and after where it has come to: new, edited, deleted.
        while !is_caught_up(&site) {
            let id = ids[(n * 397) % ids.len()].clone();
            let command = match n % 3 {
                0 => {
                    let id = format!("{id}-new");
                    Command::Save { invoices: vec![stage::invoice(&id, &format!("n{n}"))] }
                }
                1 => {
                    let edited = stage::invoice_of(&id, &format!("e{n}"), "77.00");
                    Command::Save { invoices: vec![edited] }
                }
                _ => Command::Change { change: Change::Delete, ids: vec![id], confirmed: true },
            };
            site.command(command).unwrap();
            n += 1;
        }
        assert!(n - seed > 3, "the edits came in the middle: {n}");
        site.rivalry(Rivalry::None);
        site.assert_consistent("caught up");
    }
}
