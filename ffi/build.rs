//! Names the ABI in the shared library, so that a program never meets another one than it was
//! linked with.

fn main() {
    // The number of `STS_ABI` in src/lib.rs; a test compares them.
    let linux = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    if linux {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libsts.so.1");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
