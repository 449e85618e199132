//! Tries at passwords, counted by name and by address before they are judged, so that many at once are many.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use openssl::sha::sha256;
use time::{Duration, OffsetDateTime};

/// The most that is remembered; the oldest go first.
const MAX: usize = 10_000;
/// The first wait; each further try doubles it.
const FIRST_WAIT: Duration = Duration::seconds(15);
/// The longest wait: somebody who mistypes is never out for longer, and a machine gets four tries an hour.
const LONGEST_WAIT: Duration = Duration::minutes(15);
/// After this time without a try, all is forgotten.
const FORGOTTEN: Duration = Duration::hours(2);

/// Whose tries are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject<'a> {
    /// A login name, as typed.
    Login(&'a str),
    /// An address; a whole office may share one.
    Address(&'a str),
}

impl<'a> Subject<'a> {
    /// Whose tries one try counts among. An address that is not known (empty) counts for nobody: one stranger would
    /// lock out everybody else whose address is not known.
    pub(super) fn all(login: &'a str, address: &'a str) -> Vec<Self> {
        let address = Some(address).filter(|address| !address.is_empty());
        std::iter::once(Self::Login(login))
            .chain(address.map(Self::Address))
            .collect()
    }

    /// How many tries are free.
    fn free(self) -> u32 {
        match self {
            Self::Login(_) => 5,
            Self::Address(_) => 50,
        }
    }

    fn key(self) -> [u8; 32] {
        match self {
            Self::Login(login) => sha256(format!("login {}", login.to_lowercase()).as_bytes()),
            Self::Address(address) => sha256(format!("address {address}").as_bytes()),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    last: OffsetDateTime,
    not_before: OffsetDateTime,
}

/// The tries of one process. (A second process counts its own: with n of them, n times as many are free.)
#[derive(Default)]
pub struct Throttle(Mutex<HashMap<[u8; 32], Tries>>);

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").finish_non_exhaustive()
    }
}

impl Throttle {
    /// No tries yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a try; an error says how long to wait first, and then nothing may be judged.
    pub(super) fn admit(
        &self,
        subjects: &[Subject<'_>],
        now: OffsetDateTime,
    ) -> Result<(), Duration> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = subjects
            .iter()
            .filter_map(|subject| tries.get(&subject.key()))
            .map(|tries| tries.not_before - now)
            .max()
            .filter(|wait| wait.is_positive());
        if let Some(wait) = wait {
            return Err(wait);
        }
        if tries.len() + subjects.len() > MAX {
            make_room(&mut tries, now);
        }
        for subject in subjects {
            let counted = tries.entry(subject.key()).or_insert(Tries {
                count: 0,
                last: now,
                not_before: now,
            });
            if now - counted.last > FORGOTTEN {
                counted.count = 0;
            }
            counted.count = counted.count.saturating_add(1);
            counted.last = now;
            counted.not_before = now + wait_after(counted.count, subject.free());
        }
        Ok(())
    }

    /// Somebody proved who they are: their name's tries are forgotten, and the address gets this one try back. (An
    /// office behind one address signs in and unlocks all day; who knows one password gains no tries at others'.)
    pub(super) fn passed(&self, login: &str, address: &str, now: OffsetDateTime) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.remove(&Subject::Login(login).key());
        let address = Subject::Address(address);
        if let Some(counted) = tries.get_mut(&address.key()) {
            counted.count = counted.count.saturating_sub(1);
            counted.not_before = now + wait_after(counted.count, address.free());
        }
    }
}

fn wait_after(count: u32, free: u32) -> Duration {
    if count < free {
        return Duration::ZERO;
    }
    let doublings = (count - free).min(10);
    (FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT)
}

fn make_room(tries: &mut HashMap<[u8; 32], Tries>, now: OffsetDateTime) {
    tries.retain(|_, tries| now - tries.last <= FORGOTTEN);
    while tries.len() >= MAX - 1 {
        let oldest = tries
            .iter()
            .min_by_key(|(_, tries)| tries.last)
            .map(|(key, _)| *key);
        let Some(oldest) = oldest else { return };
        tries.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const START: OffsetDateTime = datetime!(2026-03-02 08:00 UTC);

    #[test]
    fn after_five_tries_each_wait_doubles_up_to_a_quarter_of_an_hour() {
        let throttle = Throttle::new();
        let mut now = START;
        for _ in 0..5 {
            assert_eq!(throttle.admit(&[Subject::Login("weber")], now), Ok(()));
        }
        let mut waits = Vec::new();
        for _ in 0..8 {
            let wait = throttle.admit(&[Subject::Login("WEBER")], now).unwrap_err();
            waits.push(wait.whole_seconds());
            now += wait;
            assert_eq!(throttle.admit(&[Subject::Login("weber")], now), Ok(()));
        }
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 900, 900]);
        assert_eq!(
            throttle.admit(&[Subject::Login("schmit")], now),
            Ok(()),
            "only that name waits"
        );
    }

    #[test]
    fn passing_forgets_the_name_and_gives_the_address_its_try_back() {
        let throttle = Throttle::new();
        let address = Subject::Address("192.0.2.7");
        let failed = |login: &str| throttle.admit(&[Subject::Login(login), address], START);
        for _ in 0..200 {
            assert_eq!(
                failed("weber"),
                Ok(()),
                "an office that signs in all day never waits"
            );
            throttle.passed("weber", "192.0.2.7", START);
        }
        for number in 0..50 {
            assert_eq!(failed(&format!("name{number}")), Ok(()));
        }
        assert!(
            failed("another").is_err(),
            "fifty names failed from one address"
        );
        assert_eq!(throttle.admit(&[Subject::Login("name1")], START), Ok(()));
    }

    #[test]
    fn a_flood_of_names_is_remembered_up_to_a_bound() {
        let throttle = Throttle::new();
        for number in 0..(MAX + 50) {
            let login = number.to_string();
            let now = START + Duration::milliseconds(i64::try_from(number).unwrap());
            assert_eq!(throttle.admit(&[Subject::Login(&login)], now), Ok(()));
        }
        assert!(throttle.0.lock().unwrap().len() <= MAX);
    }
}
