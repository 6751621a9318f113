//! Where the official kit and the fixtures are, and how generated files are kept from drifting.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The root of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate lies in the workspace")
}

/// A file or folder of `fixtures/`.
pub fn path(path: &str) -> PathBuf {
    workspace().join("fixtures").join(path)
}

/// The official kit: `STS_KIT`, or `../shared/kit` beside the workspace. It is never part of the
/// project. Where it is absent this prints one line naming what is skipped and gives `None`;
/// a wrong `STS_KIT` is an error, so that a slip of the pen does not skip anything silently.
pub fn kit(skipped: &str) -> Option<PathBuf> {
    if let Some(path) = env::var_os("STS_KIT") {
        let path = PathBuf::from(path);
        assert!(path.is_dir(), "STS_KIT is not a folder");
        return Some(path);
    }
    let path = workspace().parent()?.join("shared/kit");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped, the official kit is absent (see STS_KIT): {skipped}");
    None
}

/// Compares a generated text with the committed file, or writes the file when `STS_BLESS` is set.
///
/// # Panics
/// When they differ: the file has drifted from what generates it.
pub fn assert_generated(path: &Path, generated: &str) {
    if env::var_os("STS_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folder written");
        fs::write(path, generated).expect("file written");
        return;
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == generated,
        "{} differs from what generates it; run the test again with STS_BLESS=1 and look at the \
         difference",
        path.strip_prefix(workspace()).unwrap_or(path).display()
    );
}
