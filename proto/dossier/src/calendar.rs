//! Days, days of which parts are unknown, and seconds.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{Date, Month};
use zeroize::Zeroize;

/// Not a day, or not a time that we write. For whoever typed it; the digits are never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// No calendar has it, or a day is given without its month.
    #[error("no such date in the calendar; correct the year, month or day")]
    Impossible,
    /// Before 1970 or after the year 2999.
    #[error("a time lies in the years 1970 to 2999; correct the clock")]
    Time,
}

/// A day of the calendar, years 1 to 9999. Written as the number `YYYYMMDD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// From the number `YYYYMMDD`.
    pub fn from_number(number: u32) -> Result<Self, DayError> {
        match PartialDay::from_number(number)?.date() {
            Some(date) => Ok(Self(date)),
            None => Err(DayError::Impossible),
        }
    }

    /// As the number `YYYYMMDD`.
    pub fn number(self) -> u32 {
        let year = u32::try_from(self.0.year()).unwrap_or_default();
        year * 10_000 + u32::from(u8::from(self.0.month())) * 100 + u32::from(self.0.day())
    }

    /// As a date of the calendar.
    pub const fn date(self) -> Date {
        self.0
    }
}

impl TryFrom<Date> for Day {
    type Error = DayError;

    fn try_from(date: Date) -> Result<Self, DayError> {
        if (1..=9999).contains(&date.year()) {
            Ok(Self(date))
        } else {
            Err(DayError::Impossible)
        }
    }
}

/// Days may be personal (when a document expires): only that there is one is shown.
impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Day(……)")
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.number())
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_number(u32::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A date of birth: the day, day and month, or everything may be unknown. Written as the number
/// `YYYYMMDD` with zeros for unknown parts; redacted, and wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize)]
#[zeroize(drop)]
pub struct PartialDay(u32);

impl PartialDay {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self(0);

    /// From the number `YYYYMMDD` with zeros for unknown parts.
    pub fn from_number(number: u32) -> Result<Self, DayError> {
        let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
        let exists = match (year, month, day) {
            (0..=9999, 0, 0) | (1..=9999, 1..=12, 0) => true,
            (1..=9999, _, _) => calendar(number).is_some(),
            _ => false,
        };
        if exists {
            Ok(Self(number))
        } else {
            Err(DayError::Impossible)
        }
    }

    /// From eight digits `YYYYMMDD` with zeros for unknown parts (9303-10, DG11).
    pub fn from_digits(digits: &str) -> Result<Self, DayError> {
        if digits.len() != 8 || !digits.bytes().all(|c| c.is_ascii_digit()) {
            return Err(DayError::Impossible);
        }
        let number = digits.parse().map_err(|_| DayError::Impossible)?;
        Self::from_number(number)
    }

    /// As the number `YYYYMMDD`.
    pub const fn number(&self) -> u32 {
        self.0
    }

    /// The day, when it is known in full.
    pub fn date(&self) -> Option<Date> {
        calendar(self.0)
    }
}

fn calendar(number: u32) -> Option<Date> {
    let year = i32::try_from(number / 10_000).ok()?;
    let month = Month::try_from(u8::try_from(number / 100 % 100).ok()?).ok()?;
    let day = u8::try_from(number % 100).ok()?;
    Date::from_calendar_date(year, month, day).ok()
}

impl fmt::Debug for PartialDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartialDay(……)")
    }
}

impl Serialize for PartialDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de> Deserialize<'de> for PartialDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_number(u32::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Whole seconds since 1970 (UTC), in the years 1970 to 2999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    const LAST: i64 = 32_503_679_999;

    /// From seconds since 1970 (UTC).
    pub fn from_seconds(seconds: i64) -> Result<Self, DayError> {
        if (0..=Self::LAST).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(DayError::Time)
        }
    }

    /// Seconds since 1970 (UTC).
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

impl TryFrom<time::OffsetDateTime> for Timestamp {
    type Error = DayError;

    fn try_from(at: time::OffsetDateTime) -> Result<Self, DayError> {
        Self::from_seconds(at.unix_timestamp())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_seconds(i64::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_exist() {
        for good in [20_260_228, 20_240_229, 19_900_101, 99_991_231, 10_101] {
            assert_eq!(Day::from_number(good).unwrap().number(), good);
        }
        for bad in [
            0,
            20_260_229,
            20_261_301,
            20_260_100,
            20_260_000,
            101,
            100_000_101,
        ] {
            assert_eq!(Day::from_number(bad), Err(DayError::Impossible), "{bad}");
        }
        for good in [0, 19_900_000, 19_900_100, 19_900_101] {
            assert_eq!(PartialDay::from_number(good).unwrap().number(), good);
        }
        for bad in [101, 100, 1, 19_900_001, 19_901_300, 19_900_230] {
            assert_eq!(
                PartialDay::from_number(bad),
                Err(DayError::Impossible),
                "{bad}"
            );
        }
        assert!(PartialDay::from_digits("1990010").is_err());
        assert!(PartialDay::from_digits("+1990010").is_err());
    }

    #[test]
    fn times_have_limits() {
        assert!(Timestamp::from_seconds(-1).is_err());
        assert!(Timestamp::from_seconds(Timestamp::LAST + 1).is_err());
        assert_eq!(Timestamp::from_seconds(7).unwrap().seconds(), 7);
    }
}
