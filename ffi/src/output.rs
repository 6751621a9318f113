//! What goes over the boundary: one result object for each call.

use sts_core::door::Output;

/// The answer of a call, or why there is none. It belongs to the caller, who frees it with
/// `sts_result_free`; its texts and bodies live as long as it does.
#[allow(non_camel_case_types, reason = "a C name")]
pub struct sts_result {
    json: Vec<u8>,
    bodies: Vec<Vec<u8>>,
}

impl sts_result {
    pub(crate) fn new(output: Output) -> Self {
        let Output { mut json, mut bodies } = output;
        // Not counted in the length; for those who take it for a C string.
        json.push(0);
        bodies.iter_mut().for_each(|body| body.push(0));
        sts_result { json, bodies }
    }
}

/// The JSON of a result, UTF-8 with a NUL behind it that `length` does not count. `length` may be
/// null. Null for a null result.
///
/// # Safety
///
/// `result` is null or a result that was not freed; `length` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_result_json(
    result: *const sts_result,
    length: *mut usize,
) -> *const u8 {
    // SAFETY: the caller's promise.
    let bytes = unsafe { result.as_ref() }.map(|result| &result.json);
    // SAFETY: the caller's promise.
    unsafe { hand_over(bytes, length) }
}

/// How many bodies a result has.
///
/// # Safety
///
/// `result` is null or a result that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_result_body_count(result: *const sts_result) -> usize {
    // SAFETY: the caller's promise.
    unsafe { result.as_ref() }.map_or(0, |result| result.bodies.len())
}

/// A body of a result, counted from 0, as the field `body` of the JSON names it: bytes with a NUL
/// behind them that `length` does not count. Null when there is none of this number.
///
/// # Safety
///
/// As for `sts_result_json`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_result_body(
    result: *const sts_result,
    index: usize,
    length: *mut usize,
) -> *const u8 {
    // SAFETY: the caller's promise.
    let bytes = unsafe { result.as_ref() }.and_then(|result| result.bodies.get(index));
    // SAFETY: the caller's promise.
    unsafe { hand_over(bytes, length) }
}

/// Frees a result. Null is taken, and nothing happens.
///
/// # Safety
///
/// `result` is null or a result that was not freed; it is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_result_free(result: *mut sts_result) {
    if !result.is_null() {
        // SAFETY: made by `Box::into_raw` in `guarded`, and not freed before.
        drop(unsafe { Box::from_raw(result) });
    }
}

unsafe fn hand_over(bytes: Option<&Vec<u8>>, length: *mut usize) -> *const u8 {
    if !length.is_null() {
        // SAFETY: not null, and the caller promises that it may be written.
        unsafe { *length = bytes.map_or(0, |bytes| bytes.len() - 1) };
    }
    bytes.map_or(std::ptr::null(), |bytes| bytes.as_ptr())
}
