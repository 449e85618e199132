//! Stations first: somebody waits for Held at a counter, nobody for the opening. Openers and checkers stand back
//! while dossiers come in, though not for ever.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep};

/// Without a call for so long, nothing is coming in: longer than a station takes between two chunks.
const QUIET: Duration = Duration::from_millis(50);
/// So long work stands back at most, from one calm moment to the next.
const PATIENCE: Duration = Duration::from_secs(5);

/// The calls that bring dossiers.
#[derive(Debug, Default)]
pub struct Traffic {
    under_way: AtomicUsize,
    ended: Mutex<Option<Instant>>,
}

/// A call under way, until it is dropped.
#[derive(Debug)]
pub struct Call<'a>(&'a Traffic);

impl Traffic {
    /// A call begins.
    pub fn call(&self) -> Call<'_> {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        Call(self)
    }

    fn is_calm(&self) -> bool {
        let ended = *self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        self.under_way.load(Ordering::Relaxed) == 0
            && ended.is_none_or(|ended| ended.elapsed() >= QUIET)
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let mut ended = self.0.ended.lock().unwrap_or_else(PoisonError::into_inner);
        *ended = Some(Instant::now());
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Somebody whose work can wait, and how long it did since the last calm moment.
#[derive(Debug)]
pub struct Patient {
    traffic: Arc<Traffic>,
    waited: Duration,
}

impl Patient {
    /// Somebody beside this traffic.
    pub const fn new(traffic: Arc<Traffic>) -> Self {
        Self {
            traffic,
            waited: Duration::ZERO,
        }
    }

    /// Returns when nothing comes in, or when patience has ended.
    pub async fn stand_back(&mut self) {
        while !self.traffic.is_calm() {
            if self.waited >= PATIENCE {
                return;
            }
            sleep(QUIET).await;
            self.waited += QUIET;
        }
        self.waited = Duration::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    /// Whether somebody need not wait at all.
    async fn goes_on_at_once(patient: &mut Patient) -> bool {
        timeout(Duration::ZERO, patient.stand_back()).await.is_ok()
    }

    #[tokio::test]
    async fn work_waits_for_calls_and_a_moment_longer() {
        let traffic = Arc::<Traffic>::default();
        let mut patient = Patient::new(Arc::clone(&traffic));
        assert!(goes_on_at_once(&mut patient).await, "nobody came yet");
        let call = traffic.call();
        let waited = timeout(3 * QUIET, patient.stand_back()).await;
        assert!(waited.is_err(), "a call is under way");
        drop(call);
        assert!(
            !goes_on_at_once(&mut patient).await,
            "the next chunk may come"
        );
        patient.stand_back().await;
        assert!(goes_on_at_once(&mut patient).await);
    }

    #[tokio::test]
    async fn calls_without_end_hold_nothing_up_for_ever() {
        let traffic = Arc::<Traffic>::default();
        let mut patient = Patient::new(Arc::clone(&traffic));
        let call = traffic.call();
        patient.waited = PATIENCE.checked_sub(QUIET).unwrap();
        assert!(!goes_on_at_once(&mut patient).await);
        patient.stand_back().await;
        assert!(goes_on_at_once(&mut patient).await, "not once more");
        drop(call);
        sleep(2 * QUIET).await;
        patient.stand_back().await;
        let _again = traffic.call();
        assert!(!goes_on_at_once(&mut patient).await, "after a calm moment");
    }
}
