//! The story of a world, told only when somebody wants to read it.

use std::cell::RefCell;
use std::rc::Rc;

use sts_core::time::Timestamp;

/// Whether the story is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// It is.
    Yes,
    /// It is not, which is faster.
    No,
}

/// The story; clones tell the same one, so that it outlives a panic.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    telling: Telling,
    lines: Rc<RefCell<Vec<String>>>,
}

impl Trace {
    /// An empty story.
    pub(super) fn new(telling: Telling) -> Self {
        Trace { telling, lines: Rc::default() }
    }

    /// Notes what happened at a time; `what` is only called when the story is kept.
    pub(super) fn tell(&self, now: Timestamp, what: impl FnOnce() -> String) {
        if self.telling == Telling::Yes {
            let (day, hour, minute) = now.clock_in_italy();
            let ms = now.0.rem_euclid(60_000);
            let what = what();
            let line =
                format!("{day} {hour:02}:{minute:02}:{:02}.{:03} {what}", ms / 1000, ms % 1000);
            self.lines.borrow_mut().push(line);
        }
    }

    /// The story so far.
    pub(super) fn lines(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }
}
