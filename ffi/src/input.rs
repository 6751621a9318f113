//! What comes over the boundary.

use std::ffi::{c_char, c_void};

use sts_core::door::Output;

use crate::STS_ARGUMENT;
use crate::sts_status;

/// The most bytes of one argument: 1 GiB. A larger length is a wrong one.
const MAX: usize = 1 << 30;

/// An argument that cannot be used.
pub(crate) fn wrong(argument: &str, expected: &str) -> (sts_status, Output) {
    (STS_ARGUMENT, Output::failure("ARGUMENT", Some(&format!("/{argument}")), expected))
}

/// The bytes of an argument; null is empty when the length is 0.
///
/// # Safety
///
/// `pointer` is null or points to `length` readable bytes that do not change during `'a`.
pub(crate) unsafe fn bytes<'a>(
    argument: &str,
    pointer: *const c_void,
    length: usize,
) -> Result<&'a [u8], (sts_status, Output)> {
    match (pointer.is_null(), length) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(wrong(argument, "expected a pointer that is not null")),
        (false, length) if length > MAX => Err(wrong(argument, "expected at most 1 GiB")),
        // SAFETY: not null, of a sane length, and the caller promises the rest.
        (false, length) => Ok(unsafe { std::slice::from_raw_parts(pointer.cast(), length) }),
    }
}

/// The text of an argument.
///
/// # Safety
///
/// As for [`bytes`].
pub(crate) unsafe fn text<'a>(
    argument: &str,
    pointer: *const c_char,
    length: usize,
) -> Result<&'a str, (sts_status, Output)> {
    if pointer.is_null() {
        return Err(wrong(argument, "expected a pointer that is not null"));
    }
    // SAFETY: the caller's promise.
    let bytes = unsafe { bytes(argument, pointer.cast(), length) }?;
    std::str::from_utf8(bytes).map_err(|_| wrong(argument, "expected UTF-8"))
}
