//! How much a chip may cost: commands, bytes and time, whatever it answers.
//!
//! A hostile chip cannot hold an inspection for longer than the budget, nor fill the memory: every
//! single answer is bounded by [`icao9303::exchange`], and all of them together here.

use std::cell::Cell;
use std::fmt;
use std::time::{Duration, Instant};

use icao9303::transport::CardTransport;

/// Measures the time since an inspection began.
pub trait Stopwatch {
    /// Time since the beginning.
    fn elapsed(&self) -> Duration;
}

impl Stopwatch for Instant {
    fn elapsed(&self) -> Duration {
        Instant::elapsed(self)
    }
}

/// What one inspection may cost at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Commands sent.
    pub commands: u32,
    /// Bytes received.
    pub bytes: usize,
    /// Time until the last command is sent. An answer may take longer by what the reader allows.
    pub time: Duration,
}

impl Default for Budget {
    /// Room for sixteen files of 128 KiB in short answers, and for slow links.
    fn default() -> Self {
        Self {
            commands: 12_000,
            bytes: 4 << 20,
            time: Duration::from_mins(2),
        }
    }
}

/// The budget is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BudgetSpent {
    /// More bytes than a document holds.
    #[error("the chip has sent {received} bytes, more than any document holds; do not trust it")]
    Bytes {
        /// Bytes received.
        received: usize,
    },
    /// More commands than any document needs.
    #[error("the chip has kept us busy for {sent} commands without an end; do not trust it")]
    Commands {
        /// Commands sent.
        sent: u32,
    },
    /// The inspection took too long.
    #[error("the inspection was ended after {} s; hold the document still and start again", .0.as_secs())]
    Time(Duration),
}

/// Why no answer came through a [`Metered`] card.
#[derive(Debug, thiserror::Error)]
pub enum MeteredError<E: std::error::Error + 'static> {
    /// The budget is spent.
    #[error("the inspection has reached its limits")]
    Budget(#[source] BudgetSpent),
    /// The card's own error.
    #[error("the card did not answer")]
    Card(#[source] E),
}

/// What has been spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Commands sent.
    pub commands: u32,
    /// Bytes received, status words included.
    pub bytes: usize,
}

/// Counts what one inspection costs and says when it is enough.
pub struct Meter<'w> {
    budget: Budget,
    stopwatch: &'w dyn Stopwatch,
    spent: Cell<Spent>,
}

impl<'w> Meter<'w> {
    /// Starts counting.
    pub fn new(budget: Budget, stopwatch: &'w dyn Stopwatch) -> Self {
        Self {
            budget,
            stopwatch,
            spent: Cell::default(),
        }
    }

    /// What was spent so far.
    pub fn spent(&self) -> Spent {
        self.spent.get()
    }

    /// Time since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.stopwatch.elapsed()
    }

    fn count_command(&self) -> Result<(), BudgetSpent> {
        let Spent { commands, bytes } = self.spent.get();
        let elapsed = self.elapsed();
        if elapsed > self.budget.time {
            Err(BudgetSpent::Time(elapsed))
        } else if commands >= self.budget.commands {
            Err(BudgetSpent::Commands { sent: commands })
        } else if bytes > self.budget.bytes {
            Err(BudgetSpent::Bytes { received: bytes })
        } else {
            self.spent.set(Spent {
                commands: commands + 1,
                bytes,
            });
            Ok(())
        }
    }

    fn count_bytes(&self, received: usize) {
        let Spent { commands, bytes } = self.spent.get();
        self.spent.set(Spent {
            commands,
            bytes: bytes.saturating_add(received),
        });
    }
}

impl fmt::Debug for Meter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Meter({:?} of {:?})", self.spent.get(), self.budget)
    }
}

/// A card whose use is counted, and ended when the budget is spent.
#[derive(Debug)]
pub struct Metered<'m, T> {
    card: T,
    meter: &'m Meter<'m>,
}

impl<'m, T: CardTransport> Metered<'m, T> {
    /// Counts the use of `card` on `meter`.
    pub fn new(card: T, meter: &'m Meter<'m>) -> Self {
        Self { card, meter }
    }
}

impl<T: CardTransport> CardTransport for Metered<'_, T> {
    type Error = MeteredError<T::Error>;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Self::Error> {
        self.meter.count_command().map_err(MeteredError::Budget)?;
        let answer = self.card.transmit(command).map_err(MeteredError::Card)?;
        self.meter.count_bytes(answer.len());
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    struct Endless;

    impl CardTransport for Endless {
        type Error = Infallible;

        fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, Infallible> {
            Ok(vec![0; 1000])
        }
    }

    #[derive(Default)]
    struct Ticking(Cell<u64>);

    impl Stopwatch for Ticking {
        fn elapsed(&self) -> Duration {
            self.0.set(self.0.get() + 1);
            Duration::from_secs(self.0.get())
        }
    }

    fn spend(budget: Budget) -> (BudgetSpent, Spent) {
        let stopwatch = Ticking::default();
        let meter = Meter::new(budget, &stopwatch);
        let mut card = Metered::new(Endless, &meter);
        loop {
            if let Err(MeteredError::Budget(error)) = card.transmit(&[0, 0xB0, 0, 0, 0]) {
                return (error, meter.spent());
            }
        }
    }

    #[test]
    fn every_limit_ends_it() {
        let wide = Budget {
            commands: 1000,
            bytes: 1_000_000,
            time: Duration::from_hours(1000),
        };
        let (error, spent) = spend(Budget {
            commands: 7,
            ..wide
        });
        assert_eq!(error, BudgetSpent::Commands { sent: 7 });
        assert_eq!(
            spent,
            Spent {
                commands: 7,
                bytes: 7000
            }
        );
        let (error, _) = spend(Budget {
            bytes: 2500,
            ..wide
        });
        assert_eq!(error, BudgetSpent::Bytes { received: 3000 });
        let (error, spent) = spend(Budget {
            time: Duration::from_secs(5),
            ..wide
        });
        assert_eq!(error, BudgetSpent::Time(Duration::from_secs(6)));
        assert_eq!(spent.commands, 5);
    }
}
