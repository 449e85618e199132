//! Luxembourg's days: which civil day a moment belongs to, public holidays, and days counted in working days.
//!
//! Public holidays are those of the Code du travail, art. L. 232-2; Europe Day is one since 2019. A working day is none of them,
//! and neither Saturday nor Sunday.

use time::{Date, Duration, Month, OffsetDateTime, Time, UtcOffset, Weekday};

/// Holidays of the same date every year: month, day, and the first year.
const FIXED: [(Month, u8, i32); 8] = [
    (Month::January, 1, i32::MIN),
    (Month::May, 1, i32::MIN),
    // Europe Day: law of 25 April 2019.
    (Month::May, 9, 2019),
    // The Grand Duke's official birthday.
    (Month::June, 23, i32::MIN),
    (Month::August, 15, i32::MIN),
    (Month::November, 1, i32::MIN),
    (Month::December, 25, i32::MIN),
    (Month::December, 26, i32::MIN),
];
/// Days from Easter Sunday to Easter Monday, Ascension and Whit Monday.
const MOVABLE: [i64; 3] = [1, 39, 50];

/// The day that a moment belongs to by Luxembourg's clocks: one hour ahead of UTC, two from the last Sunday of March to the last
/// Sunday of October, 01:00 UTC (Directive 2000/84/EC).
pub fn civil_day(at: OffsetDateTime) -> Date {
    let at = at.to_offset(UtcOffset::UTC);
    let turn = |month| {
        last_sunday(at.year(), month)
            .map(|day| day.with_time(Time::MIDNIGHT).assume_utc() + Duration::HOUR)
    };
    let summer = match (turn(Month::March), turn(Month::October)) {
        (Some(begins), Some(ends)) => begins <= at && at < ends,
        _ => false,
    };
    let ahead = if summer { 2 } else { 1 };
    at.saturating_add(Duration::hours(ahead)).date()
}

/// The last Sunday of a month of 31 days.
fn last_sunday(year: i32, month: Month) -> Option<Date> {
    let last = Date::from_calendar_date(year, month, 31).ok()?;
    let back = last.weekday().number_days_from_sunday();
    last.checked_sub(Duration::days(back.into()))
}

/// Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8). None beyond the calendar's years.
pub fn easter(year: i32) -> Option<Date> {
    let (golden, century, rest) = (
        year.rem_euclid(19),
        year.div_euclid(100),
        year.rem_euclid(100),
    );
    let (leaps, not_leaps) = (century / 4, century % 4);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leaps - correction + 15).rem_euclid(30);
    let to_sunday = (32 + 2 * not_leaps + 2 * (rest / 4) - epact - rest % 4).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days = epact + to_sunday - 7 * late + 114;
    let month = u8::try_from(days / 31).ok()?;
    let day = u8::try_from(days % 31 + 1).ok()?;
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

/// Whether it is a public holiday, on whatever weekday.
pub fn is_public_holiday(day: Date) -> bool {
    let fixed = FIXED.iter().any(|(month, date, since)| {
        (day.month(), day.day()) == (*month, *date) && day.year() >= *since
    });
    let movable = easter(day.year()).is_some_and(|easter| {
        let after = (day - easter).whole_days();
        MOVABLE.contains(&after)
    });
    fixed || movable
}

/// Whether offices work.
pub fn is_working_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !is_public_holiday(day)
}

