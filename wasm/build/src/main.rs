//! Builds the module `sts.wasm` (everything) and `check.wasm` (the questions of a page alone) with
//! their JavaScript into `bindings/js/wasm`, and prints their sizes.
//!
//! `cargo run --release -p sts-wasm-build`; the shrinking needs `npm ci` in `bindings/js` before.

mod compile;
mod shrink;

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use compile::Toolchain;
use wasm_bindgen_cli_support::Bindgen;

/// A module: its name, the features of `sts-wasm` in it, and its most bytes when compressed.
struct Module {
    name: &'static str,
    features: &'static [&'static str],
}

const MODULES: [Module; 2] =
    [Module { name: "sts", features: &["engine"] }, Module { name: "check", features: &[] }];

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().map_err(|error| format!("no workspace: {error}"))?;
    let out = root.join("bindings/js/wasm");
    let toolchain = Toolchain::find()?;
    let shrinker = shrink::find(&root)?;
    for module in &MODULES {
        let compiled = toolchain.compile(&root, module.features)?;
        make(module, &compiled, &shrinker, &out)?;
    }
    Ok(())
}

/// Makes a module and its JavaScript from what the compiler gave, unless that is what it was made
/// from the last time: shrinking takes a minute.
fn make(module: &Module, compiled: &Path, shrinker: &Path, out: &Path) -> Result<(), String> {
    let bytes = fs::read(compiled).map_err(|error| format!("no module: {error}"))?;
    let (wasm, stamp) =
        (out.join(format!("{}_bg.wasm", module.name)), out.join(format!(".{}", module.name)));
    let mut hash = DefaultHasher::new();
    (&bytes, shrink::PASSES, include_str!("main.rs")).hash(&mut hash);
    let digest = format!("{:x}", hash.finish());
    if !wasm.exists() || fs::read_to_string(&stamp).is_ok_and(|last| last != digest) {
        let made = Bindgen::new().input_bytes(module.name, bytes).web(true).and_then(|bindgen| {
            bindgen
                .remove_name_section(true)
                .remove_producers_section(true)
                .omit_default_module_path(true)
                .reset_state_function(true)
                .typescript(true)
                .generate(out)
        });
        made.map_err(|error| format!("wasm-bindgen: {error:#}"))?;
        shrink::shrink(shrinker, &wasm)?;
        fs::write(&stamp, digest).map_err(|error| format!("{}: {error}", stamp.display()))?;
    }
    let size = shrink::sizes(&wasm)?;
    println!("{}.wasm: {} bytes, {} gzipped", module.name, size.plain, size.gzipped);
    Ok(())
}

/// The first of these files that exists.
fn first(candidates: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    candidates.into_iter().find(|path| path.is_file())
}
