//! Time for the driver: the machine's, or a test's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sts_core::time::Timestamp;

/// Where the driver reads the time and waits.
pub trait Clock {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// Returns when it is `until`, at once when it is already past.
    fn wait_until(&self, until: Timestamp);
}

impl<C: Clock + ?Sized> Clock for &C {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn wait_until(&self, until: Timestamp) {
        (**self).wait_until(until);
    }
}

impl<C: Clock + ?Sized> Clock for Box<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn wait_until(&self, until: Timestamp) {
        (**self).wait_until(until);
    }
}

/// The clock of the operating system; waiting sleeps.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// Longest sleep in one piece, so that a machine that was suspended, or whose clock was set,
/// looks again soon.
const NAP: i64 = 30_000;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock before 1970 or beyond the range of i64 is taken as the nearest instant inside.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn wait_until(&self, until: Timestamp) {
        loop {
            let left = until.0.saturating_sub(self.now().0);
            if left <= 0 {
                return;
            }
            std::thread::sleep(Duration::from_millis(left.min(NAP).unsigned_abs()));
        }
    }
}

/// A clock that stands still until somebody waits; then it jumps. Clones share the time.
#[derive(Clone, Debug)]
pub struct VirtualClock(Arc<AtomicI64>);

impl VirtualClock {
    /// A clock that shows this instant.
    pub fn new(now: Timestamp) -> Self {
        VirtualClock(Arc::new(AtomicI64::new(now.0)))
    }

    /// Moves the time on by this many milliseconds.
    pub fn advance(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn wait_until(&self, until: Timestamp) {
        self.0.fetch_max(until.0, Ordering::SeqCst);
    }
}
