//! The processor's time of a thread, told in the log for work whose cost is counted by itself.

use std::sync::atomic::{AtomicI64, Ordering};

use rustix::time::{ClockId, Timespec, clock_gettime};

/// A clock that runs while this thread does.
pub(crate) struct Stopwatch(Timespec);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(processor_time())
    }

    /// Nanoseconds that the processor spent on this thread since the start.
    pub(crate) fn spent(&self) -> i64 {
        let now = processor_time();
        (now.tv_sec - self.0.tv_sec) * 1_000_000_000 + (now.tv_nsec - self.0.tv_nsec)
    }
}

/// What all threads of the process have spent on one kind of work.
pub(crate) struct Account(AtomicI64);

impl Account {
    pub(crate) const fn new() -> Self {
        Self(AtomicI64::new(0))
    }

    /// Does a part of that work.
    pub(crate) fn of<T>(&self, work: impl FnOnce() -> T) -> T {
        let began = Stopwatch::start();
        let done = work();
        self.0.fetch_add(began.spent(), Ordering::Relaxed);
        done
    }

    /// Nanoseconds so far.
    pub(crate) fn spent(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn processor_time() -> Timespec {
    clock_gettime(ClockId::ThreadCPUTime)
}
