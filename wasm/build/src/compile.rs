//! Compiling for `wasm32-unknown-unknown`, with whichever compiler of this machine can.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TARGET: &str = "wasm32-unknown-unknown";

/// A compiler that has the target.
pub(crate) enum Toolchain {
    /// That of rustup, with the target added.
    Rustup,
    /// Debian's `rustc-web`, `cargo-web` and `rust-web-src`, which builds the standard library
    /// from its source, with this linker.
    Debian { linker: PathBuf },
}

const NONE: &str = "no compiler for wasm32-unknown-unknown: run `rustup target add \
    wasm32-unknown-unknown`, or on Debian install rustc-web, cargo-web, rust-web-src and lld";

impl Toolchain {
    /// Tries rustup, then Debian's packages, then whether rustup can download the target.
    pub(crate) fn find() -> Result<Toolchain, String> {
        let sysroot = said(Command::new("rustc").args(["--print", "sysroot"]));
        let has_target = |sysroot: &String| {
            let library = Path::new(sysroot).join("lib/rustlib").join(TARGET).join("lib");
            library.is_dir()
        };
        if sysroot.as_ref().is_some_and(has_target) {
            return Ok(Toolchain::Rustup);
        }
        let debian = said(Command::new("/usr/bin/rustc").args(["--print", "sysroot"]));
        let source = |sysroot: String| {
            Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file()
        };
        if Path::new("/usr/bin/cargo").is_file() && debian.is_some_and(source) {
            let linker = linker(sysroot.as_deref()).ok_or(NONE)?;
            return Ok(Toolchain::Debian { linker });
        }
        if said(Command::new("rustup").args(["target", "add", TARGET])).is_some() {
            return Ok(Toolchain::Rustup);
        }
        Err(NONE.to_owned())
    }

    /// Compiles `sts-wasm` with these features; returns the module.
    pub(crate) fn compile(&self, root: &Path, features: &[&str]) -> Result<PathBuf, String> {
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
        // Apart from the rest, which another compiler may have built.
        let target = target.join("wasm");
        // No path of this machine is to be in the module.
        let mut flags = format!("--remap-path-prefix={}=libsts", root.display());
        if let Some(home) = cargo_home() {
            flags += &format!("\x1f--remap-path-prefix={}=cargo", home.display());
        }
        let mut cargo = match self {
            Toolchain::Rustup => Command::new("cargo"),
            Toolchain::Debian { linker } => {
                let path = env::var("PATH").unwrap_or_default();
                flags += &format!("\x1f-Clinker={}\x1f-Clinker-flavor=wasm-ld", linker.display());
                let mut cargo = Command::new("/usr/bin/cargo");
                cargo
                    .env("PATH", format!("/usr/bin:{path}"))
                    .env("RUSTC", "/usr/bin/rustc")
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env_remove("RUSTUP_TOOLCHAIN")
                    .env_remove("CARGO")
                    .arg("-Zbuild-std=std,panic_abort")
                    .arg("-Zbuild-std-features=optimize_for_size");
                cargo
            }
        };
        cargo
            .current_dir(root)
            .env("CARGO_TARGET_DIR", &target)
            .env("CARGO_ENCODED_RUSTFLAGS", flags)
            .args(["build", "--locked", "--profile", "wasm", "--target", TARGET])
            .args(["-p", "sts-wasm", "--no-default-features", "--features", &features.join(",")]);
        let status = cargo.status().map_err(|error| format!("cargo: {error}"))?;
        if !status.success() {
            return Err("sts-wasm does not compile".to_owned());
        }
        Ok(target.join(TARGET).join("wasm/sts_wasm.wasm"))
    }
}

/// A linker for the target: that of rustup's compiler, or Debian's package lld.
fn linker(sysroot: Option<&str>) -> Option<PathBuf> {
    let host = said(Command::new("rustc").args(["--print", "host-tuple"]));
    let own = sysroot.zip(host).map(|(sysroot, host)| {
        Path::new(sysroot).join("lib/rustlib").join(host).join("bin/rust-lld")
    });
    let path = env::var_os("PATH").unwrap_or_default();
    let debian = env::split_paths(&path).map(|folder| folder.join("wasm-ld")).collect::<Vec<_>>();
    crate::first(own.into_iter().chain(debian))
}

fn cargo_home() -> Option<PathBuf> {
    let home = env::var_os("HOME").map(|home| Path::new(&home).join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or(home)
}

/// What a command prints when it succeeds, without the end of the line.
fn said(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_owned())
}
