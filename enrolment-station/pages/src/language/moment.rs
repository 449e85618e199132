//! Dates and times of day, in the words of the message files.

use time::{Date, OffsetDateTime};

use super::{Speech, zone};

/// Hours and minutes as shown: `14:05` everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockTime(pub time::Time);

impl std::fmt::Display for ClockTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl Speech<'_> {
    /// A date in words, such as "1er septembre 2023".
    pub fn date(&self, date: Date) -> String {
        self.format(
            "date-long",
            &[
                ("day", date.day().into()),
                ("month", u8::from(date.month()).into()),
                ("year", date.year().to_string().into()),
            ],
        )
    }

    /// A date in figures with leading zeros, for tables.
    pub fn short_date(&self, date: Date) -> String {
        self.format(
            "date-short",
            &[
                ("day", format!("{:02}", date.day()).into()),
                ("month", format!("{:02}", u8::from(date.month())).into()),
                ("year", date.year().to_string().into()),
            ],
        )
    }

    /// A moment by Luxembourg's clocks: date in words and time of day.
    pub fn moment(&self, moment: OffsetDateTime) -> String {
        let moment = zone::local(moment);
        self.format(
            "date-and-time",
            &[
                ("date", self.date(moment.date()).into()),
                ("time", ClockTime(moment.time()).to_string().into()),
            ],
        )
    }

    /// The time of day, by Luxembourg's clocks: 09:30.
    pub fn clock(&self, moment: OffsetDateTime) -> String {
        ClockTime(zone::local(moment).time()).to_string()
    }

    /// A moment by Luxembourg's clocks, in figures, for tables.
    pub fn short_moment(&self, moment: OffsetDateTime) -> String {
        let moment = zone::local(moment);
        format!(
            "{} {}",
            self.short_date(moment.date()),
            ClockTime(moment.time())
        )
    }
}
