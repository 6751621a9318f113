//! The core has no clock, network, files, threads, environment, printing or `unsafe`.

use std::fs;
use std::path::Path;

use sts_tests::fixtures;

/// What the core may not touch, outside its own tests.
const FORBIDDEN: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::process",
    "std::io::stdin",
    "SystemTime",
    "Instant",
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
    "dbg!",
    "unsafe ",
    // Iterates in another order in every process, so that equal inputs would give other bytes.
    "HashMap",
    "HashSet",
    "RandomState",
];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder of the core") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).expect("source is UTF-8");
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn the_core_touches_nothing_outside_itself() {
    let mut found = Vec::new();
    sources(&fixtures::path("../core/src"), &mut found);
    assert!(found.len() > 30, "the core has moved");
    for (path, text) in found {
        // Unit tests stand last in a file.
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in FORBIDDEN {
                assert!(!code.contains(word), "{path}:{}: {word}", number + 1);
            }
        }
    }
}
