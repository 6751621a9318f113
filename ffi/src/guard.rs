//! Nothing unwinds into the caller, and nothing is printed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use sts_core::door::Output;

use crate::output::sts_result;
use crate::{STS_PANIC, sts_status};

/// What a call came to: a status, and what the result says.
pub(crate) type Outcome = Result<Output, (sts_status, Output)>;

/// Runs a call, hands its result over, and turns a panic into a status.
///
/// # Safety
///
/// `out` is null or points to a pointer that may be written.
pub(crate) unsafe fn guarded(
    out: *mut *mut sts_result,
    call: impl FnOnce() -> Outcome,
) -> sts_status {
    silence();
    if !out.is_null() {
        // SAFETY: not null, and the caller promises that it may be written.
        unsafe { *out = std::ptr::null_mut() };
    }
    let (status, output) = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(output)) => (crate::STS_OK, output),
        Ok(Err((status, output))) => (status, output),
        Err(panic) => {
            // Its message is for developers and may show anything: it is not handed over. Dropping
            // it runs code of whoever made it.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(panic)));
            let message = "a bug of libsts: free this engine and open another one";
            (STS_PANIC, Output::failure("PANIC", None, message))
        }
    };
    if !out.is_null() {
        let result = Box::into_raw(Box::new(sts_result::new(output)));
        // SAFETY: as above.
        unsafe { *out = result };
    }
    status
}

/// An embedded library prints nothing: the hook of this library's own runtime is replaced, not that
/// of a host written in Rust, which has another runtime unless it links this crate as Rust.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if cfg!(not(test)) {
            std::panic::set_hook(Box::new(|_| {}));
        }
    });
}
