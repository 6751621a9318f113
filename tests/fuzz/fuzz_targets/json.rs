#![no_main]

#[allow(dead_code, reason = "a target runs one parser of many")]
#[path = "../../src/parsers.rs"]
mod parsers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::run("json", bytes));
