//! Questions that need no engine.

use std::ffi::c_char;

use sts_core::door::Output;

use crate::guard::guarded;
use crate::input::text;
use crate::json::refused;
use crate::output::sts_result;
use crate::sts_status;

/// Answers a question that needs no engine, by its name: `check`, `preview`, `calendar`, `scadenza`,
/// `settings`, `codice_fiscale`, `partita_iva`, `importo`, `data`, `explain`, `fault`,
/// `file_state`, `advice`, `reasons`. Question and answer are JSON: see `question.schema.json` and
/// `reply.schema.json` in `fixtures/schema`. Any thread may ask at any time.
///
/// # Safety
///
/// Each pointer points to as many bytes as its length says; `result` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sts_call(
    name: *const c_char,
    name_length: usize,
    question: *const c_char,
    question_length: usize,
    result: *mut *mut sts_result,
) -> sts_status {
    let call = || {
        // SAFETY: the caller's promise, twice.
        let name = unsafe { text("name", name, name_length) }?;
        // SAFETY: as above.
        let question = unsafe { text("question", question, question_length) }?;
        let answer = sts_core::door::call(name, question.as_bytes()).map_err(|e| refused(&e))?;
        Ok(Output::reply(answer))
    };
    // SAFETY: the caller's promise.
    unsafe { guarded(result, call) }
}
