//! Luxembourg's clocks: what is stored is UTC, what people read and type is the time on the wall.

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{self, AmbiguousOffset, TimeZone},
};
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// Its rules, compiled in: the same on every machine.
static LUXEMBOURG: TimeZone = tz::get!("Europe/Luxembourg");

/// The same moment by Luxembourg's clocks.
pub fn local(moment: OffsetDateTime) -> OffsetDateTime {
    let seconds = moment.unix_timestamp();
    // Beyond the years that the rules know it is winter.
    let offset =
        Timestamp::from_second(seconds).map_or(3600, |at| LUXEMBOURG.to_offset(at).seconds());
    UtcOffset::from_whole_seconds(offset).map_or(moment, |offset| moment.to_offset(offset))
}

/// The moment at which Luxembourg's clocks show this; none where they skip it in spring. What they show
/// twice in autumn is the first time.
pub fn from_local(day: Date, time: Time) -> Option<OffsetDateTime> {
    let number = |part: u8| i8::try_from(part).ok();
    let shown = DateTime::new(
        i16::try_from(day.year()).ok()?,
        number(u8::from(day.month()))?,
        number(day.day())?,
        number(time.hour())?,
        number(time.minute())?,
        number(time.second())?,
        0,
    )
    .ok()?;
    let offset = match LUXEMBOURG.to_ambiguous_timestamp(shown).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Fold { before, .. } => before,
        AmbiguousOffset::Gap { .. } => return None,
    };
    let offset = UtcOffset::from_whole_seconds(offset.seconds()).ok()?;
    Some(
        PrimitiveDateTime::new(day, time)
            .assume_offset(offset)
            .to_offset(UtcOffset::UTC),
    )
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime, time};

    use super::*;

    #[test]
    fn clocks_change_on_the_last_sundays_of_march_and_october() {
        for (utc, hour) in [
            (datetime!(2026-03-29 00:59:59 UTC), 1),
            (datetime!(2026-03-29 01:00 UTC), 3),
            (datetime!(2026-10-25 00:59:59 UTC), 2),
            (datetime!(2026-10-25 01:00 UTC), 2),
            (datetime!(2026-10-25 02:00 UTC), 3),
            // Beyond every table, by the rule.
            (datetime!(2096-07-01 12:00 UTC), 14),
        ] {
            let local = local(utc);
            assert_eq!(local.hour(), hour, "{utc}");
            assert_eq!(local, utc, "the same moment");
        }
    }

    #[test]
    fn what_was_typed_comes_back() {
        for (day, time) in [
            (date!(2026 - 01 - 01), time!(00:15)),
            (date!(2026 - 07 - 01), time!(14:30)),
            (date!(2026 - 10 - 25), time!(02:30)),
        ] {
            let moment = from_local(day, time).unwrap();
            let shown = local(moment);
            assert_eq!((shown.date(), shown.time()), (day, time));
        }
        assert_eq!(from_local(date!(2026 - 03 - 29), time!(02:30)), None);
        let twice = from_local(date!(2026 - 10 - 25), time!(02:30));
        assert_eq!(twice, Some(datetime!(2026-10-25 00:30 UTC)));
    }
}
