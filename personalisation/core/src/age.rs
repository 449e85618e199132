//! How old a holder is on a day, as far as the date of birth is known.

use icao9303::mrz::PartialDate;
use time::{Date, Month};

/// A holder's age in whole years: the least and the most that the known parts of the date allow.
///
/// A year of life is complete on its anniversary; who was born on 29 February completes it on 1 March of a common year,
/// for the period ends with the last day of February (Regulation (EEC, Euratom) 1182/71, Article 3(2)(c)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// Born on the last day that the date may mean.
    pub least: i32,
    /// Born on the first day that the date may mean.
    pub most: i32,
}

impl Ages {
    /// The ages on a day; `None` where nothing is known of the birth.
    pub fn on(birth: PartialDate, day: Date) -> Option<Self> {
        let (earliest, latest) = (birth.earliest()?, latest(birth)?);
        Some(Self {
            least: years(latest, day),
            most: years(earliest, day),
        })
    }
}

/// The holder's age in whole years on a day, the youngest that the known parts of the date allow; `None` where nothing is known.
pub fn age(birth: PartialDate, on: Date) -> Option<i32> {
    Ages::on(birth, on).map(|ages| ages.least)
}

fn years(birth: Date, day: Date) -> i32 {
    let to_come = (day.month() as u8, day.day()) < (birth.month() as u8, birth.day());
    day.year() - birth.year() - i32::from(to_come)
}

/// The last day that the date may mean.
fn latest(birth: PartialDate) -> Option<Date> {
    let end_of = |year: u16, month: Month| {
        let year = i32::from(year);
        Date::from_calendar_date(year, month, month.length(year)).ok()
    };
    match birth {
        PartialDate::Unknown => None,
        PartialDate::Year(year) => end_of(year, Month::December),
        PartialDate::Month(year, month) => end_of(year, month),
        PartialDate::Full(date) => Some(date),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn on(birth: PartialDate, day: Date) -> Option<(i32, i32)> {
        Ages::on(birth, day).map(|ages| (ages.least, ages.most))
    }

    #[test]
    fn a_year_is_complete_on_the_birthday() {
        let birth = PartialDate::Full(date!(2014 - 11 - 21));
        assert_eq!(on(birth, date!(2026 - 11 - 20)), Some((11, 11)));
        assert_eq!(on(birth, date!(2026 - 11 - 21)), Some((12, 12)));
        assert_eq!(on(birth, date!(2026 - 11 - 22)), Some((12, 12)));
        assert_eq!(on(birth, date!(2014 - 11 - 20)), Some((-1, -1)));
    }

    #[test]
    fn the_29th_of_february_is_reached_on_the_1st_of_march() {
        let birth = PartialDate::Full(date!(2020 - 02 - 29));
        assert_eq!(on(birth, date!(2026 - 02 - 28)), Some((5, 5)));
        assert_eq!(on(birth, date!(2026 - 03 - 01)), Some((6, 6)));
        assert_eq!(on(birth, date!(2032 - 02 - 28)), Some((11, 11)));
        assert_eq!(on(birth, date!(2032 - 02 - 29)), Some((12, 12)));
    }

    #[test]
    fn what_is_not_known_leaves_two_ages() {
        let day = date!(2026 - 11 - 21);
        assert_eq!(on(PartialDate::Unknown, day), None);
        assert_eq!(on(PartialDate::Year(2020), day), Some((5, 6)));
        assert_eq!(
            on(PartialDate::Year(2020), date!(2026 - 12 - 31)),
            Some((6, 6))
        );
        let november = PartialDate::Month(2020, Month::November);
        assert_eq!(on(november, day), Some((5, 6)));
        assert_eq!(on(november, date!(2026 - 11 - 30)), Some((6, 6)));
        let february = PartialDate::Month(2020, Month::February);
        assert_eq!(on(february, date!(2026 - 02 - 28)), Some((5, 6)));
        assert_eq!(on(february, date!(2026 - 03 - 01)), Some((6, 6)));
        assert_eq!(age(november, day), Some(5));
    }
}
