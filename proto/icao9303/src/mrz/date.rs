//! Dates in the MRZ (9303-3 §4.8): two-digit years, unknown parts, impossible days.

use time::{Date, Month};

/// Why a date cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not a day of the calendar, or a day without its month.
    #[error("no such date in the calendar; correct the year, month or day")]
    Impossible,
    /// The field holds something other than digits and, from the right, fillers.
    #[error("a date is six digits, with < for unknown days, months and years")]
    Form,
    /// An expiry outside the years that two digits can say.
    #[error("an expiry lies in 2000 to 2099; correct the year")]
    ExpiryYear,
}

/// A date of which the day, the month or everything may be unknown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartialDate {
    /// Nothing is known.
    Unknown,
    /// Only the year is known.
    Year(u16),
    /// Year and month are known.
    Month(u16, Month),
    /// The full date.
    Full(Date),
}

impl PartialDate {
    /// From parts, refusing dates that no calendar has. Years from 1 to 9999.
    pub fn new(year: Option<u16>, month: Option<u8>, day: Option<u8>) -> Result<Self, DateError> {
        match (year, month, day) {
            (None, None, None) => Ok(Self::Unknown),
            (Some(year @ 1..=9999), None, None) => Ok(Self::Year(year)),
            (Some(year @ 1..=9999), Some(month), None) => Ok(Self::Month(year, named(month)?)),
            (Some(year @ 1..=9999), Some(month), Some(day)) => {
                let date = Date::from_calendar_date(i32::from(year), named(month)?, day);
                date.map(Self::Full).map_err(|_| DateError::Impossible)
            }
            _ => Err(DateError::Impossible),
        }
    }

    /// From `YYYYMMDD` with `00` for unknown parts (9303-10, DG11 and DG12).
    pub fn from_lds(digits: &str) -> Result<Self, DateError> {
        if digits.len() != 8 || !digits.bytes().all(|c| c.is_ascii_digit()) {
            return Err(DateError::Form);
        }
        Self::new(
            known(&digits[..4])?,
            known(&digits[4..6])?,
            known(&digits[6..])?,
        )
    }

    /// As `YYYYMMDD` with `00` for unknown parts (9303-10, DG11 5F2B).
    pub fn to_lds(self) -> String {
        match self {
            Self::Unknown => "00000000".to_owned(),
            Self::Year(year) => format!("{year:04}0000"),
            Self::Month(year, month) => format!("{year:04}{:02}00", u8::from(month)),
            Self::Full(date) => {
                format!(
                    "{:04}{:02}{:02}",
                    date.year(),
                    u8::from(date.month()),
                    date.day()
                )
            }
        }
    }

    /// As `YYMMDD` with `<<` for unknown parts.
    pub fn to_mrz(self) -> String {
        match self {
            Self::Unknown => "<<<<<<".to_owned(),
            Self::Year(year) => format!("{:02}<<<<", year % 100),
            Self::Month(year, month) => format!("{:02}{:02}<<", year % 100, u8::from(month)),
            Self::Full(date) => {
                let year = date.year().rem_euclid(100);
                format!("{year:02}{:02}{:02}", u8::from(date.month()), date.day())
            }
        }
    }

    /// The first day that the date may mean, `None` if nothing is known.
    pub fn earliest(self) -> Option<Date> {
        let (year, month) = match self {
            Self::Unknown => return None,
            Self::Year(year) => (year, Month::January),
            Self::Month(year, month) => (year, month),
            Self::Full(date) => return Some(date),
        };
        Date::from_calendar_date(i32::from(year), month, 1).ok()
    }
}

/// Dates are personal data: only how much is known is shown.
impl std::fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unknown => "PartialDate(unknown)",
            Self::Year(_) => "PartialDate(year, redacted)",
            Self::Month(..) => "PartialDate(month, redacted)",
            Self::Full(_) => "PartialDate(full, redacted)",
        })
    }
}

/// A date field as read: two digits of the year, and only as much as is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TwoDigitDate {
    year: Option<u8>,
    month: Option<u8>,
    day: Option<u8>,
}

impl TwoDigitDate {
    /// Reads six characters.
    pub(super) fn parse(field: &str) -> Result<Self, DateError> {
        let part = |range| -> Result<Option<u8>, DateError> {
            match field.get(range) {
                Some("<<") => Ok(None),
                Some(digits) if digits.bytes().all(|c| c.is_ascii_digit()) => {
                    digits.parse().map(Some).map_err(|_| DateError::Form)
                }
                _ => Err(DateError::Form),
            }
        };
        let date = Self {
            year: part(0..2)?,
            month: part(2..4)?,
            day: part(4..6)?,
        };
        // A date must exist in the one century or the other.
        date.in_century(2000)
            .or_else(|_| date.in_century(1900))
            .map(|_| date)
    }

    /// As a date of birth: the latest century that does not lie after `today`.
    pub fn birth(self, today: Date) -> Result<PartialDate, DateError> {
        let latest = self.in_century(2000);
        match latest {
            Ok(date) if date.earliest().is_none_or(|day| day <= today) => Ok(date),
            _ => self.in_century(1900),
        }
    }

    /// As a date of expiry: our choice is 2000 to 2099.
    pub fn expiry(self) -> Result<PartialDate, DateError> {
        self.in_century(2000)
    }

    fn in_century(self, century: u16) -> Result<PartialDate, DateError> {
        let year = self.year.map(|year| century + u16::from(year));
        PartialDate::new(year, self.month, self.day)
    }
}

impl std::fmt::Debug for TwoDigitDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TwoDigitDate(redacted)")
    }
}

/// A number of which zero means unknown.
fn known<T: std::str::FromStr + Default + PartialEq>(digits: &str) -> Result<Option<T>, DateError> {
    let value: T = digits.parse().map_err(|_| DateError::Form)?;
    Ok((value != T::default()).then_some(value))
}

fn named(month: u8) -> Result<Month, DateError> {
    Month::try_from(month).map_err(|_| DateError::Impossible)
}
