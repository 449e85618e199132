//! The processor's time of a thread, told in the log for work whose cost is counted by itself.

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

fn processor_time() -> Timespec {
    clock_gettime(ClockId::ThreadCPUTime)
}
