//! How long a document may be valid: by its type's rules, the holder's age on the day of issue, and the title that it shows.

use icao9303::mrz::PartialDate;
use thiserror::Error;
use time::{Date, Month};

use crate::{age::age, rules::Rules};

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
    /// The title of residence has ended, or ends on the day of issue.
    #[error("the title of residence has ended on the day of issue; it must be renewed first")]
    TitleEnded,
    /// The card would be valid longer than allowed for the holder's age, for a missing finger
    /// that will be there again, or than the title of residence.
    #[error("the card would be valid too long: for this holder it ends on {longest} at the latest")]
    TooLong {
        /// The last day allowed.
        longest: Date,
    },
    /// The day lies beyond the calendar.
    #[error("the day of issue is beyond the calendar; correct it")]
    BeyondCalendar,
}

/// What a document's validity is counted from.
#[derive(Clone, Copy, Debug)]
pub struct Ground {
    /// The holder's birth.
    pub birth: PartialDate,
    /// The day of issue.
    pub issued: Date,
    /// Whether a finger is missing for a time only.
    pub temporary: bool,
    /// The last day of the title of residence, where the document shows one that ends.
    pub title_ends: Option<Date>,
}

impl Ground {
    /// The last day on which a document may be valid.
    pub fn longest(&self, rules: &Rules) -> Result<Date, ValidityError> {
        if self.title_ends.is_some_and(|end| end <= self.issued) {
            return Err(ValidityError::TitleEnded);
        }
        let age = age(self.birth, self.issued).unwrap_or(i32::MAX);
        let term = rules.terms.iter().find(|term| age >= term.from);
        // Nobody is younger than the last term; who would be is refused by `check`.
        let by_age = term.or(rules.terms.last()).map_or(1, |term| term.years);
        let years = match rules.temporary {
            Some(most) if self.temporary => by_age.min(most),
            _ => by_age,
        };
        let by_rule = day_before_anniversary(self.issued, years)?;
        Ok(self.title_ends.map_or(by_rule, |end| end.min(by_rule)))
    }

    /// Whether a document may be valid until `expires`.
    pub fn check(&self, rules: &Rules, expires: Date) -> Result<(), ValidityError> {
        let earliest = self.birth.earliest();
        if earliest.is_some_and(|day| day > self.issued) {
            return Err(ValidityError::BornAfterIssue);
        }
        if expires <= self.issued {
            return Err(ValidityError::ExpiresBeforeIssue);
        }
        let longest = self.longest(rules)?;
        if expires > longest {
            Err(ValidityError::TooLong { longest })
        } else {
            Ok(())
        }
    }
}

fn day_before_anniversary(issued: Date, years: i32) -> Result<Date, ValidityError> {
    let anniversary = issued
        .replace_year(issued.year() + years)
        .or_else(|_| Date::from_calendar_date(issued.year() + years, Month::March, 1));
    anniversary
        .ok()
        .and_then(Date::previous_day)
        .ok_or(ValidityError::BeyondCalendar)
}