/// The last of so many working days after a day, which does not count itself.
pub fn working_days_after(day: Date, count: u32) -> Date {
    let (mut day, mut left) = (day, count);
    while left > 0 {
        let Some(next) = day.next_day() else {
            return day;
        };
        day = next;
        left -= u32::from(is_working_day(day));
    }
    day
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn easter_is_where_the_published_tables_have_it() {
        // As published by the ecclesiastical and astronomical tables, with the earliest, the latest and the exceptions of the rule
        // (1954, 1981, 2049, 2076).
        for day in [
            date!(1818 - 03 - 22),
            date!(1943 - 04 - 25),
            date!(1954 - 04 - 18),
            date!(1981 - 04 - 19),
            date!(2000 - 04 - 23),
            date!(2008 - 03 - 23),
            date!(2019 - 04 - 21),
            date!(2020 - 04 - 12),
            date!(2021 - 04 - 04),
            date!(2022 - 04 - 17),
            date!(2023 - 04 - 09),
            date!(2024 - 03 - 31),
            date!(2025 - 04 - 20),
            date!(2026 - 04 - 05),
            date!(2027 - 03 - 28),
            date!(2028 - 04 - 16),
            date!(2029 - 04 - 01),
            date!(2030 - 04 - 21),
            date!(2038 - 04 - 25),
            date!(2049 - 04 - 18),
            date!(2076 - 04 - 19),
            date!(2285 - 03 - 22),
        ] {
            assert_eq!(easter(day.year()), Some(day));
        }
    }

    #[test]
    fn the_holidays_of_a_year_are_those_that_the_state_published() {
        // guichet.lu, "jours fériés légaux": 2018 was the last year without Europe Day; in 2024 it fell on Ascension.
        let of = |year: i32| {
            let first = Date::from_calendar_date(year, Month::January, 1).unwrap();
            let days = (0..366).map(|after| first + Duration::days(after));
            let holidays = days.filter(|day| day.year() == year && is_public_holiday(*day));
            holidays.collect::<Vec<_>>()
        };
        let expected = [
            date!(2026 - 01 - 01),
            date!(2026 - 04 - 06),
            date!(2026 - 05 - 01),
            date!(2026 - 05 - 09),
            date!(2026 - 05 - 14),
            date!(2026 - 05 - 25),
            date!(2026 - 06 - 23),
            date!(2026 - 08 - 15),
            date!(2026 - 11 - 01),
            date!(2026 - 12 - 25),
            date!(2026 - 12 - 26),
        ];
        assert_eq!(of(2026), expected);
        assert_eq!(
            (of(2018).len(), of(2019).len(), of(2024).len()),
            (10, 11, 10)
        );
        assert!(
            is_public_holiday(date!(2025 - 04 - 21)) && is_public_holiday(date!(2025 - 05 - 29))
        );
        assert!(
            is_public_holiday(date!(2025 - 06 - 09)) && !is_public_holiday(date!(2025 - 06 - 08))
        );
    }

    #[test]
    fn working_days_pass_over_weekends_and_holidays() {
        for (from, seven_later) in [
            // Nothing between but weekends.
            (date!(2026 - 11 - 23), date!(2026 - 12 - 02)),
            // From a Friday, and from the Saturday after: the same day.
            (date!(2026 - 11 - 20), date!(2026 - 12 - 01)),
            (date!(2026 - 11 - 21), date!(2026 - 12 - 01)),
            // Over Christmas, Saint Stephen's on a Saturday, New Year.
            (date!(2026 - 12 - 23), date!(2027 - 01 - 05)),
            // Over Easter Monday.
            (date!(2026 - 04 - 01), date!(2026 - 04 - 13)),
            // Over Labour Day, Europe Day on a Saturday, Ascension on a Thursday.
            (date!(2026 - 04 - 30), date!(2026 - 05 - 12)),
            (date!(2026 - 05 - 08), date!(2026 - 05 - 20)),
        ] {
            assert_eq!(working_days_after(from, 7), seven_later, "{from}");
        }
        assert_eq!(working_days_after(Date::MAX, 7), Date::MAX);
    }

    #[test]
    fn a_moment_belongs_to_the_day_on_luxembourgs_clocks() {
        // As `TZ=Europe/Luxembourg date` of the system's own tables says.
        for (at, day) in [
            (datetime!(2026-11-21 22:59 UTC), date!(2026 - 11 - 21)),
            (datetime!(2026-11-21 23:00 UTC), date!(2026 - 11 - 22)),
            (datetime!(2026-07-01 21:59 UTC), date!(2026 - 07 - 01)),
            (datetime!(2026-07-01 22:00 UTC), date!(2026 - 07 - 02)),
            // Clocks go forward on 29 March and back on 25 October 2026, at 01:00 UTC.
            (datetime!(2026-03-28 23:30 UTC), date!(2026 - 03 - 29)),
            (datetime!(2026-03-28 22:30 UTC), date!(2026 - 03 - 28)),
            (datetime!(2026-03-29 22:30 UTC), date!(2026 - 03 - 30)),
            (datetime!(2026-10-24 22:30 UTC), date!(2026 - 10 - 25)),
            (datetime!(2026-10-25 22:30 UTC), date!(2026 - 10 - 25)),
            (datetime!(2026-12-31 23:00 UTC), date!(2027 - 01 - 01)),
        ] {
            assert_eq!(civil_day(at), day, "{at}");
        }
    }
}
