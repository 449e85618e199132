//! How far the station's clock is off: asked of the centre with every report, kept for the dossiers.

use std::time::{Duration, Instant};

use dossier::Timestamp;
use dossier::dossier::ClockOffset;
use time::OffsetDateTime;

/// A report whose answer took longer says too little about the clock.
const SLOWEST: Duration = Duration::from_secs(5);
/// By how much our clock may part from the computer's counter before it counts as set anew, in milliseconds.
const SET_ANEW: i128 = 2_000;
/// Two years in milliseconds: a clock that is off by more was never set, and no dossier can tell it.
const MOST: i128 = 2 * 366 * 86_400_000;

/// One reading of the station's clock and of the computer's counter, which nobody sets.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The station's clock.
    pub wall: OffsetDateTime,
    /// The counter.
    pub counter: Instant,
}

/// What was measured, and when.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    offset: ClockOffset,
    at: Reading,
}

impl Measured {
    /// From a question at one reading and its answer at another: the centre read its clock halfway. Nothing where the
    /// answer took too long, its time is none, or our clock was set meanwhile.
    pub fn of(asked: Reading, centre_micros: i64, answered: Reading) -> Option<Self> {
        let round = answered.counter.checked_duration_since(asked.counter)?;
        if round > SLOWEST || was_set(asked, answered) {
            return None;
        }
        let halfway = asked.wall + round / 2;
        let off = halfway.unix_timestamp_nanos() / 1000 - i128::from(centre_micros);
        let milliseconds = rounded(off);
        if centre_micros <= 0 || milliseconds.abs() > MOST {
            return None;
        }
        let offset = ClockOffset {
            milliseconds: i64::try_from(milliseconds).ok()?,
            measured_at: Timestamp::from_seconds(halfway.unix_timestamp()).ok()?,
        };
        Some(Self {
            offset,
            at: answered,
        })
    }

    /// The offset, as long as nobody set the clock since. A computer that slept counts as one whose clock was set:
    /// its counter stood still.
    pub fn holds(&self, now: Reading) -> Option<ClockOffset> {
        (!was_set(self.at, now)).then_some(self.offset)
    }
}

/// Microseconds to the nearest millisecond.
fn rounded(micros: i128) -> i128 {
    (micros + 500).div_euclid(1000)
}

/// Whether the clock went another way than the counter between two readings.
fn was_set(before: Reading, after: Reading) -> bool {
    let Some(counted) = after.counter.checked_duration_since(before.counter) else {
        return true;
    };
    let shown = (after.wall - before.wall).whole_milliseconds();
    let counted = i128::try_from(counted.as_millis()).unwrap_or(i128::MAX);
    (shown - counted).abs() > SET_ANEW
}

#[cfg(test)]
mod tests {
    use super::*;

    const CENTRE: i64 = 1_790_000_000_000_000;

    fn reading(start: Instant, wall_ms: i64, counted_ms: u64) -> Reading {
        let wall = i128::from(CENTRE) * 1000 + i128::from(wall_ms) * 1_000_000;
        Reading {
            wall: OffsetDateTime::from_unix_timestamp_nanos(wall).unwrap(),
            counter: start + Duration::from_millis(counted_ms),
        }
    }

    #[test]
    fn half_of_the_round_trip_belongs_to_the_way() {
        let start = Instant::now();
        let off = |wall, round: u64| {
            let asked = reading(start, wall, 0);
            let answered = reading(start, wall + i64::try_from(round).unwrap(), round);
            let measured = Measured::of(asked, CENTRE, answered)?;
            Some(measured.holds(answered)?.milliseconds)
        };
        assert_eq!(off(90_000, 400), Some(90_200), "ahead");
        assert_eq!(off(-90_000, 400), Some(-89_800), "behind");
        assert_eq!(off(-200, 400), Some(0));
        assert_eq!(off(0, 5_001), None, "an answer that took too long");
        assert_eq!(off(3 * 366 * 86_400_000, 2), None, "never set");
    }

    #[test]
    fn a_clock_that_was_set_is_not_known_until_it_is_measured_again() {
        let start = Instant::now();
        let (asked, answered) = (reading(start, 600_000, 0), reading(start, 600_010, 10));
        let measured = Measured::of(asked, CENTRE, answered).unwrap();
        let hours_later = reading(start, 600_010 + 7_200_000, 7_200_010);
        assert_eq!(measured.holds(hours_later).unwrap().milliseconds, 600_005);
        let put_right = reading(start, 20_000, 20_010);
        assert_eq!(measured.holds(put_right), None);
        let set_while_asking = reading(start, 5, 10);
        assert!(Measured::of(asked, CENTRE, set_while_asking).is_none());
        assert!(Measured::of(asked, 0, answered).is_none(), "no time at all");
    }
}
