//! The generated files are those that the schemas make: none differs, none is missing, none is left
//! over. `STS_BLESS=1 cargo test -p sts-types` writes them.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of a folder, relative to the root.
fn committed(folder: &str) -> Vec<String> {
    let entries = match fs::read_dir(root().join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => panic!("{folder}: {error}"),
    };
    let name = |entry: io::Result<fs::DirEntry>| {
        let name = entry.expect("an entry").file_name();
        format!("{folder}/{}", name.to_str().expect("a name of ours"))
    };
    entries.map(name).collect()
}

#[test]
fn generated_files_are_those_that_the_schemas_make() {
    let files = sts_types::files(&root()).expect("the schemas are readable");
    let bless = env::var_os("STS_BLESS").is_some();
    let mut wrong = Vec::new();
    for (path, text) in &files {
        let at = root().join(path);
        if fs::read_to_string(&at).is_ok_and(|committed| committed == *text) {
            continue;
        }
        if bless {
            fs::create_dir_all(at.parent().expect("a folder")).expect("the folder is made");
            fs::write(&at, text).expect("the file is written");
        } else {
            wrong.push(format!("{path} differs or is missing"));
        }
    }
    let left = sts_types::FOLDERS.iter().flat_map(|folder| committed(folder));
    for path in left.filter(|path| !files.contains_key(path)) {
        if bless {
            fs::remove_file(root().join(&path)).expect("the file is removed");
        } else {
            wrong.push(format!("{path} is left over"));
        }
    }
    assert!(wrong.is_empty(), "run again with STS_BLESS=1 and look at it:\n{}", wrong.join("\n"));
}

#[test]
fn no_generated_file_is_over_five_hundred_lines() {
    for (path, text) in sts_types::files(&root()).expect("the schemas are readable") {
        let lines = text.lines().count();
        assert!(lines <= 500, "{path} has {lines} lines");
    }
}
