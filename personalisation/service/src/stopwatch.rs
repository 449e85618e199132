//! The processor's time of a thread, told in the log for work whose cost is counted by itself.

use std::fs;

/// The processor's time that the system gives this thread.
pub(crate) struct Stopwatch(Option<u64>);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(processor_time())
    }

    /// Nanoseconds since the start; none where the system does not say.
    pub(crate) fn spent(&self) -> Option<u64> {
        Some(processor_time()? - self.0?)
    }
}

fn processor_time() -> Option<u64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_ascii_whitespace().next()?.parse().ok()
}
