//! What an engine gave, as the outcome of a call.

use sts_core::door::{Output, Status};
use sts_core::step::Step;

use crate::guard::Outcome;
use crate::{STS_REFUSED, sts_status};

// C has numbers of its own, so that the header shows them.
const _: () = assert!(crate::STS_ABI == sts_core::door::ABI);
const _: () = assert!(crate::STS_OK == Status::Ok as i32);
const _: () = assert!(crate::STS_REFUSED == Status::Refused as i32);
const _: () = assert!(crate::STS_ARGUMENT == Status::Argument as i32);
const _: () = assert!(crate::STS_BUSY == Status::Busy as i32);
const _: () = assert!(crate::STS_PANIC == Status::Panic as i32);
const _: () = assert!(crate::STS_DEAD == Status::Dead as i32);
const _: () = assert!(crate::STS_HOST == Status::Host as i32);
const _: () = assert!(crate::STS_STORE == Status::Store as i32);

/// What the engine refused.
pub(crate) fn refused(error: &sts_core::Error) -> (sts_status, Output) {
    (STS_REFUSED, Output::refused(error))
}

/// A step, or why there is none.
pub(crate) fn outcome(step: Result<Step, sts_core::Error>) -> Outcome {
    step.map(Output::step).map_err(|error| refused(&error))
}
