//! The official kit as judge of the wire: its schemas, its sample requests and files, its
//! certificates, and the answers that were captured. Where the kit is absent, each test says in
//! one line that it was skipped.

mod answers;
mod canonical;
mod certificates;
mod generate;
mod samples;
mod schemas;

use std::path::{Path, PathBuf};

/// The folder of the kit itself, beside which lie certificates and captures.
fn edition(kit: &Path) -> PathBuf {
    kit.join("kit730P_ver_20201218")
}

/// The files of a folder whose names end so, in order.
///
/// # Panics
/// When there is none: a test over no files would pass by itself.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("a folder that can be read").path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no {ending} in {}", folder.display());
    files
}
