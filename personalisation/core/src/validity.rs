//! How long a card may be valid: by the holder's age on the day of issue.

use icao9303::mrz::PartialDate;
use thiserror::Error;
use time::{Date, Month};

/// Years of validity from this age on: 10 years from 15, 5 from 4, else 2.
const YEARS_BY_AGE: [(i32, i32); 3] = [(15, 10), (4, 5), (0, 2)];

/// Dates that do not go together. For the operator.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ValidityError {
    /// The birth lies after the day of issue.
    #[error(
        "the holder would be born after the day of issue; correct the date of birth or of issue"
    )]
    BornAfterIssue,
    /// The card would never be valid.
    #[error("the card would expire before its day of issue; correct one of the two")]
    ExpiresBeforeIssue,
    /// The card would be valid longer than allowed for the holder's age, or for a missing finger
    /// that will be there again.
    #[error("the card would be valid too long: for this holder it ends on {longest} at the latest")]
    TooLong {
        /// The last day allowed.
        longest: Date,
    },
    /// The day lies beyond the calendar.
    #[error("the day of issue is beyond the calendar; correct it")]
    BeyondCalendar,
}

/// The holder's age in whole years on a day, the youngest that the known parts of the date allow;
/// `None` where nothing is known.
pub fn age(birth: PartialDate, on: Date) -> Option<i32> {
    let latest = match birth {
        PartialDate::Unknown => return None,
        PartialDate::Year(year) => end_of(year, Month::December)?,
        PartialDate::Month(year, month) => end_of(year, month)?,
        PartialDate::Full(date) => date,
    };
    let years = on.year() - latest.year();
    let birthday_to_come = (on.month() as u8, on.day()) < (latest.month() as u8, latest.day());
    Some(years - i32::from(birthday_to_come))
}

/// The last day on which a card issued to this holder may be valid. `temporary`: a finger is
/// missing for a time only (Regulation (EU) 2025/1208: twelve months at most).
pub fn longest(birth: PartialDate, issued: Date, temporary: bool) -> Result<Date, ValidityError> {
    let age = age(birth, issued).unwrap_or(i32::MAX);
    let by_age = YEARS_BY_AGE
        .iter()
        .find(|(from, _)| age >= *from)
        .map_or(2, |(_, years)| *years);
    let years = if temporary { 1 } else { by_age };
    let anniversary = issued
        .replace_year(issued.year() + years)
        .or_else(|_| Date::from_calendar_date(issued.year() + years, Month::March, 1));
    anniversary
        .ok()
        .and_then(Date::previous_day)
        .ok_or(ValidityError::BeyondCalendar)
}

/// Whether the dates of a card go together.
pub fn check(
    birth: PartialDate,
    issued: Date,
    expires: Date,
    temporary: bool,
) -> Result<(), ValidityError> {
    if birth.earliest().is_some_and(|day| day > issued) {
        return Err(ValidityError::BornAfterIssue);
    }
    if expires <= issued {
        return Err(ValidityError::ExpiresBeforeIssue);
    }
    let longest = longest(birth, issued, temporary)?;
    if expires > longest {
        Err(ValidityError::TooLong { longest })
    } else {
        Ok(())
    }
}

fn end_of(year: u16, month: Month) -> Option<Date> {
    let year = i32::from(year);
    Date::from_calendar_date(year, month, month.length(year)).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn full(date: Date) -> PartialDate {
        PartialDate::Full(date)
    }

    #[test]
    fn validity_follows_age() {
        let issued = date!(2026 - 11 - 21);
        for (birth, last) in [
            (full(date!(2011 - 11 - 21)), date!(2036 - 11 - 20)),
            (full(date!(2011 - 11 - 22)), date!(2031 - 11 - 20)),
            (full(date!(2022 - 11 - 21)), date!(2031 - 11 - 20)),
            (full(date!(2022 - 11 - 22)), date!(2028 - 11 - 20)),
            (PartialDate::Year(2011), date!(2031 - 11 - 20)),
            (
                PartialDate::Month(2011, Month::October),
                date!(2036 - 11 - 20),
            ),
            (PartialDate::Unknown, date!(2036 - 11 - 20)),
        ] {
            assert_eq!(longest(birth, issued, false), Ok(last), "{birth:?} {last}");
            assert_eq!(longest(birth, issued, true), Ok(date!(2027 - 11 - 20)));
        }
        let leap = longest(full(date!(1980 - 01 - 01)), date!(2028 - 02 - 29), true);
        assert_eq!(leap, Ok(date!(2029 - 02 - 28)));
    }

    #[test]
    fn impossible_dates_are_named() {
        let (birth, issued) = (full(date!(1990 - 01 - 01)), date!(2026 - 11 - 21));
        let check = |birth, expires| check(birth, issued, expires, false);
        assert_eq!(check(birth, date!(2036 - 11 - 20)), Ok(()));
        let longest = date!(2036 - 11 - 20);
        assert_eq!(
            check(birth, date!(2036 - 11 - 21)),
            Err(ValidityError::TooLong { longest })
        );
        assert_eq!(check(birth, issued), Err(ValidityError::ExpiresBeforeIssue));
        let unborn = full(date!(2026 - 11 - 22));
        assert_eq!(
            check(unborn, date!(2027 - 11 - 20)),
            Err(ValidityError::BornAfterIssue)
        );
    }
}
