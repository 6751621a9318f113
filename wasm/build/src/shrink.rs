//! Making a module small, and saying how small it is.

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;

/// What every engine since 2022 understands is named one by one; with all features Node 20 would
/// refuse the module.
pub(crate) const PASSES: &[&str] = &[
    "-Oz",
    // A function of one caller merged into it is fewer bytes, and more when compressed.
    "--one-caller-inline-max-function-size=20",
    "--always-inline-max-function-size=2",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--strip-debug",
];

/// `wasm-opt` of the npm package `binaryen`, or the one on the path.
pub(crate) fn find(root: &Path) -> Result<PathBuf, String> {
    let own = root.join("bindings/js/node_modules/.bin/wasm-opt");
    let path = env::var_os("PATH").unwrap_or_default();
    let others = env::split_paths(&path).map(|folder| folder.join("wasm-opt")).collect::<Vec<_>>();
    crate::first(std::iter::once(own).chain(others))
        .ok_or_else(|| "no wasm-opt: run `npm ci` in bindings/js".to_owned())
}

/// Rewrites a module with fewer bytes.
pub(crate) fn shrink(shrinker: &Path, wasm: &Path) -> Result<(), String> {
    let status = Command::new(shrinker).args(PASSES).arg(wasm).arg("-o").arg(wasm).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("wasm-opt: {status}")),
        Err(error) => Err(format!("wasm-opt: {error}")),
    }
}

/// Bytes of a file.
pub(crate) struct Sizes {
    pub(crate) plain: usize,
    pub(crate) gzipped: usize,
}

/// How large a module is, and how large it travels.
pub(crate) fn sizes(wasm: &Path) -> Result<Sizes, String> {
    let bytes = fs::read(wasm).map_err(|error| error.to_string())?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let gzipped = encoder.write_all(&bytes).and_then(|()| encoder.finish());
    let gzipped = gzipped.map_err(|error| error.to_string())?.len();
    Ok(Sizes { plain: bytes.len(), gzipped })
}
