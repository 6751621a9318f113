//! The headers are generated from the source, committed, and never drift.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn config() -> cbindgen::Config {
    let export = cbindgen::ExportConfig::default();
    cbindgen::Config {
        language: cbindgen::Language::C,
        style: cbindgen::Style::Type,
        documentation: true,
        documentation_style: cbindgen::DocumentationStyle::C99,
        documentation_length: cbindgen::DocumentationLength::Full,
        usize_is_size_t: true,
        line_length: 100,
        tab_width: 4,
        export,
        ..cbindgen::Config::default()
    }
}

fn generate(config: cbindgen::Config) -> String {
    let builder = cbindgen::Builder::new().with_crate(root()).with_config(config);
    let mut text = Vec::new();
    builder.generate().expect("the source can be read").write(&mut text);
    without_safety(&String::from_utf8(text).expect("UTF-8"))
}

/// What Rust calls safety is said once, in the overview.
fn without_safety(header: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut inside = false;
    for line in header.lines() {
        let text = line.trim_start();
        inside = (inside || text == "// # Safety") && text.starts_with("//");
        if inside {
            continue;
        }
        // No empty line is left at the end of a comment.
        if !text.starts_with("//") && lines.last().is_some_and(|last| last.trim() == "//") {
            lines.pop();
        }
        lines.push(line);
    }
    lines.join("\n") + "\n"
}

fn c_header() -> String {
    generate(cbindgen::Config {
        header: Some(read("include/overview.txt").trim_end().to_owned()),
        include_guard: Some("STS_H".to_owned()),
        cpp_compat: true,
        ..config()
    })
}

/// The same without preprocessor and comments, for FFI parsers that know neither; constants are
/// lost, and the bindings have them by name.
fn plain_header() -> String {
    let text = generate(cbindgen::Config { documentation: false, no_includes: true, ..config() });
    let keep = |line: &&str| !line.starts_with('#') && !line.trim().is_empty();
    text.lines().filter(keep).collect::<Vec<_>>().join("\n") + "\n"
}

fn assert_committed(path: &str, generated: &str) {
    if std::env::var_os("STS_BLESS").is_some() {
        std::fs::write(root().join(path), generated).unwrap();
    }
    assert!(read(path) == generated, "{path} drifted: run this test with STS_BLESS=1");
}

#[test]
fn the_committed_header_is_the_generated_one() {
    assert_committed("include/sts.h", &c_header());
}

#[test]
fn the_plain_header_has_no_preprocessor_and_is_the_generated_one() {
    let plain = plain_header();
    assert!(!plain.contains('#') && !plain.contains("enum "));
    assert_committed("include/sts_ffi.h", &plain);
}

#[test]
fn every_function_of_the_header_begins_with_the_prefix_and_the_soname_has_the_abi() {
    let header = c_header();
    let functions = header.lines().filter(|line| line.contains('(') && line.ends_with([',', ';']));
    for line in functions.filter(|line| !line.trim_start().starts_with(['*', '/', '('])) {
        assert!(line.contains("sts_") || line.starts_with(' '), "{line}");
    }
    let soname = format!("libsts.so.{}", sts::STS_ABI);
    assert!(read("build.rs").contains(&soname));
}
